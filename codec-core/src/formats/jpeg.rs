//! JPEG: a walk over the segments, and pixels through zune-jpeg.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::description::{Coding, Color, ColorModel, InspectResult};
use super::interleaved::{Interleaved, Layout, Samples};
use super::metadata::Found;
use super::reader::Reader;
use super::through_image::missing_frame;
use super::{Decoded, stored};
use crate::color::{Model, Profile, icc_name};
use crate::exif;
use crate::format::Format;
use crate::raster::{Orientation, Region, Size, zeroed};
use crate::{Context, Error};

/// What the segments before the first scan say.
#[derive(Debug, Default)]
struct Segments {
    size: Option<Size>,
    bit_depth: u8,
    components: u8,
    /// Lossless coding (SOF3, 7, 11, 15).
    lossless: bool,
    orientation: Orientation,
    exif: bool,
    xmp: bool,
    found: Found,
    icc: Vec<(u8, Vec<u8>)>,
    /// The colour transform that Adobe's segment names.
    adobe: Option<u8>,
    /// Whether a scan begins, and the end-of-image marker follows it.
    scan: bool,
    ended: bool,
}

impl Segments {
    fn walk(bytes: &[u8]) -> Result<Self, Error> {
        let mut segments = Self::default();
        let mut reader = Reader::new(&bytes[2.min(bytes.len())..]);
        while let Some(byte) = reader.u8() {
            if byte != 0xff {
                continue;
            }
            // Any number of 0xff may fill up before a marker.
            let mut marker = 0xff;
            while marker == 0xff {
                let Some(next) = reader.u8() else { break };
                marker = next;
            }
            match marker {
                0x00 | 0x01 | 0xd0..=0xd8 | 0xff => continue,
                0xd9 => break,
                _ => {}
            }
            let Some(length) = reader.u16_be() else { break };
            let data = reader.take_up_to(usize::from(length).saturating_sub(2));
            segments.read(marker, data);
            if marker == 0xda {
                segments.scan = true;
                // Within scans 0xff 0xd9 is the marker and nothing else.
                segments.ended = reader
                    .rest()
                    .windows(2)
                    .rev()
                    .any(|pair| pair == [0xff, 0xd9]);
                break;
            }
        }
        if segments.size.is_none() {
            return Err(Error::InvalidInput(format!(
                "the JPEG file has no frame header (SOF) in its {} bytes",
                bytes.len()
            )));
        }
        Ok(segments)
    }

    fn read(&mut self, marker: u8, data: &[u8]) -> Option<()> {
        let mut reader = Reader::new(data);
        match marker {
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                self.bit_depth = reader.u8()?;
                let height = u32::from(reader.u16_be()?);
                let width = u32::from(reader.u16_be()?);
                self.components = reader.u8()?;
                self.size = Some(Size { width, height });
                self.lossless = matches!(marker & 3, 3);
            }
            0xe1 if data.starts_with(b"Exif\0") => {
                self.exif = true;
                self.orientation = exif::orientation(data);
                self.found.exif = data.get(6..).map(<[u8]>::to_vec);
            }
            0xe1 => {
                let xmp = data.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0")?;
                self.xmp = true;
                self.found.xmp = Some(xmp.to_vec());
            }
            0xe2 => {
                let part = data.strip_prefix(b"ICC_PROFILE\0")?;
                // Number and count, then the piece.
                self.icc.push((*part.first()?, part.get(2..)?.to_vec()));
            }
            0xee => {
                let adobe = data.strip_prefix(b"Adobe")?;
                self.adobe = Some(*adobe.get(6)?);
            }
            _ => {}
        }
        Some(())
    }

    fn icc(&self) -> Option<Vec<u8>> {
        if self.icc.is_empty() {
            return None;
        }
        let mut pieces: Vec<&(u8, Vec<u8>)> = self.icc.iter().collect();
        pieces.sort_by_key(|(number, _)| *number);
        Some(
            pieces
                .into_iter()
                .flat_map(|(_, piece)| piece)
                .copied()
                .collect(),
        )
    }

    const fn model(&self) -> Model {
        match self.components {
            1 | 2 => Model::Gray,
            4 => Model::Cmyk,
            _ => Model::Rgb,
        }
    }
}

/// EXIF, XMP and profile.
pub(super) fn metadata(bytes: &[u8]) -> Found {
    let Ok(segments) = Segments::walk(bytes) else {
        return Found::default();
    };
    let icc = segments.icc();
    Found {
        icc,
        ..segments.found
    }
}

