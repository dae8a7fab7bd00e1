//! HTTP: connections and their bounds here, who may ask what in [`door`],
//! the routes in [`routes`], the path before them in [`base`], calls in [`call`],
//! their inputs in [`blobs`], static files in [`pages`]; [`probe`] is for clients
//! that measure their network.

pub mod base;
pub mod blobs;
mod body;
pub mod call;
pub mod connections;
pub mod door;
mod inputs;
pub mod pages;
pub mod probe;
mod problem;
pub mod routes;
