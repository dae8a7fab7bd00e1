//! What a JPEG XL file's headers tell.

use jxl_oxide::color::ColourEncoding;
use jxl_oxide::frame::Encoding;
use jxl_oxide::image::BitDepth;
use jxl_oxide::{AuxBoxData, ExtraChannelType, JpegReconstructionStatus, JxlImage};

use super::{Opened, color, open, orientation, stored_size};
use crate::color::icc_name;
use crate::format::Format;
use crate::formats::description::{
    AlphaKind, Coding, Color, ColorModel, ExtraChannel, Frame, InspectResult, SampleKind,
};
use crate::{Context, Error};

/// Describes a JPEG XL file, or the head of one.
///
/// # Errors
/// `invalid_input` when the header is broken or not all there, and
/// `limit_exceeded`.
pub fn inspect(context: &Context<'_>, bytes: &[u8]) -> Result<InspectResult, Error> {
    let Opened { image, complete } = open(context, bytes, None, context.limits().memory)?;
    let metadata = &image.image_header().metadata;
    let lossy = (0..=image.num_loaded_frames())
        .filter_map(|index| image.frame(index))
        .any(|frame| frame.header().encoding == Encoding::VarDct);
    let coding = if lossy || (image.num_loaded_frames() == 0 && metadata.xyb_encoded) {
        Coding::JxlVarDct
    } else {
        Coding::JxlModular
    };
    let mut description = InspectResult::still(Format::Jxl, stored_size(&image), coding);
    description.turn(orientation(&image));
    (description.bit_depth, description.sample) = depth(metadata.bit_depth);
    description.color = describe_color(&image);
    let alpha = metadata.alpha();
    if let Some(alpha) = alpha {
        description.alpha = match metadata.ec_info[alpha].alpha_associated() {
            Some(true) => AlphaKind::Premultiplied,
            _ => AlphaKind::Straight,
        };
    }
    description.extra_channels = metadata
        .ec_info
        .iter()
        .enumerate()
        .filter(|&(index, _)| Some(index) != alpha)
        .map(|(_, info)| ExtraChannel {
            kind: kind(info.ty),
            name: (!info.name.is_empty()).then(|| info.name.to_string()),
            bit_depth: depth(info.bit_depth).0,
        })
        .collect();
    frames(&image, &mut description);
    let boxes = image.aux_boxes();
    description.exif = matches!(
        boxes.first_exif(),
        Ok(AuxBoxData::Data(_) | AuxBoxData::Decoding)
    );
    description.xmp = !boxes.first_xml().is_not_found();
    description.jpeg_reconstruction = matches!(
        image.jpeg_reconstruction_status(),
        JpegReconstructionStatus::Available
    );
    // XYB rounds. A JPEG's own coefficients are kept as they were, and what
    // was lost before is not this file's loss.
    description.lossless = Some(!metadata.xyb_encoded && !lossy || description.jpeg_reconstruction);
    description.truncated = !complete;
    Ok(description)
}

fn frames(image: &JxlImage, description: &mut InspectResult) {
    let animation = image.image_header().metadata.animation.as_ref();
    let tick = animation.map_or(0.0, |animation| {
        1e3 * f64::from(animation.tps_denominator) / f64::from(animation.tps_numerator.max(1))
    });
    description.animated = animation.is_some();
    description.loops = animation.map(|animation| animation.num_loops);
    description.frames = (0..image.num_loaded_keyframes())
        .filter_map(|index| image.frame_header(index))
        .map(|header| Frame {
            duration_ms: animation.map(|_| f64::from(header.duration) * tick),
            name: (!header.name.is_empty()).then(|| header.name.to_string()),
        })
        .collect();
}

pub(super) fn describe_color(image: &JxlImage) -> Color {
    let metadata = &image.image_header().metadata;
    let icc = image.original_icc();
    let cmyk = icc.and_then(|icc| icc.get(16..20)) == Some(b"CMYK");
    let model = if cmyk {
        ColorModel::Cmyk
    } else if metadata.grayscale() {
        ColorModel::Gray
    } else {
        ColorModel::Rgb
    };
    let icc_name = icc.and_then(icc_name);
    let space = match &metadata.colour_encoding {
        ColourEncoding::Enum(encoding) => color::name(encoding),
        ColourEncoding::IccProfile(_) => icc_name.clone().unwrap_or_else(|| "ICC profile".into()),
    };
    Color {
        model,
        space,
        icc_name,
    }
}

const fn depth(depth: BitDepth) -> (u32, SampleKind) {
    match depth {
        BitDepth::IntegerSample { bits_per_sample } => (bits_per_sample, SampleKind::Int),
        BitDepth::FloatSample {
            bits_per_sample, ..
        } => (bits_per_sample, SampleKind::Float),
    }
}

const fn kind(ty: ExtraChannelType) -> &'static str {
    match ty {
        ExtraChannelType::Alpha { .. } => "alpha",
        ExtraChannelType::Depth => "depth",
        ExtraChannelType::SpotColour { .. } => "spot color",
        ExtraChannelType::SelectionMask => "selection mask",
        ExtraChannelType::Black => "black",
        ExtraChannelType::Cfa { .. } => "color filter array",
        ExtraChannelType::Thermal => "thermal",
        ExtraChannelType::NonOptional => "required, unknown",
        ExtraChannelType::Optional => "unknown",
    }
}
