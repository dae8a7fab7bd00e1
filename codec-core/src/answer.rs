//! One frame in, one frame out.

use locus_protocol::{Call, ErrorBody, ErrorCode, Frame, Message, Reply, padding, write_prefix};
use serde_json::value::RawValue;

use crate::limits::Limits;
use crate::operation::Input;
use crate::operations::{estimators, operations};
use crate::{Context, Error, Host, Output, Payload, Warm};

/// A reply frame in parts, so that payloads need not be copied to stand
/// behind the header.
#[derive(Debug)]
pub struct Answer {
    /// The frame up to its first payload.
    pub header: Vec<u8>,
    /// The payloads, each to be followed by padding.
    pub payloads: Vec<Payload>,
}

impl Answer {
    fn new(reply: Reply, payloads: Vec<Payload>) -> Self {
        let lengths: Vec<u64> = payloads.iter().map(|p| p.as_bytes().len() as u64).collect();
        Self {
            header: write_prefix(&Message::Reply(reply), &lengths),
            payloads,
        }
    }

    /// An answer that reports `error` to call `id`.
    #[must_use]
    pub fn error(id: u64, error: ErrorBody) -> Self {
        Self::new(Reply::error(id, error), Vec::new())
    }

    /// The whole frame in one buffer.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.header.clone();
        for payload in &self.payloads {
            let payload = payload.as_bytes();
            bytes.extend_from_slice(payload);
            bytes.resize(bytes.len() + padding(payload.len() as u64), 0);
        }
        bytes
    }
}

/// Answers one call or estimate frame. Total: whatever the bytes are, the
/// answer is a reply frame.
pub fn answer(frame: &[u8], host: &dyn Host) -> Answer {
    answer_with(frame, host, &Warm::new())
}

/// Answers as [`answer`] does, sooner where `warm` has what the call needs.
pub fn answer_with(frame: &[u8], host: &dyn Host, warm: &Warm) -> Answer {
    reply(frame, |message, payloads| match message {
        Message::Call(call) => run(call, payloads, host, warm),
        _ => estimate(message, payloads),
    })
}

/// Answers one estimate frame, as [`answer`] does, and no calls. An embedder
/// that uses nothing else links no decoder.
#[must_use]
pub fn answer_estimate(frame: &[u8]) -> Answer {
    reply(frame, estimate)
}

type Outcome = Result<Output<Box<RawValue>>, ErrorBody>;

fn reply(frame: &[u8], run: impl FnOnce(&Message, &[&[u8]]) -> Outcome) -> Answer {
    let frame = match Frame::parse(frame) {
        Ok(frame) => frame,
        Err(error) => {
            return Answer::error(
                0,
                ErrorBody::new(ErrorCode::InvalidFrame, error.to_string()),
            );
        }
    };
    let id = frame.message.id();
    match run(&frame.message, &frame.payloads) {
        Ok(output) => {
            let reply = Reply {
                id,
                outcome: Ok(output.result),
            };
            Answer::new(reply, output.payloads)
        }
        Err(error) => Answer::error(id, error),
    }
}

fn run(call: &Call, payloads: &[&[u8]], host: &dyn Host, warm: &Warm) -> Outcome {
    let entry = operations()
        .iter()
        .find(|entry| entry.name == call.operation)
        .ok_or_else(|| unknown(call))?;
    let inputs = inputs(call, payloads)?;
    if inputs
        .iter()
        .any(|input| input.length != input.bytes.len() as u64)
    {
        return Err(ErrorBody::new(
            ErrorCode::InvalidFrame,
            "an input's `length` is not that of its payload",
        ));
    }
    let limits = Limits::of(call.limits);
    let run = |context: &Context<'_>| entry.run(context, call.parameters.as_deref(), &inputs);
    let crowded = warm.bytes() > 0;
    let outcome = match run(&Context::beside(warm, host, limits)) {
        // What is kept gives way before a call fails.
        Err(error) if crowded && error.is_of_memory() => {
            warm.clear();
            run(&Context::beside(warm, host, limits))
        }
        outcome => outcome,
    };
    outcome.map_err(|error| error.to_body())
}

fn estimate(message: &Message, payloads: &[&[u8]]) -> Outcome {
    let Message::Estimate(call) = message else {
        return Err(ErrorBody::new(
            ErrorCode::InvalidFrame,
            "only calls and estimates are answered",
        ));
    };
    let estimator = estimators()
        .iter()
        .find(|estimator| estimator.name == call.operation)
        .ok_or_else(|| unknown(call))?;
    let estimate = estimator
        .estimate(call.parameters.as_deref(), &inputs(call, payloads)?)
        .map_err(|error| error.to_body())?;
    let result = serde_json::value::to_raw_value(&estimate)
        .map_err(|error| Error::Internal(error.to_string()).to_body())?;
    Ok(Output {
        result,
        payloads: Vec::new(),
    })
}

fn unknown(call: &Call) -> ErrorBody {
    ErrorBody::new(
        ErrorCode::UnknownOperation,
        format!("there is no operation named {:?}", call.operation),
    )
}

fn inputs<'a>(call: &'a Call, payloads: &[&'a [u8]]) -> Result<Vec<Input<'a>>, ErrorBody> {
    call.inputs
        .iter()
        .map(|input| match (input.payload, input.digest) {
            // The frame's reader has checked that the payload is there.
            (Some(index), digest) => Ok(Input {
                bytes: payloads[index],
                length: input.length.unwrap_or(payloads[index].len() as u64),
                digest,
                key: input.key.as_deref(),
            }),
            (None, Some(digest)) => Err(ErrorBody::new(
                ErrorCode::NeedBlob,
                format!("the bytes of {digest} are not here"),
            )
            .with("digest", digest.to_string())),
            (None, None) => Err(ErrorBody::new(
                ErrorCode::InvalidFrame,
                "an input names a payload or a digest",
            )),
        })
        .collect()
}
