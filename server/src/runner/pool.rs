//! The pool: as many runners as may work at once, a spare that takes the
//! place of one that had to go, and the queue before them.
//!
//! A call borrows a runner ([`Lease`]); whatever becomes of the call, the
//! lease's end either gives the runner back or lets it go, and the pool makes
//! up for it. Calls wait in the order in which they came, and no longer than
//! their deadline; a full queue refuses at once.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use locus_protocol::{ErrorBody, ErrorCode};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, timeout_at};

use super::call::{Call, Request};
use super::lease::Lease;
use super::process::{Runner, Start};

/// Failed starts in a row after which a module is given up.
const HOPELESS: u32 = 3;
/// Longest wait between two attempts to start runners that don't start.
const BACKOFF: Duration = Duration::from_secs(10);

/// Bounds of the pool.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Runners that work at the same time.
    pub runners: usize,
    /// Runners kept ready beside them.
    pub spares: usize,
    /// Calls that may wait for a runner.
    pub queue: usize,
    /// Bound on a guest's memory, in pages of 64 KiB.
    pub max_pages: u32,
    /// A runner whose guest's memory has grown past so many pages is
    /// replaced when it is idle: wasm memory never shrinks.
    pub recycle_pages: u32,
    /// Bound on a reply's frame in bytes.
    pub max_reply_bytes: u64,
}

/// Runners, and the queue before them.
#[derive(Debug)]
pub struct Pool {
    settings: Settings,
    state: Mutex<State>,
    calls: AtomicU64,
    tried: watch::Sender<Tried>,
    this: Weak<Self>,
}

/// What became of the modules so far, by their generation.
#[derive(Debug, Default, Clone, Copy)]
struct Tried {
    /// The last one of which a runner has been ready.
    ready: u64,
    /// The last one of which no runner would start.
    failed: u64,
}

#[derive(Debug, Default)]
struct State {
    /// The compiled module; `None` until there is one.
    module: Option<PathBuf>,
    /// Counts the modules; a runner of an earlier one is replaced.
    generation: u64,
    idle: Vec<Runner>,
    spares: Vec<Runner>,
    /// Idle and lent.
    active: usize,
    starting: usize,
    failures: u32,
    waiting: VecDeque<oneshot::Sender<Lease>>,
    closed: bool,
}

/// How many runners do what.
#[derive(Debug, Clone, serde::Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Runners that may work at once.
    pub limit: usize,
    /// Waiting for a call.
    pub idle: usize,
    /// With a call.
    pub busy: usize,
    /// Ready to take another's place.
    pub spare: usize,
    /// Not ready yet.
    pub starting: usize,
    /// Calls in the queue.
    pub queued: usize,
}

