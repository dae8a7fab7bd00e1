//! The lake's bed and the mountains round it.

use super::SIDE;
use crate::march::normal;
use crate::noise::{chance, fbm2, noise2};
use crate::terrain::{Terrain, Wear};
use crate::vector::{mix, smoothstep};

/// How far inside the lake a point lies, in metres; negative on land. x is from the middle.
fn lake(x: f32, z: f32) -> f32 {
    let bank = 260.0 * fbm2(x / 1500.0, z / 1500.0, 4, 0.5, 201);
    let turn = 260.0 * (z / 1900.0).sin();
    let wide = mix(1050.0, 520.0, smoothstep(300.0, 5200.0, z));
    let sides = wide - (x - turn).abs();
    sides.min(5300.0 - z) + bank
}

/// Lets the range rise around the lake and the rivers wear it down, on three grids.
pub(super) fn raise() -> Terrain {
    let cells = 512;
    let mut land = Terrain::new(cells, cells, SIDE / cells as f32, |x, z| {
        let x = x - SIDE / 2.0;
        if lake(x, z) > 0.0 {
            -1.0
        } else {
            1.0 + 2.0 * chance(x as i32, z as i32, 0, 261)
        }
    });
    for (rounds, rough) in [(150, 14.0), (26, 5.0), (9, 0.0)] {
        let (width, cell) = (land.width, land.cell);
        let uplift: Vec<f32> = (0..land.heights.len())
            .map(|i| {
                uplift(
                    (i % width) as f32 * cell - SIDE / 2.0,
                    (i / width) as f32 * cell,
                )
            })
            .collect();
        let steepest = (0..land.heights.len())
            .map(|i| {
                let (x, z) = ((i % width) as f32 * cell, (i / width) as f32 * cell);
                1.25 + 0.9 * fbm2(x / 900.0, z / 900.0, 5, 0.6, 263)
            })
            .collect();
        let wear = Wear {
            uplift,
            cutting: 0.088,
            steepest,
        };
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
        let inside = lake(
            (i % width) as f32 * cell - SIDE / 2.0,
            (i / width) as f32 * cell,
        );
        if *height <= 0.0 {
            *height = -0.5 - 0.06 * inside.max(0.0);
        }
    }
    land
}

/// How densely trees stand in each cell: not on water, not on cliffs, not above the tree line.
pub(super) fn wood(land: &Terrain) -> Vec<f32> {
    let dense = |cell: usize| {
        let (x, z) = (
            (cell % land.width) as f32 * land.cell,
            (cell / land.width) as f32 * land.cell,
        );
        let up = normal(|x, z| land.height(x, z), x, z, 16.0).y;
        let line = 600.0 + 260.0 * noise2(x / 420.0, z / 420.0, 221);
        let height = land.heights[cell];
        smoothstep(line + 160.0, line - 220.0, height)
            * smoothstep(0.45, 0.62, up)
            * smoothstep(1.0, 6.0, height)
    };
    (0..land.heights.len()).map(dense).collect()
}

/// Metres that the land rises in one round.
fn uplift(x: f32, z: f32) -> f32 {
    let dry = -lake(x, z);
    if dry <= 0.0 {
        return 0.0;
    }
    let peak = |px: f32, pz: f32, wide: f32| {
        (-((x - px).powi(2) + (z - pz).powi(2)) / (wide * wide)).exp()
    };
    let massif = 1.5 * peak(-900.0, 7900.0, 1500.0)
        + 1.0 * peak(2300.0, 7300.0, 1500.0)
        + 0.8 * peak(4300.0, 5000.0, 1900.0)
        + 0.85 * peak(-4300.0, 6000.0, 2100.0)
        + 0.35 * peak(800.0, 11_500.0, 3000.0);
    let shores = 0.25 * smoothstep(0.0, 2000.0, dry);
    let uneven = 1.0 + 0.45 * fbm2(x / 2600.0, z / 2600.0, 3, 0.5, 262);
    17.0 * (massif + shores) * uneven * smoothstep(0.0, 900.0, dry)
}
