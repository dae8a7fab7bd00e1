//! A call on a runner, as whoever asked for it sees it.

use std::future::poll_fn;
use std::sync::Arc;

use locus_protocol::{ErrorBody, ErrorCode};
use tokio::time::Instant;

use super::job::Job;
use super::pool::Pool;
use crate::bulk::Bulk;

/// What a running call says.
#[derive(Debug)]
pub enum Event {
    /// The phase's index plus the fraction within the phase.
    Progress(f32),
    /// The reply's whole frame.
    Reply(Bulk),
}

/// A call that waits for a runner or is with one. Dropping it cancels it.
#[derive(Debug)]
pub struct Call {
    job: Arc<Job>,
    pool: Arc<Pool>,
    ended: bool,
}

impl Call {
    pub(super) fn new(job: Arc<Job>, pool: Arc<Pool>) -> Self {
        Self {
            job,
            pool,
            ended: false,
        }
    }

    /// When a runner took it up, if one has.
    #[must_use]
    pub fn begun(&self) -> Option<Instant> {
        self.job.begun()
    }

    /// What the call says next; nothing after a reply or an error.
    ///
    /// A runner that dies by itself in the middle costs one attempt, and the
    /// call begins again on another.
    ///
    /// # Errors
    /// `deadline_exceeded`, `trapped`, `lost`, `out_of_memory`, `unavailable`,
    /// and `limit_exceeded` for the reply's length.
    pub async fn next(&mut self) -> Result<Event, ErrorBody> {
        if self.ended {
            let words = "the call has ended already";
            return Err(ErrorBody::new(ErrorCode::Internal, words));
        }
        let said = poll_fn(|context| self.job.poll(context)).await;
        self.ended = !matches!(said, Ok(Event::Progress(_)));
        said
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.ended {
            self.pool.forget(self.job.number);
        }
    }
}
