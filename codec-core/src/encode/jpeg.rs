//! JPEG, baseline.

use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;

use super::{PHASE, Samples, check_sides, failure, sink};
use crate::formats::metadata::Kept;
use crate::{Context, Error};

/// The longest data of a segment.
const SEGMENT: usize = 65_533;

/// Writes a JPEG file, transparent pixels laid on white.
pub(super) fn encode(
    context: &Context<'_>,
    picture: &Samples,
    quality: u8,
    kept: &mut Kept,
) -> Result<Vec<u8>, Error> {
    let size = picture.size;
    check_sides("JPEG", size, 65_535)?;
    let samples = picture.eight("JPEG")?;
    let laid: Vec<u8>;
    let (samples, color) = match picture.channels {
        1 => (samples, ExtendedColorType::L8),
        2 => {
            let pixels = samples.as_chunks::<2>().0;
            laid = pixels.iter().map(|&[v, a]| on_white(v, a)).collect();
            (laid.as_slice(), ExtendedColorType::L8)
        }
        3 => (samples, ExtendedColorType::Rgb8),
        _ => {
            let pixels = samples.as_chunks::<4>().0.iter();
            laid = pixels
                .flat_map(|&[r, g, b, a]| [r, g, b].map(|v| on_white(v, a)))
                .collect();
            (laid.as_slice(), ExtendedColorType::Rgb8)
        }
    };
    context.progress(PHASE, 0.0)?;
    let mut sink = sink(context, picture, picture.bytes() / 4);
    let written = JpegEncoder::new_with_quality(&mut sink, quality)
        .encode(samples, size.width, size.height, color)
        .map_err(|error| failure("JPEG", &error));
    let file = sink.finish(written)?;
    Ok(with_metadata(&file, kept))
}

/// In the space that samples are in, as browsers compose.
fn on_white(sample: u8, alpha: u8) -> u8 {
    let (sample, alpha) = (u32::from(sample), u32::from(alpha));
    ((sample * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Puts segments behind the first, which is JFIF's.
fn with_metadata(file: &[u8], kept: &mut Kept) -> Vec<u8> {
    let exif = kept.exif.take_if(|exif| exif.len() + 6 > SEGMENT);
    let xmp = kept.xmp.take_if(|xmp| xmp.len() + XMP.len() > SEGMENT);
    drop((exif, xmp));
    let mut segments = Vec::new();
    if let Some(exif) = &kept.exif {
        segment(&mut segments, b"Exif\0\0", exif);
    }
    if let Some(xmp) = &kept.xmp {
        segment(&mut segments, XMP, xmp);
    }
    let first = match file {
        [0xff, 0xd8, 0xff, 0xe0, high, low, ..] => {
            4 + usize::from(u16::from_be_bytes([*high, *low]))
        }
        _ => 2,
    };
    let (before, after) = file.split_at(first.min(file.len()));
    [before, &segments, after].concat()
}

const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

fn segment(segments: &mut Vec<u8>, name: &[u8], data: &[u8]) {
    segments.extend([0xff, 0xe1]);
    segments.extend(((name.len() + data.len() + 2) as u16).to_be_bytes());
    segments.extend_from_slice(name);
    segments.extend_from_slice(data);
}
