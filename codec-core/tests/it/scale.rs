//! Scaling, against a plain implementation in double precision.

use serde_json::json;

use crate::call::{Rgba, decode, decode_whole};
use crate::pictures::{Png, corpus};

fn decode_sample(sample: u8) -> f64 {
    let encoded = f64::from(sample) / 255.0;
    if encoded <= 0.04045 {
        encoded / 12.92
    } else {
        libm::pow((encoded + 0.055) / 1.055, 2.4)
    }
}

fn encode_sample(light: f64) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let encoded = if light <= 0.003_130_8 {
        light * 12.92
    } else {
        1.055 * libm::pow(light, 1.0 / 2.4) - 0.055
    };
    (encoded * 255.0).round() as u8
}

/// Mitchell and Netravali's filter, B = C = 1/3.
fn mitchell(x: f64) -> f64 {
    let x = x.abs();
    let (b, c) = (1.0 / 3.0, 1.0 / 3.0);
    let sixth = if x < 1.0 {
        (12.0 - 9.0 * b - 6.0 * c) * x * x * x + (-18.0 + 12.0 * b + 6.0 * c) * x * x + 6.0
            - 2.0 * b
    } else if x < 2.0 {
        (-b - 6.0 * c) * x * x * x
            + (6.0 * b + 30.0 * c) * x * x
            + (-12.0 * b - 48.0 * c) * x
            + 8.0 * b
            + 24.0 * c
    } else {
        0.0
    };
    sixth / 6.0
}

fn weights(source: usize, target: usize, index: usize) -> Vec<f64> {
    let ratio = source as f64 / target as f64;
    let center = (index as f64 + 0.5) * ratio - 0.5;
    let raw: Vec<f64> = (0..source)
        .map(|at| mitchell((at as f64 - center) / ratio.max(1.0)))
        .collect();
    let sum: f64 = raw.iter().sum();
    raw.into_iter().map(|weight| weight / sum).collect()
}

fn plainly(source: &Rgba, width: usize, height: usize) -> Rgba {
    let columns: Vec<_> = (0..width)
        .map(|x| weights(source.width, width, x))
        .collect();
    let mut data = Vec::new();
    for y in 0..height {
        let rows = weights(source.height, height, y);
        for column in &columns {
            let mut sum = [0.0; 4];
            for (y, row_weight) in rows
                .iter()
                .enumerate()
                .filter(|(_, weight)| **weight != 0.0)
            {
                for (x, weight) in column.iter().enumerate() {
                    let [r, g, b, a] = source.pixel(x, y);
                    let alpha = f64::from(a) / 255.0 * weight * row_weight;
                    sum[3] += alpha;
                    for (sum, sample) in sum.iter_mut().zip([r, g, b]) {
                        *sum += decode_sample(sample) * alpha;
                    }
                }
            }
            let a = (sum[3].clamp(0.0, 1.0) * 255.0).round() as u8;
            let color = |channel: usize| {
                if a == 0 {
                    0
                } else {
                    encode_sample(sum[channel] / sum[3])
                }
            };
            data.extend([color(0), color(1), color(2), a]);
        }
    }
    Rgba {
        width,
        height,
        data,
    }
}

#[test]
fn scaling_agrees_with_double_precision() {
    for name in ["photo.png", "alpha.png"] {
        let file = corpus(name);
        let source = decode_whole(&file);
        for (width, height) in [
            (48, 32),
            (41, 17),
            (13, 64),
            (96, 5),
            (1, 1),
            (150, 101),
            (96, 128),
            (20, 90),
        ] {
            let scaled =
                decode(&file, json!({"size": {"width": width, "height": height}})).unwrap();
            let expected = plainly(&source, width, height);
            let apart = scaled.apart(&expected);
            assert!(apart <= 1, "{name} to {width} by {height}: {apart} apart");
        }
    }
}

#[test]
fn scaling_to_the_same_size_changes_nothing() {
    let file = corpus("alpha.png");
    let same = decode(&file, json!({"size": {"width": 96, "height": 64}})).unwrap();
    assert_eq!(same, decode_whole(&file));
}

#[test]
fn a_flat_colour_stays_what_it_is() {
    let file = Png::rgb(50, 40, |_, _| [200, 3, 90]).file();
    for (width, height) in [(7, 9), (1, 1), (123, 77)] {
        let scaled = decode(&file, json!({"size": {"width": width, "height": height}})).unwrap();
        assert!(
            scaled
                .data
                .chunks_exact(4)
                .all(|pixel| pixel == [200, 3, 90, 255])
        );
    }
}

#[test]
fn light_is_averaged_as_light() {
    // Half black, half white is 188 in sRGB, where 128 would be a quarter.
    let file = Png::rgb(64, 64, |x, y| [255 * ((x + y) % 2) as u8; 3]).file();
    let scaled = decode(&file, json!({"size": {"width": 8, "height": 8}})).unwrap();
    let [r, ..] = scaled.pixel(4, 4);
    assert!(r.abs_diff(188) <= 1, "{r}");
}
