//! What a file says of its colours, and the ICC profile that means the same.

use jxl_oxide::EnumColourEncoding;
use moxcms::{Chromaticity, ColorPrimaries, ColorProfile, DataColorSpace, ToneReprCurve};

use super::Model;

/// What a file says of its colours.
#[derive(Debug, Clone, Default)]
pub enum Profile {
    /// sRGB, or nothing, which means the same. Grey uses sRGB's curve, and
    /// CMYK is taken as ideal inks.
    #[default]
    Srgb,
    /// An ICC profile.
    Icc(Vec<u8>),
    /// Primaries and one curve for all channels.
    Curve {
        /// How samples become light.
        curve: Curve,
        /// White, red, green and blue.
        chromaticities: Chromaticities,
    },
    /// PQ or HLG, which are tone mapped.
    Hdr(EnumColourEncoding),
}

/// x and y of white, red, green and blue.
pub type Chromaticities = [f64; 8];

/// sRGB's and Rec. 709's.
pub const SRGB: Chromaticities = [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06];
/// Rec. 2020's and Rec. 2100's.
pub const REC_2020: Chromaticities = [0.3127, 0.329, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046];
/// Display P3's.
pub const DISPLAY_P3: Chromaticities = [0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06];
/// DCI-P3's, with the white of projectors.
pub const DCI_P3: Chromaticities = [0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06];

/// How samples become light.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Curve {
    /// IEC 61966-2-1.
    Srgb,
    /// The sample is light.
    Linear,
    /// Rec. ITU-R BT.709.
    Rec709,
    /// Light is the sample to this power.
    Power(f64),
}

impl Curve {
    /// As ICC's parametric types 0 and 3.
    fn to_moxcms(self) -> ToneReprCurve {
        let parameters: &[f64] = match self {
            Self::Srgb => &[2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045],
            Self::Linear => &[1.0],
            Self::Rec709 => &[1.0 / 0.45, 1.0 / 1.099, 0.099 / 1.099, 1.0 / 4.5, 0.081],
            Self::Power(power) => &[power],
        };
        ToneReprCurve::Parametric(parameters.iter().map(|&value| value as f32).collect())
    }
}

impl Profile {
    /// The profile for pixels of `model`; `None` where they are sRGB, and
    /// where the profile is broken or for another model.
    pub(super) fn to_moxcms(&self, model: Model) -> Option<ColorProfile> {
        match self {
            Self::Srgb | Self::Hdr(_) => None,
            Self::Icc(icc) => {
                let profile = ColorProfile::new_from_slice(icc).ok()?;
                let fits = match model {
                    Model::Gray => profile.color_space == DataColorSpace::Gray,
                    Model::Rgb => {
                        matches!(
                            profile.color_space,
                            DataColorSpace::Rgb | DataColorSpace::Lab
                        )
                    }
                    Model::Cmyk => profile.color_space == DataColorSpace::Cmyk,
                };
                fits.then_some(profile)
            }
            Self::Curve {
                curve,
                chromaticities,
            } => {
                let near = |(a, b): (&f64, &f64)| (a - b).abs() < 0.002;
                let of_srgb = chromaticities.iter().zip(&SRGB).all(near);
                if *curve == Curve::Srgb && (of_srgb || model == Model::Gray) {
                    return None;
                }
                made(*curve, chromaticities, model)
            }
        }
    }
}

/// sRGB. moxcms's own takes D65 as 6504 K of daylight, which is off the
/// standard's white by as much as dark saturated colours show.
pub(super) fn srgb() -> ColorProfile {
    made(Curve::Srgb, &SRGB, Model::Rgb).unwrap_or_else(ColorProfile::new_srgb)
}

fn made(curve: Curve, chromaticities: &Chromaticities, model: Model) -> Option<ColorProfile> {
    let curve = curve.to_moxcms();
    if model == Model::Gray {
        let mut profile = ColorProfile::new_gray_with_gamma(1.0);
        profile.gray_trc = Some(curve);
        return Some(profile);
    }
    let [wx, wy, rx, ry, gx, gy, bx, by] = *chromaticities;
    if [wy, ry, gy, by].iter().any(|&y| y < 1e-4) {
        return None;
    }
    let point = |x: f64, y: f64| Chromaticity::new(x as f32, y as f32);
    let primaries = ColorPrimaries {
        red: point(rx, ry),
        green: point(gx, gy),
        blue: point(bx, by),
    };
    let mut profile = ColorProfile::new_srgb();
    profile.update_rgb_colorimetry(point(wx, wy).to_xyyb(), primaries);
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve);
    Some(profile)
}
