//! A call between the two who share it: whoever asked, and the pool.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};

use locus_protocol::{Digest, ErrorBody};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::call::Event;
use super::usual::Usual;
use crate::bulk::Bulk;

/// What is asked of a runner. The frame is kept until the call has ended, in case it has to be sent to another runner.
#[derive(Debug)]
pub struct Request {
    /// The whole frame.
    pub frame: Bulk,
    /// When the call has to have ended.
    pub deadline: Instant,
    /// How long calls like this one take.
    pub usual: Arc<Usual>,
    /// The room that the frame takes, given back with it.
    pub room: Option<OwnedSemaphorePermit>,
    /// The blob whose decoded state a runner may hold; its bytes are right.
    pub blob: Option<Digest>,
}

/// A request, and what has been said about it.
#[derive(Debug)]
pub(super) struct Job {
    /// Counts up in the order in which calls came.
    pub(super) number: u64,
    pub(super) request: Request,
    /// Whether a runner has died of it, or with it.
    pub(super) retried: AtomicBool,
    /// Until when it waits for a runner that holds its blob, while others are free.
    pub(super) patience: OnceLock<Instant>,
    said: Mutex<Said>,
}

#[derive(Debug, Default)]
struct Said {
    /// The latest; earlier ones that nobody has read are no news any more.
    progress: Option<f32>,
    outcome: Option<Result<Bulk, ErrorBody>>,
    /// When a runner took it up.
    begun: Option<Instant>,
    reader: Option<Waker>,
}

impl Job {
    pub(super) fn new(number: u64, request: Request) -> Self {
        Self {
            number,
            request,
            retried: AtomicBool::new(false),
            patience: OnceLock::new(),
            said: Mutex::default(),
        }
    }

    /// A runner has taken it up.
    pub(super) fn begin(&self, now: Instant) {
        self.said().begun = Some(now);
    }

    /// When a runner took it up, if one has.
    pub(super) fn begun(&self) -> Option<Instant> {
        self.said().begun
    }

    /// The runner says how far it is.
    pub(super) fn progressed(&self, value: f32) {
        let mut said = self.said();
        said.progress = Some(value);
        wake(&mut said);
    }

    /// The end of it.
    pub(super) fn finish(&self, outcome: Result<Bulk, ErrorBody>) {
        let mut said = self.said();
        said.outcome = Some(outcome);
        wake(&mut said);
    }

    /// What has been said and not been read yet.
    pub(super) fn poll(&self, context: &Context<'_>) -> Poll<Result<Event, ErrorBody>> {
        let mut said = self.said();
        if let Some(value) = said.progress.take() {
            return Poll::Ready(Ok(Event::Progress(value)));
        }
        if let Some(outcome) = said.outcome.take() {
            return Poll::Ready(outcome.map(Event::Reply));
        }
        said.reader = Some(context.waker().clone());
        Poll::Pending
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wake(said: &mut Said) {
    if let Some(reader) = said.reader.take() {
        reader.wake();
    }
}
