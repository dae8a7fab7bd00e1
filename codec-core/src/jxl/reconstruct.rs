//! The JPEG that a JPEG XL file was made of.

use jxl_oxide::JpegReconstructionStatus as Status;

use super::{Opened, open, stored_size};
use crate::sink::Sink;
use crate::{Context, Error};

/// Writes the JPEG, byte for byte.
///
/// # Errors
/// `unsupported` when the file carries none, `invalid_input` for broken and
/// truncated files, `limit_exceeded`, `cancelled`.
pub fn reconstruct(context: &Context<'_>, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let limits = *context.limits();
    let length = bytes.len() as u64;
    limits.check_memory(2 * length)?;
    let Opened { image, complete } = open(context, bytes, None, limits.memory - 2 * length)?;
    let cut_off = || {
        Error::InvalidInput(format!(
            "the JPEG XL file is cut off: it ends after {length} bytes"
        ))
    };
    let broken = |why: &dyn std::fmt::Display| {
        Error::InvalidInput(format!("the JPEG cannot be had back: {why}"))
    };
    match image.jpeg_reconstruction_status() {
        Status::Available if complete => {}
        Status::Unavailable if complete => {
            return Err(Error::Unsupported(
                "this JPEG XL file carries no JPEG: it was made of pixels, or the data that it \
                 takes were left out"
                    .into(),
            ));
        }
        Status::Invalid => return Err(broken(&"what the file has for it is not whole")),
        _ => return Err(cut_off()),
    }
    // Coefficients of four bytes, up to four components, twice while they
    // are put in order; the rest is small.
    limits.check_memory(2 * length + 32 * stored_size(&image).pixels())?;
    context.progress(1, 0.0)?;
    let mut jpeg = Sink::new(context, 1, 2 * length, length + length / 4);
    let written = image.reconstruct_jpeg(&mut jpeg);
    jpeg.finish(written.map_err(|error| broken(&error)))
}
