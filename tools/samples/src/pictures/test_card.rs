//! A test card in the tradition of television's: every part shows one way in which a picture can be harmed. Stored without loss, none is.

use crate::canvas::Canvas;
use crate::colour::{decode, hex};
use crate::lettering::{Hand, pixels_wide, write_pixels};
use crate::vector::{V3, v3};
use crate::write::{self, Rounding};
use anyhow::Result;
use std::f32::consts::TAU;
use std::path::Path;

const WIDTH: usize = 1600;
const HEIGHT: usize = 1200;
/// Side of the grid's squares.
const CELL: usize = 80;

/// Writes `test-card.png`.
pub(super) fn draw(folder: &Path) -> Result<()> {
    let mut canvas = Canvas::filled(WIDTH, HEIGHT, hex(0x5f6b76));
    grid(&mut canvas);
    border(&mut canvas);
    for (x, y) in [
        (160.0, 160.0),
        (1440.0, 160.0),
        (160.0, 1040.0),
        (1440.0, 1040.0),
    ] {
        star(&mut canvas, (x, y), 112.0);
    }
    ring(&mut canvas);
    name(&mut canvas);
    bars(&mut canvas);
    centre(&mut canvas);
    gratings(&mut canvas);
    steps(&mut canvas);
    words(&mut canvas);
    write::png8(&folder.join("test-card.png"), &canvas, 3, Rounding::Nearest)
}

/// The grey that files store as `value` of 255.
fn grey(value: usize) -> V3 {
    V3::all(decode(value as f32 / 255.0))
}

fn grid(canvas: &mut Canvas) {
    for x in (0..WIDTH).step_by(CELL) {
        canvas.rectangle(x.max(1) - 1, 0, 2, HEIGHT, hex(0xd7dde2));
    }
    for y in (0..HEIGHT).step_by(CELL) {
        canvas.rectangle(0, y.max(1) - 1, WIDTH, 2, hex(0xd7dde2));
    }
}

/// Black and white by turns, so that a lost edge row or column is seen at once.
fn border(canvas: &mut Canvas) {
    for i in 0..WIDTH / 40 {
        let colour = if i % 2 == 0 { V3::ONE } else { V3::ZERO };
        canvas.rectangle(i * 40, 0, 40, 16, colour);
        canvas.rectangle(i * 40, HEIGHT - 16, 40, 16, V3::ONE - colour);
    }
    for i in 0..HEIGHT / 40 {
        let colour = if i % 2 == 0 { V3::ONE } else { V3::ZERO };
        canvas.rectangle(0, i * 40, 16, 40, colour);
        canvas.rectangle(WIDTH - 16, i * 40, 16, 40, V3::ONE - colour);
    }
}

/// Spokes that meet in a point.
fn star(canvas: &mut Canvas, at: (f32, f32), radius: f32) {
    canvas.disc(at, radius, V3::ONE, 1.0);
    for y in (at.1 - radius) as i32..(at.1 + radius) as i32 {
        for x in (at.0 - radius) as i32..(at.0 + radius) as i32 {
            let mut dark = 0.0;
            for sample in 0..64 {
                let dx = x as f32 + (sample % 8) as f32 / 8.0 + 0.0625 - at.0;
                let dy = y as f32 + (sample / 8) as f32 / 8.0 + 0.0625 - at.1;
                if dx.hypot(dy) < radius - 4.0 && (dy.atan2(dx) * 36.0 / TAU).rem_euclid(1.0) < 0.5
                {
                    dark += 1.0 / 64.0;
                }
            }
            canvas.cover(x, y, V3::ZERO, dark);
        }
    }
}

const MIDDLE: (f32, f32) = (WIDTH as f32 / 2.0, HEIGHT as f32 / 2.0);

/// The circle that shows whether pixels are square.
fn ring(canvas: &mut Canvas) {
    canvas.disc(MIDDLE, 562.0, V3::ONE, 1.0);
    canvas.disc(MIDDLE, 558.0, hex(0x20262c), 1.0);
}

/// Paints `colour(x, y)` on a rectangle, within the circle.
fn panel(
    canvas: &mut Canvas,
    (x0, y0, width, height): (usize, usize, usize, usize),
    colour: impl Fn(usize, usize) -> V3,
) {
    for y in y0..y0 + height {
        for x in x0..x0 + width {
            let far = (x as f32 + 0.5 - MIDDLE.0).hypot(y as f32 + 0.5 - MIDDLE.1);
            canvas.cover(
                x as i32,
                y as i32,
                colour(x - x0, y - y0),
                (558.5 - far).clamp(0.0, 1.0),
            );
        }
    }
}

fn name(canvas: &mut Canvas) {
    let hand = Hand {
        height: 74.0,
        pen: 11.0,
        spread: 0.16,
        colour: hex(0xf4f1e8),
    };
    hand.write_centred(canvas, (MIDDLE.0, 132.0), "LOCUS");
    let hand = Hand {
        height: 17.0,
        pen: 2.4,
        spread: 0.25,
        colour: hex(0xffc24b),
    };
    hand.write_centred(canvas, (MIDDLE.0, 204.0), "LOSSLESS 8 BIT");
}

