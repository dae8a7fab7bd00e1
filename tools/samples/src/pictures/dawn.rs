//! Sunrise seen from orbit: a thin shell of air, lit from behind, and the long fall from its light into black.
//!
//! The air is marched through: molecules scatter blue (Rayleigh), dust scatters forward (Mie), ozone takes the orange. Those slow, dark slopes are what eight bits
//! cannot hold: they are kept in sixteen, without a grain of noise to hide steps.

use crate::canvas::Canvas;
use crate::colour::film;
use crate::noise::{Dice, fbm3};
use crate::vector::{V3, mix, smoothstep, v3};
use crate::write;
use anyhow::Result;
use std::path::Path;

const WIDTH: usize = 2000;
const HEIGHT: usize = 1250;
/// Radius of the ground, and the top of the air, in kilometres.
const GROUND: f32 = 6360.0;
const TOP: f32 = 6460.0;
/// How strongly a kilometre of air at sea level scatters red, green and blue.
const RAYLEIGH: V3 = v3(5.8e-3, 13.5e-3, 33.1e-3);
const MIE: f32 = 4.0e-3;
/// What a kilometre in the ozone layer swallows.
const OZONE: V3 = v3(0.65e-3, 1.88e-3, 0.085e-3);

/// Writes `dawn.png`, 16 bits a sample.
pub(super) fn draw(folder: &Path) -> Result<()> {
    let eye = v3(0.0, GROUND + 420.0, 0.0);
    // The horizon from there lies about 20 degrees down.
    let dip = (GROUND / eye.y).acos();
    let pitch = dip - 0.040;
    let sun = direction(0.085, -(dip - 0.0085));
    let ray = |x: f32, y: f32| {
        let (u, v) = (
            (x - WIDTH as f32 / 2.0) / WIDTH as f32,
            (HEIGHT as f32 * 0.5 - y) / WIDTH as f32,
        );
        turn(v3(u * 0.56, v * 0.56, 1.0).unit(), -pitch, 0.13)
    };
    let mut canvas = Canvas::shaded(WIDTH, HEIGHT, 2, |x, y| {
        see(eye, ray(x, y), sun) + glare(ray(x, y), sun)
    });
    stars(&mut canvas, |(x, y)| {
        sphere(eye, ray(x, y), GROUND).is_none()
    });
    canvas.adjust(|_, _, colour| film(colour * 1.15));
    write::png16(&folder.join("dawn.png"), &canvas)
}

fn direction(azimuth: f32, elevation: f32) -> V3 {
    v3(
        azimuth.sin() * elevation.cos(),
        elevation.sin(),
        azimuth.cos() * elevation.cos(),
    )
}

/// Rolled by `roll`, then tilted up by `pitch`.
fn turn(d: V3, pitch: f32, roll: f32) -> V3 {
    let d = v3(
        d.x * roll.cos() - d.y * roll.sin(),
        d.x * roll.sin() + d.y * roll.cos(),
        d.z,
    );
    v3(
        d.x,
        d.y * pitch.cos() + d.z * pitch.sin(),
        d.z * pitch.cos() - d.y * pitch.sin(),
    )
}

/// Distances at which a ray enters and leaves a sphere around the origin.
fn sphere(from: V3, along: V3, radius: f32) -> Option<(f32, f32)> {
    let b = from.dot(along);
    // Written so that the difference of two large squares keeps its digits.
    let miss = from - along * b;
    let inside = (radius - miss.length()) * (radius + miss.length());
    (inside > 0.0).then(|| (-b - inside.sqrt(), -b + inside.sqrt()))
}

/// Densities of molecules, dust and ozone at a height in kilometres.
fn air(height: f32) -> V3 {
    v3(
        (-height / 8.2).exp(),
        (-height / 1.6).exp() + 0.012 * (-((height - 20.0) / 4.0).powi(2)).exp(),
        (1.0 - (height - 25.0).abs() / 15.0).max(0.0),
    )
}

fn dimmed(depth: V3) -> V3 {
    (RAYLEIGH * depth.x + V3::all(MIE * 1.1 * depth.y) + OZONE * depth.z)
        .map(|value| (-value).exp())
}

/// Air between a point and the sun, or nothing where the ground is in between.
fn towards_sun(from: V3, sun: V3) -> Option<V3> {
    if sphere(from, sun, GROUND).is_some_and(|(near, _)| near > 0.0) {
        return None;
    }
    let (_, leave) = sphere(from, sun, TOP)?;
    const STEPS: usize = 24;
    let step = leave / STEPS as f32;
    Some((0..STEPS).fold(V3::ZERO, |sum, i| {
        let at = from + sun * (step * (i as f32 + 0.5));
        sum + air((at.length() - GROUND).max(0.0)) * step
    }))
}

