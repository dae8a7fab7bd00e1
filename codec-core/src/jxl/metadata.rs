//! EXIF, XMP and profile of a JPEG XL file.

use super::inspect::describe_color;
use super::open;
use crate::formats::metadata::Found;
use crate::{Context, Error};

/// What stands in the container's boxes, and the codestream's profile.
///
/// # Errors
/// `invalid_input` when the header is broken or not all there, and
/// `limit_exceeded`.
pub fn metadata(context: &Context<'_>, bytes: &[u8]) -> Result<Found, Error> {
    let image = open(context, bytes, None, context.limits().memory)?.image;
    let boxes = image.aux_boxes();
    let exif = boxes.first_exif().ok().and_then(|exif| {
        let exif = exif.has_data().then(|| exif.unwrap())?;
        let tiff = exif.payload().get(exif.tiff_header_offset() as usize..)?;
        Some(tiff.to_vec())
    });
    let xmp = boxes.first_xml();
    Ok(Found {
        exif,
        xmp: xmp.has_data().then(|| xmp.unwrap().to_vec()),
        icc: image.original_icc().map(<[u8]>::to_vec),
        space: Some(describe_color(&image).space),
    })
}
