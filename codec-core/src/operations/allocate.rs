//! `allocate`, for tests: takes memory and gives it back; the instance's has grown.

use locus_protocol::Estimate;
use serde::{Deserialize, Serialize};

use crate::{Context, Error, Input, Operation, Output};

/// `allocate`.
pub struct Allocate;

/// Parameters of `allocate`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct AllocateParameters {
    /// Bytes to take.
    pub bytes: u64,
}

/// `allocate` returns nothing.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
pub struct AllocateResult {}

impl Operation for Allocate {
    const NAME: &'static str = "allocate";
    const DOC: &'static str =
        "For tests: takes memory and gives it back; the instance's has grown.";
    const PHASES: &'static [&'static str] = &["fill"];
    const INPUTS: (usize, usize) = (0, 16);
    const TEST_ONLY: bool = true;

    type Parameters = AllocateParameters;
    type Result = AllocateResult;

    fn run(
        context: &Context<'_>,
        parameters: AllocateParameters,
        _: &[Input<'_>],
    ) -> Result<Output<AllocateResult>, Error> {
        context.limits().check_memory(parameters.bytes)?;
        let out_of_memory = Error::OutOfMemory(parameters.bytes);
        let Ok(bytes) = usize::try_from(parameters.bytes) else {
            return Err(out_of_memory);
        };
        let mut memory: Vec<u8> = Vec::new();
        if memory.try_reserve_exact(bytes).is_err() {
            return Err(out_of_memory);
        }
        memory.resize(bytes, 1);
        std::hint::black_box(&memory);
        Ok(Output {
            result: AllocateResult {},
            payloads: Vec::new(),
        })
    }

    fn estimate(parameters: &AllocateParameters, _: &[Input<'_>]) -> Result<Estimate, Error> {
        Ok(Estimate {
            peak_bytes: parameters.bytes,
            ..Estimate::default()
        })
    }
}
