//! Floats that are linear light, on their way to sRGB.

use super::{Decoded, assemble};
use crate::color::{Srgb, round};
use crate::limits::Limits;
use crate::raster::{Orientation, Region, Size, rgba};
use crate::{Context, Error};

/// A decoded picture of linear light, RGB or RGBA, as stored.
pub(super) struct Light {
    pub(super) samples: Vec<f32>,
    pub(super) alpha: bool,
    pub(super) premultiplied: bool,
    pub(super) stored: Size,
}

impl Light {
    /// Makes a region brighter by `exposure` stops, clips it, and turns it.
    pub(super) fn finish(
        &self,
        context: &Context<'_>,
        exposure: f32,
        orientation: Orientation,
        region: Option<Region>,
    ) -> Result<Decoded, Error> {
        let source = orientation.size(self.stored);
        let region = Region::within(region, source)?;
        let from = orientation.stored(source, region);
        let channels = if self.alpha { 4 } else { 3 };
        let row = self.stored.width as usize * channels;
        let gain = libm::exp2f(exposure);
        let srgb = Srgb::new();
        let pixels = assemble(context, from, orientation, |x, y, out| {
            let at = y as usize * row + x as usize * channels;
            let samples = &self.samples[at..at + out.len() * channels];
            for (out, pixel) in out.iter_mut().zip(samples.chunks_exact(channels)) {
                let alpha = pixel.get(3).copied().unwrap_or(1.0);
                // What glows without covering has colour and no alpha.
                let gain = if self.premultiplied && alpha > 0.0 {
                    gain / alpha
                } else {
                    gain
                };
                let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(|v| srgb.encode(v * gain));
                *out = rgba(r, g, b, round(alpha));
            }
            Ok(())
        })?;
        Ok(Decoded { pixels, source })
    }
}

/// Refuses an OpenEXR file whose header says more pixels than may be, since
/// its decoder takes memory for chunk tables before it tells the size.
pub(super) fn check_exr(bytes: &[u8], limits: &Limits) -> Result<(), Error> {
    for name in [&b"dataWindow\0box2i\0"[..], b"displayWindow\0box2i\0"] {
        let head = &bytes[..bytes.len().min(1 << 20)];
        let Some(at) = head.windows(name.len()).position(|part| part == name) else {
            continue;
        };
        let edge = |index: usize| {
            let at = at + name.len() + 4 + 4 * index;
            let bytes = head.get(at..at + 4)?.try_into().ok()?;
            Some(i64::from(i32::from_le_bytes(bytes)))
        };
        if let (Some(left), Some(top), Some(right), Some(bottom)) =
            (edge(0), edge(1), edge(2), edge(3))
        {
            let side = |from: i64, to: i64| (to - from + 1).max(0).unsigned_abs();
            limits.check_pixels(side(left, right).saturating_mul(side(top, bottom)))?;
        }
    }
    Ok(())
}