/// Describes a JPEG file, or the head of one.
pub(super) fn inspect(bytes: &[u8]) -> Result<InspectResult, Error> {
    let segments = Segments::walk(bytes)?;
    let size = segments.size.unwrap_or(Size {
        width: 0,
        height: 0,
    });
    let icc = segments.icc();
    let icc_name = icc.as_deref().and_then(icc_name);
    let mut description = InspectResult::still(Format::Jpeg, size, Coding::Jpeg);
    description.turn(segments.orientation);
    description.bit_depth = u32::from(segments.bit_depth);
    let (model, plain) = match segments.model() {
        Model::Gray => (ColorModel::Gray, "grey sRGB"),
        Model::Rgb => (ColorModel::Rgb, "sRGB"),
        Model::Cmyk => (ColorModel::Cmyk, "CMYK without a profile"),
    };
    let space = match (&icc, &icc_name) {
        (_, Some(name)) => name.clone(),
        (Some(_), None) => "ICC profile".into(),
        (None, None) => plain.into(),
    };
    description.color = Color {
        model,
        space,
        icc_name,
    };
    description.exif = segments.exif;
    description.xmp = segments.xmp;
    description.lossless = Some(segments.lossless);
    description.truncated = !segments.ended;
    Ok(description)
}

/// Decodes the picture, oriented and cut to `region`.
pub(super) fn decode(
    context: &Context<'_>,
    bytes: &[u8],
    frame: u32,
    region: Option<Region>,
) -> Result<Decoded, Error> {
    let limits = context.limits();
    let segments = Segments::walk(bytes)?;
    if frame > 0 {
        return Err(missing_frame(frame, 1));
    }
    let stored = stored(Format::Jpeg, segments.size, limits)?;
    if !segments.ended {
        return Err(Error::InvalidInput(format!(
            "the JPEG file is cut off: it ends after {} bytes without its end marker",
            bytes.len()
        )));
    }
    // A progressive picture's coefficients are kept, two bytes each.
    let components = u64::from(segments.components.max(1));
    limits.check_memory(stored.pixels() * (3 * components + 8) + bytes.len() as u64)?;

    let failure = |error: &dyn std::fmt::Display| {
        Error::InvalidInput(format!("the JPEG file is broken: {error}"))
    };
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| failure(&error))?;
    let coded = decoder.input_colorspace().unwrap_or(ColorSpace::YCbCr);
    let (wanted, layout) = match coded {
        ColorSpace::Luma | ColorSpace::LumaA => (ColorSpace::Luma, gray()),
        ColorSpace::CMYK | ColorSpace::YCCK => (coded, cmyk()),
        _ => (ColorSpace::RGB, rgb()),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(wanted));
    let length = decoder
        .output_buffer_size()
        .filter(|&length| length as u64 == stored.pixels() * layout.model.channels() as u64)
        .ok_or_else(|| failure(&"its frame headers contradict each other"))?;
    context.progress(1, 0.0)?;
    let mut samples = zeroed::<u8>(length as u64)?;
    decoder
        .decode_into(&mut samples)
        .map_err(|error| failure(&error))?;
    if matches!(coded, ColorSpace::CMYK | ColorSpace::YCCK) {
        let ycck = coded == ColorSpace::YCCK;
        to_inks(&mut samples, ycck, segments.adobe.is_some());
    }
    let profile = segments.icc().map_or(Profile::Srgb, Profile::Icc);
    Interleaved {
        samples: Samples::U8(samples),
        layout,
        stored,
    }
    .finish(context, &profile, segments.orientation, region)
}

const fn gray() -> Layout {
    Layout {
        model: Model::Gray,
        alpha: false,
    }
}

const fn rgb() -> Layout {
    Layout {
        model: Model::Rgb,
        alpha: false,
    }
}

const fn cmyk() -> Layout {
    Layout {
        model: Model::Cmyk,
        alpha: false,
    }
}

/// Turns samples as they are coded into amounts of ink. YCCK codes the
/// inks' complements as YCbCr. Adobe's writers, known by their segment, store
/// complements of all four.
fn to_inks(samples: &mut [u8], ycck: bool, complements: bool) {
    for pixel in samples.as_chunks_mut::<4>().0 {
        if ycck {
            let [y, cb, cr, k] = pixel.map(i32::from);
            let (cb, cr) = (cb - 128, cr - 128);
            // JFIF's matrix, in 16 bits of fraction.
            let r = y + ((91_881 * cr + 32_768) >> 16);
            let g = y - ((22_554 * cb + 46_802 * cr + 32_767) >> 16);
            let b = y + ((116_130 * cb + 32_768) >> 16);
            *pixel = [255 - r, 255 - g, 255 - b, k].map(|sample| sample.clamp(0, 255) as u8);
        }
        if complements {
            *pixel = pixel.map(|sample| 255 - sample);
        }
    }
}
