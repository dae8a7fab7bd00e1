//! What a runner's instance may have kept of the inputs that it was called
//! with, as far as the server can know: it sees how long calls took. The
//! codec keeps what it has decoded under the input's digest, so a runner that
//! has spent long on a blob once, and little since, holds it.

use std::collections::VecDeque;

use locus_protocol::Digest;

/// Blobs that are remembered of a runner. Its instance keeps a few pictures.
const MOST: usize = 16;

/// The blobs that a runner was called with lately.
#[derive(Debug, Default)]
pub(super) struct Held(VecDeque<Blob>);

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blob {
    digest: Digest,
    /// Microseconds of the longest call: what it would take elsewhere.
    pub(super) longest: f32,
    /// Microseconds of the last call.
    pub(super) last: f32,
}

impl Held {
    /// How many blobs these are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// What is known of a blob.
    pub(super) fn find(&self, digest: &Digest) -> Option<Blob> {
        self.0.iter().find(|blob| blob.digest == *digest).copied()
    }

    /// A call with that blob took so many microseconds.
    pub(super) fn note(&mut self, digest: Digest, took: f32) {
        let took = if took.is_finite() { took.max(0.0) } else { 0.0 };
        let at = self.0.iter().position(|blob| blob.digest == digest);
        let known = at.and_then(|at| self.0.remove(at));
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(Blob {
            digest,
            longest: known.map_or(took, |known| known.longest.max(took)),
            last: took,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: u8) -> Digest {
        Digest::from_sha256([number; 32])
    }

    #[test]
    fn the_longest_call_and_the_last_one_are_remembered() {
        let mut held = Held::default();
        assert!(held.find(&digest(1)).is_none());
        held.note(digest(1), 900.0);
        held.note(digest(1), 4.0);
        held.note(digest(2), f32::NAN);
        let blob = held.find(&digest(1)).expect("it is known");
        assert_eq!((blob.longest, blob.last), (900.0, 4.0));
        assert_eq!(held.find(&digest(2)).expect("it is known").last, 0.0);
    }

    #[test]
    fn only_the_latest_are_remembered() {
        let mut held = Held::default();
        for number in 0..20 {
            held.note(digest(number), 1.0);
            held.note(digest(0), 1.0);
        }
        assert_eq!(held.len(), MOST);
        assert!(held.find(&digest(0)).is_some() && held.find(&digest(19)).is_some());
        assert!(held.find(&digest(4)).is_none());
    }
}
