//! Decoding with what is kept, and keeping what was decoded.

use std::sync::Arc;

use super::{BUDGET, Kept, Subject};
use crate::format::Format;
use crate::formats::{self, Decoded};
use crate::raster::{Pixels, Region, Size};
use crate::{Context, Error, Input};

/// Which pixels of an input a call wants.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The frame, counted from 0.
    pub frame: u32,
    /// Whatever else pixels depend on: two calls whose variants differ share
    /// nothing.
    pub variant: u32,
    /// The part, in pixels of the oriented picture; `None` for all.
    pub region: Option<Region>,
    /// The size that it will be scaled to.
    pub size: Option<Size>,
}

/// The wanted pixels, which may be kept for others, too.
#[derive(Debug)]
pub struct Shown {
    /// The region's pixels, oriented.
    pub pixels: Arc<Pixels>,
    /// The whole picture's size, oriented.
    pub source: Size,
}

/// Finds the wanted pixels among what is kept, or lets `decode` make them,
/// given the region that it is to decode, and keeps them.
///
/// # Errors
/// What `decode` returns, `invalid_parameters` for a region that is not
/// there, and [`Error::OutOfMemory`].
pub fn picture(
    context: &Context<'_>,
    format: Format,
    input: &Input<'_>,
    wanted: Wanted,
    decode: impl Fn(Option<Region>) -> Result<Decoded, Error>,
) -> Result<Shown, Error> {
    let Some((warm, key)) = context.warm().zip(input.key) else {
        let Decoded { pixels, source } = decode(wanted.region)?;
        let pixels = Arc::new(pixels);
        return Ok(Shown { pixels, source });
    };
    let of = Subject {
        key: key.into(),
        frame: wanted.frame,
        variant: wanted.variant,
    };
    let limits = *context.asked();
    if let Some(kept) = warm.find(&of, wanted.region, &limits) {
        context.progress(2, 0.0)?;
        return cut(context, &kept, input, wanted.region);
    }
    let whole = wanted.region.is_some() && whole_anyway(context, format, input, wanted.region);
    let region = if whole { None } else { wanted.region };
    let decoded = match context.sparing(|| decode(region)) {
        // The part alone may do with less.
        Err(error) if wanted.region.is_some() && error.is_of_memory() => decode(wanted.region),
        decoded => decoded,
    }?;
    let source = decoded.source;
    let all = Region::whole(source);
    let area = if decoded.pixels.size() == source {
        all
    } else {
        wanted.region.unwrap_or(all)
    };
    let kept = Kept {
        of,
        source,
        area,
        pixels: Arc::new(decoded.pixels),
        limits,
    };
    if is_worth_keeping(source, wanted) {
        warm.keep(kept.clone());
    }
    cut(context, &kept, input, wanted.region)
}

fn cut(
    context: &Context<'_>,
    kept: &Kept,
    input: &Input<'_>,
    region: Option<Region>,
) -> Result<Shown, Error> {
    let source = kept.source;
    let region = Region::within(region, source)?;
    let pixels = if region == kept.area {
        Arc::clone(&kept.pixels)
    } else {
        let bytes = Pixels::bytes(region.width, region.height);
        context.limits().check_memory(input.length + bytes)?;
        let (x, y) = (region.x - kept.area.x, region.y - kept.area.y);
        Arc::new(kept.pixels.crop(Region { x, y, ..region })?)
    };
    Ok(Shown { pixels, source })
}

/// Whether the decoder computes the whole picture for `region`, too, and it
/// can be kept. JPEG XL's tells by itself ([`Context::widened`]).
fn whole_anyway(
    context: &Context<'_>,
    format: Format,
    input: &Input<'_>,
    region: Option<Region>,
) -> bool {
    if format == Format::Jxl {
        return false;
    }
    let Ok(picture) = formats::inspect(context, input.bytes) else {
        return false;
    };
    let size = picture.size();
    // What is wrong with the region is said by who decodes it.
    Region::within(region, size).is_ok() && Pixels::bytes(size.width, size.height) <= BUDGET
}

/// A thumbnail of a whole picture is seldom followed by a look at its pixels,
/// and a folder full of them would fill every instance.
fn is_worth_keeping(source: Size, wanted: Wanted) -> bool {
    match (wanted.region, wanted.size) {
        (None, Some(size)) => 64 * size.pixels() >= source.pixels(),
        _ => true,
    }
}
