//! GIF: a walk over the blocks, and pixels through `image`.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::{AnimationDecoder, ImageDecoder};

use super::description::{AlphaKind, Coding, Frame, InspectResult};
use super::reader::Reader;
use super::through_image::{self, Animation};
use super::{Decoded, stored};
use crate::color::Profile;
use crate::format::Format;
use crate::limits::Limits;
use crate::raster::{Orientation, Region, Size};
use crate::{Context, Error};

/// What the blocks say.
#[derive(Debug, Default)]
struct Blocks {
    size: Option<Size>,
    /// Bits of a palette index.
    bits: u8,
    alpha: bool,
    loops: Option<u32>,
    /// Milliseconds, of each frame.
    delays: Vec<f64>,
    /// The largest frame, which may be larger than the screen.
    largest: u64,
    xmp: bool,
    ended: bool,
}

impl Blocks {
    fn walk(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let mut blocks = Self::default();
        let mut reader = Reader::new(bytes);
        let _ = blocks.read(&mut reader, limits)?;
        let size = blocks.size.ok_or_else(|| {
            Error::InvalidInput(format!(
                "the GIF file ends within its header, after {} bytes",
                bytes.len()
            ))
        })?;
        if size.pixels() == 0 {
            return Err(Error::InvalidInput(
                "the GIF file is broken: its size is 0".into(),
            ));
        }
        Ok(blocks)
    }

    /// Reads to the end, or as far as the bytes go.
    fn read(&mut self, reader: &mut Reader<'_>, limits: &Limits) -> Result<Option<()>, Error> {
        let Some(()) = self.screen(reader) else {
            return Ok(None);
        };
        let mut delay = 0.0;
        while let Some(kind) = reader.u8() {
            let read = match kind {
                0x21 => self.extension(reader, &mut delay),
                0x2c => self.picture(reader, &mut delay),
                0x3b => {
                    self.ended = true;
                    return Ok(Some(()));
                }
                _ => return Ok(None),
            };
            limits.check_frames(self.delays.len() as u64)?;
            if read.is_none() {
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn screen(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let _ = reader.take(6)?;
        let size = Size {
            width: u32::from(reader.u16_le()?),
            height: u32::from(reader.u16_le()?),
        };
        let flags = reader.u8()?;
        let _ = reader.take(2)?;
        self.bits = (flags & 7) + 1;
        if flags & 0x80 != 0 {
            let _ = reader.take(3 << self.bits)?;
        }
        self.size = Some(size);
        Some(())
    }

    fn extension(&mut self, reader: &mut Reader<'_>, delay: &mut f64) -> Option<()> {
        let label = reader.u8()?;
        let length = usize::from(reader.u8()?);
        let first = reader.take(length)?;
        match label {
            // Graphic control: flags, delay in hundredths, transparent index.
            0xf9 => {
                let mut control = Reader::new(first);
                self.alpha |= control.u8()? & 1 == 1;
                *delay = 10.0 * f64::from(control.u16_le()?);
            }
            0xff if first == b"NETSCAPE2.0" => {
                let mut ahead = Reader::new(reader.rest());
                if ahead.u8() == Some(3) && ahead.u8() == Some(1) {
                    self.loops = ahead.u16_le().map(u32::from);
                }
            }
            0xff => self.xmp |= first == b"XMP DataXMP",
            _ => {}
        }
        if length == 0 {
            Some(())
        } else {
            skip_blocks(reader)
        }
    }

    fn picture(&mut self, reader: &mut Reader<'_>, delay: &mut f64) -> Option<()> {
        let _ = reader.take(4)?;
        let pixels = u64::from(reader.u16_le()?) * u64::from(reader.u16_le()?);
        let flags = reader.u8()?;
        if flags & 0x80 != 0 {
            let _ = reader.take(3 << ((flags & 7) + 1))?;
        }
        // The bits of the smallest code.
        let _ = reader.u8()?;
        self.largest = self.largest.max(pixels);
        self.delays.push(std::mem::take(delay));
        skip_blocks(reader)
    }
}

/// Skips blocks up to and with the empty one that ends them.
fn skip_blocks(reader: &mut Reader<'_>) -> Option<()> {
    loop {
        match reader.u8()? {
            0 => return Some(()),
            length => reader.take(usize::from(length))?,
        };
    }
}

/// Describes a GIF file, or the head of one.
pub(super) fn inspect(bytes: &[u8], limits: &Limits) -> Result<InspectResult, Error> {
    let blocks = Blocks::walk(bytes, limits)?;
    let size = blocks.size.unwrap_or(Size {
        width: 0,
        height: 0,
    });
    let mut description = InspectResult::still(Format::Gif, size, Coding::Gif);
    description.bit_depth = 8;
    if blocks.alpha {
        description.alpha = AlphaKind::Straight;
    }
    description.animated = blocks.delays.len() > 1;
    if description.animated {
        // Without the extension it plays once.
        description.loops = Some(blocks.loops.unwrap_or(1));
        description.frames = blocks
            .delays
            .iter()
            .map(|&delay| Frame {
                duration_ms: Some(delay),
                name: None,
            })
            .collect();
    }
    description.xmp = blocks.xmp;
    description.truncated = !blocks.ended;
    Ok(description)
}

/// Decodes a frame, cut to `region`.
pub(super) fn decode(
    context: &Context<'_>,
    bytes: &[u8],
    frame: u32,
    region: Option<Region>,
) -> Result<Decoded, Error> {
    animation(context, bytes, frame)?.frame(context, frame, region)
}

/// The frames, of which `frame` has to be there.
pub(super) fn animation<'a>(
    context: &Context<'_>,
    bytes: &'a [u8],
    frame: u32,
) -> Result<Animation<'a>, Error> {
    let limits = context.limits();
    let blocks = Blocks::walk(bytes, limits)?;
    let stored = stored(Format::Gif, blocks.size, limits)?;
    limits.check_pixels(blocks.largest)?;
    let length = bytes.len() as u64;
    limits.check_memory(4 * (4 * stored.pixels() + blocks.largest) + length)?;
    let there = blocks.delays.len();
    if frame as usize >= there && !blocks.ended {
        return Err(Error::InvalidInput(format!(
            "the GIF file is cut off: it ends after {length} bytes"
        )));
    }
    let failure =
        |error: &image::ImageError| through_image::failure(Format::Gif, error, bytes.len(), limits);
    let mut decoder = GifDecoder::new(Cursor::new(bytes)).map_err(|error| failure(&error))?;
    decoder
        .set_limits(through_image::limits(limits))
        .map_err(|error| failure(&error))?;
    let icc = decoder.icc_profile().ok().flatten();
    context.progress(1, 0.0)?;
    Ok(Animation {
        format: Format::Gif,
        frames: decoder.into_frames(),
        there,
        stored,
        profile: icc.map_or(Profile::Srgb, Profile::Icc),
        orientation: Orientation::UPRIGHT,
        length: bytes.len(),
    })
}
