//! `image.encode`: a picture as a file in another format.

use locus_protocol::Estimate;
use serde::{Deserialize, Serialize};

use crate::encode::{Picture, encode};
use crate::format::Format;
use crate::formats::metadata::Kept;
use crate::raster::{Orientation, Region, Size};
use crate::{Context, Error, Input, Operation, Output, formats};

/// `image.encode`.
pub struct ImageEncode;

/// What to write. The order is orientation, region, turn and flip, size.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields)]
pub struct EncodeParameters {
    /// The file's format.
    pub format: EncodeFormat,
    /// JPEG's quality, 1 to 100. Default: 90. Other formats are lossless.
    pub quality: Option<u8>,
    /// Whether EXIF, XMP and the like go along. Default: `keep`.
    pub metadata: Option<Metadata>,
    /// The frame, counted from 0. Default: 0.
    pub frame: Option<u32>,
    /// The part to write, in pixels of the oriented picture. Default: all.
    pub region: Option<Region>,
    /// The size of the file's picture in pixels. Default: that of the part, turned.
    pub size: Option<Size>,
    /// Degrees by which the picture is turned clockwise. Default: 0.
    #[cfg_attr(feature = "ts", ts(optional, type = "0 | 90 | 180 | 270"))]
    pub turn: Option<u16>,
    /// Whether left and right change places, after the turn. Default: false.
    pub flip: Option<bool>,
    /// What the input is where it is no file: raw pixels, row by row without
    /// gaps, little-endian, channels side by side, straight alpha, sRGB.
    pub raster: Option<RawRaster>,
}

/// A format that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum EncodeFormat {
    /// PNG.
    Png,
    /// JPEG, baseline; transparent pixels are laid on white.
    Jpeg,
    /// WebP, lossless, 8 bits.
    Webp,
    /// QOI, 8 bits, without metadata.
    Qoi,
    /// JPEG XL, lossless.
    Jxl,
}

/// What becomes of metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Metadata {
    /// EXIF (upright, as the pixels are) and XMP go along.
    #[default]
    Keep,
    /// Nothing goes along.
    Strip,
}

/// Raw pixels as an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct RawRaster {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Type of one sample.
    pub sample: RawSample,
    /// Samples a pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
    #[cfg_attr(feature = "ts", ts(type = "1 | 2 | 3 | 4"))]
    pub channels: u8,
}

/// The type of a raw sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum RawSample {
    /// 0 to 255.
    U8,
    /// 0 to 65,535.
    U16,
}

/// A file that was written; payload 0 is the file.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct EncodeResult {
    /// Its format.
    pub format: EncodeFormat,
    /// Its picture's size in pixels.
    pub size: Size,
    /// Its length in bytes.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub bytes: u64,
    /// What went along: `exif`, `xmp`.
    pub kept: Vec<String>,
}

impl Operation for ImageEncode {
    const NAME: &'static str = "image.encode";
    const DOC: &'static str = "Writes a picture, from a file or from raw pixels, as PNG, JPEG, \
        WebP, QOI or JPEG XL (all but JPEG lossless): a region of it, turned, mirrored and scaled, \
        with metadata kept or stripped.";
    const PHASES: &'static [&'static str] = &["parse", "decode", "convert", "scale", "encode"];

    type Parameters = EncodeParameters;
    type Result = EncodeResult;

    fn run(
        context: &Context<'_>,
        parameters: EncodeParameters,
        inputs: &[Input<'_>],
    ) -> Result<Output<EncodeResult>, Error> {
        let bytes = inputs[0].bytes;
        let held = bytes.len() as u64;
        let turn = turn(&parameters)?;
        let quality = parameters.quality.unwrap_or(90);
        if !(1..=100).contains(&quality) {
            return Err(Error::InvalidParameters(format!(
                "quality must be from 1 to 100, not {quality}"
            )));
        }
        if let Some(size) = parameters.size {
            if size.pixels() == 0 {
                return Err(Error::InvalidParameters("the output size is empty".into()));
            }
            context.limits().check_pixels(size.pixels())?;
        }
        let mut kept = Kept::default();
        let picture = if let Some(raster) = parameters.raster {
            Picture::of_raster(context, raster, bytes)?.cut(parameters.region)?
        } else {
            let format = Format::of(bytes)?;
            if parameters.metadata.unwrap_or_default() == Metadata::Keep {
                kept = Kept::of(context, format, bytes)?;
            }
            let frame = parameters.frame.unwrap_or(0);
            let decoded = formats::decode(context, format, bytes, frame, parameters.region, 0.0)?;
            Picture::Eight(decoded.pixels)
        };
        // Pixels, their copies as they are turned and narrowed, and the file.
        let most = parameters.size.map_or(0, Size::pixels);
        let pixels = picture.size().pixels().max(most);
        context.limits().check_memory(3 * 4 * pixels + held)?;
        let picture = picture
            .turned(turn)?
            .scaled(context, parameters.size, held)?
            .samples()?;
        let file = encode(context, parameters.format, &picture, quality, &mut kept)?;
        Ok(Output {
            result: EncodeResult {
                format: parameters.format,
                size: picture.size,
                bytes: file.len() as u64,
                kept: kept.names(),
            },
            payloads: vec![file.into()],
        })
    }

    fn estimate(parameters: &EncodeParameters, inputs: &[Input<'_>]) -> Result<Estimate, Error> {
        let (mut estimate, pixels) = if let Some(raster) = parameters.raster {
            let pixels = u64::from(raster.width) * u64::from(raster.height);
            let estimate = Estimate {
                units_cold: 100_000.0 + 2.0 * pixels as f64,
                units_warm: 100_000.0 + 2.0 * pixels as f64,
                peak_bytes: (4 << 20) + inputs[0].length + 8 * pixels,
                reply_bytes: 0,
                parallel: false,
            };
            (estimate, parameters.size.map_or(pixels, Size::pixels))
        } else {
            let frame = parameters.frame.unwrap_or(0);
            let estimate = formats::estimate(inputs[0], frame, parameters.region, parameters.size)?;
            let pixels = estimate.reply_bytes / 4;
            (estimate, pixels)
        };
        let (nanoseconds, bytes) = match parameters.format {
            EncodeFormat::Png => (60.0, 2.0),
            EncodeFormat::Jpeg => (25.0, 0.4),
            EncodeFormat::Webp => (40.0, 1.7),
            EncodeFormat::Qoi => (6.0, 2.5),
            EncodeFormat::Jxl => (20.0, 1.5),
        };
        estimate.units_cold += nanoseconds * pixels as f64;
        estimate.units_warm += nanoseconds * pixels as f64;
        estimate.peak_bytes += 8 * pixels;
        estimate.reply_bytes = (bytes * pixels as f64) as u64 + 1000;
        Ok(estimate)
    }
}

/// Turn and flip as one of the eight ways.
fn turn(parameters: &EncodeParameters) -> Result<Orientation, Error> {
    let number = match (
        parameters.turn.unwrap_or(0),
        parameters.flip.unwrap_or(false),
    ) {
        (0, false) => 1,
        (90, false) => 6,
        (180, false) => 3,
        (270, false) => 8,
        (0, true) => 2,
        (90, true) => 5,
        (180, true) => 4,
        (270, true) => 7,
        (turn, _) => {
            return Err(Error::InvalidParameters(format!(
                "turn must be 0, 90, 180 or 270 degrees, not {turn}"
            )));
        }
    };
    Ok(Orientation::new(number).unwrap_or_default())
}
