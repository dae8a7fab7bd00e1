//! A mountain lake at dusk: the last sun on a range that rivers carved, its image in the water, pines in the way.

use crate::canvas::Canvas;
use crate::colour::{film, gradient, hex, saturate};
use crate::march::{Camera, hit, normal, sunlight};
use crate::noise::{Dice, chance, fbm2, noise2, ridged2};
use crate::terrain::{Terrain, Wear};
use crate::vector::{V3, mix, smoothstep, v3};
use crate::write::{self, Rounding};
use anyhow::Result;
use std::path::Path;

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
    pines(&mut canvas);
    write::png8(&folder.join("lake.png"), &canvas, 3, Rounding::Dithered)?;
    write::png8(&folder.join("lake-pixels.png"), &pixel_art(&canvas), 3, Rounding::Nearest)
}

struct Scene {
    land: Terrain,
    /// How densely trees stand, 0 to 1, on the grid of `land`.
    woods: Vec<f32>,
    camera: Camera,
    sun: V3,
}

/// How far inside the lake a point lies, in metres; negative on land. x is from the middle.
fn lake(x: f32, z: f32) -> f32 {
    let bank = 260.0 * fbm2(x / 1500.0, z / 1500.0, 4, 0.5, 201);
    let turn = 260.0 * (z / 1900.0).sin();
    let wide = mix(1050.0, 520.0, smoothstep(300.0, 5200.0, z));
    let sides = wide - (x - turn).abs();
    sides.min(5300.0 - z) + bank
}

