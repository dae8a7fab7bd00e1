//! `jpeg.reconstruct`: the JPEG that a JPEG XL file was made of.

use locus_protocol::Estimate;
use serde::{Deserialize, Serialize};

use crate::format::Format;
use crate::{Context, Error, Input, Operation, Output, jxl};

/// `jpeg.reconstruct`.
pub struct JpegReconstruct;

/// `jpeg.reconstruct` has no parameters.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
#[serde(deny_unknown_fields)]
pub struct ReconstructParameters {}

/// The JPEG; payload 0 holds it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ReconstructResult {
    /// Its length in bytes.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub bytes: u64,
}

impl Operation for JpegReconstruct {
    const NAME: &'static str = "jpeg.reconstruct";
    const DOC: &'static str = "Returns the JPEG that a JPEG XL file was made of, byte for byte, \
        where the file carries what that takes.";
    const PHASES: &'static [&'static str] = &["parse", "write"];

    type Parameters = ReconstructParameters;
    type Result = ReconstructResult;

    fn run(
        context: &Context<'_>,
        _: ReconstructParameters,
        inputs: &[Input<'_>],
    ) -> Result<Output<ReconstructResult>, Error> {
        let bytes = inputs[0].bytes;
        let format = Format::of(bytes)?;
        if format != Format::Jxl {
            return Err(Error::Unsupported(format!(
                "only JPEG XL files carry the JPEG that they were made of; this is a {} file",
                format.name()
            )));
        }
        let jpeg = jxl::reconstruct(context, bytes)?;
        Ok(Output {
            result: ReconstructResult {
                bytes: jpeg.len() as u64,
            },
            payloads: vec![jpeg.into()],
        })
    }

    fn estimate(_: &ReconstructParameters, inputs: &[Input<'_>]) -> Result<Estimate, Error> {
        let length = inputs[0].length;
        let units = 100_000.0 + 60.0 * length as f64;
        Ok(Estimate {
            units_cold: units,
            units_warm: units,
            // Coefficients, two bytes each, at about a bit and a half a pixel.
            peak_bytes: (4 << 20) + 40 * length,
            reply_bytes: length + length / 4,
            parallel: false,
        })
    }
}
