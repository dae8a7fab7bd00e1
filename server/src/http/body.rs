//! A request's body: read piece by piece, its payloads placed where the
//! runner gets them from, with bounds on everything.

use std::io;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::{FutureExt, Stream, StreamExt};
use locus_protocol::{ErrorBody, ErrorCode, Message, Prefix, padding};
use tokio::time::timeout;

use crate::bulk::{Bulk, Writer};

/// A request's body, with a bound on its pauses.
pub(super) struct Body<S> {
    stream: S,
    pause: Duration,
    ended: bool,
}

impl<S, B> Body<S>
where
    S: Stream<Item = Result<B, warp::Error>> + Unpin,
    B: Buf,
{
    /// Nothing may pause longer than `pause` in `stream`.
    pub(super) fn new(stream: S, pause: Duration) -> Self {
        Self {
            stream,
            pause,
            ended: false,
        }
    }

    /// Whether nothing more will come.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, ErrorBody> {
        // The first look needs no clock, and mostly finds what it needs.
        let next = match self.stream.next().now_or_never() {
            Some(next) => Ok(next),
            None => timeout(self.pause, self.stream.next()).await,
        };
        if !matches!(next, Ok(Some(Ok(_)))) {
            self.ended = true;
        }
        match next {
            Ok(None) => Ok(None),
            Ok(Some(Ok(mut chunk))) => Ok(Some(chunk.copy_to_bytes(chunk.remaining()))),
            Ok(Some(Err(error))) => {
                let words = format!("the request's body broke off: {error}");
                Err(ErrorBody::new(ErrorCode::InvalidFrame, words))
            }
            Err(_) => {
                let words = format!(
                    "nothing came for {} s in the middle of the request",
                    self.pause.as_secs()
                );
                Err(ErrorBody::new(ErrorCode::DeadlineExceeded, words))
            }
        }
    }

    /// Reads on for nothing, within bounds.
    pub(super) async fn discard(&mut self, most: u64) {
        let mut seen = 0;
        while let Ok(Some(chunk)) = self.chunk().await {
            seen += chunk.len() as u64;
            if seen > most {
                return;
            }
        }
    }

    /// The frame's prefix, and what came of the payloads with it.
    pub(super) async fn prefix(&mut self) -> Result<(Prefix, Bytes), ErrorBody> {
        let mut seen = Bytes::new();
        loop {
            let Some(mut chunk) = self.chunk().await? else {
                let words = format!(
                    "the frame is cut off: its header has not ended after {} bytes",
                    seen.len()
                );
                return Err(ErrorBody::new(ErrorCode::InvalidFrame, words));
            };
            if !seen.is_empty() {
                // Rare: a header in several pieces. It grows to a mebibyte at most.
                let mut both = bytes::BytesMut::from(seen);
                both.extend_from_slice(&chunk);
                chunk = both.freeze();
            }
            seen = chunk;
            match Prefix::read(&seen) {
                Ok(Some(prefix)) => {
                    seen.advance(prefix.length);
                    return Ok((prefix, seen));
                }
                Ok(None) => {}
                Err(error) => {
                    return Err(ErrorBody::new(ErrorCode::InvalidFrame, error.to_string()));
                }
            }
        }
    }

    /// The whole frame of `message` with the payloads of the given lengths,
    /// of which `rest` has come already.
    pub(super) async fn frame(
        &mut self,
        message: &Message,
        payloads: &[u64],
        rest: Bytes,
    ) -> Result<Bulk, ErrorBody> {
        let prefix = locus_protocol::write_prefix(message, payloads);
        // The sum without padding is bounded, so these don't overflow.
        let length: u64 = payloads
            .iter()
            .map(|&length| length + padding(length) as u64)
            .sum();
        let full = |error: io::Error| {
            ErrorBody::new(
                ErrorCode::OutOfMemory,
                format!("the server has no room for the inputs: {error}"),
            )
        };
        let mut into = Writer::new(prefix.len() as u64 + length).map_err(full)?;
        into.write(&prefix).map_err(full)?;
        let mut missing = length;
        let mut chunk = rest;
        loop {
            if chunk.len() as u64 > missing {
                let words = "bytes follow the end of the frame";
                return Err(ErrorBody::new(ErrorCode::InvalidFrame, words));
            }
            into.write(&chunk).map_err(full)?;
            missing -= chunk.len() as u64;
            match self.chunk().await? {
                Some(next) => chunk = next,
                None if missing == 0 => return into.finish().map_err(full),
                None => {
                    let words = format!(
                        "the frame is cut off: {missing} bytes of its payloads are missing"
                    );
                    return Err(ErrorBody::new(ErrorCode::InvalidFrame, words));
                }
            }
        }
    }
}
