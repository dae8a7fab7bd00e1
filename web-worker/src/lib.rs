//! codec-core in the browser: the guest's functions, exported through
//! wasm-bindgen to an engine's worker.
//!
//! The meaning of `locus_alloc`, `locus_call` and `locus_free` is that of
//! [`codec_core::guest`], which both wasm builds share. One source makes two
//! builds: *plain*, one thread and no shared memory, for pages that are not
//! cross-origin isolated; and *threads*, whose engines may start a rayon pool
//! with `initThreadPool`.

#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use codec_core::Host;
use codec_core::guest::Guest;
use wasm_bindgen::prelude::*;

mod report;
#[cfg(feature = "threads")]
mod threads;

// Re-exported, or the linker would drop what JavaScript alone calls.
#[cfg(feature = "threads")]
pub use wasm_bindgen_rayon::init_thread_pool;

#[wasm_bindgen]
extern "C" {
    /// The engine's worker defines it before the first call. Hears how far
    /// the call has come, and returns true when it has to stop.
    #[wasm_bindgen(js_name = locus_progress)]
    fn progress(value: f32) -> bool;
}

/// Threads of the pool, 1 without one. A static, because every thread of the
/// instance shares it.
static THREADS: AtomicUsize = AtomicUsize::new(1);

thread_local! {
    static GUEST: RefCell<Guest> = const { RefCell::new(Guest::new()) };
}

struct Engine;

impl Host for Engine {
    fn progress(&self, value: f32) -> bool {
        progress(value)
    }

    fn threads(&self) -> usize {
        THREADS.load(Ordering::Relaxed)
    }
}

#[wasm_bindgen(start)]
fn start() {
    report::install();
}

/// Room for a frame of `length` bytes, aligned to 16; 0 when memory is out.
#[wasm_bindgen]
#[must_use]
pub fn locus_alloc(length: u32) -> u32 {
    GUEST.with_borrow_mut(|guest| guest.alloc(length as usize) as usize as u32)
}

/// Answers the frame of `length` bytes at `frame`: a pointer to a count and
/// as many pairs of pointer and length, all u32, valid until [`locus_free`].
#[wasm_bindgen]
#[must_use]
pub fn locus_call(frame: u32, length: u32) -> u32 {
    GUEST.with_borrow_mut(|guest| {
        let frame = frame as usize as *const u8;
        guest.call(frame, length as usize, &Engine) as usize as u32
    })
}

/// Drops the frame and the reply.
#[wasm_bindgen]
pub fn locus_free() {
    GUEST.with_borrow_mut(Guest::free);
}

/// How many threads `initThreadPool` has started.
#[wasm_bindgen]
pub fn locus_set_threads(threads: u32) {
    THREADS.store(threads as usize, Ordering::Relaxed);
}

/// The instance's memory, in which frames and replies lie.
#[wasm_bindgen]
#[must_use]
pub fn locus_memory() -> JsValue {
    wasm_bindgen::memory()
}
