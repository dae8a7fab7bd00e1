//! WebP, lossless.

use image_webp::{ColorType, WebPEncoder};

use super::{PHASE, Samples, check_sides, failure, sink};
use crate::formats::metadata::Kept;
use crate::{Context, Error};

/// Writes a WebP file.
pub(super) fn encode(
    context: &Context<'_>,
    picture: &Samples,
    kept: &Kept,
) -> Result<Vec<u8>, Error> {
    let size = picture.size;
    check_sides("WebP", size, 16_383)?;
    let samples = picture.eight("WebP")?;
    // The encoder works on RGBA, and holds the file before it writes it.
    context
        .limits()
        .check_memory(picture.bytes() + 3 * 4 * size.pixels())?;
    context.progress(PHASE, 0.0)?;
    let mut sink = sink(context, picture, 0);
    let mut encoder = WebPEncoder::new(&mut sink);
    if let Some(exif) = &kept.exif {
        encoder.set_exif_metadata(exif.clone());
    }
    if let Some(xmp) = &kept.xmp {
        encoder.set_xmp_metadata(xmp.clone());
    }
    let color = match picture.channels {
        1 => ColorType::L8,
        2 => ColorType::La8,
        3 => ColorType::Rgb8,
        _ => ColorType::Rgba8,
    };
    let written = encoder.encode(samples, size.width, size.height, color);
    sink.finish(written.map_err(|error| failure("WebP", &error)))
}
