//! `fractal.tile`'s further planes, and Julia sets: against loops of one
//! orbit at a time, against what can be computed on paper, and against
//! their parts.

use codec_core::fractal::derivative::Landing;
use codec_core::fractal::orbit::{Bounds, End, Family, Point, iterate};
use codec_core::fractal::smooth::Smooth;
use locus_protocol::Limits;
use serde_json::{Value, json};

use crate::call::Asked;
use crate::fractal::{NEVER, ask, parameters, refused};
use crate::fractal_kernel::{coordinates, split};

const ALL: [&str; 4] = ["count", "fraction", "distance", "angle"];

/// Views: middle, step, iterations, escape radius, a Julia set's constant.
/// Numbers of few bits, so that f64 computes coordinates exactly too.
type View = ([f64; 2], i32, u32, f64, Option<[f64; 2]>);

const VIEWS: &[View] = &[
    ([-0.5, 0.0], -5, 500, 256.0, None),
    ([-0.5, 0.0], -5, 15, 2.0, None),
    ([-0.744140625, 0.1318359375], -14, 2999, 256.0, None),
    ([-2.0, 0.0], -40, 2999, 1e6, None),
    ([0.0, 0.0], 3, 16, 2.0, None),
    // A disc, a dendrite, a rabbit's edge, dust, and a constant at the radius.
    ([0.0, 0.0], -4, 1000, 256.0, Some([0.0, 0.0])),
    ([0.0, 0.0], -4, 777, 256.0, Some([0.0, 1.0])),
    ([0.0, 0.0], -5, 2999, 1e6, Some([-0.125, 0.75])),
    (
        [0.5, -0.25],
        -12,
        2999,
        256.0,
        Some([-0.744140625, 0.1318359375]),
    ),
    ([0.0, 0.0], -4, 100, 2.0, Some([0.375, 0.375])),
    ([0.0, 0.0], -3, 17, 2.0, Some([-2.0, 0.0])),
    ([3.0, -2.0], 6, 100, 256.0, Some([-0.5, 0.5])),
];

fn view(at: usize, size: [u32; 2], planes: &[&str]) -> Value {
    let ([re, im], exponent, max_iterations, radius, julia) = VIEWS[at];
    let [re, im, step] = [re, im, 2.0_f64.powi(exponent)].map(|number| number.to_string());
    let mut parameters = parameters(&re, &im, &step, size, max_iterations);
    parameters["escape_radius"] = json!(radius);
    parameters["planes"] = json!(planes);
    if let Some([re, im]) = julia {
        parameters["julia"] = json!({"re": re.to_string(), "im": im.to_string()});
    }
    parameters
}

/// The planes by name, as the reply describes them, in words of 4 bytes.
fn planes(parameters: &Value) -> Vec<(String, Vec<u32>)> {
    let reply = ask(parameters);
    let described = reply.result["raster"]["planes"].as_array().unwrap().clone();
    assert_eq!(described.len(), reply.payloads.len());
    let plane = |plane: &Value| {
        let payload = &reply.payloads[plane["payload"].as_u64().unwrap() as usize];
        let (words, rest) = payload.as_chunks();
        assert!(rest.is_empty());
        let words = words.iter().copied().map(u32::from_le_bytes).collect();
        (plane["name"].as_str().unwrap().to_owned(), words)
    };
    described.iter().map(plane).collect()
}

/// The loop that everybody writes first, with z' beside z.
fn plain(family: Family, pixel: Point, bounds: Bounds) -> Option<(u32, Landing)> {
    let (mut x, mut y) = (0.0, 0.0);
    let (mut dx, mut dy) = (0.0, 0.0);
    let (mut c, mut add) = (pixel, 1.0);
    if let Family::Julia(constant) = family {
        (x, y, dx, c, add) = (pixel.re, pixel.im, 1.0, constant, 0.0);
    }
    for count in 0..=bounds.iterations {
        if x * x + y * y > bounds.radius_squared {
            let z = Point { re: x, im: y };
            let slope = Point { re: dx, im: dy };
            return Some((count, Landing { z, slope }));
        }
        (dx, dy) = (
            (x + x) * dx - (y + y) * dy + add,
            (x + x) * dy + (y + y) * dx,
        );
        (x, y) = (x * x - y * y + c.re, (x + x) * y + c.im);
    }
    None
}

