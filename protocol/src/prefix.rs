//! The first bytes of a frame: magic, header length, header.
//!
//! A reader that gets bytes piecemeal asks [`Prefix::read`] again whenever
//! more have come; it answers as soon as the header is whole, before any
//! payload has arrived, so that payloads can be bounded and placed first.

use crate::frame::FrameError;
use crate::header::{Message, RawHeader};

/// The four bytes with which every frame begins.
pub const MAGIC: [u8; 4] = *b"LOC1";
/// Payloads begin on a multiple of this many bytes from the frame's start.
pub const ALIGNMENT: usize = 16;
/// The longest header, in bytes, padding included.
pub const MAX_HEADER: usize = 1 << 20;
/// The most payloads that one frame carries.
pub const MAX_PAYLOADS: usize = 4096;
/// The largest call id: the largest integer that JSON readers agree on.
pub const MAX_ID: u64 = (1 << 53) - 1;

/// Bytes before the header: magic and header length.
pub(crate) const FIXED: usize = 8;

/// Zero bytes that follow `length` bytes up to the next multiple of
/// [`ALIGNMENT`].
#[must_use]
pub const fn padding(length: u64) -> usize {
    let rest = (length % ALIGNMENT as u64) as usize;
    if rest == 0 { 0 } else { ALIGNMENT - rest }
}

/// A frame's header, and where its payloads lie.
#[derive(Debug, Clone)]
pub struct Prefix {
    /// What the frame says.
    pub message: Message,
    /// Length of each payload in bytes, without padding.
    pub payloads: Vec<u64>,
    /// Bytes from the frame's start to its first payload.
    pub length: usize,
}

impl Prefix {
    /// Reads a prefix from the start of `bytes`; `None` when more are needed.
    ///
    /// Allocates no more than a small multiple of the header's own length.
    ///
    /// # Errors
    /// [`FrameError`] as soon as the bytes cannot begin a frame.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, FrameError> {
        let seen = bytes.len().min(MAGIC.len());
        if bytes[..seen] != MAGIC[..seen] {
            return Err(FrameError::Magic);
        }
        let Some(length) = bytes.get(4..FIXED) else {
            return Ok(None);
        };
        let header = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        if header > MAX_HEADER {
            return Err(FrameError::HeaderTooLong(header));
        }
        let length = FIXED + header;
        if !length.is_multiple_of(ALIGNMENT) {
            return Err(FrameError::HeaderUnaligned(header));
        }
        let Some(header) = bytes.get(FIXED..length) else {
            return Ok(None);
        };
        let (message, payloads) = RawHeader::parse(header)?;
        Ok(Some(Self {
            message,
            payloads,
            length,
        }))
    }

    /// Bytes of the whole frame, padding included; `None` past 2^64.
    #[must_use]
    pub fn frame_length(&self) -> Option<u64> {
        self.payloads
            .iter()
            .try_fold(self.length as u64, |sum, &payload| {
                sum.checked_add(payload)?
                    .checked_add(padding(payload) as u64)
            })
    }
}
