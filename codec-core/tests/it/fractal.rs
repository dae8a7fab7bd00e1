//! `fractal.tile`: what it answers, and what it refuses.

use std::cell::Cell;

use codec_core::Host;
use locus_protocol::{Call, ErrorBody, Limits, Message};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::call::{Asked, Reply, exchange};

/// A tile's planes.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Planes {
    pub count: Vec<u32>,
    pub fraction: Vec<f32>,
}

impl Planes {
    pub fn crop(&self, row: usize, x: usize, y: usize, width: usize, height: usize) -> Self {
        let mut part = Self::default();
        for y in y..y + height {
            let at = y * row + x;
            part.count.extend(&self.count[at..at + width]);
            part.fraction.extend(&self.fraction[at..at + width]);
        }
        part
    }
}

pub const NEVER: u32 = u32::MAX;

pub fn parameters(re: &str, im: &str, step: &str, size: [u32; 2], max_iterations: u32) -> Value {
    json!({
        "center": {"re": re, "im": im},
        "step": step,
        "size": {"width": size[0], "height": size[1]},
        "max_iterations": max_iterations,
    })
}

pub fn ask(parameters: &Value) -> Reply {
    Asked::without_input("fractal.tile", parameters.clone())
        .reply()
        .unwrap_or_else(|error| panic!("{parameters}: {error}"))
}

pub fn planes(reply: &Reply) -> Planes {
    let [count, fraction] = &reply.payloads[..] else {
        panic!("a tile has two planes");
    };
    let words = |bytes: &[u8]| -> Vec<[u8; 4]> { bytes.as_chunks().0.to_vec() };
    Planes {
        count: words(count).into_iter().map(u32::from_le_bytes).collect(),
        fraction: words(fraction)
            .into_iter()
            .map(f32::from_le_bytes)
            .collect(),
    }
}

#[test]
fn a_tile_says_what_its_planes_are() {
    let reply = ask(&parameters("-0.5", "0", "0.5", [6, 5], 100));
    let planes_described = json!([
        {"name": "count", "sample": "u32", "channels": 1, "payload": 0, "row_bytes": 24},
        {"name": "fraction", "sample": "f32", "channels": 1, "payload": 1, "row_bytes": 24},
    ]);
    assert_eq!(
        reply.result["raster"],
        json!({"width": 6, "height": 5, "alpha": "opaque", "planes": planes_described})
    );
    let Planes { count, fraction } = planes(&reply);
    assert_eq!((count.len(), fraction.len()), (30, 30));
    let escaped: Vec<u32> = count
        .iter()
        .copied()
        .filter(|&count| count != NEVER)
        .collect();
    assert_eq!(reply.result["escaped"], escaped.len());
    assert_eq!(
        reply.result["lowest"].as_u64(),
        escaped.iter().min().map(|&n| n.into())
    );
    assert_eq!(
        reply.result["highest"].as_u64(),
        escaped.iter().max().map(|&n| n.into())
    );
    for (&count, &fraction) in count.iter().zip(&fraction) {
        assert!((0.0..1.0).contains(&fraction) && (count != NEVER || fraction == 0.0));
    }
}

#[test]
fn known_points_are_where_they_belong() {
    // Rows from the top: i alone is inside of its column, and -i below.
    let reply = ask(&parameters("0", "0", "1", [5, 3], 100));
    let Planes { count, .. } = planes(&reply);
    let inside: Vec<bool> = count.iter().map(|&count| count == NEVER).collect();
    #[rustfmt::skip]
    let expected = [
        false, false, true, false, false,
        true, true, true, false, false,
        false, false, true, false, false,
    ];
    assert_eq!(inside, expected);
    // 2, 6, 38, 1446: the fourth is beyond 256.
    assert_eq!(count[9], 4);
}

pub fn refused(parameters: &Value) -> ErrorBody {
    Asked::without_input("fractal.tile", parameters.clone())
        .reply()
        .map(|reply| reply.result)
        .expect_err(&parameters.to_string())
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let good = || parameters("-0.5", "0", "0.01", [4, 4], 100);
    ask(&good());
    let long = "1".repeat(40_000);
    for (path, value) in [
        ("size/width", json!(0)),
        ("size/height", json!(0)),
        ("size/width", json!(16_385)),
        ("max_iterations", json!(0)),
        ("max_iterations", json!(100_000_001)),
        ("escape_radius", json!(1.99)),
        ("escape_radius", json!(1e7)),
        ("step", json!("0")),
        ("step", json!("-1e-3")),
        ("step", json!("1e99999999999999999999")),
        ("step", json!("1e-99999999999999999999")),
        ("step", json!("")),
        ("center/re", json!("NaN")),
        ("center/re", json!("1e9")),
        ("center/im", json!("0.1.2")),
        ("center/im", json!(long)),
    ] {
        let mut parameters = good();
        let (outer, inner) = path.split_once('/').unwrap_or((path, ""));
        if inner.is_empty() {
            parameters[outer] = value;
        } else {
            parameters[outer][inner] = value;
        }
        let error = refused(&parameters);
        assert_eq!(error.code.as_str(), "invalid_parameters", "{path}: {error}");
        assert!(
            error.message.starts_with(&path.replace('/', ".")),
            "{error}"
        );
    }
    let mut unknown = good();
    unknown["depth"] = json!(1);
    assert_eq!(refused(&unknown).code.as_str(), "invalid_parameters");
    let input = Asked::new("fractal.tile", good(), b"bytes").reply();
    assert_eq!(input.unwrap_err().code.as_str(), "invalid_parameters");
}

