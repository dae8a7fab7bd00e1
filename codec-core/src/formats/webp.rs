//! WebP: a walk over the chunks, and pixels through `image`.

use std::io::Cursor;

use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, ImageDecoder};

use super::description::{AlphaKind, Coding, Color, ColorModel, Frame, InspectResult};
use super::interleaved::{Interleaved, Layout, Samples};
use super::metadata::Found;
use super::reader::Reader;
use super::through_image::{self, Animation, missing_frame};
use super::{Decoded, stored};
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
    exif: Option<Vec<u8>>,
    xmp: Option<Vec<u8>>,
    animated: bool,
    loops: u32,
    /// Milliseconds, from each `ANMF`.
    delays: Vec<f64>,
    truncated: bool,
    /// Bytes of the file.
    length: usize,
}

impl Chunks {
    fn walk(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let mut chunks = Self {
            length: bytes.len(),
            ..Self::default()
        };
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
                self.orientation = exif::orientation(data);
                self.exif = Some(data.strip_prefix(b"Exif\0\0").unwrap_or(data).to_vec());
            }
            b"XMP " => self.xmp = Some(data.to_vec()),
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

/// EXIF, XMP and profile.
pub(super) fn metadata(bytes: &[u8], limits: &Limits) -> Found {
    let Ok(chunks) = Chunks::walk(bytes, limits) else {
        return Found::default();
    };
    Found {
        exif: chunks.exif,
        xmp: chunks.xmp,
        icc: chunks.icc,
        space: None,
    }
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
    description.exif = chunks.exif.is_some();
    description.xmp = chunks.xmp.is_some();
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
    let opened = open(bytes, limits)?;
    if opened.decoder.has_animation() {
        return opened.animation(context)?.frame(context, frame, region);
    }
    if frame > 0 {
        return Err(missing_frame(frame, 1));
    }
    context.progress(1, 0.0)?;
    let Opened {
        decoder,
        stored,
        profile,
        chunks,
    } = opened;
    let layout = Layout::of_channels(usize::from(decoder.color_type().channel_count()));
    let mut samples = zeroed::<u8>(decoder.total_bytes())?;
    decoder
        .read_image(&mut samples)
        .map_err(|error| through_image::failure(Format::Webp, &error, bytes.len(), limits))?;
    Interleaved {
        samples: Samples::U8(samples),
        layout,
        stored,
    }
    .finish(context, &profile, chunks.orientation, region)
}

/// The frames of an animation; `None` for a still picture.
pub(super) fn animation<'a>(
    context: &Context<'_>,
    bytes: &'a [u8],
) -> Result<Option<Animation<'a>>, Error> {
    let opened = open(bytes, context.limits())?;
    if !opened.decoder.has_animation() {
        return Ok(None);
    }
    opened.animation(context).map(Some)
}

/// A file whose headers have been read.
struct Opened<'a> {
    decoder: WebPDecoder<Cursor<&'a [u8]>>,
    stored: Size,
    profile: Profile,
    chunks: Chunks,
}

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Opened<'a>, Error> {
    let mut chunks = Chunks::walk(bytes, limits)?;
    let stored = stored(Format::Webp, chunks.size, limits)?;
    if chunks.truncated {
        return Err(Error::InvalidInput(format!(
            "the WebP file is cut off: it ends after {} bytes",
            bytes.len()
        )));
    }
    limits.check_memory(16 * stored.pixels() + bytes.len() as u64)?;
    let decoder = WebPDecoder::new(Cursor::new(bytes))
        .map_err(|error| through_image::failure(Format::Webp, &error, bytes.len(), limits))?;
    let (width, height) = decoder.dimensions();
    if (Size { width, height }) != stored {
        return Err(Error::InvalidInput(
            "the WebP file is broken: its headers contradict each other".into(),
        ));
    }
    let profile = chunks.icc.take().map_or(Profile::Srgb, Profile::Icc);
    Ok(Opened {
        decoder,
        stored,
        profile,
        chunks,
    })
}

impl<'a> Opened<'a> {
    fn animation(mut self, context: &Context<'_>) -> Result<Animation<'a>, Error> {
        context.progress(1, 0.0)?;
        // Frames are composed over nothing, as every browser does it, and
        // not over the background colour that the file may name.
        let _ = self.decoder.set_background_color(image::Rgba([0; 4]));
        Ok(Animation {
            format: Format::Webp,
            there: self.chunks.delays.len(),
            stored: self.stored,
            profile: self.profile,
            orientation: self.chunks.orientation,
            length: self.chunks.length,
            frames: self.decoder.into_frames(),
        })
    }
}
