//! Colour: from whatever a file says to sRGB.

mod convert;
mod names;
mod srgb;

pub use convert::{Model, ToSrgb};
pub use names::{icc_name, primaries_name};
pub use srgb::Srgb;

/// What a file says of its colours.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Profile {
    /// sRGB, or nothing, which means the same. Grey uses sRGB's curve, and
    /// CMYK is taken as ideal inks.
    #[default]
    Srgb,
    /// An ICC profile.
    Icc(Vec<u8>),
    /// PNG's `gAMA` and `cHRM` chunks.
    Gamma {
        /// The exponent that encodes: 0.45455 is usual.
        gamma: f64,
        /// White, red, green and blue, x and y each.
        chromaticities: Option<[f64; 8]>,
    },
    /// Code points of ITU-T H.273: primaries, transfer, matrix, full range.
    Cicp([u8; 4]),
}
