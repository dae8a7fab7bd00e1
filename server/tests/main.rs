//! The server through real sockets, with real runners: each test starts the
//! binary on a port of its own and talks HTTP to it.
//!
//! The codec and its compiled form are those of the checkout's `.locus`, or
//! where `LOCUS_CODEC` and `LOCUS_CACHE` say; what is not compiled yet is
//! compiled first. No test asserts a speed: waits have generous guards only.

mod ahead;
mod bodies;
mod calls;
mod door;
mod load;
mod modules;
mod pages;
mod runners;
mod shutdown;
mod start;
mod support;
