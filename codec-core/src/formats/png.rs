//! PNG and APNG: a walk over the chunks, and pixels through `image`.

use std::io::Cursor;

use image::codecs::png::PngDecoder;
use image::{ColorType, Frames, ImageDecoder};
use jxl_oxide::color::{ColourSpace, Primaries, TransferFunction, WhitePoint};
use jxl_oxide::{EnumColourEncoding, RenderingIntent};

use super::apng::Composed;
use super::description::{AlphaKind, Coding, Color, ColorModel, Frame, InspectResult};
use super::interleaved::{Interleaved, Layout, Samples};
use super::reader::Reader;
use super::through_image::{self, Animation, missing_frame};
use super::{Decoded, stored};
use crate::color::{
    Chromaticities, Curve, DCI_P3, DISPLAY_P3, Profile, REC_2020, SRGB, icc_name, primaries_name,
};
use crate::exif;
use crate::format::Format;
use crate::limits::Limits;
use crate::raster::{Orientation, Region, Size, zeroed};
use crate::{Context, Error};

/// What the chunks say.
#[derive(Debug, Default)]
struct Chunks {
    size: Option<Size>,
    bit_depth: u8,
    color_type: u8,
    transparency: bool,
    icc: bool,
    srgb: bool,
    gamma: Option<f64>,
    chromaticities: Option<Chromaticities>,
    cicp: Option<[u8; 4]>,
    orientation: Orientation,
    exif: bool,
    xmp: bool,
    /// Frames and plays, from `acTL`.
    animation: Option<(u32, u32)>,
    /// Milliseconds, from each `fcTL`.
    delays: Vec<f64>,
    /// Whether the first frame is the picture that plain readers show.
    first_is_default: bool,
    ended: bool,
}

impl Chunks {
    fn walk(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let mut chunks = Self::default();
        let mut reader = Reader::new(&bytes[8.min(bytes.len())..]);
        let mut pixels_seen = false;
        while let (Some(length), Some(kind)) = (reader.u32_be(), reader.take(4)) {
            let length = length as usize;
            let data = reader.take_up_to(length);
            let whole = data.len() == length;
            chunks.read(kind, data, pixels_seen);
            pixels_seen |= kind == b"IDAT";
            limits.check_frames(chunks.delays.len() as u64)?;
            if kind == b"IEND" {
                chunks.ended = true;
                break;
            }
            if !whole || reader.take(4).is_none() {
                break;
            }
        }
        if chunks.size.is_none() {
            return Err(Error::InvalidInput(format!(
                "the PNG file has no header (IHDR); it has {} bytes",
                bytes.len()
            )));
        }
        Ok(chunks)
    }

    /// Notes a chunk; one that is cut off or malformed says nothing.
    fn read(&mut self, kind: &[u8], data: &[u8], pixels_seen: bool) -> Option<()> {
        let mut reader = Reader::new(data);
        match kind {
            b"IHDR" => {
                let size = Size {
                    width: reader.u32_be()?,
                    height: reader.u32_be()?,
                };
                self.bit_depth = reader.u8()?;
                self.color_type = reader.u8()?;
                self.size = Some(size);
            }
            b"tRNS" => self.transparency = true,
            b"iCCP" => self.icc = true,
            b"sRGB" => self.srgb = true,
            b"gAMA" => self.gamma = Some(f64::from(reader.u32_be()?) / 100_000.0),
            b"cHRM" => {
                let mut values = [0.0; 8];
                for value in &mut values {
                    *value = f64::from(reader.u32_be()?) / 100_000.0;
                }
                self.chromaticities = Some(values);
            }
            b"cICP" => self.cicp = data.try_into().ok(),
            b"eXIf" => {
                self.exif = true;
                self.orientation = exif::orientation(data);
            }
            b"iTXt" => self.xmp |= data.starts_with(b"XML:com.adobe.xmp\0"),
            b"acTL" => self.animation = Some((reader.u32_be()?, reader.u32_be()?)),
            b"fcTL" => {
                let _ = reader.take(20)?;
                let (numerator, denominator) = (reader.u16_be()?, reader.u16_be()?);
                // Nothing stands for hundredths.
                let denominator = if denominator == 0 { 100 } else { denominator };
                self.delays
                    .push(1e3 * f64::from(numerator) / f64::from(denominator));
                self.first_is_default |= !pixels_seen;
            }
            _ => {}
        }
        Some(())
    }

