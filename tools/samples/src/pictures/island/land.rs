//! The island's shape, its heights, its rivers, and how far every place is from the shore.

use super::{HEIGHT, SCALE, WIDTH};
use crate::noise::{chance, fbm2, ridged2};
use crate::terrain::{Terrain, Wear};
use crate::vector::smoothstep;

/// The island.
pub(super) struct Land {
    /// Heights, every second pixel.
    pub terrain: Terrain,
    /// Metres to the shore for each cell of the terrain: of sea cells positive, of land cells negative.
    pub offshore: Vec<f32>,
}

const WIDE: f32 = WIDTH as f32 * SCALE;
const DEEP: f32 = HEIGHT as f32 * SCALE;

/// Above 0 where there is land, about 1 far inland.
fn shape(x: f32, z: f32) -> f32 {
    let bump = |cx: f32, cz: f32, rx: f32, rz: f32| {
        let (dx, dz) = ((x / WIDE - cx) / rx, (z / DEEP - cz) / rz);
        1.0 - (dx * dx + dz * dz).sqrt()
    };
    let islands = bump(0.47, 0.50, 0.34, 0.33)
        .max(bump(0.66, 0.40, 0.20, 0.25))
        .max(bump(0.30, 0.66, 0.17, 0.20))
        .max(bump(0.885, 0.74, 0.055, 0.08))
        .max(bump(0.82, 0.83, 0.04, 0.05))
        .max(bump(0.125, 0.33, 0.05, 0.075))
        .max(bump(0.20, 0.22, 0.03, 0.04));
    let bay = bump(0.555, 0.80, 0.10, 0.22)
        .max(bump(0.40, 0.24, 0.055, 0.16))
        .max(0.0);
    let ragged = fbm2(x / 4300.0, z / 4300.0, 8, 0.60, 301);
    islands - 0.8 * bay + 1.05 * ragged + 0.02
}

impl Land {
    /// Lets it rise from the sea, and the rain fall.
    pub(super) fn raise() -> Land {
        let mut terrain = Terrain::new(WIDTH / 8, HEIGHT / 8, SCALE * 8.0, |x, z| {
            if shape(x, z) > 0.0 {
                1.0 + 2.0 * chance(x as i32, z as i32, 0, 302)
            } else {
                -1.0
            }
        });
        for (rounds, rough) in [(110, 10.0), (22, 4.0), (7, 0.0)] {
            let (width, cell) = (terrain.width, terrain.cell);
            let at = |i: usize| ((i % width) as f32 * cell, (i / width) as f32 * cell);
            let uplift = (0..terrain.heights.len())
                .map(|i| {
                    let (x, z) = at(i);
                    let inland = shape(x, z);
                    let spine = ridged2(x / 9000.0 + 0.3, z / 9000.0 + 0.2, 3, 0.5, 303);
                    if inland > 0.0 {
                        0.4 + 19.0 * smoothstep(0.03, 0.62, inland) * (spine - 0.28).max(0.03)
                    } else {
                        0.0
                    }
                })
                .collect();
            let steepest = (0..terrain.heights.len())
                .map(|i| {
                    let (x, z) = at(i);
                    0.72 + 0.55 * fbm2(x / 1500.0, z / 1500.0, 4, 0.6, 304)
                })
                .collect();
            let wear = Wear {
                uplift,
                cutting: 0.060,
                steepest,
            };
            for _ in 0..rounds {
                terrain.wear(&wear);
                terrain.soften(0.04);
            }
            for _ in 0..3 {
                terrain.soften(0.6);
            }
            if rough > 0.0 {
                terrain = terrain.refined(rough);
            }
        }
        let offshore = offshore(&terrain);
        // The sea's bed slopes away from the shore, so that the shore runs smoothly between cells.
        for (height, far) in terrain.heights.iter_mut().zip(&offshore) {
            if *height <= 0.0 {
                *height = -0.3 - 0.08 * far;
            } else {
                *height = height.max(0.3 + 0.02 * (-far).min(60.0));
            }
        }
        Land { terrain, offshore }
    }

