//! What the page calls. Numbers of steps fit floats.

use crate::VIEWS;

/// The kernel of `fractal.tile` on a view.
#[unsafe(no_mangle)]
extern "C" fn kernel(view: usize) -> f64 {
    VIEWS[view].kernel() as f64
}

/// The plain loop on a view.
#[unsafe(no_mangle)]
extern "C" fn plain(view: usize) -> f64 {
    VIEWS[view].plain() as f64
}

/// So many rounds of the bare kernel.
#[unsafe(no_mangle)]
extern "C" fn bare(chains: u32, rounds: u32) -> f64 {
    crate::bare(chains, rounds) as f64
}
