//! What is in the folder, in memory: who goes first when room is needed, and
//! who must stay.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant, SystemTime};

use locus_protocol::Digest;
use sha2::Sha256;

/// How long an upload may have got nothing before another one may go on in its place: its client may be gone without a
/// word, and come back on another connection.
const STALLED: Duration = Duration::from_secs(2);

/// A whole blob.
#[derive(Debug)]
pub(super) struct Blob {
    pub(super) length: u64,
    pub(super) used: SystemTime,
    /// The use that the file's own time tells, for the next start.
    pub(super) noted: SystemTime,
    /// Who reads it or may do so at any time.
    pub(super) pins: usize,
    /// How the file was when its bytes were last found right.
    pub(super) verified: Option<Stamp>,
}

/// Bytes of an upload that has not ended.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) digest: Digest,
    pub(super) received: u64,
    /// Bytes of the whole blob, while the upload is under way.
    pub(super) total: u64,
    pub(super) used: SystemTime,
    /// Counts the uploads that have gone on with it; only the last may.
    pub(super) turn: u64,
    pub(super) writer: Writer,
    /// It has seen what was received; `None` when an earlier server received it, or while the upload is under way.
    pub(super) hasher: Option<Sha256>,
}

/// What an upload is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    /// It broke off.
    Gone,
    /// Its piece ended then, and its client is about to send the next one.
    Paused(Instant),
    /// It has waited for bytes since then.
    Waits(Instant),
    /// It is writing or comparing.
    Works,
}

impl Part {
    /// Whether nothing speaks against removing it.
    pub(super) fn is_gone(&self) -> bool {
        match self.writer {
            Writer::Gone => true,
            Writer::Paused(since) => since.elapsed() > STALLED,
            Writer::Waits(_) | Writer::Works => false,
        }
    }

    /// Whether nobody is sending it at this moment.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.writer, Writer::Gone | Writer::Paused(_))
    }

    /// Whether any upload may go on in its place.
    fn is_free(&self) -> bool {
        match self.writer {
            Writer::Waits(since) => since.elapsed() > STALLED,
            _ => self.is_gone(),
        }
    }

    fn takes(&self) -> u64 {
        match self.is_gone() {
            true => self.received,
            false => self.total,
        }
    }
}

/// What tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    inode: u64,
    pub(super) length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    pub(super) fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self {
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    /// Whether the next change is sure to give another stamp: the clock of
    /// file times stands still for some milliseconds at a time.
    pub(super) fn is_settled(&self) -> bool {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        i64::try_from(now).is_ok_and(|now| self.changed.0 + 1 < now)
    }
}

/// Something that nobody uses now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Idle {
    Blob(Digest),
    Part(u64),
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) blobs: HashMap<Digest, Blob>,
    pub(super) parts: HashMap<u64, Part>,
    /// The number of the next part.
    pub(super) next: u64,
}

impl State {
    /// Bytes that are taken or promised.
    pub(super) fn taken(&self) -> u64 {
        let blobs = self.blobs.values().map(|blob| blob.length);
        let parts = self.parts.values().map(Part::takes);
        blobs.chain(parts).fold(0, u64::saturating_add)
    }

    /// What may go, the one that was not used for longest first.
    pub(super) fn idle(&self) -> Vec<(SystemTime, u64, Idle)> {
        let blobs = self.blobs.iter().filter(|(_, blob)| blob.pins == 0);
        let blobs = blobs.map(|(digest, blob)| (blob.used, blob.length, Idle::Blob(*digest)));
        let parts = self.parts.iter().filter(|(_, part)| part.is_gone());
        let parts = parts.map(|(number, part)| (part.used, part.received, Idle::Part(*number)));
        let mut idle: Vec<_> = blobs.chain(parts).collect();
        idle.sort_by_key(|(used, ..)| *used);
        idle
    }

    /// The part with which any upload of the blob could go on.
    pub(super) fn free(&self, digest: &Digest) -> Option<(u64, &Part)> {
        self.longest(digest, Part::is_free)
    }

    /// As much as an upload of the blob could go on with, if it is the one that was here last.
    pub(super) fn arrived(&self, digest: &Digest) -> Option<u64> {
        self.longest(digest, |part| part.is_free() || part.is_idle())
            .map(|(_, part)| part.received)
    }

    /// The part of an upload whose next piece begins at `from`.
    pub(super) fn paused(&self, digest: &Digest, from: u64) -> Option<(u64, &Part)> {
        self.longest(digest, |part| {
            matches!(part.writer, Writer::Paused(_)) && part.received == from
        })
    }

    fn longest(&self, digest: &Digest, may: impl Fn(&Part) -> bool) -> Option<(u64, &Part)> {
        let parts = self.parts.iter().map(|(number, part)| (*number, part));
        parts
            .filter(|(_, part)| part.digest == *digest && part.received > 0 && may(part))
            .max_by_key(|(_, part)| part.received)
    }
}