impl Scene {
    fn new() -> Self {
        let eye = v3(0.0, 14.0, 420.0);
        let land = raise();
        Scene {
            woods: wood(&land),
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
        let column = ((x + SIDE / 2.0) / self.land.cell).clamp(0.0, self.land.width as f32 - 1.0) as usize;
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
        if clear > 26.0 || clear < 0.0 {
            return clear - if clear > 26.0 { 24.0 } else { 0.0 };
        }
        clear - self.trees(at.x, at.z)
    }

    /// The light that comes to `eye` from the direction `look`. Only the `first` look is worth fine steps.
    fn see(&self, eye: V3, look: V3, first: bool) -> V3 {
        let water = if look.y < 0.0 { eye.y / -look.y } else { f32::INFINITY };
        let (fine, start) = if first { (0.0011, 60.0) } else { (0.0022, 25.0) };
        let reach = water.min(SIDE * 1.05);
        let land = hit(|p| self.above(p), eye, look, (start, reach), 0.42, fine);
        match land {
            Some(distance) => self.haze(self.slope(eye + look * distance, distance), distance, look, eye.y),
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
        let fine = normal(|x, z| self.ground(x, z), at.x, at.z, 2.0 + 0.0006 * distance);
        let tree = at.y - height;
        let wooded = tree > 0.6;
        let patch = fbm2(at.x / 90.0, at.z / 90.0, 4, 0.55, 231);
        let strata = fbm2(at.x / 700.0, (at.y + 0.12 * at.x) / 26.0, 4, 0.6, 232);
        let rock = mix(v3(0.135, 0.115, 0.105), v3(0.25, 0.215, 0.19), 0.5 + 0.6 * strata + 0.3 * patch);
        let grass = mix(v3(0.045, 0.052, 0.018), v3(0.10, 0.085, 0.035), 0.5 + 0.7 * patch);
        let snow_line = 900.0 + 260.0 * patch;
        let snowy = smoothstep(snow_line - 160.0, snow_line + 260.0, height) * smoothstep(0.46, 0.70, fine.y + 0.10 * strata);
        let mut ground = mix(rock, grass, smoothstep(0.70, 0.84, broad.y) * smoothstep(1250.0, 750.0, height));
        ground = mix(ground, v3(0.82, 0.84, 0.90), snowy);
        let shore = smoothstep(7.0, 1.5, height);
        ground = mix(ground, v3(0.13, 0.115, 0.10), shore);
        let mut facing = fine;
        let mut open = 1.0;
        if wooded {
            let hue = chance((at.x / 9.5).floor() as i32, (at.z / 9.5).floor() as i32, 5, 222);
            ground = mix(v3(0.016, 0.028, 0.016), v3(0.050, 0.054, 0.020), hue * hue);
            facing = (broad + self.sun * 0.25).unit();
            open = smoothstep(-2.0, 15.0, tree);
        }
        let lit = sunlight(|p| p.y - self.height(p.x, p.z), at + broad * 6.0, self.sun, (25.0, 9000.0), 0.014);
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
            &[(0.0, hex(0xc99aa8)), (0.07, hex(0xdca3a2)), (0.17, hex(0xa795bb)), (0.33, hex(0x5273ad)), (0.8, hex(0x1f3c74))],
            up,
        );
        let warm = gradient(
            &[(0.0, hex(0xffb978)), (0.07, hex(0xfab584)), (0.17, hex(0xcfa2ae)), (0.33, hex(0x6683b5)), (0.8, hex(0x24447c))],
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
        let lit = mix(v3(0.42, 0.28, 0.36), v3(1.28, 0.58, 0.36), smoothstep(-0.6, 0.8, lean + 0.35 * towards));
        let edge = smoothstep(0.015, 0.12, up);
        mix(base, lit, 0.80 * thick * edge)
    }

    fn water(&self, at: V3, distance: f32, look: V3) -> V3 {
        // Calm, with strips that a breath of wind has ruffled. Far waves are smaller than a pixel and only spread the image.
        let wind = smoothstep(0.0, 0.5, fbm2(at.x / 420.0 + 7.0, at.z / 900.0, 4, 0.5, 251) + 0.08);
        let calm = 1.0 / (1.0 + distance / 260.0);
        let wave = |scale: f32, seed: u32| {
            let step = 0.02;
            let (x, z) = (at.x / scale, at.z / scale * 1.7);
            let here = fbm2(x, z, 3, 0.5, seed);
            ((fbm2(x + step, z, 3, 0.5, seed) - here) / step, (fbm2(x, z + step, 3, 0.5, seed) - here) / step)
        };
        let (ax, az) = wave(7.5, 252);
        let (bx, bz) = wave(1.5, 253);
        let (swell, chop) = (0.0065 * mix(1.0, 2.6, wind) * (0.25 + calm), 0.007 * wind * calm);
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
        let mean = if drop.abs() < 1.0 { low } else { low * (1.0 - (-drop / scale).exp()) / (drop / scale) };
        let flat = v3(look.x, 0.02, look.z).unit();
        let towards = 0.5 + 0.5 * flat.dot(v3(self.sun.x, 0.0, self.sun.z).unit());
        let veil = mix(v3(0.20, 0.24, 0.42), v3(0.62, 0.40, 0.38), towards * 0.75);
        let thick = distance * (mean * 0.000_062 + 0.000_014);
        mix(colour, veil, 1.0 - (-thick).exp())
    }
}

/// Lets the range rise around the lake and the rivers wear it down, on three grids.
fn raise() -> Terrain {
    let cells = 512;
    let mut land = Terrain::new(cells, cells, SIDE / cells as f32, |x, z| {
        let x = x - SIDE / 2.0;
        if lake(x, z) > 0.0 { -1.0 } else { 1.0 + 2.0 * chance(x as i32, z as i32, 0, 261) }
    });
    for (rounds, rough) in [(150, 14.0), (26, 5.0), (9, 0.0)] {
        let (width, cell) = (land.width, land.cell);
        let uplift: Vec<f32> = (0..land.heights.len())
            .map(|i| uplift((i % width) as f32 * cell - SIDE / 2.0, (i / width) as f32 * cell))
            .collect();
        let steepest = (0..land.heights.len())
            .map(|i| {
                let (x, z) = ((i % width) as f32 * cell, (i / width) as f32 * cell);
                1.25 + 0.9 * fbm2(x / 900.0, z / 900.0, 5, 0.6, 263)
            })
            .collect();
        let wear = Wear { uplift, cutting: 0.088, steepest };
        for _ in 0..rounds {
            land.wear(&wear);
        }
        land.soften(0.25);
        if rough > 0.0 {
            land = land.refined(rough);
        }
    }
    // The lake's bed.
    let (width, cell) = (land.width, land.cell);
    for (i, height) in land.heights.iter_mut().enumerate() {
        let inside = lake((i % width) as f32 * cell - SIDE / 2.0, (i / width) as f32 * cell);
        if *height <= 0.0 {
            *height = -0.5 - 0.06 * inside.max(0.0);
        }
    }
    land
}

/// How densely trees stand in each cell: not on water, not on cliffs, not above the tree line.
fn wood(land: &Terrain) -> Vec<f32> {
    let dense = |cell: usize| {
        let (x, z) = ((cell % land.width) as f32 * land.cell, (cell / land.width) as f32 * land.cell);
        let up = normal(|x, z| land.height(x, z), x, z, 16.0).y;
        let line = 600.0 + 260.0 * noise2(x / 420.0, z / 420.0, 221);
        let height = land.heights[cell];
        smoothstep(line + 160.0, line - 220.0, height) * smoothstep(0.45, 0.62, up) * smoothstep(1.0, 6.0, height)
    };
    (0..land.heights.len()).map(dense).collect()
}

/// Metres that the land rises in one round.
fn uplift(x: f32, z: f32) -> f32 {
    let dry = -lake(x, z);
    if dry <= 0.0 {
        return 0.0;
    }
    let peak = |px: f32, pz: f32, wide: f32| (-((x - px).powi(2) + (z - pz).powi(2)) / (wide * wide)).exp();
    let massif = 1.5 * peak(-900.0, 7900.0, 1500.0) + 1.0 * peak(2300.0, 7300.0, 1500.0) + 0.8 * peak(4300.0, 5000.0, 1900.0)
        + 0.85 * peak(-4300.0, 6000.0, 2100.0) + 0.35 * peak(800.0, 11_500.0, 3000.0);
    let shores = 0.25 * smoothstep(0.0, 2000.0, dry);
    let uneven = 1.0 + 0.45 * fbm2(x / 2600.0, z / 2600.0, 3, 0.5, 262);
    17.0 * (massif + shores) * uneven * smoothstep(0.0, 900.0, dry)
}

/// Pines on the near bank, black against the light: one stroke for the trunk, a few hundred for the boughs.
fn pines(canvas: &mut Canvas) {
    let unit = canvas.width as f32 / 3000.0;
    let height = canvas.height as f32;
    let bank = |x: f32| {
        let t = x / (3000.0 * unit);
        let rise = 190.0 * smoothstep(0.42, 0.0, t) + 120.0 * smoothstep(0.72, 1.0, t);
        height - unit * (34.0 + rise + 16.0 * fbm2(t * 14.0, 0.0, 4, 0.5, 271))
    };
    let ink = v3(0.0035, 0.0042, 0.0058);
    let mut dice = Dice::new(273);
    // Trees from the back to the front: (place across, height in pixels of the full picture).
    let mut trees: Vec<(f32, f32)> = vec![
        (0.032, 1330.0), (0.088, 1050.0), (0.135, 1190.0), (0.19, 720.0), (0.243, 560.0), (0.285, 330.0),
        (0.985, 1020.0), (0.935, 690.0), (0.885, 520.0), (0.845, 300.0),
    ];
    for _ in 0..26 {
        let left = dice.between(0.0, 1.0) < 0.6;
        let t = if left { dice.between(0.0, 0.36) } else { dice.between(0.79, 1.0) };
        let edge = if left { 1.0 - t / 0.40 } else { (t - 0.75) / 0.25 };
        trees.push((t, dice.between(110.0, 330.0) * mix(0.5, 1.2, edge)));
    }
    for (t, tall) in trees {
        let x = t * canvas.width as f32;
        pine(canvas, (x, bank(x) + 14.0 * unit), tall * unit, &mut dice, ink);
    }
    for x in 0..canvas.width {
        let top = bank(x as f32 + 0.5);
        for y in top.floor() as usize..canvas.height {
            canvas.cover(x as i32, y as i32, ink, (y as f32 + 1.0 - top).min(1.0));
        }
    }
    // Grass along its edge.
    for _ in 0..5200 {
        let x = dice.between(0.0, canvas.width as f32);
        let tall = unit * dice.between(8.0, 40.0) * (0.5 + 0.5 * noise2(x / (90.0 * unit), 0.0, 272).abs());
        let lean = unit * dice.between(-12.0, 12.0);
        canvas.stroke((x, bank(x) + 4.0), (x + lean, bank(x) - tall), (2.4 * unit, 0.7 * unit), ink, 0.95);
    }
}

fn pine(canvas: &mut Canvas, foot: (f32, f32), tall: f32, dice: &mut Dice, ink: V3) {
    let lean = dice.between(-0.012, 0.012) * tall;
    let along = |t: f32| (foot.0 + lean * t, foot.1 - tall * t);
    canvas.stroke(foot, along(1.0), (tall * 0.026, 1.0), ink, 1.0);
    let wide = tall * dice.between(0.15, 0.19);
    let tiers = (tall / canvas.width as f32 * 270.0).clamp(26.0, 84.0) as i32;
    for tier in 0..tiers {
        let t = 0.10 + 0.885 * (tier as f32 + dice.between(0.0, 0.9)) / tiers as f32;
        for side in [-1.0_f32, 1.0] {
            let gap = dice.between(0.0, 1.0);
            let reach = wide * (1.0 - t).powf(0.82) * dice.between(0.55, 1.12) * if gap < 0.07 { 0.3 } else { 1.0 };
            let droop = reach * dice.between(0.20, 0.52) * (1.0 - 0.7 * t);
            bough(canvas, along(t), (side * reach, droop), tall, dice, ink);
        }
    }
}

/// A bough with twigs: it sinks, and turns up again at its tip.
fn bough(canvas: &mut Canvas, from: (f32, f32), (reach, droop): (f32, f32), tall: f32, dice: &mut Dice, ink: V3) {
    let at = |s: f32| (from.0 + reach * s, from.1 + droop * (s * 1.6 - 0.72 * s * s * s));
    let thick = (tall * 0.0052).clamp(0.8, 5.0);
    let mut before = at(0.0);
    let pieces = (reach.abs() / canvas.width as f32 * 640.0).clamp(5.0, 30.0) as i32;
    for piece in 1..=pieces {
        let s = piece as f32 / pieces as f32;
        let here = at(s);
        canvas.stroke(before, here, (thick * (1.05 - s), thick * (1.0 - s) + 0.6), ink, 1.0);
        for _ in 0..3 {
            let hang = dice.between(0.016, 0.040) * tall.powf(0.8) * 4.0 * (1.1 - 0.6 * s) * (reach.abs() / (0.15 * tall)).clamp(0.35, 1.0);
            let out = reach.signum() * hang * dice.between(-0.5, 0.9);
            canvas.stroke(here, (here.0 + out, here.1 + hang * dice.between(-0.1, 1.0)), (thick * 0.8 + 0.8, 0.7), ink, 0.92);
        }
        before = here;
    }
}

/// The picture in large square pixels and few colours: a table of them, picked by an ordered pattern between the two nearest.
fn pixel_art(canvas: &Canvas) -> Canvas {
    const BY: usize = 9;
    const ZOOM: usize = 3;
    let palette: Vec<V3> = [
        0x0b0d14, 0x161c2b, 0x232f45, 0x34445f, 0x47597a, 0x5d7196, 0x7b8db0, 0x9aa6c2, 0x2a2530, 0x463642, 0x684a52, 0x8c6265, 0xb07f7c, 0xcf9f94,
        0xe6bfa8, 0xf6dcc0, 0xe59a62, 0xc96f45, 0x94503c, 0x1a2a26,
    ]
    .iter()
    .map(|&rgb| hex(rgb))
    .collect();
    let curve = |colour: V3| colour.map(crate::colour::encode);
    let small = canvas.shrunk(BY);
    let mut out = Canvas::transparent(small.width * ZOOM, small.height * ZOOM);
    for y in 0..small.height {
        for x in 0..small.width {
            // Bayer's four by four pattern.
            let (a, b) = (x ^ y, y);
            let rank = ((a & 1) << 3 | (b & 1) << 2 | (a & 2) | (b & 2) >> 1) as f32 / 16.0 - 0.47;
            let wanted = curve(small.colour(x, y)) + V3::all(0.085 * rank);
            let near = |ink: &&V3| (curve(**ink) - wanted).length();
            let ink = palette.iter().min_by(|a, b| near(a).total_cmp(&near(b))).copied().unwrap_or_default();
            out.rectangle(x * ZOOM, y * ZOOM, ZOOM, ZOOM, ink);
        }
    }
    out
}