    /// How many are seen.
    fn frames(&self) -> usize {
        if self.animation.is_some() {
            self.delays.len().max(1)
        } else {
            1
        }
    }

    fn is_gray(&self) -> bool {
        matches!(self.color_type, 0 | 4)
    }

    fn alpha(&self) -> bool {
        self.transparency || matches!(self.color_type, 4 | 6)
    }

    /// In the order of the PNG specification, third edition, 4.3.
    fn profile(&self, icc: Option<Vec<u8>>) -> Profile {
        if let Some(cicp) = self.cicp {
            return cicp_profile(cicp);
        }
        if let Some(icc) = icc {
            return Profile::Icc(icc);
        }
        match self.gamma {
            Some(gamma) if !self.srgb && (0.01..=10.0).contains(&gamma) => Profile::Curve {
                // 1 ÷ 2.2 is how writers say sRGB in this chunk.
                curve: if (gamma - 0.45455).abs() < 0.0005 {
                    Curve::Srgb
                } else {
                    Curve::Power(1.0 / gamma)
                },
                chromaticities: self.chromaticities.unwrap_or(SRGB),
            },
            _ => Profile::Srgb,
        }
    }

    fn color(&self, icc: Option<&[u8]>) -> Color {
        let model = if self.is_gray() {
            ColorModel::Gray
        } else {
            ColorModel::Rgb
        };
        let icc_name = icc.and_then(icc_name);
        let space = if let Some([primaries, transfer, ..]) = self.cicp {
            primaries_name(primaries, transfer)
        } else if let Some(name) = &icc_name {
            name.clone()
        } else if icc.is_some() {
            "ICC profile".into()
        } else {
            match self.gamma {
                Some(gamma) if !self.srgb && (gamma - 0.45455).abs() > 0.0005 => {
                    format!("gamma {:.2}", 1.0 / gamma)
                }
                _ if self.is_gray() => "grey sRGB".into(),
                _ => "sRGB".into(),
            }
        };
        Color {
            model,
            space,
            icc_name,
        }
    }
}

/// The colours that code points of ITU-T H.273 mean; sRGB where they are
/// reserved or mean something that no picture is in.
fn cicp_profile([primaries, transfer, ..]: [u8; 4]) -> Profile {
    let (chromaticities, encoded, white_point) = match primaries {
        9 => (REC_2020, Primaries::Bt2100, WhitePoint::D65),
        11 => (DCI_P3, Primaries::P3, WhitePoint::Dci),
        12 => (DISPLAY_P3, Primaries::P3, WhitePoint::D65),
        _ => (SRGB, Primaries::Srgb, WhitePoint::D65),
    };
    let curve = match transfer {
        1 | 6 | 14 | 15 => Curve::Rec709,
        4 => Curve::Power(2.2),
        5 => Curve::Power(2.8),
        8 => Curve::Linear,
        17 => Curve::Power(2.6),
        16 | 18 => {
            return Profile::Hdr(EnumColourEncoding {
                colour_space: ColourSpace::Rgb,
                white_point,
                primaries: encoded,
                tf: if transfer == 16 {
                    TransferFunction::Pq
                } else {
                    TransferFunction::Hlg
                },
                rendering_intent: RenderingIntent::Relative,
            });
        }
        _ => Curve::Srgb,
    };
    Profile::Curve {
        curve,
        chromaticities,
    }
}

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<PngDecoder<Cursor<&'a [u8]>>, Error> {
    PngDecoder::with_limits(Cursor::new(bytes), through_image::limits(limits))
        .map_err(|error| through_image::failure(Format::Png, &error, bytes.len(), limits))
}

