//! Everything on the map that has a symbol: trees, rivers, depths, roads, houses, summits.

use super::ground::depth;
use super::land::Land;
use super::people::{Place, Road};
use super::{HEIGHT, WIDTH};
use crate::canvas::Canvas;
use crate::colour::hex;
use crate::lettering::Hand;
use crate::noise::{Dice, chance};
use crate::vector::V3;
use std::f32::consts::TAU;

/// Text with a rim of paper, so that lines under it don't run into the letters.
pub(super) fn label(sheet: &mut Canvas, at: (f32, f32), text: &str, hand: Hand) {
    let rim = Hand {
        pen: hand.pen + 4.0,
        colour: hex(0xf6f1dc),
        ..hand
    };
    let start = (at.0 - hand.measure(text) / 2.0, at.1 + hand.height / 2.0);
    rim.write(sheet, start, 0.0, text);
    hand.write(sheet, start, 0.0, text);
}

/// A small tree wherever the land is wooded, from the top of the sheet down, so that nearer ones overlap.
pub(super) fn trees(sheet: &mut Canvas, land: &Land, places: &[Place]) {
    const CELL: f32 = 15.0;
    for row in 0..(HEIGHT as f32 / CELL) as i32 {
        for column in 0..(WIDTH as f32 / CELL) as i32 {
            let place = |axis: i32| 0.1 + 0.8 * chance(column, row, axis, 341);
            let (x, y) = (
                (column as f32 + place(0)) * CELL,
                (row as f32 + place(1)) * CELL,
            );
            let village = places
                .iter()
                .any(|p| (p.at.0 - x).hypot(p.at.1 - y) < 42.0 + 26.0 * p.size as f32);
            let (sx, sy) = land.slope(x, y);
            if village
                || land.height(x, y) < 6.0
                || sx.hypot(sy) > 0.75
                || chance(column, row, 2, 341) > land.wooded(x, y)
            {
                continue;
            }
            let size = 3.2 + 3.2 * chance(column, row, 3, 341);
            let leaf = if chance(column, row, 4, 341) < 0.5 {
                hex(0x7fab68)
            } else {
                hex(0x6a9a5e)
            };
            sheet.disc((x + 1.8, y + 2.2), size, hex(0x3f5a3a), 0.45);
            sheet.disc((x, y), size, hex(0x3f6b3f), 1.0);
            sheet.disc((x - 0.3, y - 0.4), size - 1.1, leaf, 1.0);
            sheet.disc(
                (x - 0.3 * size, y - 0.35 * size),
                size * 0.36,
                hex(0xa9cc8b),
                0.9,
            );
        }
    }
}

/// Rivers, as wide as the root of the land that they drain.
pub(super) fn rivers(sheet: &mut Canvas, land: &Land) {
    let terrain = &land.terrain;
    let width = terrain.width;
    let least = 0.45e6;
    // The main tributary of each cell, for smoothing the steps of the grid away.
    let mut above = vec![u32::MAX; terrain.heights.len()];
    for cell in 0..above.len() {
        let to = terrain.outflow[cell] as usize;
        let best = above[to];
        if to != cell
            && (best == u32::MAX || terrain.drainage[cell] > terrain.drainage[best as usize])
        {
            above[to] = cell as u32;
        }
    }
    let wet = |cell: usize| terrain.drainage[cell] > least && terrain.heights[cell] > 0.0;
    let rivers: Vec<usize> = (0..above.len()).filter(|&cell| wet(cell)).collect();
    let mut at: Vec<(f32, f32)> = (0..above.len())
        .map(|cell| ((cell % width * 2) as f32, (cell / width * 2) as f32))
        .collect();
    for _ in 0..7 {
        let before = at.clone();
        for &cell in &rivers {
            let (up, down) = (above[cell], terrain.outflow[cell] as usize);
            if up != u32::MAX && down != cell {
                let (a, b) = (before[up as usize], before[down]);
                at[cell] = (
                    (a.0 + b.0 + 2.0 * before[cell].0) / 4.0,
                    (a.1 + b.1 + 2.0 * before[cell].1) / 4.0,
                );
            }
        }
    }
    for (ink, extra) in [(hex(0x3f7fa6), 1.4), (hex(0x8cc3dc), 0.0)] {
        for &cell in &rivers {
            let to = terrain.outflow[cell] as usize;
            let wide =
                |cell: usize| 0.6 + 1.25 * (terrain.drainage[cell] / 1.0e6).sqrt().min(6.0) + extra;
            if extra > 0.0 || wide(cell) > 2.2 {
                sheet.stroke(at[cell], at[to], (wide(cell), wide(to)), ink, 1.0);
            }
        }
    }
}

