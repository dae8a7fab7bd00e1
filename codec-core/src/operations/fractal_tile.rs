//! `fractal.tile`: a part of the Mandelbrot set, or of a Julia set.

use std::fmt::Display;
use std::mem::take;
use std::ops::RangeInclusive;

use locus_protocol::{Alpha, Estimate, Plane, Raster, Sample};
use serde::{Deserialize, Serialize};

use crate::fractal::decimal::Decimal;
use crate::fractal::orbit::{Bounds, Family, Point};
use crate::fractal::tile::{Landings, Tile};
use crate::raster::Size;
use crate::{Context, Error, Input, Operation, Output, Payload};

/// `fractal.tile`.
pub struct FractalTile;

/// The part to compute, and how far to iterate. Pixel (x, y) of a tile of
/// w × h stands for the number with the real part
/// `center.re + (x + 1/2 - w/2) · step` and the imaginary part
/// `center.im - (y + 1/2 - h/2) · step`, each computed exactly and rounded
/// once to f64.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields)]
pub struct TileParameters {
    /// The middle of the tile.
    pub center: Center,
    /// Width of one pixel in the complex plane, as a decimal number.
    pub step: String,
    /// Size in pixels, at most 16,384 either way.
    pub size: Size,
    /// Iterations after which an orbit is given up: 1 to 100,000,000.
    pub max_iterations: u32,
    /// Distance from 0 at which an orbit has escaped: 2 to 1,000,000.
    /// Default: 256.
    pub escape_radius: Option<f64>,
    /// Makes it a part of a Julia set: pixels stand for z(0), and this is
    /// the constant c, within the escape radius. Without it pixels stand for
    /// c, z(0) is 0, and the tile is a part of the Mandelbrot set.
    pub julia: Option<Center>,
    /// What to return, in this order, each once. Default: `count`,
    /// `fraction`.
    pub planes: Option<Vec<TilePlane>>,
}

/// What can be known of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum TilePlane {
    /// u32: the smallest n with |z(n)| beyond the escape radius,
    /// 4,294,967,295 where there was none.
    Count,
    /// f32, 0 to 1: count and fraction together are continuous.
    Fraction,
    /// f32: the exterior distance estimate |z| ln|z| / |z'| in pixels, with z
    /// where it escaped and z' its derivative by the pixel's number; at least
    /// half the distance to the set and at most twice. 0 where no orbit
    /// escaped. The larger the escape radius, the better.
    Distance,
    /// f32, 0 to below 1: the angle of z where it escaped, in turns from the
    /// positive reals counterclockwise. 0 where no orbit escaped.
    Angle,
}

/// A point of the complex plane: decimal numbers of any length, with
/// optional sign, point and exponent.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Center {
    /// Real part.
    pub re: String,
    /// Imaginary part; it grows upwards.
    pub im: String,
}

/// A tile's counts.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TileResult {
    /// What the payloads hold: a plane for each that was asked for, named
    /// like it and in that order.
    pub raster: Raster,
    /// Pixels that escaped.
    pub escaped: u64,
    /// Pixels that were proved to belong to the set.
    pub interior: u64,
    /// Pixels that had not escaped when the iterations ended.
    pub undecided: u64,
    /// Lowest count of a pixel that escaped.
    pub lowest: Option<u32>,
    /// Highest count of a pixel that escaped.
    pub highest: Option<u32>,
    /// Iterations that were performed to find that out; those for the planes
    /// `distance` and `angle` not counted.
    pub iterations: u64,
}

