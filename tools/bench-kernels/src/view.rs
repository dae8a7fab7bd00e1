//! The views that are computed.

use std::hint::black_box;

use codec_core::fractal::Size;
use codec_core::fractal::decimal::Decimal;
use codec_core::fractal::orbit::{Bounds, Family};
use codec_core::fractal::tile::{Landings, Tile};

/// Pixels a side.
const SIDE: u32 = 256;
const RADIUS: f64 = 256.0;

/// A tile of the set.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// The case's name.
    pub case: &'static str,
    re: &'static str,
    im: &'static str,
    step: &'static str,
    max_iterations: u32,
    /// How often it is computed for one sample, so that a sample takes some
    /// hundredths of a second.
    pub times: u32,
}

/// The views by which the kernel is judged, in the Seahorse Valley.
pub const VIEWS: [View; 2] = [
    // The boundary from near: 1,140 steps a pixel on average, 937 to 5,000.
    View {
        case: "boundary",
        re: "-0.743643887037151",
        im: "0.131825904205330",
        step: "1e-10",
        max_iterations: 5000,
        times: 1,
    },
    // From afar: 130 steps a pixel, so that what a pixel costs beside them shows.
    View {
        case: "shallow",
        re: "-0.743643887037151",
        im: "0.131825904205330",
        step: "2e-6",
        max_iterations: 5000,
        times: 8,
    },
];

impl View {
    /// The view as parameters of `fractal.tile`.
    #[must_use]
    pub fn parameters(&self) -> String {
        let Self { re, im, step, .. } = self;
        format!(
            r#"{{"center": {{"re": "{re}", "im": "{im}"}}, "step": "{step}", "size": {{"width": {SIDE}, "height": {SIDE}}}, "max_iterations": {}, "escape_radius": {RADIUS}}}"#,
            self.max_iterations
        )
    }

    /// Computes it with the kernel of `fractal.tile`.
    ///
    /// # Panics
    /// When memory is out.
    #[must_use]
    pub fn kernel(&self) -> u64 {
        let number = |text| Decimal::parse("number", text).expect("it is a number");
        let tile = Tile {
            family: Family::Mandelbrot,
            re: number(self.re),
            im: number(self.im),
            step: number(self.step),
            size: Size {
                width: SIDE,
                height: SIDE,
            },
            bounds: Bounds {
                iterations: self.max_iterations,
                radius_squared: RADIUS * RADIUS,
            },
            landings: Landings::default(),
        };
        let planes = tile.compute(&mut |_| Ok(())).expect("there is memory");
        let iterations = planes.seen.iterations;
        black_box(planes);
        iterations
    }

    /// Computes its counts with the loop that everybody writes first: one
    /// orbit at a time, one test a step.
    ///
    /// # Panics
    /// When memory is out.
    #[must_use]
    pub fn plain(&self) -> u64 {
        let mut counts = Vec::with_capacity((SIDE * SIDE) as usize);
        let mut steps = 0;
        for (re, im) in self.points() {
            let count = escape(re, im, self.max_iterations);
            steps += u64::from(count.unwrap_or(self.max_iterations));
            counts.push(count.unwrap_or(u32::MAX));
        }
        black_box(counts);
        steps
    }

    /// The points of the pixels, row by row. Their last digits are apart from
    /// the kernel's, which doesn't matter here.
    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        let [re, im, step] =
            [self.re, self.im, self.step].map(|text| text.parse::<f64>().expect("it is a number"));
        let offset = move |at: u32| (f64::from(at) + 0.5 - f64::from(SIDE) / 2.0) * step;
        (0..SIDE).flat_map(move |row| {
            (0..SIDE).map(move |column| (re + offset(column), im - offset(row)))
        })
    }
}

fn escape(re: f64, im: f64, max_iterations: u32) -> Option<u32> {
    let (mut x, mut y) = (0.0, 0.0);
    for count in 1..=max_iterations {
        (x, y) = ((x * x - y * y) + re, (x + x) * y + im);
        if x * x + y * y > RADIUS * RADIUS {
            return Some(count);
        }
    }
    None
}
