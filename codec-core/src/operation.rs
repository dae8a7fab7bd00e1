//! What an operation is, and how the table erases its types.

use locus_protocol::{Digest, Estimate};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{Context, Error, Payload};

/// A named pure function over bytes and parameters.
pub trait Operation {
    /// The name that calls use, e.g. `image.decode`.
    const NAME: &'static str;
    /// What it does, in a sentence or two for people.
    const DOC: &'static str;
    /// The phases that its progress goes through.
    const PHASES: &'static [&'static str];
    /// How many inputs it takes: least and most.
    const INPUTS: (usize, usize) = (1, 1);
    /// Whether it exists for tests alone, so that pages don't show it.
    const TEST_ONLY: bool = false;

    /// Its parameters: a struct with `deny_unknown_fields`.
    type Parameters: DeserializeOwned + Typed;
    /// What it returns beside payloads.
    type Result: Serialize + Typed;

    /// Runs it.
    ///
    /// # Errors
    /// Any [`Error`]; a pure function of parameters, inputs and limits.
    fn run(
        context: &Context<'_>,
        parameters: Self::Parameters,
        inputs: &[Input<'_>],
    ) -> Result<Output<Self::Result>, Error>;

    /// What running it would take, from the heads of the inputs alone.
    ///
    /// # Errors
    /// When the call could not run.
    fn estimate(parameters: &Self::Parameters, inputs: &[Input<'_>]) -> Result<Estimate, Error>;
}

#[cfg(feature = "ts")]
pub use ts_rs::TS as Typed;

/// A type that the generator can write in TypeScript.
#[cfg(not(feature = "ts"))]
pub trait Typed {}
#[cfg(not(feature = "ts"))]
impl<T> Typed for T {}

/// One input of a call.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The bytes; for an estimate, their head.
    pub bytes: &'a [u8],
    /// Length of the whole input in bytes.
    pub length: u64,
    /// Its digest, where the caller knows it.
    pub digest: Option<Digest>,
    /// Names the bytes for what is kept between calls.
    pub key: Option<&'a str>,
}

/// What an operation returns.
#[derive(Debug)]
pub struct Output<R> {
    /// Goes into the reply's header.
    pub result: R,
    /// The reply's payloads.
    pub payloads: Vec<Payload>,
}

type Run =
    fn(&Context<'_>, Option<&RawValue>, &[Input<'_>]) -> Result<Output<Box<RawValue>>, Error>;
type EstimateFn = fn(Option<&RawValue>, &[Input<'_>]) -> Result<Estimate, Error>;

/// One line of the operations table.
#[derive(Clone, Copy)]
pub struct Entry {
    /// The name that calls use.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// The phases that its progress goes through.
    pub phases: &'static [&'static str],
    /// How many inputs it takes: least and most.
    pub inputs: (usize, usize),
    /// Whether it exists for tests alone.
    pub test_only: bool,
    parameters: fn() -> &'static str,
    result: fn() -> &'static str,
    run: Run,
}

impl Entry {
    pub(crate) const fn of<O: Operation>() -> Self {
        Self {
            name: O::NAME,
            doc: O::DOC,
            phases: O::PHASES,
            inputs: O::INPUTS,
            test_only: O::TEST_ONLY,
            parameters: type_name::<O::Parameters>,
            result: type_name::<O::Result>,
            run: run::<O>,
        }
    }

    /// Name of the parameters' type.
    #[must_use]
    pub fn parameters(&self) -> &'static str {
        (self.parameters)()
    }

    /// Name of the result's type.
    #[must_use]
    pub fn result(&self) -> &'static str {
        (self.result)()
    }

    /// Runs the operation; `parameters` as they stand in the call's header.
    ///
    /// # Errors
    /// `limit_exceeded` for inputs that are too large, `invalid_parameters`,
    /// and whatever the operation returns.
    pub fn run(
        &self,
        context: &Context<'_>,
        parameters: Option<&RawValue>,
        inputs: &[Input<'_>],
    ) -> Result<Output<Box<RawValue>>, Error> {
        check_inputs(self.name, self.inputs, inputs)?;
        let bytes = inputs.iter().map(|input| input.length).sum();
        context.limits().check_bytes(bytes)?;
        (self.run)(context, parameters, inputs)
    }
}

/// One line of the table of estimators: an operation as far as it says what
/// running it would take. It is apart from [`Entry`] so that a build that
/// uses estimators alone has no decoders in it.
#[derive(Clone, Copy)]
pub struct Estimator {
    /// The name that calls use.
    pub name: &'static str,
    inputs: (usize, usize),
    estimate: EstimateFn,
}

impl Estimator {
    pub(crate) const fn of<O: Operation>() -> Self {
        Self {
            name: O::NAME,
            inputs: O::INPUTS,
            estimate: estimate::<O>,
        }
    }

    /// Says what running the operation would take.
    ///
    /// # Errors
    /// When the call could not run.
    pub fn estimate(
        &self,
        parameters: Option<&RawValue>,
        inputs: &[Input<'_>],
    ) -> Result<Estimate, Error> {
        check_inputs(self.name, self.inputs, inputs)?;
        (self.estimate)(parameters, inputs)
    }
}

fn check_inputs(
    operation: &str,
    (least, most): (usize, usize),
    inputs: &[Input<'_>],
) -> Result<(), Error> {
    if (least..=most).contains(&inputs.len()) {
        return Ok(());
    }
    let takes = if least == most {
        format!("{least}")
    } else {
        format!("{least} to {most}")
    };
    Err(Error::InvalidParameters(format!(
        "{operation} takes {takes} input(s), {} were sent",
        inputs.len()
    )))
}

fn type_name<T: ?Sized>() -> &'static str {
    let name = std::any::type_name::<T>();
    name.rsplit("::").next().unwrap_or(name)
}

fn parse<P: DeserializeOwned>(parameters: Option<&RawValue>) -> Result<P, Error> {
    // From bytes, as frames are read: one parser in the estimates' wasm, not two.
    serde_json::from_slice(parameters.map_or("{}", RawValue::get).as_bytes())
        .map_err(|error| Error::InvalidParameters(format!("the parameters are not valid: {error}")))
}

fn run<O: Operation>(
    context: &Context<'_>,
    parameters: Option<&RawValue>,
    inputs: &[Input<'_>],
) -> Result<Output<Box<RawValue>>, Error> {
    let output = O::run(context, parse(parameters)?, inputs)?;
    Ok(Output {
        result: serde_json::value::to_raw_value(&output.result)
            .map_err(|error| Error::Internal(format!("the result is no JSON: {error}")))?,
        payloads: output.payloads,
    })
}

fn estimate<O: Operation>(
    parameters: Option<&RawValue>,
    inputs: &[Input<'_>],
) -> Result<Estimate, Error> {
    O::estimate(&parse(parameters)?, inputs)
}
