//! What decoding through the `image` crate has in common.

use image::{Frames, ImageError, RgbaImage};

use crate::format::Format;
use crate::limits::Limits;
use crate::{Context, Error};

/// The call's memory limit, as `image` knows it.
pub(super) fn limits(limits: &Limits) -> image::Limits {
    let mut image_limits = image::Limits::no_limits();
    image_limits.max_alloc = Some(limits.memory);
    image_limits
}

/// What an error of `image` means here; the file has `length` bytes.
pub(super) fn failure(format: Format, error: &ImageError, length: usize, limits: &Limits) -> Error {
    let name = format.name();
    match error {
        ImageError::Limits(_) => Error::Limit {
            limit: "memory",
            maximum: limits.memory,
            // `image` does not tell how much: at least this.
            value: limits.memory.saturating_add(1),
        },
        ImageError::Unsupported(error) => Error::Unsupported(format!("{name}: {error}")),
        error if is_end(error) => Error::InvalidInput(format!(
            "the {name} file is cut off: it ends after {length} bytes"
        )),
        error => Error::InvalidInput(format!("the {name} file is broken: {error}")),
    }
}

fn is_end(error: &ImageError) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        let io = error.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::UnexpectedEof) {
            return true;
        }
        source = error.source();
    }
    false
}

/// The error for a frame that is not there.
pub(super) fn missing_frame(frame: u32, there: usize) -> Error {
    Error::InvalidParameters(format!(
        "there is no frame {frame}, the file has {there}, counted from 0"
    ))
}

/// Frame `frame` of an animation, composed with those before it.
pub(super) fn animation_frame(
    context: &Context<'_>,
    frames: Frames<'_>,
    frame: u32,
    there: usize,
    failure: &dyn Fn(&ImageError) -> Error,
) -> Result<RgbaImage, Error> {
    for (index, composed) in frames.enumerate() {
        context.progress(1, index as f32 / (frame as f32 + 1.0))?;
        let composed = composed.map_err(|error| failure(&error))?;
        if index == frame as usize {
            return Ok(composed.into_buffer());
        }
    }
    Err(missing_frame(frame, there))
}
