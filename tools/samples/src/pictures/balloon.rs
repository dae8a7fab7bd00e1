//! Balloons over misty hills: a tall picture that nobody could mistake for one lying on its side. It is stored lying on its side.

use crate::canvas::Canvas;
use crate::colour::{film, gradient, hex};
use crate::noise::{Dice, chance, fbm2, noise2};
use crate::vector::{V3, mix, smoothstep, v3};
use crate::write;
use anyhow::Result;
use std::path::Path;

const WIDTH: usize = 1200;
const HEIGHT: usize = 1800;

/// Writes `balloon.png`: turned a quarter to the left, so that it is upright after a quarter turn to the right (orientation 6).
pub(super) fn draw(folder: &Path) -> Result<()> {
    let mut canvas = Canvas::shaded(WIDTH, HEIGHT, 2, sky);
    for (x, y, size, hue) in [
        (905.0, 420.0, 40.0, 3),
        (180.0, 330.0, 24.0, 1),
        (1030.0, 705.0, 18.0, 2),
        (300.0, 835.0, 13.0, 0),
    ] {
        balloon(&mut canvas, (x, y), size, hue);
    }
    hills(&mut canvas);
    balloon(&mut canvas, (500.0, 610.0), 236.0, 0);
    birds(&mut canvas);
    canvas.adjust(|x, y, colour| {
        let grain = chance(x as i32, y as i32, 0, 5) + chance(x as i32, y as i32, 1, 5) - 1.0;
        film(colour * (1.05 + 0.03 * grain))
    });
    write::png8_oriented(&folder.join("balloon.png"), &turned(&canvas), 6)
}

/// A quarter turn to the left: the top goes to the left side.
fn turned(upright: &Canvas) -> Canvas {
    let mut lying = Canvas::transparent(upright.height, upright.width);
    for y in 0..lying.height {
        for x in 0..lying.width {
            lying.pixels[y * lying.width + x] =
                upright.pixels[x * upright.width + upright.width - 1 - y];
        }
    }
    lying
}

const SUN: (f32, f32) = (860.0, 1060.0);

fn sky(x: f32, y: f32) -> V3 {
    let high = 1.0 - y / HEIGHT as f32;
    let base = gradient(
        &[
            (0.30, hex(0xffd9a0)),
            (0.42, hex(0xffc79a)),
            (0.55, hex(0xf2b1a6)),
            (0.72, hex(0xa7a9cf)),
            (1.0, hex(0x4f74b8)),
        ],
        high,
    );
    let far = (x - SUN.0).hypot(y - SUN.1) / 1000.0;
    let glow = v3(1.0, 0.72, 0.38) * (0.85 * (-far * 3.4).exp())
        + v3(1.2, 1.0, 0.75) * (3.0 * smoothstep(0.056, 0.050, far));
    // Clouds in layers, thinner towards the top, with lit lower rims.
    let field = |dy: f32| {
        fbm2(
            x / 420.0 + 4.0,
            (y + dy) / 88.0 + 0.35 * noise2(x / 300.0, y / 300.0, 83),
            6,
            0.52,
            81,
        )
    };
    let cloud = smoothstep(0.05, 0.55, field(0.0) - 0.1 * high) * smoothstep(0.25, 0.5, high);
    let rim = (field(0.0) - field(16.0)).clamp(-0.3, 0.3) / 0.3;
    let lit = mix(v3(0.70, 0.52, 0.60), v3(1.25, 0.86, 0.66), 0.5 + 0.5 * rim);
    mix(base, lit, 0.62 * cloud) + glow
}

fn hills(canvas: &mut Canvas) {
    const LAYERS: usize = 9;
    for layer in 0..LAYERS {
        let near = layer as f32 / (LAYERS - 1) as f32;
        let base = mix(1030.0, 1690.0, near.powf(1.25));
        let rough = mix(58.0, 120.0, near);
        let seed = 90 + layer as u32;
        let land = mix(hex(0xe8b49c), hex(0x16243a), near.powf(0.62));
        let mist = mix(hex(0xffdfb4), hex(0x8c8fae), near);
        let trees = forest(layer, near, seed);
        let wide = mix(300.0, 520.0, near);
        for (x, tree) in trees.iter().enumerate() {
            let crest = base
                - rough
                    * (0.4
                        + fbm2(
                            x as f32 / wide + 3.1 * layer as f32,
                            layer as f32,
                            6,
                            0.47,
                            seed,
                        ));
            let top = crest - tree;
            for y in (top.floor().max(0.0) as usize)..HEIGHT {
                let deep = (y as f32 - crest) / mix(120.0, 260.0, near);
                let drift = 0.5 + 0.5 * fbm2(x as f32 / 260.0, y as f32 / 60.0, 4, 0.5, seed + 30);
                let fog =
                    smoothstep(0.0, 1.0, deep) * mix(0.95, 0.35, near) * mix(0.75, 1.0, drift);
                let warm = (-(x as f32 - SUN.0).abs() / 420.0).exp() * (1.0 - near);
                let colour =
                    mix(land, mist, fog) + v3(0.5, 0.28, 0.10) * (0.42 * warm * (1.0 - 0.5 * fog));
                canvas.cover(x as i32, y as i32, colour, (y as f32 + 1.0 - top).min(1.0));
            }
        }
    }
}

