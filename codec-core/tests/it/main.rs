//! codec-core through its one door: frames in, frames out.

mod animation;
mod call;
mod color;
mod conformance;
mod corpus;
mod encode;
mod estimates;
mod float;
mod formats;
mod fractal;
mod fractal_kernel;
mod fractal_planes;
mod fractal_truth;
mod frames;
mod further;
mod handmade;
mod limits;
mod metadata;
mod orientation;
mod pictures;
mod reconstruct;
mod region;
mod scale;
mod warm;
