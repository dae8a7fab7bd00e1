//! Orbits that escape, gone over a second time up to where they did, for
//! what counts don't tell: how fast neighbours part, and at what angle.
//!
//! Only here are derivatives computed, so that nobody pays for them who did
//! not ask. When an orbit ends is known by now, so vectors run without tests
//! until the next one's end. Which orbits run side by side changes nothing:
//! each goes through the operations of [`Landing::next`].

use std::f64::consts::TAU;

use wide::f64x2;

use super::orbit::{Family, Point};
use crate::Error;

/// Independent chains of two orbits each: with a derivative they have twice
/// the work for the same wait, so fewer fill the processor.
const CHAINS: usize = 3;

/// Steps between two looks at the stop flag.
const PATIENCE: u32 = (1 << 20) / (2 * CHAINS as u32);

/// An orbit's point, and its derivative by the pixel's number.
#[derive(Debug, Clone, Copy)]
pub struct Landing {
    /// z.
    pub z: Point,
    /// z'.
    pub slope: Point,
}

impl Landing {
    /// Where a pixel's orbit begins, with c, and what is added to the
    /// derivative in each step.
    #[must_use]
    pub fn begin(family: Family, pixel: Point) -> (Self, Point, f64) {
        let (z, c) = family.begin(pixel);
        let (slope, add) = match family {
            Family::Mandelbrot => (0.0, 1.0),
            Family::Julia(_) => (1.0, 0.0),
        };
        let slope = Point { re: slope, im: 0.0 };
        (Self { z, slope }, c, add)
    }

    /// The next point, by the operations that the vectors use.
    #[must_use]
    pub fn next(self, c: Point, add: f64) -> Self {
        let Self { z, slope } = self;
        let (re, im) = (z.re + z.re, z.im + z.im);
        Self {
            z: z.next(c),
            slope: Point {
                re: re * slope.re - im * slope.im + add,
                im: re * slope.im + im * slope.re,
            },
        }
    }

    /// The exterior distance estimate |z| ln|z| / |z'| in steps: 0 where it
    /// is too small for a float, which is where z' is too large for one, and
    /// at most the largest finite float. (Milnor, "Dynamics in One Complex
    /// Variable", appendix G.)
    #[must_use]
    pub fn distance(self, step: f64) -> f32 {
        let norm = self.z.norm();
        let pixels = 0.5 * libm::log(norm) * (norm / self.slope.norm()).sqrt() / step;
        if pixels.is_nan() {
            0.0
        } else {
            (pixels as f32).min(f32::MAX)
        }
    }

    /// The angle of z in turns from the positive reals counterclockwise, 0 to
    /// below 1.
    #[must_use]
    pub fn angle(self) -> f32 {
        let turns = libm::atan2(self.z.im, self.z.re) / TAU;
        let turns = if turns < 0.0 { turns + 1.0 } else { turns } as f32;
        // What rounds to a whole turn; and no sign for 0.
        if turns > 0.0 && turns < 1.0 {
            turns
        } else {
            0.0
        }
    }
}

/// The orbits that escaped, in the order of their pixels.
#[derive(Debug)]
pub struct Pixels<'a> {
    columns: &'a [f64],
    rows: &'a [f64],
    family: Family,
    /// Iterations to escape; `u32::MAX` where there was none.
    counts: &'a [u32],
    next: usize,
}

/// One of them.
struct Begun {
    pixel: usize,
    count: u32,
    at: Landing,
    c: Point,
}

impl<'a> Pixels<'a> {
    /// All of a grid whose counts are known.
    #[must_use]
    pub fn new(columns: &'a [f64], rows: &'a [f64], family: Family, counts: &'a [u32]) -> Self {
        Self {
            columns,
            rows,
            family,
            counts,
            next: 0,
        }
    }

    fn add(&self) -> f64 {
        Landing::begin(self.family, Point { re: 0.0, im: 0.0 }).2
    }

    fn begin(&mut self) -> Option<Begun> {
        let rest = self.counts.get(self.next..)?;
        let pixel = self.next + rest.iter().position(|&count| count != u32::MAX)?;
        self.next = pixel + 1;
        let point = Point {
            re: self.columns[pixel % self.columns.len()],
            im: self.rows[pixel / self.columns.len()],
        };
        let (at, c, _) = Landing::begin(self.family, point);
        Some(Begun {
            pixel,
            count: self.counts[pixel],
            at,
            c,
        })
    }

    /// How much was begun.
    fn fraction(&self) -> f32 {
        self.next as f32 / self.counts.len() as f32
    }
}

/// Two orbits side by side.
#[derive(Debug, Clone, Copy)]
#[repr(align(16))]
struct Pair([f64; 2]);

impl Pair {
    #[inline(always)]
    fn load(self) -> f64x2 {
        f64x2::new(self.0)
    }
}

#[derive(Debug, Clone, Copy)]
struct Chain {
    re: Pair,
    im: Pair,
    slope_re: Pair,
    slope_im: Pair,
    c_re: Pair,
    c_im: Pair,
    /// Steps to go; a lane that rests never ends.
    left: [u32; 2],
    pixel: [usize; 2],
}

