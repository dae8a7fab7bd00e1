//! The messages between the server and a runner.
//!
//! The socket pair keeps message boundaries (`SOCK_SEQPACKET`). What is said is
//! an envelope of fixed size, then either a frame's bytes or a descriptor
//! of the memfd that holds them. The frame itself is never looked into here. One
//! message has one envelope with a descriptor, or any number of them without:
//! sending and waking cost more than a small call, so what is said at about the same time goes together.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::cmsg_space;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags,
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};

use crate::bulk::INLINE;

/// Bytes of an envelope.
const ENVELOPE: usize = 32;
/// Bytes of the longest message.
pub const MESSAGE: usize = ENVELOPE + INLINE as usize;

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// To the runner: run the call whose frame follows.
    Call = 1,
    /// To the runner: stop the call.
    Cancel = 2,
    /// From the runner: loaded and tested.
    Ready = 3,
    /// From the runner: `value` is the phase's index plus the fraction.
    Progress = 4,
    /// From the runner: the reply's frame follows. `value` is how many microseconds the call took.
    Reply = 5,
    /// From the runner: the guest trapped; words follow. The runner ends.
    Trapped = 6,
    /// From the runner: the guest had no memory for the call.
    OutOfMemory = 7,
    /// From the runner: the reply would have had `length` bytes, which is
    /// more than it may.
    TooLong = 8,
    /// From the runner: a call that was sent ahead, and is not begun because
    /// the one before it takes long.
    Returned = 9,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        [
            Self::Call,
            Self::Cancel,
            Self::Ready,
            Self::Progress,
            Self::Reply,
            Self::Trapped,
            Self::OutOfMemory,
            Self::TooLong,
            Self::Returned,
        ]
        .into_iter()
        .find(|kind| *kind as u8 == byte)
    }
}

/// The fixed part of a message.
#[derive(Debug, Clone, Copy)]
pub struct Envelope {
    /// What the message says.
    pub kind: Kind,
    /// The server's own number for the call.
    pub call: u64,
    /// Bytes of the frame (or words), here or in the memfd.
    pub length: u64,
    /// The guest's memory, in pages of 64 KiB.
    pub pages: u32,
    /// See [`Kind::Progress`] and [`Kind::Reply`].
    pub value: f32,
    /// Bytes that follow in the message.
    inline: u32,
}

impl Envelope {
    /// A message about `call`.
    #[must_use]
    pub fn new(kind: Kind, call: u64) -> Self {
        Self {
            kind,
            call,
            length: 0,
            pages: 0,
            value: 0.0,
            inline: 0,
        }
    }

    fn to_bytes(self) -> [u8; ENVELOPE] {
        let mut bytes = [0; ENVELOPE];
        bytes[0] = self.kind as u8;
        bytes[4..8].copy_from_slice(&self.pages.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.call.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.length.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.value.to_le_bytes());
        bytes[28..].copy_from_slice(&self.inline.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (bytes, _) = bytes.split_first_chunk::<ENVELOPE>()?;
        let word = |at: usize| {
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        Some(Self {
            kind: Kind::from_byte(bytes[0])?,
            pages: word(4),
            call: long(8),
            length: long(16),
            value: f32::from_bits(word(24)),
            inline: word(28),
        })
    }
}

/// A message as it was received into a buffer.
#[derive(Debug)]
pub struct Received {
    /// The memfd that holds the bytes, when they are not inline.
    pub bulk: Option<OwnedFd>,
    length: usize,
}

impl Received {
    /// What the message says: each envelope, and where in the buffer its inline bytes lie.
    pub fn said<'a>(
        &self,
        buffer: &'a [u8],
    ) -> impl Iterator<Item = (Envelope, Range<usize>)> + use<'a> {
        let buffer = &buffer[..self.length];
        let mut at = 0;
        std::iter::from_fn(move || {
            let envelope = Envelope::from_bytes(buffer.get(at..)?)?;
            let inline = at + ENVELOPE..at + ENVELOPE + envelope.inline as usize;
            at = inline.end;
            (at <= buffer.len()).then_some((envelope, inline))
        })
    }
}

/// What is to be sent in one message.
#[derive(Debug, Default)]
pub struct Batch(Vec<u8>);

impl Batch {
    /// Whether nothing is to be sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether so many more bytes fit in.
    #[must_use]
    pub fn fits(&self, length: usize) -> bool {
        self.0.len() + ENVELOPE + length <= MESSAGE
    }

    /// Adds an envelope and the bytes that belong to it.
    pub fn push<'a>(&mut self, mut envelope: Envelope, parts: impl IntoIterator<Item = &'a [u8]>) {
        let at = self.0.len();
        self.0.resize(at + ENVELOPE, 0);
        parts
            .into_iter()
            .for_each(|part| self.0.extend_from_slice(part));
        envelope.inline = (self.0.len() - at - ENVELOPE) as u32;
        self.0[at..at + ENVELOPE].copy_from_slice(&envelope.to_bytes());
    }

    /// Sends it, unless it is empty; it is empty afterwards.
    ///
    /// # Errors
    /// The system's, among them `WouldBlock` on the server's end; it keeps what it has then.
    pub fn send(&mut self, socket: impl AsFd) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        retry_on_intr(|| rustix::net::send(socket.as_fd(), &self.0, SendFlags::NOSIGNAL))?;
        self.0.clear();
        Ok(())
    }
}

