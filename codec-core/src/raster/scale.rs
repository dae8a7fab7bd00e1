//! Scaling: a separable Mitchell–Netravali filter in linear light, colours
//! weighted by alpha.
//!
//! The filter is a polynomial (Mitchell and Netravali, Reconstruction
//! Filters in Computer Graphics, 1988, B = C = 1/3) and everything is summed
//! in one order, so that the result is the same bits in every build. Rows
//! stream through: beside source and target it takes a few rows of memory,
//! whatever the factor.

use super::{Pixels, Size};
use crate::Error;
use crate::color::Srgb;

/// One pixel in linear light, colours multiplied by alpha.
type Linear = [f32; 4];

/// Scales a raster to exactly `target` pixels. `progress` hears the fraction
/// that is done and may end it.
///
/// # Errors
/// What `progress` returns, and [`Error::OutOfMemory`].
pub fn scale(
    source: &Pixels,
    target: Size,
    progress: &mut dyn FnMut(f32) -> Result<(), Error>,
) -> Result<Pixels, Error> {
    let mut scaled = Pixels::new(target.width, target.height)?;
    let srgb = Srgb::new();
    let columns = Taps::of(source.width, target.width);
    let rows = Taps::of(source.height, target.height);
    let mut linear = vec![Linear::default(); source.width as usize];
    let mut narrow = |y: u32, out: &mut [Linear]| {
        for (out, &pixel) in linear.iter_mut().zip(source.row(y)) {
            *out = to_linear(&srgb, pixel);
        }
        for (out, tap) in out.iter_mut().zip(columns.iter()) {
            *out = Linear::default();
            for (pixel, &weight) in linear[tap.first..].iter().zip(tap.weights) {
                add(out, pixel, weight);
            }
        }
    };
    let width = target.width as usize;
    if target.height <= source.height {
        // Each source row is added to the few target rows that it is part of.
        let mut open: Vec<(usize, Vec<Linear>)> = Vec::new();
        let mut next = 0;
        let mut row = vec![Linear::default(); width];
        for y in 0..source.height as usize {
            if y % 64 == 0 {
                progress(y as f32 / source.height as f32)?;
            }
            while next < rows.len() && rows.tap(next).first <= y {
                open.push((next, vec![Linear::default(); width]));
                next += 1;
            }
            if open.is_empty() {
                continue;
            }
            narrow(y as u32, &mut row);
            for (index, sum) in &mut open {
                let tap = rows.tap(*index);
                if let Some(&weight) = tap.weights.get(y - tap.first) {
                    sum.iter_mut()
                        .zip(&row)
                        .for_each(|(sum, pixel)| add(sum, pixel, weight));
                }
            }
            open.retain(|(index, sum)| {
                let tap = rows.tap(*index);
                let done = y + 1 >= tap.first + tap.weights.len();
                if done {
                    write(&srgb, sum, scaled.row_mut(*index as u32));
                }
                !done
            });
        }
    } else {
        // Each target row is a sum of the few source rows that are kept.
        let mut kept: Vec<(usize, Vec<Linear>)> = Vec::new();
        let mut next = 0;
        for index in 0..rows.len() {
            if index % 64 == 0 {
                progress(index as f32 / rows.len() as f32)?;
            }
            let tap = rows.tap(index);
            kept.retain(|(y, _)| *y >= tap.first);
            while next < tap.first + tap.weights.len() {
                let mut row = vec![Linear::default(); width];
                narrow(next as u32, &mut row);
                kept.push((next, row));
                next += 1;
            }
            let mut sum = vec![Linear::default(); width];
            for ((_, row), &weight) in kept.iter().zip(tap.weights) {
                sum.iter_mut()
                    .zip(row)
                    .for_each(|(sum, pixel)| add(sum, pixel, weight));
            }
            write(&srgb, &sum, scaled.row_mut(index as u32));
        }
    }
    Ok(scaled)
}

#[inline]
fn add(sum: &mut Linear, pixel: &Linear, weight: f32) {
    for (sum, sample) in sum.iter_mut().zip(pixel) {
        *sum += sample * weight;
    }
}

fn to_linear(srgb: &Srgb, pixel: u32) -> Linear {
    let [r, g, b, a] = pixel.to_le_bytes();
    let alpha = f32::from(a) / 255.0;
    [
        srgb.linear(r) * alpha,
        srgb.linear(g) * alpha,
        srgb.linear(b) * alpha,
        alpha,
    ]
}

fn write(srgb: &Srgb, sums: &[Linear], row: &mut [u32]) {
    for (out, &[r, g, b, alpha]) in row.iter_mut().zip(sums) {
        // The filter's negative lobes may leave the range.
        let alpha = alpha.clamp(0.0, 1.0);
        let a = (alpha * 255.0 + 0.5) as u8;
        *out = if a == 0 {
            0
        } else {
            let [r, g, b] = [r, g, b].map(|sample| srgb.encode(sample / alpha));
            super::rgba(r, g, b, a)
        };
    }
}

/// For each target sample, the source samples that it is made of.
struct Taps {
    /// First source sample, first weight and number of weights.
    spans: Vec<(usize, usize, usize)>,
    weights: Vec<f32>,
}

struct Tap<'a> {
    first: usize,
    weights: &'a [f32],
}

impl Taps {
    fn of(source: u32, target: u32) -> Self {
        let ratio = f64::from(source) / f64::from(target);
        // Enlarging interpolates; reducing widens the filter to see all.
        let stretch = ratio.max(1.0);
        let mut taps = Self {
            spans: Vec::with_capacity(target as usize),
            weights: Vec::new(),
        };
        for index in 0..target {
            let center = (f64::from(index) + 0.5) * ratio - 0.5;
            let first = (center - 2.0 * stretch).ceil().max(0.0);
            let last = (center + 2.0 * stretch).floor().min(f64::from(source - 1));
            let raw: Vec<f64> = (first as u32..=last as u32)
                .map(|at| mitchell((f64::from(at) - center) / stretch))
                .collect();
            let sum: f64 = raw.iter().sum();
            taps.spans
                .push((first as usize, taps.weights.len(), raw.len()));
            taps.weights
                .extend(raw.iter().map(|weight| (weight / sum) as f32));
        }
        taps
    }

    fn len(&self) -> usize {
        self.spans.len()
    }

    fn tap(&self, index: usize) -> Tap<'_> {
        let (first, start, count) = self.spans[index];
        Tap {
            first,
            weights: &self.weights[start..start + count],
        }
    }

    fn iter(&self) -> impl Iterator<Item = Tap<'_>> {
        (0..self.len()).map(|index| self.tap(index))
    }
}

fn mitchell(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (7.0 * x * x * x - 12.0 * x * x + 16.0 / 3.0) / 6.0
    } else if x < 2.0 {
        (-7.0 / 3.0 * x * x * x + 12.0 * x * x - 20.0 * x + 32.0 / 3.0) / 6.0
    } else {
        0.0
    }
}