impl Chain {
    const IDLE: Self = Self {
        re: Pair([0.0; 2]),
        im: Pair([0.0; 2]),
        slope_re: Pair([0.0; 2]),
        slope_im: Pair([0.0; 2]),
        c_re: Pair([0.0; 2]),
        c_im: Pair([0.0; 2]),
        left: [u32::MAX; 2],
        pixel: [0; 2],
    };

    fn landing(&self, lane: usize) -> Landing {
        let point = |re: Pair, im: Pair| Point {
            re: re.0[lane],
            im: im.0[lane],
        };
        Landing {
            z: point(self.re, self.im),
            slope: point(self.slope_re, self.slope_im),
        }
    }

    fn put(&mut self, lane: usize, begun: &Begun) {
        self.re.0[lane] = begun.at.z.re;
        self.im.0[lane] = begun.at.z.im;
        self.slope_re.0[lane] = begun.at.slope.re;
        self.slope_im.0[lane] = begun.at.slope.im;
        self.c_re.0[lane] = begun.c.re;
        self.c_im.0[lane] = begun.c.im;
        self.left[lane] = begun.count;
        self.pixel[lane] = begun.pixel;
    }

    fn rest(&mut self, lane: usize) {
        let still = Point { re: 0.0, im: 0.0 };
        self.put(
            lane,
            &Begun {
                pixel: 0,
                count: u32::MAX,
                at: Landing {
                    z: still,
                    slope: still,
                },
                c: still,
            },
        );
    }
}

/// Follows them to where they escaped, with their derivatives or without.
///
/// # Errors
/// `pause`'s own; it hears how much is done.
pub fn follow<const SLOPE: bool>(
    mut pixels: Pixels<'_>,
    each: &mut dyn FnMut(usize, Landing),
    pause: &mut dyn FnMut(f32) -> Result<(), Error>,
) -> Result<(), Error> {
    let add = pixels.add();
    let mut chains = [Chain::IDLE; CHAINS];
    let mut busy = 0_u32;
    for chain in &mut chains {
        for lane in 0..2 {
            busy += u32::from(refill(chain, lane, &mut pixels, each));
        }
    }
    let mut patience = PATIENCE;
    while busy > 0 {
        let lanes = chains.iter().flat_map(|chain| chain.left);
        let steps = lanes.fold(PATIENCE, u32::min);
        run::<SLOPE>(&mut chains, add, steps);
        patience = patience.saturating_sub(steps);
        if patience == 0 {
            patience = PATIENCE;
            pause(pixels.fraction())?;
        }
        for chain in &mut chains {
            for lane in 0..2 {
                if chain.left[lane] == u32::MAX {
                    continue;
                }
                chain.left[lane] -= steps;
                if chain.left[lane] == 0 {
                    each(chain.pixel[lane], chain.landing(lane));
                    busy -= u32::from(!refill(chain, lane, &mut pixels, each));
                }
            }
        }
    }
    Ok(())
}

/// Gives a lane the next orbit; says whether there is one.
fn refill(
    chain: &mut Chain,
    lane: usize,
    pixels: &mut Pixels<'_>,
    each: &mut dyn FnMut(usize, Landing),
) -> bool {
    while let Some(begun) = pixels.begin() {
        if begun.count > 0 {
            chain.put(lane, &begun);
            return true;
        }
        each(begun.pixel, begun.at);
    }
    chain.rest(lane);
    false
}

#[inline(always)]
fn run<const SLOPE: bool>(chains: &mut [Chain; CHAINS], add: f64, steps: u32) {
    let add = f64x2::splat(add);
    let mut re: [f64x2; CHAINS] = std::array::from_fn(|k| chains[k].re.load());
    let mut im: [f64x2; CHAINS] = std::array::from_fn(|k| chains[k].im.load());
    let mut slope_re: [f64x2; CHAINS] = std::array::from_fn(|k| chains[k].slope_re.load());
    let mut slope_im: [f64x2; CHAINS] = std::array::from_fn(|k| chains[k].slope_im.load());
    let c_re: [f64x2; CHAINS] = std::array::from_fn(|k| chains[k].c_re.load());
    let c_im: [f64x2; CHAINS] = std::array::from_fn(|k| chains[k].c_im.load());
    for _ in 0..steps {
        for k in 0..CHAINS {
            let (twice_re, twice_im) = (re[k] + re[k], im[k] + im[k]);
            if SLOPE {
                let next = twice_re * slope_re[k] - twice_im * slope_im[k] + add;
                slope_im[k] = twice_re * slope_im[k] + twice_im * slope_re[k];
                slope_re[k] = next;
            }
            let next = re[k] * re[k] - im[k] * im[k] + c_re[k];
            im[k] = twice_re * im[k] + c_im[k];
            re[k] = next;
        }
    }
    for (k, chain) in chains.iter_mut().enumerate() {
        chain.re.0 = re[k].to_array();
        chain.im.0 = im[k].to_array();
        chain.slope_re.0 = slope_re[k].to_array();
        chain.slope_im.0 = slope_im[k].to_array();
    }
}
