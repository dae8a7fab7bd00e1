//! A flower head that opens for ever: 24 frames that join end to end.
//!
//! Florets sit where a sunflower's do, the golden angle apart and as far out as the square root of their number (H. Vogel 1979). Over one round
//! each takes the place of the 21st after it. 21 being a Fibonacci number, that place is almost straight outwards, so that the
//! flower seems to grow, and the last frame is the one before the first.

use crate::canvas::Canvas;
use crate::colour::{gradient, hex};
use crate::vector::{V3, mix, smoothstep};
use crate::write;
use anyhow::Result;
use std::f32::consts::TAU;
use std::path::Path;

const FRAMES: usize = 24;
const FLORETS: i32 = 320;
const STEP: f32 = 21.0;
const GOLDEN: f32 = 2.399_963_2;

/// Writes `bloom.png` (animated) and a smaller `bloom.gif`.
pub(super) fn draw(folder: &Path) -> Result<()> {
    let frames: Vec<Canvas> = (0..FRAMES)
        .map(|frame| paint(384, frame as f32 / FRAMES as f32))
        .collect();
    write::apng(&folder.join("bloom.png"), &frames, 60)?;
    let small: Vec<Canvas> = frames.iter().map(|frame| frame.shrunk(2)).collect();
    write::gif(&folder.join("bloom.gif"), &small, 60)
}

/// The flower at `time`, 0 to 1.
fn paint(side: usize, time: f32) -> Canvas {
    let half = side as f32 / 2.0;
    let mut canvas = Canvas::filled(side, side, hex(0x0b1026));
    // 21 golden angles are this much more than whole turns; the flower turns back by as much.
    let drift = (STEP * GOLDEN).rem_euclid(TAU)
        - if (STEP * GOLDEN).rem_euclid(TAU) > TAU / 2.0 {
            TAU
        } else {
            0.0
        };
    for place in (0..FLORETS).rev() {
        let number = place as f32 + time * STEP;
        let far = (number / FLORETS as f32).sqrt();
        let angle = place as f32 * GOLDEN + time * drift;
        let radius = 0.985 * half * far;
        let (sin, cos) = angle.sin_cos();
        let at = (half + radius * cos, half + radius * sin);
        let size = half
            * mix(0.028, 0.064, far)
            * smoothstep(-6.0, 10.0, number)
            * smoothstep(1.0, 0.93, far);
        floret(&mut canvas, at, (cos, sin), size, colour(far));
    }
    canvas
}

fn colour(far: f32) -> V3 {
    gradient(
        &[
            (0.0, hex(0xfff3b0)),
            (0.25, hex(0xffc24b)),
            (0.5, hex(0xff6f59)),
            (0.75, hex(0xc2408f)),
            (1.0, hex(0x4a3fb5)),
        ],
        far,
    )
}

/// A petal of three strokes, each lighter and narrower than the one under it, pointing `outwards`.
fn floret(canvas: &mut Canvas, at: (f32, f32), outwards: (f32, f32), size: f32, colour: V3) {
    let reach = |by: f32| (at.0 + outwards.0 * by * size, at.1 + outwards.1 * by * size);
    let strokes = [
        (2.3, 1.0, colour * 0.35),
        (2.0, 0.86, colour),
        (0.9, 0.42, mix(colour, V3::ONE, 0.35)),
    ];
    for (width, length, ink) in strokes {
        canvas.stroke(
            reach(-length),
            reach(length * 0.9),
            (width * size * 0.55, width * size),
            ink,
            1.0,
        );
    }
}
