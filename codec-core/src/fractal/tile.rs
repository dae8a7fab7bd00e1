//! A tile's pixels.

use super::decimal::Decimal;
use super::grid::Grid;
use super::kernel::{self, Sink};
use super::orbit::{self, Bounds, End, Point};
use super::smooth::Smooth;
use crate::Error;
use crate::raster::{Size, zeroed};

/// The count of a pixel that did not escape.
const NEVER: u32 = u32::MAX;

/// The part of the plane to compute.
#[derive(Debug)]
pub struct Tile {
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
}

/// What was computed.
#[derive(Debug)]
pub struct Planes {
    /// Iterations to escape, row by row.
    pub counts: Vec<u32>,
    /// The smooth part, row by row.
    pub fractions: Vec<f32>,
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
        8 * self.size.pixels() + 8 * coordinates
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
        kernel::iterate(&columns, &rows, self.bounds, &mut planes, pause)?;
        Smooth::of(self.bounds.radius_squared).make(&mut planes.fractions);
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
        let mut iterations = 0.0;
        for y in 0..SAMPLES {
            let im = grid.row(middle(y, self.size.height));
            for re in columns {
                iterations += match orbit::iterate(Point { re, im }, bounds) {
                    // Some turn out to be periodic soon, some never: between.
                    (End::Undecided, _) => {
                        (f64::from(bounds.iterations) * f64::from(self.bounds.iterations)).sqrt()
                    }
                    (_, iterations) => f64::from(iterations),
                };
            }
        }
        let pixel = PIXEL + ITERATION * iterations / f64::from(SAMPLES * SAMPLES);
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
