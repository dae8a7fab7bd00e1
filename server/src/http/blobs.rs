//! `PUT`, `HEAD` and `GET /v1/blobs/{digest}`: bytes come once, whole or
//! piece by piece, and go out as an attachment.
//!
//! `PUT` with `Content-Range: bytes 100-199/200` goes on where an upload broke
//! off, which `Upload-Offset` in the answer to `HEAD` tells; bytes that are here
//! already are passed over, and where some would be missing between, the answer
//! is `409` with the offset. With
//! `Content-Range: bytes */200` and no body it sends nothing and asks whether
//! 200 bytes could come, and from where on: `HEAD` says `404` of what is not
//! here, which browsers show to people as a failure.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::Stream;
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, HeaderMap, HeaderName, HeaderValue, RANGE,
};
use http::{Response, StatusCode};
use locus_protocol::{Digest, ErrorBody, ErrorCode};
use tokio::time::Instant;
use warp::reply::Response as WarpResponse;

use super::body::Body;
use super::problem::{problem, problem_with};
use crate::blobs::{Begun, Pin, Refusal, Store, Upload, UploadError};
use crate::bulk::FileStream;

const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// How long an upload may wait for the end of the one in whose place it goes on, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(3);
const TICK: Duration = Duration::from_millis(20);

/// How blobs come and go.
#[derive(Debug)]
pub struct Blobs {
    /// Where they are; `None` where nothing is kept.
    pub store: Option<Arc<Store>>,
    /// The longest pause in a request's body.
    pub body_timeout: Duration,
    /// How much of the body of a refused request is read, so that its client reads the answer.
    pub discard: u64,
}

/// Which bytes a `PUT` brings: from the first one up to before `end`, of `total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: u64,
    end: u64,
    total: u64,
    /// Whether it begins anew, whatever has arrived.
    whole: bool,
}

/// What a `PUT` wants.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// To know whether so many bytes could come.
    Ask(u64),
    /// To send some.
    Send(Span),
}

/// Answers `PUT`.
pub(super) async fn put<S, B>(
    blobs: Arc<Blobs>,
    digest: String,
    headers: HeaderMap,
    body: S,
) -> WarpResponse
where
    S: Stream<Item = Result<B, warp::Error>> + Send + Unpin + 'static,
    B: Buf + Send,
{
    let mut body = Body::new(body, blobs.body_timeout);
    let answer = blobs.take(&digest, &headers, &mut body).await;
    if body.ended().is_none() {
        // Closing the connection on a client that still sends would cost it the answer.
        let most = blobs.discard;
        tokio::spawn(async move { body.discard(most).await });
    }
    answer.unwrap_or_else(|refused| refused)
}

/// Answers `HEAD`.
pub(super) fn head(blobs: &Blobs, digest: &str) -> WarpResponse {
    let (store, digest) = match blobs.named(digest) {
        Ok(named) => named,
        Err(refused) => return refused,
    };
    if let Some(pin) = store.find(&digest) {
        let mut response = attachment(StatusCode::OK, &digest, Bytes::new().into());
        response
            .headers_mut()
            .insert(CONTENT_LENGTH, pin.length().into());
        return response;
    }
    match store.arrived(&digest) {
        Some(arrived) => empty(StatusCode::NO_CONTENT, Some(arrived)),
        None => missing(&digest),
    }
}

