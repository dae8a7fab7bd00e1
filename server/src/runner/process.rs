//! One runner as the server sees it: a process and the socket to it.
//!
//! Dropping a [`Runner`] ends its process: the task that owns the child sees
//! its handle go and kills it.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncReadExt, Interest};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::oneshot;

use super::wire::{self, Batch, Envelope, Kind, MESSAGE};
use crate::bulk::Bulk;

/// How long a runner may take to load its module and test it.
const START: Duration = Duration::from_secs(30);
/// Bytes of one line that a runner may write to the log.
const LINE: usize = 2048;
/// Lines that a runner may write to the log in its life.
const LINES: u32 = 1000;

/// How a runner is started.
#[derive(Debug, Clone)]
pub struct Start<'a> {
    /// The compiled module.
    pub module: &'a Path,
    /// Bound on the guest's memory in pages.
    pub max_pages: u32,
    /// Bound on a reply's frame in bytes.
    pub max_reply_bytes: u64,
}

/// Why a runner did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The process or its socket could not be made.
    #[error("a runner could not be started: {0}")]
    Io(#[from] io::Error),
    /// It ended before it was ready; the log has its words.
    #[error("a runner ended before it was ready")]
    Ended,
    /// It was not ready in time.
    #[error("a runner was not ready after {} s", START.as_secs())]
    Slow,
}

/// What came from a runner.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) envelope: Envelope,
    pub(super) bulk: Bulk,
}

/// A running runner. Dropping it ends the process.
#[derive(Debug)]
pub(super) struct Runner {
    /// The server's own; process ids come again.
    pub(super) number: u64,
    pub(super) pid: u32,
    /// Which compiled module it runs; see the pool.
    pub(super) generation: u64,
    socket: Arc<AsyncFd<OwnedFd>>,
    unsaid: Batch,
    _life: oneshot::Sender<()>,
}

/// Where a runner is heard.
#[derive(Debug)]
pub(super) struct Ears {
    socket: Arc<AsyncFd<OwnedFd>>,
    buffer: Box<[u8]>,
}

impl Runner {
    /// Starts a runner and waits until it is ready. `ended` is called when
    /// its process has ended, for whatever reason.
    pub(super) async fn start(
        start: &Start<'_>,
        number: u64,
        generation: u64,
        ended: impl FnOnce() + Send + 'static,
    ) -> Result<(Self, Ears), StartError> {
        let (ours, theirs) = wire::pair()?;
        // The same file that this process runs, even if another has taken its place since.
        let mut child = Command::new("/proc/self/exe")
            .arg0("locus")
            .arg("runner")
            .arg("--module")
            .arg(start.module)
            .arg("--max-pages")
            .arg(start.max_pages.to_string())
            .arg("--max-reply-bytes")
            .arg(start.max_reply_bytes.to_string())
            .env_clear()
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().unwrap_or_default();
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(log_lines(pid, stderr));
        }
        let (life, over) = oneshot::channel();
        tokio::spawn(async move {
            supervise(pid, child, over).await;
            ended();
        });
        let socket = Arc::new(readable(ours)?);
        let runner = Self {
            number,
            pid,
            generation,
            socket: Arc::clone(&socket),
            unsaid: Batch::default(),
            _life: life,
        };
        let mut ears = Ears {
            socket,
            buffer: vec![0; MESSAGE].into(),
        };
        match tokio::time::timeout(START, ears.ready()).await {
            Err(_) => Err(StartError::Slow),
            Ok(Ok(true)) => Ok((runner, ears)),
            Ok(Ok(false)) => Err(StartError::Ended),
            Ok(Err(error)) => Err(error.into()),
        }
    }

    /// Hands a call's frame to the runner, if it is long; else that is said with the next [`Runner::flush`].
    ///
    /// # Errors
    /// As [`Runner::flush`].
    pub(super) fn hand(&mut self, call: u64, frame: &Bulk) -> io::Result<()> {
        let mut envelope = Envelope::new(Kind::Call, call);
        envelope.length = frame.length();
        match frame {
            Bulk::Inline(bytes) => {
                if !self.unsaid.fits(bytes.len()) {
                    self.flush()?;
                }
                self.unsaid.push(envelope, [&**bytes]);
                Ok(())
            }
            Bulk::Memfd { file, .. } => {
                self.flush()?;
                // Each runner reads by offset, so that the shared position doesn't matter.
                wire::send(self.socket.get_ref(), envelope, Some(file.as_fd()))
            }
        }
    }

    /// Asks the runner to stop a call, with the next [`Runner::flush`].
    pub(super) fn cancel(&mut self, call: u64) {
        self.unsaid.push(Envelope::new(Kind::Cancel, call), []);
    }

    /// Says what has not been said yet.
    ///
    /// # Errors
    /// When the runner has ended, or its socket takes no more at present.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.unsaid.send(self.socket.get_ref())
    }
}

