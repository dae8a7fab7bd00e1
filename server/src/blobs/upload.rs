//! A blob on its way in: a thread of its own writes what comes and computes
//! its digest, so that the one that moves bytes never waits for a disk.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use bytes::{Buf, Bytes};
use locus_protocol::Digest;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::state::Writer;
use super::store::Store;

/// Chunks that may wait for the disk.
const AHEAD: usize = 4;
/// How much of an earlier part is read at a time.
const CHUNK: usize = 256 * 1024;

/// An upload. Dropping it leaves what has come, for another to go on with.
#[derive(Debug)]
pub struct Upload {
    chunks: mpsc::Sender<Said>,
    /// Bytes that come and are here already.
    known: u64,
    ended: JoinHandle<Result<u64, UploadError>>,
}

/// What came of a blob before an upload.
#[derive(Debug, Default)]
pub(super) struct Before {
    pub(super) received: u64,
    /// It has seen these bytes; `None` when they have to be read first.
    pub(super) hasher: Option<Sha256>,
}

#[derive(Debug)]
enum Said {
    Bytes(Bytes),
    End,
}

/// Why an upload failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    /// The bytes are not those that the digest names; none of them is kept.
    #[error("the bytes don't match the digest")]
    Mismatch,
    /// Its client was silent, and another upload goes on in its place.
    #[error("another upload of this blob went on in the place of this one")]
    Replaced,
    /// Its sender went away.
    #[error("the upload broke off")]
    BrokeOff,
    /// The folder can't be written.
    #[error("the server can't keep the blob: {0}")]
    Disk(#[from] io::Error),
}

impl Upload {
    pub(super) fn begin(
        store: Arc<Store>,
        digest: Digest,
        part: (u64, u64),
        path: PathBuf,
        before: Before,
        (from, total): (u64, u64),
    ) -> Self {
        let (chunks, said) = mpsc::channel(AHEAD);
        let mut task = Task {
            store,
            digest,
            part,
            path,
            received: before.received,
            total,
            hasher: before.hasher,
        };
        let ended = tokio::task::spawn_blocking(move || {
            let outcome = task.run(said);
            match &outcome {
                Ok(received) => task.store.pause(part, *received, task.hasher),
                Err(UploadError::BrokeOff) => task.store.leave(part, task.received, task.hasher),
                Err(UploadError::Replaced) => {}
                Err(_) => task.store.drop_part(part),
            }
            outcome
        });
        Self {
            chunks,
            known: before.received - from,
            ended,
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// As [`Upload::finish`]; there is nothing to finish then.
    pub async fn write(mut self, mut bytes: Bytes) -> Result<Self, UploadError> {
        let known = self.known.min(bytes.len() as u64);
        self.known -= known;
        bytes.advance(known as usize);
        match self.chunks.send(Said::Bytes(bytes)).await {
            Ok(()) => Ok(self),
            Err(_) => match self.ended().await {
                Ok(_) => Err(UploadError::BrokeOff),
                Err(error) => Err(error),
            },
        }
    }

    /// Says that no more bytes come now, and returns how many there are.
    /// Where they are all, the blob is there from now on, and on the disk.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn finish(self) -> Result<u64, UploadError> {
        // Where it has ended already, it says why.
        let _ = self.chunks.send(Said::End).await;
        self.ended().await
    }

    async fn ended(self) -> Result<u64, UploadError> {
        drop(self.chunks);
        let ended = self.ended.await;
        ended.unwrap_or_else(|error| Err(io::Error::other(error).into()))
    }
}

struct Task {
    store: Arc<Store>,
    digest: Digest,
    /// The part's number, and its turn.
    part: (u64, u64),
    path: PathBuf,
    received: u64,
    total: u64,
    /// It has seen what was received.
    hasher: Option<Sha256>,
}

impl Task {
    fn run(&mut self, mut said: mpsc::Receiver<Said>) -> Result<u64, UploadError> {
        self.now(Writer::Works)?;
        let mut file = match self.received {
            0 => self.store.files.create(&self.path)?,
            _ => self.store.files.append(&self.path)?,
        };
        let mut hasher = match self.hasher.take() {
            Some(hasher) => hasher,
            None => read(&self.path, self.received)?,
        };
        loop {
            self.now(Writer::Waits(Instant::now()))?;
            match said.blocking_recv() {
                Some(Said::Bytes(bytes)) => {
                    self.now(Writer::Works)?;
                    file.write_all(&bytes)?;
                    hasher.update(&bytes);
                    self.received += bytes.len() as u64;
                }
                Some(Said::End) => break,
                // Its client left when there was nothing more to say.
                None if self.received == self.total => break,
                None => {
                    self.hasher = Some(hasher);
                    return Err(UploadError::BrokeOff);
                }
            }
        }
        self.now(Writer::Works)?;
        if self.received < self.total {
            self.hasher = Some(hasher);
            return Ok(self.received);
        }
        if self.received > self.total || hasher.finalize()[..] != self.digest.sha256()[..] {
            return Err(UploadError::Mismatch);
        }
        if self.store.find(&self.digest).is_some() {
            // Another upload was faster.
            self.store.drop_part(self.part);
            return Ok(self.received);
        }
        // Bytes first, then their name: a blob's name never stands for anything else.
        file.sync()?;
        let whole = self.store.path(&self.digest);
        self.store.files.rename(&self.path, &whole)?;
        if let Err(error) = self.store.files.sync_folder(self.store.whole()) {
            let _ = self.store.files.remove(&whole);
            return Err(error.into());
        }
        self.store.insert(&self.digest, self.total, self.part.0);
        Ok(self.received)
    }

    fn now(&self, writer: Writer) -> Result<(), UploadError> {
        match self.store.at(self.part, self.received, writer) {
            true => Ok(()),
            false => Err(UploadError::Replaced),
        }
    }
}

/// Hashes what an earlier upload left.
fn read(path: &Path, length: u64) -> io::Result<Sha256> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path)?.take(length);
    let mut chunk = vec![0; CHUNK];
    let mut seen = 0;
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        hasher.update(&chunk[..read]);
        seen += read as u64;
    }
    match seen == length {
        true => Ok(hasher),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