fn bars(canvas: &mut Canvas) {
    let bars = [
        0xf2f2f2, 0xf2f200, 0x00f2f2, 0x00f200, 0xf200f2, 0xf20000, 0x0000f2, 0x000000,
    ];
    panel(
        canvas,
        (240, 240, 1120, 120),
        |x, _| hex(bars[x * 8 / 1120]),
    );
    // Below them the same hues, each fading to grey.
    panel(canvas, (240, 360, 1120, 40), |x, _| {
        let (bar, t) = (bars[x * 8 / 1120], (x % 140) as f32 / 139.0);
        let full = v3(
            (bar >> 16) as f32,
            (bar >> 8 & 255) as f32,
            (bar & 255) as f32,
        ) / 255.0;
        (full * (1.0 - t) + V3::all(0.5) * t).map(|value| decode((value * 255.0).round() / 255.0))
    });
}

/// Rings that grow finer outwards, between two panels of one-pixel patterns.
fn centre(canvas: &mut Canvas) {
    panel(canvas, (240, 400, 1120, 240), |_, _| grey(128));
    panel(canvas, (680, 400, 240, 240), |x, y| {
        let (dx, dy) = (x as f32 - 119.5, y as f32 - 119.5);
        let value = 0.5 + 0.5 * ((dx * dx + dy * dy) * std::f32::consts::PI / 240.0).cos();
        grey((value * 255.0).round() as usize)
    });
    type Pattern = fn(usize, usize) -> bool;
    let patterns: [Pattern; 8] = [
        |x, _| x % 2 == 0,
        |_, y| y % 2 == 0,
        |x, y| (x + y) % 2 == 0,
        |x, y| x % 2 == 0 && y % 2 == 0,
        |x, y| (x + y) % 4 == 0,
        |x, y| (x / 2 + y / 2) % 2 == 0,
        |x, y| (x + 3 * y) % 5 == 0,
        |x, y| x % 8 == 0 || y % 8 == 0,
    ];
    for (i, pattern) in patterns.into_iter().enumerate() {
        let left = [264, 364, 464, 564, 944, 1044, 1144, 1244][i];
        panel(canvas, (left, 420, 92, 92), |x, y| {
            if pattern(x, y) { V3::ONE } else { V3::ZERO }
        });
        let pairs = [
            (0xff0000, 0x0000ff),
            (0xff0000, 0x00ff00),
            (0x00ff00, 0xff00ff),
            (0x0000ff, 0xffff00),
        ];
        let (one, other) = pairs[i % 4];
        panel(canvas, (left, 528, 92, 92), |x, y| {
            hex(if pattern(x, y) { one } else { other })
        });
    }
}

/// Lines from eight pixels wide to one.
fn gratings(canvas: &mut Canvas) {
    panel(canvas, (240, 640, 1120, 120), |x, y| {
        let wide = 8 - x / 140;
        let along = if y < 60 { x % 140 } else { y };
        if along / wide % 2 == 0 {
            V3::ONE
        } else {
            V3::ZERO
        }
    });
}

fn steps(canvas: &mut Canvas) {
    panel(canvas, (240, 760, 1120, 70), |x, _| grey(x / 70 * 17));
    panel(canvas, (240, 830, 1120, 30), |x, _| grey(x * 256 / 1120));
    // One step of 255 apart, near black and near white: squares that only an exact decoder keeps.
    panel(canvas, (240, 860, 560, 40), |x, y| {
        grey(8 + usize::from((x / 20 + y / 20) % 2 == 0))
    });
    panel(canvas, (800, 860, 560, 40), |x, y| {
        grey(246 + usize::from((x / 20 + y / 20) % 2 == 0))
    });
}

fn words(canvas: &mut Canvas) {
    let lines = [
        "EVERY PIXEL OF THIS CARD COMES BACK AS IT WENT IN: LINES ONE PIXEL WIDE, LETTERS NINE HIGH,",
        "CHEQUERS OF RED AND BLUE, GREYS ONE STEP IN 255 APART. A LOSSY CODEC BLURS THE FIRST, RINGS",
        "AROUND THE SECOND, MUDDIES THE THIRD AND FORGETS THE LAST.",
        "",
        "0123456789  ABCDEFGHIJKLMNOPQRSTUVWXYZ  + - / = ( ) . , :",
    ];
    for (i, line) in lines.iter().enumerate() {
        let left = (WIDTH - pixels_wide(line)) / 2;
        write_pixels(canvas, left, 926 + i * 18, line, hex(0xf4f1e8));
    }
    let hand = Hand {
        height: 22.0,
        pen: 2.6,
        spread: 0.12,
        colour: hex(0x8fd0ff),
    };
    hand.write_centred(canvas, (MIDDLE.0, 1060.0), "1600 X 1200");
}
