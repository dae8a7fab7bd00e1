//! `panic`, for tests: panics.

use locus_protocol::Estimate;
use serde::{Deserialize, Serialize};

use crate::{Context, Error, Input, Operation, Output};

/// `panic`.
pub struct Panic;

/// Parameters of `panic`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields, default)]
pub struct PanicParameters {
    /// Panic in a thread of the pool, where there is one. Default: false.
    #[cfg_attr(feature = "ts", ts(as = "Option<bool>"))]
    pub in_pool: bool,
}

/// `panic` returns nothing.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
pub struct PanicResult {}

impl Operation for Panic {
    const NAME: &'static str = "panic";
    const DOC: &'static str = "For tests: panics.";
    const PHASES: &'static [&'static str] = &["panic"];
    const INPUTS: (usize, usize) = (0, 16);
    const TEST_ONLY: bool = true;

    type Parameters = PanicParameters;
    type Result = PanicResult;

    fn run(
        _: &Context<'_>,
        parameters: PanicParameters,
        _: &[Input<'_>],
    ) -> Result<Output<PanicResult>, Error> {
        #[cfg(feature = "threads")]
        if parameters.in_pool {
            rayon::broadcast(|_| panic!("asked to panic in the pool"));
        }
        panic!("asked to panic (in_pool: {})", parameters.in_pool);
    }

    fn estimate(parameters: &PanicParameters, _: &[Input<'_>]) -> Result<Estimate, Error> {
        Ok(Estimate {
            parallel: parameters.in_pool,
            ..Estimate::default()
        })
    }
}
