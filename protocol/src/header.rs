//! What a frame says: call, estimate, progress, cancel or reply.
//!
//! On the wire a header is one flat JSON object whose `kind` tells which
//! fields count; fields that a reader does not know are passed over, so that
//! newer writers can talk to older readers. Parameters and results stay
//! unparsed JSON text here: only the operation knows their type, and text
//! costs no more memory than it is long.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::digest::Digest;
use crate::error::ErrorBody;
use crate::frame::FrameError;
use crate::limits::Limits;
use crate::prefix::{MAX_ID, MAX_PAYLOADS};

/// What a frame says.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Message {
    /// Run an operation.
    Call(Call),
    /// Say what running it would take; see [`Estimate`](crate::Estimate).
    /// Each input need carry only its head.
    Estimate(Call),
    /// How far a running call has come.
    Progress(Progress),
    /// Stop a call; its reply is the error `cancelled`.
    Cancel {
        /// The call's id.
        id: u64,
    },
    /// The end of a call.
    Reply(Reply),
}

impl Message {
    /// The id of the call that this is about.
    #[must_use]
    pub fn id(&self) -> u64 {
        match self {
            Self::Call(call) | Self::Estimate(call) => call.id,
            Self::Progress(progress) => progress.id,
            Self::Cancel { id } => *id,
            Self::Reply(reply) => reply.id,
        }
    }
}

/// One request to run an operation.
#[derive(Debug, Clone)]
pub struct Call {
    /// Chosen by the caller; everything said about the call repeats it.
    pub id: u64,
    /// The operation's name, e.g. `image.decode`.
    pub operation: String,
    /// A JSON object; `None` stands for the empty one.
    pub parameters: Option<Box<RawValue>>,
    /// The operation's inputs, in its order.
    pub inputs: Vec<Input>,
    /// Milliseconds until the call has to have ended, from its arrival.
    pub deadline_ms: Option<u64>,
    /// Bounds on what the call may take.
    pub limits: Limits,
}

impl Call {
    /// A call of `operation` without parameters, inputs or limits.
    #[must_use]
    pub fn new(id: u64, operation: impl Into<String>) -> Self {
        Self {
            id,
            operation: operation.into(),
            parameters: None,
            inputs: Vec::new(),
            deadline_ms: None,
            limits: Limits::default(),
        }
    }

    /// The same call whose inputs are its first `count` payloads.
    #[must_use]
    pub fn with_inline_inputs(mut self, count: usize) -> Self {
        self.inputs = (0..count).map(Input::inline).collect();
        self
    }

    /// The same call with `parameters` as its JSON object.
    ///
    /// # Errors
    /// When `parameters` can't be written as JSON.
    pub fn with_parameters(mut self, parameters: &impl Serialize) -> serde_json::Result<Self> {
        self.parameters = Some(serde_json::value::to_raw_value(parameters)?);
        Ok(self)
    }
}

/// One input of a call: bytes that the frame carries, or a blob's digest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Index of the payload that holds the bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<usize>,
    /// The blob that holds the bytes, when no payload does. Beside a
    /// payload: its digest, under which state worth keeping may be cached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Length of the whole input in bytes, where the payload is only its
    /// head or absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// Names the bytes for state that is kept between calls: equal keys mean
    /// equal bytes, for whoever keeps state. Without one, nothing is kept. A
    /// server believes no key that comes from a client: it sets the digest
    /// that it has compared the bytes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Input {
    /// The input that payload `index` holds.
    #[must_use]
    pub fn inline(index: usize) -> Self {
        Self {
            payload: Some(index),
            ..Self::default()
        }
    }
}

/// How far a running call has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The call's id.
    pub id: u64,
    /// The phase's name, from the operation's list.
    pub phase: Option<String>,
    /// 0 to 1 within the phase.
    pub fraction: f32,
}

/// The end of a call.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The call's id.
    pub id: u64,
    /// What the operation returned, beside its payloads, or why it did not.
    pub outcome: Result<Box<RawValue>, ErrorBody>,
}

impl Reply {
    /// A reply that reports `error`.
    #[must_use]
    pub fn error(id: u64, error: ErrorBody) -> Self {
        Self {
            id,
            outcome: Err(error),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Call,
    Estimate,
    Progress,
    Cancel,
    Reply,
}

/// The header as it stands on the wire.
#[derive(Serialize, Deserialize)]
pub(crate) struct RawHeader {
    kind: Kind,
    id: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parameters: Option<Box<RawValue>>,
    #[serde(
        default,
        deserialize_with = "few",
        skip_serializing_if = "Vec::is_empty"
    )]
    inputs: Vec<Input>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deadline_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Limits::is_default")]
    limits: Limits,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phase: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fraction: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<ErrorBody>,
    #[serde(
        default,
        deserialize_with = "few",
        skip_serializing_if = "Vec::is_empty"
    )]
    payloads: Vec<u64>,
}

