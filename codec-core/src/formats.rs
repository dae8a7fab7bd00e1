//! One way in for every format: inspect, decode, estimate.

mod apng;
mod cost;
pub mod description;
mod further;
mod gif;
mod head;
mod interleaved;
mod jpeg;
mod light;
pub mod metadata;
mod png;
mod reader;
mod through_image;
mod tiff;
mod webp;

pub use cost::estimate;

use std::ops::ControlFlow;

use description::InspectResult;

use crate::format::Format;
use crate::jxl;
use crate::limits::Limits;
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

/// The size of the picture as stored.
///
/// # Errors
/// `invalid_input` when it is empty, `limit_exceeded`.
fn stored(format: Format, size: Option<Size>, limits: &Limits) -> Result<Size, Error> {
    let size = size.filter(|size| size.pixels() > 0).ok_or_else(|| {
        Error::InvalidInput(format!(
            "the {} file is broken: its size is 0",
            format.name()
        ))
    })?;
    limits.check_pixels(size.pixels())?;
    Ok(size)
}

/// Decodes frame `frame`, oriented and cut to `region`; linear light is made
/// brighter by `exposure` stops.
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
    exposure: f32,
) -> Result<Decoded, Error> {
    match format {
        Format::Jxl => jxl::decode(context, bytes, frame, region),
        Format::Png => png::decode(context, bytes, frame, region),
        Format::Jpeg => jpeg::decode(context, bytes, frame, region),
        Format::Webp => webp::decode(context, bytes, frame, region),
        Format::Gif => gif::decode(context, bytes, frame, region),
        _ => further::decode(context, format, bytes, frame, region, exposure),
    }
}

/// Shows the frames from `first` on, each as it is seen, oriented, until
/// `visit` has enough; a still picture is one frame.
///
/// # Errors
/// As [`decode`], and what `visit` returns.
pub fn frames(
    context: &Context<'_>,
    format: Format,
    bytes: &[u8],
    first: u32,
    visit: &mut Visit<'_>,
) -> Result<(), Error> {
    let animation = match format {
        Format::Jxl => return jxl::frames(context, bytes, first, visit),
        Format::Gif => Some(gif::animation(context, bytes, first)?),
        Format::Png => png::animation(context, bytes)?,
        Format::Webp => webp::animation(context, bytes)?,
        _ => None,
    };
    if let Some(animation) = animation {
        return animation.walk(context, first, None, visit);
    }
    visit(decode(context, format, bytes, first, None, 0.0)?).map(|_| ())
}

/// Takes a frame, and says whether it wants the next.
pub type Visit<'a> = dyn FnMut(Decoded) -> Result<ControlFlow<()>, Error> + 'a;

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
        other => further::inspect(other, bytes, limits),
    }?;
    picture.decode_memory = cost::memory(&picture).saturating_add(bytes.len() as u64);
    Ok(picture)
}
