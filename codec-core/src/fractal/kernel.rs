//! Many orbits at once: several chains of vectors, refilled as orbits end.
//!
//! One step waits for the one before it, so a chain alone leaves the
//! processor idle most of the time; [`CHAINS`] of them fill it. Chains run
//! [`BLOCK`] steps without looking at any orbit. That misses no escape: with
//! |c| ≤ R and R ≥ 2, an orbit beyond R only grows, because
//! |z² + c| ≥ |z|² - |c| ≥ |z| (|z| - 1); and where |c| > R it leaves at
//! n = 1, so that such a point never gets here (a Julia set's constant is
//! never so large). What was found to have left is gone over again from the
//! block's start ([`super::replay`]).

use wide::f64x2;

use super::orbit::{BLOCK, Bounds, End, FIRST_MARK, Family, Point, in_main_bulbs};
use super::replay::{Escape, Replay};
use crate::Error;

/// Independent chains of two orbits each: five and six were fastest, both
/// natively and in V8, which keeps part of them in memory.
const CHAINS: usize = 5;

/// Blocks between two looks at the stop flag: some million iterations.
const PATIENCE: u32 = (1 << 22) / (2 * CHAINS as u32 * BLOCK);

/// The pixel of a lane that has none.
const NONE: usize = usize::MAX;

#[derive(Debug, Clone, Copy)]
#[repr(align(16))]
struct Pair([f64; 2]);

impl Pair {
    #[inline(always)]
    fn load(self) -> f64x2 {
        f64x2::new(self.0)
    }

    /// Through whole vectors: a vector that is read soon after half of it
    /// was written waits for the write to be done.
    #[inline(always)]
    fn set(&mut self, lane: usize, value: f64) {
        const LANES: [Pair; 2] = [
            Pair([f64::from_bits(u64::MAX), 0.0]),
            Pair([0.0, f64::from_bits(u64::MAX)]),
        ];
        let mask = LANES[lane].load();
        self.store(mask.bitselect(f64x2::splat(value), self.load()));
    }

    #[inline(always)]
    fn store(&mut self, value: f64x2) {
        self.0 = value.to_array();
    }
}

/// Two orbits side by side, between two blocks.
#[derive(Debug, Clone, Copy)]
struct Chain {
    re: Pair,
    im: Pair,
    /// Where the block before began.
    before_re: Pair,
    before_im: Pair,
    c_re: Pair,
    c_im: Pair,
    /// A point that the orbit went through: if it comes there again, it
    /// never leaves.
    mark_re: Pair,
    mark_im: [f64; 2],
    /// Iterations done.
    n: [u32; 2],
    /// Iterations at which the lane wants to be looked at.
    due: [u32; 2],
    /// Iterations at which the next mark is made.
    next_mark: [u32; 2],
    pixel: [usize; 2],
}

impl Chain {
    const IDLE: Self = Self {
        re: Pair([0.0; 2]),
        im: Pair([0.0; 2]),
        before_re: Pair([0.0; 2]),
        before_im: Pair([0.0; 2]),
        c_re: Pair([0.0; 2]),
        c_im: Pair([0.0; 2]),
        mark_re: Pair([f64::NAN; 2]),
        mark_im: [f64::NAN; 2],
        n: [0; 2],
        due: [u32::MAX; 2],
        next_mark: [0; 2],
        pixel: [NONE; 2],
    };

    fn begin(&mut self, lane: usize, pixel: usize, (z, c): (Point, Point), iterations: u32) {
        self.re.set(lane, z.re);
        self.im.set(lane, z.im);
        self.c_re.set(lane, c.re);
        self.c_im.set(lane, c.im);
        self.mark_re.set(lane, f64::NAN);
        self.n[lane] = 0;
        self.next_mark[lane] = FIRST_MARK;
        self.due[lane] = FIRST_MARK.min(iterations);
        self.pixel[lane] = pixel;
    }

    fn rest(&mut self, lane: usize) {
        let rest = Point { re: 0.0, im: 0.0 };
        self.begin(lane, NONE, (rest, rest), 0);
        self.due[lane] = u32::MAX;
    }
}

