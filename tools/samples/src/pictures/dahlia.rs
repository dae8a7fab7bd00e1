//! A dahlia in colours that sRGB cannot show.
//!
//! It is computed in linear sRGB with values below 0 allowed, which reach into Display P3. Its reds lie so far out that green and blue are
//! negative; the fine veins differ from the petal in nothing else, so a decoder that clips to sRGB flattens them away.

use crate::canvas::Canvas;
use crate::colour::{gradient, srgb_to_p3};
use crate::noise::{chance, fbm2};
use crate::vector::{V3, mix, smoothstep, v3};
use crate::write::{self, Rounding};
use anyhow::Result;
use std::path::Path;

const WIDTH: usize = 2000;
const HEIGHT: usize = 1500;
const GOLDEN: f32 = 2.399_963_2;
const PETALS: usize = 230;

struct Petal {
    /// Direction of its tip.
    out: (f32, f32),
    /// Distance of its base and of its tip from the middle.
    reach: (f32, f32),
    width: f32,
    /// 0 in the middle of the flower, 1 at its rim.
    far: f32,
    seed: u32,
}

/// Writes `dahlia.png`, whose samples are Display P3.
pub(super) fn draw(folder: &Path) -> Result<()> {
    let petals: Vec<Petal> = (0..PETALS).map(grow).collect();
    let middle = (WIDTH as f32 * 0.5, HEIGHT as f32 * 0.5);
    let mut canvas = Canvas::shaded(WIDTH, HEIGHT, 3, |x, y| {
        let at = (x - middle.0, y - middle.1);
        match petals.iter().position(|petal| inside(petal, at).is_some()) {
            Some(top) => shade(&petals, top, at),
            None => behind(&petals, at),
        }
    });
    canvas.adjust(|_, _, colour| srgb_to_p3(colour).map(|value| value.clamp(0.0, 1.0)));
    write::png8(&folder.join("dahlia.png"), &canvas, 3, Rounding::Dithered)
}

/// The petals from the innermost, which lies on top, to the outermost.
fn grow(number: usize) -> Petal {
    let far = ((number as f32 + 0.5) / PETALS as f32).sqrt();
    let wobble = |axis: i32| chance(number as i32, axis, 0, 3) - 0.5;
    let angle = number as f32 * GOLDEN + 0.10 * wobble(0);
    let tip = mix(34.0, 690.0, far.powf(1.12)) * (1.0 + 0.06 * wobble(1));
    let length = mix(40.0, 300.0, far.powf(0.8));
    Petal {
        out: (angle.cos(), angle.sin()),
        reach: ((tip - length).max(0.0), tip),
        width: mix(13.0, 78.0, far.powf(0.75)) * (1.0 + 0.12 * wobble(2)),
        far,
        seed: number as u32,
    }
}

/// Where in the petal `at` lies: along from 0 (base) to 1 (tip), across from -1 to 1.
fn inside(petal: &Petal, at: (f32, f32)) -> Option<(f32, f32)> {
    let along = at.0 * petal.out.0 + at.1 * petal.out.1;
    let u = (along - petal.reach.0) / (petal.reach.1 - petal.reach.0);
    if !(0.0..1.0).contains(&u) {
        return None;
    }
    let across = at.1 * petal.out.0 - at.0 * petal.out.1;
    // Widest at two thirds, ending in a soft point.
    let outline = (1.0 - u).powf(0.52) * (0.35 + 1.25 * u - 0.1 * u * u);
    let v = across / (petal.width * outline);
    (v.abs() < 1.0).then_some((u, v))
}

