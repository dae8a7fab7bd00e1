//! `fractal.tile` against exact arithmetic: ground truth that was computed
//! elsewhere, in `LOCUS_FRACTAL_DIR`, or `../shared/fractal` beside the
//! checkout; and orbits of big integers computed here.

#![expect(
    clippy::print_stdout,
    reason = "the number of points is what readers of CI look for"
)]

use std::fmt;
use std::path::PathBuf;

use num_bigint::BigInt;
use serde_json::{Value, json};

use crate::call::Asked;
use crate::fractal::{NEVER, ask, parameters, planes};

/// A decimal number of 60 places.
#[derive(Debug, Clone)]
pub struct Decimal(BigInt);

const PLACES: usize = 60;

impl Decimal {
    pub fn of(text: &str) -> Self {
        let (mantissa, exponent) = match text.split_once('e') {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().unwrap()),
            None => (text, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: BigInt = format!("{whole}{part}").parse().unwrap();
        let shift = PLACES as i64 + exponent - part.len() as i64;
        // A test that would lose digits fails.
        let shift = u32::try_from(shift).unwrap();
        Self(digits * BigInt::from(10).pow(shift))
    }

    /// The number and so many halves of a step.
    pub fn plus(&self, step: &Self, halves: i64) -> Self {
        Self(&self.0 + &step.0 * halves / 2)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:0>1$}", self.0.magnitude().to_string(), PLACES + 1);
        let (whole, part) = digits.split_at(digits.len() - PLACES);
        let sign = if self.0.sign() == num_bigint::Sign::Minus {
            "-"
        } else {
            ""
        };
        write!(f, "{sign}{whole}.{part}")
    }
}

/// The count of one point, or `None` where f64 does not reach.
fn count(re: &str, im: &str, step: &str, limit: u64, radius: u64) -> Option<Option<u64>> {
    let mut one = parameters(re, im, step, [1, 1], limit.try_into().unwrap());
    one["escape_radius"] = json!(radius);
    match Asked::without_input("fractal.tile", one).reply() {
        Ok(reply) => {
            let count = planes(&reply).count[0];
            Some((count != NEVER).then_some(count.into()))
        }
        Err(error) => {
            assert_eq!(error.code.as_str(), "limit_exceeded", "{error}");
            assert_eq!(error.details.unwrap()["limit"], "precision");
            None
        }
    }
}

