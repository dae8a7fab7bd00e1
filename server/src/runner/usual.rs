//! How long calls of one kind usually take.

use std::sync::atomic::{AtomicU32, Ordering};

/// Microseconds that a runner usually spends on calls of one kind; unknown until one has ended.
///
/// It follows what is measured, but at most doubles with each call and falls by an eighth: a runner that had to wait for a
/// core makes a short call look long once, and that should count for little.
#[derive(Debug)]
pub struct Usual(AtomicU32);

impl Default for Usual {
    fn default() -> Self {
        Self(AtomicU32::new(f32::INFINITY.to_bits()))
    }
}

impl Usual {
    /// Microseconds; infinite while nothing is known.
    #[must_use]
    pub fn microseconds(&self) -> f32 {
        f32::from_bits(self.0.load(Ordering::Relaxed))
    }

    /// A call took so many microseconds.
    pub fn learn(&self, took: f32) {
        let took = if took.is_finite() {
            took.max(1.0)
        } else {
            return;
        };
        let known = self.microseconds();
        let usual = if known.is_finite() {
            took.clamp(known * 0.875, known * 2.0)
        } else {
            took
        };
        self.0.store(usual.to_bits(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_call_counts_for_little_and_many_for_what_they_take() {
        let usual = Usual::default();
        assert_eq!(usual.microseconds(), f32::INFINITY);
        usual.learn(10.0);
        assert_eq!(usual.microseconds(), 10.0);
        usual.learn(50_000.0);
        assert_eq!(usual.microseconds(), 20.0);
        for _ in 0..20 {
            usual.learn(50_000.0);
        }
        assert_eq!(usual.microseconds(), 50_000.0);
        for _ in 0..100 {
            usual.learn(10.0);
        }
        assert_eq!(usual.microseconds(), 10.0);
        usual.learn(f32::NAN);
        assert_eq!(usual.microseconds(), 10.0);
    }
}
