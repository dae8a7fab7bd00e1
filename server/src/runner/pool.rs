//! The pool: as many runners as may work at once, a spare that takes the
//! place of one that had to go, and the queue before them.
//!
//! Here is how runners come and go; who gets which call is in [`dispatch`](super::dispatch).

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use locus_protocol::{ErrorBody, ErrorCode};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::active::Active;
use super::job::Job;
use super::process::{Ears, Runner, Start};

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
    /// Tells that runners were handed something that is to be sent.
    pub(super) unsent: Arc<Notify>,
    /// Tells the clock of calls that something is due earlier than it knew.
    pub(super) earlier: Arc<Notify>,
    tried: watch::Sender<Tried>,
    pub(super) this: Weak<Self>,
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
pub(super) struct State {
    /// The compiled module; `None` until there is one.
    module: Option<PathBuf>,
    /// Counts the modules; a runner of an earlier one is replaced.
    pub(super) generation: u64,
    /// Counts the runners.
    started: u64,
    pub(super) active: Vec<Active>,
    spares: Vec<Runner>,
    starting: usize,
    failures: u32,
    /// Counts the calls.
    pub(super) calls: u64,
    /// Calls that no runner has, in the order in which they came.
    pub(super) waiting: VecDeque<Arc<Job>>,
    /// When the clock of calls looks next; `None` while nothing is due at all.
    pub(super) alarm: Option<Instant>,
    pub(super) closed: bool,
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
    /// Calls that busy runners have been handed already, beside those that they run.
    pub ahead: usize,
    /// Ready to take another's place.
    pub spare: usize,
    /// Not ready yet.
    pub starting: usize,
    /// Calls in the queue.
    pub queued: usize,
}

impl Pool {
    /// An empty pool, within a runtime of tokio: it starts runners when it is given a module.
    #[must_use]
    pub fn new(settings: Settings) -> Arc<Self> {
        let pool = Arc::new_cyclic(|this: &Weak<Self>| Self {
            settings,
            state: Mutex::default(),
            unsent: Arc::default(),
            earlier: Arc::default(),
            tried: watch::Sender::default(),
            this: this.clone(),
        });
        tokio::spawn(Self::send(Arc::downgrade(&pool)));
        pool
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
        for job in state.waiting.drain(..) {
            job.finish(Err(ending()));
        }
        state.spares.clear();
        state.active.retain(|active| !active.is_idle());
    }

    /// How many runners do what.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let state = self.lock();
        let idle = state
            .active
            .iter()
            .filter(|active| active.is_idle())
            .count();
        Counts {
            limit: self.settings.runners,
            idle,
            busy: state.active.len() - idle,
            ahead: state.active.iter().map(Active::ahead).sum(),
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

    pub(super) fn admitted(&self, state: &State) -> Result<(), ErrorBody> {
        if state.closed {
            return Err(ending());
        }
        if !self.is_ready() {
            let words = "the server is still compiling its codec; try again later";
            return Err(ErrorBody::new(ErrorCode::Warming, words));
        }
        if state.waiting.len() >= self.settings.queue && !state.active.iter().any(Active::is_idle) {
            let words = format!(
                "{} calls are waiting already; try again later",
                state.waiting.len()
            );
            return Err(ErrorBody::new(ErrorCode::QueueFull, words));
        }
        Ok(())
    }

    /// One that could work is gone: a spare takes its place.
    pub(super) fn replace(&self, state: &mut State) {
        if let Some(spare) = state.spares.pop() {
            state.active.push(Active::new(spare));
        }
        self.refill(state);
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
        // A busy one of an earlier module is replaced when it is free.
        let active = state
            .active
            .iter()
            .filter(|active| !active.is_idle() || current(&&active.runner));
        let wanted = self.settings.runners + self.settings.spares;
        let present = active.count() + state.spares.iter().filter(current).count() + state.starting;
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
        let (module, generation, number) = {
            let mut state = this.lock();
            state.started += 1;
            (state.module.clone(), state.generation, state.started)
        };
        let Some(module) = module else { return };
        let start = Start {
            module: &module,
            max_pages: this.settings.max_pages,
            max_reply_bytes: this.settings.max_reply_bytes,
        };
        let ended = {
            let pool = pool.clone();
            move || {
                if let Some(pool) = pool.upgrade() {
                    pool.gone(number);
                }
            }
        };
        let started = Runner::start(&start, number, generation, ended).await;
        let mut state = this.lock();
        state.starting -= 1;
        match started {
            Ok((runner, ears)) => {
                tracing::debug!(pid = runner.pid, generation, "runner ready");
                state.failures = 0;
                tokio::spawn(Self::listen(pool, number, ears));
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
        let generation = state.generation;
        if state.closed || runner.generation != generation {
            return self.refill(state);
        }
        state.spares.retain(|spare| spare.generation == generation);
        // It works, so an idle one of an earlier module can go.
        let stale = |active: &Active| active.is_idle() && active.runner.generation != generation;
        if let Some(stale) = state.active.iter().position(stale) {
            state.active.remove(stale);
        }
        if state.active.len() < self.settings.runners {
            state.active.push(Active::new(runner));
            self.dispatch(state);
        } else {
            state.spares.push(runner);
        }
        self.tried
            .send_if_modified(|tried| std::mem::replace(&mut tried.ready, generation) < generation);
    }

    /// A runner's process or its socket has ended, for whatever reason.
    fn gone(&self, number: u64) {
        let mut state = self.lock();
        let spare = state.spares.iter().position(|spare| spare.number == number);
        if let Some(spare) = spare {
            state.spares.remove(spare);
            self.refill(&mut state);
        } else {
            self.died(&mut state, number);
        }
    }

    async fn listen(pool: Weak<Self>, number: u64, ears: Ears) {
        let heard = |heard| pool.upgrade().is_some_and(|pool| pool.heard(number, heard));
        if let Err(error) = ears.listen(heard).await {
            tracing::error!(%error, "a runner can't be heard");
        }
        if let Some(pool) = pool.upgrade() {
            pool.gone(number);
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn ending() -> ErrorBody {
    ErrorBody::new(ErrorCode::Unavailable, "the server is ending")
}