impl Operation for FractalTile {
    const NAME: &'static str = "fractal.tile";
    const DOC: &'static str = "Computes a part of the Mandelbrot set or of a Julia set: for every pixel the \
        iterations after which its orbit escapes, a smooth fraction, and, when asked for, the \
        distance to the set and the angle of escape; f64 deep.";
    const PHASES: &'static [&'static str] = &["iterate"];
    const INPUTS: (usize, usize) = (0, 0);

    type Parameters = TileParameters;
    type Result = TileResult;

    fn run(
        context: &Context<'_>,
        parameters: TileParameters,
        _: &[Input<'_>],
    ) -> Result<Output<TileResult>, Error> {
        let tile = Tile::of(&parameters)?;
        let asked = asked(&parameters);
        context.limits().check_pixels(tile.size.pixels())?;
        context.limits().check_memory(tile.bytes())?;
        let mut planes = tile.compute(&mut |fraction| context.progress(0, fraction))?;
        let payloads = asked.iter().map(|plane| match plane {
            TilePlane::Count => Payload::U32(take(&mut planes.counts)),
            TilePlane::Fraction => Payload::F32(take(&mut planes.fractions)),
            TilePlane::Distance => Payload::F32(take(&mut planes.distances)),
            TilePlane::Angle => Payload::F32(take(&mut planes.angles)),
        });
        let payloads = payloads.collect();
        let seen = planes.seen;
        Ok(Output {
            result: TileResult {
                raster: describe(tile.size, asked),
                escaped: seen.escaped,
                interior: seen.interior,
                undecided: tile.size.pixels() - seen.escaped - seen.interior,
                lowest: seen.lowest,
                highest: seen.highest,
                iterations: seen.iterations,
            },
            payloads,
        })
    }

    fn estimate(parameters: &TileParameters, _: &[Input<'_>]) -> Result<Estimate, Error> {
        let tile = Tile::of(parameters)?;
        let units = tile.cost()?;
        Ok(Estimate {
            units_cold: units,
            units_warm: units,
            peak_bytes: tile.bytes(),
            reply_bytes: 4 * asked(parameters).len() as u64 * tile.size.pixels(),
            parallel: false,
        })
    }
}

impl Tile {
    fn of(parameters: &TileParameters) -> Result<Self, Error> {
        let size = parameters.size;
        check("size.width", size.width, 1..=16_384)?;
        check("size.height", size.height, 1..=16_384)?;
        check("max_iterations", parameters.max_iterations, 1..=100_000_000)?;
        let radius = parameters.escape_radius.unwrap_or(256.0);
        check("escape_radius", radius, 2.0..=1e6)?;
        let step = Decimal::parse("step", &parameters.step)?;
        if !step.is_positive() {
            return Err(Error::InvalidParameters("step must be above 0".into()));
        }
        let family = match &parameters.julia {
            None => Family::Mandelbrot,
            Some(constant) => Family::Julia(constant.within("julia", radius)?),
        };
        let planes = asked(parameters);
        let alone = |at: usize| !planes[..at].contains(&planes[at]);
        if planes.is_empty() || !(0..planes.len()).all(alone) {
            return Err(Error::InvalidParameters(
                "planes must name at least one, and each once".into(),
            ));
        }
        Ok(Self {
            family,
            re: Decimal::parse("center.re", &parameters.center.re)?,
            im: Decimal::parse("center.im", &parameters.center.im)?,
            step,
            size,
            bounds: Bounds {
                iterations: parameters.max_iterations,
                radius_squared: radius * radius,
            },
            landings: Landings {
                distance: planes.contains(&TilePlane::Distance),
                angle: planes.contains(&TilePlane::Angle),
            },
        })
    }
}

/// The planes that are wanted.
fn asked(parameters: &TileParameters) -> &[TilePlane] {
    let default = &[TilePlane::Count, TilePlane::Fraction];
    parameters.planes.as_deref().unwrap_or(default)
}

impl Center {
    /// As f64, at most so far from 0.
    fn within(&self, parameter: &str, radius: f64) -> Result<Point, Error> {
        let point = Point {
            re: Decimal::parse(&format!("{parameter}.re"), &self.re)?.to_f64(),
            im: Decimal::parse(&format!("{parameter}.im"), &self.im)?.to_f64(),
        };
        if point.norm() > radius * radius {
            return Err(Error::InvalidParameters(format!(
                "{parameter} must lie within the escape radius, {radius}"
            )));
        }
        Ok(point)
    }
}

fn check<T: Copy + PartialOrd + Display>(
    parameter: &str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), Error> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(Error::InvalidParameters(format!(
        "{parameter} must be from {} to {}, not {value}",
        range.start(),
        range.end()
    )))
}

fn describe(size: Size, planes: &[TilePlane]) -> Raster {
    let plane = |(payload, plane): (u32, &TilePlane)| {
        let (name, sample) = match plane {
            TilePlane::Count => ("count", Sample::U32),
            TilePlane::Fraction => ("fraction", Sample::F32),
            TilePlane::Distance => ("distance", Sample::F32),
            TilePlane::Angle => ("angle", Sample::F32),
        };
        Plane {
            name: name.into(),
            sample,
            channels: 1,
            payload,
            row_bytes: 4 * u64::from(size.width),
        }
    };
    Raster {
        width: size.width,
        height: size.height,
        alpha: Alpha::Opaque,
        color_space: None,
        planes: (0..).zip(planes).map(plane).collect(),
    }
}
