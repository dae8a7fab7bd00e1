//! How a JPEG XL picture's colours get to sRGB.
//!
//! What the header enumerates, XYB among it, the decoder converts itself,
//! tone mapping PQ, HLG and bright XYB (Rec. ITU-R BT.2408) and clipping what
//! sRGB cannot hold. Pictures coded in the space of an ICC profile are left in
//! it, and pass the same conversion as every other format's.

use jxl_oxide::color::{
    ColourEncoding, ColourSpace, Primaries, TransferFunction, WhitePoint,
};
use jxl_oxide::{EnumColourEncoding, JxlImage};

use crate::color::{Profile, primaries_name};

/// Asks the decoder for sRGB where it can do that by itself; returns what
/// the rendered samples mean.
pub(super) fn request(image: &mut JxlImage) -> Profile {
    let metadata = &image.image_header().metadata;
    let (encoding, gray) = (&metadata.colour_encoding, metadata.grayscale());
    let wanted = match encoding {
        _ if metadata.xyb_encoded => {
            let intent = match encoding {
                ColourEncoding::Enum(encoding) => encoding.rendering_intent,
                ColourEncoding::IccProfile(_) => jxl_oxide::RenderingIntent::Relative,
            };
            EnumColourEncoding::srgb(intent)
        }
        ColourEncoding::IccProfile(_) => {
            return image
                .original_icc()
                .map_or(Profile::Srgb, |icc| Profile::Icc(icc.to_vec()));
        }
        ColourEncoding::Enum(encoding) if is_srgb(encoding) => return Profile::Srgb,
        ColourEncoding::Enum(encoding) if gray => {
            EnumColourEncoding::gray_srgb(encoding.rendering_intent)
        }
        ColourEncoding::Enum(encoding) => EnumColourEncoding::srgb(encoding.rendering_intent),
    };
    image.request_color_encoding(wanted);
    Profile::Srgb
}

fn is_srgb(encoding: &EnumColourEncoding) -> bool {
    match encoding.colour_space {
        // Nothing is known of it, so that nothing can be converted.
        ColourSpace::Unknown | ColourSpace::Xyb => true,
        ColourSpace::Grey => {
            encoding.tf == TransferFunction::Srgb && encoding.white_point == WhitePoint::D65
        }
        ColourSpace::Rgb => {
            encoding.tf == TransferFunction::Srgb
                && encoding.white_point == WhitePoint::D65
                && encoding.primaries == Primaries::Srgb
        }
    }
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
