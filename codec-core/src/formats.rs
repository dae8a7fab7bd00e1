//! One way in for every format: inspect, decode, estimate.

mod cost;
pub mod description;
mod gif;
mod interleaved;
mod jpeg;
mod png;
mod reader;
mod through_image;
mod webp;

pub use cost::estimate;

use description::InspectResult;

use crate::format::Format;
use crate::jxl;
use crate::raster::{Orientation, Pixels, Region, Size};
use crate::{Context, Error};

/// A decoded picture.
#[derive(Debug)]
pub struct Decoded {
    /// The region's pixels, oriented.
    pub pixels: Pixels,
    /// The whole picture's size, oriented.
    pub source: Size,
}

/// Collects the rows of `stored`, a region of the picture as stored, and
/// turns them to be looked at. `row` writes a row, given its first column
/// and its number; it is called from the top.
///
/// # Errors
/// What `row` returns, `cancelled`, and [`Error::OutOfMemory`].
pub fn assemble(
    context: &Context<'_>,
    stored: Region,
    orientation: Orientation,
    mut row: impl FnMut(u32, u32, &mut [u32]) -> Result<(), Error>,
) -> Result<Pixels, Error> {
    let mut pixels = Pixels::new(stored.width, stored.height)?;
    for y in 0..stored.height {
        if y % 64 == 0 {
            context.progress(2, y as f32 / stored.height as f32)?;
        }
        row(stored.x, stored.y + y, pixels.row_mut(y))?;
    }
    orientation.apply(pixels)
}

/// Decodes frame `frame`, oriented and cut to `region`.
///
/// # Errors
/// `invalid_input`, `unsupported`, `invalid_parameters` for a frame or region
/// that is not there, `limit_exceeded`, `cancelled`.
pub fn decode(
    context: &Context<'_>,
    format: Format,
    bytes: &[u8],
    frame: u32,
    region: Option<Region>,
) -> Result<Decoded, Error> {
    match format {
        Format::Jxl => jxl::decode(context, bytes, frame, region),
        Format::Png => png::decode(context, bytes, frame, region),
        Format::Jpeg => jpeg::decode(context, bytes, frame, region),
        Format::Webp => webp::decode(context, bytes, frame, region),
        Format::Gif => gif::decode(context, bytes, frame, region),
    }
}

/// Describes a picture, or the head of one, without decoding pixels.
///
/// # Errors
/// `invalid_input`, `unsupported`, `limit_exceeded`, `cancelled`.
pub fn inspect(context: &Context<'_>, bytes: &[u8]) -> Result<InspectResult, Error> {
    let limits = context.limits();
    let mut picture = match Format::of(bytes)? {
        Format::Jxl => jxl::inspect(context, bytes),
        Format::Png => png::inspect(bytes, limits),
        Format::Jpeg => jpeg::inspect(bytes),
        Format::Webp => webp::inspect(bytes, limits),
        Format::Gif => gif::inspect(bytes, limits),
    }?;
    picture.decode_memory = cost::of(&picture, picture.size()).memory + bytes.len() as u64;
    Ok(picture)
}
