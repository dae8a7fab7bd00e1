//! PQ, HLG and whatever is brighter than a screen: tone mapping to sRGB.
//!
//! By jxl-color, for every format: Rec. ITU-R BT.2408's curve to a display of
//! 255 nits, and what sRGB cannot hold is clipped. This is the one conversion
//! whose result may differ in its last bit between builds, since jxl-color
//! uses transcendental functions of std for these curves.

use jxl_color::{
    ColorEncodingWithProfile, ColorTransform, EnumColourEncoding, NullCms, OpsinInverseMatrix,
    ToneMapping,
};
use jxl_oxide::RenderingIntent;
use jxl_oxide_common::BundleDefault;

use crate::Error;

/// Nits of the brightest white where a file does not tell: what HLG is made
/// for, and what most PQ is mastered to.
const USUAL_PEAK: f32 = 1000.0;

/// A conversion to sRGB with tone mapping.
pub struct Hdr(ColorTransform);

impl Hdr {
    /// From `encoding`, with the picture's own tone mapping.
    ///
    /// # Errors
    /// `unsupported` when there is no way.
    pub fn new(
        encoding: EnumColourEncoding,
        opsin: &OpsinInverseMatrix,
        tone_mapping: &ToneMapping,
    ) -> Result<Self, Error> {
        let srgb = EnumColourEncoding::srgb(RenderingIntent::Relative);
        ColorTransform::new(
            &ColorEncodingWithProfile::new(encoding),
            &ColorEncodingWithProfile::new(srgb),
            opsin,
            tone_mapping,
            &NullCms,
        )
        .map(Self)
        .map_err(|error| Error::Unsupported(format!("the colours cannot be tone mapped: {error}")))
    }

    /// From the encoding of a picture that does not tell its brightness.
    ///
    /// # Errors
    /// As [`Hdr::new`].
    pub fn of_picture(encoding: &EnumColourEncoding) -> Result<Self, Error> {
        let mut tone_mapping = ToneMapping::default_with_context(());
        tone_mapping.intensity_target = USUAL_PEAK;
        let opsin = OpsinInverseMatrix::default_with_context(());
        Self::new(encoding.clone(), &opsin, &tone_mapping)
    }

    /// Converts a row, three channels of it, in place.
    ///
    /// # Errors
    /// `internal` when the conversion fails.
    pub fn convert(&self, [r, g, b]: &mut [Vec<f32>; 3]) -> Result<(), Error> {
        self.0
            .run(&mut [r, g, b])
            .map(|_| ())
            .map_err(|error| Error::Internal(format!("the colour conversion failed: {error}")))
    }
}
