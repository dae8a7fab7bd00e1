//! Runners are started from this binary too, so it is linked as the server is.
#[path = "../../server/build.rs"]
mod server;

fn main() {
    server::main();
}
