//! Soap bubbles on nothing at all: nearly clear in the middle, opaque only where they shine.
//!
//! A bubble's colours come from its skin, a film of water as thick as a wavelength or two. Light that bounces off its outer and off its inner
//! side meets again and is dimmed or doubled, each colour at another thickness; gravity makes the film thicker below.

use crate::canvas::Canvas;
use crate::noise::{Dice, fbm3};
use crate::vector::{V3, mix, smoothstep, v3};
use crate::write::{self, Rounding};
use anyhow::Result;
use std::path::Path;

/// Columns.
const WIDTH: usize = 1600;
/// Rows.
const HEIGHT: usize = 1200;

struct Bubble {
    x: f32,
    y: f32,
    radius: f32,
    seed: u32,
}

/// Writes `bubbles.png` with alpha, and `bubbles-small.png` at a third of the size.
pub(super) fn draw(folder: &Path) -> Result<()> {
    let bubbles = place();
    let canvas = Canvas::shaded_with_alpha(WIDTH, HEIGHT, 3, |x, y| {
        let mut light = [0.0; 4];
        for bubble in &bubbles {
            over(&mut light, shadow(bubble, x, y));
        }
        for bubble in &bubbles {
            over(&mut light, skin(bubble, x, y));
        }
        light
    });
    write::png8(&folder.join("bubbles.png"), &canvas, 4, Rounding::Dithered)?;
    write::png8(
        &folder.join("bubbles-small.png"),
        &canvas.shrunk(2),
        4,
        Rounding::Nearest,
    )
}

/// Large ones by hand, small ones where chance finds room.
fn place() -> Vec<Bubble> {
    let mut bubbles: Vec<Bubble> = [
        (560.0, 640.0, 372.0),
        (1130.0, 420.0, 262.0),
        (1150.0, 860.0, 158.0),
        (240.0, 230.0, 134.0),
        (1430.0, 690.0, 84.0),
    ]
    .iter()
    .enumerate()
    .map(|(i, &(x, y, radius))| Bubble {
        x,
        y,
        radius,
        seed: i as u32,
    })
    .collect();
    let mut dice = Dice::new(5);
    for _ in 0..4000 {
        let radius = 9.0 + 62.0 * dice.between(0.0, 1.0).powi(3);
        let (x, y) = (
            dice.between(50.0, WIDTH as f32 - 50.0),
            dice.between(50.0, HEIGHT as f32 - 50.0),
        );
        let free = |other: &Bubble| {
            (x - other.x).hypot(y - other.y) > 1.1 * (radius + other.radius) + 14.0
        };
        if bubbles.len() < 34 && bubbles.iter().all(free) {
            bubbles.push(Bubble {
                x,
                y,
                radius,
                seed: bubbles.len() as u32,
            });
        }
    }
    bubbles
}

fn over(below: &mut [f32; 4], above: [f32; 4]) {
    for (value, added) in below.iter_mut().zip(above) {
        *value = added + *value * (1.0 - above[3]);
    }
}

/// What the bubble keeps from the ground: a faint ring, softer the further out.
fn shadow(bubble: &Bubble, x: f32, y: f32) -> [f32; 4] {
    let (dx, dy) = (
        x - bubble.x - 0.16 * bubble.radius,
        y - bubble.y - 0.24 * bubble.radius,
    );
    let far = dx.hypot(dy) / bubble.radius;
    let dark = 0.2 * smoothstep(1.16, 0.9, far) * mix(0.35, 1.0, smoothstep(0.35, 0.98, far));
    [0.01 * dark, 0.015 * dark, 0.04 * dark, dark]
}

/// The light of the room in a direction: a tall window with a cross, a softer one opposite, a pale floor.
fn room(d: V3) -> V3 {
    let pane = |centre: V3, half: f32, tall: f32| {
        let side = centre.cross(v3(0.0, 1.0, 0.0)).unit();
        let up = side.cross(centre).unit();
        let depth = d.dot(centre);
        if depth <= 0.05 {
            return 0.0;
        }
        let (u, v) = (d.dot(side) / depth, d.dot(up) / depth);
        let edge = |value: f32, half: f32| smoothstep(half + 0.05, half - 0.05, value.abs());
        let bars = smoothstep(0.02, 0.05, u.abs()) * smoothstep(0.02, 0.05, (v - 0.1).abs());
        edge(u, half) * edge(v, tall) * bars
    };
    let sky = v3(0.86, 0.95, 1.05) * 9.0 * pane(v3(-0.62, 0.55, 0.56).unit(), 0.34, 0.46);
    let lamp = v3(1.1, 0.9, 0.7) * 3.0 * pane(v3(0.75, 0.1, 0.5).unit(), 0.2, 0.42);
    let walls = mix(
        v3(0.55, 0.42, 0.5),
        v3(0.5, 0.68, 0.95),
        smoothstep(-0.7, 0.8, d.y),
    );
    sky + lamp + walls
}

/// How much of red, green and blue a film `thickness` nanometres thick sends back.
fn film(thickness: f32, slant: f32) -> V3 {
    let path = 2.0 * 1.33 * thickness * slant;
    v3(630.0, 532.0, 465.0)
        .map(|wavelength| 0.5 - 0.5 * (std::f32::consts::TAU * path / wavelength).cos())
}

fn skin(bubble: &Bubble, x: f32, y: f32) -> [f32; 4] {
    let (u, v) = (
        (x - bubble.x) / bubble.radius,
        (bubble.y - y) / bubble.radius,
    );
    let squared = u * u + v * v;
    if squared >= 1.0 {
        return [0.0; 4];
    }
    let depth = (1.0 - squared).sqrt();
    let mut light = V3::ZERO;
    // The near half of the bubble, then the far half seen through it, which mirrors the room upside down.
    for (side, weight) in [(1.0, 1.0), (-1.0, 0.55)] {
        let normal = v3(u, v, depth);
        let seen = normal.reflect(v3(0.0, 0.0, 1.0)) * -1.0;
        let mirrored = if side > 0.0 {
            seen
        } else {
            v3(-seen.x, -seen.y, seen.z)
        };
        let swirl = fbm3(
            u * 1.6,
            v * 2.6 + u * 0.7,
            side * depth * 1.6,
            4,
            0.5,
            bubble.seed * 13 + 3,
        );
        let thickness = mix(190.0, 760.0, 0.5 - 0.5 * v * 0.9) + 190.0 * swirl;
        let slant = (1.0 - (squared / 1.77)).sqrt();
        let bounce = 0.035 + 0.965 * (1.0 - depth).powf(3.2);
        light += film(thickness, slant) * room(mirrored) * (bounce * weight);
    }
    let light = light.map(|value| value / (1.0 + 0.35 * value));
    let rim = smoothstep(0.86, 1.0, squared.sqrt());
    let alpha = (light.max() * 0.9 + 0.03 + 0.12 * rim).clamp(0.0, 1.0);
    let light = light.map(|value| value.min(alpha));
    [light.x, light.y, light.z, alpha]
}
