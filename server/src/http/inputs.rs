//! Inputs that a call names by digest: found in the store, and given a place
//! in the frame that goes to the runner.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use locus_protocol::{Call, Digest, ErrorBody, ErrorCode, MAX_PAYLOADS};

use crate::blobs::{Pin, Store};

/// Bytes of an input of which an estimate sees no more.
const HEAD: u64 = 64 * 1024;
/// Bytes by which a header may grow for each input: its payload's index, its length, the payload's own, and its key.
pub(super) const GAINED: usize = 256;

/// A blob that goes into a frame.
#[derive(Debug)]
pub(super) struct Blob {
    pub(super) pin: Pin,
    /// How many of its bytes.
    pub(super) payload: u64,
}

/// What the store has of a call's inputs.
#[derive(Debug)]
pub(super) struct Found {
    /// Each blob once.
    blobs: Vec<Blob>,
    /// Which of them has which digest.
    at: HashMap<Digest, usize>,
    /// Digests of what is not here.
    pub(super) missing: Vec<Digest>,
    /// Bytes of all of them, the missing ones as long as the call says.
    pub(super) bytes: u64,
}

/// Looks for what the call has no payload of.
pub(super) fn find(store: Option<&Arc<Store>>, call: &Call, estimate: bool) -> Found {
    let mut found = Found {
        blobs: Vec::new(),
        at: HashMap::new(),
        missing: Vec::new(),
        bytes: 0,
    };
    let mut seen = HashSet::new();
    for input in &call.inputs {
        let (None, Some(digest)) = (input.payload, input.digest) else {
            continue;
        };
        if !seen.insert(digest) {
            continue;
        }
        let most = if estimate { HEAD } else { u64::MAX };
        let length = match store.and_then(|store| store.find(&digest)) {
            Some(pin) => {
                let payload = pin.length().min(most);
                found.at.insert(digest, found.blobs.len());
                found.blobs.push(Blob { pin, payload });
                payload
            }
            None => {
                found.missing.push(digest);
                input.length.unwrap_or(0).min(most)
            }
        };
        found.bytes = found.bytes.saturating_add(length);
    }
    found
}

impl Found {
    /// Lets the call's inputs name payloads, of which there are so many
    /// `before` those of the blobs.
    pub(super) fn place(self, call: &mut Call, before: usize) -> Result<Vec<Blob>, ErrorBody> {
        let payloads = before + self.blobs.len();
        if payloads > MAX_PAYLOADS {
            return Err(ErrorBody::limit(
                "payloads",
                MAX_PAYLOADS as u64,
                payloads as u64,
            ));
        }
        for input in &mut call.inputs {
            // Whoever could name the bytes that he sends as he likes could put them in the place of others'.
            input.key = None;
            let at = input.digest.and_then(|digest| self.at.get(&digest));
            if let (None, Some(&at)) = (input.payload, at) {
                input.payload = Some(before + at);
                input.length = Some(self.blobs[at].pin.length());
                // These bytes are compared with their digest when they are read.
                input.key = input.digest.map(|digest| digest.to_string());
            }
        }
        Ok(self.blobs)
    }
}

/// The error that asks for blobs.
pub(super) fn need(missing: &[Digest]) -> ErrorBody {
    let words = "the blob that an input names is not here; send its bytes";
    let digests: Vec<String> = missing.iter().map(ToString::to_string).collect();
    let first = digests.first().cloned().unwrap_or_default();
    ErrorBody::new(ErrorCode::NeedBlob, words)
        .with("digest", first)
        .with("digests", digests)
}
