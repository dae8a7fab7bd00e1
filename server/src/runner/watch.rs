//! What a runner hears from the server while its guest is busy.
//!
//! While it waits for a call, the root thread reads the socket itself; waking
//! another thread for each call would double the latency of a small one. So
//! the watching thread takes the socket over only when a call has been
//! running for some milliseconds: it looks at a counter in slow ticks, and
//! parks when nothing has happened for a while. It then hears `cancel`, which
//! raises the flag that `locus.progress` answers with, and the end of the
//! server, with which the runner ends too, even when its guest spins; and it
//! gives calls back that were sent ahead.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::wire::{self, Batch, Envelope, Kind, MESSAGE};

/// How often the watching thread looks whether the same call still runs.
const TICK: Duration = Duration::from_millis(5);
/// Quiet ticks after which it parks.
const QUIET: u32 = 40;
/// Least time between two progress messages.
const PROGRESS: Duration = Duration::from_millis(50);

/// How long replies wait for others that go with them.
const TOGETHER: Duration = Duration::from_micros(100);

/// A call that has been received and not begun: its envelope, and where in the root thread's buffer its frame lies.
pub type Received = (Envelope, Range<usize>);

/// What the root thread has before and behind it.
#[derive(Debug, Default)]
struct Desk {
    calls: VecDeque<Received>,
    replies: Batch,
    /// When the first of the replies was put there.
    since: Option<Instant>,
}

/// Shared by the root thread, the guest's progress and the watching thread.
#[derive(Debug)]
pub struct Watch {
    socket: OwnedFd,
    /// Odd while a call runs; counts up at each begin and end.
    turn: AtomicU64,
    /// The server's number of the running call.
    call: AtomicU64,
    stop: AtomicBool,
    parked: AtomicBool,
    /// Held while reading the socket during a call, and for ending a call:
    /// the watching thread never reads what is meant for the root thread.
    desk: Mutex<Desk>,
    /// When progress was last sent, in milliseconds since `began`.
    told: AtomicU32,
    began: Instant,
}

impl Watch {
    /// Watches `socket`.
    #[must_use]
    pub fn new(socket: OwnedFd) -> Self {
        Self {
            socket,
            turn: AtomicU64::new(0),
            call: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            parked: AtomicBool::new(false),
            desk: Mutex::default(),
            told: AtomicU32::new(0),
            began: Instant::now(),
        }
    }

    /// The runner's end of the socket pair.
    pub fn socket(&self) -> &OwnedFd {
        &self.socket
    }

    /// The guest's progress: tells the server, if it is time, and answers
    /// whether the guest should stop.
    pub fn progress(&self, value: f32) -> bool {
        if self.turn.load(Ordering::Relaxed) % 2 == 1 {
            let now = self.milliseconds();
            if now.wrapping_sub(self.told.load(Ordering::Relaxed)) >= PROGRESS.as_millis() as u32 {
                self.told.store(now, Ordering::Relaxed);
                let mut envelope = Envelope::new(Kind::Progress, self.call.load(Ordering::Relaxed));
                envelope.value = value;
                // Progress is news, not state: when the server is gone the watching thread sees it.
                let _ = wire::send(&self.socket, envelope, None);
            }
        }
        self.stop.load(Ordering::Relaxed)
    }

    /// A call begins on the root thread.
    pub fn begin(&self, call: u64, watcher: &Thread) {
        self.call.store(call, Ordering::Relaxed);
        self.stop.store(false, Ordering::Relaxed);
        self.told.store(self.milliseconds(), Ordering::Relaxed);
        self.turn.fetch_add(1, Ordering::SeqCst);
        if self.parked.load(Ordering::SeqCst) {
            watcher.unpark();
        }
    }

    /// The call has ended; from here on the root thread reads the socket.
    pub fn end(&self) {
        let _desk = self.desk();
        self.turn.fetch_add(1, Ordering::SeqCst);
    }

    /// The server said this.
    pub fn receive(&self, said: impl Iterator<Item = Received>) {
        // Cancels have crossed the reply.
        let calls = said.filter(|(envelope, _)| envelope.kind == Kind::Call);
        self.desk().calls.extend(calls);
    }

