//! Rows of samples to RGBA, 8 bits, sRGB.
//!
//! Where a profile means another space than sRGB, rows pass moxcms at 16
//! bits, whatever their own depth, and are rounded once, at the end.

use std::sync::Arc;

use moxcms::{
    ColorProfile, Layout, RenderingIntent, Transform8BitExecutor, Transform16BitExecutor,
    TransformOptions,
};

use super::Profile;
use super::hdr::Hdr;
use crate::Error;
use crate::raster::rgba;

/// What the colour channels are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// One channel.
    Gray,
    /// Three.
    Rgb,
    /// Four, 0 no ink.
    Cmyk,
}

impl Model {
    /// Colour channels a pixel.
    #[must_use]
    pub const fn channels(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }
}

/// Turns rows of interleaved samples, alpha last, into sRGB. A clone shares
/// the tables, for another thread.
#[derive(Clone)]
pub struct ToSrgb {
    model: Model,
    alpha: bool,
    transform: Option<Arc<Transform16BitExecutor>>,
    hdr: Option<Arc<Hdr>>,
    floats: [Vec<f32>; 3],
    colors: Vec<u16>,
    converted: Vec<u16>,
}

impl ToSrgb {
    /// A converter for rows of `model`'s channels, then alpha where `alpha`
    /// is set. A profile that is broken or is for another model counts as
    /// none, as browsers do it.
    ///
    /// # Errors
    /// `unsupported` when the CMS knows no way from the profile to sRGB.
    pub fn new(profile: &Profile, model: Model, alpha: bool) -> Result<Self, Error> {
        let (mut transform, mut hdr) = (None, None);
        if let Profile::Hdr(encoding) = profile {
            hdr = Some(Arc::new(Hdr::of_picture(encoding)?));
        } else if let Some(profile) = profile.to_moxcms(model) {
            transform = self::transform(&profile, model)?;
        }
        Ok(Self {
            model,
            alpha,
            transform,
            hdr,
            floats: Default::default(),
            colors: Vec::new(),
            converted: Vec::new(),
        })
    }

    /// Whether samples are sRGB as they are.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.transform.is_none() && self.hdr.is_none() && self.model != Model::Cmyk
    }

    /// Samples a pixel.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.model.channels() + usize::from(self.alpha)
    }

    /// Converts a row of 8-bit samples.
    ///
    /// # Errors
    /// `internal` when the CMS refuses the row.
    pub fn row8(&mut self, samples: &[u8], out: &mut [u32]) -> Result<(), Error> {
        if self.transform.is_some() {
            return self.through(samples, |sample| u16::from(sample) * 257, out);
        }
        if self.hdr.is_some() {
            return self.tone_mapped(samples, |sample| f32::from(sample) / 255.0, out);
        }
        self.plain(samples, |sample| sample, out);
        Ok(())
    }

    /// Converts a row of 16-bit samples.
    ///
    /// # Errors
    /// `internal` when the CMS refuses the row.
    pub fn row16(&mut self, samples: &[u16], out: &mut [u32]) -> Result<(), Error> {
        if self.transform.is_some() {
            return self.through(samples, |sample| sample, out);
        }
        if self.hdr.is_some() {
            return self.tone_mapped(samples, |sample| f32::from(sample) / 65_535.0, out);
        }
        self.plain(samples, round16, out);
        Ok(())
    }

    fn plain<T: Copy>(&self, samples: &[T], round: impl Fn(T) -> u8, out: &mut [u32]) {
        match (self.model, self.alpha) {
            (Model::Gray, false) => {
                for (out, &v) in out.iter_mut().zip(samples) {
                    let v = round(v);
                    *out = rgba(v, v, v, 255);
                }
            }
            (Model::Gray, true) => {
                for (out, pixel) in out.iter_mut().zip(samples.as_chunks::<2>().0) {
                    let [v, a] = pixel.map(&round);
                    *out = rgba(v, v, v, a);
                }
            }
            (Model::Rgb, false) => {
                for (out, pixel) in out.iter_mut().zip(samples.as_chunks::<3>().0) {
                    let [r, g, b] = pixel.map(&round);
                    *out = rgba(r, g, b, 255);
                }
            }
            (Model::Rgb, true) => {
                for (out, pixel) in out.iter_mut().zip(samples.as_chunks::<4>().0) {
                    let [r, g, b, a] = pixel.map(&round);
                    *out = rgba(r, g, b, a);
                }
            }
            (Model::Cmyk, false) => {
                for (out, pixel) in out.iter_mut().zip(samples.as_chunks::<4>().0) {
                    *out = ideal_inks(pixel.map(&round), 255);
                }
            }
            (Model::Cmyk, true) => {
                for (out, pixel) in out.iter_mut().zip(samples.as_chunks::<5>().0) {
                    let [c, m, y, k, a] = pixel.map(&round);
                    *out = ideal_inks([c, m, y, k], a);
                }
            }
        }
    }

    fn tone_mapped<T: Copy>(
        &mut self,
        samples: &[T],
        float: impl Fn(T) -> f32,
        out: &mut [u32],
    ) -> Result<(), Error> {
        let (channels, colors) = (self.channels(), self.model.channels());
        for (at, plane) in self.floats.iter_mut().enumerate() {
            // Grey is all three.
            let channel = at.min(colors - 1);
            plane.clear();
            plane.extend(
                samples[channel..]
                    .iter()
                    .step_by(channels)
                    .map(|&s| float(s)),
            );
        }
        if let Some(hdr) = &self.hdr {
            hdr.convert(&mut self.floats)?;
        }
        let [r, g, b] = &self.floats;
        for (at, out) in out.iter_mut().enumerate() {
            let a = if self.alpha {
                round(float(samples[at * channels + colors]))
            } else {
                255
            };
            *out = rgba(round(r[at]), round(g[at]), round(b[at]), a);
        }
        Ok(())
    }

    fn through<T: Copy>(
        &mut self,
        samples: &[T],
        widen: impl Fn(T) -> u16,
        out: &mut [u32],
    ) -> Result<(), Error> {
        let Some(transform) = &self.transform else {
            return Ok(());
        };
        let (channels, colors) = (self.channels(), self.model.channels());
        self.colors.clear();
        for pixel in samples.chunks_exact(channels) {
            self.colors
                .extend(pixel[..colors].iter().map(|&sample| widen(sample)));
        }
        self.converted.clear();
        self.converted.resize(out.len() * 3, 0);
        transform
            .transform(&self.colors, &mut self.converted)
            .map_err(|error| Error::Internal(format!("the colour conversion failed: {error}")))?;
        for ((out, rgb), pixel) in out
            .iter_mut()
            .zip(self.converted.as_chunks::<3>().0)
            .zip(samples.chunks_exact(channels))
        {
            let [r, g, b] = rgb.map(round16);
            let a = if self.alpha {
                round16(widen(pixel[colors]))
            } else {
                255
            };
            *out = rgba(r, g, b, a);
        }
        Ok(())
    }
}

