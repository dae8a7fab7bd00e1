//! How a JPEG XL picture's colours get to sRGB.
//!
//! The decoder converts nothing when it is asked for the space that the
//! frame is in. XYB then goes to sRGB here, and every other space through
//! the conversions that all formats share. One exception stands: a frame
//! that others are blended with is "recorded" in the space that the header
//! names, and the decoder has then converted XYB to that.

use jxl_oxide::color::{ColourEncoding, ColourSpace, Primaries, TransferFunction, WhitePoint};
use jxl_oxide::{EnumColourEncoding, JxlImage, RenderingIntent};

use super::xyb::Xyb;
use crate::Error;
use crate::color::{
    Chromaticities, Curve, DCI_P3, DISPLAY_P3, Hdr, Profile, REC_2020, SRGB, primaries_name,
};

/// What rendered samples mean.
pub enum Meaning {
    /// XYB, to be converted to sRGB.
    Xyb(Xyb),
    /// Something brighter than a screen, or on HDR's curves.
    Hdr(Hdr),
    /// A space that all formats share.
    Profile(Profile),
}

/// Asks the decoder to leave frame `keyframe`'s colours as they are coded,
/// and tells what they mean then.
///
/// # Errors
/// `unsupported` for colours that cannot be converted.
pub fn as_coded(image: &mut JxlImage, keyframe: usize) -> Result<Meaning, Error> {
    let recorded = image
        .frame_header(keyframe)
        .is_some_and(|frame| !(frame.save_before_ct || frame.resets_canvas && frame.is_last));
    let metadata = &image.image_header().metadata;
    let (opsin, tone_mapping) = (&metadata.opsin_inverse_matrix, &metadata.tone_mapping);
    let bright = tone_mapping.intensity_target > 255.0;
    if metadata.xyb_encoded {
        let converted = match &metadata.colour_encoding {
            ColourEncoding::Enum(encoding) if recorded => Some(encoding),
            _ => None,
        };
        if converted.is_none_or(|encoding| !is_rgb_or_gray(encoding)) {
            let xyb = EnumColourEncoding::xyb(RenderingIntent::Relative);
            let meaning = if bright {
                Meaning::Hdr(Hdr::new(xyb.clone(), opsin, tone_mapping)?)
            } else {
                Meaning::Xyb(Xyb::new(opsin, tone_mapping.intensity_target))
            };
            image.request_color_encoding(xyb);
            return Ok(meaning);
        }
    }
    match &metadata.colour_encoding {
        ColourEncoding::IccProfile(_) => {
            let icc = image.original_icc().map(<[u8]>::to_vec);
            Ok(Meaning::Profile(icc.map_or(Profile::Srgb, Profile::Icc)))
        }
        ColourEncoding::Enum(encoding) => {
            let hdr = matches!(encoding.tf, TransferFunction::Pq | TransferFunction::Hlg);
            if is_rgb_or_gray(encoding) && hdr {
                let hdr = Hdr::new(encoding.clone(), opsin, tone_mapping)?;
                return Ok(Meaning::Hdr(hdr));
            }
            Ok(Meaning::Profile(profile(encoding)))
        }
    }
}

fn is_rgb_or_gray(encoding: &EnumColourEncoding) -> bool {
    matches!(encoding.colour_space, ColourSpace::Rgb | ColourSpace::Grey)
}

fn profile(encoding: &EnumColourEncoding) -> Profile {
    // Of an unknown space nothing is known to convert by.
    if !is_rgb_or_gray(encoding) {
        return Profile::Srgb;
    }
    let curve = match encoding.tf {
        TransferFunction::Gamma { g, inverted } => {
            let gamma = f64::from(g) / 1e7;
            match (gamma > 0.0, inverted) {
                (false, _) => Curve::Srgb,
                (true, true) => Curve::Power(1.0 / gamma),
                (true, false) => Curve::Power(gamma),
            }
        }
        TransferFunction::Bt709 => Curve::Rec709,
        TransferFunction::Linear => Curve::Linear,
        TransferFunction::Dci => Curve::Power(2.6),
        TransferFunction::Srgb
        | TransferFunction::Unknown
        | TransferFunction::Pq
        | TransferFunction::Hlg => Curve::Srgb,
    };
    Profile::Curve {
        curve,
        chromaticities: chromaticities(encoding),
    }
}

fn chromaticities(encoding: &EnumColourEncoding) -> Chromaticities {
    let mut all = match encoding.primaries {
        Primaries::Srgb => SRGB,
        Primaries::Bt2100 => REC_2020,
        Primaries::P3 => DISPLAY_P3,
        Primaries::Custom { red, green, blue } => {
            let mut all = SRGB;
            for (at, point) in [red, green, blue].into_iter().enumerate() {
                all[2 + 2 * at..4 + 2 * at].copy_from_slice(&point.as_float().map(f64::from));
            }
            all
        }
    };
    let white = match encoding.white_point {
        WhitePoint::D65 => [SRGB[0], SRGB[1]],
        WhitePoint::Dci => [DCI_P3[0], DCI_P3[1]],
        WhitePoint::E => [1.0 / 3.0; 2],
        WhitePoint::Custom(point) => point.as_float().map(f64::from),
    };
    all[..2].copy_from_slice(&white);
    all
}

/// Words for an enumerated colour space.
pub(super) fn name(encoding: &EnumColourEncoding) -> String {
    let transfer = match encoding.tf {
        TransferFunction::Gamma { g, inverted } => {
            let gamma = f64::from(g) / 1e7;
            let gamma = if inverted { 1.0 / gamma } else { gamma };
            format!("gamma {}", (gamma * 100.0).round() / 100.0)
        }
        TransferFunction::Bt709 => "Rec. 709 curve".into(),
        TransferFunction::Unknown => "unknown curve".into(),
        TransferFunction::Linear => "linear".into(),
        TransferFunction::Srgb => "sRGB".into(),
        TransferFunction::Pq => "PQ".into(),
        TransferFunction::Dci => "gamma 2.6".into(),
        TransferFunction::Hlg => "HLG".into(),
    };
    match encoding.colour_space {
        ColourSpace::Grey => return format!("grey {transfer}"),
        ColourSpace::Xyb => return "XYB".into(),
        ColourSpace::Unknown => return "unknown".into(),
        ColourSpace::Rgb => {}
    }
    let primaries = match (encoding.primaries, encoding.white_point) {
        (Primaries::Srgb, WhitePoint::D65) => Some(1),
        (Primaries::Bt2100, WhitePoint::D65) => Some(9),
        (Primaries::P3, WhitePoint::Dci) => Some(11),
        (Primaries::P3, WhitePoint::D65) => Some(12),
        _ => None,
    };
    match (primaries, encoding.tf.cicp()) {
        (Some(primaries), Some(transfer)) => primaries_name(primaries, transfer),
        (Some(primaries), None) => {
            let space = primaries_name(primaries, 1);
            format!("{space}, {transfer}")
        }
        (None, _) => format!("custom primaries, {transfer}"),
    }
}
