//! The formats that `image` reads alone: TIFF, BMP, QOI, PNM, ICO, TGA, DDS,
//! farbfeld, OpenEXR and Radiance HDR.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::dds::DdsDecoder;
use image::codecs::farbfeld::FarbfeldDecoder;
use image::codecs::hdr::HdrDecoder;
use image::codecs::ico::IcoDecoder;
use image::codecs::openexr::OpenExrDecoder;
use image::codecs::pnm::PnmDecoder;
use image::codecs::qoi::QoiDecoder;
use image::codecs::tga::TgaDecoder;
use image::codecs::tiff::TiffDecoder;
use image::{ColorType, ExtendedColorType, ImageDecoder, ImageError};

use super::description::{AlphaKind, Coding, Color, ColorModel, InspectResult, SampleKind};
use super::interleaved::{Interleaved, Layout, Samples};
use super::through_image::{self, missing_frame};
use super::{Decoded, light, stored, tiff};
use crate::color::{Profile, icc_name};
use crate::format::Format;
use crate::limits::Limits;
use crate::raster::{Orientation, Region, Size, zeroed};
use crate::{Context, Error};

/// A decoder that has read its header.
fn open<'a>(
    format: Format,
    bytes: &'a [u8],
    limits: &Limits,
) -> Result<Box<dyn ImageDecoder + 'a>, Error> {
    fn boxed<'a, D: ImageDecoder + 'a>(
        decoder: Result<D, ImageError>,
    ) -> Result<Box<dyn ImageDecoder + 'a>, ImageError> {
        decoder.map(|decoder| Box::new(decoder) as Box<dyn ImageDecoder>)
    }
    let source = Cursor::new(bytes);
    let decoder = match format {
        Format::Tiff => {
            tiff::check(bytes)?;
            boxed(TiffDecoder::new(source))
        }
        Format::Bmp => boxed(BmpDecoder::new(source)),
        Format::Qoi => boxed(QoiDecoder::new(source)),
        Format::Pnm => boxed(PnmDecoder::new(source)),
        Format::Ico => boxed(IcoDecoder::new(source)),
        Format::Tga => boxed(TgaDecoder::new(source)),
        Format::Dds => boxed(DdsDecoder::new(source)),
        Format::Farbfeld => boxed(FarbfeldDecoder::new(source)),
        Format::Exr => {
            light::check_exr(bytes, limits)?;
            boxed(OpenExrDecoder::new(source))
        }
        Format::Hdr => boxed(HdrDecoder::new(source)),
        _ => {
            return Err(Error::Internal(format!(
                "{} has a decoder of its own",
                format.name()
            )));
        }
    };
    decoder.map_err(|error| through_image::failure(format, &error, bytes.len(), limits))
}

fn size(decoder: &dyn ImageDecoder) -> Size {
    let (width, height) = decoder.dimensions();
    Size { width, height }
}

fn orientation(format: Format, bytes: &[u8]) -> Orientation {
    if format == Format::Tiff {
        crate::exif::orientation(bytes)
    } else {
        Orientation::UPRIGHT
    }
}

/// Describes a file.
pub(super) fn inspect(
    format: Format,
    bytes: &[u8],
    limits: &Limits,
) -> Result<InspectResult, Error> {
    let mut decoder = open(format, bytes, limits)?;
    let coding = match format {
        Format::Tiff => Coding::Tiff,
        Format::Exr | Format::Hdr => Coding::Float,
        _ => Coding::Plain,
    };
    let mut description = InspectResult::still(format, size(&*decoder), coding);
    description.turn(orientation(format, bytes));
    let color = decoder.color_type();
    let channels = u32::from(color.channel_count());
    description.bit_depth = match decoder.original_color_type() {
        ExtendedColorType::L1 => 1,
        _ => u32::from(color.bits_per_pixel()) / channels.max(1),
    };
    if color.has_alpha() {
        description.alpha = match format {
            Format::Exr => AlphaKind::Premultiplied,
            _ => AlphaKind::Straight,
        };
    }
    let icc = decoder.icc_profile().ok().flatten();
    let icc_name = icc.as_deref().and_then(icc_name);
    let float = is_float(color);
    if float {
        description.sample = SampleKind::Float;
    }
    description.color = Color {
        model: match decoder.original_color_type() {
            ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16 => ColorModel::Cmyk,
            _ if channels < 3 => ColorModel::Gray,
            _ => ColorModel::Rgb,
        },
        space: match (&icc, &icc_name) {
            (_, Some(name)) => name.clone(),
            (Some(_), None) => "ICC profile".into(),
            (None, None) if float => "linear sRGB".into(),
            (None, None) if channels < 3 => "grey sRGB".into(),
            (None, None) => "sRGB".into(),
        },
        icc_name,
    };
    description.exif = format == Format::Tiff;
    description.xmp = decoder.xmp_metadata().ok().flatten().is_some();
    // DDS's blocks, Radiance's shared exponents and TIFF's JPEG are not.
    description.lossless = match format {
        Format::Tiff | Format::Exr => None,
        Format::Dds | Format::Hdr => Some(false),
        _ => Some(true),
    };
    Ok(description)
}

