//! The suites that node and Chromium run: `tests/bench`. They write their
//! samples as JSON lines, and the figures are made of them here.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::inputs::{self, Input};
use crate::process::serve;
use crate::{Measurement, Options};

/// The sample of 24 megapixels.
const LARGEST: &str = "island.jxl";

/// Decoding in one page.
///
/// # Errors
/// When there is no node, no Chromium, or a page fails.
pub fn decode(options: &Options) -> Result<Vec<Measurement>> {
    let inputs = inputs::decoding()?;
    let mut arguments = vec![options.runs().to_string()];
    arguments.extend(
        inputs
            .iter()
            .map(|Input { case, path }| format!("{case}={}", path.display())),
    );
    node("tests/bench/decode.js", &arguments)
}

/// The viewer with the largest sample, served by `locus serve`.
///
/// # Errors
/// As [`decode`], and when the server does not start.
pub fn frame_gap(options: &Options) -> Result<Vec<Measurement>> {
    inputs::sample(LARGEST)?;
    let (_server, address) = serve(&["--runners", "1", "--pages", "assets/dist"])?;
    node(
        "tests/bench/frame-gap.js",
        &[
            options.runs().to_string(),
            format!("http://{address}/"),
            LARGEST.into(),
        ],
    )
}

/// The explorer, served by `locus serve` with its defaults.
///
/// # Errors
/// As [`frame_gap`].
pub fn zoom(options: &Options) -> Result<Vec<Measurement>> {
    let (_server, address) = serve(&["--pages", "assets/dist"])?;
    node(
        "tests/bench/zoom.js",
        &[options.runs().to_string(), format!("http://{address}")],
    )
}

/// First visits to both pages, served by `locus serve`.
///
/// # Errors
/// As [`decode`], and when the server does not start.
pub fn first_load(options: &Options) -> Result<Vec<Measurement>> {
    let (_server, address) = serve(&["--pages", "assets/dist"])?;
    node(
        "tests/bench/first-load.js",
        &[options.runs().to_string(), format!("http://{address}/")],
    )
}

/// A picture that is looked at on the server, whose data folder is empty at
/// first.
///
/// # Errors
/// As [`first_load`].
pub fn upload(options: &Options) -> Result<Vec<Measurement>> {
    let folder = std::env::temp_dir().join(format!("locus-bench-{}.data", std::process::id()));
    let data = folder.to_str().context("the temporary folder's name")?;
    let (server, address) = serve(&["--pages", "tests/bench/upload/dist", "--data", data])?;
    let measured = node(
        "tests/bench/upload.js",
        &[options.runs().to_string(), address.to_string()],
    );
    drop(server);
    std::fs::remove_dir_all(&folder)?;
    measured
}

fn node(script: &str, arguments: &[String]) -> Result<Vec<Measurement>> {
    let mut node = Command::new("node")
        .arg(script)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("node could not be started")?;
    let lines = BufReader::new(node.stdout.take().context("node has an output")?).lines();
    let mut measured = Vec::new();
    for line in lines {
        let line = line?;
        measured
            .push(serde_json::from_str(&line).with_context(|| format!("{script} wrote {line:?}"))?);
    }
    let status = node.wait()?;
    ensure!(status.success(), "{script} failed: {status}");
    Ok(measured)
}
