//! `recurse`, for tests: calls itself without end.

use locus_protocol::Estimate;
use serde::{Deserialize, Serialize};

use crate::{Context, Error, Input, Operation, Output};

/// `recurse`.
pub struct Recurse;

/// `recurse` has no parameters.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
#[serde(deny_unknown_fields)]
pub struct RecurseParameters {}

/// `recurse` returns nothing.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
pub struct RecurseResult {}

impl Operation for Recurse {
    const NAME: &'static str = "recurse";
    const DOC: &'static str = "For tests: calls itself without end.";
    const PHASES: &'static [&'static str] = &["recurse"];
    const INPUTS: (usize, usize) = (0, 16);
    const TEST_ONLY: bool = true;

    type Parameters = RecurseParameters;
    type Result = RecurseResult;

    fn run(
        _: &Context<'_>,
        _: RecurseParameters,
        _: &[Input<'_>],
    ) -> Result<Output<RecurseResult>, Error> {
        Err(Error::Internal(format!("recursion ended at {}", deeper(0))))
    }

    fn estimate(_: &RecurseParameters, _: &[Input<'_>]) -> Result<Estimate, Error> {
        Ok(Estimate::default())
    }
}

#[expect(unconditional_recursion, reason = "that is what it is for")]
#[inline(never)]
fn deeper(depth: u64) -> u64 {
    // The array and the sum keep the call from becoming a loop.
    let frame = std::hint::black_box([depth; 64]);
    deeper(depth + 1) + frame[63]
}
