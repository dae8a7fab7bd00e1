//! What files say beside their pixels: the parts of their containers, EXIF,
//! XMP and profiles.

mod parts;
mod words;

use std::io::Cursor;

use image::ImageDecoder;
use image::codecs::png::PngDecoder;

use super::{jpeg, through_image, webp};
use crate::format::Format;
use crate::operations::MetadataResult;
use crate::{Context, Error, exif, jxl};

/// Bytes of XMP that are told.
const XMP_TOLD: usize = 200 << 10;
/// Bytes of EXIF or XMP that go along into a new file.
const KEPT: usize = 8 << 20;

/// A file's metadata as they stand in it.
#[derive(Debug, Default)]
pub struct Found {
    /// A TIFF structure.
    pub exif: Option<Vec<u8>>,
    /// A packet of XML.
    pub xmp: Option<Vec<u8>>,
    /// An ICC profile.
    pub icc: Option<Vec<u8>>,
    /// Colours that are named where there is no profile.
    pub space: Option<String>,
}

impl Found {
    /// The metadata of a file; what is broken there counts as none.
    ///
    /// # Errors
    /// When a JPEG XL file can't be read, `limit_exceeded`, `cancelled`.
    pub fn of(context: &Context<'_>, format: Format, bytes: &[u8]) -> Result<Self, Error> {
        let limits = context.limits();
        Ok(match format {
            Format::Jxl => jxl::metadata(context, bytes)?,
            Format::Jpeg => jpeg::metadata(bytes),
            Format::Webp => webp::metadata(bytes, limits),
            Format::Png => {
                let decoder =
                    PngDecoder::with_limits(Cursor::new(bytes), through_image::limits(limits));
                decoder.ok().map_or_else(Self::default, of_decoder)
            }
            Format::Gif => image::codecs::gif::GifDecoder::new(Cursor::new(bytes))
                .ok()
                .map_or_else(Self::default, of_decoder),
            Format::Tiff => Self {
                exif: Some(bytes.to_vec()),
                ..super::tiff::metadata(bytes, limits)
            },
            _ => Self::default(),
        })
    }
}

pub(super) fn of_decoder(mut decoder: impl ImageDecoder) -> Found {
    Found {
        exif: decoder.exif_metadata().ok().flatten(),
        xmp: decoder.xmp_metadata().ok().flatten(),
        icc: decoder.icc_profile().ok().flatten(),
        space: None,
    }
}

/// Metadata that go along when a picture is written anew.
#[derive(Debug, Default)]
pub struct Kept {
    /// A TIFF structure: upright, without a thumbnail.
    pub exif: Option<Vec<u8>>,
    /// A packet of XML, upright.
    pub xmp: Option<Vec<u8>>,
}

impl Kept {
    /// What of a file's metadata is still true of its pixels when these are
    /// upright and sRGB.
    ///
    /// # Errors
    /// As [`Found::of`].
    pub fn of(context: &Context<'_>, format: Format, bytes: &[u8]) -> Result<Self, Error> {
        let found = Found::of(context, format, bytes)?;
        // A TIFF file's structure is its pixels' too.
        let exif = found.exif.filter(|_| format != Format::Tiff);
        Ok(Self {
            exif: exif
                .filter(|exif| exif.len() <= KEPT)
                .and_then(|exif| exif::upright(&exif)),
            xmp: found
                .xmp
                .filter(|xmp| !xmp.is_empty() && xmp.len() <= KEPT)
                .map(upright_xmp),
        })
    }

    /// What there is.
    pub fn names(&self) -> Vec<String> {
        let exif = self.exif.as_ref().map(|_| "exif".to_owned());
        let xmp = self.xmp.as_ref().map(|_| "xmp".to_owned());
        exif.into_iter().chain(xmp).collect()
    }
}

/// XMP that says 1 where it named an orientation, as attribute or element.
fn upright_xmp(mut xmp: Vec<u8>) -> Vec<u8> {
    const NAME: &[u8] = b"tiff:Orientation";
    let mut at = 0;
    while let Some(found) = xmp[at..].windows(NAME.len()).position(|part| part == NAME) {
        at += found + NAME.len();
        let digit = match xmp.get(at..at + 3) {
            Some([b'=', b'"' | b'\'', digit]) if digit.is_ascii_digit() => at + 2,
            Some([b'>', digit, b'<']) if digit.is_ascii_digit() => at + 1,
            _ => continue,
        };
        xmp[digit] = b'1';
    }
    xmp
}

/// What a file says beside its pixels, readable.
///
/// # Errors
/// `invalid_input`, `unsupported`, `limit_exceeded`, `cancelled`.
pub fn metadata(context: &Context<'_>, bytes: &[u8]) -> Result<MetadataResult, Error> {
    let format = Format::of(bytes)?;
    let found = Found::of(context, format, bytes)?;
    let (boxes, left_off) = parts::of(format, bytes);
    let profile = match (&found.icc, &found.space) {
        (Some(icc), _) => Some(words::profile(icc)),
        (None, Some(space)) => words::named(format, space),
        (None, None) => words::named(format, &super::inspect(context, bytes)?.color.space),
    };
    Ok(MetadataResult {
        boxes,
        left_off,
        exif: found.exif.map(words::exif).unwrap_or_default(),
        xmp: found.xmp.map(|xmp| text(&xmp)),
        profile,
    })
}

/// Text of what may be any bytes.
fn text(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(XMP_TOLD)];
    String::from_utf8_lossy(bytes)
        .chars()
        .map(|c| {
            if c.is_control() && !matches!(c, '\n' | '\r' | '\t') {
                ' '
            } else {
                c
            }
        })
        .collect()
}
