//! TIFF, as far as `image` does not tell: what is no picture but a camera's
//! raw data, and metadata.

use std::io::Cursor;

use image::codecs::tiff::TiffDecoder;

use super::metadata::{Found, of_decoder};
use super::through_image;
use crate::limits::Limits;
use crate::{Error, exif};
use image::ImageDecoder as _;

/// The subfile's kind; bit 0: a smaller version of another picture.
const NEW_SUBFILE_TYPE: u16 = 254;
/// Adobe's mark of a DNG file.
const DNG_VERSION: u16 = 50_706;

/// Refuses camera raw files, whose first directory is a thumbnail that would
/// pass for the picture.
///
/// # Errors
/// `unsupported`.
pub(super) fn check(bytes: &[u8]) -> Result<(), Error> {
    let canon = bytes.get(8..10) == Some(b"CR");
    let preview = exif::number(bytes, NEW_SUBFILE_TYPE).is_some_and(|kind| kind & 1 == 1);
    if canon || preview || exif::number(bytes, DNG_VERSION).is_some() {
        return Err(Error::Unsupported(
            "this is a camera raw picture, which cannot be decoded; export it as TIFF or JPEG"
                .into(),
        ));
    }
    Ok(())
}

/// XMP and profile.
pub(super) fn metadata(bytes: &[u8], limits: &Limits) -> Found {
    let Ok(mut decoder) = TiffDecoder::new(Cursor::new(bytes)) else {
        return Found::default();
    };
    let _ = decoder.set_limits(through_image::limits(limits));
    of_decoder(decoder)
}
