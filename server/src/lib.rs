//! Locus's server: pages and calls over HTTP, and the runners that compute.
//!
//! The server itself decodes nothing and runs no wasm: each call goes to a
//! *runner*, a child process of this same executable that embeds WasmEdge
//! and can be killed at any time. What is here, from the outside inwards:
//!
//! - [`cli`]: flags, environment, `--help`;
//! - [`config`]: the same settings from a file, and the table of them;
//! - [`data`]: the folder of all that the server keeps;
//! - [`serve`]: puts the parts together and ends them in order;
//! - [`http`]: connections, the door, routes, the streaming of calls;
//! - [`operations`]: what the codec says that it can do;
//! - [`runner`]: the pool of children, and the child's own side;
//! - [`module`]: wasm files, their compilation and the cache of that;
//! - [`blobs`]: inputs that clients have sent, kept by their digest;
//! - [`bulk`]: bytes in memory or in a memfd, by their size;
//! - [`health`]: the check behind `locus health`;
//! - [`logging`]: logs for people or for machines.

pub mod blobs;
pub mod bulk;
pub mod cli;
pub mod config;
pub mod data;
pub mod health;
pub mod http;
pub mod logging;
pub mod module;
pub mod operations;
pub mod runner;
pub mod serve;
