//! Hears when a thread of rayon's pool ends, which nobody else would.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/threads.js")]
extern "C" {
    /// Does nothing: importing the module is what counts, on every thread.
    fn watch();
}

/// Keeps the import of `threads.js`, which the linker would drop unused.
#[wasm_bindgen]
pub fn watch_threads() {
    watch();
}
