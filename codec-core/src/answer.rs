//! One frame in, one frame out.

use locus_protocol::{Call, ErrorBody, ErrorCode, Frame, Message, Reply, padding, write_prefix};
use serde_json::value::RawValue;

use crate::limits::Limits;
use crate::operation::{Entry, Input};
use crate::{Context, Error, Host, Output, Payload, operations};

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
    match dispatch(&frame, host) {
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

fn dispatch(frame: &Frame<'_>, host: &dyn Host) -> Result<Output<Box<RawValue>>, ErrorBody> {
    match &frame.message {
        Message::Call(call) => {
            let entry = find(call)?;
            let inputs = inputs(call, &frame.payloads)?;
            if inputs
                .iter()
                .any(|input| input.length != input.bytes.len() as u64)
            {
                return Err(ErrorBody::new(
                    ErrorCode::InvalidFrame,
                    "an input's `length` is not that of its payload",
                ));
            }
            let context = Context::new(host, Limits::of(call.limits));
            entry
                .run(&context, call.parameters.as_deref(), &inputs)
                .map_err(|error| error.to_body())
        }
        Message::Estimate(call) => {
            let entry = find(call)?;
            let inputs = inputs(call, &frame.payloads)?;
            let estimate = entry
                .estimate(call.parameters.as_deref(), &inputs)
                .map_err(|error| error.to_body())?;
            let result = serde_json::value::to_raw_value(&estimate)
                .map_err(|error| Error::Internal(error.to_string()).to_body())?;
            Ok(Output {
                result,
                payloads: Vec::new(),
            })
        }
        _ => Err(ErrorBody::new(
            ErrorCode::InvalidFrame,
            "only calls and estimates are answered",
        )),
    }
}

fn find(call: &Call) -> Result<&'static Entry, ErrorBody> {
    operations()
        .iter()
        .find(|entry| entry.name == call.operation)
        .ok_or_else(|| {
            ErrorBody::new(
                ErrorCode::UnknownOperation,
                format!("there is no operation named {:?}", call.operation),
            )
        })
}

fn inputs<'a>(call: &Call, payloads: &[&'a [u8]]) -> Result<Vec<Input<'a>>, ErrorBody> {
    call.inputs
        .iter()
        .map(|input| match (input.payload, input.digest) {
            // The frame's reader has checked that the payload is there.
            (Some(index), digest) => Ok(Input {
                bytes: payloads[index],
                length: input.length.unwrap_or(payloads[index].len() as u64),
                digest,
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
