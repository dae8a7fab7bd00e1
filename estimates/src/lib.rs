//! The estimates of codec-core's operations, in a small wasm of their own: a
//! page that lets the server compute need not download the codec first.
//!
//! The functions are those of [`codec_core::guest`], but what is answered is
//! estimates alone. So nothing here refers to an operation's `run`, and the
//! linker leaves out all decoders; a test holds the size. Imports nothing.

#![cfg(target_family = "wasm")]

use std::cell::RefCell;

use codec_core::guest::Guest;

thread_local! {
    static GUEST: RefCell<Guest> = const { RefCell::new(Guest::new()) };
}

/// Room for a frame of `length` bytes; null when memory is out.
#[unsafe(no_mangle)]
pub extern "C" fn locus_alloc(length: usize) -> *mut u8 {
    GUEST.with_borrow_mut(|guest| guest.alloc(length))
}

/// Answers the estimate frame at `frame`; see [`Guest::estimate`].
#[unsafe(no_mangle)]
pub extern "C" fn locus_estimate(frame: *const u8, length: usize) -> *const usize {
    GUEST.with_borrow_mut(|guest| guest.estimate(frame, length))
}

/// Drops the frame and the reply.
#[unsafe(no_mangle)]
pub extern "C" fn locus_free() {
    GUEST.with_borrow_mut(Guest::free);
}
