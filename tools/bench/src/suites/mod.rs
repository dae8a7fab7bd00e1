//! The suites that this program drives itself, one file each.

pub mod call_overhead;
pub mod encode;
pub mod footprint;
pub mod fractal_tile;
pub mod image_size;
pub mod soak;
pub mod startup;
pub mod tiles_parallel;
pub mod wasm_vs_native;