/// A connected pair: the server's end, which doesn't block, and the runner's.
///
/// # Errors
/// When the system is out of descriptors.
pub fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let (ours, theirs) = rustix::net::socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )?;
    rustix::io::ioctl_fionbio(&ours, true)?;
    Ok((ours, theirs))
}

/// Sends an envelope, and the descriptor of the memfd that belongs to it.
///
/// # Errors
/// As [`Batch::send`].
pub fn send(socket: impl AsFd, envelope: Envelope, bulk: Option<BorrowedFd<'_>>) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let descriptors = bulk.map(|fd| [fd]);
    if let Some(descriptors) = &descriptors {
        control.push(SendAncillaryMessage::ScmRights(descriptors));
    }
    let head = envelope.to_bytes();
    let head = [IoSlice::new(&head)];
    retry_on_intr(|| {
        rustix::net::sendmsg(socket.as_fd(), &head, &mut control, SendFlags::NOSIGNAL)
    })?;
    Ok(())
}

/// Receives one message into `buffer`, which has [`MESSAGE`] bytes; `None`
/// when the other end is closed.
///
/// # Errors
/// The system's, among them `WouldBlock`; `InvalidData` for what is too long.
pub fn receive(socket: impl AsFd, buffer: &mut [u8], wait: bool) -> io::Result<Option<Received>> {
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut flags = RecvFlags::CMSG_CLOEXEC;
    if !wait {
        flags |= RecvFlags::DONTWAIT;
    }
    let mut receive = || {
        retry_on_intr(|| {
            rustix::net::recvmsg(
                socket.as_fd(),
                &mut [IoSliceMut::new(buffer)],
                &mut control,
                flags,
            )
        })
    };
    let message = match receive() {
        // The other end died with a message of ours unread. That is said once, and before what it had sent until then.
        Err(Errno::CONNRESET) => receive(),
        other => other,
    }?;
    if message.bytes == 0 {
        return Ok(None);
    }
    let bulk = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    if message.flags.contains(ReturnFlags::TRUNC) {
        let words = "a message is longer than any should be";
        return Err(io::Error::new(io::ErrorKind::InvalidData, words));
    }
    Ok(Some(Received {
        bulk,
        length: message.bytes,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_together_comes_apart_again() {
        let (ours, theirs) = pair().expect("a pair");
        let mut batch = Batch::default();
        let mut reply = Envelope::new(Kind::Reply, 1);
        (reply.length, reply.pages, reply.value) = (5, 17, 2.5);
        batch.push(reply, [&b"he"[..], b"llo"]);
        batch.push(Envelope::new(Kind::Returned, u64::MAX), []);
        let rest = MESSAGE - 3 * ENVELOPE - 5;
        assert!(batch.fits(rest) && !batch.fits(rest + 1));
        batch.push(Envelope::new(Kind::Call, 3), [&vec![7; rest][..]]);
        batch.send(&ours).expect("sent");
        assert!(batch.is_empty());
        let mut buffer = vec![0; MESSAGE];
        let message = receive(&theirs, &mut buffer, true)
            .expect("received")
            .expect("a message");
        let said: Vec<_> = message
            .said(&buffer)
            .map(|(envelope, inline)| (envelope.kind, envelope.call, &buffer[inline]))
            .collect();
        assert_eq!(said[0], (Kind::Reply, 1, &b"hello"[..]));
        assert_eq!(said[1], (Kind::Returned, u64::MAX, &b""[..]));
        assert_eq!(said[2], (Kind::Call, 3, &vec![7; rest][..]));
        assert_eq!(said.len(), 3);
        let (first, _) = message.said(&buffer).next().expect("the first");
        assert_eq!((first.length, first.pages, first.value), (5, 17, 2.5));
    }

    #[test]
    fn what_was_said_before_the_end_is_heard() {
        let (ours, theirs) = pair().expect("a pair");
        let mut buffer = vec![0; MESSAGE];
        send(&theirs, Envelope::new(Kind::Reply, 1), None).expect("sent");
        // It ends without having read this.
        send(&ours, Envelope::new(Kind::Call, 2), None).expect("sent");
        drop(theirs);
        let message = receive(&ours, &mut buffer, false).expect("received");
        assert!(message.is_some_and(|message| message.said(&buffer).count() == 1));
        let message = receive(&ours, &mut buffer, false).expect("received");
        assert!(message.is_none());
    }

    #[test]
    fn what_is_cut_off_or_unknown_ends_a_message() {
        let (ours, theirs) = pair().expect("a pair");
        let mut buffer = vec![0; MESSAGE];
        let mut longer = Envelope::new(Kind::Call, 1);
        longer.inline = 1;
        for bytes in [&[0; ENVELOPE][..], &[1; 5], &longer.to_bytes()] {
            rustix::net::send(&ours, bytes, SendFlags::empty()).expect("sent");
            let message = receive(&theirs, &mut buffer, true).expect("received");
            assert!(message.is_some_and(|message| message.said(&buffer).count() == 0));
        }
    }
}
