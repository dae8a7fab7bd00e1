//! The command line. Every flag of `serve` has an environment variable of the
//! same name with `LOCUS_` before it, and a key of the same name in the file of
//! `--config` ([`crate::config`]); the flag wins over the variable, and that over
//! the file.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::blobs::BlobOptions;
use crate::http::base::BasePath;
use crate::logging::Format;
use crate::module::Level;
use crate::module::compile;
use crate::runner::child;

/// Locus: image operations that run in the browser or here, as the caller likes.
#[derive(Debug, Parser)]
#[command(name = "locus", version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the pages and run calls.
    Serve(Box<Serve>),
    /// Compile the codec for this machine's CPU, so that `serve` need not.
    Compile(Compile),
    /// Ask a running server whether it works; the exit status says so.
    Health(Health),
    /// A runner; only `serve` starts it.
    #[command(hide = true)]
    Runner(child::Arguments),
    /// The compiler's process; only `serve` and `compile` start it.
    #[command(hide = true)]
    Compiler(compile::Arguments),
}

const SERVE_EXAMPLES: &str = "\
Examples:
  locus serve --codec .locus/dist/codec.wasm --data .locus/data --pages assets/dist
      everything on http://127.0.0.1:8080
  locus serve --codec codec.wasm --data /var/lib/locus --listen '[::]:8080' --allow-host locus.example
      for other machines, over IPv4 and IPv6, which reach it by the name locus.example
  LOCUS_RUNNERS=2 LOCUS_MAX_MEMORY=536870912 locus serve --codec codec.wasm --data data
      the same flags from the environment
  locus serve --config /etc/locus.toml
      the same from a file: codec = \"/usr/share/locus/codec.wasm\", runners = 2, a line each

Past a bound, a call is answered at once by an error that names the bound (limit_exceeded, queue_full,
deadline_exceeded); nothing waits without end. Memory is bounded by (runners + spares) × max-memory,
plus max-input-memory, plus the replies that clients have not taken yet.

SIGTERM or SIGINT: no new connections, running calls end, then the server does. A second one ends it at once.";

/// Serve the pages and run calls.
#[derive(Debug, Args)]
#[command(after_help = SERVE_EXAMPLES, args_override_self = true)]
pub struct Serve {
    /// TOML file with these settings, by the names of the flags. A variable in the environment wins
    /// over it, a flag over both.
    #[arg(long, env = "LOCUS_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Address and port to listen on, `[::1]:8080` in IPv6. Port 0 takes a free one; the log says which.
    #[arg(
        long,
        env = "LOCUS_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS:PORT"
    )]
    pub listen: SocketAddr,

    /// Path below which everything is served, such as /locus, for a proxy that gives this server a part
    /// of its site. [default: none, everything is at /]
    #[arg(
        long,
        env = "LOCUS_BASE_PATH",
        value_name = "PATH",
        default_value = "",
        hide_default_value = true
    )]
    pub base_path: BasePath,

    /// The codec: a wasm module that `scripts/build guest` makes.
    #[arg(long, env = "LOCUS_CODEC", value_name = "FILE")]
    pub codec: PathBuf,

    /// Folder for all that this server keeps; made where it is missing. One server at a time.
    #[arg(long, env = "LOCUS_DATA", value_name = "FOLDER")]
    pub data: Option<PathBuf>,

    /// Folder for compiled modules. What is missing there is compiled at the start, in seconds at
    /// first and in a minute well; until then calls are answered `warming`. [default: cache/ in --data]
    #[arg(long, env = "LOCUS_CACHE", value_name = "FOLDER")]
    pub cache: Option<PathBuf>,

    /// Folder with the built pages. Without it only /v1/ is served.
    #[arg(long, env = "LOCUS_PAGES", value_name = "FOLDER")]
    pub pages: Option<PathBuf>,

    /// Runners that work at the same time, one call each. [default: the number of CPUs]
    #[arg(long, env = "LOCUS_RUNNERS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub runners: Option<u16>,

    /// Runners kept ready beside them, to take the place of one that had to be killed.
    #[arg(long, env = "LOCUS_SPARES", value_name = "N", default_value_t = 1)]
    pub spares: u16,

    /// Calls that may wait for a runner; the next one is answered `queue_full` (503).
    #[arg(long, env = "LOCUS_QUEUE", value_name = "N", default_value_t = 128)]
    pub queue: usize,

    /// Another host name or address by which this server may be asked. Loopback and the address
    /// of --listen always may. May be repeated; commas separate names in the environment.
    #[arg(
        long,
        env = "LOCUS_ALLOW_HOST",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub allow_host: Vec<String>,

    /// Leave COOP and COEP off, so that pages get no threads. For testing what browsers without
    /// cross-origin isolation do.
    #[arg(long, env = "LOCUS_NO_ISOLATION")]
    pub no_isolation: bool,

    /// Also offer the operations that exist for tests (`spin`, `hang`).
    #[arg(long, env = "LOCUS_TEST_OPERATIONS")]
    pub test_operations: bool,

    /// Bytes of all inputs of a call.
    #[arg(long, env = "LOCUS_MAX_INPUT_BYTES", value_name = "BYTES", default_value_t = 256 << 20)]
    pub max_input_bytes: u64,

    /// Bytes of the inputs of all calls together that are on their way, waiting or running; the next
    /// call is answered `queue_full`.
    #[arg(long, env = "LOCUS_MAX_INPUT_MEMORY", value_name = "BYTES", default_value_t = 1 << 30)]
    pub max_input_memory: u64,

    /// What is kept of inputs.
    #[command(flatten)]
    pub blobs: BlobOptions,

    /// Bytes of a reply.
    #[arg(long, env = "LOCUS_MAX_REPLY_BYTES", value_name = "BYTES", default_value_t = 1 << 30)]
    pub max_reply_bytes: u64,

    /// Bytes of memory of one runner's guest, 4 GiB at most.
    #[arg(long, env = "LOCUS_MAX_MEMORY", value_name = "BYTES", default_value_t = 2 << 30)]
    pub max_memory: u64,

    /// Pixels of one decoded frame.
    #[arg(
        long,
        env = "LOCUS_MAX_PIXELS",
        value_name = "PIXELS",
        default_value_t = 200_000_000
    )]
    pub max_pixels: u64,

    /// Replace a runner when it is idle and its guest's memory has grown past so many bytes: wasm
    /// memory never shrinks. One that may hold a picture stays for 30 s after the last call about it.
    #[arg(long, env = "LOCUS_RECYCLE_MEMORY", value_name = "BYTES", default_value_t = 256 << 20)]
    pub recycle_memory: u64,

    /// Milliseconds that a call may take when it names no deadline, from its arrival.
    #[arg(
        long,
        env = "LOCUS_DEFAULT_DEADLINE",
        value_name = "MS",
        default_value_t = 60_000
    )]
    pub default_deadline: u64,

    /// Milliseconds that any call may take. At its deadline a call's runner is killed and replaced.
    #[arg(
        long,
        env = "LOCUS_MAX_DEADLINE",
        value_name = "MS",
        default_value_t = 600_000
    )]
    pub max_deadline: u64,

    /// Seconds that a request's headers may take to come, and that a connection may stay idle.
    #[arg(long, env = "LOCUS_HEADER_TIMEOUT", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub header_timeout: Duration,

    /// Seconds without a byte in the middle of a request's body after which it is cut off.
    #[arg(long, env = "LOCUS_BODY_TIMEOUT", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub body_timeout: Duration,

    /// Connections at the same time; the next ones wait in the system's queue.
    #[arg(long, env = "LOCUS_MAX_CONNECTIONS", value_name = "N", default_value_t = 1024,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: u32,

    /// Seconds that running calls get to end when the server ends.
    #[arg(long, env = "LOCUS_DRAIN", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub drain: Duration,

    /// How a line of the log looks.
    #[arg(long, env = "LOCUS_LOG_FORMAT", value_enum, default_value = "human")]
    pub log_format: Format,

    /// What is logged: error, warn, info, debug, trace, or a list of target=level.
    #[arg(long, env = "LOCUS_LOG", value_name = "LEVEL", default_value = "info")]
    pub log: String,
}

