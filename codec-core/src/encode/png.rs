//! PNG.

use std::io::Write as _;

use png::{
    BitDepth, ColorType, Compression, Encoder, Filter, SrgbRenderingIntent, chunk::ChunkType,
};

use super::picture::Data;
use super::{PHASE, Samples, failure, sink};
use crate::formats::metadata::Kept;
use crate::sink::Sink;
use crate::{Context, Error};

/// Rows between two looks at the stop flag.
const ROWS: u32 = 16;

/// Writes a PNG file.
pub(super) fn encode(
    context: &Context<'_>,
    picture: &Samples,
    kept: &Kept,
) -> Result<Vec<u8>, Error> {
    let mut sink = sink(context, picture, 0);
    let mut stopped = Ok(());
    let written = write(context, picture, kept, &mut sink, &mut stopped);
    stopped?;
    sink.finish(written.map_err(|error| failure("PNG", &error)))
}

fn write(
    context: &Context<'_>,
    picture: &Samples,
    kept: &Kept,
    sink: &mut Sink<'_>,
    stopped: &mut Result<(), Error>,
) -> Result<(), png::EncodingError> {
    let size = picture.size;
    let mut encoder = Encoder::new(sink, size.width, size.height);
    encoder.set_color(match picture.channels {
        1 => ColorType::Grayscale,
        2 => ColorType::GrayscaleAlpha,
        3 => ColorType::Rgb,
        _ => ColorType::Rgba,
    });
    encoder.set_depth(match picture.data {
        Data::Eight(_) => BitDepth::Eight,
        Data::Sixteen(_) => BitDepth::Sixteen,
    });
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(Filter::Adaptive);
    encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
    let mut writer = encoder.write_header()?;
    if let Some(exif) = &kept.exif {
        writer.write_chunk(ChunkType(*b"eXIf"), exif)?;
    }
    if let Some(xmp) = &kept.xmp {
        // Keyword, not compressed, no language, no translated keyword.
        let mut text = b"XML:com.adobe.xmp\0\0\0\0\0".to_vec();
        text.extend_from_slice(xmp);
        writer.write_chunk(ChunkType(*b"iTXt"), &text)?;
    }
    let mut stream = writer.stream_writer()?;
    let mut swapped = Vec::new();
    let length = size.width as usize * usize::from(picture.channels);
    for y in 0..size.height {
        if y % ROWS == 0
            && let Err(error) = context.progress(PHASE, y as f32 / size.height as f32)
        {
            *stopped = Err(error);
            return Ok(());
        }
        let at = y as usize * length;
        match &picture.data {
            Data::Eight(samples) => stream.write_all(&samples[at..at + length])?,
            Data::Sixteen(samples) => {
                swapped.clear();
                let row = samples[at..at + length].iter();
                swapped.extend(row.flat_map(|sample| sample.to_be_bytes()));
                stream.write_all(&swapped)?;
            }
        }
    }
    stream.finish()
}
