//! Runners: child processes that embed WasmEdge and run one call at a time.
//!
//! Deadlines and limits hold for a guest that spins, recurses without end or
//! waits for ever, because its process is ended; so nothing here trusts a
//! guest to come back. The server's side is [`pool`] with `dispatch`, `active` (a
//! runner and its calls), `held`, [`job`], [`call`] and [`process`], the
//! child's is [`child`], [`guest`] and [`watch`]; [`wire`] is what they say
//! to each other.

mod active;
mod ahead;
pub mod call;
pub mod child;
mod dispatch;
pub mod guest;
mod held;
pub mod job;
pub mod pool;
pub mod process;
pub mod usual;
pub mod watch;
pub mod wire;

pub use call::{Call, Event};
pub use job::Request;
pub use pool::{Pool, Settings};
pub use usual::Usual;
