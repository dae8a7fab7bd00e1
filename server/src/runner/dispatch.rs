//! Who gets which call, and what becomes of it.
//!
//! Calls are handed out in the order in which they came: to a runner that is
//! free, or ahead of time to one that will be in a moment (see
//! [`Active`](super::active)). A call that a runner could not run goes back to its place in
//! the queue. One clock for all calls looks when the next deadline passes.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use locus_protocol::{ErrorBody, ErrorCode};
use tokio::time::{Instant, sleep_until};

use super::active::{Active, Flight};
use super::call::Call;
use super::job::{Job, Request};
use super::pool::{Pool, State, ending};
use super::process::Heard;
use super::wire::Kind;
use crate::bulk::Bulk;

impl Pool {
    /// Begins a call, or lets it wait for a runner.
    ///
    /// # Errors
    /// As [`Pool::admit`].
    pub fn call(&self, request: Request) -> Result<Call, ErrorBody> {
        let pool = self.this.upgrade().ok_or_else(ending)?;
        let mut state = self.lock();
        self.admitted(&state)?;
        self.due(&mut state, request.deadline);
        state.calls += 1;
        let job = Arc::new(Job::new(state.calls, request));
        state.waiting.push_back(Arc::clone(&job));
        self.dispatch(&mut state);
        Ok(Call::new(job, pool))
    }

    /// Nobody waits for the call any more: it leaves the queue, or is stopped.
    pub(super) fn forget(&self, number: u64) {
        let mut state = self.lock();
        if let Ok(at) = place(&state.waiting, number) {
            state.waiting.remove(at);
            return;
        }
        let now = Instant::now();
        let holder = state
            .active
            .iter_mut()
            .find_map(|active| active.abandon(number, now).then(|| active.due()));
        if let Some(due) = holder.flatten() {
            self.due(&mut state, due);
            self.unsent.notify_one();
        }
    }

    /// Hands out what can be handed out.
    pub(super) fn dispatch(&self, state: &mut State) {
        let mut first = 0;
        while let Some(job) = state.waiting.get(first) {
            // Of the idle ones the one that holds what the call is about; else the last, whose memory is warm.
            let best = state
                .active
                .iter()
                .enumerate()
                .rev()
                .filter_map(|(at, active)| Some((at, active.takes(job)?, active.distance(job))))
                .min_by(|(_, before, near), (_, other, far)| {
                    before.total_cmp(other).then(near.total_cmp(far))
                });
            let Some((at, ..)) = best else { return };
            if let Some(until) = patience(state, at, job) {
                // Those behind it need not wait with it.
                first += 1;
                self.due(state, until);
                continue;
            }
            let Some(job) = state.waiting.remove(first) else {
                return;
            };
            if let Some(blob) = job.request.blob {
                let (pid, held) = (
                    state.active[at].runner.pid,
                    state.active[at].holds(&job).is_some(),
                );
                tracing::debug!(pid, held, %blob, "a call goes to a runner");
            }
            if state.active[at].hand(job).is_err() {
                // A memfd could not be sent, so it has died.
                self.let_go(state, at);
            }
            self.unsent.notify_one();
        }
    }

    /// Sends runners what they were handed, when everybody who can hand them more has done so.
    pub(super) async fn send(pool: Weak<Self>) {
        while let Some(this) = pool.upgrade() {
            let unsent = Arc::clone(&this.unsent);
            this.flush();
            drop(this);
            unsent.notified().await;
        }
    }