/// Where results go: the pixel, how it ended, and the iterations it took.
pub trait Sink {
    /// Takes one pixel's.
    fn put(&mut self, pixel: usize, end: End, iterations: u32);
}

/// The pixels that are still to be begun.
struct Pixels<'a> {
    columns: &'a [f64],
    rows: &'a [f64],
    x: usize,
    y: usize,
}

impl Pixels<'_> {
    /// How much was begun.
    fn fraction(&self) -> f32 {
        let done = self.y * self.columns.len() + self.x;
        done as f32 / (self.columns.len() * self.rows.len()) as f32
    }
}

/// Iterates all pixels of a grid.
///
/// # Errors
/// `pause`'s own; it hears how much is done.
pub fn iterate(
    columns: &[f64],
    rows: &[f64],
    family: Family,
    bounds: Bounds,
    sink: &mut dyn Sink,
    pause: &mut dyn FnMut(f32) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut kernel = Kernel {
        chains: [Chain::IDLE; CHAINS],
        busy: 0,
        pixels: Pixels {
            columns,
            rows,
            x: 0,
            y: 0,
        },
        family,
        bounds,
        replay: Replay::new(bounds),
        sink,
        pause,
    };
    kernel.run()
}

struct Kernel<'a> {
    chains: [Chain; CHAINS],
    busy: u32,
    pixels: Pixels<'a>,
    family: Family,
    bounds: Bounds,
    replay: Replay,
    sink: &'a mut dyn Sink,
    pause: &'a mut dyn FnMut(f32) -> Result<(), Error>,
}

/// Runs blocks, `most` of them, until some lane may have left or come to its
/// mark again. Returns masks of the lanes that did neither, and how many
/// blocks were run.
#[inline(always)]
fn run_blocks(chains: &mut [Chain; CHAINS], edge: f64, most: u32) -> ([f64x2; CHAINS], u32) {
    let edge = f64x2::splat(edge);
    // Here and not in memory, where each block would wait for the one before.
    let mut re: [f64x2; CHAINS] = std::array::from_fn(|k| chains[k].re.load());
    let mut im: [f64x2; CHAINS] = std::array::from_fn(|k| chains[k].im.load());
    let c_re: [f64x2; CHAINS] = std::array::from_fn(|k| chains[k].c_re.load());
    let c_im: [f64x2; CHAINS] = std::array::from_fn(|k| chains[k].c_im.load());
    let mut blocks = 0;
    loop {
        blocks += 1;
        for k in 0..CHAINS {
            chains[k].before_re.store(re[k]);
            chains[k].before_im.store(im[k]);
        }
        for _ in 0..BLOCK {
            for k in 0..CHAINS {
                let next = re[k] * re[k] - im[k] * im[k] + c_re[k];
                im[k] = (re[k] + re[k]) * im[k] + c_im[k];
                re[k] = next;
            }
        }
        let mut all = f64x2::splat(f64::from_bits(u64::MAX));
        let go: [f64x2; CHAINS] = std::array::from_fn(|k| {
            let norm = re[k] * re[k] + im[k] * im[k];
            // Infinities and NaN count as beyond the edge. One coordinate
            // is enough to tell a lane that may be back at its mark.
            let go = norm.simd_le(edge) & re[k].simd_ne(chains[k].mark_re.load());
            all &= go;
            go
        });
        if !all.all() || blocks == most {
            for (k, chain) in chains.iter_mut().enumerate() {
                chain.re.store(re[k]);
                chain.im.store(im[k]);
            }
            return (go, blocks);
        }
    }
}

