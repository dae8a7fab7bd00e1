//! What the suite `fractal-tile` compares, natively and in wasm: codec-core's
//! kernel, a plain loop, and a bare kernel that nothing can be faster than.
//!
//! All three do the same arithmetic a step: three products and four sums.
//! Each function returns how many steps of one orbit it performed.

mod bare;
#[cfg(target_family = "wasm")]
mod exports;
mod view;

pub use bare::bare;
pub use view::{VIEWS, View};