/// Compile the codec for this machine's CPU, so that `serve` need not.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  locus compile --codec .locus/dist/codec.wasm --data .locus/data

A compiled file is for this CPU, this WasmEdge and this module; its name says so. Where it is there
already, nothing is done.")]
pub struct Compile {
    /// TOML file with the settings of `serve`.
    #[arg(long, env = "LOCUS_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The module to compile.
    #[arg(long, env = "LOCUS_CODEC", value_name = "FILE")]
    pub codec: PathBuf,

    /// The server's data folder.
    #[arg(long, env = "LOCUS_DATA", value_name = "FOLDER")]
    pub data: Option<PathBuf>,

    /// Folder for compiled modules. [default: cache/ in --data]
    #[arg(long, env = "LOCUS_CACHE", value_name = "FOLDER")]
    pub cache: Option<PathBuf>,

    /// O0 takes seconds and gives half the speed, O3 takes a minute; `serve` looks for O3 first.
    #[arg(long, value_enum, default_value = "O3")]
    pub level: Level,
}

/// Ask a running server whether it works.
#[derive(Debug, Args)]
#[command(after_help = "\
Example, in a Dockerfile:
  HEALTHCHECK CMD [\"locus\", \"health\"]")]
pub struct Health {
    /// TOML file with the settings of `serve`.
    #[arg(long, env = "LOCUS_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Where the server listens.
    #[arg(
        long,
        env = "LOCUS_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS:PORT"
    )]
    pub listen: SocketAddr,

    /// Path below which it serves.
    #[arg(
        long,
        env = "LOCUS_BASE_PATH",
        value_name = "PATH",
        default_value = "",
        hide_default_value = true
    )]
    pub base_path: BasePath,

    /// Seconds to wait for its answer.
    #[arg(long, default_value = "5", value_parser = seconds)]
    pub timeout: Duration,

    /// Count a server that is still compiling as healthy: its pages work already.
    #[arg(long)]
    pub warming_will_do: bool,
}

pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| format!("`{text}` is no number of seconds"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_of_serve_has_its_variable() {
        let cli = super::Cli::command();
        let serve = cli.find_subcommand("serve").expect("there is `serve`");
        for flag in serve
            .get_arguments()
            .filter(|flag| !["help", "version"].contains(&flag.get_id().as_str()))
        {
            let variable = format!("LOCUS_{}", flag.get_id().as_str().to_uppercase());
            assert_eq!(flag.get_env(), Some(variable.as_ref()));
        }
    }
}
