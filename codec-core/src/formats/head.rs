//! What estimates know of a picture, from the first bytes of its file.
//!
//! These readers decode nothing and know as little as they can, so that the
//! estimates fit a small wasm of their own. What they tell, `inspect` tells
//! too, by reading all of the file: a test compares the two.

mod common;
mod jxl;
mod others;

use super::description::{AlphaKind, Coding, ColorModel, InspectResult};
use crate::format::Format;
use crate::{Error, Input};

/// Bytes that are looked at, also where more are there: so an estimate does
/// not depend on how much its caller sent.
const BYTES: usize = 64 << 10;

/// What a picture's costs depend on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Head {
    /// Pixels of the picture.
    pub(super) pixels: u64,
    /// Channels, colour and others.
    pub(super) channels: u64,
    /// Whether samples have more than 8 bits.
    pub(super) deep: bool,
    /// How pixels are coded.
    pub(super) coding: Coding,
    /// Whether they are stored otherwise than they are looked at.
    pub(super) turned: bool,
    /// Whether there may be more than one frame.
    pub(super) animated: bool,
    /// Nanoseconds a pixel beyond what is usual of the coding.
    pub(super) extra: f64,
    /// Whether a part takes as long as all of it.
    pub(super) whole: bool,
}

impl Head {
    /// What `input` begins with, or a guess by its length where the head ends
    /// before the header does: large metadata may come first.
    ///
    /// # Errors
    /// When the input is none of the formats, or all there and broken.
    pub(super) fn of(input: Input<'_>) -> Result<Self, Error> {
        let format = Format::of(input.bytes)?;
        let bytes = &input.bytes[..BYTES.min(input.bytes.len())];
        let read = match format {
            Format::Jxl => jxl::read(bytes),
            Format::Png => common::png(bytes),
            Format::Jpeg => common::jpeg(bytes),
            Format::Webp => common::webp(bytes),
            Format::Gif => common::gif(bytes),
            _ => others::read(format, bytes),
        };
        match read {
            Some(head) => Ok(head),
            None if (bytes.len() as u64) < input.length => Ok(Self::guess(format, input.length)),
            None => Err(Error::InvalidInput(format!(
                "the {} file has no whole header in its {} bytes",
                format.name(),
                input.length
            ))),
        }
    }

    /// An upright picture of this many pixels, 8 bits a sample.
    const fn new(coding: Coding, width: u32, height: u32, channels: u64) -> Self {
        Self {
            pixels: width as u64 * height as u64,
            channels,
            deep: false,
            coding,
            turned: false,
            animated: false,
            extra: 0.0,
            whole: !matches!(coding, Coding::JxlVarDct),
        }
    }

    /// What a file of `length` bytes may be.
    fn guess(format: Format, length: u64) -> Self {
        let (bits_per_pixel, coding) = match format {
            Format::Jxl => (1.5, Coding::JxlVarDct),
            Format::Png => (12.0, Coding::Png),
            Format::Jpeg => (3.0, Coding::Jpeg),
            Format::Webp => (1.5, Coding::WebpLossy),
            Format::Gif => (4.0, Coding::Gif),
            Format::Tiff => (16.0, Coding::Tiff),
            Format::Qoi => (12.0, Coding::Plain),
            Format::Bmp | Format::Pnm | Format::Ico | Format::Tga => (24.0, Coding::Plain),
            Format::Dds => (8.0, Coding::Plain),
            Format::Farbfeld => (64.0, Coding::Plain),
            Format::Exr => (32.0, Coding::Float),
            Format::Hdr => (24.0, Coding::Float),
        };
        Self {
            pixels: (length as f64 * 8.0 / bits_per_pixel) as u64 + 1,
            ..Self::new(coding, 1, 1, 3)
        }
    }
}

impl From<&InspectResult> for Head {
    fn from(picture: &InspectResult) -> Self {
        let colors = match picture.color.model {
            ColorModel::Gray => 1,
            ColorModel::Rgb => 3,
            ColorModel::Cmyk => 4,
        };
        let alpha = u64::from(picture.alpha != AlphaKind::None);
        Self {
            pixels: picture.size().pixels(),
            channels: colors + alpha + picture.extra_channels.len() as u64,
            deep: picture.bit_depth > 8,
            coding: picture.coding,
            turned: picture.orientation.number() != 1,
            animated: picture.animated,
            extra: 0.0,
            whole: true,
        }
    }
}