impl RawHeader {
    fn empty(kind: Kind, id: u64) -> Self {
        Self {
            kind,
            id,
            operation: None,
            parameters: None,
            inputs: Vec::new(),
            deadline_ms: None,
            limits: Limits::default(),
            phase: None,
            fraction: None,
            result: None,
            error: None,
            payloads: Vec::new(),
        }
    }

    pub(crate) fn parse(json: &[u8]) -> Result<(Message, Vec<u64>), FrameError> {
        let header: Self = serde_json::from_slice(json)?;
        if header.id > MAX_ID {
            return Err(FrameError::Field("`id` is larger than 2^53 - 1"));
        }
        let payloads = header.payloads.len();
        let Self { id, .. } = header;
        let message = match header.kind {
            Kind::Call | Kind::Estimate => {
                let operation = header
                    .operation
                    .ok_or(FrameError::Field("a call names its `operation`"))?;
                if header.parameters.as_ref().is_some_and(|p| !is_object(p)) {
                    return Err(FrameError::Field("`parameters` is a JSON object"));
                }
                for input in &header.inputs {
                    match (input.payload, &input.digest) {
                        (None, None) => {
                            return Err(FrameError::Field("an input names a payload or a digest"));
                        }
                        (Some(index), _) if index >= payloads => {
                            return Err(FrameError::Field(
                                "an input names a payload that is not there",
                            ));
                        }
                        _ => {}
                    }
                }
                let call = Call {
                    id,
                    operation,
                    parameters: header.parameters,
                    inputs: header.inputs,
                    deadline_ms: header.deadline_ms,
                    limits: header.limits,
                };
                if header.kind == Kind::Call {
                    Message::Call(call)
                } else {
                    Message::Estimate(call)
                }
            }
            Kind::Progress => Message::Progress(Progress {
                id,
                phase: header.phase,
                fraction: header
                    .fraction
                    .ok_or(FrameError::Field("progress has a `fraction`"))?,
            }),
            Kind::Cancel => Message::Cancel { id },
            Kind::Reply => Message::Reply(Reply {
                id,
                outcome: match (header.result, header.error) {
                    (Some(result), None) => Ok(result),
                    (None, Some(error)) => Err(error),
                    _ => return Err(FrameError::Field("a reply has either `result` or `error`")),
                },
            }),
        };
        Ok((message, header.payloads))
    }

    pub(crate) fn write(message: &Message, payloads: &[u64], into: &mut Vec<u8>) {
        let mut header = match message {
            Message::Call(call) | Message::Estimate(call) => {
                let kind = if matches!(message, Message::Call(_)) {
                    Kind::Call
                } else {
                    Kind::Estimate
                };
                Self {
                    operation: Some(call.operation.clone()),
                    parameters: call.parameters.clone(),
                    inputs: call.inputs.clone(),
                    deadline_ms: call.deadline_ms,
                    limits: call.limits,
                    ..Self::empty(kind, call.id)
                }
            }
            Message::Progress(progress) => Self {
                phase: progress.phase.clone(),
                fraction: Some(progress.fraction),
                ..Self::empty(Kind::Progress, progress.id)
            },
            Message::Cancel { id } => Self::empty(Kind::Cancel, *id),
            Message::Reply(reply) => {
                let mut header = Self::empty(Kind::Reply, reply.id);
                match &reply.outcome {
                    Ok(result) => header.result = Some(result.clone()),
                    Err(error) => header.error = Some(error.clone()),
                }
                header
            }
        };
        header.payloads = payloads.to_vec();
        // Writing to memory cannot fail, and no map here has other keys than strings.
        serde_json::to_writer(into, &header).expect("a header is always valid JSON");
    }
}

/// Reads a list of at most [`MAX_PAYLOADS`], and stops reading where it is
/// longer: `{}` is two bytes on the wire and dozens in memory.
fn few<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Few<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Few<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {MAX_PAYLOADS}")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut items = Vec::new();
            while let Some(item) = list.next_element()? {
                if items.len() == MAX_PAYLOADS {
                    return Err(A::Error::invalid_length(items.len() + 1, &self));
                }
                items.push(item);
            }
            Ok(items)
        }
    }

    deserializer.deserialize_seq(Few(PhantomData))
}

fn is_object(json: &RawValue) -> bool {
    json.get().starts_with('{')
}
