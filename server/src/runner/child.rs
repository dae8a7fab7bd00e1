//! A runner's own side: `locus runner`, which only the server starts, with
//! one end of a socket pair as standard input.

use std::fs::File;
use std::io::{self, IoSlice};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use locus_protocol::{ALIGNMENT, padding};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::guest::{self, Fault, Guest, LoadError, Source};
use super::watch::Watch;
use super::wire::{self, Envelope, Kind, MESSAGE, Received};
use crate::bulk::{INLINE, memfd};

/// How long a runner looks for its next call before it goes to sleep, when the server said that others wait.
const PATIENCE: Duration = Duration::from_micros(50);

/// What the server tells a runner at its start.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// The compiled module.
    #[arg(long)]
    pub module: PathBuf,
    /// Bound on the guest's memory, in pages of 64 KiB.
    #[arg(long)]
    pub max_pages: u32,
    /// Bound on a reply's frame, in bytes.
    #[arg(long)]
    pub max_reply_bytes: u64,
}

/// Why a runner ended by itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunnerError {
    /// The socket failed, or standard input is none.
    #[error("a runner's socket failed (only `locus serve` starts runners): {0}")]
    Socket(#[from] io::Error),
    /// The module can't be run.
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl From<rustix::io::Errno> for RunnerError {
    fn from(error: rustix::io::Errno) -> Self {
        Self::Socket(error.into())
    }
}

/// A runner's whole life; it ends when the server closes the socket.
///
/// # Errors
/// [`RunnerError`] when it can't begin or go on.
pub fn run(arguments: &Arguments) -> Result<(), RunnerError> {
    expendable();
    let watch = Arc::new(Watch::new(take_socket()?));
    let watcher = {
        let watch = Arc::clone(&watch);
        thread::Builder::new()
            .name("watch".into())
            .stack_size(128 * 1024)
            .spawn(move || watch.run())?
    };
    guest::with(
        &arguments.module,
        arguments.max_pages,
        Arc::clone(&watch),
        |guest| serve(guest, &watch, watcher.thread(), arguments.max_reply_bytes),
    )??;
    Ok(())
}

/// A runner that dies is replaced: it leaves no core file, and when memory is short it goes before the server.
fn expendable() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Neither is worth failing for.
    let _ = setrlimit(Resource::Core, none);
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
}

/// Moves the socket away from descriptor 0, which is the guest's standard
/// input, and leaves nothing to read there.
fn take_socket() -> Result<OwnedFd, RunnerError> {
    let stdin = rustix::stdio::stdin();
    let socket = rustix::io::fcntl_dupfd_cloexec(stdin, 3)?;
    rustix::net::sockopt::socket_type(&socket)?;
    let null = File::open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    Ok(socket)
}

fn serve(guest: &mut Guest<'_>, watch: &Watch, watcher: &Thread, max_reply: u64) -> io::Result<()> {
    let mut buffer = vec![0; MESSAGE];
    let mut ready = Envelope::new(Kind::Ready, 0);
    ready.pages = guest.pages();
    wire::send(watch.socket(), ready, &[], None)?;
    let mut used = false;
    let mut patience = Duration::ZERO;
    loop {
        let next = match soon(watch, &mut buffer, patience)? {
            Next::Message(message) => Some(message),
            Next::End => None,
            Next::Nothing => {
                if std::mem::replace(&mut used, false) {
                    // A trap here is none of the next call's: this runner ends, and is replaced.
                    guest
                        .free()
                        .map_err(|fault| io::Error::other(format!("{fault:?}")))?;
                }
                wire::receive(watch.socket(), &mut buffer, true)?
            }
        };
        let Some(message) = next else {
            return Ok(());
        };
        used = true;
        let Envelope {
            kind,
            call,
            length,
            more,
            ..
        } = message.envelope;
        patience = if more { PATIENCE } else { Duration::ZERO };
        if kind != Kind::Call {
            // A cancel that crossed the reply.
            continue;
        }
        let inline = message.inline(&buffer);
        let file = message.bulk.map(File::from);
        let source = file
            .as_ref()
            .map_or(Source::Inline(inline), |file| Source::File(file, length));
        watch.begin(call, watcher);
        let mut ended = false;
        let outcome = guest.call(&source, |parts, pages| {
            watch.end();
            ended = true;
            let mut envelope = Envelope::new(Kind::Reply, call);
            envelope.pages = pages;
            reply(watch, envelope, parts, max_reply)
        });
        if !ended {
            watch.end();
        }
        match outcome {
            Ok(sent) => sent?,
            Err(Fault::OutOfMemory) => {
                wire::send(
                    watch.socket(),
                    Envelope::new(Kind::OutOfMemory, call),
                    &[],
                    None,
                )?;
            }
            Err(Fault::Trapped(words)) => {
                let mut envelope = Envelope::new(Kind::Trapped, call);
                envelope.length = words.len() as u64;
                envelope.pages = guest.pages();
                return wire::send(
                    watch.socket(),
                    envelope,
                    &[IoSlice::new(words.as_bytes())],
                    None,
                );
            }
        }
    }
}

enum Next {
    Message(Received),
    Nothing,
    End,
}

/// Looks for a message that comes at once, letting others run between looks: while calls wait, the next one is there
/// before this thread would have gone to sleep and been woken again, which costs more than an empty call.
fn soon(watch: &Watch, buffer: &mut [u8], patience: Duration) -> io::Result<Next> {
    let began = Instant::now();
    loop {
        match wire::receive(watch.socket(), buffer, false) {
            Ok(Some(message)) => return Ok(Next::Message(message)),
            Ok(None) => return Ok(Next::End),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        if patience.is_zero() || began.elapsed() >= patience {
            return Ok(Next::Nothing);
        }
        thread::yield_now();
    }
}

/// Sends a reply's parts as one frame, each payload padded.
fn reply(watch: &Watch, mut envelope: Envelope, parts: &[&[u8]], max: u64) -> io::Result<()> {
    const ZEROS: [u8; ALIGNMENT] = [0; ALIGNMENT];
    let length = parts
        .iter()
        .map(|part| (part.len() + padding(part.len() as u64)) as u64)
        .sum();
    envelope.length = length;
    if length > max {
        envelope.kind = Kind::TooLong;
        return wire::send(watch.socket(), envelope, &[], None);
    }
    let pieces: Vec<IoSlice<'_>> = parts
        .iter()
        .flat_map(|part| [*part, &ZEROS[..padding(part.len() as u64)]])
        .filter(|piece| !piece.is_empty())
        .map(IoSlice::new)
        .collect();
    if length <= INLINE {
        return wire::send(watch.socket(), envelope, &pieces, None);
    }
    let file = memfd()?;
    write_all(&file, &pieces)?;
    wire::send(watch.socket(), envelope, &[], Some(file.as_fd()))
}

fn write_all(mut file: &File, pieces: &[IoSlice<'_>]) -> io::Result<()> {
    use std::io::Write;
    pieces.iter().try_for_each(|piece| file.write_all(piece))
}