#[test]
fn planes_equal_a_plain_loop() {
    for (at, &([re, im], exponent, max_iterations, radius, julia)) in VIEWS.iter().enumerate() {
        let size = [53, 38];
        let step = 2.0_f64.powi(exponent);
        let family = julia.map_or(Family::Mandelbrot, |[re, im]| {
            Family::Julia(Point { re, im })
        });
        let bounds = Bounds {
            iterations: max_iterations,
            radius_squared: radius * radius,
        };
        let smooth = Smooth::of(bounds.radius_squared);
        let mut expected: [Vec<u32>; 4] = Default::default();
        let (mut escaped, mut interior, mut iterations) = (0, 0, 0);
        for im in coordinates(im, step, size[1], -1.0) {
            for re in coordinates(re, step, size[0], 1.0) {
                let pixel = Point { re, im };
                let (end, taken) = iterate(family, pixel, bounds);
                iterations += u64::from(taken);
                interior += u64::from(end == End::Interior);
                let landing = plain(family, pixel, bounds);
                let words = match landing {
                    Some((count, landing)) => {
                        let norm = landing.z.norm();
                        assert_eq!(end, End::Escaped { count, norm });
                        escaped += 1;
                        let floats = [
                            smooth.fraction(norm as f32),
                            landing.distance(step),
                            landing.angle(),
                        ];
                        let [fraction, distance, angle] = floats.map(f32::to_bits);
                        [count, fraction, distance, angle]
                    }
                    None => [NEVER, 0, 0, 0],
                };
                for (plane, word) in expected.iter_mut().zip(words) {
                    plane.push(word);
                }
            }
        }
        assert!(escaped > 0);
        let parameters = view(at, size, &ALL);
        for ((name, plane), (expected, wanted)) in
            planes(&parameters).iter().zip(expected.iter().zip(ALL))
        {
            assert_eq!(name, wanted);
            assert!(plane == expected, "{name} of {parameters}");
        }
        let result = ask(&parameters).result;
        assert_eq!(result["escaped"], escaped, "{parameters}");
        assert_eq!(result["interior"], interior, "{parameters}");
        assert_eq!(result["iterations"], iterations, "{parameters}");
    }
}

#[test]
fn a_circle_s_distances_and_angles_are_known() {
    // z(n) = z(0)^2^n, so that the estimate is |z| ln |z| at any n.
    let step = 1.0 / 64.0;
    let mut tile = parameters("1.5", "0", &step.to_string(), [32, 17], 1000);
    tile["julia"] = json!({"re": "0", "im": "0"});
    tile["planes"] = json!(["distance", "count", "angle"]);
    let [distance, count, angle] = <[_; 3]>::try_from(planes(&tile)).unwrap();
    let points = coordinates(0.0, step, 17, -1.0).into_iter().flat_map(|im| {
        coordinates(1.5, step, 32, 1.0)
            .into_iter()
            .map(move |re| [re, im])
    });
    for (at, [re, im]) in points.enumerate() {
        let length = (re * re + im * im).sqrt();
        let expected = length * libm::log(length) / step;
        let told = f64::from(f32::from_bits(distance.1[at]));
        assert!(
            (told / expected - 1.0).abs() < 1e-6,
            "{told}, not {expected}"
        );
        let turns = libm::atan2(im, re) / std::f64::consts::TAU * f64::from(1 << count.1[at]);
        let told = f64::from(f32::from_bits(angle.1[at]));
        let apart = (told - turns).rem_euclid(1.0);
        assert!(apart.min(1.0 - apart) < 1e-6, "{told}, not {turns}");
    }
}

#[test]
fn distances_to_the_set_s_tip_are_right_within_a_factor_of_two() {
    // Left of -2 no other point of the set is nearer.
    for (re, step) in [
        ("-2.01", "1e-4"),
        ("-2.00001", "1e-7"),
        ("-2.0000001", "1e-9"),
    ] {
        let mut tile = parameters(re, "0", step, [99, 1], 100_000);
        tile["planes"] = json!(["distance"]);
        let told = planes(&tile).remove(0).1;
        let [middle, step] = [re, step].map(|text| text.parse::<f64>().unwrap());
        for (told, re) in told.into_iter().zip(coordinates(middle, step, 99, 1.0)) {
            let ratio = f64::from(f32::from_bits(told)) * step / (-2.0 - re);
            // A needle's tip is the worst there is.
            assert!((0.5..2.01).contains(&ratio), "{ratio} at {re}");
        }
    }
}

#[test]
fn values_at_the_edges_are_numbers() {
    let at = |re: f64, im: f64, slope: f64| Landing {
        z: Point { re, im },
        slope: Point { re: slope, im: 0.0 },
    };
    // |z'|² too large for f64, z' not a number, z' that is 0.
    assert_eq!(at(300.0, 0.0, 1e200).distance(1e-15), 0.0);
    assert_eq!(at(300.0, 0.0, f64::NAN).distance(1e-15), 0.0);
    assert_eq!(at(300.0, 0.0, 0.0).distance(1e-15), f32::MAX);
    for (re, im, turns) in [
        (3.0, 0.0, 0.0),
        (3.0, -0.0, 0.0),
        (3.0, 3.0, 0.125),
        (0.0, 3.0, 0.25),
        (-3.0, 0.0, 0.5),
        (-3.0, -0.0, 0.5),
        (0.0, -3.0, 0.75),
        // Less than half a unit in the last place below a whole turn.
        (3.0, -1e-9, 0.0),
    ] {
        let angle = at(re, im, 1.0).angle();
        assert_eq!(angle.to_bits(), f32::to_bits(turns), "{re} {im}");
    }
    // Dust around a point whose orbit goes through 0 exactly.
    let mut tile = parameters("0", "0", "0.125", [3, 3], 1000);
    tile["julia"] = json!({"re": "0.5", "im": "0"});
    tile["planes"] = json!(["distance"]);
    let distance = planes(&tile).remove(0).1;
    assert_eq!(f32::from_bits(distance[4]), f32::MAX);
}

