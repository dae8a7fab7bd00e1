//! A tile's pixels.

use super::decimal::Decimal;
use super::derivative::{self, Landing};
use super::grid::Grid;
use super::kernel::{self, Sink};
use super::orbit::{self, Bounds, End, Family, Point};
use super::smooth::Smooth;
use crate::Error;
use crate::raster::{Size, zeroed};

/// The count of a pixel that did not escape.
const NEVER: u32 = u32::MAX;

/// The part of the plane to compute.
#[derive(Debug)]
pub struct Tile {
    /// What a pixel's number means.
    pub family: Family,
    /// Real part of its middle.
    pub re: Decimal,
    /// Imaginary part of its middle.
    pub im: Decimal,
    /// Width of a pixel.
    pub step: Decimal,
    /// Size in pixels.
    pub size: Size,
    /// When orbits end.
    pub bounds: Bounds,
    /// What is wanted beside counts and fractions.
    pub landings: Landings,
}

/// What is to be told of where orbits escaped, which takes going over them
/// a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Landings {
    /// How far from the set.
    pub distance: bool,
    /// At what angle.
    pub angle: bool,
}

impl Landings {
    fn wanted(self) -> bool {
        self.distance || self.angle
    }

    fn planes(self) -> u64 {
        u64::from(self.distance) + u64::from(self.angle)
    }
}

/// What was computed.
#[derive(Debug)]
pub struct Planes {
    /// Iterations to escape, row by row.
    pub counts: Vec<u32>,
    /// The smooth part, row by row.
    pub fractions: Vec<f32>,
    /// Distances in pixels, row by row, if wanted.
    pub distances: Vec<f32>,
    /// Angles in turns, row by row, if wanted.
    pub angles: Vec<f32>,
    /// What there was to see.
    pub seen: Seen,
}

/// A tile's statistics.
#[derive(Debug, Default)]
pub struct Seen {
    /// Pixels that escaped.
    pub escaped: u64,
    /// Pixels that were proved to be inside.
    pub interior: u64,
    /// Lowest count of an escape.
    pub lowest: Option<u32>,
    /// Highest count of an escape.
    pub highest: Option<u32>,
    /// Iterations performed.
    pub iterations: u64,
}

