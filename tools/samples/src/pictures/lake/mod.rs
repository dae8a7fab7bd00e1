//! A mountain lake at dusk: the last sun on a range that rivers carved, its image in the water, pines in the way.
//!
//! [`range`] makes the land; this file looks at it, with sky, water and air; [`pines`] stand in front; [`pixels`] is the picture again in twenty colours.

use crate::canvas::Canvas;
use crate::colour::{film, gradient, hex, saturate};
use crate::march::{Camera, hit, normal, sunlight};
use crate::noise::{chance, fbm2, ridged2};
use crate::terrain::Terrain;
use crate::vector::{V3, mix, smoothstep, v3};
use crate::write::{self, Rounding};
use anyhow::Result;
use std::path::Path;

mod pines;
mod pixels;
mod range;

const WIDTH: usize = 3000;
const HEIGHT: usize = 1920;
/// The world's side in metres. The camera stands at the middle of its near edge.
const SIDE: f32 = 16_384.0;

/// Writes `lake.png`, and `lake-pixels.png`, the same at a ninth of the size in few colours.
pub(super) fn draw(folder: &Path) -> Result<()> {
    let scene = Scene::new();
    let half = WIDTH as f32 / 2.0;
    let mut canvas = Canvas::shaded(WIDTH, HEIGHT, 2, |x, y| {
        let (u, v) = ((x - half) / half, (HEIGHT as f32 * 0.575 - y) / half);
        scene.see(scene.camera.eye, scene.camera.ray(u, v), true)
    });
    canvas.adjust(|_, _, colour| film(saturate(colour, 1.12) * 1.25));
    pines::paint(&mut canvas);
    write::png8(&folder.join("lake.png"), &canvas, 3, Rounding::Dithered)?;
    write::png8(
        &folder.join("lake-pixels.png"),
        &pixels::of(&canvas),
        3,
        Rounding::Nearest,
    )
}

struct Scene {
    land: Terrain,
    /// How densely trees stand, 0 to 1, on the grid of `land`.
    woods: Vec<f32>,
    camera: Camera,
    sun: V3,
}

impl Scene {
    fn new() -> Self {
        let eye = v3(0.0, 14.0, 420.0);
        let land = range::raise();
        Scene {
            woods: range::wood(&land),
            land,
            camera: Camera::new(eye, v3(-40.0, 14.0, 5000.0), 54.0),
            sun: v3(-0.86, 0.135, -0.34).unit(),
        }
    }

    fn height(&self, x: f32, z: f32) -> f32 {
        self.land.height(x + SIDE / 2.0, z)
    }

    /// The ground without trees, with the roughness that the grid is too coarse for.
    fn ground(&self, x: f32, z: f32) -> f32 {
        let height = self.height(x, z);
        if height < -2.0 {
            return height;
        }
        let rough = smoothstep(120.0, 1100.0, height);
        height + mix(2.0, 15.0, rough) * (ridged2(x / 62.0, z / 62.0, 4, 0.5, 211) - 0.45)
    }

    /// The tops of the trees above the ground here, or nothing.
    fn trees(&self, x: f32, z: f32) -> f32 {
        let column =
            ((x + SIDE / 2.0) / self.land.cell).clamp(0.0, self.land.width as f32 - 1.0) as usize;
        let row = (z / self.land.cell).clamp(0.0, self.land.depth as f32 - 1.0) as usize;
        let dense = self.woods[row * self.land.width + column];
        if dense <= 0.02 {
            return 0.0;
        }
        const CELL: f32 = 9.5;
        let (cx, cz) = ((x / CELL).floor() as i32, (z / CELL).floor() as i32);
        let mut top = 0.0_f32;
        for dz in -1..=1 {
            for dx in -1..=1 {
                let (tx, tz) = (cx + dx, cz + dz);
                if chance(tx, tz, 3, 222) > dense {
                    continue;
                }
                let place = |axis: i32| 0.12 + 0.76 * chance(tx, tz, axis, 222);
                let (px, pz) = ((tx as f32 + place(0)) * CELL, (tz as f32 + place(1)) * CELL);
                let tall = (9.0 + 14.0 * chance(tx, tz, 2, 222)) * mix(0.55, 1.0, dense);
                let far = (x - px).hypot(z - pz) / (0.27 * tall);
                top = top.max(tall * (1.0 - far));
            }
        }
        top
    }

