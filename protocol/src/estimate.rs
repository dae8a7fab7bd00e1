//! What a call would take, told before it runs.

use serde::{Deserialize, Serialize};

/// What a call would take. A pure function of parameters and the head of
/// the input; placement reads it, and speeds are learned against its units.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Estimate {
    /// Work, where one unit is about a nanosecond of one native core.
    pub units_cold: f64,
    /// Work when the input's parsed state is still in the instance.
    pub units_warm: f64,
    /// Bytes of memory at the peak, inputs and reply included.
    pub peak_bytes: u64,
    /// Bytes of the reply's payloads.
    pub reply_bytes: u64,
    /// Whether more threads make it faster.
    pub parallel: bool,
}