    fn flush(&self) {
        let mut state = self.lock();
        let state = &mut *state;
        let mut at = 0;
        while let Some(active) = state.active.get_mut(at) {
            match active.flush() {
                // What has no room yet finds it when the runner has said something.
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
                    let number = active.runner.number;
                    self.died(state, number);
                }
                _ => at += 1,
            }
        }
    }

    /// What a runner said. Whether it may have said more already.
    pub(super) fn heard(&self, number: u64, heard: Heard) -> bool {
        let mut state = self.lock();
        let state = &mut *state;
        let Some(at) = position(state, number) else {
            return true;
        };
        let active = &mut state.active[at];
        let Heard { envelope, bulk } = heard;
        let outcome = match envelope.kind {
            Kind::Progress => {
                if let Some(job) = active.running(envelope.call) {
                    job.progressed(envelope.value);
                }
                return true;
            }
            Kind::Returned => {
                let returned = active.take_back(envelope.call);
                tracing::debug!(call = envelope.call, "a call goes to another runner");
                requeue(&mut state.waiting, returned);
                self.dispatch(state);
                return true;
            }
            Kind::Reply => Ok(bulk),
            Kind::OutOfMemory => {
                let words = "the runner has no memory for the call's frame";
                Err(ErrorBody::new(ErrorCode::OutOfMemory, words))
            }
            Kind::TooLong => Err(ErrorBody::limit(
                "reply_bytes",
                self.settings().max_reply_bytes,
                envelope.length,
            )),
            Kind::Trapped => {
                let words = match &bulk {
                    Bulk::Inline(words) => String::from_utf8_lossy(words).into_owned(),
                    Bulk::Memfd { .. } => String::new(),
                };
                tracing::warn!(pid = active.runner.pid, %words, "a guest trapped");
                Err(ErrorBody::new(
                    ErrorCode::Trapped,
                    format!("the operation trapped: {words}"),
                ))
            }
            Kind::Call | Kind::Cancel | Kind::Ready => Err(ErrorBody::new(
                ErrorCode::Internal,
                "a runner said something impossible",
            )),
        };
        let grown = envelope.pages > self.settings().recycle_pages;
        let fit = outcome.is_ok() && active.runner.generation == state.generation && !state.closed;
        active.retiring |= !fit;
        let dead = !matches!(
            envelope.kind,
            Kind::Reply | Kind::OutOfMemory | Kind::TooLong
        );
        let now = Instant::now();
        if let Some(flight) = active.end(envelope.call, now) {
            if outcome.is_ok() {
                flight.job.request.usual.learn(envelope.value);
                active.settle(&flight.job, envelope.value, grown, now);
            }
            flight.job.finish(outcome);
        }
        let more = !active.is_idle();
        if active.is_unsent() {
            self.unsent.notify_one();
        }
        if dead || (active.retiring && !more) {
            self.let_go(state, at);
        } else if let Some(due) = active.due() {
            self.due(state, due);
        }
        self.dispatch(state);
        more
    }

    /// A runner has died by itself: the call that it ran begins again, once;
    /// those that waited for it are none the worse.
    pub(super) fn died(&self, state: &mut State, number: u64) {
        let Some(at) = position(state, number) else {
            return;
        };
        let active = &mut state.active[at];
        if let Some(job) = active.first().map(Arc::clone) {
            let retried = job.retried.swap(true, Ordering::Relaxed);
            let pid = active.runner.pid;
            tracing::warn!(pid, retried, "a runner died in the middle of a call");
            if retried {
                active.end(job.number, Instant::now());
                let words = "the runner died, and so did the one that tried again";
                job.finish(Err(ErrorBody::new(ErrorCode::Lost, words)));
            }
        }
        self.let_go(state, at);
        self.dispatch(state);
    }

    /// Ends a runner. What it had been handed goes back to the queue.
    fn let_go(&self, state: &mut State, at: usize) {
        for flight in state.active.remove(at).into_flights() {
            requeue(&mut state.waiting, Some(flight));
        }
        self.replace(state);
    }

    /// Something is due about a call at `when`.
    fn due(&self, state: &mut State, when: Instant) {
        match state.alarm {
            Some(alarm) if alarm <= when => {}
            Some(_) => {
                state.alarm = Some(when);
                self.earlier.notify_one();
            }
            None => {
                state.alarm = Some(when);
                tokio::spawn(Self::clock(self.this.clone()));
            }
        }
    }

    /// One clock for all calls. It ends when nothing is due any more.
    async fn clock(pool: Weak<Self>) {
        loop {
            let Some(this) = pool.upgrade() else { return };
            let Some(alarm) = this.lock().alarm else {
                return;
            };
            let earlier = Arc::clone(&this.earlier);
            drop(this);
            tokio::select! {
                () = earlier.notified() => {}
                () = sleep_until(alarm) => {
                    if let Some(pool) = pool.upgrade() {
                        pool.overdue(Instant::now());
                    }
                }
            }
        }
    }

    /// Deals with every deadline and grace that has passed.
    fn overdue(&self, now: Instant) {
        let mut state = self.lock();
        let state = &mut *state;
        state.waiting.retain(|job| {
            let late = job.request.deadline <= now;
            if late {
                job.finish(Err(too_late()));
            }
            !late
        });
        let mut at = 0;
        while let Some(active) = state.active.get_mut(at) {
            let (late, end) = active.overdue(now);
            for job in late {
                job.finish(Err(too_late()));
            }
            if end {
                let pid = active.runner.pid;
                if active.is_idle() {
                    tracing::debug!(pid, "what a grown runner holds is no longer used");
                } else {
                    tracing::info!(pid, "a call did not end in time, its runner is ended");
                }
                self.let_go(state, at);
            } else {
                at += 1;
            }
        }
        // Nobody waits for a runner that holds its blob longer than is worth while.
        let waiting = state.waiting.iter().map(|job| {
            let deadline = job.request.deadline;
            let patience = job.patience.get().filter(|until| **until > now);
            patience.map_or(deadline, |until| deadline.min(*until))
        });
        let handed = state.active.iter().filter_map(Active::due);
        state.alarm = waiting.chain(handed).min();
        self.dispatch(state);
        self.unsent.notify_one();
    }
}

/// Until when `job` rather waits for a runner that holds its blob and is free in a moment, than goes to the idle one at
/// `at`, which would begin from nothing.
fn patience(state: &State, at: usize, job: &Job) -> Option<Instant> {
    if state.active[at].holds(job).is_some() {
        return None;
    }
    let now = Instant::now();
    let (longest, wait) = state
        .active
        .iter()
        .filter(|active| !active.retiring)
        .filter_map(|active| {
            let blob = active.holds(job)?;
            Some((blob.longest, active.busy_for(now) + blob.last))
        })
        .min_by(|(_, wait), (_, other)| wait.total_cmp(other))?;
    let worth = longest / 2.0;
    if wait >= worth {
        return None;
    }
    let until = job
        .patience
        .get_or_init(|| now + Duration::from_secs_f32(worth / 1e6));
    (now < *until).then_some(*until)
}

fn position(state: &State, number: u64) -> Option<usize> {
    state
        .active
        .iter()
        .position(|active| active.runner.number == number)
}

/// Where in the queue the call of that number is, or belongs.
fn place(waiting: &VecDeque<Arc<Job>>, number: u64) -> Result<usize, usize> {
    waiting.binary_search_by_key(&number, |job| job.number)
}

/// Puts a call back, if somebody still waits for it.
fn requeue(waiting: &mut VecDeque<Arc<Job>>, flight: Option<Flight>) {
    if let Some(job) = flight.and_then(Flight::wanted)
        && let Err(at) = place(waiting, job.number)
    {
        waiting.insert(at, job);
    }
}

fn too_late() -> ErrorBody {
    ErrorBody::new(
        ErrorCode::DeadlineExceeded,
        "the call had not ended by its deadline",
    )
}
