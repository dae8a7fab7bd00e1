//! The messages between the server and a runner.
//!
//! The socket pair keeps message boundaries (`SOCK_SEQPACKET`): one message
//! is one envelope of fixed size, then either a frame's bytes or a descriptor
//! of the memfd that holds them. The frame itself is never looked into here.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
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
    /// From the runner: the reply's frame follows.
    Reply = 5,
    /// From the runner: the guest trapped; words follow. The runner ends.
    Trapped = 6,
    /// From the runner: the guest had no memory for the call.
    OutOfMemory = 7,
    /// From the runner: the reply would have had `length` bytes, which is
    /// more than it may.
    TooLong = 8,
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
    /// With a call: others wait, so the next one is sent right after the reply.
    pub more: bool,
    /// The server's own number for the call.
    pub call: u64,
    /// Bytes of the frame (or words), here or in the memfd.
    pub length: u64,
    /// The guest's memory, in pages of 64 KiB.
    pub pages: u32,
    /// See [`Kind::Progress`].
    pub value: f32,
}

impl Envelope {
    /// A message about `call`.
    #[must_use]
    pub fn new(kind: Kind, call: u64) -> Self {
        Self {
            kind,
            more: false,
            call,
            length: 0,
            pages: 0,
            value: 0.0,
        }
    }

    fn to_bytes(self) -> [u8; ENVELOPE] {
        let mut bytes = [0; ENVELOPE];
        bytes[0] = self.kind as u8;
        bytes[1] = u8::from(self.more);
        bytes[4..8].copy_from_slice(&self.pages.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.call.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.length.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.value.to_le_bytes());
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
            more: bytes[1] != 0,
            pages: word(4),
            call: long(8),
            length: long(16),
            value: f32::from_bits(word(24)),
        })
    }
}

/// A message as it was received; its inline bytes lie in the buffer that was
/// given to [`receive`].
#[derive(Debug)]
pub struct Received {
    /// The fixed part.
    pub envelope: Envelope,
    /// The memfd that holds the bytes, when they are not inline.
    pub bulk: Option<OwnedFd>,
    inline: usize,
}

impl Received {
    /// The inline bytes, from the buffer that the message was received into.
    #[must_use]
    pub fn inline<'a>(&self, buffer: &'a [u8]) -> &'a [u8] {
        &buffer[ENVELOPE..ENVELOPE + self.inline]
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

/// Sends one message: the envelope, then `parts` one after the other, then
/// the descriptor, if any. A message goes whole or not at all.
///
/// # Errors
/// The system's, among them `WouldBlock` on the server's end.
pub fn send(
    socket: impl AsFd,
    envelope: Envelope,
    parts: &[IoSlice<'_>],
    bulk: Option<BorrowedFd<'_>>,
) -> io::Result<()> {
    let head = envelope.to_bytes();
    let mut few = [IoSlice::new(&[]); 8];
    let many;
    let iov = if parts.len() < few.len() {
        few[0] = IoSlice::new(&head);
        few[1..=parts.len()].copy_from_slice(parts);
        &few[..=parts.len()]
    } else {
        // Past the system's bound on pieces, and rare: in one piece.
        let mut whole = Vec::from(head);
        parts.iter().for_each(|part| whole.extend_from_slice(part));
        many = whole;
        few[0] = IoSlice::new(&many);
        &few[..1]
    };
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let descriptors = bulk.map(|fd| [fd]);
    if let Some(descriptors) = &descriptors {
        control.push(SendAncillaryMessage::ScmRights(descriptors));
    }
    retry_on_intr(|| rustix::net::sendmsg(socket.as_fd(), iov, &mut control, SendFlags::NOSIGNAL))?;
    Ok(())
}

/// Receives one message into `buffer`, which has [`MESSAGE`] bytes; `None`
/// when the other end is closed.
///
/// # Errors
/// The system's, among them `WouldBlock`; `InvalidData` for what is no message.
pub fn receive(socket: impl AsFd, buffer: &mut [u8], wait: bool) -> io::Result<Option<Received>> {
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut flags = RecvFlags::CMSG_CLOEXEC;
    if !wait {
        flags |= RecvFlags::DONTWAIT;
    }
    let result = retry_on_intr(|| {
        rustix::net::recvmsg(
            socket.as_fd(),
            &mut [IoSliceMut::new(buffer)],
            &mut control,
            flags,
        )
    });
    let message = match result {
        // The other end died with a message of ours unread.
        Err(Errno::CONNRESET) => return Ok(None),
        other => other?,
    };
    if message.bytes == 0 {
        return Ok(None);
    }
    let bulk = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    let invalid = || io::Error::new(io::ErrorKind::InvalidData, "not a message of a runner");
    if message.flags.contains(ReturnFlags::TRUNC) {
        return Err(invalid());
    }
    let envelope = Envelope::from_bytes(&buffer[..message.bytes]).ok_or_else(invalid)?;
    Ok(Some(Received {
        envelope,
        bulk,
        inline: message.bytes - ENVELOPE,
    }))
}
