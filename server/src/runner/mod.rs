//! Runners: child processes that embed WasmEdge and run one call at a time.
//!
//! Deadlines and limits hold for a guest that spins, recurses without end or
//! waits for ever, because its process is ended; so nothing here trusts a
//! guest to come back. The server's side is [`pool`], [`call`] and [`process`], the
//! child's is [`child`], [`guest`] and [`watch`]; [`wire`] is what they say
//! to each other.

pub mod call;
pub mod child;
pub mod guest;
mod lease;
pub mod pool;
pub mod process;
pub mod watch;
pub mod wire;

pub use call::{Call, Event, Request};
pub use pool::{Pool, Settings};
