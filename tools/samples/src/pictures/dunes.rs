//! Sand dunes in the last sun: smooth slopes, sharp crests, long shadows and ripples, the things that JPEG was made for.

use crate::canvas::Canvas;
use crate::colour::{film, gradient, hex, saturate};
use crate::march::{Camera, hit, normal, sunlight};
use crate::noise::{chance, fbm2, noise2};
use crate::vector::{V3, mix, smoothstep, v3};
use crate::write;
use anyhow::Result;
use std::path::Path;

const WIDTH: usize = 2000;
const HEIGHT: usize = 1333;

/// Writes `dunes.ppm`.
pub(super) fn draw(folder: &Path) -> Result<()> {
    let eye = v3(0.0, dunes(0.0, 0.0) + 9.0, 0.0);
    let camera = Camera::new(eye, v3(40.0, eye.y - 14.0, 300.0), 52.0);
    let sun = v3(-0.80, 0.235, 0.46).unit();
    let mut canvas = Canvas::shaded(WIDTH, HEIGHT, 2, |x, y| {
        let half = WIDTH as f32 / 2.0;
        let light = see(
            &camera,
            camera.ray((x - half) / half, (HEIGHT as f32 / 2.0 - y) / half),
            sun,
        );
        film(saturate(light, 1.18) * 1.1)
    });
    canvas.adjust(|x, y, colour| {
        let grain = chance(x as i32, y as i32, 0, 5) + chance(x as i32, y as i32, 1, 5) - 1.0;
        colour * (1.0 + 0.035 * grain)
    });
    write::ppm(&folder.join("dunes.ppm"), &canvas)
}

/// One family of dunes across the wind: a gentle rise, a crest, a steep lee. `phase` counts dunes.
fn profile(phase: f32) -> f32 {
    let t = phase - phase.floor();
    const CREST: f32 = 0.72;
    if t < CREST {
        let s = t / CREST;
        s * s * (1.9 - 0.9 * s)
    } else {
        let s = (1.0 - t) / (1.0 - CREST);
        s * (1.35 - 0.35 * s)
    }
}

fn dunes(x: f32, z: f32) -> f32 {
    let bend =
        74.0 * fbm2(x / 210.0, z / 260.0, 2, 0.5, 61) + 26.0 * noise2(x / 62.0, z / 80.0, 62);
    let big = profile((x * 0.86 + z * 0.5 + 1.9 * bend) / 260.0);
    let tall = smoothstep(-0.7, 0.7, noise2(x / 330.0, z / 330.0, 63));
    let small = profile((x * 0.95 - z * 0.3 + 0.9 * bend) / 71.0);
    let swell = fbm2(x / 900.0, z / 900.0, 2, 0.5, 64);
    big * mix(16.0, 46.0, tall) + small * mix(4.5, 1.0, big) + 40.0 * swell
}

/// Height of the wind's ripples, a few centimetres, weakest on the lee.
fn ripples(x: f32, z: f32) -> f32 {
    let bend = 2.6 * fbm2(x / 4.3, z / 4.3, 3, 0.5, 65);
    let phase = (x * 0.93 + z * 0.36) / 0.36 + bend;
    0.030 * (phase * 1.0).sin() * (0.6 + 0.4 * noise2(x / 9.0, z / 9.0, 66))
}

fn sky(look: V3, sun: V3) -> V3 {
    let facing = look.dot(sun).max(0.0);
    let base = gradient(
        &[
            (0.0, hex(0xf7c59a)),
            (0.07, hex(0xe9b79c)),
            (0.22, hex(0x9fb3cc)),
            (0.6, hex(0x4c7cb5)),
        ],
        look.y.max(0.0),
    );
    let high = look.y.max(0.0) + 0.12;
    let (cx, cz) = (look.x / high, look.z / high);
    let veil = smoothstep(0.05, 0.6, fbm2(cx * 0.55 + 3.0, cz * 1.5, 6, 0.55, 67))
        * smoothstep(0.02, 0.2, look.y);
    let lit = mix(base, v3(1.0, 0.80, 0.66), 0.5 * veil);
    lit + v3(1.0, 0.62, 0.3) * (0.55 * facing.powi(9))
}

fn see(camera: &Camera, look: V3, sun: V3) -> V3 {
    let Some(distance) = hit(
        |p| p.y - dunes(p.x, p.z),
        camera.eye,
        look,
        (1.0, 3200.0),
        0.35,
        0.0012,
    ) else {
        return sky(look, sun) * 1.15;
    };
    let at = camera.eye + look * distance;
    let broad = normal(dunes, at.x, at.z, 0.15 + 0.0012 * distance);
    let lee = smoothstep(0.9, 0.80, broad.y);
    let near = smoothstep(150.0, 12.0, distance) * (1.0 - lee);
    let detail = normal(
        |x, z| dunes(x, z) + near * ripples(x, z),
        at.x,
        at.z,
        0.04 + 0.0006 * distance,
    );
    let bump = mix(broad, detail, near).unit();
    let lit = sunlight(
        |p| p.y - dunes(p.x, p.z),
        at + broad * 0.1,
        sun,
        (0.4, 420.0),
        0.018,
    );
    let grain =
        1.0 + 0.10 * fbm2(at.x * 3.1, at.z * 3.1, 3, 0.7, 68) * smoothstep(90.0, 5.0, distance);
    let sand = mix(
        v3(0.60, 0.335, 0.155),
        v3(0.68, 0.42, 0.22),
        0.5 + 0.5 * fbm2(at.x / 60.0, at.z / 60.0, 3, 0.5, 69),
    ) * grain;
    let direct = v3(1.0, 0.70, 0.42) * (3.3 * bump.dot(sun).max(0.0) * lit);
    let ambient = mix(
        v3(0.22, 0.19, 0.20),
        v3(0.24, 0.32, 0.50),
        0.5 + 0.5 * bump.y,
    ) * 0.75;
    let bounce = v3(0.30, 0.16, 0.07) * (0.35 * (1.0 - broad.y * 0.7));
    let colour = sand * (direct + ambient + bounce);
    let haze = 1.0 - (-(distance / 1500.0).powf(1.25)).exp();
    mix(
        colour,
        sky(v3(look.x, 0.015, look.z).unit(), sun) * 1.1,
        haze,
    )
}
