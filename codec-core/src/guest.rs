//! The guest's ABI, shared by both wasm builds.
//!
//! The host asks for room with [`Guest::alloc`], writes one frame there,
//! calls [`Guest::call`], reads the parts of the reply where they lie, and
//! ends with [`Guest::free`]. One call at a time; state lives in a
//! `thread_local` of the crate that exports the functions.

use locus_protocol::{ErrorBody, ErrorCode};

use crate::{Answer, Host, Warm, answer_estimate, answer_with};

/// The state behind `locus_alloc`, `locus_call` and `locus_free`.
#[derive(Debug, Default)]
pub struct Guest {
    /// The frame that the host writes. `u128` aligns it to 16 bytes.
    frame: Vec<u128>,
    answer: Option<Answer>,
    /// What stays from one call to the next.
    warm: Warm,
    /// A count, then pointer and length of each part.
    parts: Vec<usize>,
}

impl Guest {
    /// A guest that holds nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            frame: Vec::new(),
            answer: None,
            warm: Warm::new(),
            parts: Vec::new(),
        }
    }

    /// Room for a frame of `length` bytes, aligned to 16; null when memory
    /// is out. Whatever an earlier call left is dropped.
    pub fn alloc(&mut self, length: usize) -> *mut u8 {
        self.free();
        // A frame of no bytes gets room too, so that null means one thing.
        let blocks = length.div_ceil(16).max(1);
        if self.frame.try_reserve_exact(blocks).is_err() {
            self.warm.clear();
            if self.frame.try_reserve_exact(blocks).is_err() {
                return std::ptr::null_mut();
            }
        }
        self.frame.resize(blocks, 0);
        self.frame.as_mut_ptr().cast()
    }

    /// Answers the frame of `length` bytes that the host wrote to `frame`.
    /// The result points to a count, then as many pairs of pointer and
    /// length, each the size of a pointer: first the reply up to its
    /// payloads, then each payload, unpadded. Valid until [`Guest::free`].
    pub fn call(&mut self, frame: *const u8, length: usize, host: &dyn Host) -> *const usize {
        let warm = std::mem::take(&mut self.warm);
        let parts = self.reply(frame, length, |bytes| answer_with(bytes, host, &warm));
        self.warm = warm;
        parts
    }

    /// As [`Guest::call`], but answers estimates alone.
    pub fn estimate(&mut self, frame: *const u8, length: usize) -> *const usize {
        self.reply(frame, length, answer_estimate)
    }

    fn reply(
        &mut self,
        frame: *const u8,
        length: usize,
        answer: impl FnOnce(&[u8]) -> Answer,
    ) -> *const usize {
        let room: &[u8] = bytemuck::cast_slice(&self.frame);
        let answer = match room.get(..length) {
            Some(bytes) if std::ptr::eq(bytes.as_ptr(), frame) => answer(bytes),
            _ => Answer::error(
                0,
                ErrorBody::new(
                    ErrorCode::InvalidFrame,
                    "the frame does not lie where locus_alloc made room for it",
                ),
            ),
        };
        // The input is as large as the reply may be: not both at once.
        self.frame = Vec::new();
        self.parts.clear();
        self.parts.push(1 + answer.payloads.len());
        let payloads = answer.payloads.iter().map(crate::Payload::as_bytes);
        for part in std::iter::once(answer.header.as_slice()).chain(payloads) {
            self.parts.push(part.as_ptr() as usize);
            self.parts.push(part.len());
        }
        self.answer = Some(answer);
        self.parts.as_ptr()
    }

    /// Drops the frame and the reply.
    pub fn free(&mut self) {
        self.frame = Vec::new();
        self.answer = None;
        self.parts.clear();
    }
}