impl Tile {
    /// Bytes of memory that computing it takes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let coordinates = u64::from(self.size.width) + u64::from(self.size.height);
        (8 + 4 * self.landings.planes()) * self.size.pixels() + 8 * coordinates
    }

    /// Computes it. `pause` hears how much is done.
    ///
    /// # Errors
    /// [`Error::Precision`], [`Error::OutOfMemory`], and `pause`'s own.
    pub fn compute(
        &self,
        pause: &mut dyn FnMut(f32) -> Result<(), Error>,
    ) -> Result<Planes, Error> {
        let mut grid = Grid::of(self)?;
        let mut planes = Planes {
            counts: zeroed(self.size.pixels())?,
            fractions: zeroed(self.size.pixels())?,
            distances: zeroed(u64::from(self.landings.distance) * self.size.pixels())?,
            angles: zeroed(u64::from(self.landings.angle) * self.size.pixels())?,
            seen: Seen::default(),
        };
        let mut columns = zeroed(self.size.width.into())?;
        let mut rows = zeroed(self.size.height.into())?;
        // Coordinates of thousands of digits take their time.
        const PATIENCE: u32 = 128;
        for (x, column) in (0..).zip(&mut columns) {
            *column = grid.column(x);
            if x % PATIENCE == 0 {
                pause(0.0)?;
            }
        }
        for (y, row) in (0..).zip(&mut rows) {
            *row = grid.row(y);
            if y % PATIENCE == 0 {
                pause(0.0)?;
            }
        }
        // The second time takes as long as the first, or longer.
        let first = if self.landings.wanted() { 0.5 } else { 1.0 };
        let (family, bounds) = (self.family, self.bounds);
        kernel::iterate(
            &columns,
            &rows,
            family,
            bounds,
            &mut planes,
            &mut |fraction| pause(first * fraction),
        )?;
        Smooth::of(bounds.radius_squared).make(&mut planes.fractions);
        if self.landings.wanted() {
            let pixels = derivative::Pixels::new(&columns, &rows, family, &planes.counts);
            let step = self.step.to_f64();
            let (distances, angles) = (&mut planes.distances, &mut planes.angles);
            let each = &mut |pixel: usize, landing: Landing| {
                if let Some(distance) = distances.get_mut(pixel) {
                    *distance = landing.distance(step);
                }
                if let Some(angle) = angles.get_mut(pixel) {
                    *angle = landing.angle();
                }
            };
            let pause = &mut |fraction| pause(first + (1.0 - first) * fraction);
            if self.landings.distance {
                derivative::follow::<true>(pixels, each, pause)?;
            } else {
                derivative::follow::<false>(pixels, each, pause)?;
            }
        }
        Ok(planes)
    }

    /// What computing it costs, in nanoseconds of a native core: told from
    /// a few of its points.
    ///
    /// # Errors
    /// [`Error::Precision`].
    pub fn cost(&self) -> Result<f64, Error> {
        /// Points that are tried each way.
        const SAMPLES: u32 = 5;
        /// Iterations spent on a point.
        const DEPTH: u32 = 1_000;
        /// What a call, a pixel and an iteration take.
        const CALL: f64 = 20_000.0;
        const PIXEL: f64 = 45.0;
        const ITERATION: f64 = 0.45;
        /// What is dearer for a plane of landings: a pixel, and an iteration
        /// of an orbit that is followed again.
        const LANDING: f64 = 50.0;
        let again = match self.landings {
            Landings { distance: true, .. } => 0.8,
            Landings { angle: true, .. } => 0.4,
            _ => 0.0,
        };
        let mut grid = Grid::of(self)?;
        let bounds = Bounds {
            iterations: self.bounds.iterations.min(DEPTH),
            ..self.bounds
        };
        let middle = |sample: u32, pixels: u32| {
            let at = u64::from(2 * sample + 1) * u64::from(pixels) / u64::from(2 * SAMPLES);
            at as u32
        };
        let columns: [f64; SAMPLES as usize] =
            std::array::from_fn(|x| grid.column(middle(x as u32, self.size.width)));
        let mut cost = 0.0;
        for y in 0..SAMPLES {
            let im = grid.row(middle(y, self.size.height));
            for re in columns {
                let (end, tried) = orbit::iterate(self.family, Point { re, im }, bounds);
                let (iterations, escapes) = match end {
                    // Some turn out to be periodic soon, some never: between.
                    End::Undecided => (
                        (f64::from(bounds.iterations) * f64::from(self.bounds.iterations)).sqrt(),
                        bounds.iterations < self.bounds.iterations,
                    ),
                    End::Escaped { .. } => (f64::from(tried), true),
                    End::Interior => (f64::from(tried), false),
                };
                cost += ITERATION * iterations;
                if escapes {
                    cost += again * iterations + LANDING * self.landings.planes() as f64;
                }
            }
        }
        let pixel = PIXEL + cost / f64::from(SAMPLES * SAMPLES);
        Ok(CALL + pixel * self.size.pixels() as f64)
    }
}

impl Sink for Planes {
    fn put(&mut self, pixel: usize, end: End, iterations: u32) {
        let seen = &mut self.seen;
        seen.iterations += u64::from(iterations);
        self.counts[pixel] = match end {
            End::Escaped { count, norm } => {
                seen.escaped += 1;
                seen.lowest = Some(seen.lowest.map_or(count, |lowest| lowest.min(count)));
                seen.highest = seen.highest.max(Some(count));
                // Until all are made fractions.
                self.fractions[pixel] = norm as f32;
                count
            }
            End::Interior => {
                seen.interior += 1;
                NEVER
            }
            End::Undecided => NEVER,
        };
    }
}
