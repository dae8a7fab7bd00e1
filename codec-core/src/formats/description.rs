//! What can be told of a picture without decoding pixels.

use serde::Serialize;

use crate::format::Format;
use crate::raster::{Orientation, Size};

/// What can be told of a picture without decoding pixels.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct InspectResult {
    /// The format.
    pub format: Format,
    /// Pixels a row, after orientation.
    pub width: u32,
    /// Rows, after orientation.
    pub height: u32,
    /// How the stored pixels are turned to be looked at, 1 to 8 as in EXIF.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub orientation: Orientation,
    /// Bits of a colour sample.
    pub bit_depth: u32,
    /// What a sample is.
    pub sample: SampleKind,
    /// What the colours are.
    pub color: Color,
    /// What the alpha channel means, if there is one.
    pub alpha: AlphaKind,
    /// Channels beside colour and the first alpha.
    pub extra_channels: Vec<ExtraChannel>,
    /// The frames that are seen, in order; one for a still picture.
    pub frames: Vec<Frame>,
    /// How often an animation plays, 0 for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loops: Option<u32>,
    /// Whether it is an animation.
    pub animated: bool,
    /// Whether EXIF data are there.
    pub exif: bool,
    /// Whether XMP data are there.
    pub xmp: bool,
    /// Whether the JPEG that this was made of can be had back.
    pub jpeg_reconstruction: bool,
    /// Whether pixels were kept as they were, where the file tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lossless: Option<bool>,
    /// Whether the file ends early, so that decoding it will fail.
    pub truncated: bool,
    /// Bytes of memory that decoding one whole frame takes, estimated.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub decode_memory: u64,
    /// What decoding costs, for estimates.
    #[serde(skip)]
    #[cfg_attr(feature = "ts", ts(skip))]
    pub coding: Coding,
}

impl InspectResult {
    /// A still, opaque RGB picture of 8 bits, of `stored` size: what most
    /// are, for readers to say what differs.
    #[must_use]
    pub fn still(format: Format, stored: Size, coding: Coding) -> Self {
        Self {
            format,
            width: stored.width,
            height: stored.height,
            orientation: Orientation::UPRIGHT,
            bit_depth: 8,
            sample: SampleKind::Int,
            color: Color::rgb("sRGB"),
            alpha: AlphaKind::None,
            extra_channels: Vec::new(),
            frames: vec![Frame::default()],
            loops: None,
            animated: false,
            exif: false,
            xmp: false,
            jpeg_reconstruction: false,
            lossless: None,
            truncated: false,
            decode_memory: 0,
            coding,
        }
    }

    /// The size after orientation.
    #[must_use]
    pub const fn size(&self) -> Size {
        Size {
            width: self.width,
            height: self.height,
        }
    }

    /// Turns the picture, whose size is so far as stored.
    pub fn turn(&mut self, orientation: Orientation) {
        let size = orientation.size(self.size());
        (self.width, self.height) = (size.width, size.height);
        self.orientation = orientation;
    }
}

/// What a sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum SampleKind {
    /// An integer.
    Int,
    /// A floating-point number.
    Float,
}

/// What the colours are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct Color {
    /// The channels.
    pub model: ColorModel,
    /// The space in words: "sRGB", "Display P3", "Rec. 2020 PQ".
    pub space: String,
    /// The name that the ICC profile gives itself, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icc_name: Option<String>,
}

impl Color {
    /// RGB in this space.
    #[must_use]
    pub fn rgb(space: impl Into<String>) -> Self {
        Self {
            model: ColorModel::Rgb,
            space: space.into(),
            icc_name: None,
        }
    }
}

/// Colour channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum ColorModel {
    /// Grey.
    Gray,
    /// Red, green, blue.
    Rgb,
    /// Cyan, magenta, yellow, black.
    Cmyk,
}

/// What an alpha channel means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum AlphaKind {
    /// There is none.
    None,
    /// Colours are as they are, however transparent.
    Straight,
    /// Colours are multiplied by alpha.
    Premultiplied,
}

/// A channel beside colour and alpha.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ExtraChannel {
    /// What it holds: "depth", "spot color", "thermal".
    pub kind: &'static str,
    /// Its name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Bits of a sample.
    pub bit_depth: u32,
}

/// A frame that is seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct Frame {
    /// How long it is seen, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<f64>,
    /// Its name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// How pixels are coded, as far as costs depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// JPEG XL's lossy mode.
    JxlVarDct,
    /// JPEG XL's Modular mode.
    JxlModular,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP's lossy mode.
    WebpLossy,
    /// WebP's lossless mode.
    WebpLossless,
    /// GIF.
    Gif,
    /// Samples as they are, or nearly: BMP, QOI, PNM, ICO, TGA, DDS, farbfeld.
    Plain,
    /// TIFF, in any of its compressions.
    Tiff,
    /// Floats: OpenEXR, Radiance HDR.
    Float,
}
