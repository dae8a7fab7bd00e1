//! `image.decode`: a picture's pixels.

use std::sync::Arc;

use locus_protocol::{Estimate, Raster};
use serde::{Deserialize, Serialize};

use crate::format::Format;
use crate::raster::{Pixels, Region, Size, scale};
use crate::warm::{self, Wanted};
use crate::{Context, Error, Input, Operation, Output, formats};

/// `image.decode`.
pub struct ImageDecode;

/// What to decode, and to which size. Applied in the order orientation,
/// region, scale.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields, default)]
pub struct DecodeParameters {
    /// The frame, counted from 0, as it is seen when the animation plays.
    pub frame: Option<u32>,
    /// The part to decode, in pixels of the oriented picture. Default: all.
    pub region: Option<Region>,
    /// The size of the output in pixels, exactly. Default: the region's.
    pub size: Option<Size>,
    /// Stops by which pictures of linear light (OpenEXR, Radiance, TIFF of
    /// floats) are made brighter, -30 to 30. Default: 0. No other changes.
    pub exposure: Option<f32>,
}

/// A decoded picture.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DecodeResult {
    /// What the payload holds: RGBA, 8 bits, straight alpha, sRGB.
    pub raster: Raster,
    /// The whole picture's size in pixels, after orientation.
    pub source: Size,
    /// The format that it was in.
    pub format: Format,
    /// The frame that was decoded.
    pub frame: u32,
}

impl Operation for ImageDecode {
    const NAME: &'static str = "image.decode";
    const DOC: &'static str = "Decodes a picture (JPEG XL, PNG, JPEG, WebP, GIF, TIFF, BMP, QOI, \
        PNM, ICO, TGA, DDS, farbfeld, OpenEXR, Radiance HDR) to RGBA, 8 bits a sample, straight \
        alpha, sRGB: a frame, or a region of it, to any size.";
    const PHASES: &'static [&'static str] = &["parse", "decode", "convert", "scale"];

    type Parameters = DecodeParameters;
    type Result = DecodeResult;

    fn run(
        context: &Context<'_>,
        parameters: DecodeParameters,
        inputs: &[Input<'_>],
    ) -> Result<Output<DecodeResult>, Error> {
        let bytes = inputs[0].bytes;
        let format = Format::of(bytes)?;
        let frame = parameters.frame.unwrap_or(0);
        if let Some(size) = parameters.size {
            if size.width == 0 || size.height == 0 {
                return Err(Error::InvalidParameters("the output size is empty".into()));
            }
            context.limits().check_pixels(size.pixels())?;
            context
                .limits()
                .check_memory(Pixels::bytes(size.width, size.height))?;
        }
        let exposure = parameters.exposure.unwrap_or(0.0);
        if !(-30.0..=30.0).contains(&exposure) {
            return Err(Error::InvalidParameters(format!(
                "exposure must be from -30 to 30 stops, not {exposure}"
            )));
        }
        let wanted = Wanted {
            frame,
            variant: exposure.to_bits(),
            region: parameters.region,
            size: parameters.size,
        };
        let decode = |region| formats::decode(context, format, bytes, frame, region, exposure);
        let shown = warm::picture(context, format, &inputs[0], wanted, decode)?;
        let mut pixels = shown.pixels;
        if let Some(size) = parameters.size
            && (size.width, size.height) != (pixels.width, pixels.height)
        {
            let from = Pixels::bytes(pixels.width, pixels.height);
            let to = Pixels::bytes(size.width, size.height);
            context
                .limits()
                .check_memory(from + to + bytes.len() as u64)?;
            let mut progress = |fraction| context.progress(3, fraction);
            pixels = Arc::new(scale(&pixels, size, &mut progress)?);
        }
        Ok(Output {
            result: DecodeResult {
                raster: pixels.describe(),
                source: shown.source,
                format,
                frame,
            },
            payloads: vec![pixels.share()],
        })
    }

    fn estimate(parameters: &DecodeParameters, inputs: &[Input<'_>]) -> Result<Estimate, Error> {
        formats::estimate(
            inputs[0],
            parameters.frame.unwrap_or(0),
            parameters.region,
            parameters.size,
        )
    }
}
