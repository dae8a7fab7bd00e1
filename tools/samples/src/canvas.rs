//! A picture being painted: linear light, premultiplied alpha, one `[f32; 4]` a pixel, painted over in order.

use crate::vector::{V3, mix};
use rayon::prelude::*;

/// The picture. Pixel (0, 0) is at the top left; its centre has the coordinates (0.5, 0.5).
pub struct Canvas {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Row-major red, green, blue, alpha; linear and premultiplied.
    pub pixels: Vec<[f32; 4]>,
}

impl Canvas {
    /// One colour everywhere.
    pub fn filled(width: usize, height: usize, colour: V3) -> Self {
        Canvas {
            width,
            height,
            pixels: vec![opaque(colour); width * height],
        }
    }

    /// Nothing anywhere.
    pub fn transparent(width: usize, height: usize) -> Self {
        Canvas {
            width,
            height,
            pixels: vec![[0.0; 4]; width * height],
        }
    }

    /// Asks `shade` for the colour at `grid`² points of every pixel and averages them.
    pub fn shaded(
        width: usize,
        height: usize,
        grid: usize,
        shade: impl Fn(f32, f32) -> V3 + Sync,
    ) -> Self {
        Self::shaded_with_alpha(width, height, grid, |x, y| opaque(shade(x, y)))
    }

    /// As [`Canvas::shaded`], with premultiplied alpha.
    pub fn shaded_with_alpha(
        width: usize,
        height: usize,
        grid: usize,
        shade: impl Fn(f32, f32) -> [f32; 4] + Sync,
    ) -> Self {
        let mut canvas = Canvas::transparent(width, height);
        let step = 1.0 / grid as f32;
        canvas
            .pixels
            .par_chunks_mut(width)
            .enumerate()
            .for_each(|(y, row)| {
                for (x, pixel) in row.iter_mut().enumerate() {
                    for sample in 0..grid * grid {
                        let sx = x as f32 + (0.5 + (sample % grid) as f32) * step;
                        let sy = y as f32 + (0.5 + (sample / grid) as f32) * step;
                        let colour = shade(sx, sy);
                        for (sum, value) in pixel.iter_mut().zip(colour) {
                            *sum += value * step * step;
                        }
                    }
                }
            });
        canvas
    }

    /// The colour of a pixel, without its alpha.
    pub fn colour(&self, x: usize, y: usize) -> V3 {
        let [r, g, b, _] = self.pixels[y * self.width + x];
        crate::vector::v3(r, g, b)
    }

    /// Lays `colour` over a pixel as far as `cover` (0 to 1) says. Outside the canvas nothing happens.
    pub fn cover(&mut self, x: i32, y: i32, colour: V3, cover: f32) {
        if cover <= 0.0 || x < 0 || y < 0 || x >= self.width as i32 || y >= self.height as i32 {
            return;
        }
        let pixel = &mut self.pixels[y as usize * self.width + x as usize];
        for (below, above) in pixel.iter_mut().zip(opaque(colour)) {
            *below = mix(*below, above, cover.min(1.0));
        }
    }

    /// Lays `colour` over the pixels near `at`, as far as `cover` of the pixel's centre says.
    pub fn shape(
        &mut self,
        at: (f32, f32),
        reach: f32,
        colour: V3,
        cover: impl Fn(f32, f32) -> f32,
    ) {
        let (x0, x1) = ((at.0 - reach).floor() as i32, (at.0 + reach).ceil() as i32);
        let (y0, y1) = ((at.1 - reach).floor() as i32, (at.1 + reach).ceil() as i32);
        for y in y0.max(0)..y1.min(self.height as i32) {
            for x in x0.max(0)..x1.min(self.width as i32) {
                self.cover(x, y, colour, cover(x as f32 + 0.5, y as f32 + 0.5));
            }
        }
    }

    /// A disc with a soft edge one pixel wide.
    pub fn disc(&mut self, at: (f32, f32), radius: f32, colour: V3, opacity: f32) {
        self.shape(at, radius + 1.0, colour, |x, y| {
            opacity * (radius + 0.5 - (x - at.0).hypot(y - at.1)).clamp(0.0, 1.0)
        });
    }

    /// A straight stroke with round ends, `widths` wide at `from` and at `to`. One thinner than a pixel grows fainter.
    pub fn stroke(
        &mut self,
        from: (f32, f32),
        to: (f32, f32),
        widths: (f32, f32),
        colour: V3,
        opacity: f32,
    ) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let squared = (dx * dx + dy * dy).max(1e-9);
        let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        let reach = squared.sqrt() / 2.0 + widths.0.max(widths.1) / 2.0 + 1.0;
        self.shape(middle, reach, colour, |x, y| {
            let t = (((x - from.0) * dx + (y - from.1) * dy) / squared).clamp(0.0, 1.0);
            let distance = (x - from.0 - t * dx).hypot(y - from.1 - t * dy);
            let width = mix(widths.0, widths.1, t);
            let faint = width.min(1.0);
            opacity * faint * (width.max(1.0) / 2.0 + 0.5 - distance).clamp(0.0, 1.0)
        });
    }

    /// Strokes of one width from point to point.
    pub fn polyline(&mut self, points: &[(f32, f32)], width: f32, colour: V3, opacity: f32) {
        for pair in points.windows(2) {
            self.stroke(pair[0], pair[1], (width, width), colour, opacity);
        }
    }

    /// An axis-aligned rectangle with sharp edges where they fall between pixels.
    pub fn rectangle(&mut self, x: usize, y: usize, width: usize, height: usize, colour: V3) {
        for row in y..(y + height).min(self.height) {
            for column in x..(x + width).min(self.width) {
                self.pixels[row * self.width + column] = opaque(colour);
            }
        }
    }

    /// `change` of every pixel's colour; its arguments are the pixel's column, row and colour.
    pub fn adjust(&mut self, change: impl Fn(usize, usize, V3) -> V3 + Sync) {
        let width = self.width;
        self.pixels
            .par_chunks_mut(width)
            .enumerate()
            .for_each(|(y, row)| {
                for (x, pixel) in row.iter_mut().enumerate() {
                    let colour = change(x, y, crate::vector::v3(pixel[0], pixel[1], pixel[2]));
                    *pixel = [colour.x, colour.y, colour.z, pixel[3]];
                }
            });
    }

    /// The mean of each `by` × `by` block.
    pub fn shrunk(&self, by: usize) -> Canvas {
        let (width, height) = (self.width / by, self.height / by);
        let mut small = Canvas::transparent(width, height);
        let share = 1.0 / (by * by) as f32;
        for (i, pixel) in small.pixels.iter_mut().enumerate() {
            let (x, y) = (i % width * by, i / width * by);
            for inner in 0..by * by {
                let source = self.pixels[(y + inner / by) * self.width + x + inner % by];
                for (sum, value) in pixel.iter_mut().zip(source) {
                    *sum += value * share;
                }
            }
        }
        small
    }
}

fn opaque(colour: V3) -> [f32; 4] {
    [colour.x, colour.y, colour.z, 1.0]
}