/// The nearest 8-bit sample; what is out of range goes to its end.
#[inline]
#[must_use]
pub fn round(sample: f32) -> u8 {
    // Through i32, which vectorizes where a cast to u8 does not.
    ((sample * 255.0 + 0.5) as i32).clamp(0, 255) as u8
}

/// The nearest 8-bit sample.
fn round16(sample: u16) -> u8 {
    // (s × 255 + 32,767) ÷ 65,535, exact for every s.
    ((u32::from(sample) * 255 + 32_895) >> 16) as u8
}

/// CMYK without a profile: each ink takes all of its own light and no other.
fn ideal_inks([c, m, y, k]: [u8; 4], a: u8) -> u32 {
    let light = |ink: u8| ((255 - u32::from(ink)) * (255 - u32::from(k)) + 127) / 255;
    rgba(light(c) as u8, light(m) as u8, light(y) as u8, a)
}

/// The conversion to sRGB; `None` when it changes nothing.
fn transform(
    profile: &ColorProfile,
    model: Model,
) -> Result<Option<Arc<Transform16BitExecutor>>, Error> {
    let srgb = super::profile::srgb();
    let layout = match model {
        Model::Gray => Layout::Gray,
        Model::Rgb => Layout::Rgb,
        Model::Cmyk => Layout::Rgba,
    };
    let mut refused = String::new();
    // A profile may have tables for some intents only.
    for intent in [
        profile.rendering_intent,
        RenderingIntent::Perceptual,
        RenderingIntent::RelativeColorimetric,
    ] {
        let options = TransformOptions {
            rendering_intent: intent,
            prefer_fixed_point: false,
            ..TransformOptions::default()
        };
        if model != Model::Cmyk
            && let Ok(quick) = profile.create_transform_8bit(layout, &srgb, Layout::Rgb, options)
            && changes_nothing(&*quick, model)
        {
            return Ok(None);
        }
        match profile.create_transform_16bit(layout, &srgb, Layout::Rgb, options) {
            Ok(transform) => return Ok(Some(transform)),
            Err(error) => refused = error.to_string(),
        }
    }
    Err(Error::Unsupported(format!(
        "the colour profile cannot be converted to sRGB: {refused}"
    )))
}

/// Whether a conversion leaves 8-bit samples as they are, within one step:
/// sRGB profiles are many, and differ in the rounding of their curves.
fn changes_nothing(transform: &Transform8BitExecutor, model: Model) -> bool {
    let levels: Vec<u8> = (0..=16).map(|level| (level * 255 / 16) as u8).collect();
    let ramp = 0..=255_u8;
    let probes: Vec<[u8; 3]> = match model {
        Model::Gray => ramp.map(|v| [v; 3]).collect(),
        _ => {
            let cube = levels.iter().flat_map(|&r| {
                let levels = &levels;
                levels
                    .iter()
                    .flat_map(move |&g| levels.iter().map(move |&b| [r, g, b]))
            });
            ramp.map(|v| [v; 3]).chain(cube).collect()
        }
    };
    let input: Vec<u8> = match model {
        Model::Gray => probes.iter().map(|probe| probe[0]).collect(),
        _ => probes.as_flattened().to_vec(),
    };
    let mut output = vec![0; probes.len() * 3];
    transform.transform(&input, &mut output).is_ok()
        && output
            .iter()
            .zip(probes.as_flattened())
            .all(|(&out, &probe)| out.abs_diff(probe) <= 1)
}
