//! The suites that need no browser, one file each.

pub mod call_overhead;
pub mod footprint;
pub mod startup;
pub mod wasm_vs_native;
