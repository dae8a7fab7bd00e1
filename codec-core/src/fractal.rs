//! The Mandelbrot set and its Julia sets by escape time, as deep as f64 goes.
//!
//! A pixel's value depends on its own coordinate alone. The coordinate is
//! computed exactly in decimal and rounded once to f64 ([`grid`]), and every
//! orbit goes through the same operations in the same order ([`orbit`]), so
//! that tiles agree however a picture is cut and wherever they were computed.

pub mod decimal;
pub mod derivative;
pub mod grid;
pub mod kernel;
pub mod orbit;
mod replay;
pub mod smooth;
pub mod tile;

pub use crate::raster::Size;
