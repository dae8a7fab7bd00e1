//! Draws the sample pictures: see `scripts/make-samples`, which calls this program and then the encoders.

use anyhow::{Context, Result, bail};
use locus_samples::{index, pictures::DRAWINGS};
use std::io::Write;
use std::path::Path;

const USAGE: &str = "usage:
  locus-samples names                      list the pictures
  locus-samples draw FOLDER [NAME...]      draw all pictures, or those named, as PNG and PPM
  locus-samples png FROM TO.png            decode a PNG, JPEG or GIF (its first frame)
  locus-samples thumb FROM.png TO.png      shrink a decoded sample to a thumbnail
  locus-samples index SAMPLES DECODED      write SAMPLES/index.json; DECODED holds each sample as FILE.png";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["names"] => names(),
        ["png", from, to] => Ok(image::open(from)?.save(to)?),
        ["draw", folder, ref names @ ..] => draw(Path::new(folder), names),
        ["thumb", from, to] => index::write_thumb(Path::new(from), Path::new(to)),
        ["index", samples, decoded] => index::write(Path::new(samples), Path::new(decoded)),
        _ => bail!("{USAGE}"),
    }
}

fn names() -> Result<()> {
    let mut out = std::io::stdout().lock();
    for drawing in DRAWINGS {
        writeln!(out, "{}", drawing.name)?;
    }
    Ok(())
}

fn draw(folder: &Path, names: &[&str]) -> Result<()> {
    if let Some(unknown) = names
        .iter()
        .find(|name| !DRAWINGS.iter().any(|drawing| drawing.name == **name))
    {
        bail!("there is no picture named {unknown}");
    }
    for drawing in DRAWINGS {
        if names.is_empty() || names.contains(&drawing.name) {
            let begun = std::time::Instant::now();
            (drawing.draw)(folder).with_context(|| format!("drawing {}", drawing.name))?;
            eprintln!(
                "drew {} in {:.1} s",
                drawing.name,
                begun.elapsed().as_secs_f32()
            );
        }
    }
    Ok(())
}
