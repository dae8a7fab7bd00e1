//! How long a call that came now would wait, roughly.

use tokio::time::Instant;

use super::active::Active;
use super::pool::Pool;

/// Microseconds that a call is thought to take while nothing is known of its kind.
const UNKNOWN: f32 = 100_000.0;

impl Pool {
    /// Milliseconds until a runner would take up a call that came now: those
    /// before it take what calls of their kind usually take.
    #[must_use]
    pub fn ahead_ms(&self) -> f64 {
        let state = self.lock();
        if state.waiting.is_empty() && state.active.iter().any(Active::is_idle) {
            return 0.0;
        }
        let now = Instant::now();
        let mut free: Vec<f32> = state
            .active
            .iter()
            .map(|active| known(active.busy_for(now)))
            .collect();
        for job in &state.waiting {
            let took = known(job.request.usual.microseconds());
            // Whoever is free first takes it.
            if let Some(first) = free.iter_mut().min_by(|a, b| a.total_cmp(b)) {
                *first += took;
            }
        }
        let first = free.into_iter().min_by(f32::total_cmp);
        f64::from(first.unwrap_or(0.0)) / 1e3
    }
}

fn known(microseconds: f32) -> f32 {
    if microseconds.is_finite() {
        microseconds
    } else {
        UNKNOWN
    }
}
