//! A request's body: read piece by piece, its payloads placed where the
//! runner gets them from, blobs beside them, with bounds on everything.

use std::io;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::{FutureExt, Stream, StreamExt};
use locus_protocol::{ALIGNMENT, ErrorBody, ErrorCode, Message, Prefix, padding};
use tokio::time::{Instant, timeout};

use super::inputs::Blob;
use crate::blobs::ReadError;
use crate::bulk::{Bulk, Writer};

/// A request's body, with a bound on its pauses.
pub(super) struct Body<S> {
    stream: S,
    pause: Duration,
    ended: Option<Instant>,
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
            ended: None,
        }
    }

    /// When it turned out that nothing more will come.
    pub(super) fn ended(&self) -> Option<Instant> {
        self.ended
    }

    /// What comes next; nothing at the end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, ErrorBody> {
        // The first look needs no clock, and mostly finds what it needs.
        let next = match self.stream.next().now_or_never() {
            Some(next) => Ok(next),
            None => timeout(self.pause, self.stream.next()).await,
        };
        if !matches!(next, Ok(Some(Ok(_)))) {
            self.ended = Some(Instant::now());
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

    /// The whole frame of `message`: the payloads of the given lengths, of
    /// which `rest` has come already, and after them the blobs.
    pub(super) async fn frame(
        &mut self,
        message: &Message,
        payloads: &[u64],
        rest: Bytes,
        blobs: Vec<Blob>,
    ) -> Result<(Bulk, Vec<Blob>), ErrorBody> {
        // The sums without padding are bounded, so these don't overflow.
        let padded = |length: u64| length + padding(length) as u64;
        let length: u64 = payloads.iter().copied().map(padded).sum();
        let more: u64 = blobs.iter().map(|blob| padded(blob.payload)).sum();
        let all: Vec<u64> = payloads
            .iter()
            .copied()
            .chain(blobs.iter().map(|blob| blob.payload))
            .collect();
        let prefix = locus_protocol::write_prefix(message, &all);
        let mut into = Writer::new(prefix.len() as u64 + length + more).map_err(full)?;
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
                None if missing == 0 => break,
                None => {
                    let words = format!(
                        "the frame is cut off: {missing} bytes of its payloads are missing"
                    );
                    return Err(ErrorBody::new(ErrorCode::InvalidFrame, words));
                }
            }
        }
        if blobs.is_empty() {
            return Ok((into.finish().map_err(full)?, blobs));
        }
        // Reading files and computing digests is not for the thread that moves bytes.
        let filled = tokio::task::spawn_blocking(move || {
            for blob in &blobs {
                append(blob, &mut into)?;
            }
            Ok((into.finish().map_err(full)?, blobs))
        });
        filled.await.unwrap_or_else(|error| {
            let words = format!("the inputs were not read: {error}");
            Err(ErrorBody::new(ErrorCode::Internal, words))
        })
    }
}

fn append(blob: &Blob, into: &mut Writer) -> Result<(), ErrorBody> {
    let read = if blob.payload < blob.pin.length() {
        let head = blob.pin.head(blob.payload);
        head.and_then(|head| into.write(&head).map_err(ReadError::Room))
    } else {
        blob.pin.read(|bytes| into.write(bytes))
    };
    read.map_err(|error| match error {
        ReadError::Room(error) => full(error),
        _ => super::inputs::need(&[*blob.pin.digest()]),
    })?;
    into.write(&[0; ALIGNMENT][..padding(blob.payload)])
        .map_err(full)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn full(error: io::Error) -> ErrorBody {
    let words = format!("the server has no room for the inputs: {error}");
    ErrorBody::new(ErrorCode::OutOfMemory, words)
}
