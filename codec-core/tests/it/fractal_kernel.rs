//! `fractal.tile`'s vectors against one orbit at a time, and tiles against
//! their parts.

use codec_core::fractal::orbit::{Bounds, End, Family, Point, iterate};
use codec_core::fractal::smooth::Smooth;
use serde_json::{Value, json};

use crate::fractal::{NEVER, Planes, ask, parameters, planes};

/// Views: middle, step, iterations, escape radius.
const VIEWS: &[(&str, &str, &str, u32, f64)] = &[
    // All of it, near and far.
    ("-0.5", "0", "0.03125", 500, 256.0),
    ("-0.5", "0", "0.03125", 500, 2.0),
    ("-0.75", "0.1", "10", 100, 2.0),
    ("3", "-2", "1000", 100, 1e6),
    // Seahorses, elephants, a spiral, a small copy.
    (
        "-0.743643887037151",
        "0.13182590420533",
        "1e-5",
        1000,
        256.0,
    ),
    (
        "-0.743643887037151",
        "0.13182590420533",
        "3e-13",
        3000,
        256.0,
    ),
    ("0.2925755", "-0.0149977", "0.00001", 2000, 2.5),
    (
        "0.26207062041615710134",
        "-0.00216815264700656475",
        "1e-9",
        1000,
        2.0,
    ),
    ("-1.7548776662466927", "0", "0.0002", 4000, 256.0),
    // Interior but for slow points at its edge, and the needle's tip.
    ("-0.75", "0", "0.0001", 5000, 2.0),
    ("-0.1225", "0.7449", "0.0003", 10_000, 256.0),
    ("-2", "0", "1e-6", 777, 2.0),
    ("-2", "0", "4e-15", 2000, 2.0),
    ("-1.4011551890", "0", "1e-10", 6000, 7.5),
    // Limits within, at and beside the end of a block.
    ("-0.745", "0.113", "0.0005", 1, 256.0),
    ("-0.745", "0.113", "0.0005", 15, 2.0),
    ("-0.745", "0.113", "0.0005", 16, 2.0),
    ("-0.745", "0.113", "0.0005", 17, 2.0),
    ("-0.745", "0.113", "0.0005", 64, 2.0),
    ("-0.745", "0.113", "0.0005", 133, 300.0),
];

fn view(at: usize, size: [u32; 2]) -> Value {
    let (re, im, step, max_iterations, radius) = VIEWS[at];
    let mut parameters = parameters(re, im, step, size, max_iterations);
    parameters["escape_radius"] = json!(radius);
    parameters
}

/// A column's or row's coordinate from a tile of that one alone.
pub fn coordinates(start: f64, step: f64, pixels: u32, sign: f64) -> Vec<f64> {
    (0..pixels)
        .map(|at| start + sign * (f64::from(at) + 0.5 - f64::from(pixels) / 2.0) * step)
        .collect()
}

#[test]
fn vectors_equal_one_orbit_at_a_time() {
    // Numbers of few bits, so that f64 computes coordinates exactly too.
    for (re, im, exponent, size) in [
        (-0.5, 0.0, -5, [97, 61]),
        (-0.75, 0.0, -12, [64, 64]),
        (-0.744140625, 0.1318359375, -14, [83, 47]),
        (0.25, 0.0, -10, [50, 31]),
        (-1.75, 0.0, -11, [31, 50]),
        (-0.125, 0.75, -11, [64, 40]),
        (-2.0, 0.0, -40, [64, 64]),
        (0.0, 1.0, -30, [40, 40]),
        (0.0, 0.0, 3, [40, 40]),
    ] {
        let step = 2.0_f64.powi(exponent);
        for (max_iterations, radius) in [(7, 2.0), (100, 256.0), (2999, 2.0), (2999, 256.0)] {
            let mut parameters = parameters(
                &re.to_string(),
                &im.to_string(),
                &format!("{step}"),
                size,
                max_iterations,
            );
            parameters["escape_radius"] = json!(radius);
            let reply = ask(&parameters);
            let bounds = Bounds {
                iterations: max_iterations,
                radius_squared: radius * radius,
            };
            let mut expected = Planes::default();
            let (mut interior, mut iterations) = (0, 0);
            for im in coordinates(im, step, size[1], -1.0) {
                for re in coordinates(re, step, size[0], 1.0) {
                    let (end, taken) = iterate(Family::Mandelbrot, Point { re, im }, bounds);
                    iterations += u64::from(taken);
                    interior += u64::from(end == End::Interior);
                    let (count, fraction) = match end {
                        End::Escaped { count, norm } => (
                            count,
                            Smooth::of(bounds.radius_squared).fraction(norm as f32),
                        ),
                        _ => (NEVER, 0.0),
                    };
                    expected.count.push(count);
                    expected.fraction.push(fraction);
                }
            }
            assert!(planes(&reply) == expected, "{parameters}");
            assert_eq!(reply.result["interior"], interior, "{parameters}");
            assert_eq!(reply.result["iterations"], iterations, "{parameters}");
        }
    }
}

