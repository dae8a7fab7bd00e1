//! `POST /v1/call`: a call's frame comes in, a sequence of frames goes out.
//!
//! The frame's prefix is read first and everything that can be refused is
//! refused by it, before any memory is taken for payloads. A reply that comes
//! before any progress goes in one write; else progress and reply are
//! streamed as they come. A client that goes away drops the future or the
//! body, and with it the [`runner::Call`](crate::runner::Call), which cancels.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::Stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use locus_protocol::{
    ErrorBody, ErrorCode, Limits, MAX_HEADER, Message, Prefix, Progress, Reply as ReplyHeader,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;
use warp::reply::Response as WarpResponse;

use super::body::Body;
use super::inputs::{self, Blob};
use crate::blobs::Store;
use crate::bulk::{Bulk, FileStream, INLINE};
use crate::operations::{Operation, Operations};
use crate::runner::{Call, Event, Pool, Request};

/// The content type of frames.
pub const FRAMES: HeaderValue = HeaderValue::from_static("application/vnd.locus.frames");

/// How long a call waited and ran, as browsers show it, too.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Bounds on calls.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// What calls may take at most; a call's own limits can only be lower.
    pub limits: Limits,
    /// Bytes of all payloads of a call.
    pub input_bytes: u64,
    /// The deadline of a call that names none.
    pub default_deadline: Duration,
    /// The latest deadline.
    pub max_deadline: Duration,
    /// The longest pause in a request's body.
    pub body_timeout: Duration,
}

/// How calls are run.
#[derive(Debug)]
pub struct Calls {
    /// Room for inputs, in KiB.
    pub room: Arc<Semaphore>,
    /// Bounds on them.
    pub bounds: Bounds,
    /// What can be called.
    pub operations: Arc<Operations>,
    /// Where inputs are that calls name by digest; `None` where nothing is kept.
    pub blobs: Option<Arc<Store>>,
    /// Who runs them.
    pub pool: Arc<Pool>,
}

/// A call that may run.
struct Admitted<'a> {
    operation: &'a Arc<Operation>,
    /// As the runner gets it.
    message: Message,
    /// Lengths of the payloads that come with the request.
    payloads: Vec<u64>,
    /// What the frame has beside them.
    blobs: Vec<Blob>,
    deadline: Duration,
}

/// Why there is no call to run: the id, as far as it is known, and the error.
type Refused = (u64, ErrorBody);

/// Answers one request.
pub async fn answer<S, B>(calls: Arc<Calls>, body: S) -> WarpResponse
where
    S: Stream<Item = Result<B, warp::Error>> + Send + Unpin + 'static,
    B: Buf + Send,
{
    let mut body = Body::new(body, calls.bounds.body_timeout);
    match calls.run(&mut body).await {
        Ok(response) => response,
        Err((id, error)) => {
            tracing::debug!(id, code = %error.code, message = %error.message, "call refused");
            if body.ended().is_none() {
                // Closing the connection on a client that still sends would cost it the answer.
                let most = calls.bounds.input_bytes;
                tokio::spawn(async move { body.discard(most).await });
            }
            refusal(id, error)
        }
    }
}

