//! Bytes of a frame on their way between HTTP and a runner: in memory while
//! they are few, in a memfd when they are many, so that a runner gets them by
//! passing a descriptor and no large buffer is ever copied through a socket.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use rustix::fs::{MemfdFlags, SealFlags};

/// The longest frame that travels inside a message of the runner's socket.
/// A message is one datagram, and has to fit in the socket's buffer.
pub const INLINE: u64 = 64 * 1024;

/// How much of a memfd is read at a time for sending it over HTTP.
const CHUNK: usize = 256 * 1024;

/// A frame's bytes, whole and no longer changing.
#[derive(Debug)]
pub enum Bulk {
    /// At most [`INLINE`] bytes.
    Inline(Bytes),
    /// More than that.
    Memfd {
        /// The bytes, from offset 0.
        file: File,
        /// How many.
        length: u64,
    },
}

impl Bulk {
    /// Length in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            Self::Inline(bytes) => bytes.len() as u64,
            Self::Memfd { length, .. } => *length,
        }
    }
}

/// An anonymous file in memory, closed in children.
///
/// # Errors
/// When the system is out of memory or descriptors.
pub fn memfd() -> io::Result<File> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING | MemfdFlags::NOEXEC_SEAL;
    let fd = match rustix::fs::memfd_create("locus-bulk", flags) {
        // Kernels before 6.3 don't know NOEXEC_SEAL.
        Err(rustix::io::Errno::INVAL) => {
            rustix::fs::memfd_create("locus-bulk", flags - MemfdFlags::NOEXEC_SEAL)?
        }
        other => other?,
    };
    Ok(File::from(fd))
}

/// Collects a frame whose length is known from its start.
#[derive(Debug)]
pub struct Writer {
    into: Into,
    written: u64,
}

#[derive(Debug)]
enum Into {
    Memory(BytesMut),
    Memfd(File),
}

impl Writer {
    /// A writer for `length` bytes; takes no memory for them yet, unless
    /// they are few.
    ///
    /// # Errors
    /// As [`memfd`].
    pub fn new(length: u64) -> io::Result<Self> {
        let into = if length <= INLINE {
            Into::Memory(BytesMut::with_capacity(length as usize))
        } else {
            Into::Memfd(memfd()?)
        };
        Ok(Self { into, written: 0 })
    }

    /// Appends `bytes`.
    ///
    /// # Errors
    /// When the system is out of memory.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.into {
            Into::Memory(memory) => memory.extend_from_slice(bytes),
            Into::Memfd(file) => file.write_all(bytes)?,
        }
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// The bytes that were written; a memfd is sealed, so that whoever gets
    /// it can't change what a retry would send.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn finish(self) -> io::Result<Bulk> {
        Ok(match self.into {
            Into::Memory(memory) => Bulk::Inline(memory.freeze()),
            Into::Memfd(file) => {
                let seals =
                    SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
                rustix::fs::fcntl_add_seals(&file, seals)?;
                Bulk::Memfd {
                    file,
                    length: self.written,
                }
            }
        })
    }
}

/// The bytes of a file as a stream of chunks, read only as fast as they are
/// taken. Meant for memfds and for files in the page cache: reading blocks.
#[derive(Debug)]
pub struct FileStream {
    file: File,
    at: u64,
    end: u64,
}

impl FileStream {
    /// The first `length` bytes of `file`.
    #[must_use]
    pub fn new(file: File, length: u64) -> Self {
        Self::range(file, 0, length)
    }

    /// The bytes of `file` from the one `at` that place to before `end`.
    #[must_use]
    pub fn range(file: File, at: u64, end: u64) -> Self {
        Self { file, at, end }
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// When the file is shorter than it should be, or can't be read.
    pub fn read(&mut self) -> Option<io::Result<Bytes>> {
        if self.at == self.end {
            return None;
        }
        let length = (self.end - self.at).min(CHUNK as u64) as usize;
        let mut chunk = vec![0; length];
        Some(match self.file.read_exact_at(&mut chunk, self.at) {
            Ok(()) => {
                self.at += length as u64;
                Ok(chunk.into())
            }
            Err(error) => {
                self.at = self.end;
                Err(error)
            }
        })
    }
}

impl Stream for FileStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.read())
    }
}