#[test]
fn published_locations_escape_when_they_should() {
    let named = std::env::var_os("LOCUS_FRACTAL_DIR").map(PathBuf::from);
    let must_be = named.is_some();
    let folder = named.unwrap_or_else(|| {
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fractal"))
    });
    if !folder.exists() {
        assert!(
            !must_be,
            "LOCUS_FRACTAL_DIR is no folder: {}",
            folder.display()
        );
        println!("fractals: skipped: no ground truth");
        return;
    }
    let file = std::fs::read(folder.join("locations.json")).unwrap();
    let locations: Vec<Value> = serde_json::from_slice(&file).unwrap();
    let (mut reached, mut unstable, mut beyond, mut wrong) = (0, 0, 0, Vec::new());
    for location in &locations {
        // One is a family of views, and has none.
        let Some(points) = location["points"].as_array() else {
            continue;
        };
        let step = step(location["zoom"].as_str().unwrap());
        for point in points {
            let [re, im] = ["re", "im"].map(|name| point[name].as_str().unwrap());
            let limit = point["limit"].as_u64().unwrap();
            for (radius, name) in [(2, "escape_over_2"), (256, "escape_over_256")] {
                match count(re, im, &step, limit, radius) {
                    None => beyond += 1,
                    Some(count) => {
                        let expected = point[name].as_u64();
                        let [c_re, c_im] = [re, im].map(Decimal::of);
                        if !stable(&c_re, &c_im, limit as u32, radius as u32, expected) {
                            unstable += 1;
                            continue;
                        }
                        reached += 1;
                        if count != expected {
                            wrong.push(format!(
                                "{} {re} {im}: {count:?}, not {expected:?}",
                                location["id"]
                            ));
                        }
                    }
                }
            }
        }
    }
    println!(
        "fractals: {reached} counts of published points compared; {unstable} depend on less than \
        f64 holds, {beyond} are beyond it"
    );
    assert!(reached > 4 * unstable, "hardly a point within reach");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The step of a picture of a thousand rows.
fn step(zoom: &str) -> String {
    let zoom = zoom.to_ascii_lowercase();
    let (mantissa, exponent) = zoom.split_once('e').unwrap_or((&zoom, "0"));
    let step = 4.0 / mantissa.parse::<f64>().unwrap();
    format!("{step}e{}", -exponent.parse::<i32>().unwrap() - 3)
}

/// The smallest n with |z(n)| > radius, in fixed point of 256 bits.
fn exactly(re: &Decimal, im: &Decimal, limit: u32, radius: u32) -> u32 {
    const BITS: u32 = 256;
    let fixed = |number: &Decimal| (&number.0 << BITS) / BigInt::from(10).pow(PLACES as u32);
    let (c_re, c_im) = (fixed(re), fixed(im));
    let bound = BigInt::from(radius * radius) << (2 * BITS);
    let (mut re, mut im) = (BigInt::ZERO, BigInt::ZERO);
    for n in 1..=limit {
        let (re2, im2) = (&re * &re, &im * &im);
        im = ((&re * &im) >> (BITS - 1)) + &c_im;
        re = ((re2 - im2) >> BITS) + &c_re;
        if &re * &re + &im * &im > bound {
            return n;
        }
    }
    NEVER
}

/// Whether the points a hair from this one have the same count. Where they
/// have not, what f64 rounds away decides.
fn stable(re: &Decimal, im: &Decimal, limit: u32, radius: u32, count: Option<u64>) -> bool {
    let hair = Decimal::of("1e-15");
    [-2, 2].into_iter().all(|halves| {
        let near = exactly(
            &re.plus(&hair, halves),
            &im.plus(&hair, halves),
            limit,
            radius,
        );
        count == (near != NEVER).then_some(near.into())
    })
}

/// Middle and step of a view of 64 × 64 pixels, and iterations.
const VIEWS: [(&str, &str, &str, u32); 10] = [
    ("-0.5", "0", "0.05", 200),
    ("-0.75", "0.1", "0.002", 500),
    ("-0.743643887037151", "0.13182590420533", "1e-6", 1000),
    ("-0.743643887037151", "0.13182590420533", "1e-9", 1000),
    ("0.3245046418497685", "0.04855101129280834", "1e-8", 1000),
    ("-1.7548776662466927", "0.0000001", "1e-5", 600),
    ("-0.10109636384562", "0.95628651080914", "1e-8", 600),
    (
        "0.26207062041615710134",
        "-0.00216815264700656475",
        "1e-10",
        1000,
    ),
    ("-1.25066", "0.02012", "1e-6", 1000),
    ("-2", "0", "1e-7", 300),
];

#[test]
fn counts_of_random_points_are_exact() {
    const POINTS: usize = 30;
    // Steele, Lea, Flood: "Fast splittable pseudorandom number generators".
    let mut seed = 0x4c_6f63_7573_u64;
    let mut random = move || {
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = seed;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    };
    let (mut escaped, mut compared, mut unstable, mut wrong) = (0, 0, 0, Vec::new());
    for (re, im, step, limit) in VIEWS {
        for radius in [2, 256] {
            let mut tile = parameters(re, im, step, [64, 64], limit);
            tile["escape_radius"] = json!(radius);
            let counts = planes(&ask(&tile)).count;
            let step = Decimal::of(step);
            for _ in 0..POINTS {
                let [x, y] = [random() % 64, random() % 64];
                let c_re = Decimal::of(re).plus(&step, 2 * x as i64 + 1 - 64);
                let c_im = Decimal::of(im).plus(&step, 64 - 2 * y as i64 - 1);
                let expected = exactly(&c_re, &c_im, limit, radius);
                let count = counts[(64 * y + x) as usize];
                let exact = (expected != NEVER).then_some(expected.into());
                if !stable(&c_re, &c_im, limit, radius, exact) {
                    unstable += 1;
                } else if count != expected {
                    wrong.push(format!("{tile} at {x}, {y}: {count}, not {expected}"));
                }
                compared += 1;
                escaped += u32::from(expected != NEVER);
            }
        }
    }
    println!(
        "fractals: {compared} random points compared, {escaped} of them escape; \
        {unstable} depend on less than f64 holds"
    );
    assert!(unstable < compared / 20);
    assert!(escaped > compared / 2);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
