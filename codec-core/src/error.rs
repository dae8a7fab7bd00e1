//! Why an operation has no result.

use locus_protocol::{ErrorBody, ErrorCode};

/// Why an operation has no result. Every variant has its stable code.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter is missing, has the wrong type or an impossible value.
    #[error("{0}")]
    InvalidParameters(String),
    /// An input is broken, or not what the operation reads.
    #[error("{0}")]
    InvalidInput(String),
    /// A valid input asks for what is not implemented.
    #[error("{0}")]
    Unsupported(String),
    /// A bound was passed.
    #[error("the limit on {limit} is {maximum}, this needs {value}")]
    Limit {
        /// The limit's name: `bytes`, `pixels`, `frames` or `memory`.
        limit: &'static str,
        /// The bound that holds for this call.
        maximum: u64,
        /// What the call would take.
        value: u64,
    },
    /// Coordinates lie closer together than numbers do.
    #[error("f64 ends at a step of about {least:e} here: a finer one would be drawn wrong")]
    Precision {
        /// The finest step that is computed there.
        least: f64,
        /// Bits of significand that the step asked for needs.
        bits: u64,
    },
    /// The caller stopped the call.
    #[error("the call was cancelled")]
    Cancelled,
    /// Memory within the limit was not to be had.
    #[error("{0} bytes of memory could not be had")]
    OutOfMemory(u64),
    /// A defect of ours.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// Whether the call might have come through with more memory.
    #[must_use]
    pub(crate) fn is_of_memory(&self) -> bool {
        matches!(
            self,
            Self::OutOfMemory(_)
                | Self::Limit {
                    limit: "memory",
                    ..
                }
        )
    }

    /// The error as it travels.
    #[must_use]
    pub fn to_body(&self) -> ErrorBody {
        let code = match self {
            Self::Limit {
                limit,
                maximum,
                value,
            } => return ErrorBody::limit(limit, *maximum, *value),
            Self::Precision { least, bits } => {
                return ErrorBody::new(ErrorCode::LimitExceeded, self.to_string())
                    .with("limit", "precision")
                    .with("maximum", u64::from(f64::MANTISSA_DIGITS))
                    .with("value", *bits)
                    .with("least_step", *least);
            }
            Self::InvalidParameters(_) => ErrorCode::InvalidParameters,
            Self::InvalidInput(_) => ErrorCode::InvalidInput,
            Self::Unsupported(_) => ErrorCode::Unsupported,
            Self::Cancelled => ErrorCode::Cancelled,
            Self::OutOfMemory(_) => ErrorCode::OutOfMemory,
            Self::Internal(_) => ErrorCode::Internal,
        };
        ErrorBody::new(code, self.to_string())
    }
}
