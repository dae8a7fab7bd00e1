//! A page that takes turns with this program: a script of `tests/bench`
//! drives it, is asked by a line of JSON and answers with one.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The script, and through it the page.
#[derive(Debug)]
pub struct Page {
    node: Child,
    asked: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Page {
    /// Starts the script, which opens the page; its first line says that it
    /// is ready.
    ///
    /// # Errors
    /// When there is no node, no Chromium, or the page fails.
    pub fn open<T: DeserializeOwned>(script: &str, arguments: &[&str]) -> Result<(Self, T)> {
        let mut node = Command::new("node")
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("node could not be started")?;
        let asked = node.stdin.take().context("node has an input")?;
        let answers = BufReader::new(node.stdout.take().context("node has an output")?).lines();
        let mut page = Self {
            node,
            asked,
            answers,
        };
        let ready = page.answer()?;
        Ok((page, ready))
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// When the page fails.
    pub fn ask<T: DeserializeOwned>(&mut self, request: &impl Serialize) -> Result<T> {
        let request = serde_json::to_string(request)?;
        writeln!(self.asked, "{request}")?;
        self.answer()
    }

    fn answer<T: DeserializeOwned>(&mut self) -> Result<T> {
        let line = self.answers.next().context("the page ended")??;
        Ok(serde_json::from_str(&line)?)
    }

    /// Ends it: the script ends with its input.
    ///
    /// # Errors
    /// When the page failed.
    pub fn close(self) -> Result<()> {
        let Self {
            mut node, asked, ..
        } = self;
        drop(asked);
        let status = node.wait()?;
        ensure!(status.success(), "the page failed: {status}");
        Ok(())
    }
}
