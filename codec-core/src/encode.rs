//! Pictures as files.

mod jpeg;
mod jxl;
mod picture;
mod png;
mod qoi;
mod webp;

pub use picture::{Picture, Samples};

use crate::formats::metadata::Kept;
use crate::operations::EncodeFormat;
use crate::raster::Size;
use crate::sink::Sink;
use crate::{Context, Error};

/// The phase in which `image.encode` writes.
const PHASE: u8 = 4;

/// Writes a file with what of `kept` the format has room for; `kept` then
/// holds that.
///
/// # Errors
/// `unsupported` where the format has no such pictures, `limit_exceeded`,
/// `cancelled`.
pub fn encode(
    context: &Context<'_>,
    format: EncodeFormat,
    picture: &Samples,
    quality: u8,
    kept: &mut Kept,
) -> Result<Vec<u8>, Error> {
    match format {
        EncodeFormat::Png => png::encode(context, picture, kept),
        EncodeFormat::Jpeg => jpeg::encode(context, picture, quality, kept),
        EncodeFormat::Webp => webp::encode(context, picture, kept),
        EncodeFormat::Qoi => qoi::encode(context, picture, kept),
        EncodeFormat::Jxl => jxl::encode(context, picture, kept),
    }
}

fn sink<'a>(context: &'a Context<'a>, picture: &Samples, expected: u64) -> Sink<'a> {
    Sink::new(context, PHASE, picture.bytes(), expected)
}

/// # Errors
/// `unsupported` where a side of the picture is longer than `most`.
fn check_sides(format: &str, size: Size, most: u32) -> Result<(), Error> {
    if size.width <= most && size.height <= most {
        return Ok(());
    }
    Err(Error::Unsupported(format!(
        "{format} has at most {most} pixels a side, this picture is {} by {}",
        size.width, size.height
    )))
}

fn failure(format: &str, error: &dyn std::fmt::Display) -> Error {
    Error::Internal(format!("the {format} file could not be written: {error}"))
}
