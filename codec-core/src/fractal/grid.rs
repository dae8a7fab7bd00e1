//! The coordinates of a tile's pixels.

use super::decimal::{Decimal, Sum};
use super::tile::Tile;
use crate::Error;
use crate::raster::Size;

/// Neighbouring pixels must be at least eight f64 apart; orbits within the
/// escape radius 2 are as coarse as numbers from 1 to 2.
const APART: f64 = 8.0 * f64::EPSILON;

/// Coordinates of a tile's columns and rows, each rounded once to f64.
#[derive(Debug)]
pub struct Grid<'a> {
    re: &'a Decimal,
    im: &'a Decimal,
    half_step: Decimal,
    size: Size,
    sum: Sum,
}

impl<'a> Grid<'a> {
    /// The grid of a tile.
    ///
    /// # Errors
    /// [`Error::Precision`] where f64 can't tell neighbours apart.
    pub fn of(tile: &'a Tile) -> Result<Self, Error> {
        let mut grid = Self {
            re: &tile.re,
            im: &tile.im,
            half_step: tile.step.clone().half(),
            size: tile.size,
            sum: Sum::default(),
        };
        let ends = [
            grid.column(0),
            grid.column(tile.size.width - 1),
            grid.row(0),
            grid.row(tile.size.height - 1),
        ];
        check(tile.step.to_f64(), ends)?;
        Ok(grid)
    }

    /// Real part of column `x`.
    pub fn column(&mut self, x: u32) -> f64 {
        let halves = 2 * i64::from(x) + 1 - i64::from(self.size.width);
        self.sum.nearest(self.re, halves, &self.half_step)
    }

    /// Imaginary part of row `y`; the first is the largest.
    pub fn row(&mut self, y: u32) -> f64 {
        let halves = 2 * i64::from(y) + 1 - i64::from(self.size.height);
        self.sum.nearest(self.im, -halves, &self.half_step)
    }
}

fn check(mut step: f64, ends: [f64; 4]) -> Result<(), Error> {
    let largest = ends
        .iter()
        .fold(0.0_f64, |largest, end| largest.max(end.abs()));
    let mut least = APART;
    let mut power = 2.0;
    while largest >= power {
        least *= 2.0;
        power *= 2.0;
    }
    if step >= least {
        return Ok(());
    }
    let mut bits = u64::from(f64::MANTISSA_DIGITS);
    // What is too small for f64 itself needs at least this many.
    step = step.max(f64::MIN_POSITIVE);
    while step < least {
        step *= 2.0;
        bits += 1;
    }
    Err(Error::Precision { least, bits })
}
