//! Bounds that travel with a call.

use serde::{Deserialize, Serialize};

/// Bounds on what a call may take. `None` leaves the callee's own bound,
/// which a call can lower and never raise past what the place allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(default)]
pub struct Limits {
    /// Bytes of all inputs together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Pixels of one decoded frame, before region and scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pixels: Option<u64>,
    /// Frames of an animation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frames: Option<u64>,
    /// Bytes of memory while the call runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
}

impl Limits {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The lower of both bounds, each by itself.
    #[must_use]
    pub fn lower(self, other: Self) -> Self {
        fn lower(a: Option<u64>, b: Option<u64>) -> Option<u64> {
            match (a, b) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            }
        }
        Self {
            bytes: lower(self.bytes, other.bytes),
            pixels: lower(self.pixels, other.pixels),
            frames: lower(self.frames, other.frames),
            memory: lower(self.memory, other.memory),
        }
    }
}