const fn is_float(color: ColorType) -> bool {
    matches!(color, ColorType::Rgb32F | ColorType::Rgba32F)
}

/// Decodes the picture, oriented and cut to `region`; floats are light, made
/// brighter by `exposure` stops.
pub(super) fn decode(
    context: &Context<'_>,
    format: Format,
    bytes: &[u8],
    frame: u32,
    region: Option<Region>,
    exposure: f32,
) -> Result<Decoded, Error> {
    let limits = context.limits();
    if frame > 0 {
        return Err(missing_frame(frame, 1));
    }
    let failure = |error: &ImageError| through_image::failure(format, error, bytes.len(), limits);
    let mut decoder = open(format, bytes, limits)?;
    let stored = stored(format, Some(size(&*decoder)), limits)?;
    // What the decoder holds beside the samples: as much again for those that
    // put blocks, planes or lines together, more for EXR's blocks.
    let total = decoder.total_bytes();
    let beside = if format == Format::Exr { 2 } else { 1 };
    let needed =
        u128::from(total) * (1 + beside) + 8 * u128::from(stored.pixels()) + bytes.len() as u128;
    limits.check_memory(u64::try_from(needed).unwrap_or(u64::MAX))?;
    decoder
        .set_limits(through_image::limits(limits))
        .map_err(|error| failure(&error))?;
    check_length(format, stored, total, bytes.len())?;
    let color = decoder.color_type();
    let icc = decoder.icc_profile().ok().flatten();
    let orientation = orientation(format, bytes);
    context.progress(1, 0.0)?;
    if is_float(color) {
        let mut samples = zeroed::<f32>(total / 4)?;
        decoder
            .read_image(bytemuck::cast_slice_mut(&mut samples))
            .map_err(|error| failure(&error))?;
        return light::Light {
            samples,
            alpha: color.has_alpha(),
            premultiplied: format == Format::Exr,
            stored,
        }
        .finish(context, exposure, orientation, region);
    }
    let samples = if color.bytes_per_pixel() / color.channel_count() == 2 {
        let mut samples = zeroed::<u16>(total / 2)?;
        decoder
            .read_image(bytemuck::cast_slice_mut(&mut samples))
            .map_err(|error| failure(&error))?;
        Samples::U16(samples)
    } else {
        let mut samples = zeroed::<u8>(total)?;
        decoder
            .read_image(&mut samples)
            .map_err(|error| failure(&error))?;
        Samples::U8(samples)
    };
    let profile = icc.map_or(Profile::Srgb, Profile::Icc);
    Interleaved {
        samples,
        layout: Layout::of_channels(usize::from(color.channel_count())),
        stored,
    }
    .finish(context, &profile, orientation, region)
}

/// Refuses a file that is too short for its size before memory is taken for
/// its pixels.
fn check_length(format: Format, stored: Size, total: u64, length: usize) -> Result<(), Error> {
    let least = match format {
        Format::Farbfeld => 16 + total,
        // A byte may stand for 62 pixels.
        Format::Qoi => 22 + stored.pixels() / 62,
        // A packet of at least two bytes for 128 pixels.
        Format::Tga => 18 + stored.pixels() / 64,
        // Blocks of 16 pixels in 8 bytes.
        Format::Dds => 128 + stored.pixels() / 2,
        // Four bytes for up to 127 samples of a row of four planes, at best.
        Format::Hdr => stored.pixels() / 32,
        _ => return Ok(()),
    };
    if least <= length as u64 {
        return Ok(());
    }
    Err(Error::InvalidInput(format!(
        "the {} file is cut off: {} by {} pixels take at least {least} bytes, it has {length}",
        format.name(),
        stored.width,
        stored.height
    )))
}
