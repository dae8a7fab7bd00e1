//! What an operation sees of the world: limits, threads, progress, stop.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::limits::Limits;
use crate::raster::{Pixels, Region, Size};
use crate::warm::BUDGET;
use crate::{Error, Warm};

/// The embedder, as codec-core sees it. Only the thread that called
/// [`answer`](crate::answer) talks to it.
pub trait Host {
    /// Hears how far the call has come: the phase's index plus the fraction
    /// within it, below 1. Returns true when the call has to stop now.
    fn progress(&self, value: f32) -> bool;

    /// Threads that a decoder may use.
    fn threads(&self) -> usize;
}

/// What the threads of one call share: a progress counter that any may
/// raise, and a stop flag that any may read.
#[derive(Debug, Default)]
pub struct Signal {
    done: AtomicU32,
    stop: AtomicBool,
}

impl Signal {
    /// Counts `units` of the phase's work as done.
    pub fn advance(&self, units: u32) {
        self.done.fetch_add(units, Ordering::Relaxed);
    }

    /// Units of the phase's work that are done.
    #[must_use]
    pub fn done(&self) -> u32 {
        self.done.load(Ordering::Relaxed)
    }

    /// Whether the call has to stop.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// What an operation sees of the world.
pub struct Context<'a> {
    host: &'a dyn Host,
    limits: Limits,
    asked: Limits,
    warm: Option<&'a Warm>,
    /// Whether what is decoded beyond what was asked for will be kept.
    spares: Cell<bool>,
    signal: Signal,
}

impl<'a> Context<'a> {
    /// A context for one call that finds nothing kept.
    #[must_use]
    pub fn new(host: &'a dyn Host, limits: Limits) -> Self {
        Self {
            host,
            limits,
            asked: limits,
            warm: None,
            spares: Cell::new(false),
            signal: Signal::default(),
        }
    }

    /// A context for one call beside what is kept in `warm`, whose memory it
    /// lacks.
    #[must_use]
    pub fn beside(warm: &'a Warm, host: &'a dyn Host, limits: Limits) -> Self {
        let memory = limits.memory.saturating_sub(warm.bytes());
        Self {
            limits: Limits { memory, ..limits },
            warm: Some(warm),
            ..Self::new(host, limits)
        }
    }

    /// The bounds that hold for this call.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The bounds that the call came with.
    pub(crate) fn asked(&self) -> &Limits {
        &self.asked
    }

    /// What is kept between calls.
    pub(crate) fn warm(&self) -> Option<&'a Warm> {
        self.warm
    }

    /// Lets decoders that compute the whole picture anyway return it, for
    /// whoever asks them for a part of it within `run`.
    pub(crate) fn sparing<T>(&self, run: impl FnOnce() -> T) -> T {
        self.spares.set(true);
        let result = run();
        self.spares.set(false);
        result
    }

    /// What a decoder that computes all of a picture of `size` returns where
    /// `region` is asked for; it takes `memory` bytes beside its pixels.
    pub(crate) fn widened(&self, region: Region, size: Size, memory: u64) -> Region {
        let pixels = Pixels::bytes(size.width, size.height);
        let fits = pixels <= BUDGET && self.limits.check_memory(memory + 2 * pixels).is_ok();
        if self.spares.get() && fits {
            return Region::whole(size);
        }
        region
    }

    /// Threads that a decoder may use, at least 1.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.host.threads().max(1)
    }

    /// What other threads may read and raise.
    #[must_use]
    pub fn signal(&self) -> &Signal {
        &self.signal
    }

    /// Tells the host how far the call has come: `fraction`, 0 to 1, of the
    /// phase with this index in the operation's list.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the call has to stop.
    pub fn progress(&self, phase: u8, fraction: f32) -> Result<(), Error> {
        // The fraction stays below 1, or it would name the next phase.
        let value = f32::from(phase) + fraction.clamp(0.0, 0.999);
        if self.host.progress(value) {
            self.signal.stop.store(true, Ordering::Relaxed);
        }
        if self.signal.stopped() {
            return Err(Error::Cancelled);
        }
        Ok(())
    }
}
