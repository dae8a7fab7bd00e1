//! JPEG XL, through jxl-oxide.
//!
//! Files are fed in pieces, so that limits are checked between them: the
//! picture's size as soon as its header is there, each frame's size and
//! their number as they come. What the decoder takes for pixels is counted
//! by its allocation tracker.

pub mod color;
mod decode;
mod inspect;
mod metadata;

mod open;
mod pack;
mod planes;
mod pool;
mod reconstruct;
mod rows;
mod xyb;

pub use decode::{decode, frames};
pub use inspect::inspect;
pub use metadata::metadata;

pub use open::{Opened, open};
pub use pool::pool;
pub use reconstruct::reconstruct;

use jxl_oxide::JxlImage;

use crate::Error;
use crate::raster::{Orientation, Size};

/// The size of the picture as stored, before orientation.
fn stored_size(image: &JxlImage) -> Size {
    let size = &image.image_header().size;
    Size {
        width: size.width,
        height: size.height,
    }
}

fn orientation(image: &JxlImage) -> Orientation {
    // The header's three bits, plus 1, are always one of the eight.
    u8::try_from(image.image_header().metadata.orientation)
        .ok()
        .and_then(Orientation::new)
        .unwrap_or_default()
}

/// What a decoder's error means here. `left` is what the memory limit left
/// to the decoder, of `maximum` in all.
fn failure(
    error: &(dyn std::error::Error + Send + Sync + 'static),
    what: &str,
    maximum: u64,
) -> Error {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(out) = error.downcast_ref::<jxl_grid::OutOfMemory>() {
            return Error::Limit {
                limit: "memory",
                maximum,
                // The tracker does not tell what it holds: at least this.
                value: maximum.saturating_add(out.bytes() as u64),
            };
        }
        source = error.source();
    }
    Error::InvalidInput(format!("{what}: {error}"))
}
