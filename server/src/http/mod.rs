//! HTTP: connections and their bounds here, who may ask what in [`door`],
//! the routes in [`routes`], calls in [`call`], static files in [`pages`].

mod body;
pub mod call;
pub mod connections;
pub mod door;
pub mod pages;
pub mod routes;
