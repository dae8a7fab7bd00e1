//! The exact count of orbits that left within a block.

use wide::f64x2;

use super::kernel::Sink;
use super::orbit::{BLOCK, Bounds, End, Point};

/// Orbits that are gone over together.
const TOGETHER: usize = 8;

/// An orbit that left within the block that begins at z(n).
#[derive(Debug, Clone, Copy)]
pub struct Escape {
    /// The pixel that it belongs to.
    pub pixel: usize,
    /// z(n).
    pub z: Point,
    /// The parameter.
    pub c: Point,
    /// Iterations before the block.
    pub n: u32,
}

impl Escape {
    /// Whether it did leave, where the block's end lies so near the radius
    /// that rounding could make an orbit shrink.
    #[cold]
    #[must_use]
    pub fn escapes(mut self, bounds: Bounds) -> bool {
        (0..BLOCK).any(|_| {
            self.z = self.z.next(self.c);
            self.z.norm() > bounds.radius_squared
        })
    }
}

/// Escapes that wait until there are enough of them to fill vectors.
#[derive(Debug)]
pub struct Replay {
    bounds: Bounds,
    waiting: Vec<Escape>,
}

impl Replay {
    /// Nothing waits yet.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            waiting: Vec::with_capacity(TOGETHER),
        }
    }

    /// Takes one, and goes over all when there are enough.
    pub fn push(&mut self, escape: Escape, sink: &mut dyn Sink) {
        self.waiting.push(escape);
        if self.waiting.len() == TOGETHER {
            self.flush(sink);
        }
    }

    /// Goes over all that wait.
    pub fn flush(&mut self, sink: &mut dyn Sink) {
        let Some(&some) = self.waiting.first() else {
            return;
        };
        let waits = self.waiting.len();
        self.waiting.resize(TOGETHER, some);
        let ends = again(self.waiting.as_slice(), self.bounds.radius_squared);
        for (escape, (steps, norm)) in self.waiting.drain(..).zip(ends).take(waits) {
            let count = escape.n + steps;
            // The block may have gone past the last iteration.
            if count > self.bounds.iterations {
                sink.put(escape.pixel, End::Undecided, self.bounds.iterations);
            } else {
                sink.put(escape.pixel, End::Escaped { count, norm }, count);
            }
        }
    }
}

/// Steps until each left, and |z|² there.
fn again(escapes: &[Escape], radius_squared: f64) -> [(u32, f64); TOGETHER] {
    const PAIRS: usize = TOGETHER / 2;
    let pair = |k: usize, value: fn(&Escape) -> f64| {
        f64x2::new([value(&escapes[2 * k]), value(&escapes[2 * k + 1])])
    };
    let mut re: [f64x2; PAIRS] = std::array::from_fn(|k| pair(k, |escape| escape.z.re));
    let mut im: [f64x2; PAIRS] = std::array::from_fn(|k| pair(k, |escape| escape.z.im));
    let c_re: [f64x2; PAIRS] = std::array::from_fn(|k| pair(k, |escape| escape.c.re));
    let c_im: [f64x2; PAIRS] = std::array::from_fn(|k| pair(k, |escape| escape.c.im));
    let radius = f64x2::splat(radius_squared);
    let one = f64x2::splat(1.0);
    let mut within = [f64x2::splat(f64::from_bits(u64::MAX)); PAIRS];
    let mut steps = [one; PAIRS];
    let mut norms = [one; PAIRS];
    let mut re2: [f64x2; PAIRS] = std::array::from_fn(|k| re[k] * re[k]);
    let mut im2: [f64x2; PAIRS] = std::array::from_fn(|k| im[k] * im[k]);
    for _ in 0..BLOCK {
        for k in 0..PAIRS {
            im[k] = (re[k] + re[k]) * im[k] + c_im[k];
            re[k] = re2[k] - im2[k] + c_re[k];
            (re2[k], im2[k]) = (re[k] * re[k], im[k] * im[k]);
            let norm = re2[k] + im2[k];
            norms[k] = within[k].bitselect(norm, norms[k]);
            within[k] &= norm.simd_le(radius);
            steps[k] += within[k] & one;
        }
    }
    std::array::from_fn(|at| {
        let (steps, norms) = (steps[at / 2].to_array(), norms[at / 2].to_array());
        (steps[at % 2] as u32, norms[at % 2])
    })
}