/// A reply that consists of one error frame, with the status of its code.
#[must_use]
pub fn refusal(id: u64, error: ErrorBody) -> WarpResponse {
    let status =
        StatusCode::from_u16(error.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = frames(status, error_frame(id, error));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

fn error_frame(id: u64, error: ErrorBody) -> Bytes {
    locus_protocol::write(&Message::Reply(ReplyHeader::error(id, error)), &[]).into()
}

fn frames(status: StatusCode, body: impl Into<Bytes>) -> WarpResponse {
    let mut response = Response::new(body.into().into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, FRAMES);
    response
}

impl Calls {
    async fn run<S, B>(&self, body: &mut Body<S>) -> Result<WarpResponse, Refused>
    where
        S: Stream<Item = Result<B, warp::Error>> + Send + Unpin,
        B: Buf + Send,
    {
        let arrived = Instant::now();
        let (prefix, rest) = body.prefix().await.map_err(|error| (0, error))?;
        let id = prefix.message.id();
        let refused = |error| (id, error);
        let Admitted {
            operation,
            message,
            payloads,
            blobs,
            deadline,
        } = self.check(prefix).map_err(refused)?;
        let room = self.room(&payloads, &blobs).map_err(refused)?;
        // The blobs stay pinned until the call has ended.
        let (frame, blobs) = body
            .frame(&message, &payloads, rest, blobs)
            .await
            .map_err(refused)?;
        let usual = match message {
            Message::Estimate(_) => &operation.estimates,
            _ => &operation.calls,
        };
        let request = Request {
            frame,
            deadline: arrived + deadline,
            usual: Arc::clone(usual),
            room,
            blob: blobs.first().map(|blob| *blob.pin.digest()),
        };
        let mut call = self.pool.call(request).map_err(refused)?;
        let event = call.next().await.map_err(refused)?;
        let ended = !matches!(event, Event::Progress(_));
        let timing = timing(body.ended(), call.begun(), ended);
        let mut response = match event {
            Event::Reply(Bulk::Inline(bytes)) => frames(StatusCode::OK, bytes),
            Event::Reply(Bulk::Memfd { file, length }) => {
                let mut response = stream(FileStream::new(file, length));
                response.headers_mut().insert(CONTENT_LENGTH, length.into());
                response
            }
            Event::Progress(value) => {
                // One chunk waits while another is written: the runner's reply is read as fast as the client takes it.
                let (sender, receiver) = mpsc::channel(1);
                let operation = Arc::clone(operation);
                tokio::spawn(async move {
                    let first = progress_frame(id, &operation, value);
                    tokio::select! {
                        () = pump(&sender, id, &operation, call, first) => {}
                        () = sender.closed() => {}
                    }
                    drop(blobs);
                });
                stream(Chunks(receiver))
            }
        };
        if let Some(timing) = timing {
            response.headers_mut().insert(SERVER_TIMING, timing);
        }
        Ok(response)
    }

    /// Takes room for large inputs, until the call has ended.
    fn room(
        &self,
        payloads: &[u64],
        blobs: &[Blob],
    ) -> Result<Option<OwnedSemaphorePermit>, ErrorBody> {
        let blobs = blobs.iter().map(|blob| blob.payload);
        let sum: u64 = payloads.iter().copied().chain(blobs).sum();
        if sum <= INLINE {
            // Many of them are still little, and connections are bounded.
            return Ok(None);
        }
        let kibibytes = u32::try_from(sum.div_ceil(1024)).unwrap_or(u32::MAX);
        match Arc::clone(&self.room).try_acquire_many_owned(kibibytes) {
            Ok(room) => Ok(Some(room)),
            Err(_) => {
                let words = "the inputs of other calls take all the room there is; try again later";
                Err(ErrorBody::new(ErrorCode::QueueFull, words))
            }
        }
    }

    /// Everything that can be said against a call by its header.
    fn check(&self, prefix: Prefix) -> Result<Admitted<'_>, ErrorBody> {
        let (mut call, estimate) = match prefix.message {
            Message::Call(call) => (call, false),
            Message::Estimate(call) => (call, true),
            _ => {
                let words = "only a call or an estimate can be asked";
                return Err(ErrorBody::new(ErrorCode::InvalidFrame, words));
            }
        };
        let operation = self.operations.find(&call.operation)?;
        let limits = call.limits.lower(self.bounds.limits);
        let allowed = limits
            .bytes
            .unwrap_or(u64::MAX)
            .min(self.bounds.input_bytes);
        let found = inputs::find(self.blobs.as_ref(), &call, estimate);
        let mut lengths = prefix.payloads.iter().copied().chain([found.bytes]);
        match lengths.try_fold(0, u64::checked_add) {
            Some(sum) if sum <= allowed => {}
            sum => return Err(ErrorBody::limit("bytes", allowed, sum.unwrap_or(u64::MAX))),
        }
        if !found.missing.is_empty() {
            return Err(inputs::need(&found.missing));
        }
        call.limits = limits;
        let blobs = found.place(&mut call, prefix.payloads.len())?;
        // What the header gains below has to fit into it, too.
        let header = prefix.length + inputs::GAINED * (call.inputs.len() + 1);
        if header > MAX_HEADER {
            return Err(ErrorBody::limit("header", MAX_HEADER as u64, header as u64));
        }
        // Before the body is read: who would be refused afterwards need not send it.
        self.pool.admit()?;
        let deadline = call
            .deadline_ms
            .map_or(self.bounds.default_deadline, Duration::from_millis)
            .min(self.bounds.max_deadline);
        Ok(Admitted {
            operation,
            message: match estimate {
                true => Message::Estimate(call),
                false => Message::Call(call),
            },
            payloads: prefix.payloads,
            blobs,
            deadline,
        })
    }
}

/// How long a call waited for a runner, after all of it had come; and how long it ran, if it has ended.
fn timing(whole: Option<Instant>, begun: Option<Instant>, ended: bool) -> Option<HeaderValue> {
    let milliseconds = |from: Instant, to: Instant| (to - from).as_secs_f64() * 1e3;
    let (whole, begun) = (whole?, begun?);
    let mut words = format!("queue;dur={:.2}", milliseconds(whole, begun));
    if ended {
        let _ = write!(
            words,
            ", run;dur={:.2}",
            milliseconds(begun, Instant::now())
        );
    }
    HeaderValue::try_from(words).ok()
}

/// Sends what a running call says until its reply has been taken.
async fn pump(
    sender: &mpsc::Sender<io::Result<Bytes>>,
    id: u64,
    operation: &Operation,
    mut call: Call,
    first: Bytes,
) {
    let mut chunk = first;
    loop {
        if sender.send(Ok(chunk)).await.is_err() {
            return;
        }
        chunk = match call.next().await {
            Ok(Event::Progress(value)) => progress_frame(id, operation, value),
            Ok(Event::Reply(Bulk::Inline(bytes))) => {
                let _ = sender.send(Ok(bytes)).await;
                return;
            }
            Ok(Event::Reply(Bulk::Memfd { file, length })) => {
                let mut file = FileStream::new(file, length);
                while let Some(chunk) = file.read() {
                    if sender.send(chunk).await.is_err() {
                        return;
                    }
                }
                return;
            }
            Err(error) => {
                let _ = sender.send(Ok(error_frame(id, error))).await;
                return;
            }
        };
    }
}

fn progress_frame(id: u64, operation: &Operation, value: f32) -> Bytes {
    let value = if value.is_finite() {
        value.max(0.0)
    } else {
        0.0
    };
    let progress = Progress {
        id,
        phase: operation.phases.get(value as usize).cloned(),
        fraction: value.fract(),
    };
    locus_protocol::write(&Message::Progress(progress), &[]).into()
}

fn stream(chunks: impl Stream<Item = io::Result<Bytes>> + Send + Sync + 'static) -> WarpResponse {
    let mut response = warp::Reply::into_response(warp::reply::stream(chunks));
    response.headers_mut().insert(CONTENT_TYPE, FRAMES);
    response
}

struct Chunks(mpsc::Receiver<io::Result<Bytes>>);

impl Stream for Chunks {
    type Item = io::Result<Bytes>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}