#[test]
fn the_end_of_f64_is_said() {
    let least = 2.0_f64.powi(-49);
    for (re, step, least) in [
        ("-1.7", "1.7e-15", least),
        ("0.25", "1e-300", least),
        ("0.25", "1e-8000", least),
        ("-2", "3.5e-15", 2.0 * least),
    ] {
        let tile = parameters(re, "0", step, [3, 3], 100);
        let error = refused(&tile);
        assert_eq!(error.code.as_str(), "limit_exceeded");
        let details = error.details.unwrap();
        assert_eq!(details["limit"], "precision");
        assert_eq!(details["maximum"], 53);
        assert!(details["value"].as_u64().unwrap() > 53);
        assert_eq!(details["least_step"].as_f64().unwrap(), least);
        assert!(
            error.message.contains("f64 ends at a step"),
            "{}",
            error.message
        );
        // What is said to be possible is.
        ask(&parameters(re, "0", &least.to_string(), [3, 3], 100));
        let estimate = Asked::without_input("fractal.tile", tile).estimate(0);
        assert_eq!(estimate.unwrap_err().code.as_str(), "limit_exceeded");
    }
}

#[test]
fn long_decimals_are_exact() {
    let digits = "1234567890".repeat(1900);
    let tile = parameters(&format!("-0.75{digits}"), "0.1", "1e-3", [40, 3], 100);
    let rounded = parameters(
        "-0.75123456789012345678901234567890",
        "0.1",
        "1e-3",
        [40, 3],
        100,
    );
    assert_eq!(planes(&ask(&tile)), planes(&ask(&rounded)));
}

#[test]
fn limits_hold_before_memory_is_taken() {
    let tile = parameters("-0.5", "0", "0.001", [16_000, 16_000], 100);
    for (limit, limits) in [
        (
            "pixels",
            Limits {
                pixels: Some(1_000_000),
                ..Limits::default()
            },
        ),
        (
            "memory",
            Limits {
                memory: Some(1 << 30),
                ..Limits::default()
            },
        ),
    ] {
        let mut asked = Asked::without_input("fractal.tile", tile.clone());
        asked.limits = limits;
        let error = asked.reply().unwrap_err();
        assert_eq!(error.code.as_str(), "limit_exceeded", "{error}");
        assert_eq!(error.details.unwrap()["limit"], limit);
    }
}

#[test]
fn estimates_follow_the_work() {
    let estimate = |parameters: &Value| {
        let asked = Asked::without_input("fractal.tile", parameters.clone());
        asked.estimate(0).unwrap()
    };
    let units = |parameters: &Value| estimate(parameters)["units_cold"].as_f64().unwrap();
    let tile = parameters("-0.7436", "0.1318", "1e-5", [256, 256], 1000);
    let told = estimate(&tile);
    assert_eq!(told["reply_bytes"], 8 * 256 * 256);
    assert!(told["peak_bytes"].as_u64() >= told["reply_bytes"].as_u64());
    assert_eq!(told["parallel"], false);
    let reply = ask(&tile);
    assert_eq!(
        reply.payloads.iter().map(Vec::len).sum::<usize>(),
        8 * 256 * 256
    );
    // Within a factor of four of what turns out.
    let iterations = reply.result["iterations"].as_f64().unwrap();
    let told = units(&tile) / iterations;
    assert!((0.25..4.0).contains(&told), "{told} units an iteration");
    let inside = parameters("-0.2", "0", "1e-5", [256, 256], 1_000_000);
    assert!(units(&inside) < units(&tile));
    let deep = parameters("-0.7436", "0.1318", "1e-9", [256, 256], 100_000_000);
    assert!(units(&deep) > units(&tile));
}

/// Stops when it has heard so many times how far the call is.
struct Stop {
    after: u32,
    heard: Cell<u32>,
    last: Cell<f32>,
}

impl Host for Stop {
    fn progress(&self, value: f32) -> bool {
        assert!(value >= self.last.get(), "progress goes back");
        assert!(value < 1.0);
        self.last.set(value);
        self.heard.set(self.heard.get() + 1);
        self.heard.get() >= self.after
    }

    fn threads(&self) -> usize {
        1
    }
}

#[test]
fn a_tile_stops_between_and_within_rows() {
    // The second is one pixel that would take minutes.
    for tile in [
        parameters("-0.75", "0.1", "1e-3", [64, 64], 1000),
        parameters("-1.4011551890920506", "0", "1e-12", [1, 1], 100_000_000),
    ] {
        for after in [1, 3, 4] {
            let mut call = Call::new(1, "fractal.tile");
            call.parameters = Some(RawValue::from_string(tile.to_string()).unwrap());
            let host = Stop {
                after,
                heard: Cell::new(0),
                last: Cell::new(0.0),
            };
            let error = exchange(&Message::Call(call), &[], &host).unwrap_err();
            assert_eq!(error.code.as_str(), "cancelled", "{tile}");
            assert_eq!(host.heard.get(), after);
        }
    }
}

#[test]
fn a_tile_stops_while_orbits_are_followed_again() {
    let mut tile = parameters(
        "-0.743643887037151",
        "0.13182590420533",
        "1e-8",
        [96, 96],
        3000,
    );
    tile["planes"] = json!(["distance"]);
    let mut call = Call::new(1, "fractal.tile");
    call.parameters = Some(RawValue::from_string(tile.to_string()).unwrap());
    let host = |after| Stop {
        after,
        heard: Cell::new(0),
        last: Cell::new(0.0),
    };
    let patient = host(u32::MAX);
    exchange(&Message::Call(call.clone()), &[], &patient).unwrap();
    assert!(patient.last.get() > 0.5);
    let impatient = host(patient.heard.get());
    let error = exchange(&Message::Call(call), &[], &impatient).unwrap_err();
    assert_eq!(error.code.as_str(), "cancelled");
    assert!(impatient.last.get() > 0.5);
}