impl Ears {
    /// Waits until the runner is ready; whether it came to that.
    async fn ready(&mut self) -> io::Result<bool> {
        loop {
            let mut ready = self.socket.readable().await?;
            match wire::receive(self.socket.get_ref(), &mut self.buffer, false) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => ready.clear_ready(),
                message => {
                    let said = message?.and_then(|message| message.said(&self.buffer).next());
                    return Ok(said.is_some_and(|(envelope, _)| envelope.kind == Kind::Ready));
                }
            }
        }
    }

    /// Listens until the runner has ended. `heard` answers whether the runner
    /// has more to say: else a look at an empty socket is saved.
    pub(super) async fn listen(mut self, mut heard: impl FnMut(Heard) -> bool) -> io::Result<()> {
        loop {
            let mut ready = self.socket.readable().await?;
            let mut more = true;
            while more {
                let message = match wire::receive(self.socket.get_ref(), &mut self.buffer, false) {
                    Ok(Some(message)) => message,
                    Ok(None) => return Ok(()),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error),
                };
                let said = message.said(&self.buffer);
                let mut file = message.bulk.map(File::from);
                for (envelope, inline) in said {
                    let bulk = match file.take() {
                        None => Bulk::Inline(Bytes::copy_from_slice(&self.buffer[inline])),
                        Some(file) => Bulk::Memfd {
                            file,
                            length: envelope.length,
                        },
                    };
                    more = heard(Heard { envelope, bulk });
                }
            }
            ready.clear_ready();
        }
    }
}

/// Registers a runner's socket for reading only: with tokio's own sockets, each message that a runner takes would wake
/// the server, because there is room for writing again.
#[expect(
    deprecated,
    reason = "its successor is unsafe, because some types' descriptors change; an `OwnedFd`'s doesn't"
)]
fn readable(socket: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(socket, Interest::READABLE)
}

/// Waits for the process to end, or for its handle to be dropped and then ends it.
async fn supervise(pid: u32, mut child: Child, over: oneshot::Receiver<()>) {
    tokio::select! {
        status = child.wait() => match status {
            Ok(status) if status.success() => tracing::debug!(pid, "runner ended"),
            Ok(status) => tracing::warn!(pid, %status, "runner ended"),
            Err(error) => tracing::error!(pid, %error, "runner lost from sight"),
        },
        _ = over => {
            let _ = child.start_kill();
            let _ = child.wait().await;
            tracing::debug!(pid, "runner replaced");
        }
    }
}

/// Passes what a runner writes to its standard error on to the log, within bounds.
async fn log_lines(pid: u32, mut stderr: ChildStderr) {
    let mut line = Vec::with_capacity(256);
    let mut lines = 0;
    let mut chunk = [0; 1024];
    while let Ok(length @ 1..) = stderr.read(&mut chunk).await {
        for &byte in &chunk[..length] {
            if byte != b'\n' {
                if line.len() < LINE {
                    line.push(byte);
                }
                continue;
            }
            if lines < LINES {
                tell(pid, &line);
            } else if lines == LINES {
                tracing::warn!(pid, "runner writes too much; what follows is dropped");
            }
            lines = lines.saturating_add(1);
            line.clear();
        }
    }
    if lines < LINES {
        tell(pid, &line);
    }
}

fn tell(pid: u32, line: &[u8]) {
    let line = String::from_utf8_lossy(line).replace(char::is_control, " ");
    if !line.trim().is_empty() {
        tracing::warn!(pid, "runner: {line}");
    }
}
