//! WebP: a walk over the chunks, and pixels through `image`.

use std::io::Cursor;

use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, ImageDecoder};

use super::Decoded;
use super::description::{AlphaKind, Coding, Color, ColorModel, Frame, InspectResult};
use super::interleaved::{self, Interleaved, Layout, Samples};
use super::reader::Reader;
use super::through_image::{self, animation_frame, missing_frame};
use crate::color::{Profile, icc_name};
use crate::exif;
use crate::format::Format;
use crate::limits::Limits;
use crate::raster::{Orientation, Region, Size, zeroed};
use crate::{Context, Error};

/// What the chunks say.
#[derive(Debug, Default)]
struct Chunks {
    size: Option<Size>,
    alpha: bool,
    lossless: bool,
    icc: Option<Vec<u8>>,
    orientation: Orientation,
    exif: bool,
    xmp: bool,
    animated: bool,
    loops: u32,
    /// Milliseconds, from each `ANMF`.
    delays: Vec<f64>,
    truncated: bool,
}

impl Chunks {
    fn walk(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let mut chunks = Self::default();
        let mut reader = Reader::new(bytes);
        let _ = reader.take(4);
        let riff = reader.u32_le().unwrap_or(0) as usize;
        // The size counts what follows it; files may have more after it.
        chunks.truncated = reader.rest().len() < riff;
        let mut reader = Reader::new(reader.take_up_to(riff));
        let _ = reader.take(4);
        while let (Some(kind), Some(length)) = (reader.take(4), reader.u32_le()) {
            let length = length as usize;
            let data = reader.take_up_to(length);
            chunks.read(kind, data);
            limits.check_frames(chunks.delays.len() as u64)?;
            if length % 2 == 1 {
                let _ = reader.take(1);
            }
        }
        if chunks.size.is_none() {
            return Err(Error::InvalidInput(format!(
                "the WebP file has no picture in its {} bytes",
                bytes.len()
            )));
        }
        Ok(chunks)
    }

    /// Notes a chunk; one that is cut off or malformed says nothing.
    fn read(&mut self, kind: &[u8], data: &[u8]) -> Option<()> {
        let mut reader = Reader::new(data);
        match kind {
            b"VP8X" => {
                let flags = reader.u8()?;
                let _ = reader.take(3)?;
                self.alpha |= flags & 0x10 != 0;
                self.animated = flags & 0x02 != 0;
                self.size = Some(Size {
                    width: u24(&mut reader)? + 1,
                    height: u24(&mut reader)? + 1,
                });
            }
            b"VP8 " => {
                let _ = reader.take(6)?;
                let width = u32::from(reader.u16_le()? & 0x3fff);
                let height = u32::from(reader.u16_le()? & 0x3fff);
                self.size.get_or_insert(Size { width, height });
            }
            b"VP8L" => {
                self.lossless = true;
                let _ = reader.u8()?;
                let bits = reader.u32_le()?;
                let (width, height) = ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
                self.size.get_or_insert_with(|| {
                    self.alpha |= bits >> 28 & 1 == 1;
                    Size { width, height }
                });
            }
            b"ICCP" => self.icc = Some(data.to_vec()),
            b"EXIF" => {
                self.exif = true;
                self.orientation = exif::orientation(data);
            }
            b"XMP " => self.xmp = true,
            b"ANIM" => {
                let _ = reader.take(4)?;
                self.loops = u32::from(reader.u16_le()?);
            }
            b"ANMF" => {
                let _ = reader.take(12)?;
                self.delays.push(f64::from(u24(&mut reader)?));
                let _ = reader.u8()?;
                self.lossless |= reader.rest().starts_with(b"VP8L");
            }
            _ => {}
        }
        Some(())
    }
}

fn u24(reader: &mut Reader<'_>) -> Option<u32> {
    Some(u32::from(reader.u16_le()?) | u32::from(reader.u8()?) << 16)
}

/// Describes a WebP file, or the head of one.
pub(super) fn inspect(bytes: &[u8], limits: &Limits) -> Result<InspectResult, Error> {
    let chunks = Chunks::walk(bytes, limits)?;
    let size = chunks.size.unwrap_or(Size {
        width: 0,
        height: 0,
    });
    let coding = if chunks.lossless {
        Coding::WebpLossless
    } else {
        Coding::WebpLossy
    };
    let mut description = InspectResult::still(Format::Webp, size, coding);
    description.turn(chunks.orientation);
    let icc_name = chunks.icc.as_deref().and_then(icc_name);
    let space = match (&chunks.icc, &icc_name) {
        (_, Some(name)) => name.clone(),
        (Some(_), None) => "ICC profile".into(),
        (None, None) => "sRGB".into(),
    };
    description.color = Color {
        model: ColorModel::Rgb,
        space,
        icc_name,
    };
    if chunks.alpha {
        description.alpha = AlphaKind::Straight;
    }
    if chunks.animated {
        description.animated = true;
        description.loops = Some(chunks.loops);
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
    description.lossless = Some(chunks.lossless);
    description.truncated = chunks.truncated;
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
    let stored = chunks.size.unwrap_or(Size {
        width: 0,
        height: 0,
    });
    limits.check_pixels(stored.pixels())?;
    if chunks.truncated {
        return Err(Error::InvalidInput(format!(
            "the WebP file is cut off: it ends after {} bytes",
            bytes.len()
        )));
    }
    limits.check_memory(16 * stored.pixels() + bytes.len() as u64)?;
    let failure = |error: &image::ImageError| {
        through_image::failure(Format::Webp, error, bytes.len(), limits)
    };
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|error| failure(&error))?;
    let (width, height) = decoder.dimensions();
    if (Size { width, height }) != stored {
        return Err(Error::InvalidInput(
            "the WebP file is broken: its headers contradict each other".into(),
        ));
    }
    let profile = chunks.icc.map_or(Profile::Srgb, Profile::Icc);
    context.progress(1, 0.0)?;
    if decoder.has_animation() {
        let frames = chunks.delays.len();
        if frame as usize >= frames {
            return Err(missing_frame(frame, frames));
        }
        let pixels = animation_frame(context, decoder.into_frames(), frame, frames, &failure)?;
        return interleaved::rgba(
            context,
            &pixels,
            stored,
            &profile,
            chunks.orientation,
            region,
        );
    }
    if frame > 0 {
        return Err(missing_frame(frame, 1));
    }
    let layout = Layout::of_channels(usize::from(decoder.color_type().channel_count()));
    let mut samples = zeroed::<u8>(decoder.total_bytes())?;
    decoder
        .read_image(&mut samples)
        .map_err(|error| failure(&error))?;
    Interleaved {
        samples: Samples::U8(samples),
        layout,
        stored,
    }
    .finish(context, &profile, chunks.orientation, region)
}
