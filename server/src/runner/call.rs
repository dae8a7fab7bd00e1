//! A call on a runner: its events, its deadline, its second attempt.

use std::sync::Arc;

use locus_protocol::{ErrorBody, ErrorCode};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};

use super::lease::Lease;
use super::pool::{Pool, too_late};
use super::wire::Kind;
use crate::bulk::Bulk;

/// A call's frame, kept until the call has ended, in case it has to be sent
/// to another runner.
#[derive(Debug)]
pub struct Request {
    /// The whole frame.
    pub frame: Bulk,
    /// When the call has to have ended.
    pub deadline: Instant,
    /// The room that the frame takes, given back with it.
    pub room: Option<OwnedSemaphorePermit>,
}

/// What a running call says.
#[derive(Debug)]
pub enum Event {
    /// The phase's index plus the fraction within the phase.
    Progress(f32),
    /// The reply's whole frame.
    Reply(Bulk),
}

/// A call on a runner. Dropping it cancels it.
#[derive(Debug)]
pub struct Call {
    number: u64,
    lease: Option<Lease>,
    pool: Arc<Pool>,
    request: Request,
    retried: bool,
}

impl Call {
    /// What the call says next; nothing after a reply or an error.
    ///
    /// A runner that dies by itself in the middle costs one attempt, and the
    /// call begins again on another.
    ///
    /// # Errors
    /// `deadline_exceeded`, `trapped`, `lost`, `out_of_memory`,
    /// `limit_exceeded` for the reply's length, and those of [`Pool::call`] for the second attempt.
    pub async fn next(&mut self) -> Result<Event, ErrorBody> {
        loop {
            let Some(runner) = self.lease.as_mut().and_then(|lease| lease.runner.as_mut()) else {
                return Err(ErrorBody::new(
                    ErrorCode::Internal,
                    "the call has ended already",
                ));
            };
            let Ok(heard) = timeout_at(self.request.deadline, runner.receive()).await else {
                tracing::info!(
                    pid = runner.pid,
                    "a call passed its deadline, its runner is ended"
                );
                self.end();
                return Err(too_late());
            };
            let Ok(Some(heard)) = heard else {
                tracing::warn!(
                    pid = runner.pid,
                    retried = self.retried,
                    "a runner died in the middle of a call"
                );
                self.end();
                self.again().await?;
                continue;
            };
            let envelope = heard.envelope;
            match envelope.kind {
                Kind::Progress => return Ok(Event::Progress(envelope.value)),
                Kind::Reply => {
                    self.give_back(envelope.pages);
                    return Ok(Event::Reply(heard.bulk));
                }
                Kind::OutOfMemory => {
                    self.give_back(u32::MAX);
                    let words = "the runner has no memory for the call's frame";
                    return Err(ErrorBody::new(ErrorCode::OutOfMemory, words));
                }
                Kind::TooLong => {
                    self.give_back(u32::MAX);
                    return Err(ErrorBody::limit(
                        "reply_bytes",
                        self.pool.settings().max_reply_bytes,
                        envelope.length,
                    ));
                }
                Kind::Trapped => {
                    let words = match &heard.bulk {
                        Bulk::Inline(words) => String::from_utf8_lossy(words).into_owned(),
                        Bulk::Memfd { .. } => String::new(),
                    };
                    tracing::warn!(pid = runner.pid, %words, "a guest trapped");
                    self.end();
                    return Err(ErrorBody::new(
                        ErrorCode::Trapped,
                        format!("the operation trapped: {words}"),
                    ));
                }
                Kind::Call | Kind::Cancel | Kind::Ready => {
                    self.end();
                    return Err(ErrorBody::new(
                        ErrorCode::Internal,
                        "a runner said something impossible",
                    ));
                }
            }
        }
    }

    /// Waits for a runner and starts the call on it.
    pub(super) async fn begin(
        pool: Arc<Pool>,
        number: u64,
        request: Request,
    ) -> Result<Self, ErrorBody> {
        let mut call = Self {
            number,
            lease: None,
            pool,
            request,
            retried: false,
        };
        call.send().await?;
        Ok(call)
    }

    /// Gets a runner and sends it the frame.
    async fn send(&mut self) -> Result<(), ErrorBody> {
        loop {
            let mut lease = self.pool.lease(self.request.deadline).await?;
            let sent = lease.runner.as_ref().is_some_and(|runner| {
                runner
                    .send(self.number, &self.request.frame, lease.more)
                    .is_ok()
            });
            if sent {
                lease.running = Some(self.number);
                self.lease = Some(lease);
                return Ok(());
            }
            // It died while it was idle.
            lease.end();
            if std::mem::replace(&mut self.retried, true) {
                return Err(lost());
            }
        }
    }

    async fn again(&mut self) -> Result<(), ErrorBody> {
        if std::mem::replace(&mut self.retried, true) {
            return Err(lost());
        }
        self.send().await
    }

    fn give_back(&mut self, pages: u32) {
        if let Some(lease) = self.lease.take() {
            lease.give_back(pages);
        }
    }

    fn end(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.end();
        }
    }
}

fn lost() -> ErrorBody {
    ErrorBody::new(
        ErrorCode::Lost,
        "the runner died, and so did the one that tried again",
    )
}