    /// The next of the calls that were received.
    pub fn next(&self) -> Option<Received> {
        self.desk().calls.pop_front()
    }

    /// Replies to a call, at once or together with the calls after it.
    ///
    /// # Errors
    /// As [`Batch::send`].
    pub fn reply<'a>(
        &self,
        envelope: Envelope,
        parts: impl IntoIterator<Item = &'a [u8]>,
        length: usize,
    ) -> io::Result<()> {
        let mut desk = self.desk();
        if !desk.replies.fits(length) {
            desk.replies.send(&self.socket)?;
        }
        desk.replies.push(envelope, parts);
        if desk.calls.is_empty()
            || desk.since.get_or_insert_with(Instant::now).elapsed() >= TOGETHER
        {
            desk.since = None;
            desk.replies.send(&self.socket)?;
        }
        Ok(())
    }

    /// Sends the replies that wait.
    ///
    /// # Errors
    /// As [`Batch::send`].
    pub fn flush(&self) -> io::Result<()> {
        let mut desk = self.desk();
        desk.since = None;
        desk.replies.send(&self.socket)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn milliseconds(&self) -> u32 {
        self.began.elapsed().as_millis() as u32
    }

    /// The watching thread's whole life.
    pub fn run(&self) {
        let mut seen = 0;
        let mut quiet = 0;
        loop {
            thread::sleep(TICK);
            let turn = self.turn.load(Ordering::SeqCst);
            if turn % 2 == 1 && turn == seen {
                quiet = 0;
                self.listen(turn);
            } else if turn == seen {
                quiet += 1;
            } else {
                quiet = 0;
            }
            seen = turn;
            if quiet == QUIET {
                self.parked.store(true, Ordering::SeqCst);
                // A call that began before it could see `parked` counts as activity.
                while self.turn.load(Ordering::SeqCst) == seen {
                    thread::park();
                }
                self.parked.store(false, Ordering::SeqCst);
                quiet = 0;
            }
        }
    }

    /// Reads the socket until the call of this `turn` has ended.
    fn listen(&self, turn: u64) {
        if !self.clear(turn) {
            return;
        }
        let mut buffer = vec![0; MESSAGE];
        let tick = Timespec {
            tv_sec: 0,
            tv_nsec: TICK.as_nanos() as i64,
        };
        while self.turn.load(Ordering::SeqCst) == turn {
            let mut ready = [PollFd::new(&self.socket, PollFlags::IN)];
            if matches!(poll(&mut ready, Some(&tick)), Ok(0) | Err(_)) {
                continue;
            }
            let _desk = self.desk();
            if self.turn.load(Ordering::SeqCst) != turn {
                return;
            }
            match wire::receive(&self.socket, &mut buffer, false) {
                Ok(Some(message)) => {
                    for (envelope, _) in message.said(&buffer) {
                        let running = self.call.load(Ordering::Relaxed);
                        match envelope.kind {
                            Kind::Cancel if envelope.call == running => {
                                self.stop.store(true, Ordering::Relaxed);
                            }
                            Kind::Call => self.give_back(envelope.call),
                            _ => {}
                        }
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // The server has ended, and nobody waits for this call any more.
                Ok(None) | Err(_) => std::process::exit(0),
            }
        }
    }

    /// Nothing waits for a call that takes long: replies go, and the calls
    /// after it are given back. Whether the call of this `turn` still runs.
    fn clear(&self, turn: u64) -> bool {
        let mut desk = self.desk();
        if self.turn.load(Ordering::SeqCst) != turn {
            return false;
        }
        desk.since = None;
        // A server that is gone is seen by reading.
        let _ = desk.replies.send(&self.socket);
        for (envelope, _) in desk.calls.drain(..) {
            self.give_back(envelope.call);
        }
        true
    }

    fn give_back(&self, call: u64) {
        let _ = wire::send(&self.socket, Envelope::new(Kind::Returned, call), None);
    }
}