/// Answers `GET`.
pub(super) async fn get(blobs: Arc<Blobs>, digest: String, headers: HeaderMap) -> WarpResponse {
    let (store, digest) = match blobs.named(&digest) {
        Ok(named) => named,
        Err(refused) => return refused,
    };
    let Some(pin) = store.find(&digest) else {
        return missing(&digest);
    };
    let length = pin.length();
    // Comparing bytes takes a while.
    let opened = tokio::task::spawn_blocking(move || (pin.open(), pin)).await;
    let Ok((Ok(file), pin)) = opened else {
        return missing(&digest);
    };
    match range(&headers, length) {
        None => sent(StatusCode::OK, pin, file, 0, length),
        Some(Some((from, end))) => {
            let mut response = sent(StatusCode::PARTIAL_CONTENT, pin, file, from, end);
            let range = format!("bytes {from}-{}/{length}", end - 1);
            put_text(&mut response, CONTENT_RANGE, &range);
            response
        }
        Some(None) => {
            let words = format!("the blob has {length} bytes, and none of those that were asked");
            let error = ErrorBody::new(ErrorCode::InvalidParameters, words);
            let mut response = problem_with(StatusCode::RANGE_NOT_SATISFIABLE, error);
            put_text(&mut response, CONTENT_RANGE, &format!("bytes */{length}"));
            response
        }
    }
}

impl Blobs {
    /// The store, and which blob a path names.
    #[expect(clippy::result_large_err, reason = "it is the answer")]
    fn named(&self, digest: &str) -> Result<(&Arc<Store>, Digest), WarpResponse> {
        let store = self.store.as_ref().ok_or_else(|| {
            let words = "this server keeps no blobs; `locus serve --data FOLDER` has it keep them";
            let error = ErrorBody::new(ErrorCode::Unsupported, words);
            problem_with(StatusCode::NOT_FOUND, error)
        })?;
        let digest = Digest::from_str(digest).map_err(|error| {
            let error = ErrorBody::new(ErrorCode::InvalidParameters, error.to_string());
            problem_with(StatusCode::BAD_REQUEST, error)
        })?;
        Ok((store, digest))
    }

    async fn take<S, B>(
        &self,
        digest: &str,
        headers: &HeaderMap,
        body: &mut Body<S>,
    ) -> Result<WarpResponse, WarpResponse>
    where
        S: Stream<Item = Result<B, warp::Error>> + Unpin,
        B: Buf,
    {
        let (store, digest) = self.named(digest)?;
        let span = match wanted(headers)? {
            Wanted::Send(span) => span,
            Wanted::Ask(_) if store.find(&digest).is_some() => {
                return Ok(empty(StatusCode::OK, None));
            }
            Wanted::Ask(total) => {
                let arrived = store.admit(&digest, total).map_err(refused)?;
                return Ok(empty(StatusCode::ACCEPTED, Some(arrived)));
            }
        };
        let begun = match span.whole {
            true => store.begin(&digest, span.total),
            false => go_on(store, &digest, span).await,
        };
        let upload = match begun.map_err(refused)? {
            Begun::There => return Ok(empty(StatusCode::OK, None)),
            Begun::Upload(upload) => upload,
        };
        let arrived = receive(upload, body, span).await?;
        if arrived < span.total {
            return Ok(empty(StatusCode::ACCEPTED, Some(arrived)));
        }
        tracing::debug!(%digest, bytes = arrived, "blob stored");
        Ok(empty(StatusCode::CREATED, None))
    }
}

/// Goes on with an upload, when it is free. A browser repeats a request whose
/// connection dropped before we have heard that it did.
async fn go_on(store: &Arc<Store>, digest: &Digest, span: Span) -> Result<Begun, Refusal> {
    let until = Instant::now() + PATIENCE;
    loop {
        let begun = store.go_on(digest, span.from, span.total);
        let waits = matches!(begun, Err(Refusal::Offset(_)))
            && store.is_coming(digest, span.from)
            && Instant::now() < until;
        if !waits {
            return begun;
        }
        tokio::time::sleep(TICK).await;
    }
}

/// Takes the bytes of `span`; how many of the whole have arrived then.
async fn receive<S, B>(
    mut upload: Upload,
    body: &mut Body<S>,
    span: Span,
) -> Result<u64, WarpResponse>
where
    S: Stream<Item = Result<B, warp::Error>> + Unpin,
    B: Buf,
{
    let failed = |error| failure(&error, span);
    let mut missing = span.end - span.from;
    while let Some(chunk) = body.chunk().await.map_err(problem)? {
        if chunk.len() as u64 > missing {
            let words = "the body is longer than its headers say";
            return Err(problem(ErrorBody::new(ErrorCode::InvalidFrame, words)));
        }
        missing -= chunk.len() as u64;
        upload = upload.write(chunk).await.map_err(failed)?;
    }
    if missing > 0 {
        let words = format!("the body is cut off: {missing} of its bytes are missing");
        return Err(problem(ErrorBody::new(ErrorCode::InvalidFrame, words)));
    }
    upload.finish().await.map_err(failed)
}