    /// Height above the ground, or above the trees where they are near enough to matter.
    fn above(&self, at: V3) -> f32 {
        let clear = at.y - self.height(at.x, at.z);
        if clear > 60.0 {
            return clear - 30.0;
        }
        let ground = self.ground(at.x, at.z);
        let clear = at.y - ground;
        if clear > 26.0 {
            return clear - 24.0;
        }
        if clear < 0.0 {
            return clear;
        }
        clear - self.trees(at.x, at.z)
    }

    /// The light that comes to `eye` from the direction `look`. Only the `first` look is worth fine steps.
    fn see(&self, eye: V3, look: V3, first: bool) -> V3 {
        let water = if look.y < 0.0 {
            eye.y / -look.y
        } else {
            f32::INFINITY
        };
        let (fine, start) = if first {
            (0.0011, 60.0)
        } else {
            (0.0022, 25.0)
        };
        let reach = water.min(SIDE * 1.05);
        let land = hit(|p| self.above(p), eye, look, (start, reach), 0.42, fine);
        match land {
            Some(distance) => self.haze(
                self.slope(eye + look * distance, distance),
                distance,
                look,
                eye.y,
            ),
            None if water < SIDE => {
                let at = eye + look * water;
                self.haze(self.water(at, water, look), water, look, eye.y)
            }
            None => self.sky(look),
        }
    }

    fn slope(&self, at: V3, distance: f32) -> V3 {
        let height = self.ground(at.x, at.z);
        let broad = normal(|x, z| self.height(x, z), at.x, at.z, 14.0);
        let fine = normal(
            |x, z| self.ground(x, z),
            at.x,
            at.z,
            2.0 + 0.0006 * distance,
        );
        let tree = at.y - height;
        let wooded = tree > 0.6;
        let patch = fbm2(at.x / 90.0, at.z / 90.0, 4, 0.55, 231);
        let strata = fbm2(at.x / 700.0, (at.y + 0.12 * at.x) / 26.0, 4, 0.6, 232);
        let rock = mix(
            v3(0.135, 0.115, 0.105),
            v3(0.25, 0.215, 0.19),
            0.5 + 0.6 * strata + 0.3 * patch,
        );
        let grass = mix(
            v3(0.045, 0.052, 0.018),
            v3(0.10, 0.085, 0.035),
            0.5 + 0.7 * patch,
        );
        let snow_line = 900.0 + 260.0 * patch;
        let snowy = smoothstep(snow_line - 160.0, snow_line + 260.0, height)
            * smoothstep(0.46, 0.70, fine.y + 0.10 * strata);
        let mut ground = mix(
            rock,
            grass,
            smoothstep(0.70, 0.84, broad.y) * smoothstep(1250.0, 750.0, height),
        );
        ground = mix(ground, v3(0.82, 0.84, 0.90), snowy);
        let shore = smoothstep(7.0, 1.5, height);
        ground = mix(ground, v3(0.13, 0.115, 0.10), shore);
        let mut facing = fine;
        let mut open = 1.0;
        if wooded {
            let hue = chance(
                (at.x / 9.5).floor() as i32,
                (at.z / 9.5).floor() as i32,
                5,
                222,
            );
            ground = mix(v3(0.016, 0.028, 0.016), v3(0.050, 0.054, 0.020), hue * hue);
            facing = (broad + self.sun * 0.25).unit();
            open = smoothstep(-2.0, 15.0, tree);
        }
        let lit = sunlight(
            |p| p.y - self.height(p.x, p.z),
            at + broad * 6.0,
            self.sun,
            (25.0, 9000.0),
            0.014,
        );
        let direct = v3(1.0, 0.40, 0.15) * (6.2 * lit * facing.dot(self.sun).max(0.0));
        let above = v3(0.25, 0.34, 0.62) * (0.62 + 0.38 * facing.y);
        let glow = v3(0.55, 0.30, 0.26) * (0.42 * (0.5 + 0.5 * facing.dot(v3(-0.9, 0.1, 0.4))));
        ground * (direct + (above + glow) * 0.72) * mix(0.35, 1.0, open)
    }

