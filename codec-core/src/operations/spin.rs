//! `spin`, for tests: runs until it is stopped, and heeds the stop flag.

use locus_protocol::Estimate;
use serde::{Deserialize, Serialize};

use crate::{Context, Error, Input, Operation, Output};

/// `spin`.
pub struct Spin;

/// `spin` has no parameters.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
#[serde(deny_unknown_fields)]
pub struct SpinParameters {}

/// `spin` returns nothing.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
pub struct SpinResult {}

impl Operation for Spin {
    const NAME: &'static str = "spin";
    const DOC: &'static str = "For tests: runs until it is stopped, and heeds the stop flag.";
    const PHASES: &'static [&'static str] = &["spin"];
    const INPUTS: (usize, usize) = (0, 16);
    const TEST_ONLY: bool = true;

    type Parameters = SpinParameters;
    type Result = SpinResult;

    fn run(
        context: &Context<'_>,
        _: SpinParameters,
        _: &[Input<'_>],
    ) -> Result<Output<SpinResult>, Error> {
        let mut turns = 0_u32;
        loop {
            turns = std::hint::black_box(turns.wrapping_add(1));
            if turns.is_multiple_of(4096) {
                // Nears 1 and never gets there: it has no end to measure by.
                let done = (turns / 4096) as f32;
                context.progress(0, done / (done + 10_000.0))?;
            }
        }
    }

    fn estimate(_: &SpinParameters, _: &[Input<'_>]) -> Result<Estimate, Error> {
        Ok(Estimate::default())
    }
}
