//! Rows of samples to RGBA, 8 bits, sRGB.
//!
//! Where a profile means another space than sRGB, rows pass moxcms at 16
//! bits, whatever their own depth, and are rounded once, at the end.

use std::sync::Arc;

use moxcms::{
    Chromaticity, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, Layout,
    RenderingIntent, ToneReprCurve, Transform8BitExecutor, Transform16BitExecutor,
    TransformOptions,
};

use super::Profile;
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

/// Turns rows of interleaved samples, alpha last, into sRGB.
pub struct ToSrgb {
    model: Model,
    alpha: bool,
    transform: Option<Arc<Transform16BitExecutor>>,
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
        let transform = match profile_of(profile, model) {
            Some(profile) => transform(&profile, model)?,
            None => None,
        };
        Ok(Self {
            model,
            alpha,
            transform,
            colors: Vec::new(),
            converted: Vec::new(),
        })
    }

    /// Whether samples are sRGB as they are.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.transform.is_none() && self.model != Model::Cmyk
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
            self.colors.extend(pixel[..colors].iter().map(|&sample| widen(sample)));
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
            let a = if self.alpha { round16(widen(pixel[colors])) } else { 255 };
            *out = rgba(r, g, b, a);
        }
        Ok(())
    }
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

fn profile_of(profile: &Profile, model: Model) -> Option<ColorProfile> {
    match profile {
        Profile::Srgb => None,
        Profile::Icc(icc) => {
            let profile = ColorProfile::new_from_slice(icc).ok()?;
            let fits = matches!(
                (profile.color_space, model),
                (DataColorSpace::Gray, Model::Gray) | (DataColorSpace::Cmyk, Model::Cmyk)
            ) || (model == Model::Rgb
                && matches!(profile.color_space, DataColorSpace::Rgb | DataColorSpace::Lab));
            fits.then_some(profile)
        }
        Profile::Gamma {
            gamma,
            chromaticities,
        } => gamma_profile(*gamma, *chromaticities, model),
        Profile::Cicp(cicp) => cicp_profile(*cicp, model),
    }
}

fn cicp_profile([primaries, transfer, _, range]: [u8; 4], model: Model) -> Option<ColorProfile> {
    let cicp = CicpProfile {
        color_primaries: primaries.try_into().ok()?,
        transfer_characteristics: transfer.try_into().ok()?,
        matrix_coefficients: moxcms::MatrixCoefficients::Identity,
        full_range: range != 0,
    };
    let mut profile = ColorProfile::new_from_cicp(cicp);
    if model == Model::Gray {
        profile = gray(profile.red_trc?);
    }
    Some(profile)
}

/// White, red, green and blue of sRGB.
const SRGB_CHROMATICITIES: [f64; 8] = [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06];

fn gamma_profile(gamma: f64, chromaticities: Option<[f64; 8]>, model: Model) -> Option<ColorProfile> {
    if !(0.01..=10.0).contains(&gamma) {
        return None;
    }
    let given = chromaticities.unwrap_or(SRGB_CHROMATICITIES);
    let near = |(a, b): (&f64, &f64)| (a - b).abs() < 0.002;
    let srgb_primaries = given.iter().zip(&SRGB_CHROMATICITIES).all(near);
    // 1 ÷ 2.2 is how writers say sRGB in this chunk.
    if (gamma - 0.45455).abs() < 0.0005 && (srgb_primaries || model == Model::Gray) {
        return None;
    }
    // Parametric type 0: Y = X^g.
    let curve = ToneReprCurve::Parametric(vec![(1.0 / gamma) as f32]);
    if model == Model::Gray {
        return Some(gray(curve));
    }
    let [wx, wy, rx, ry, gx, gy, bx, by] = given;
    if [wy, ry, gy, by].iter().any(|&y| y < 1e-4) {
        return None;
    }
    let mut profile = ColorProfile::new_srgb();
    let point = |x: f64, y: f64| Chromaticity::new(x as f32, y as f32);
    let primaries = ColorPrimaries {
        red: point(rx, ry),
        green: point(gx, gy),
        blue: point(bx, by),
    };
    profile.update_rgb_colorimetry(point(wx, wy).to_xyyb(), primaries);
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve);
    Some(profile)
}

fn gray(curve: ToneReprCurve) -> ColorProfile {
    let mut profile = ColorProfile::new_gray_with_gamma(1.0);
    profile.gray_trc = Some(curve);
    profile
}

/// The conversion to sRGB; `None` when it changes nothing.
fn transform(
    profile: &ColorProfile,
    model: Model,
) -> Result<Option<Arc<Transform16BitExecutor>>, Error> {
    let srgb = ColorProfile::new_srgb();
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
                levels.iter().flat_map(move |&g| levels.iter().map(move |&b| [r, g, b]))
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
