//! The bounds that hold where a call names none.

use locus_protocol::Limits as Asked;

use crate::Error;

/// The bounds that hold for one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all inputs together.
    pub bytes: u64,
    /// Pixels of one decoded frame, before region and scale.
    pub pixels: u64,
    /// Frames of an animation.
    pub frames: u64,
    /// Bytes of memory while the call runs.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 256 << 20,
            pixels: 256 << 20,
            frames: 10_000,
            memory: 2 << 30,
        }
    }
}

impl Limits {
    /// The default bounds, each replaced by the call's own.
    #[must_use]
    pub fn of(asked: Asked) -> Self {
        let default = Self::default();
        Self {
            bytes: asked.bytes.unwrap_or(default.bytes),
            pixels: asked.pixels.unwrap_or(default.pixels),
            frames: asked.frames.unwrap_or(default.frames),
            memory: asked.memory.unwrap_or(default.memory),
        }
    }

    /// Whether what these bounds allow is allowed by `other`, too. Bytes of
    /// input are no matter: they are checked before all else.
    #[must_use]
    pub fn are_within(&self, other: &Self) -> bool {
        self.pixels <= other.pixels && self.frames <= other.frames && self.memory <= other.memory
    }

    /// # Errors
    /// [`Error::Limit`] when `value` bytes of input are too many.
    pub fn check_bytes(&self, value: u64) -> Result<(), Error> {
        check("bytes", self.bytes, value)
    }

    /// # Errors
    /// [`Error::Limit`] when `value` pixels are too many.
    pub fn check_pixels(&self, value: u64) -> Result<(), Error> {
        check("pixels", self.pixels, value)
    }

    /// # Errors
    /// [`Error::Limit`] when `value` frames are too many.
    pub fn check_frames(&self, value: u64) -> Result<(), Error> {
        check("frames", self.frames, value)
    }

    /// # Errors
    /// [`Error::Limit`] when `value` bytes of memory are too many.
    pub fn check_memory(&self, value: u64) -> Result<(), Error> {
        check("memory", self.memory, value)
    }
}

fn check(limit: &'static str, maximum: u64, value: u64) -> Result<(), Error> {
    if value > maximum {
        return Err(Error::Limit {
            limit,
            maximum,
            value,
        });
    }
    Ok(())
}
