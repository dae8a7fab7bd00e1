//! Landscapes shaped the way that mountains are: land rises, rivers cut it down, slopes too steep to stand slide.
//!
//! One round of [`Terrain::wear`] finds where the water of every cell goes (a priority flood from the sea inwards: R. Barnes 2014), adds up
//! how much land drains through it, and lowers it towards its outflow, the faster the more water it has: the stream power law, solved
//! implicitly from the mouth upwards (J. Braun, S. Willett 2013), so that any step is stable. Coarse grids grow ranges and main valleys;
//! [`Terrain::refined`] ones add the gullies.

use crate::noise::chance;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Heights on a square grid, in metres. Cells at or below zero are sea or lake, where all water ends.
pub struct Terrain {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub depth: usize,
    /// Metres from one column or row to the next.
    pub cell: f32,
    /// Row-major heights.
    pub heights: Vec<f32>,
    /// Square metres that drain through each cell, as the last round found them.
    pub drainage: Vec<f32>,
    /// The cell to which each drains; itself for sea.
    pub outflow: Vec<u32>,
}

/// How strongly the land is shaped in one round.
pub struct Wear {
    /// Metres that the land rises; 0 keeps a cell at its height.
    pub uplift: Vec<f32>,
    /// What rivers do against it: larger is flatter. Uplift over this is the slope of a valley times the root of the area it drains.
    pub cutting: f32,
    /// The steepest slope that stands in each cell, rise over run: hard rock stands steeper.
    pub steepest: Vec<f32>,
}

impl Terrain {
    /// A plain at `height(x, z)`, where x and z are metres from its corner.
    pub fn new(
        width: usize,
        depth: usize,
        cell: f32,
        height: impl Fn(f32, f32) -> f32 + Sync,
    ) -> Self {
        let heights = (0..width * depth)
            .into_par_iter()
            .map(|i| height((i % width) as f32 * cell, (i / width) as f32 * cell))
            .collect();
        Terrain {
            width,
            depth,
            cell,
            heights,
            drainage: vec![0.0; width * depth],
            outflow: (0..(width * depth) as u32).collect(),
        }
    }

    fn neighbours(&self, cell: usize) -> impl Iterator<Item = (usize, f32)> + use<> {
        const AROUND: [(i32, i32); 8] = [
            (-1, 0),
            (1, 0),
            (0, -1),
            (0, 1),
            (-1, -1),
            (1, -1),
            (-1, 1),
            (1, 1),
        ];
        let (width, depth, size) = (self.width as i32, self.depth as i32, self.cell);
        let (x, z) = (cell as i32 % width, cell as i32 / width);
        AROUND.iter().filter_map(move |&(dx, dz)| {
            let (nx, nz) = (x + dx, z + dz);
            let inside = nx >= 0 && nz >= 0 && nx < width && nz < depth;
            let far = if dx != 0 && dz != 0 {
                size * std::f32::consts::SQRT_2
            } else {
                size
            };
            inside.then_some(((nz * width + nx) as usize, far))
        })
    }

    /// Cells from the sea inwards, each after the one it drains to. Fills hollows to their brim on the way and sets `outflow`.
    fn route(&mut self) -> Vec<u32> {
        let key = |height: f32, cell: usize| {
            Reverse((u64::from(height.max(0.0).to_bits()) << 32) | cell as u64)
        };
        let mut order = Vec::with_capacity(self.heights.len());
        let mut queue = BinaryHeap::new();
        let mut known = vec![false; self.heights.len()];
        for (cell, known) in known.iter_mut().enumerate() {
            let (x, z) = (cell % self.width, cell / self.width);
            let edge = x == 0 || z == 0 || x + 1 == self.width || z + 1 == self.depth;
            let shore = self.heights[cell] <= 0.0
                && self
                    .neighbours(cell)
                    .any(|(other, _)| self.heights[other] > 0.0);
            if edge || shore {
                queue.push(key(self.heights[cell], cell));
                *known = true;
                self.outflow[cell] = cell as u32;
            }
        }
        while let Some(Reverse(packed)) = queue.pop() {
            let cell = (packed & 0xffff_ffff) as usize;
            order.push(cell as u32);
            for (other, _) in self.neighbours(cell) {
                if !known[other] {
                    known[other] = true;
                    if self.heights[other] > 0.0 {
                        self.heights[other] = self.heights[other].max(self.heights[cell] + 0.001);
                    }
                    self.outflow[other] = cell as u32;
                    queue.push(key(self.heights[other], other));
                }
            }
        }
        // The flood found a way down for each; the steepest is the better one.
        let steepest: Vec<u32> = (0..self.heights.len())
            .into_par_iter()
            .map(|cell| {
                if self.outflow[cell] == cell as u32 || self.heights[cell] <= 0.0 {
                    return self.outflow[cell];
                }
                let slope = |(other, far): (usize, f32)| {
                    (
                        (self.heights[cell] - self.heights[other]) / far,
                        other as u32,
                    )
                };
                let best = self
                    .neighbours(cell)
                    .map(slope)
                    .max_by(|a, b| a.0.total_cmp(&b.0));
                best.filter(|best| best.0 > 0.0)
                    .map_or(self.outflow[cell], |best| best.1)
            })
            .collect();
        self.outflow = steepest;
        order
    }