/// Describes a PNG file, or the head of one.
pub(super) fn inspect(bytes: &[u8], limits: &Limits) -> Result<InspectResult, Error> {
    let chunks = Chunks::walk(bytes, limits)?;
    let size = chunks.size.unwrap_or(Size {
        width: 0,
        height: 0,
    });
    let icc = if chunks.icc {
        open(bytes, limits)
            .ok()
            .and_then(|mut decoder| decoder.icc_profile().ok().flatten())
    } else {
        None
    };
    let mut description = InspectResult::still(Format::Png, size, Coding::Png);
    description.turn(chunks.orientation);
    description.bit_depth = u32::from(chunks.bit_depth);
    description.color = chunks.color(icc.as_deref());
    if chunks.alpha() {
        description.alpha = AlphaKind::Straight;
    }
    if let Some((_, plays)) = chunks.animation {
        description.animated = true;
        description.loops = Some(plays);
        description.frames = chunks
            .delays
            .iter()
            .map(|&delay| Frame {
                duration_ms: Some(delay),
                name: None,
            })
            .collect();
    }
    description.exif = chunks.exif;
    description.xmp = chunks.xmp;
    description.lossless = Some(true);
    description.truncated = !chunks.ended;
    Ok(description)
}

/// Decodes a frame, oriented and cut to `region`.
pub(super) fn decode(
    context: &Context<'_>,
    bytes: &[u8],
    frame: u32,
    region: Option<Region>,
) -> Result<Decoded, Error> {
    let limits = context.limits();
    let chunks = Chunks::walk(bytes, limits)?;
    let stored = stored(Format::Png, chunks.size, limits)?;
    let frames = chunks.frames();
    if frame as usize >= frames {
        return Err(missing_frame(frame, frames));
    }
    let mut decoder = open(bytes, limits)?;
    let icc = decoder.icc_profile().ok().flatten();
    let profile = chunks.profile(icc);
    if chunks.animation.is_some() && (frame > 0 || !chunks.first_is_default) {
        let animation = composed(context, bytes, &chunks, stored, profile)?;
        return animation.frame(context, frame, region);
    }
    let color_type = decoder.color_type();
    let samples = usize::from(color_type.channel_count());
    let wide = matches!(
        color_type,
        ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16
    );
    let buffer = stored.pixels() * u64::from(color_type.bytes_per_pixel());
    limits.check_memory(buffer + 8 * stored.pixels() + bytes.len() as u64)?;
    context.progress(1, 0.0)?;
    let failure =
        |error: &image::ImageError| through_image::failure(Format::Png, error, bytes.len(), limits);
    let image = if wide {
        let mut buffer = zeroed::<u16>(buffer / 2)?;
        decoder
            .read_image(bytemuck::cast_slice_mut(&mut buffer))
            .map_err(|error| failure(&error))?;
        Samples::U16(buffer)
    } else {
        let mut buffer = zeroed::<u8>(buffer)?;
        decoder
            .read_image(&mut buffer)
            .map_err(|error| failure(&error))?;
        Samples::U8(buffer)
    };
    Interleaved {
        samples: image,
        layout: Layout::of_channels(samples),
        stored,
    }
    .finish(context, &profile, chunks.orientation, region)
}

/// The frames of an animation; `None` for a still picture.
pub(super) fn animation<'a>(
    context: &Context<'_>,
    bytes: &'a [u8],
) -> Result<Option<Animation<'a>>, Error> {
    let limits = context.limits();
    let chunks = Chunks::walk(bytes, limits)?;
    if chunks.animation.is_none() {
        return Ok(None);
    }
    let stored = stored(Format::Png, chunks.size, limits)?;
    let mut decoder = open(bytes, limits)?;
    let profile = chunks.profile(decoder.icc_profile().ok().flatten());
    composed(context, bytes, &chunks, stored, profile).map(Some)
}

fn composed<'a>(
    context: &Context<'_>,
    bytes: &'a [u8],
    chunks: &Chunks,
    stored: Size,
    profile: Profile,
) -> Result<Animation<'a>, Error> {
    let limits = context.limits();
    limits.check_memory(4 * 4 * stored.pixels() + bytes.len() as u64)?;
    let frames = Composed::new(bytes, chunks.frames(), !chunks.first_is_default, limits)
        .map_err(|error| through_image::failure(Format::Png, &error, bytes.len(), limits))?;
    context.progress(1, 0.0)?;
    Ok(Animation {
        format: Format::Png,
        frames: Frames::new(Box::new(frames)),
        there: chunks.frames(),
        stored,
        profile,
        orientation: chunks.orientation,
        length: bytes.len(),
    })
}