/// Heights of a row of conifers above a hill, column by column.
fn forest(layer: usize, near: f32, seed: u32) -> Vec<f32> {
    let mut heights = vec![0.0_f32; WIDTH];
    if layer < 3 {
        return heights;
    }
    let mut dice = Dice::new(seed);
    let size = mix(9.0, 120.0, near.powf(1.8));
    for _ in 0..(900.0 * 13.0 / size) as usize {
        let x = dice.between(-20.0, WIDTH as f32 + 20.0);
        let here = fbm2(x / 170.0, 0.0, 3, 0.5, seed + 60);
        let tall = size * dice.between(0.45, 1.0) * smoothstep(-0.55, 0.35, here);
        let slim = dice.between(0.15, 0.21);
        let tiers = dice.between(6.0, 9.0);
        let reach = tall * slim;
        let from = (x - reach).max(0.0) as usize;
        let to = (x + reach).clamp(0.0, WIDTH as f32) as usize;
        for (column, height) in heights.iter_mut().enumerate().take(to).skip(from) {
            // The height at which a tree is as wide as this column's distance, with boughs as teeth.
            let off = (column as f32 + 0.5 - x).abs() / reach;
            let notch =
                0.10 * ((off * tiers) % 1.0) + 0.05 * chance(column as i32, layer as i32, 0, 99);
            *height = height.max(tall * (1.0 - off - notch).max(0.0));
        }
    }
    heights
}

/// A balloon whose envelope has `size` for its radius and `at` for its middle.
fn balloon(canvas: &mut Canvas, at: (f32, f32), size: f32, hue: usize) {
    let schemes = [
        [hex(0xd8352a), hex(0xf6b93b), hex(0xf4ead5), hex(0x1d5c8a)],
        [hex(0x2a7f9e), hex(0xf4ead5), hex(0x2a7f9e), hex(0xe2583e)],
        [hex(0x7b3f8c), hex(0xf2a65a), hex(0x7b3f8c), hex(0xf4ead5)],
        [hex(0xe8a628), hex(0xd0432f), hex(0xe8a628), hex(0x6a2c4f)],
    ];
    let scheme = schemes[hue];
    let mouth = 1.52;
    let basket = (at.0, at.1 + size * 1.98);
    let rope = hex(0x2b1d1a);
    for side in [-1.0, -0.4, 0.4, 1.0] {
        let from = (at.0 + side * 0.2 * size, at.1 + mouth * size);
        let to = (basket.0 + side * 0.105 * size, basket.1 - 0.07 * size);
        canvas.stroke(from, to, (size * 0.008, size * 0.008), rope, 1.0);
    }
    let mist = 0.45 * smoothstep(60.0, 10.0, size);
    let reach = size * 1.62;
    for y in (at.1 - reach) as i32..(at.1 + reach) as i32 {
        for x in (at.0 - reach) as i32..(at.0 + reach) as i32 {
            let mut sum = V3::ZERO;
            let mut cover = 0.0;
            for sample in 0..16 {
                let sx = x as f32 + (sample % 4) as f32 * 0.25 + 0.125;
                let sy = y as f32 + (sample / 4) as f32 * 0.25 + 0.125;
                if let Some(colour) =
                    envelope(((sx - at.0) / size, (sy - at.1) / size), &scheme, mouth)
                {
                    sum += colour;
                    cover += 1.0;
                }
            }
            if cover > 0.0 {
                canvas.cover(x, y, mix(sum / cover, hex(0xd9b3b4), mist), cover / 16.0);
            }
        }
    }
    // The basket, woven, with its rim lit by the sun.
    let (half, tall) = (0.125 * size, 0.2 * size);
    canvas.shape(
        (basket.0, basket.1 + tall / 2.0),
        size * 0.3,
        rope,
        |x, y| {
            let narrow = half * (1.0 - 0.15 * (y - basket.1) / tall) - (x - basket.0).abs();
            let inside = narrow
                .min(y - basket.1 + 0.08 * size)
                .min(basket.1 + 0.6 * tall - y);
            (inside + 0.5).clamp(0.0, 1.0)
        },
    );
    if size > 100.0 {
        for row in 0..9 {
            for column in 0..13 {
                let x = basket.0 + (column as f32 - 6.0) * half / 6.8;
                let y = basket.1 - 0.07 * size + (row as f32 + 0.4) * size * 0.022;
                let lit = mix(0.35, 1.35, (column as f32 / 12.0).powi(2))
                    * if (row + column) % 2 == 0 { 1.0 } else { 0.55 };
                canvas.stroke(
                    (x - 1.6, y),
                    (x + 1.6, y),
                    (3.2, 3.2),
                    hex(0x8a5a33) * lit,
                    0.9,
                );
            }
        }
        canvas.stroke(
            (basket.0 - half, basket.1 - 0.08 * size),
            (basket.0 + half, basket.1 - 0.08 * size),
            (5.0, 5.0),
            hex(0xb07a45),
            1.0,
        );
        for (dx, tall, coat) in [(-0.05, 0.10, 0x35506b), (0.045, 0.115, 0x7c2f2f)] {
            let foot = (basket.0 + dx * size, basket.1 - 0.085 * size);
            canvas.stroke(
                foot,
                (foot.0, foot.1 - tall * size * 0.55),
                (0.055 * size, 0.05 * size),
                hex(coat),
                1.0,
            );
            canvas.disc(
                (foot.0, foot.1 - tall * size * 0.92),
                0.023 * size,
                hex(0xb98a6b),
                1.0,
            );
        }
        canvas.stroke(
            (at.0, at.1 + 1.62 * size),
            (at.0, at.1 + 1.5 * size),
            (0.03 * size, 0.012 * size),
            v3(3.0, 1.6, 0.4),
            0.9,
        );
    }
}