#[test]
fn a_tile_of_many_planes_equals_any_split_of_it() {
    for at in 0..VIEWS.len() {
        let whole = view(at, [48, 32], &ALL);
        let expected = planes(&whole);
        for [width, height] in [[1, 1], [5, 3], [48, 1], [31, 17]] {
            let parts = split(&whole, [48, 32], [width, height]);
            let stride = if width * height == 1 { 37 } else { 1 };
            for (x, y, part) in parts.into_iter().step_by(stride) {
                let size = [&part["size"]["width"], &part["size"]["height"]];
                let [columns, rows] = size.map(|side| side.as_u64().unwrap() as usize);
                for ((_, plane), (name, whole)) in planes(&part).iter().zip(&expected) {
                    let rows = (y..y + rows).map(|y| &whole[48 * y + x..][..columns]);
                    assert!(rows.flatten().eq(plane), "{name} of {part}");
                }
            }
        }
    }
}

#[test]
fn the_planes_that_are_asked_for_come_in_that_order() {
    let whole = planes(&view(2, [20, 10], &ALL));
    for asked in [
        &["angle"][..],
        &["distance"],
        &["fraction"],
        &["fraction", "count"],
        &["angle", "distance", "fraction", "count"],
        &["count", "angle"],
    ] {
        let parameters = view(2, [20, 10], asked);
        let replied = planes(&parameters);
        assert_eq!(replied.len(), asked.len());
        for ((name, plane), asked) in replied.iter().zip(asked) {
            assert_eq!(name, asked);
            let (_, expected) = whole.iter().find(|(name, _)| name == asked).unwrap();
            assert!(plane == expected, "{name}");
        }
        let asked_for = Asked::without_input("fractal.tile", parameters);
        let told = asked_for.estimate(0).unwrap();
        assert_eq!(told["reply_bytes"], 4 * asked.len() * 20 * 10);
        assert!(told["peak_bytes"].as_u64() >= told["reply_bytes"].as_u64());
    }
    let mut default = view(2, [20, 10], &[]);
    default.as_object_mut().unwrap().remove("planes");
    assert_eq!(planes(&default), whole[..2]);
    // More planes are more work and more memory.
    let estimate = |planes: &[&str]| {
        let parameters = view(2, [200, 100], planes);
        let told = Asked::without_input("fractal.tile", parameters).estimate(0);
        let told = told.unwrap();
        ["units_cold", "peak_bytes"].map(|name| told[name].as_f64().unwrap())
    };
    let [[few, small], [more, large]] = [estimate(&ALL[..2]), estimate(&ALL)];
    assert!(few < more && small < large);
}

#[test]
fn planes_and_constants_that_cannot_be_are_refused_by_name() {
    let with = |name: &str, value: Value| {
        let mut parameters = parameters("0", "0", "0.01", [4, 4], 100);
        parameters[name] = value;
        parameters
    };
    let constant = |re: &str, im: &str| with("julia", json!({"re": re, "im": im}));
    ask(&constant("-0.8", "0.156"));
    ask(&constant("256", "0"));
    for (name, parameters) in [
        ("planes", with("planes", json!([]))),
        ("planes", with("planes", json!(["count", "angle", "count"]))),
        ("julia.re", constant("NaN", "0")),
        ("julia.im", constant("0", "")),
        ("julia", constant("256", "0.001")),
    ] {
        let error = refused(&parameters);
        assert_eq!(error.code.as_str(), "invalid_parameters", "{error}");
        assert!(error.message.starts_with(name), "{error}");
    }
    for parameters in [
        with("planes", json!(["depth"])),
        with("julia", json!({"re": "0"})),
    ] {
        let error = refused(&parameters);
        assert_eq!(error.code.as_str(), "invalid_parameters", "{error}");
    }
    // What two planes may take, four may not.
    let mut asked = Asked::without_input("fractal.tile", view(4, [1000, 1000], &ALL));
    asked.limits = Limits {
        memory: Some(12_000_000),
        ..Limits::default()
    };
    let error = asked.reply().unwrap_err();
    assert_eq!(error.details.unwrap()["limit"], "memory");
    asked.parameters = view(4, [1000, 1000], &ALL[..2]);
    asked.reply().unwrap();
}
