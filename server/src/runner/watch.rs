//! What a runner hears from the server while its guest is busy.
//!
//! While it waits for a call, the root thread reads the socket itself; waking
//! another thread for each call would double the latency of a small one. So
//! the watching thread takes the socket over only when a call has been
//! running for some milliseconds: it looks at a counter in slow ticks, and
//! parks when nothing has happened for a while. It then hears `cancel`, which
//! raises the flag that `locus.progress` answers with, and the end of the
//! server, with which the runner ends too, even when its guest spins.

use std::os::fd::OwnedFd;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::wire::{self, Envelope, Kind, MESSAGE};

/// How often the watching thread looks whether the same call still runs.
const TICK: Duration = Duration::from_millis(5);
/// Quiet ticks after which it parks.
const QUIET: u32 = 40;
/// Least time between two progress messages.
const PROGRESS: Duration = Duration::from_millis(50);

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
    gate: Mutex<()>,
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
            gate: Mutex::new(()),
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
                let _ = wire::send(&self.socket, envelope, &[], None);
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
        let _gate = self.gate.lock();
        self.turn.fetch_add(1, Ordering::SeqCst);
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
            let _gate = self.gate.lock();
            if self.turn.load(Ordering::SeqCst) != turn {
                return;
            }
            match wire::receive(&self.socket, &mut buffer, false) {
                Ok(Some(message)) => {
                    let Envelope { kind, call, .. } = message.envelope;
                    if kind == Kind::Cancel && call == self.call.load(Ordering::Relaxed) {
                        self.stop.store(true, Ordering::Relaxed);
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                // The server has ended, and nobody waits for this call any more.
                Ok(None) | Err(_) => std::process::exit(0),
            }
        }
    }
}
