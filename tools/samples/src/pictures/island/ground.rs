//! What every pixel of the sheet is: depth tints and lines along the shore at sea; height tints, shading, fields and contours on land.

use super::land::Land;
use super::people::Place;
use super::{CONTOUR, HEIGHT, SCALE, WIDTH};
use crate::canvas::Canvas;
use crate::colour::{gradient, hex};
use crate::noise::{chance, fbm2};
use crate::vector::{V3, mix, smoothstep, v3};

/// The sheet with all that covers areas.
pub(super) fn paint(land: &Land, places: &[Place]) -> Canvas {
    Canvas::shaded(WIDTH, HEIGHT, 1, |x, y| {
        let height = land.height(x, y);
        let (sx, sy) = land.slope(x, y);
        // Pixels to the shore, exact near it.
        let shore = height / (sx.hypot(sy) * SCALE).max(0.02);
        let paper = 1.0 + 0.012 * fbm2(x / 9.0, y / 9.0, 2, 0.7, 331);
        let wet = sea(land, x, y);
        let dry = ground(land, places, (x, y), height, (sx, sy));
        let both = mix(wet, dry, (shore + 0.5).clamp(0.0, 1.0));
        let outline = (1.6 - shore.abs()).clamp(0.0, 1.0);
        mix(both, hex(0x2b5876), 0.85 * outline) * paper
    })
}

/// Part of a pixel that a line `width` pixels wide covers, `off` pixels from its middle.
fn line(width: f32, off: f32) -> f32 {
    (width / 2.0 + 0.5 - off.abs()).clamp(0.0, width.min(1.0))
}

fn sea(land: &Land, x: f32, y: f32) -> V3 {
    let far = land.offshore(x, y).max(0.0);
    let depth = depth(far, x, y);
    let tint = gradient(
        &[
            (0.0, hex(0xd5ecec)),
            (10.0, hex(0xbfe0e6)),
            (30.0, hex(0xa3cfde)),
            (80.0, hex(0x86b9d2)),
            (180.0, hex(0x6fa5c6)),
        ],
        depth,
    );
    // Lines that follow the shore, wider apart and fainter the further out, as engravers had them.
    let pixels = far / SCALE;
    let number = (pixels / 9.0).powf(0.72);
    let width = 9.0 * (1.0 / 0.72) * (number.max(0.3)).powf(1.0 / 0.72 - 1.0);
    let off = (number - number.round()) * width;
    let engraved = if number.round() >= 1.0 {
        line(1.0, off) * smoothstep(11.0, 1.0, number)
    } else {
        0.0
    };
    mix(tint, hex(0x2f6f94), 0.62 * engraved)
}

/// Metres of water, from metres off the shore.
pub(super) fn depth(far: f32, x: f32, y: f32) -> f32 {
    let uneven = 1.0 + 0.45 * fbm2(x / 500.0, y / 500.0, 4, 0.5, 332);
    (far / 22.0 * uneven).powf(1.02)
}

fn ground(
    land: &Land,
    places: &[Place],
    (x, y): (f32, f32),
    height: f32,
    (sx, sy): (f32, f32),
) -> V3 {
    let steep = sx.hypot(sy);
    let uneven = height + 26.0 * fbm2(x / 160.0, y / 160.0, 3, 0.5, 333);
    let mut colour = gradient(
        &[
            (0.0, hex(0xd6dfb4)),
            (60.0, hex(0xdfe5bc)),
            (200.0, hex(0xeee7c3)),
            (420.0, hex(0xe9d7ab)),
            (700.0, hex(0xd9bd93)),
            (950.0, hex(0xc9b3a0)),
            (1150.0, hex(0xe6e2df)),
            (1350.0, hex(0xfafbfd)),
        ],
        uneven,
    );
    colour = mix(
        colour,
        fields(places, (x, y), steep, colour),
        smoothstep(0.30, 0.22, steep),
    );
    colour = mix(colour, hex(0xabc993), 0.8 * land.wooded(x, y));
    let beach = smoothstep(45.0, 15.0, -land.offshore(x, y)) * smoothstep(0.25, 0.1, steep);
    colour = mix(colour, hex(0xf3e7bd), beach);
    // Light from the upper left, as maps have it, so that hills don't look like hollows.
    let normal = v3(-sx, -sy, 0.62).unit();
    let light = normal.dot(v3(-0.52, -0.60, 0.61)) - 0.61;
    let shade = if light < 0.0 {
        mix(V3::ONE, hex(0x5d6180), (-light * 1.05).min(0.85))
    } else {
        V3::ONE + v3(1.0, 0.93, 0.78) * (0.42 * light)
    };
    colour = colour * shade;
    contours(colour, height, steep)
}

fn contours(colour: V3, height: f32, steep: f32) -> V3 {
    let ink = if height > 1120.0 {
        hex(0x5f88ab)
    } else {
        hex(0x9a6b3f)
    };
    let rise = (steep * SCALE).max(0.05);
    let nearest = (height / CONTOUR).round();
    if nearest < 1.0 {
        return colour;
    }
    let off = (height - nearest * CONTOUR) / rise;
    let thick = nearest as i32 % 5 == 0;
    let crowded = smoothstep(1.4, 0.7, steep);
    let cover = if thick {
        0.85 * line(2.0, off)
    } else {
        0.62 * crowded * line(1.0, off)
    };
    mix(colour, ink, cover)
}

/// Fields round the villages: the cells that are nearest to scattered points, each with its crop.
fn fields(places: &[Place], at: (f32, f32), steep: f32, wild: V3) -> V3 {
    let near = |place: &&Place| {
        (at.0 - place.at.0).hypot(at.1 - place.at.1) / (130.0 + 75.0 * place.size as f32)
    };
    let Some(village) = places.iter().min_by(|a, b| near(a).total_cmp(&near(b))) else {
        return wild;
    };
    let reach = near(&village) + 0.9 * fbm2(at.0 / 130.0, at.1 / 130.0, 3, 0.5, 334) + 1.5 * steep;
    if reach > 1.0 {
        return wild;
    }
    // Turned differently at each village, and longer than wide.
    let (sin, cos) = (village.at.0 + village.at.1).sin_cos();
    let (u, v) = (
        (at.0 * cos + at.1 * sin) / 46.0,
        (at.1 * cos - at.0 * sin) / 27.0,
    );
    let (cu, cv) = (u.floor() as i32, v.floor() as i32);
    let (mut first, mut second, mut owner) = (9.0_f32, 9.0_f32, 0.0);
    for dv in -1..=1 {
        for du in -1..=1 {
            let place = |axis: i32| 0.15 + 0.7 * chance(cu + du, cv + dv, axis, 336);
            let far = ((cu + du) as f32 + place(0) - u)
                .abs()
                .max(((cv + dv) as f32 + place(1) - v).abs());
            if far < first {
                (first, second) = (far, first);
                owner = chance(cu + du, cv + dv, 2, 336);
            } else {
                second = second.min(far);
            }
        }
    }
    let crops = [
        hex(0xe3dc9b),
        hex(0xcfdc9c),
        hex(0xb9d193),
        hex(0xe9d8a2),
        hex(0xd8c58d),
        hex(0xdce6b0),
    ];
    let crop = crops[(owner * 6.0) as usize % 6];
    let furrow = 0.06 * ((if owner < 0.5 { u * 46.0 } else { v * 27.0 }) * 1.25).sin();
    let hedge = smoothstep(0.075, 0.03, second - first);
    mix(crop * (1.0 + furrow), hex(0x6f8f57), 0.8 * hedge)
}
