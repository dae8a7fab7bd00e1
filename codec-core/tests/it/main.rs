//! codec-core through its one door: frames in, frames out.

mod animation;
mod call;
mod color;
mod conformance;
mod corpus;
mod float;
mod formats;
mod fractal;
mod fractal_kernel;
mod fractal_truth;
mod limits;
mod orientation;
mod pictures;
mod region;
mod scale;