/// Which bytes a `PUT` brings, by its headers.
#[expect(clippy::result_large_err, reason = "it is the answer")]
fn wanted(headers: &HeaderMap) -> Result<Wanted, WarpResponse> {
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<u64>().ok());
    let Some(range) = headers.get(CONTENT_RANGE) else {
        // Room is promised before bytes are taken, so it has to be known how many come.
        let total = length.ok_or_else(|| {
            let words = "an upload says how long it is: Content-Length, or Content-Range";
            let error = ErrorBody::new(ErrorCode::InvalidParameters, words);
            problem_with(StatusCode::LENGTH_REQUIRED, error)
        })?;
        return Ok(Wanted::Send(Span {
            from: 0,
            end: total,
            total,
            whole: true,
        }));
    };
    let wanted = range.to_str().ok().and_then(content_range);
    let fits = |wanted: &Wanted| match wanted {
        Wanted::Ask(_) => length.unwrap_or(0) == 0,
        Wanted::Send(span) => length.is_none_or(|length| length == span.end - span.from),
    };
    wanted.filter(fits).ok_or_else(|| {
        let words = "Content-Range is written `bytes FIRST-LAST/TOTAL`, and as long as the body, \
                     or `bytes */TOTAL` without one";
        let error = ErrorBody::new(ErrorCode::InvalidParameters, words);
        problem_with(StatusCode::BAD_REQUEST, error)
    })
}

fn content_range(text: &str) -> Option<Wanted> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let total = total.parse().ok()?;
    if range == "*" {
        return Some(Wanted::Ask(total));
    }
    let (first, last) = range.split_once('-')?;
    let (from, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    let end = last.checked_add(1)?;
    (from < end && end <= total).then_some(Wanted::Send(Span {
        from,
        end,
        total,
        whole: false,
    }))
}

/// What a `GET` asks of so many bytes: `None` all of them, `Some(None)` none
/// that there are. Several ranges are passed over, as they may be.
fn range(headers: &HeaderMap, length: u64) -> Option<Option<(u64, u64)>> {
    let range = headers.get(RANGE)?.to_str().ok()?.strip_prefix("bytes=")?;
    let (first, last) = range.split_once('-')?;
    let (from, end) = if first.is_empty() {
        (length.saturating_sub(last.parse().ok()?), length)
    } else if last.is_empty() {
        (first.parse().ok()?, length)
    } else {
        let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
        if last < first {
            return None;
        }
        (first, last.saturating_add(1).min(length))
    };
    Some((from < end).then_some((from, end)))
}

fn refused(why: Refusal) -> WarpResponse {
    match why {
        Refusal::Offset(arrived) => elsewhere(why.to_string(), arrived),
        Refusal::Quota { maximum, value } => {
            problem(ErrorBody::limit("blob_quota", maximum, value))
        }
        Refusal::Busy(_) => problem(ErrorBody::new(ErrorCode::QueueFull, why.to_string())),
    }
}

fn failure(error: &UploadError, span: Span) -> WarpResponse {
    let words = error.to_string();
    match error {
        // It may be what an earlier one left that is wrong, so this one may begin again.
        UploadError::Mismatch if !span.whole => elsewhere(words, 0),
        UploadError::Mismatch => problem(ErrorBody::new(ErrorCode::InvalidInput, words)),
        UploadError::Replaced | UploadError::BrokeOff => problem_with(
            StatusCode::CONFLICT,
            ErrorBody::new(ErrorCode::InvalidInput, words),
        ),
        _ => {
            tracing::error!(error = %words, "an upload failed");
            let error = ErrorBody::new(ErrorCode::Unavailable, words);
            problem_with(StatusCode::INSUFFICIENT_STORAGE, error)
        }
    }
}

