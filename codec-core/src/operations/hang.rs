//! `hang`, for tests: runs for ever and heeds nothing.

use locus_protocol::Estimate;
use serde::{Deserialize, Serialize};

use crate::{Context, Error, Input, Operation, Output};

/// `hang`.
pub struct Hang;

/// `hang` has no parameters.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
#[serde(deny_unknown_fields)]
pub struct HangParameters {}

/// `hang` returns nothing.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
pub struct HangResult {}

impl Operation for Hang {
    const NAME: &'static str = "hang";
    const DOC: &'static str = "For tests: runs for ever and heeds nothing.";
    const PHASES: &'static [&'static str] = &["hang"];
    const INPUTS: (usize, usize) = (0, 16);
    const TEST_ONLY: bool = true;

    type Parameters = HangParameters;
    type Result = HangResult;

    fn run(
        _: &Context<'_>,
        _: HangParameters,
        _: &[Input<'_>],
    ) -> Result<Output<HangResult>, Error> {
        let mut turns = 0_u32;
        loop {
            turns = std::hint::black_box(turns.wrapping_add(1));
        }
    }

    fn estimate(_: &HangParameters, _: &[Input<'_>]) -> Result<Estimate, Error> {
        Ok(Estimate::default())
    }
}