impl Pool {
    /// An empty pool: it starts runners when it is given a module.
    #[must_use]
    pub fn new(settings: Settings) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            settings,
            state: Mutex::default(),
            calls: AtomicU64::new(0),
            tried: watch::Sender::default(),
            this: this.clone(),
        })
    }

    /// Uses the compiled `module` from now on, and returns whether a runner
    /// of it has become ready. Runners of an earlier one work on until then.
    pub async fn set_module(&self, module: &Path) -> bool {
        let generation = {
            let mut state = self.lock();
            state.module = Some(module.to_owned());
            state.generation += 1;
            state.failures = 0;
            self.refill(&mut state);
            state.generation
        };
        let mut tried = self.tried.subscribe();
        // The sender lives as long as `self`.
        let tried = tried
            .wait_for(|tried| tried.ready >= generation || tried.failed >= generation)
            .await;
        tried.is_ok_and(|tried| tried.ready >= generation)
    }

    /// Waits until a runner has been ready once.
    pub async fn ready(&self) {
        let _ = self
            .tried
            .subscribe()
            .wait_for(|tried| tried.ready > 0)
            .await;
    }

    /// Whether a runner has been ready yet.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.tried.borrow().ready > 0
    }

    /// Lets all runners go and starts no more.
    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.clear();
        state.spares.clear();
        state.idle.clear();
    }

    /// How many runners do what.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let state = self.lock();
        Counts {
            limit: self.settings.runners,
            idle: state.idle.len(),
            busy: state.active - state.idle.len(),
            spare: state.spares.len(),
            starting: state.starting,
            queued: state.waiting.len(),
        }
    }

    /// Refuses when a call could not even wait.
    ///
    /// # Errors
    /// `warming` before a runner was ready, `queue_full`, `unavailable` when closing.
    pub fn admit(&self) -> Result<(), ErrorBody> {
        self.admitted(&self.lock())
    }

    /// Waits for a runner and starts the call on it.
    ///
    /// # Errors
    /// As [`Pool::admit`], `deadline_exceeded`, `lost`.
    pub async fn call(&self, request: Request) -> Result<Call, ErrorBody> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let pool = self.this.upgrade().ok_or_else(ending)?;
        Call::begin(pool, number, request).await
    }

    fn admitted(&self, state: &State) -> Result<(), ErrorBody> {
        if state.closed {
            return Err(ending());
        }
        if !self.is_ready() {
            let words = "the server is still compiling its codec; try again later";
            return Err(ErrorBody::new(ErrorCode::Warming, words));
        }
        if state.idle.is_empty() && state.waiting.len() >= self.settings.queue {
            let words = format!(
                "{} calls are waiting already; try again later",
                state.waiting.len()
            );
            return Err(ErrorBody::new(ErrorCode::QueueFull, words));
        }
        Ok(())
    }

    pub(super) async fn lease(&self, deadline: Instant) -> Result<Lease, ErrorBody> {
        let waiting = {
            let mut state = self.lock();
            self.admitted(&state)?;
            if let Some(runner) = state.idle.pop() {
                return Ok(self.lend(&state, runner));
            }
            let (sender, waiting) = oneshot::channel();
            // Those who gave up waiting make room.
            state.waiting.retain(|waiting| !waiting.is_closed());
            state.waiting.push_back(sender);
            waiting
        };
        match timeout_at(deadline, waiting).await {
            Ok(Ok(lease)) => Ok(lease),
            Ok(Err(_)) => Err(ending()),
            Err(_) => Err(too_late()),
        }
    }

    fn lend(&self, state: &State, runner: Runner) -> Lease {
        Lease {
            runner: Some(runner),
            running: None,
            more: !state.waiting.is_empty(),
            pool: self.this.clone(),
        }
    }

    /// Takes a runner that may work at once, and gives it to who waits longest.
    fn place(&self, state: &mut State, mut runner: Runner) {
        while let Some(waiting) = state.waiting.pop_front() {
            let Err(mut lease) = waiting.send(self.lend(state, runner)) else {
                return;
            };
            match lease.runner.take() {
                Some(returned) => runner = returned,
                None => return,
            }
        }
        state.idle.push(runner);
    }

    /// A lent runner comes back, fit for another call.
    pub(super) fn give_back(&self, runner: Runner, pages: u32) {
        let mut state = self.lock();
        if state.closed
            || runner.generation != state.generation
            || pages > self.settings.recycle_pages
        {
            drop(runner);
            return self.replace(&mut state);
        }
        self.place(&mut state, runner);
    }

    /// One that could work at once is gone: a spare takes its place.
    fn replace(&self, state: &mut State) {
        state.active -= 1;
        if let Some(spare) = state.spares.pop() {
            state.active += 1;
            self.place(state, spare);
        }
        self.refill(state);
    }

    /// A lent runner is gone.
    pub(super) fn replace_one(&self) {
        self.replace(&mut self.lock());
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Starts as many runners as are missing.
    fn refill(&self, state: &mut State) {
        if state.closed || state.module.is_none() {
            return;
        }
        let current = |runner: &&Runner| runner.generation == state.generation;
        let stale = state.idle.iter().filter(|runner| !current(runner)).count();
        let wanted = self.settings.runners + self.settings.spares;
        let present =
            state.active - stale + state.spares.iter().filter(current).count() + state.starting;
        for _ in present..wanted {
            state.starting += 1;
            let wait = match state.failures {
                0 => Duration::ZERO,
                n => (Duration::from_millis(100) * 2u32.saturating_pow(n.min(10))).min(BACKOFF),
            };
            tokio::spawn(Self::start(self.this.clone(), wait));
        }
    }

    async fn start(pool: Weak<Self>, wait: Duration) {
        tokio::time::sleep(wait).await;
        let Some(this) = pool.upgrade() else { return };
        let (module, generation) = {
            let state = this.lock();
            (state.module.clone(), state.generation)
        };
        let Some(module) = module else { return };
        let start = Start {
            module: &module,
            max_pages: this.settings.max_pages,
            max_reply_bytes: this.settings.max_reply_bytes,
        };
        let ended = move |pid| {
            if let Some(pool) = pool.upgrade() {
                pool.ended(pid);
            }
        };
        let started = Runner::start(&start, generation, ended).await;
        let mut state = this.lock();
        state.starting -= 1;
        match started {
            Ok(runner) => {
                tracing::debug!(pid = runner.pid, generation, "runner ready");
                state.failures = 0;
                this.add(&mut state, runner);
            }
            Err(error) => {
                tracing::error!(%error, module = %module.display(), "no runner");
                state.failures = state.failures.saturating_add(1);
                if state.failures >= HOPELESS && generation == state.generation {
                    this.tried.send_if_modified(|tried| {
                        std::mem::replace(&mut tried.failed, generation) < generation
                    });
                }
                this.refill(&mut state);
            }
        }
    }

    /// A new runner is ready.
    fn add(&self, state: &mut State, runner: Runner) {
        if state.closed || runner.generation != state.generation {
            return self.refill(state);
        }
        let generation = state.generation;
        state.spares.retain(|spare| spare.generation == generation);
        // It works, so an idle one of an earlier module can go.
        if let Some(stale) = state
            .idle
            .iter()
            .position(|idle| idle.generation != generation)
        {
            state.idle.swap_remove(stale);
            state.active -= 1;
        }
        if state.active < self.settings.runners {
            state.active += 1;
            self.place(state, runner);
        } else {
            state.spares.push(runner);
        }
        self.tried
            .send_if_modified(|tried| std::mem::replace(&mut tried.ready, generation) < generation);
    }

    /// A process has ended. If nobody was using it, its place is filled; if
    /// somebody was, they see it themselves.
    fn ended(&self, pid: u32) {
        let mut state = self.lock();
        if let Some(at) = state.idle.iter().position(|runner| runner.pid == pid) {
            state.idle.swap_remove(at);
            self.replace(&mut state);
        } else if let Some(at) = state.spares.iter().position(|runner| runner.pid == pid) {
            state.spares.swap_remove(at);
            self.refill(&mut state);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ending() -> ErrorBody {
    ErrorBody::new(ErrorCode::Unavailable, "the server is ending")
}

pub(super) fn too_late() -> ErrorBody {
    ErrorBody::new(
        ErrorCode::DeadlineExceeded,
        "the call had not ended by its deadline",
    )
}
