//! Pixels of a JPEG XL frame.

use jxl_oxide::JxlImage;
use jxl_oxide::frame::Encoding;

use super::pool::in_bands;
use super::rows::Rows;
use super::{Opened, color, failure, open, orientation, stored_size};
use crate::formats::{Decoded, Visit, assemble};
use crate::raster::{Orientation, Pixels, Region, Size};
use crate::{Context, Error};

/// Rows between two looks at the stop flag, which only the calling thread
/// may take.
const ROWS_AT_ONCE: usize = 512;
/// Rows that a thread converts in one go.
const ROWS_OF_BAND: usize = 16;

/// Decodes frame `frame`, oriented and cut to `region`.
///
/// # Errors
/// `invalid_input` for broken and truncated files, `invalid_parameters` for
/// a frame or region that is not there, `limit_exceeded`.
pub fn decode(
    context: &Context<'_>,
    bytes: &[u8],
    frame: u32,
    region: Option<Region>,
) -> Result<Decoded, Error> {
    let opened = opened(context, bytes, Some(frame))?;
    let (mut image, complete) = (opened.image, opened.complete);
    let there = image.num_loaded_keyframes();
    if there <= frame as usize {
        return Err(missing_frame(frame, there, complete, bytes.len()));
    }
    shown(context, &mut image, bytes.len(), frame, region)
}

/// Shows the frames from `first` on. What frames are made of is kept by the
/// decoder from one to the next.
///
/// # Errors
/// As [`decode`], and what `visit` returns.
pub fn frames(
    context: &Context<'_>,
    bytes: &[u8],
    first: u32,
    visit: &mut Visit<'_>,
) -> Result<(), Error> {
    let opened = opened(context, bytes, None)?;
    let (mut image, complete) = (opened.image, opened.complete);
    let there = image.num_loaded_keyframes();
    if there <= first as usize {
        return Err(missing_frame(first, there, complete, bytes.len()));
    }
    for frame in first..there as u32 {
        let decoded = shown(context, &mut image, bytes.len(), frame, None)?;
        if visit(decoded)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn opened(context: &Context<'_>, bytes: &[u8], until: Option<u32>) -> Result<Opened, Error> {
    let limits = context.limits();
    let length = bytes.len() as u64;
    // The decoder keeps a copy of the compressed data.
    limits.check_memory(2 * length)?;
    open(context, bytes, until, limits.memory - 2 * length)
}

/// Frame `frame`, which is there.
fn shown(
    context: &Context<'_>,
    image: &mut JxlImage,
    length: usize,
    frame: u32,
    region: Option<Region>,
) -> Result<Decoded, Error> {
    let limits = *context.limits();
    let (stored, orientation) = (stored_size(image), orientation(image));
    let source = orientation.size(stored);
    let region = Region::within(region, source)?;
    let ours = 2 * Pixels::bytes(region.width, region.height);
    let theirs = 2 * length as u64 + planes_memory(image);
    limits.check_memory(theirs + ours)?;

    let meaning = color::as_coded(image, frame as usize)?;
    // Painted here, over converted colours, which the decoder cannot do.
    image.set_render_spot_color(false);
    let part = decode_part(image, region, source);
    let region = match part {
        true => region,
        false => context.widened(region, source, theirs),
    };
    if part {
        image.set_image_region(jxl_oxide::CropInfo {
            width: region.width,
            height: region.height,
            left: region.x,
            top: region.y,
        });
    }
    context.progress(1, 0.0)?;
    let render = image.render_frame(frame as usize).map_err(|error| {
        let what = format!("frame {frame} of the JPEG XL file cannot be decoded");
        failure(&*error, &what, limits.memory)
    })?;
    context.progress(2, 0.0)?;

    let rows = Rows::new(image.image_header(), &render, &meaning, !part)?;
    let (from, orientation) = if part {
        (Region::whole(region.size()), Orientation::UPRIGHT)
    } else if rows.oriented() {
        (region, Orientation::UPRIGHT)
    } else {
        (orientation.stored(source, region), orientation)
    };
    let pixels = converted(context, from, orientation, rows)?;
    Ok(Decoded { pixels, source })
}

/// The rows of `stored` as pixels, by all threads where rows may come in any
/// order.
fn converted(
    context: &Context<'_>,
    stored: Region,
    orientation: Orientation,
    mut rows: Rows<'_>,
) -> Result<Pixels, Error> {
    if context.threads() == 1 || rows.again().is_none() {
        return assemble(context, stored, orientation, |x, y, out| {
            rows.row(x, y, out)
        });
    }
    let mut pixels = Pixels::new(stored.width, stored.height)?;
    let width = stored.width as usize;
    for (at, part) in pixels.data.chunks_mut(width * ROWS_AT_ONCE).enumerate() {
        let first = at * ROWS_AT_ONCE;
        context.progress(2, first as f32 / stored.height as f32)?;
        let own = || rows.again();
        in_bands(part, width * ROWS_OF_BAND, own, |rows, band, part| {
            let Some(rows) = rows else { return Ok(()) };
            for (row, out) in part.chunks_mut(width).enumerate() {
                let y = first + band * ROWS_OF_BAND + row;
                rows.row(stored.x, stored.y + y as u32, out)?;
            }
            Ok(())
        })?;
    }
    orientation.apply(pixels)
}

fn missing_frame(frame: u32, there: usize, complete: bool, length: usize) -> Error {
    if complete {
        return Error::InvalidParameters(format!(
            "there is no frame {frame}, the file has {there}, counted from 0"
        ));
    }
    Error::InvalidInput(format!(
        "the JPEG XL file is cut off: it ends after {length} bytes, within frame {there}"
    ))
}

/// Bytes that the decoder takes at least: each channel as floats.
fn planes_memory(image: &JxlImage) -> u64 {
    let metadata = &image.image_header().metadata;
    let colors = if metadata.grayscale() { 1 } else { 3 };
    let channels = colors + metadata.ec_info.len() as u64;
    let sample = if metadata.xyb_encoded { 4 } else { 2 };
    channels * sample * stored_size(image).pixels()
}

/// Whether the decoder may be told to decode `region` alone.
///
/// It saves nothing in Modular frames, and jxl-oxide 0.12 panics
/// (`append_channel_shifted`) when it decodes part of a picture with
/// some extra channels or upsampled frames, so those are decoded whole. Of a
/// region that is most of the picture too little is saved to be worth
/// the slower way in which its pixels are fetched.
fn decode_part(image: &JxlImage, region: Region, source: Size) -> bool {
    let plain = |index: usize| {
        image.frame(index).is_some_and(|frame| {
            let header = frame.header();
            header.encoding == Encoding::VarDct
                && header.upsampling == 1
                && header.lf_level == 0
                && !header.flags.use_lf_frame()
                && !header.have_crop
        })
    };
    2 * region.size().pixels() < source.pixels()
        && image.image_header().metadata.ec_info.is_empty()
        && (0..image.num_loaded_frames()).all(plain)
}
