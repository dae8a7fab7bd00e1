//! `image.metadata`: what a file says beside its pixels.

use locus_protocol::Estimate;
use serde::{Deserialize, Serialize};

use crate::formats::metadata::metadata;
use crate::{Context, Error, Input, Operation, Output};

/// `image.metadata`.
pub struct ImageMetadata;

/// `image.metadata` has no parameters.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
#[serde(deny_unknown_fields)]
pub struct MetadataParameters {}

/// What a file says beside its pixels.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MetadataResult {
    /// The container's parts in order: JPEG XL boxes, PNG chunks, JPEG
    /// segments, RIFF chunks, TIFF directories.
    pub boxes: Vec<FilePart>,
    /// Parts that are there and not in `boxes`, because they are too many.
    pub left_off: u32,
    /// EXIF's tags, readable.
    pub exif: Vec<ExifTag>,
    /// XMP's text.
    pub xmp: Option<String>,
    /// The colour profile.
    pub profile: Option<ProfileWords>,
}

/// A part of a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FilePart {
    /// Its name: "jxlc", "IHDR", "APP1 EXIF", "VP8L".
    pub kind: String,
    /// Where it begins in the file, header included.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub offset: u64,
    /// Its length in bytes, header included.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub length: u64,
}

/// An EXIF tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ExifTag {
    /// What it is about: "image", "camera", "thumbnail", "gps".
    pub group: String,
    /// Its name: "ExposureTime".
    pub name: String,
    /// Its value in words: "1/250 s".
    pub value: String,
}

/// A colour profile in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ProfileWords {
    /// The name that it gives itself.
    pub name: String,
    /// What it is: "RGB display profile, version 4.3, matrix and curves, 536 bytes".
    pub words: String,
}

impl Operation for ImageMetadata {
    const NAME: &'static str = "image.metadata";
    const DOC: &'static str = "Lists what a picture's file says beside its pixels: the parts of \
        its container, EXIF in words, XMP, and the colour profile in words.";
    const PHASES: &'static [&'static str] = &["parse"];

    type Parameters = MetadataParameters;
    type Result = MetadataResult;

    fn run(
        context: &Context<'_>,
        _: MetadataParameters,
        inputs: &[Input<'_>],
    ) -> Result<Output<MetadataResult>, Error> {
        Ok(Output {
            result: metadata(context, inputs[0].bytes)?,
            payloads: Vec::new(),
        })
    }

    fn estimate(_: &MetadataParameters, inputs: &[Input<'_>]) -> Result<Estimate, Error> {
        let length = inputs[0].length;
        let units = 100_000.0 + length as f64 / 10.0;
        Ok(Estimate {
            units_cold: units,
            units_warm: units,
            peak_bytes: (2 << 20) + 2 * length,
            reply_bytes: 0,
            parallel: false,
        })
    }
}