    /// The cell of a pixel.
    pub(super) fn cell(&self, x: f32, y: f32) -> usize {
        let column = (x / 2.0).clamp(0.0, self.terrain.width as f32 - 1.0) as usize;
        let row = (y / 2.0).clamp(0.0, self.terrain.depth as f32 - 1.0) as usize;
        row * self.terrain.width + column
    }

    /// Metres above the sea at a pixel.
    pub(super) fn height(&self, x: f32, y: f32) -> f32 {
        self.terrain.height(x * SCALE, y * SCALE)
    }

    /// Rise over run to the right and down the sheet, at a pixel.
    pub(super) fn slope(&self, x: f32, y: f32) -> (f32, f32) {
        let step = 1.5;
        let run = 2.0 * step * SCALE;
        (
            (self.height(x + step, y) - self.height(x - step, y)) / run,
            (self.height(x, y + step) - self.height(x, y - step)) / run,
        )
    }

    /// Metres to the shore at a pixel, positive at sea, smooth between cells.
    pub(super) fn offshore(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x / 2.0 - 0.25, y / 2.0 - 0.25);
        let (fx, fy) = (x.floor(), y.floor());
        let at = |dx: f32, dy: f32| self.offshore[self.cell((fx + dx) * 2.0, (fy + dy) * 2.0)];
        let (tx, ty) = (x - fx, y - fy);
        let top = at(0.0, 0.0) * (1.0 - tx) + at(1.0, 0.0) * tx;
        let bottom = at(0.0, 1.0) * (1.0 - tx) + at(1.0, 1.0) * tx;
        top * (1.0 - ty) + bottom * ty
    }

    /// How wooded a place is, 0 to 1.
    pub(super) fn wooded(&self, x: f32, y: f32) -> f32 {
        let height = self.height(x, y);
        let field = fbm2(x / 420.0, y / 420.0, 5, 0.55, 311) - 0.06;
        smoothstep(0.0, 0.05, field)
            * smoothstep(8.0, 20.0, height)
            * smoothstep(640.0, 560.0, height + 300.0 * field)
    }
}

/// Signed distances, in two sweeps over the grid that pass on the nearest shore (P. Danielsson 1980).
fn offshore(terrain: &Terrain) -> Vec<f32> {
    let (width, depth) = (terrain.width as i32, terrain.depth as i32);
    let wet = |cell: usize| terrain.heights[cell] <= 0.0;
    let mut nearest: Vec<(i32, i32)> = vec![(i32::MIN, 0); terrain.heights.len()];
    for (cell, near) in nearest.iter_mut().enumerate() {
        let (x, z) = (cell as i32 % width, cell as i32 / width);
        let shore = [(1, 0), (0, 1), (-1, 0), (0, -1)].iter().any(|(dx, dz)| {
            let (nx, nz) = (x + dx, z + dz);
            nx >= 0
                && nz >= 0
                && nx < width
                && nz < depth
                && wet((nz * width + nx) as usize) != wet(cell)
        });
        if shore {
            *near = (x, z);
        }
    }
    let far = |(sx, sz): (i32, i32), x: i32, z: i32| {
        if sx == i32::MIN {
            f32::INFINITY
        } else {
            ((sx - x) as f32).hypot((sz - z) as f32)
        }
    };
    for backwards in [false, true, false, true] {
        for step in 0..nearest.len() {
            let cell = if backwards {
                nearest.len() - 1 - step
            } else {
                step
            };
            let (x, z) = (cell as i32 % width, cell as i32 / width);
            let ahead = if backwards { 1 } else { -1 };
            for (dx, dz) in [
                (ahead, 0),
                (0, ahead),
                (ahead, ahead),
                (-ahead, ahead),
                (-ahead, 0),
            ] {
                let (nx, nz) = (x + dx, z + dz);
                if nx < 0 || nz < 0 || nx >= width || nz >= depth {
                    continue;
                }
                let offered = nearest[(nz * width + nx) as usize];
                if far(offered, x, z) < far(nearest[cell], x, z) {
                    nearest[cell] = offered;
                }
            }
        }
    }
    (0..nearest.len())
        .map(|cell| {
            let metres =
                (far(nearest[cell], cell as i32 % width, cell as i32 / width) + 0.5) * terrain.cell;
            if wet(cell) { metres } else { -metres }
        })
        .collect()
}
