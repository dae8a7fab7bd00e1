//! A blob that is being used.
//!
//! Its bytes are compared with its digest whenever they are read, unless
//! they were found right before and the file has not changed since.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use locus_protocol::Digest;
use sha2::{Digest as _, Sha256};

use super::state::Stamp;
use super::store::Store;

const CHUNK: u64 = 256 * 1024;

/// A blob that stays as long as this is held. Reading blocks.
#[derive(Debug)]
pub struct Pin {
    store: Arc<Store>,
    digest: Digest,
    length: u64,
}

/// Why a blob was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It was not whole any more, and is gone.
    #[error("the blob is not here any more")]
    Missing,
    /// The bytes found no room where they were to go.
    #[error(transparent)]
    Room(io::Error),
}

impl Pin {
    pub(super) fn new(store: Arc<Store>, digest: Digest, length: u64) -> Self {
        Self {
            store,
            digest,
            length,
        }
    }

    /// Which blob it is.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Its length in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Its file, whose bytes are right.
    ///
    /// # Errors
    /// [`ReadError::Missing`].
    pub fn open(&self) -> Result<File, ReadError> {
        let (file, stamp) = self.file()?;
        if self.store.verified(&self.digest) != Some(stamp) {
            self.copy(&file, stamp, |_| Ok(()))?;
        }
        Ok(file)
    }

    /// Gives all its bytes to `into`, piece by piece. They are right only if
    /// this returns without an error.
    ///
    /// # Errors
    /// [`ReadError::Missing`], and what `into` says.
    pub fn read(&self, into: impl FnMut(&[u8]) -> io::Result<()>) -> Result<(), ReadError> {
        let (file, stamp) = self.file()?;
        self.copy(&file, stamp, into)
    }

    /// Its first bytes, `most` if it has so many.
    ///
    /// # Errors
    /// [`ReadError::Missing`].
    pub fn head(&self, most: u64) -> Result<Vec<u8>, ReadError> {
        let file = self.open()?;
        let mut head = vec![0; most.min(self.length) as usize];
        file.read_exact_at(&mut head, 0)
            .map_err(|error| self.missing(&error))?;
        Ok(head)
    }

    fn file(&self) -> Result<(File, Stamp), ReadError> {
        let opened = File::open(self.store.path(&self.digest));
        let file = opened.map_err(|error| self.missing(&error))?;
        let stamp = Stamp::of(&file).map_err(|error| self.missing(&error))?;
        if stamp.length != self.length {
            self.store.discard(&self.digest, "its length is another");
            return Err(ReadError::Missing);
        }
        Ok((file, stamp))
    }

    fn copy(
        &self,
        file: &File,
        stamp: Stamp,
        mut into: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), ReadError> {
        let known = self.store.verified(&self.digest) == Some(stamp);
        let mut hasher = Sha256::new();
        let mut chunk = vec![0; CHUNK.min(self.length) as usize];
        let mut at = 0;
        while at < self.length {
            let length = CHUNK.min(self.length - at) as usize;
            file.read_exact_at(&mut chunk[..length], at)
                .map_err(|error| self.missing(&error))?;
            if !known {
                hasher.update(&chunk[..length]);
            }
            into(&chunk[..length]).map_err(ReadError::Room)?;
            at += length as u64;
        }
        if known {
            return Ok(());
        }
        if hasher.finalize()[..] != self.digest.sha256()[..] {
            self.store
                .discard(&self.digest, "its bytes don't match its digest");
            return Err(ReadError::Missing);
        }
        if stamp.is_settled() && Stamp::of(file).is_ok_and(|now| now == stamp) {
            self.store.set_verified(&self.digest, stamp);
        }
        Ok(())
    }

    /// The file can't be read. It is forgotten if that won't change.
    fn missing(&self, error: &io::Error) -> ReadError {
        match error.kind() {
            io::ErrorKind::NotFound => self.store.discard(&self.digest, "it is not there"),
            io::ErrorKind::UnexpectedEof => self.store.discard(&self.digest, "it is cut off"),
            _ => tracing::warn!(digest = %self.digest, %error, "a blob can't be read"),
        }
        ReadError::Missing
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        self.store.unpin(&self.digest);
    }
}
