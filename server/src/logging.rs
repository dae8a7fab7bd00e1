//! Logs, for people or for machines, on standard output.

use tracing_subscriber::EnvFilter;

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// Begins logging. `filter` is a level or a list of `target=level`.
///
/// # Errors
/// When `filter` is neither.
pub fn start(format: Format, filter: &str) -> Result<(), tracing_subscriber::filter::ParseError> {
    // hyper warns about every slow client.
    let filter = EnvFilter::try_new(format!("hyper=error,warp=error,{filter}"))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false);
    match format {
        Format::Human => {
            let colours = std::io::IsTerminal::is_terminal(&std::io::stdout());
            builder.with_ansi(colours).init();
        }
        Format::Json => builder.json().flatten_event(true).init(),
    }
    Ok(())
}