/// The upload goes on at another byte.
fn elsewhere(words: String, arrived: u64) -> WarpResponse {
    let error = ErrorBody::new(ErrorCode::InvalidInput, words).with("offset", arrived);
    let mut response = problem_with(StatusCode::CONFLICT, error);
    response.headers_mut().insert(UPLOAD_OFFSET, arrived.into());
    response
}

fn missing(digest: &Digest) -> WarpResponse {
    let error = ErrorBody::new(ErrorCode::NeedBlob, "this blob is not here")
        .with("digest", digest.to_string());
    problem_with(StatusCode::NOT_FOUND, error)
}

fn empty(status: StatusCode, arrived: Option<u64>) -> WarpResponse {
    let mut response = Response::new(Bytes::new().into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(arrived) = arrived {
        headers.insert(UPLOAD_OFFSET, arrived.into());
    }
    response
}

/// Bytes of a file, from the first one to before `end`.
fn sent(status: StatusCode, pin: Pin, file: std::fs::File, from: u64, end: u64) -> WarpResponse {
    let digest = *pin.digest();
    let stream = Pinned {
        file: FileStream::range(file, from, end),
        _pin: pin,
    };
    let body = warp::Reply::into_response(warp::reply::stream(stream)).into_body();
    let mut response = attachment(status, &digest, body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, (end - from).into());
    response
}

/// What someone else's bytes are never shown as: a page of ours.
fn attachment<B>(status: StatusCode, digest: &Digest, body: B) -> Response<B> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, "application/octet-stream"),
        (CONTENT_DISPOSITION, "attachment"),
        (ACCEPT_RANGES, "bytes"),
        (CACHE_CONTROL, "private, max-age=31536000, immutable"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    put_text(&mut response, ETAG, &format!("\"{digest}\""));
    response
}

fn put_text<B>(response: &mut Response<B>, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().insert(name, value);
    }
}

/// A file's bytes, and what keeps the blob here meanwhile.
struct Pinned {
    file: FileStream,
    _pin: Pin,
}

impl Stream for Pinned {
    type Item = std::io::Result<Bytes>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.file.read())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges_are_read() {
        let span = |from, end, total| {
            Some(Wanted::Send(Span {
                from,
                end,
                total,
                whole: false,
            }))
        };
        assert_eq!(content_range("bytes 0-0/1"), span(0, 1, 1));
        assert_eq!(content_range("bytes 5-9/20"), span(5, 10, 20));
        assert_eq!(content_range("bytes */20"), Some(Wanted::Ask(20)));
        for wrong in [
            "",
            "bytes",
            "bytes 5-4/20",
            "bytes 5-20/20",
            "bytes 0-18446744073709551615/18446744073709551615",
            "bytes 0-1/*",
            "bytes */*",
            "items 0-1/2",
            "bytes -1-2/3",
        ] {
            assert_eq!(content_range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ranges_are_read() {
        let range = |text: &'static str| {
            let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_static(text))]);
            range(&headers, 100)
        };
        assert_eq!(range("bytes=0-0"), Some(Some((0, 1))));
        assert_eq!(range("bytes=10-"), Some(Some((10, 100))));
        assert_eq!(range("bytes=10-1000"), Some(Some((10, 100))));
        assert_eq!(range("bytes=-30"), Some(Some((70, 100))));
        assert_eq!(range("bytes=-300"), Some(Some((0, 100))));
        for none in ["bytes=100-", "bytes=-0", "bytes=100-200"] {
            assert_eq!(range(none), Some(None), "{none}");
        }
        for all in ["bytes=1-0", "bytes=0-1,3-4", "bytes=a-b", "rows=1-2"] {
            assert_eq!(range(all), None, "{all}");
        }
    }
}
