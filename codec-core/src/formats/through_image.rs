//! What decoding through the `image` crate has in common.

use std::ops::ControlFlow;

use image::{Frames, ImageError};

use super::{Decoded, Visit, interleaved};
use crate::color::Profile;
use crate::format::Format;
use crate::limits::Limits;
use crate::raster::{Orientation, Region, Size};
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
    if there == 0 {
        return Error::InvalidInput("the file has no frame that is whole".into());
    }
    Error::InvalidParameters(format!(
        "there is no frame {frame}, the file has {there}, counted from 0"
    ))
}

/// An animation whose frames `image` composes, one after the other.
pub(super) struct Animation<'a> {
    pub(super) format: Format,
    pub(super) frames: Frames<'a>,
    /// How many there are.
    pub(super) there: usize,
    pub(super) stored: Size,
    pub(super) profile: Profile,
    pub(super) orientation: Orientation,
    /// Bytes of the file.
    pub(super) length: usize,
}

impl Animation<'_> {
    /// One frame, oriented and cut to `region`.
    pub(super) fn frame(
        self,
        context: &Context<'_>,
        frame: u32,
        region: Option<Region>,
    ) -> Result<Decoded, Error> {
        let mut found = None;
        let there = self.there;
        self.walk(context, frame, region, &mut |decoded| {
            found = Some(decoded);
            Ok(ControlFlow::Break(()))
        })?;
        found.ok_or_else(|| missing_frame(frame, there))
    }

    /// Shows the frames from `first` on, each composed with those before it.
    pub(super) fn walk(
        self,
        context: &Context<'_>,
        first: u32,
        region: Option<Region>,
        visit: &mut Visit<'_>,
    ) -> Result<(), Error> {
        if first as usize >= self.there {
            return Err(missing_frame(first, self.there));
        }
        for (index, composed) in self.frames.enumerate() {
            if index <= first as usize {
                context.progress(1, index as f32 / (first as f32 + 1.0))?;
            }
            let composed = composed
                .map_err(|error| failure(self.format, &error, self.length, context.limits()))?;
            if index < first as usize {
                continue;
            }
            let decoded = interleaved::rgba(
                context,
                composed.buffer(),
                self.stored,
                &self.profile,
                self.orientation,
                region,
            )?;
            if visit(decoded)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}
