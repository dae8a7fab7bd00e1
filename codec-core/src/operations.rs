//! The operations table: the only list of the preinstalled operations.
//!
//! Adding one is a file beside the others and a line here.

mod allocate;
mod echo;
mod fractal_tile;
mod hang;
mod image_decode;
mod image_encode;
mod image_frames;
mod image_inspect;
mod image_metadata;
mod jpeg_reconstruct;
mod panic;
mod recurse;
mod spin;

use crate::operation::{Entry, Estimator};
pub use image_encode::{EncodeFormat, RawRaster, RawSample};
pub use image_metadata::{ExifTag, FilePart, MetadataResult, ProfileWords};

macro_rules! table {
    ($($operation:ty),+ $(,)?) => {
        static TABLE: &[Entry] = &[$(Entry::of::<$operation>()),+];
        static ESTIMATORS: &[Estimator] = &[$(Estimator::of::<$operation>()),+];

        /// Writes every type that parameters and results use, as TypeScript.
        ///
        /// # Errors
        /// When a file can't be written.
        #[cfg(feature = "ts")]
        pub fn types(config: &ts_rs::Config) -> Result<(), ts_rs::ExportError> {
            use crate::Operation;
            use ts_rs::TS;
            $(
                <$operation as Operation>::Parameters::export_all(config)?;
                <$operation as Operation>::Result::export_all(config)?;
            )+
            Ok(())
        }
    };
}

table![
    echo::Echo,
    image_inspect::ImageInspect,
    image_decode::ImageDecode,
    image_frames::ImageFrames,
    image_metadata::ImageMetadata,
    image_encode::ImageEncode,
    jpeg_reconstruct::JpegReconstruct,
    fractal_tile::FractalTile,
    spin::Spin,
    hang::Hang,
    panic::Panic,
    recurse::Recurse,
    allocate::Allocate,
];

/// The preinstalled operations.
#[must_use]
pub fn operations() -> &'static [Entry] {
    TABLE
}

/// The same operations, as far as estimates need them.
#[must_use]
pub fn estimators() -> &'static [Estimator] {
    ESTIMATORS
}
