//! A file as it grows in memory, within the call's limits.

use std::io::{self, Write};

use crate::{Context, Error};

/// Bytes between two looks at limits and the stop flag.
const STEP: usize = 256 << 10;

/// Takes what an encoder writes. It refuses when the call has to stop or
/// memory is at its limit; [`Sink::finish`] then tells why.
pub struct Sink<'a> {
    context: &'a Context<'a>,
    phase: u8,
    /// Bytes that are held beside the file.
    beside: u64,
    /// How long the file may become, for progress; 0 where rows tell it.
    expected: u64,
    bytes: Vec<u8>,
    told: usize,
    stopped: Option<Error>,
}

impl<'a> Sink<'a> {
    /// An empty file, written in `phase` while `beside` bytes are held.
    pub fn new(context: &'a Context<'a>, phase: u8, beside: u64, expected: u64) -> Self {
        Self {
            context,
            phase,
            beside,
            expected,
            bytes: Vec::new(),
            told: 0,
            stopped: None,
        }
    }

    /// The file, if `written` says that it is whole.
    ///
    /// # Errors
    /// Why the sink refused, else what `written` says.
    pub fn finish(self, written: Result<(), Error>) -> Result<Vec<u8>, Error> {
        match self.stopped {
            Some(error) => Err(error),
            None => written.map(|()| self.bytes),
        }
    }

    fn check(&mut self) -> Result<(), Error> {
        self.told = self.bytes.len();
        let length = self.told as u64;
        // Growing takes as much again for a moment.
        self.context
            .limits()
            .check_memory(self.beside + 2 * length)?;
        if self.expected == 0 {
            return Ok(());
        }
        let fraction = length as f32 / self.expected as f32;
        self.context.progress(self.phase, fraction)
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + data.len() >= self.told + STEP
            && let Err(error) = self.check()
        {
            self.stopped = Some(error);
            return Err(io::Error::other("stopped"));
        }
        self.bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