/// Depths in metres, in small figures.
pub(super) fn soundings(sheet: &mut Canvas, land: &Land) {
    const CELL: f32 = 118.0;
    let hand = Hand {
        height: 13.0,
        pen: 1.5,
        spread: 0.0,
        colour: hex(0x3c7697),
    };
    for row in 1..(HEIGHT as f32 / CELL) as i32 {
        for column in 1..(WIDTH as f32 / CELL) as i32 {
            let place = |axis: i32| 0.15 + 0.7 * chance(column, row, axis, 351);
            let (x, y) = (
                (column as f32 + place(0)) * CELL,
                (row as f32 + place(1)) * CELL,
            );
            let far = land.offshore(x, y);
            if far > 330.0 {
                let text = format!("{}", depth(far, x, y) as i32);
                hand.write_centred(sheet, (x, y), &text);
            }
        }
    }
}

/// Roads: a dark casing, then the pale surface over all of them, so that crossings join.
pub(super) fn roads(sheet: &mut Canvas, roads: &[Road]) {
    for (width, ink) in [(8.0, hex(0x7a4a2c)), (4.8, hex(0xfbe7a1))] {
        for road in roads {
            sheet.polyline(road, width, ink, 1.0);
        }
    }
}

/// Houses along the roads near the middle of each village, and its name.
pub(super) fn villages(sheet: &mut Canvas, places: &[Place], roads: &[Road]) {
    for (number, place) in places.iter().enumerate() {
        let mut dice = Dice::new(361 + number as u32);
        let reach = 26.0 + 24.0 * place.size as f32;
        for (from, to) in roads
            .iter()
            .flat_map(|road| road.windows(2))
            .map(|pair| (pair[0], pair[1]))
        {
            let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
            let far = (middle.0 - place.at.0).hypot(middle.1 - place.at.1);
            let along = (to.0 - from.0, to.1 - from.1);
            let length = along.0.hypot(along.1);
            if far > reach || length < 0.5 {
                continue;
            }
            let (dx, dy) = (along.0 / length, along.1 / length);
            for side in [-1.0, 1.0] {
                if dice.between(0.0, 1.0) < 0.75 {
                    let off = side * dice.between(10.0, 15.0);
                    let at = (middle.0 - dy * off, middle.1 + dx * off);
                    house(
                        sheet,
                        at,
                        (dx, dy),
                        (dice.between(3.2, 6.0), dice.between(2.4, 3.6)),
                        hex(0x5a3030),
                    );
                }
            }
        }
        for _ in 0..place.size * 9 {
            let (angle, far) = (dice.between(0.0, TAU), dice.between(14.0, reach * 0.8));
            let turn = dice.between(0.0, TAU / 2.0);
            let at = (
                place.at.0 + far * angle.cos(),
                place.at.1 + far * angle.sin(),
            );
            house(
                sheet,
                at,
                (turn.cos(), turn.sin()),
                (dice.between(3.0, 5.0), dice.between(2.4, 3.4)),
                hex(0x6b3d38),
            );
        }
        // A church: a filled square with a cross.
        let at = (place.at.0 - 17.0, place.at.1 - 17.0);
        house(sheet, at, (1.0, 0.0), (5.0, 5.0), hex(0x2b1a1a));
        sheet.stroke(
            (at.0, at.1 - 5.0),
            (at.0, at.1 - 17.0),
            (2.0, 2.0),
            hex(0x2b1a1a),
            1.0,
        );
        sheet.stroke(
            (at.0 - 4.0, at.1 - 13.0),
            (at.0 + 4.0, at.1 - 13.0),
            (2.0, 2.0),
            hex(0x2b1a1a),
            1.0,
        );
        let height = [0.0, 17.0, 23.0, 33.0][place.size as usize];
        let hand = Hand {
            height,
            pen: height * 0.13,
            spread: 0.07,
            colour: hex(0x1d1a1c),
        };
        label(
            sheet,
            (place.at.0, place.at.1 - 36.0 - height),
            place.name,
            hand,
        );
    }
}

