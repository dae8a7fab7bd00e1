//! `image.inspect`: what a picture is, without its pixels.

use locus_protocol::Estimate;
use serde::Deserialize;

use crate::formats::{self, description::InspectResult};
use crate::{Context, Error, Input, Operation, Output};

/// `image.inspect`.
pub struct ImageInspect;

/// `image.inspect` has no parameters.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
#[serde(deny_unknown_fields)]
pub struct InspectParameters {}

impl Operation for ImageInspect {
    const NAME: &'static str = "image.inspect";
    const DOC: &'static str = "Tells a picture's format, size, colours, frames and metadata \
        without decoding pixels.";
    const PHASES: &'static [&'static str] = &["parse"];

    type Parameters = InspectParameters;
    type Result = InspectResult;

    fn run(
        context: &Context<'_>,
        _: InspectParameters,
        inputs: &[Input<'_>],
    ) -> Result<Output<InspectResult>, Error> {
        Ok(Output {
            result: formats::inspect(context, inputs[0].bytes)?,
            payloads: Vec::new(),
        })
    }

    fn estimate(_: &InspectParameters, inputs: &[Input<'_>]) -> Result<Estimate, Error> {
        let length = inputs[0].length;
        // The walk skips pixels, but a JPEG XL file passes through the
        // decoder's buffers.
        let units = 50_000.0 + length as f64 / 2.0;
        Ok(Estimate {
            units_cold: units,
            units_warm: units,
            peak_bytes: (1 << 20) + 3 * length,
            reply_bytes: 0,
            parallel: false,
        })
    }
}
