//! `index.json`: what the page shows of each sample before it is opened.

use crate::pictures::SAMPLES;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// One sample.
#[derive(Debug, Deserialize, Serialize)]
pub struct Entry {
    /// The file, in the folder of the index.
    pub file: String,
    /// A few words.
    pub title: String,
    /// One sentence: what the sample shows off.
    pub description: String,
    /// Columns, after the orientation is applied.
    pub width: u32,
    /// Rows, after the orientation is applied.
    pub height: u32,
    /// Length of the file.
    pub bytes: u64,
    /// A small WebP of it, in the folder of the index.
    pub thumb: String,
}

/// The thumbnail of a sample's file.
pub fn thumb(file: &str) -> String {
    format!("thumbs/{}.webp", file.replace('.', "-"))
}

/// Writes `index.json` into `samples`. `decoded` holds, as `FILE.png`, what another program decoded each sample to: its size is the truth.
pub fn write(samples: &Path, decoded: &Path) -> Result<()> {
    let mut entries = Vec::new();
    for sample in SAMPLES {
        let decoded = decoded.join(format!("{}.png", sample.file));
        let (width, height) =
            image::image_dimensions(&decoded).with_context(|| decoded.display().to_string())?;
        let path = samples.join(sample.file);
        let bytes = path
            .metadata()
            .with_context(|| path.display().to_string())?
            .len();
        entries.push(Entry {
            file: sample.file.into(),
            title: sample.title.into(),
            description: sample.description.into(),
            width,
            height,
            bytes,
            thumb: thumb(sample.file),
        });
    }
    let mut text = serde_json::to_string_pretty(&entries)?;
    text.push('\n');
    Ok(std::fs::write(samples.join("index.json"), text)?)
}

/// A copy of the PNG at `from`, at most 320 pixels on its longer side, for the encoder of thumbnails.
pub fn write_thumb(from: &Path, to: &Path) -> Result<()> {
    let whole = image::open(from)
        .with_context(|| from.display().to_string())?
        .to_rgba8();
    let side = whole.width().max(whole.height());
    let fit = |length: u32| (length * 320).div_ceil(side).max(1);
    let small = image::imageops::resize(
        &whole,
        fit(whole.width()),
        fit(whole.height()),
        image::imageops::FilterType::CatmullRom,
    );
    Ok(small.save(to)?)
}
