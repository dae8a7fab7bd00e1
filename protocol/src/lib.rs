//! What travels between a page, an engine, the server and a runner.
//!
//! A *call* asks for an operation, a *reply* answers it; each is one
//! [frame](crate::frame). The same bytes travel by `postMessage`, over HTTP
//! and through a runner's socket, so the frame is the API. This crate knows
//! the frame's shape and nothing of codecs, browsers or servers.
//!
//! ```
//! use locus_protocol::{Call, Frame, Message};
//!
//! let call = Message::Call(Call::new(7, "echo").with_inline_inputs(1));
//! let bytes = locus_protocol::write(&call, &[b"hello"]);
//! let frame = Frame::parse(&bytes)?;
//! assert_eq!(frame.message.id(), 7);
//! assert_eq!(frame.payloads, [b"hello"]);
//! # Ok::<(), locus_protocol::FrameError>(())
//! ```

mod descriptor;
mod digest;
mod error;
mod estimate;
mod frame;
mod header;
mod limits;
mod prefix;

pub use descriptor::{Alpha, ColorSpace, Plane, Raster, Sample};
pub use digest::{Digest, DigestError};
pub use error::{ErrorBody, ErrorCode};
pub use estimate::Estimate;
pub use frame::{Frame, FrameError, write, write_prefix};
pub use header::{Call, Input, Message, Progress, Reply};
pub use limits::Limits;
pub use prefix::{ALIGNMENT, MAGIC, MAX_HEADER, MAX_ID, MAX_PAYLOADS, Prefix, padding};
