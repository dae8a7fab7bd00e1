//! What a dying thread says, left where others can read it.
//!
//! A panic aborts. On the thread that was called, JavaScript catches a
//! `RuntimeError` without words; in a thread of the pool nobody catches
//! anything, and the caller waits for ever. So the panic hook writes its
//! words to a fixed place in memory. The engine's worker reads them after a
//! trap; the page, which shares that memory in the threaded build, looks
//! there while a call runs.

use std::panic;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use wasm_bindgen::prelude::wasm_bindgen;

const ROOM: usize = 1016;

/// Two u32 and the words; its layout is known to `engines/report.ts`.
#[repr(C)]
struct Report {
    /// 0 while all is well, 1 while one thread writes, 2 when it has.
    state: AtomicU32,
    /// Bytes of `words` that are used.
    length: AtomicU32,
    /// UTF-8, perhaps cut off.
    words: [AtomicU8; ROOM],
}

static REPORT: Report = Report {
    state: AtomicU32::new(0),
    length: AtomicU32::new(0),
    words: [const { AtomicU8::new(0) }; ROOM],
};

/// Makes panics leave their words.
pub(crate) fn install() {
    panic::set_hook(Box::new(|panic| write(&panic.to_string())));
}

fn write(words: &str) {
    // Only the first death is told; those that follow are its echo.
    let first = REPORT
        .state
        .compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed);
    if first.is_err() {
        return;
    }
    let mut length = 0;
    for (place, byte) in REPORT.words.iter().zip(words.bytes()) {
        place.store(byte, Ordering::Relaxed);
        length += 1;
    }
    REPORT.length.store(length, Ordering::Relaxed);
    REPORT.state.store(2, Ordering::Release);
}

/// Where the report lies.
#[wasm_bindgen]
#[must_use]
pub fn locus_report() -> u32 {
    (&raw const REPORT) as usize as u32
}

/// A thread of the pool ended with an error that was no panic. Called by
/// `threads.js` on that thread, whose stack may be full: so no words come
/// with it, for which memory would be needed.
#[cfg(feature = "threads")]
#[wasm_bindgen]
pub fn thread_died(stack_was_full: bool) {
    write(if stack_was_full {
        "a thread ran out of stack"
    } else {
        "a thread trapped"
    });
}
