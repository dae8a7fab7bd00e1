//! Whole frames in memory.

use crate::header::{Message, RawHeader};
use crate::prefix::{ALIGNMENT, FIXED, MAGIC, MAX_HEADER, MAX_PAYLOADS, Prefix, padding};

/// A frame whose payloads borrow from the bytes that it was read from.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    /// What the frame says.
    pub message: Message,
    /// Its payloads, without padding.
    pub payloads: Vec<&'a [u8]>,
}

/// Why bytes are no frame.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The first bytes are not `LOC1`.
    #[error("a frame begins with the bytes LOC1")]
    Magic,
    /// The header's length is out of bounds.
    #[error("the header has {0} bytes, {max} are allowed", max = MAX_HEADER)]
    HeaderTooLong(usize),
    /// Payloads would not begin on a multiple of [`ALIGNMENT`].
    #[error("a header of {0} bytes does not end on a multiple of {ALIGNMENT}")]
    HeaderUnaligned(usize),
    /// The header is not the JSON that it should be.
    #[error("the header is not valid: {0}")]
    Header(#[from] serde_json::Error),
    /// The header lacks or contradicts something.
    #[error("the header is not valid: {0}")]
    Field(&'static str),
    /// The bytes end before the frame does.
    #[error("the frame is cut off: {have} bytes of {need}")]
    Truncated {
        /// Bytes that are there.
        have: u64,
        /// Bytes that the frame needs (at least).
        need: u64,
    },
    /// Bytes follow the frame.
    #[error("{0} bytes follow the end of the frame")]
    Trailing(u64),
}

impl<'a> Frame<'a> {
    /// Reads exactly one frame.
    ///
    /// # Errors
    /// [`FrameError`] when `bytes` is anything but one whole frame.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let (frame, length) = Self::parse_first(bytes)?;
        if length < bytes.len() {
            return Err(FrameError::Trailing((bytes.len() - length) as u64));
        }
        Ok(frame)
    }

    /// Reads the frame with which `bytes` begins, and its length in bytes.
    ///
    /// # Errors
    /// [`FrameError`] when `bytes` does not begin with a whole frame.
    pub fn parse_first(bytes: &'a [u8]) -> Result<(Self, usize), FrameError> {
        let have = bytes.len() as u64;
        let Some(prefix) = Prefix::read(bytes)? else {
            let need = (FIXED as u64).max(have + 1);
            return Err(FrameError::Truncated { have, need });
        };
        let need = prefix.frame_length().unwrap_or(u64::MAX);
        if need > have {
            return Err(FrameError::Truncated { have, need });
        }
        // From here on every length fits in `usize`, since the bytes exist.
        let mut payloads = Vec::with_capacity(prefix.payloads.len());
        let mut at = prefix.length;
        for &length in &prefix.payloads {
            payloads.push(&bytes[at..at + length as usize]);
            at += length as usize + padding(length);
        }
        let frame = Self {
            message: prefix.message,
            payloads,
        };
        Ok((frame, at))
    }
}

/// The bytes of a frame up to its first payload. `payloads` are the lengths
/// of what the writer sends next, each followed by [`padding`] zeros.
///
/// # Panics
/// When the header would pass [`MAX_HEADER`] or there are more than
/// [`MAX_PAYLOADS`]: what we write is ours to bound.
#[must_use]
pub fn write_prefix(message: &Message, payloads: &[u64]) -> Vec<u8> {
    assert!(payloads.len() <= MAX_PAYLOADS, "too many payloads");
    let mut bytes = Vec::with_capacity(256);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&[0; 4]);
    RawHeader::write(message, payloads, &mut bytes);
    let end = bytes.len() + padding(bytes.len() as u64);
    bytes.resize(end, b' ');
    let header = bytes.len() - FIXED;
    assert!(header <= MAX_HEADER, "the header is too long");
    bytes[4..FIXED].copy_from_slice(&(header as u32).to_le_bytes());
    bytes
}

/// A whole frame in one buffer.
///
/// # Panics
/// As [`write_prefix`] does.
#[must_use]
pub fn write(message: &Message, payloads: &[&[u8]]) -> Vec<u8> {
    let lengths: Vec<u64> = payloads.iter().map(|p| p.len() as u64).collect();
    let mut bytes = write_prefix(message, &lengths);
    bytes.reserve_exact(payloads.iter().map(|p| p.len() + ALIGNMENT).sum());
    for payload in payloads {
        bytes.extend_from_slice(payload);
        let end = bytes.len() + padding(payload.len() as u64);
        bytes.resize(end, 0);
    }
    bytes
}
