//! Locus's operations: pure functions over bytes and parameters.
//!
//! The same source runs natively, in the browser and in the server's
//! runners. An embedder hands [`answer`] one frame and gets one back; what
//! can be asked stands in [`operations`], the only list there is.
//!
//! ```
//! use codec_core::{Host, answer};
//! use locus_protocol::{Call, Frame, Message, write};
//!
//! struct Quiet;
//! impl Host for Quiet {
//!     fn progress(&self, _: f32) -> bool { false }
//!     fn threads(&self) -> usize { 1 }
//! }
//!
//! let call = Message::Call(Call::new(1, "echo").with_inline_inputs(1));
//! let reply = answer(&write(&call, &[b"hello"]), &Quiet).to_bytes();
//! assert_eq!(Frame::parse(&reply)?.payloads, [b"hello"]);
//! # Ok::<(), locus_protocol::FrameError>(())
//! ```
//!
//! Nothing here does I/O, reads a clock, or makes threads or random numbers
//! of its own.

mod answer;
mod color;
mod context;
mod encode;
mod error;
mod exif;
mod format;
mod formats;
#[doc(hidden)]
pub mod fractal;
pub mod guest;
#[doc(hidden)]
pub mod jxl;
pub mod limits;
mod operation;
mod operations;
mod payload;
mod raster;
mod sink;
mod warm;

pub use answer::{Answer, answer, answer_estimate, answer_with};
pub use context::{Context, Host, Signal};
pub use error::Error;
pub use operation::{Entry, Estimator, Input, Operation, Output};
pub use operations::operations;
#[cfg(feature = "ts")]
pub use operations::types;
pub use payload::Payload;
pub use warm::Warm;
