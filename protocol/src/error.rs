//! Errors as they travel: a stable code, words, and details.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $status:literal;)+) => {
        /// What went wrong, as a stable word that programs may compare.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[doc = $doc])+ $name,)+
            /// A code that a newer writer knows and this reader does not.
            #[serde(other)]
            Unknown,
        }

        impl ErrorCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word that travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ Self::Unknown => "unknown" }
            }

            /// The HTTP status with which a reply goes that was refused
            /// before any frame of it was sent.
            #[must_use]
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$name => $status,)+ Self::Unknown => 500 }
            }

            /// What the code means, for documentation.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+),)+ Self::Unknown => "" }
            }
        }
    };
}

codes! {
    /// The bytes are not the frame that they should be.
    InvalidFrame = "invalid_frame", 400;
    /// No operation has that name here.
    UnknownOperation = "unknown_operation", 404;
    /// A parameter is missing, has the wrong type or an impossible value.
    InvalidParameters = "invalid_parameters", 422;
    /// An input is broken, or not what the operation reads.
    InvalidInput = "invalid_input", 422;
    /// The input is valid, and asks for something that is not implemented.
    Unsupported = "unsupported", 422;
    /// A bound was passed; `details` has `limit`, `maximum` and `value`.
    LimitExceeded = "limit_exceeded", 413;
    /// The caller stopped the call.
    Cancelled = "cancelled", 499;
    /// The call had not ended by its deadline.
    DeadlineExceeded = "deadline_exceeded", 504;
    /// The callee lacks the blob that `details.digest` names.
    NeedBlob = "need_blob", 409;
    /// The place could not give the memory that the call asked for.
    OutOfMemory = "out_of_memory", 507;
    /// The operation's code trapped; its engine or runner was replaced.
    Trapped = "trapped", 500;
    /// The engine or runner died, and so did the one that tried again.
    Lost = "lost", 500;
    /// Too many calls wait; try again later.
    QueueFull = "queue_full", 503;
    /// The place is still preparing itself; try again later.
    Warming = "warming", 503;
    /// The caller may not ask this.
    Forbidden = "forbidden", 403;
    /// The place cannot be reached, or is about to end.
    Unavailable = "unavailable", 503;
    /// A defect of Locus.
    Internal = "internal", 500;
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error as it stands in a reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[error("{message} ({code})")]
pub struct ErrorBody {
    /// The stable code.
    pub code: ErrorCode,
    /// What happened, in words for people.
    pub message: String,
    /// Further facts, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
    pub details: Option<Map<String, Value>>,
}

impl ErrorBody {
    /// An error without details.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: None,
        }
    }

    /// The same error with one more detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details
            .get_or_insert_default()
            .insert(name.to_owned(), value.into());
        self
    }

    /// `limit_exceeded`, naming the limit, its maximum and the value.
    #[must_use]
    pub fn limit(limit: &str, maximum: u64, value: u64) -> Self {
        Self::new(
            ErrorCode::LimitExceeded,
            format!("the limit on {limit} is {maximum}, this needs {value}"),
        )
        .with("limit", limit)
        .with("maximum", maximum)
        .with("value", value)
    }
}
