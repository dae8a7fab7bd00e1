//! `/v1/probe`: bytes for a client that measures its network. `GET` brings
//! down as many as are asked for, `POST` takes them and tells how long they
//! took to come. Placement in the browser decides by what they show.

use std::time::Duration;

use bytes::Buf;
use futures_util::Stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use locus_protocol::{ErrorBody, ErrorCode};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::body::Body;
use super::problem::{problem, problem_with};

/// What one probe moves at most.
pub const MOST: u64 = 1 << 20;
/// What is read for nothing of a body that is too long.
const DISCARD: u64 = 16 << 20;
/// The longest pause in a body.
const PAUSE: Duration = Duration::from_secs(10);

/// What a `GET` asks for.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// Bytes of the answer, up to [`MOST`]; a text, so that what is no number is refused in words.
    pub bytes: Option<String>,
}

/// What a `POST` came to.
#[derive(Debug, Serialize)]
struct Arrived {
    /// Bytes that came after the first piece, whose time can't be told.
    bytes: u64,
    /// Milliseconds from the first piece to the last.
    ms: f64,
}

/// Bytes that no compression on the way makes fewer.
pub fn get(wanted: &Wanted) -> warp::reply::Response {
    let text = wanted.bytes.as_deref().unwrap_or("0");
    let Ok(bytes) = text.parse::<u64>() else {
        let words = format!("`bytes` has to be a number from 0 to {MOST}, not {text:?}");
        return problem(ErrorBody::new(ErrorCode::InvalidParameters, words));
    };
    if bytes > MOST {
        return too_large();
    }
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let words = (0..bytes.div_ceil(8)).flat_map(|_| {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    let bytes: Vec<u8> = words.take(bytes as usize).collect();
    answer("application/octet-stream", bytes)
}

/// Takes bytes and says how long they took.
pub async fn post<S, B>(body: S) -> warp::reply::Response
where
    S: Stream<Item = Result<B, warp::Error>> + Send + Unpin + 'static,
    B: Buf + Send,
{
    let mut body = Body::new(body, PAUSE);
    let mut first: Option<(Instant, u64)> = None;
    let mut seen = 0;
    loop {
        match body.chunk().await {
            Ok(Some(chunk)) => {
                seen += chunk.len() as u64;
                first.get_or_insert((Instant::now(), seen));
                if seen > MOST {
                    // Closing the connection on a client that still sends would cost it the answer.
                    tokio::spawn(async move { body.discard(DISCARD).await });
                    return too_large();
                }
            }
            Ok(None) => break,
            Err(error) => return problem(error),
        }
    }
    let (began, head) = first.unwrap_or((Instant::now(), 0));
    let arrived = Arrived {
        bytes: seen - head,
        ms: began.elapsed().as_secs_f64() * 1000.0,
    };
    answer(
        "application/json",
        serde_json::to_vec(&arrived).unwrap_or_default(),
    )
}

fn answer(kind: &'static str, body: Vec<u8>) -> warp::reply::Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn too_large() -> warp::reply::Response {
    let words = format!("a probe moves at most {MOST} bytes");
    problem_with(
        StatusCode::PAYLOAD_TOO_LARGE,
        ErrorBody::new(ErrorCode::LimitExceeded, words),
    )
}
