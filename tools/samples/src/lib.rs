//! Draws the pictures in `assets/samples`, all of them computed: no photograph, no font and no data from elsewhere.
//!
//! `scripts/make-samples` runs this program and hands what it drew to libjxl's tools. Nothing depends on time or chance: drawn again on the
//! same machine, a picture is the same to the bit. From the ground up:
//!
//! - [`vector`], [`colour`], [`noise`]: what every picture is made of. Light is linear until it is written.
//! - [`canvas`]: a picture being painted, with strokes and discs; [`lettering`] writes on it; [`write`] makes files of it.
//! - [`terrain`]: landscapes worn down by rivers, for the lake and the map; [`march`] looks at a landscape from within.
//! - [`pictures`]: one file a picture, and the table that names them.
//! - [`index`]: `index.json`, which the page reads.

#![allow(
    clippy::disallowed_methods,
    reason = "The encoded files are committed; where another machine's powf differs in the last bit, a picture made there does too, and nobody sees it."
)]

pub mod canvas;
pub mod colour;
pub mod index;
pub mod lettering;
pub mod march;
pub mod noise;
pub mod pictures;
pub mod terrain;
pub mod vector;
pub mod write;