fn shade(petals: &[Petal], top: usize, at: (f32, f32)) -> V3 {
    let petal = &petals[top];
    let Some((u, v)) = inside(petal, at) else {
        return V3::ZERO;
    };
    let scale = petal.width / 60.0;
    let ripple = fbm2(u * 3.0 + petal.seed as f32 * 7.1, v * 2.2, 3, 0.5, 9);
    // A trough along the middle and edges that curl up, lit from the upper left.
    let slope = 1.5 * v * v * v - 0.85 * v * (-(v * v) * 6.0).exp() + 0.3 * ripple;
    let lift = mix(-0.35, 0.4, u);
    let normal = v3(
        -petal.out.0 * lift + petal.out.1 * slope,
        -petal.out.1 * lift - petal.out.0 * slope,
        1.0,
    )
    .unit();
    let light = normal.dot(v3(-0.46, -0.56, 0.69)).max(0.0);
    let glow = normal.dot(v3(-0.3, -0.36, 0.88).unit()).max(0.0).powf(24.0);
    let shadow = shadow(petals, top, at, 26.0 * scale.max(0.5));
    let buried = mix(0.22, 1.0, smoothstep(0.0, 0.62, u));
    let bright = buried * shadow * (0.16 + 0.98 * light);
    let heart = smoothstep(0.34, 0.0, petal.far);
    // Linear sRGB: nothing or less in green and blue is what only a wider gamut shows.
    let blush = gradient(
        &[
            (0.0, v3(0.50, -0.020, 0.010)),
            (0.45, v3(0.88, -0.030, 0.035)),
            (0.8, v3(1.08, 0.015, 0.040)),
            (1.0, v3(1.15, 0.17, 0.11)),
        ],
        u * mix(0.72, 1.0, petal.far) + 0.05 * ripple,
    );
    let veins = smoothstep(0.25, 0.9, (v * 21.0 + 2.2 * ripple).sin()) * smoothstep(1.0, 0.75, u);
    let hidden = v3(0.0, -0.030, -0.020) * veins;
    let body = mix(blush, v3(1.08, 0.42, -0.03), 0.75 * heart * u) + hidden;
    body * bright + v3(1.0, 0.62, 0.55) * (0.09 * glow * shadow * u)
}

/// How much light reaches a petal past those above it, from 0.3 to 1: points towards the light are tried at several distances.
fn shadow(petals: &[Petal], top: usize, at: (f32, f32), reach: f32) -> f32 {
    const TRIES: usize = 5;
    let jitter = chance(at.0 as i32 * 3, at.1 as i32 * 3, 0, 21);
    let mut blocked = 0.0;
    for i in 0..TRIES {
        let distance = reach * (i as f32 + jitter) / TRIES as f32;
        let point = (at.0 - 0.64 * distance, at.1 - 0.77 * distance);
        let above = &petals[top.saturating_sub(90)..top];
        if above.iter().any(|petal| inside(petal, point).is_some()) {
            blocked += 1.0 / TRIES as f32;
        }
    }
    mix(1.0, 0.26, blocked)
}

/// Leaves out of focus: round spots of green over the dark, darker under the flower.
fn behind(petals: &[Petal], at: (f32, f32)) -> V3 {
    let mut colour = mix(
        v3(0.0, 0.020, 0.016),
        v3(0.0, 0.06, 0.02),
        0.5 + 0.5 * fbm2(at.0 / 500.0, at.1 / 500.0, 3, 0.5, 31),
    );
    for spot in 0..70 {
        let place = |axis: i32| chance(spot, axis, 1, 33) - 0.5;
        let (x, y) = (place(0) * 2300.0, place(1) * 1800.0);
        let radius = 50.0 + 130.0 * chance(spot, 2, 1, 33);
        let far = (at.0 - x).hypot(at.1 - y) / radius;
        if far < 1.1 {
            let green = mix(
                v3(-0.05, 0.26, 0.02),
                v3(0.10, 0.40, -0.03),
                chance(spot, 3, 1, 33),
            );
            let ring = smoothstep(1.06, 0.94, far) * mix(0.55, 1.0, smoothstep(0.4, 1.0, far));
            colour += green * (0.20 * ring * chance(spot, 4, 1, 33));
        }
    }
    colour * shadow(petals, petals.len(), at, 150.0)
}