    /// One round: rise, drain, cut, slide.
    pub fn wear(&mut self, wear: &Wear) {
        for (height, rise) in self.heights.iter_mut().zip(&wear.uplift) {
            if *height > 0.0 || *rise > 0.0 {
                *height += rise;
            }
        }
        let order = self.route();
        self.drainage.fill(self.cell * self.cell);
        for &cell in order.iter().rev() {
            let to = self.outflow[cell as usize];
            if to != cell {
                self.drainage[to as usize] += self.drainage[cell as usize];
            }
        }
        for &cell in &order {
            let cell = cell as usize;
            let to = self.outflow[cell] as usize;
            if to == cell || self.heights[cell] <= 0.0 {
                continue;
            }
            let diagonal =
                (cell % self.width != to % self.width) && (cell / self.width != to / self.width);
            let far = self.cell
                * if diagonal {
                    std::f32::consts::SQRT_2
                } else {
                    1.0
                };
            let pull = wear.cutting * self.drainage[cell].sqrt() / far;
            let below = self.heights[to].max(0.0);
            let cut = (self.heights[cell] + pull * below) / (1.0 + pull);
            self.heights[cell] = cut.min(below + wear.steepest[cell] * far).max(0.01);
        }
    }

    /// Softens every slope a little, as frost and rain do: each cell goes `share` of the way to the mean of its neighbours.
    pub fn soften(&mut self, share: f32) {
        let heights: Vec<f32> = (0..self.heights.len())
            .into_par_iter()
            .map(|cell| {
                let here = self.heights[cell];
                if here <= 0.0 {
                    return here;
                }
                let (sum, count) = self
                    .neighbours(cell)
                    .fold((0.0, 0.0), |(s, n), (o, _)| (s + self.heights[o], n + 1.0));
                here + share * (sum / count - here)
            })
            .collect();
        self.heights = heights;
    }

    /// The same land on twice as many columns and rows, roughened by up to `rough` metres.
    pub fn refined(&self, rough: f32) -> Terrain {
        let cell = self.cell / 2.0;
        Terrain::new(self.width * 2, self.depth * 2, cell, |x, z| {
            let height = self.height(x, z);
            let jitter = chance((x / cell) as i32, (z / cell) as i32, 0, 71) - 0.5;
            if height > 0.0 {
                (height + rough * jitter).max(0.01)
            } else {
                height
            }
        })
    }

    /// The height at a point, smooth between cells (Catmull-Rom).
    pub fn height(&self, x: f32, z: f32) -> f32 {
        let (x, z) = (x / self.cell, z / self.cell);
        let (ix, iz) = (x.floor(), z.floor());
        let (wx, wz) = (weights(x - ix), weights(z - iz));
        let mut sum = 0.0;
        for (row, weight) in wz.iter().enumerate() {
            let z =
                (iz as i32 + row as i32 - 1).clamp(0, self.depth as i32 - 1) as usize * self.width;
            let mut line = 0.0;
            for (column, weight) in wx.iter().enumerate() {
                let x = (ix as i32 + column as i32 - 1).clamp(0, self.width as i32 - 1) as usize;
                line += weight * self.heights[z + x];
            }
            sum += weight * line;
        }
        sum
    }
}

/// What the four cells around a point weigh, for `t` between the second and the third.
fn weights(t: f32) -> [f32; 4] {
    [
        ((2.0 - t) * t - 1.0) * t / 2.0,
        ((3.0 * t - 5.0) * t * t + 2.0) / 2.0,
        ((4.0 - 3.0 * t) * t + 1.0) * t / 2.0,
        (t - 1.0) * t * t / 2.0,
    ]
}