    fn sky(&self, look: V3) -> V3 {
        let up = look.y.max(0.0);
        let flat = v3(look.x, 0.0, look.z).unit();
        let towards = 0.5 + 0.5 * flat.dot(v3(self.sun.x, 0.0, self.sun.z).unit());
        let cool = gradient(
            &[
                (0.0, hex(0xc99aa8)),
                (0.07, hex(0xdca3a2)),
                (0.17, hex(0xa795bb)),
                (0.33, hex(0x5273ad)),
                (0.8, hex(0x1f3c74)),
            ],
            up,
        );
        let warm = gradient(
            &[
                (0.0, hex(0xffb978)),
                (0.07, hex(0xfab584)),
                (0.17, hex(0xcfa2ae)),
                (0.33, hex(0x6683b5)),
                (0.8, hex(0x24447c)),
            ],
            up,
        );
        let base = mix(cool, warm, smoothstep(0.15, 0.75, towards));
        let reach = 1.0 / (look.y.max(0.0) + 0.10);
        let (x, z) = (look.x * reach, look.z * reach);
        let warp = fbm2(x * 0.5, z * 0.5, 3, 0.5, 241);
        let field = |dx: f32| {
            let (x, z) = (x + dx, z + 0.6 * warp);
            let bands = fbm2(x * 0.34 + 0.5 * z, z * 0.95, 6, 0.55, 242);
            let flakes = fbm2(x * 2.4 + z, z * 4.2, 4, 0.6, 243);
            bands + 0.30 * flakes * smoothstep(-0.2, 0.3, bands)
        };
        let here = field(0.0);
        let thick = smoothstep(-0.02, 0.46, here);
        let lean = ((here - field(-0.16)) / 0.22).clamp(-1.0, 1.0);
        let lit = mix(
            v3(0.42, 0.28, 0.36),
            v3(1.28, 0.58, 0.36),
            smoothstep(-0.6, 0.8, lean + 0.35 * towards),
        );
        let edge = smoothstep(0.015, 0.12, up);
        mix(base, lit, 0.80 * thick * edge)
    }

    fn water(&self, at: V3, distance: f32, look: V3) -> V3 {
        // Calm, with strips that a breath of wind has ruffled. Far waves are smaller than a pixel and only spread the image.
        let wind = smoothstep(
            0.0,
            0.5,
            fbm2(at.x / 420.0 + 7.0, at.z / 900.0, 4, 0.5, 251) + 0.08,
        );
        let calm = 1.0 / (1.0 + distance / 260.0);
        let wave = |scale: f32, seed: u32| {
            let step = 0.02;
            let (x, z) = (at.x / scale, at.z / scale * 1.7);
            let here = fbm2(x, z, 3, 0.5, seed);
            (
                (fbm2(x + step, z, 3, 0.5, seed) - here) / step,
                (fbm2(x, z + step, 3, 0.5, seed) - here) / step,
            )
        };
        let (ax, az) = wave(7.5, 252);
        let (bx, bz) = wave(1.5, 253);
        let (swell, chop) = (
            0.0065 * mix(1.0, 2.6, wind) * (0.25 + calm),
            0.007 * wind * calm,
        );
        let spread = 0.013 * wind * (1.0 - calm) + 0.002 * (1.0 - calm);
        let shake = |axis: i32| chance((at.x * 7.0) as i32, (at.z * 5.0) as i32, axis, 254) - 0.5;
        let tilt = v3(
            -swell * ax - chop * bx + 0.5 * spread * shake(0),
            1.0,
            -swell * az - chop * bz + spread * shake(1),
        )
        .unit();
        let mut back = look.reflect(tilt);
        back.y = back.y.abs().max(0.004);
        let seen = self.see(v3(at.x, 0.05, at.z), back.unit(), false);
        let slant = (-look.dot(tilt)).clamp(0.0, 1.0);
        let mirror = 0.02 + 0.98 * (1.0 - slant).powi(5);
        let deep = v3(0.010, 0.026, 0.036);
        mix(deep, seen * v3(0.93, 0.95, 0.98), mirror.max(0.12))
    }

    /// Air between the eye and what is seen: thin and blue high up, thicker and rosy over the water.
    fn haze(&self, colour: V3, distance: f32, look: V3, eye: f32) -> V3 {
        let drop = look.y * distance;
        // Density falls to 1/e in 420 m of height; its mean along the ray has this closed form.
        let scale = 420.0;
        let low = (-eye.max(0.0) / scale).exp();
        let mean = if drop.abs() < 1.0 {
            low
        } else {
            low * (1.0 - (-drop / scale).exp()) / (drop / scale)
        };
        let flat = v3(look.x, 0.02, look.z).unit();
        let towards = 0.5 + 0.5 * flat.dot(v3(self.sun.x, 0.0, self.sun.z).unit());
        let veil = mix(v3(0.20, 0.24, 0.42), v3(0.62, 0.40, 0.38), towards * 0.75);
        let thick = distance * (mean * 0.000_062 + 0.000_014);
        mix(colour, veil, 1.0 - (-thick).exp())
    }
}
