//! The Docker image: `scripts/image-size` measures it, and builds it where
//! that was not done yet.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::Measurement;

/// The image and its parts; where no container tool is there, a note.
///
/// # Errors
/// When the image does not build.
pub fn measure() -> Result<Vec<Measurement>> {
    let script = Command::new("scripts/image-size")
        .stderr(Stdio::inherit())
        .output()
        .context("starting scripts/image-size")?;
    ensure!(
        script.status.success(),
        "scripts/image-size: {}",
        script.status
    );
    String::from_utf8(script.stdout)?
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("reading {line}")))
        .collect()
}