#[test]
fn counts_and_fractions_are_continuous() {
    // Along a line from far away, each pixel a hair from the next.
    for radius in [2.0, 7.5, 256.0, 1e6] {
        let mut line = parameters("0.75", "0.2", "5e-4", [2000, 1], 1000);
        line["escape_radius"] = json!(radius);
        let Planes { count, fraction } = planes(&ask(&line));
        let smooth = |at: usize| f64::from(count[at]) + f64::from(fraction[at]);
        let steps = (1..2000).filter(|&at| count[at - 1] != NEVER && count[at] != NEVER);
        let far: Vec<usize> = steps
            .filter(|&at| count[at].min(count[at - 1]) < 8)
            .filter(|&at| (smooth(at) - smooth(at - 1)).abs() > 0.05)
            .collect();
        // The formula neglects c, which counts at a small radius.
        let allowed = if radius < 100.0 { 20 } else { 0 };
        assert!(far.len() <= allowed, "radius {radius}: jumps at {far:?}");
    }
}

#[test]
fn a_tile_equals_any_split_of_it() {
    for at in 0..VIEWS.len() {
        let whole = view(at, [48, 32]);
        let reply = ask(&whole);
        let planes = planes(&reply);
        for [width, height] in [[1, 1], [5, 3], [16, 32], [48, 1], [31, 17]] {
            // One pixel alone is enough of 1 × 1.
            let parts = split(&whole, [48, 32], [width, height]);
            let stride = if width * height == 1 { 37 } else { 1 };
            let mut sums = [0_u64; 4];
            for (x, y, part) in parts.into_iter().step_by(stride) {
                let size = [&part["size"]["width"], &part["size"]["height"]];
                let [columns, rows] = size.map(|side| side.as_u64().unwrap() as usize);
                let reply = ask(&part);
                let expected = planes.crop(48, x, y, columns, rows);
                assert!(crate::fractal::planes(&reply) == expected, "{part}");
                for (sum, name) in sums.iter_mut().zip(SUMS) {
                    *sum += reply.result[name].as_u64().unwrap();
                }
            }
            if stride == 1 {
                assert_eq!(
                    sums,
                    SUMS.map(|name| reply.result[name].as_u64().unwrap()),
                    "{whole}"
                );
            }
        }
    }
}

const SUMS: [&str; 4] = ["escaped", "interior", "undecided", "iterations"];

/// Parts of at most a size, each with its corner.
pub fn split(whole: &Value, size: [i64; 2], part: [i64; 2]) -> Vec<(usize, usize, Value)> {
    let mut parts = Vec::new();
    for y in (0..size[1]).step_by(part[1] as usize) {
        for x in (0..size[0]).step_by(part[0] as usize) {
            let [width, height] = [part[0].min(size[0] - x), part[1].min(size[1] - y)];
            let mut parameters = whole.clone();
            parameters["size"] = json!({"width": width, "height": height});
            // The part's middle, in halves of a step from the whole's.
            let halves = [2 * x + width - size[0], size[1] - 2 * y - height];
            let step = whole["step"].as_str().unwrap();
            for (name, halves) in ["re", "im"].into_iter().zip(halves) {
                let center = whole["center"][name].as_str().unwrap();
                parameters["center"][name] = json!(moved(center, halves, step));
            }
            parts.push((x as usize, y as usize, parameters));
        }
    }
    parts
}

/// `start + halves · step / 2`, exactly, to 60 places.
fn moved(start: &str, halves: i64, step: &str) -> String {
    crate::fractal_truth::Decimal::of(start)
        .plus(&crate::fractal_truth::Decimal::of(step), halves)
        .to_string()
}
