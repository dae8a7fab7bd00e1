//! codec-core through its one door: frames in, frames out.

mod call;
mod conformance;
mod float;
