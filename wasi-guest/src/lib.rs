//! codec-core behind the guest's ABI, for the server's runners.
//!
//! Exports `memory`, `_initialize`, `locus_alloc`, `locus_call` and
//! `locus_free`; imports WASI and `locus.progress`. The list of operations
//! stands in the custom section `locus.operations`, so that the server reads
//! it without running anything.

#![cfg(target_family = "wasm")]

use std::cell::RefCell;

use codec_core::Host;
use codec_core::guest::Guest;

/// The operations table as JSON; written by `tools/generate`.
#[used]
#[unsafe(link_section = "locus.operations")]
static OPERATIONS: [u8; include_bytes!("../operations.json").len()] =
    *include_bytes!("../operations.json");

thread_local! {
    static GUEST: RefCell<Guest> = const { RefCell::new(Guest::new()) };
}

#[link(wasm_import_module = "locus")]
unsafe extern "C" {
    /// Hears phase index plus fraction; returns not 0 when the call has to
    /// stop.
    safe fn progress(value: f32) -> i32;
}

struct Runner;

impl Host for Runner {
    fn progress(&self, value: f32) -> bool {
        progress(value) != 0
    }

    fn threads(&self) -> usize {
        1
    }
}

/// Room for a frame of `length` bytes; null when memory is out.
#[unsafe(no_mangle)]
pub extern "C" fn locus_alloc(length: usize) -> *mut u8 {
    GUEST.with_borrow_mut(|guest| guest.alloc(length))
}

/// Answers the frame at `frame`; see `codec_core::guest::Guest::call`.
#[unsafe(no_mangle)]
pub extern "C" fn locus_call(frame: *const u8, length: usize) -> *const usize {
    GUEST.with_borrow_mut(|guest| guest.call(frame, length, &Runner))
}

/// Drops the frame and the reply.
#[unsafe(no_mangle)]
pub extern "C" fn locus_free() {
    GUEST.with_borrow_mut(Guest::free);
}
