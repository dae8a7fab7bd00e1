//! A runner that may work, and the calls that it was handed.
//!
//! It runs one call at a time, in the order in which it got them. A call that is usually short may be sent to it before it
//! is free, so that it finds the next one in its socket when it has answered the last: waking a process costs more than
//! such a call takes. Should the first of them turn out long, the runner's watching thread gives the others back.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use super::held::{Blob, Held};
use super::job::Job;
use super::process::Runner;
use crate::bulk::{Bulk, INLINE};

/// How many microseconds of calls a runner may have before it, the one that it runs included, and still be handed another.
const AHEAD: f32 = 500.0;
/// How long a cancelled call may take to notice before its runner is killed.
const GRACE: Duration = Duration::from_millis(50);
/// How long a runner whose memory has grown is kept after a call that it may hold the state for.
const STAY: Duration = Duration::from_secs(30);

/// A runner with its calls.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) runner: Runner,
    /// The first one runs, the others wait in the socket.
    flights: VecDeque<Flight>,
    /// Its call takes long, or its socket takes no more: nothing is handed to it before it is free.
    shut: bool,
    /// Unfit for further calls.
    pub(super) retiring: bool,
    /// What its instance may have kept.
    held: Held,
    /// Its memory has grown past the mark; when it goes, if it is idle then.
    worn: Option<Instant>,
}

/// A call that a runner has.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) job: Arc<Job>,
    /// What it was thought to take, in microseconds.
    usual: f32,
    /// Whether the runner can have begun it.
    sent: bool,
    /// Nobody waits for it any more.
    abandoned: bool,
    /// When an abandoned call that runs has to have stopped.
    stop_by: Option<Instant>,
}

impl Flight {
    /// The call, if somebody still waits for it.
    pub(super) fn wanted(self) -> Option<Arc<Job>> {
        (!self.abandoned).then_some(self.job)
    }
}

impl Active {
    pub(super) fn new(runner: Runner) -> Self {
        Self {
            runner,
            flights: VecDeque::new(),
            shut: false,
            retiring: false,
            held: Held::default(),
            worn: None,
        }
    }

    /// What it may hold of the blob that `job` is about.
    pub(super) fn holds(&self, job: &Job) -> Option<Blob> {
        self.held.find(&job.request.blob?)
    }

    /// Who of several runners that are free is best for `job`: the one with the least of this.
    pub(super) fn distance(&self, job: &Job) -> f32 {
        match (job.request.blob, self.holds(job)) {
            (None, _) => 0.0,
            // What took long is what is worth keeping.
            (_, Some(blob)) => -1.0 - blob.longest,
            (_, None) => self.held.len() as f32,
        }
    }

    /// Microseconds until all its calls will have ended; infinite where that is not known.
    pub(super) fn busy_for(&self, now: Instant) -> f32 {
        let expected = |flight: &Flight| {
            let took = match self.holds(&flight.job) {
                Some(blob) => blob.last,
                None => flight.job.request.usual.microseconds(),
            };
            let begun = flight.job.begun();
            let since = begun.map_or(0.0, |begun| (now - begun).as_secs_f32() * 1e6);
            // What takes longer than it should may take as long again.
            if since > took { since } else { took - since }
        };
        self.flights.iter().map(expected).sum()
    }

    /// A call has ended after so many microseconds, and left the memory
    /// larger than it should be or not.
    pub(super) fn settle(&mut self, job: &Job, took: f32, grown: bool, now: Instant) {
        if let Some(blob) = job.request.blob {
            self.held.note(blob, took);
        }
        self.worn = match (grown, job.request.blob, self.worn) {
            (false, ..) => None,
            (true, Some(_), _) => Some(now + STAY),
            (true, None, Some(until)) => Some(until),
            (true, None, None) => Some(now),
        };
        self.retiring |= self.worn.is_some_and(|until| until <= now);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.flights.is_empty()
    }

    /// How many calls it has beside the one that it runs.
    pub(super) fn ahead(&self) -> usize {
        self.flights.len().saturating_sub(1)
    }

    /// Microseconds until it would come to `job`, if it can be handed that now.
    pub(super) fn takes(&self, job: &Job) -> Option<f32> {
        if self.is_idle() {
            return Some(0.0);
        }
        if self.shut || self.retiring {
            return None;
        }
        // A memfd's length passes the bound, too.
        let mut bytes = job.request.frame.length();
        let mut before = 0.0;
        for flight in &self.flights {
            bytes += flight.job.request.frame.length();
            before += flight.usual;
        }
        (bytes <= INLINE && before + usual(job) <= AHEAD).then_some(before)
    }

