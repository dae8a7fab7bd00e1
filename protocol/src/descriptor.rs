//! Rasters described: what the bytes of a payload mean.

use serde::{Deserialize, Serialize};

/// A pixel buffer's geometry and colour. Its samples lie in payloads, one or
/// more planes, row by row from the top, little-endian.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct Raster {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// What the alpha channel means.
    pub alpha: Alpha,
    /// What the colour channels mean; `None` for planes without colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color_space: Option<ColorSpace>,
    /// The planes, each over the whole raster.
    pub planes: Vec<Plane>,
}

/// One plane of a raster: interleaved channels of one sample type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Plane {
    /// What it holds, e.g. `rgba`, `depth`.
    pub name: String,
    /// Type of one sample.
    pub sample: Sample,
    /// Samples a pixel.
    pub channels: u32,
    /// Index of the payload that holds it.
    pub payload: u32,
    /// Bytes from one row to the next.
    pub row_bytes: u64,
}

/// The type of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sample {
    /// 8-bit unsigned, 0 to 255 for 0 to 1.
    U8,
    /// 16-bit unsigned, 0 to 65,535 for 0 to 1.
    U16,
    /// 32-bit unsigned, a number as it is.
    U32,
    /// 16-bit float.
    F16,
    /// 32-bit float.
    F32,
}

impl Sample {
    /// Bytes of one sample.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        match self {
            Self::U8 => 1,
            Self::U16 | Self::F16 => 2,
            Self::U32 | Self::F32 => 4,
        }
    }
}

/// What a raster's alpha channel means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Alpha {
    /// None, or everywhere opaque.
    Opaque,
    /// Colours are as they are, however transparent.
    Straight,
    /// Colours are multiplied by alpha.
    Premultiplied,
}

/// What a raster's colour channels mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ColorSpace {
    /// IEC 61966-2-1.
    Srgb,
    /// sRGB's primaries, linear light.
    LinearSrgb,
    /// Display P3, sRGB's transfer function.
    DisplayP3,
    /// Rec. 2020 primaries, sRGB's transfer function.
    Rec2020,
}