impl Kernel<'_> {
    fn run(&mut self) -> Result<(), Error> {
        for chain in 0..CHAINS {
            for lane in 0..2 {
                self.refill(chain, lane)?;
            }
        }
        let mut patience = PATIENCE;
        while self.busy > 0 {
            let most = self.blocks_until_due();
            let (go, blocks) = run_blocks(&mut self.chains, self.bounds.edge(), most);
            patience = patience.saturating_sub(blocks);
            if patience == 0 {
                patience = PATIENCE;
                (self.pause)(self.pixels.fraction())?;
            }
            for (k, go) in go.into_iter().enumerate() {
                let go = go.to_bitmask();
                for lane in 0..2 {
                    let chain = &mut self.chains[k];
                    // An idle lane's count goes round.
                    chain.n[lane] = chain.n[lane].wrapping_add(blocks * BLOCK);
                    if go >> lane & 1 == 0 || chain.n[lane] >= chain.due[lane] {
                        self.attend(k, lane)?;
                    }
                }
            }
        }
        self.replay.flush(self.sink);
        Ok(())
    }

    /// Blocks until some lane wants to be looked at, but for patience's sake
    /// not too many.
    fn blocks_until_due(&self) -> u32 {
        let left = |chain: &Chain, lane: usize| (chain.due[lane] - chain.n[lane]).div_ceil(BLOCK);
        let lanes = self
            .chains
            .iter()
            .flat_map(|chain| [left(chain, 0), left(chain, 1)]);
        lanes.fold(PATIENCE, u32::min)
    }

    /// Looks at a lane that is not just to go on.
    fn attend(&mut self, k: usize, lane: usize) -> Result<(), Error> {
        let Bounds {
            iterations,
            radius_squared,
            ..
        } = self.bounds;
        let chain = &mut self.chains[k];
        let n = chain.n[lane];
        let pixel = chain.pixel[lane];
        let z = Point {
            re: chain.re.0[lane],
            im: chain.im.0[lane],
        };
        let escape = || Escape {
            pixel,
            z: Point {
                re: chain.before_re.0[lane],
                im: chain.before_im.0[lane],
            },
            c: Point {
                re: chain.c_re.0[lane],
                im: chain.c_im.0[lane],
            },
            n: n - BLOCK,
        };
        let norm = z.norm();
        let far = norm > radius_squared || norm.is_nan();
        let near = norm > self.bounds.edge();
        if far || (near && escape().escapes(self.bounds)) {
            let escape = escape();
            self.replay.push(escape, self.sink);
            return self.refill(k, lane);
        }
        if n > iterations {
            self.sink.put(pixel, End::Undecided, iterations);
            return self.refill(k, lane);
        }
        if z.re == chain.mark_re.0[lane] && z.im == chain.mark_im[lane] {
            self.sink.put(pixel, End::Interior, n);
            return self.refill(k, lane);
        }
        if n == iterations {
            self.sink.put(pixel, End::Undecided, iterations);
            return self.refill(k, lane);
        }
        if n == chain.next_mark[lane] {
            chain.mark_re.set(lane, z.re);
            chain.mark_im[lane] = z.im;
            chain.next_mark[lane] = n * 2;
            chain.due[lane] = (n * 2).min(iterations);
        }
        Ok(())
    }

    /// Gives a lane the next pixel that has to be iterated.
    fn refill(&mut self, k: usize, lane: usize) -> Result<(), Error> {
        let chain = &mut self.chains[k];
        if chain.pixel[lane] != NONE {
            self.busy -= 1;
        }
        loop {
            let pixels = &mut self.pixels;
            if pixels.y == pixels.rows.len() {
                chain.rest(lane);
                return Ok(());
            }
            if pixels.x == 0 {
                (self.pause)(pixels.fraction())?;
            }
            let point = Point {
                re: pixels.columns[pixels.x],
                im: pixels.rows[pixels.y],
            };
            let pixel = pixels.y * pixels.columns.len() + pixels.x;
            pixels.x += 1;
            if pixels.x == pixels.columns.len() {
                pixels.x = 0;
                pixels.y += 1;
            }
            let norm = point.norm();
            // z(1) is c.
            let first = u32::from(self.family == Family::Mandelbrot);
            if self.family == Family::Mandelbrot && in_main_bulbs(point) {
                self.sink.put(pixel, End::Interior, 0);
            } else if norm > self.bounds.radius_squared {
                self.sink
                    .put(pixel, End::Escaped { count: first, norm }, first);
            } else {
                self.busy += 1;
                let orbit = self.family.begin(point);
                chain.begin(lane, pixel, orbit, self.bounds.iterations);
                return Ok(());
            }
        }
    }
}