    /// Hands it a call; [`Active::flush`] sends it.
    ///
    /// # Errors
    /// As [`Runner::flush`].
    pub(super) fn hand(&mut self, job: Arc<Job>) -> io::Result<()> {
        let handed = self.runner.hand(job.number, &job.request.frame);
        self.flights.push_back(Flight {
            usual: usual(&job),
            job,
            sent: false,
            abandoned: false,
            stop_by: None,
        });
        handed
    }

    /// Whether it was handed something that has not been sent.
    pub(super) fn is_unsent(&self) -> bool {
        self.flights.back().is_some_and(|last| !last.sent)
    }

    /// Sends what it was handed.
    ///
    /// # Errors
    /// As [`Runner::flush`].
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.runner.flush()?;
        if let Some(first) = self.flights.front().filter(|first| !first.sent) {
            first.job.begin(Instant::now());
        }
        let unsent = self
            .flights
            .iter_mut()
            .rev()
            .take_while(|flight| !flight.sent);
        unsent.for_each(|flight| flight.sent = true);
        Ok(())
    }

    /// The call that may run, if somebody still waits for it.
    pub(super) fn first(&self) -> Option<&Arc<Job>> {
        let first = self.flights.front()?;
        (first.sent && !first.abandoned).then_some(&first.job)
    }

    /// The call that runs, if it is the one of that number.
    pub(super) fn running(&self, number: u64) -> Option<&Arc<Job>> {
        let first = self.flights.front()?;
        (first.job.number == number).then_some(&first.job)
    }

    /// The call of that number has ended, which has to be the one that ran.
    pub(super) fn end(&mut self, number: u64, now: Instant) -> Option<Flight> {
        self.running(number)?;
        self.shut = false;
        let ended = self.flights.pop_front();
        if let Some(next) = self.flights.front_mut() {
            next.stop_by = next.abandoned.then(|| now + GRACE);
            if next.sent {
                next.job.begin(now);
            }
        }
        ended
    }

    /// The runner gives the call of that number back.
    pub(super) fn take_back(&mut self, number: u64) -> Option<Flight> {
        self.shut = true;
        let at = self
            .flights
            .iter()
            .position(|flight| flight.job.number == number)?;
        self.flights.remove(at)
    }

    /// Nobody waits for the call of that number any more. Whether it is here.
    pub(super) fn abandon(&mut self, number: u64, now: Instant) -> bool {
        let found = self
            .flights
            .iter_mut()
            .enumerate()
            .find(|(_, flight)| flight.job.number == number);
        let Some((at, flight)) = found else {
            return false;
        };
        flight.abandoned = true;
        flight.stop_by = (at == 0).then(|| now + GRACE);
        self.runner.cancel(number);
        true
    }

    /// The calls whose deadline has passed, of which the runner is told to
    /// drop those that it has not begun; and whether the runner has to be
    /// ended, for the one that it runs or because it is worn.
    pub(super) fn overdue(&mut self, now: Instant) -> (Vec<Arc<Job>>, bool) {
        let late = |flight: &Flight| !flight.abandoned && flight.job.request.deadline <= now;
        let jobs: Vec<_> = self
            .flights
            .iter()
            .filter(|flight| late(flight))
            .map(|flight| Arc::clone(&flight.job))
            .collect();
        let end = self
            .flights
            .front()
            .is_some_and(|first| late(first) || first.stop_by.is_some_and(|by| by <= now))
            || self.is_idle() && self.worn.is_some_and(|until| until <= now);
        for job in &jobs {
            self.abandon(job.number, now);
        }
        (jobs, end)
    }

    /// When something has to be done about its calls, or about itself.
    pub(super) fn due(&self) -> Option<Instant> {
        if self.is_idle() {
            return self.worn;
        }
        self.flights
            .iter()
            .filter_map(|flight| match flight.abandoned {
                true => flight.stop_by,
                false => Some(flight.job.request.deadline),
            })
            .min()
    }

    /// Ends it; the calls that it had, in their order.
    pub(super) fn into_flights(self) -> VecDeque<Flight> {
        self.flights
    }
}

/// What a call is thought to take. One that has lost a runner goes alone, and so does one with a large frame.
fn usual(job: &Job) -> f32 {
    match job.request.frame {
        Bulk::Inline(_) if !job.retried.load(Ordering::Relaxed) => job.request.usual.microseconds(),
        _ => f32::INFINITY,
    }
}
