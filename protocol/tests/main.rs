//! The protocol's tests: frames as they are written, read and refused.

mod allocation;
mod digest;
mod refused;
mod round_trip;
mod vectors;
