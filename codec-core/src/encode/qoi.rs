//! QOI.

use std::borrow::Cow;

use image::codecs::qoi::QoiEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::{PHASE, Samples, failure, sink};
use crate::formats::metadata::Kept;
use crate::{Context, Error};

/// Writes a QOI file, which has no room for metadata.
pub(super) fn encode(
    context: &Context<'_>,
    picture: &Samples,
    kept: &mut Kept,
) -> Result<Vec<u8>, Error> {
    *kept = Kept::default();
    let size = picture.size;
    let samples = picture.eight("QOI")?;
    // The encoder's buffer is for the worst case.
    context
        .limits()
        .check_memory(picture.bytes() + 9 * size.pixels())?;
    context.progress(PHASE, 0.0)?;
    // It has no grey.
    let samples: Cow<'_, [u8]> = match picture.channels {
        1 => samples.iter().flat_map(|&v| [v; 3]).collect(),
        2 => {
            let pixels = samples.as_chunks::<2>().0.iter();
            pixels.flat_map(|&[v, a]| [v, v, v, a]).collect()
        }
        _ => samples.into(),
    };
    let color = if picture.alpha() {
        ExtendedColorType::Rgba8
    } else {
        ExtendedColorType::Rgb8
    };
    let mut sink = sink(context, picture, 0);
    let written = QoiEncoder::new(&mut sink)
        .write_image(&samples, size.width, size.height, color)
        .map_err(|error| failure("QOI", &error));
    sink.finish(written)
}
