//! Colour: from whatever a file says to sRGB.

mod convert;
mod hdr;
mod names;
mod profile;
mod srgb;

pub use convert::{Model, ToSrgb, round};
pub use hdr::Hdr;
pub use names::{icc_name, primaries_name};
pub use profile::{Chromaticities, Curve, DCI_P3, DISPLAY_P3, Profile, REC_2020, SRGB};
pub use srgb::{Srgb, encode};