fn house(
    sheet: &mut Canvas,
    at: (f32, f32),
    (dx, dy): (f32, f32),
    (long, wide): (f32, f32),
    ink: V3,
) {
    let shape = |x: f32, y: f32| {
        let (px, py) = (x - at.0, y - at.1);
        let (u, v) = (
            (px * dx + py * dy).abs() - long,
            (py * dx - px * dy).abs() - wide,
        );
        (0.5 - u.max(v)).clamp(0.0, 1.0)
    };
    sheet.shape(at, long + wide + 1.0, ink, shape);
}

/// A triangle and the height wherever the land is highest for a kilometre around.
pub(super) fn summits(sheet: &mut Canvas, land: &Land) {
    let terrain = &land.terrain;
    let reach = 70;
    const NAMES: [&str; 8] = [
        "MOUNT INFINITY",
        "THE SUPREMUM",
        "INFLECTION PEAK",
        "NABLA",
        "CONVEX HILL",
        "MAXIMUM",
        "PIVOT",
        "GRADIENT TOP",
    ];
    let mut tops = Vec::new();
    for row in reach..terrain.depth - reach {
        for column in reach..terrain.width - reach {
            let here = terrain.heights[row * terrain.width + column];
            let ring = |by: usize| {
                [(0, by), (by, 0), (2 * by, by), (by, 2 * by)]
                    .iter()
                    .all(|(dx, dz)| {
                        here > terrain.heights[(row + dz - by) * terrain.width + column + dx - by]
                    })
            };
            if here < 140.0 || !ring(1) || !ring(3) || !ring(9) {
                continue;
            }
            let highest = (row - reach..row + reach)
                .flat_map(|z| (column - reach..column + reach).map(move |x| (z, x)))
                .all(|(z, x)| terrain.heights[z * terrain.width + x] <= here);
            if highest {
                tops.push((here, ((column * 2) as f32, (row * 2) as f32)));
            }
        }
    }
    tops.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (rank, (height, (x, y))) in tops.into_iter().enumerate() {
        let ink = hex(0x3a2317);
        for (from, to) in [
            ((-8.0, 6.0), (0.0, -8.0)),
            ((0.0, -8.0), (8.0, 6.0)),
            ((8.0, 6.0), (-8.0, 6.0)),
        ] {
            sheet.stroke(
                (x + from.0, y + from.1),
                (x + to.0, y + to.1),
                (2.4, 2.4),
                ink,
                1.0,
            );
        }
        let hand = Hand {
            height: 16.0,
            pen: 2.1,
            spread: 0.0,
            colour: ink,
        };
        label(sheet, (x, y + 24.0), &format!("{}", height as i32), hand);
        if let Some(name) = NAMES.get(rank) {
            let height = (30.0 - 2.0 * rank as f32).max(19.0);
            label(
                sheet,
                (x, y - 22.0 - height / 2.0),
                name,
                Hand {
                    height,
                    pen: height * 0.12,
                    spread: 0.12,
                    colour: ink,
                },
            );
        }
    }
}