/// The cloth's colour at a point, in radii from the envelope's middle, y downwards.
fn envelope((x, y): (f32, f32), scheme: &[V3; 4], mouth: f32) -> Option<V3> {
    // A sphere above that runs into a cone below.
    let half = if y < 0.35 {
        (1.0 - y * y).max(0.0).sqrt()
    } else {
        let t = (y - 0.35) / (mouth - 0.35);
        let start = (1.0_f32 - 0.35 * 0.35).sqrt();
        start - t * (0.3737 * (mouth - 0.35)) - (start - 0.3737 * (mouth - 0.35) - 0.2) * t * t
    };
    if !(-1.0..mouth).contains(&y) || x.abs() >= half {
        return None;
    }
    let across = x / half;
    let turn = across.asin();
    let gores = 24.0;
    let number = (turn / std::f32::consts::TAU + 0.51) * gores;
    let within = number - number.floor();
    let bulge = (within - 0.5) * 2.0;
    let band = if (0.02..0.30).contains(&(y + 0.05 * bulge * bulge)) {
        if (number.floor() as i32) % 2 == 0 {
            scheme[3]
        } else {
            scheme[2]
        }
    } else {
        match (number.floor() as i32).rem_euclid(3) {
            0 => scheme[0],
            1 => scheme[1],
            _ => scheme[2],
        }
    };
    let normal = v3(
        turn.sin() + 0.22 * bulge * turn.cos(),
        -y.clamp(-1.0, 0.9) * 0.9,
        turn.cos() - 0.22 * bulge * turn.sin(),
    )
    .unit();
    let sun = normal.dot(v3(0.86, -0.38, 0.34).unit()).max(0.0);
    let through = smoothstep(-1.0, 1.0, across) * 0.30;
    let seam = mix(0.72, 1.0, smoothstep(0.0, 0.07, within.min(1.0 - within)));
    let folds = 1.0 + 0.05 * (y * 46.0).sin() * smoothstep(0.3, 1.2, y);
    let light =
        v3(1.15, 0.86, 0.60) * (1.15 * sun + through) + v3(0.36, 0.38, 0.52) * (0.62 - 0.25 * y);
    Some(band * light * (seam * folds))
}

fn birds(canvas: &mut Canvas) {
    let mut dice = Dice::new(17);
    for _ in 0..11 {
        let at = (dice.between(690.0, 1010.0), dice.between(840.0, 960.0));
        let size = dice.between(7.0, 14.0);
        let lift = dice.between(0.15, 0.6);
        for side in [-1.0, 1.0] {
            let elbow = (at.0 + side * size * 0.5, at.1 - size * lift);
            canvas.stroke(at, elbow, (2.2, 1.8), hex(0x4a3a4c), 0.9);
            canvas.stroke(
                elbow,
                (at.0 + side * size, at.1 - size * lift * 0.6),
                (1.8, 0.7),
                hex(0x4a3a4c),
                0.9,
            );
        }
    }
}
