//! `echo`: the inputs, unchanged.

use locus_protocol::Estimate;
use serde::{Deserialize, Serialize};

use crate::{Context, Error, Input, Operation, Output, Payload};

/// `echo`.
pub struct Echo;

/// `echo` has no parameters.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
#[serde(deny_unknown_fields)]
pub struct EchoParameters {}

/// What was echoed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct EchoResult {
    /// Bytes of all inputs together.
    pub bytes: u64,
}

impl Operation for Echo {
    const NAME: &'static str = "echo";
    const DOC: &'static str = "Returns its inputs, unchanged.";
    const PHASES: &'static [&'static str] = &["copy"];
    const INPUTS: (usize, usize) = (0, 16);

    type Parameters = EchoParameters;
    type Result = EchoResult;

    fn run(
        _: &Context<'_>,
        _: EchoParameters,
        inputs: &[Input<'_>],
    ) -> Result<Output<EchoResult>, Error> {
        Ok(Output {
            result: EchoResult {
                bytes: inputs.iter().map(|input| input.length).sum(),
            },
            payloads: inputs
                .iter()
                .map(|input| Payload::U8(input.bytes.to_vec()))
                .collect(),
        })
    }

    fn estimate(_: &EchoParameters, inputs: &[Input<'_>]) -> Result<Estimate, Error> {
        let bytes: u64 = inputs.iter().map(|input| input.length).sum();
        // A copy moves about four bytes a nanosecond.
        let units = 1_000.0 + bytes as f64 / 4.0;
        Ok(Estimate {
            units_cold: units,
            units_warm: units,
            peak_bytes: 2 * bytes,
            reply_bytes: bytes,
            parallel: false,
        })
    }
}
