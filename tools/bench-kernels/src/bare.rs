//! Steps and nothing else: no escape, no refill, no count.

use std::hint::black_box;

use wide::f64x2;

/// Performs `rounds` steps of each of twice as many orbits as `chains`, which
/// never escape. More chains leave fewer gaps and need more registers; which
/// number is fastest, 4, 6 or 8, is the processor's and the engine's affair.
///
/// # Panics
/// For other numbers of chains.
#[must_use]
pub fn bare(chains: u32, rounds: u32) -> u64 {
    match chains {
        4 => run::<4>(rounds),
        6 => run::<6>(rounds),
        8 => run::<8>(rounds),
        _ => panic!("there are 4, 6 or 8 chains"),
    }
}

fn run<const N: usize>(rounds: u32) -> u64 {
    // Inside the main cardioid, and not at rest: floats of usual size throughout.
    let re = black_box([f64x2::new([-0.1, -0.2]); N]);
    let im = black_box([f64x2::new([0.3, 0.4]); N]);
    let mut x = black_box([f64x2::new([0.01, 0.02]); N]);
    let mut y = black_box([f64x2::new([0.03, 0.04]); N]);
    for _ in 0..rounds {
        for chain in 0..N {
            let (a, b) = (x[chain], y[chain]);
            x[chain] = (a * a - b * b) + re[chain];
            y[chain] = (a + a) * b + im[chain];
        }
    }
    black_box((x, y));
    u64::from(rounds) * 2 * N as u64
}
