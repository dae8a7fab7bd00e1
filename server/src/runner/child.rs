//! A runner's own side: `locus runner`, which only the server starts, with
//! one end of a socket pair as standard input.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, Thread};
use std::time::Instant;

use locus_protocol::{ALIGNMENT, padding};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::guest::{self, Fault, Guest, LoadError, Source};
use super::watch::Watch;
use super::wire::{self, Envelope, Kind, MESSAGE};
use crate::bulk::{INLINE, memfd};

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

/// How far runners stand back when cores are short: whoever moves bytes and shows what was computed, a browser on the
/// same machine among them, then need not wait for those who compute.
const NICE: i32 = 5;

/// A runner that dies is replaced: it leaves no core file, and when memory is short it goes before the server.
fn expendable() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // None of it is worth failing for.
    let _ = rustix::process::nice(NICE);
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
    let mut file = None;
    let mut ready = Envelope::new(Kind::Ready, 0);
    ready.pages = guest.pages();
    wire::send(watch.socket(), ready, None)?;
    loop {
        let Some((envelope, inline)) = watch.next() else {
            let Some(message) = wire::receive(watch.socket(), &mut buffer, true)? else {
                return Ok(());
            };
            watch.receive(message.said(&buffer));
            file = message.bulk.map(File::from);
            continue;
        };
        let call = envelope.call;
        let file = file.take();
        let source = match &file {
            None => Source::Inline(&buffer[inline]),
            Some(file) => Source::File(file, envelope.length),
        };
        watch.begin(call, watcher);
        let began = Instant::now();
        let mut ended = false;
        let outcome = guest.call(&source, |parts, pages| {
            watch.end();
            ended = true;
            let mut envelope = Envelope::new(Kind::Reply, call);
            envelope.pages = pages;
            envelope.value = began.elapsed().as_secs_f32() * 1e6;
            reply(watch, envelope, parts, max_reply)
        });
        if !ended {
            watch.end();
        }
        match outcome {
            Ok(sent) => sent?,
            Err(Fault::OutOfMemory) => {
                watch.reply(Envelope::new(Kind::OutOfMemory, call), [], 0)?;
            }
            Err(Fault::Trapped(words)) => {
                let mut envelope = Envelope::new(Kind::Trapped, call);
                envelope.pages = guest.pages();
                watch.reply(envelope, [words.as_bytes()], words.len())?;
                return watch.flush();
            }
        }
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
        return watch.reply(envelope, [], 0);
    }
    let pieces = parts
        .iter()
        .flat_map(|part| [*part, &ZEROS[..padding(part.len() as u64)]]);
    if length <= INLINE {
        return watch.reply(envelope, pieces, length as usize);
    }
    watch.flush()?;
    let file = memfd()?;
    for piece in pieces {
        (&file).write_all(piece)?;
    }
    wire::send(watch.socket(), envelope, Some(file.as_fd()))
}