fn see(eye: V3, look: V3, sun: V3) -> V3 {
    let ground = sphere(eye, look, GROUND)
        .filter(|hit| hit.0 > 0.0)
        .map(|hit| hit.0);
    let facing = look.dot(sun).clamp(-1.0, 1.0);
    let behind = match ground {
        Some(distance) => surface((eye + look * distance).unit(), look, sun),
        None => V3::ONE * (90.0 * smoothstep(0.999_970, 0.999_982, facing)),
    };
    let Some((enter, leave)) = sphere(eye, look, TOP).filter(|hit| hit.1 > 0.0) else {
        return behind;
    };
    let (enter, leave) = (enter.max(0.0), ground.unwrap_or(leave));
    const STEPS: usize = 48;
    let step = (leave - enter) / STEPS as f32;
    let (mut depth, mut light) = (V3::ZERO, V3::ZERO);
    let phase = 0.0597 * (1.0 + facing * facing);
    let g: f32 = 0.8;
    let forward = 0.0796 * (1.0 - g * g) / (1.0 + g * g - 2.0 * g * facing).powf(1.5);
    for i in 0..STEPS {
        let at = eye + look * (enter + step * (i as f32 + 0.5));
        let here = air((at.length() - GROUND).max(0.0));
        depth += here * step;
        if let Some(above) = towards_sun(at, sun) {
            let scattered = RAYLEIGH * (here.x * phase) + V3::all(MIE * here.y * forward);
            light += scattered * dimmed(depth + above) * step;
        }
    }
    // The green airglow, a faint shell that shines by itself.
    let glow = ground.map_or_else(
        || {
            let lowest = (eye - look * eye.dot(look)).length() - GROUND;
            0.004 * (-((lowest - 88.0) / 7.0).powi(2)).exp()
        },
        |_| 0.0,
    );
    behind * dimmed(depth) + light * 26.0 + v3(0.35, 1.0, 0.5) * glow
}

/// Night: sea, clouds that catch the first light along the edge, and towns.
fn surface(at: V3, look: V3, sun: V3) -> V3 {
    let clouds = smoothstep(
        0.02,
        0.55,
        fbm3(at.x * 34.0, at.y * 34.0, at.z * 34.0, 6, 0.55, 41) + 0.12,
    );
    let land = smoothstep(
        0.03,
        0.1,
        fbm3(at.x * 9.0, at.y * 9.0, at.z * 9.0, 5, 0.5, 47),
    );
    let towns = smoothstep(
        0.02,
        0.42,
        fbm3(at.x * 60.0, at.y * 60.0, at.z * 60.0, 3, 0.6, 43),
    );
    let streets = smoothstep(
        0.12,
        0.45,
        fbm3(at.x * 420.0, at.y * 420.0, at.z * 420.0, 3, 0.7, 45),
    );
    let night = v3(1.0, 0.62, 0.26) * (0.8 * towns * streets * land * (1.0 - 0.85 * clouds));
    let grazing = (at.dot(sun) * 9.0 + 0.16).clamp(0.0, 1.0);
    let lit = mix(v3(0.004, 0.008, 0.016), v3(0.5, 0.42, 0.38), clouds) * grazing;
    let glint = look.reflect(at).dot(sun).max(0.0).powf(180.0) * (1.0 - clouds);
    lit + night
        + v3(1.0, 0.6, 0.3) * (glint * grazing * 2.0)
        + mix(v3(0.0012, 0.0020, 0.0042), v3(0.011, 0.014, 0.022), clouds)
}

/// What the sun spills over the whole picture: a bright heart and a very wide, very faint slope, which eight bits cannot hold.
fn glare(look: V3, sun: V3) -> V3 {
    let off = look.dot(sun).clamp(-1.0, 1.0).acos();
    let wide = |reach: f32| (-off / reach).exp();
    v3(1.0, 0.80, 0.58) * (2.2 * wide(0.010) + 0.30 * wide(0.040))
        + v3(0.42, 0.58, 1.0) * (0.085 * wide(0.14))
}

/// Stars where the picture is dark: round, a few bright, most faint, each with its own warmth.
fn stars(canvas: &mut Canvas, clear: impl Fn((f32, f32)) -> bool) {
    let mut dice = Dice::new(51);
    for _ in 0..1500 {
        let at = (
            dice.between(0.0, WIDTH as f32),
            dice.between(0.0, HEIGHT as f32),
        );
        let (column, row) = (at.0 as usize, at.1 as usize);
        let bright = 0.02 + 0.9 * dice.between(0.0, 1.0).powi(9);
        let tint = mix(
            v3(1.0, 0.78, 0.6),
            v3(0.66, 0.8, 1.0),
            dice.between(0.0, 1.0),
        );
        if !clear(at) || canvas.colour(column, row).max() > 0.12 {
            continue;
        }
        let size = 0.75 + 0.75 * bright.sqrt();
        let reach = (4.0 * size) as usize + 1;
        for y in row.saturating_sub(reach)..(row + reach).min(HEIGHT) {
            for x in column.saturating_sub(reach)..(column + reach).min(WIDTH) {
                let far = (x as f32 + 0.5 - at.0).hypot(y as f32 + 0.5 - at.1) / size;
                let light = tint * (bright * (-far * far).exp());
                let pixel = &mut canvas.pixels[y * WIDTH + x];
                for (sum, added) in pixel.iter_mut().zip([light.x, light.y, light.z]) {
                    *sum += added;
                }
            }
        }
    }
}
