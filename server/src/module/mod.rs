//! Wasm modules as files: what is read from them without running them, and
//! their ahead-of-time compilation with its cache.

pub mod cache;
pub mod compile;
pub mod wasm;

pub use cache::{Cache, Level};
pub use wasm::Wasm;
