//! Interleaved samples of a whole picture, on their way to sRGB.

use super::{Decoded, assemble};
use crate::color::{Model, Profile, ToSrgb};
use crate::raster::{Orientation, Region, Size};
use crate::{Context, Error};

/// Samples, row by row from the top, a pixel's channels side by side.
pub(super) enum Samples {
    U8(Vec<u8>),
    U16(Vec<u16>),
}

/// The channels of a pixel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) model: Model,
    pub(super) alpha: bool,
}

impl Layout {
    /// Gray or RGB, with or without alpha: what 1 to 4 channels are in every
    /// format that has no CMYK.
    pub(super) const fn of_channels(channels: usize) -> Self {
        Self {
            model: if channels < 3 {
                Model::Gray
            } else {
                Model::Rgb
            },
            alpha: channels.is_multiple_of(2),
        }
    }
}

/// A decoded picture, as stored.
pub(super) struct Interleaved {
    pub(super) samples: Samples,
    pub(super) layout: Layout,
    pub(super) stored: Size,
}

impl Interleaved {
    /// Converts a region to sRGB and turns it.
    pub(super) fn finish(
        &self,
        context: &Context<'_>,
        profile: &Profile,
        orientation: Orientation,
        region: Option<Region>,
    ) -> Result<Decoded, Error> {
        let source = orientation.size(self.stored);
        let region = Region::within(region, source)?;
        let mut to_srgb = ToSrgb::new(profile, self.layout.model, self.layout.alpha)?;
        let channels = to_srgb.channels();
        let row = self.stored.width as usize * channels;
        let from = orientation.stored(source, region);
        let pixels = assemble(context, from, orientation, |x, y, out| {
            let at = y as usize * row + x as usize * channels;
            let range = at..at + out.len() * channels;
            match &self.samples {
                Samples::U8(samples) => to_srgb.row8(&samples[range], out),
                Samples::U16(samples) => to_srgb.row16(&samples[range], out),
            }
        })?;
        Ok(Decoded { pixels, source })
    }
}

/// Converts RGBA of 8 bits, as animations are composed in.
pub(super) fn rgba(
    context: &Context<'_>,
    pixels: &image::RgbaImage,
    stored: Size,
    profile: &Profile,
    orientation: Orientation,
    region: Option<Region>,
) -> Result<Decoded, Error> {
    let source = orientation.size(stored);
    let region = Region::within(region, source)?;
    let mut to_srgb = ToSrgb::new(profile, Model::Rgb, true)?;
    let row = stored.width as usize * 4;
    let from = orientation.stored(source, region);
    let pixels = assemble(context, from, orientation, |x, y, out| {
        let at = y as usize * row + x as usize * 4;
        to_srgb.row8(&pixels.as_raw()[at..at + out.len() * 4], out)
    })?;
    Ok(Decoded { pixels, source })
}
