//! The server through real sockets, with real runners: each test starts the
//! binary on a port of its own and talks HTTP to it.
//!
//! The codec and its compiled form are those of the checkout's `.locus`, or
//! where `LOCUS_CODEC` and `LOCUS_CACHE` say; what is not compiled yet is
//! compiled first. No test asserts a speed: waits have generous guards only.

mod addresses;
mod ahead;
mod blobs;
mod blobs_crash;
mod bodies;
mod calls;
mod configuration;
mod data;
mod door;
mod load;
mod modules;
mod pages;
mod probe;
mod runners;
mod shutdown;
mod start;
mod support;
mod warm;
