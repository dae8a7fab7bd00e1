//! What surrounds a map and lies over it: grid and frame, names of waters, title, scale and compass.

use super::land::Land;
use super::people::Place;
use super::{HEIGHT, SCALE, WIDTH};
use crate::canvas::Canvas;
use crate::colour::hex;
use crate::lettering::Hand;
use crate::vector::{V3, mix};

/// Width of the margin in pixels.
const MARGIN: usize = 110;
const INK: u32 = 0x24303a;
const PAPER: u32 = 0xf6f1dc;

/// Draws all of it.
pub(super) fn finish(sheet: &mut Canvas, places: &[Place], land: &Land) {
    grid(sheet);
    waters(sheet);
    frame(sheet);
    title(sheet, (WIDTH as f32 - 800.0, 400.0), places, land);
    compass(sheet, (500.0, HEIGHT as f32 - 500.0), 270.0);
    scale(sheet, (960.0, HEIGHT as f32 - 230.0));
}

/// A faint line every kilometre.
fn grid(sheet: &mut Canvas) {
    let step = (1000.0 / SCALE) as usize;
    sheet.adjust(|x, y, colour| {
        if x % step == 0 || y % step == 0 {
            mix(colour, hex(0x30506a), 0.20)
        } else {
            colour
        }
    });
}

/// Names of bays and seas, spread wide.
fn waters(sheet: &mut Canvas) {
    let names = [
        ("THE OPEN SET", (1250.0, 520.0), 74.0, 1.1),
        ("SEA OF RESIDUES", (4700.0, 3560.0), 66.0, 0.9),
        ("LIMIT BAY", (3330.0, 3330.0), 44.0, 0.6),
        ("STRAIT OF SECANTS", (5420.0, 2330.0), 30.0, 0.4),
    ];
    for (name, at, height, spread) in names {
        Hand {
            height,
            pen: height * 0.075,
            spread,
            colour: hex(0x2a6488),
        }
        .write_centred(sheet, at, name);
    }
}

fn frame(sheet: &mut Canvas) {
    let (paper, ink) = (hex(PAPER), hex(INK));
    for (x, y, width, height) in [
        (0, 0, WIDTH, MARGIN),
        (0, HEIGHT - MARGIN, WIDTH, MARGIN),
        (0, 0, MARGIN, HEIGHT),
        (WIDTH - MARGIN, 0, MARGIN, HEIGHT),
    ] {
        sheet.rectangle(x, y, width, height, paper);
    }
    let border = |sheet: &mut Canvas, inset: usize, width: usize| {
        let (w, h) = (WIDTH - 2 * inset, HEIGHT - 2 * inset);
        sheet.rectangle(inset, inset, w, width, ink);
        sheet.rectangle(inset, HEIGHT - inset - width, w, width, ink);
        sheet.rectangle(inset, inset, width, h, ink);
        sheet.rectangle(WIDTH - inset - width, inset, width, h, ink);
    };
    border(sheet, MARGIN - 4, 4);
    border(sheet, MARGIN - 26, 3);
    border(sheet, MARGIN - 66, 8);
    // Black and white by turns, and a number, every kilometre.
    let step = (1000.0 / SCALE) as usize;
    let hand = Hand {
        height: 20.0,
        pen: 2.4,
        spread: 0.0,
        colour: ink,
    };
    for (number, x) in (step..WIDTH - MARGIN).step_by(step).enumerate() {
        for y in [MARGIN - 23, HEIGHT - MARGIN + 4] {
            if number % 2 == 0 {
                sheet.rectangle(x, y, step.min(WIDTH - MARGIN - x), 19, ink);
            }
        }
        for y in [MARGIN as f32 - 42.0, HEIGHT as f32 - MARGIN as f32 + 42.0] {
            hand.write_centred(sheet, (x as f32, y), &format!("{:02}", number + 1));
        }
    }
    for (number, y) in (step..HEIGHT - MARGIN).step_by(step).enumerate() {
        for x in [MARGIN - 23, WIDTH - MARGIN + 4] {
            if number % 2 == 0 {
                sheet.rectangle(x, y, 19, step.min(HEIGHT - MARGIN - y), ink);
            }
        }
        for x in [MARGIN as f32 - 45.0, WIDTH as f32 - MARGIN as f32 + 45.0] {
            hand.write_centred(sheet, (x, y as f32), &format!("{:02}", number + 1));
        }
    }
}

fn title(sheet: &mut Canvas, at: (f32, f32), places: &[Place], land: &Land) {
    let ink = hex(INK);
    let (wide, tall) = (1320, 500);
    let (left, top) = ((at.0 as usize) - wide / 2, (at.1 as usize) - tall / 2);
    for (inset, colour) in [(0, ink), (5, hex(PAPER)), (14, ink), (17, hex(PAPER))] {
        sheet.rectangle(
            left + inset,
            top + inset,
            wide - 2 * inset,
            tall - 2 * inset,
            colour,
        );
    }
    let line = |sheet: &mut Canvas, y: f32, height: f32, spread: f32, text: &str| {
        Hand {
            height,
            pen: height * 0.10,
            spread,
            colour: ink,
        }
        .write_centred(sheet, (at.0, at.1 + y), text);
    };
    let highest = land.terrain.heights.iter().copied().fold(0.0, f32::max) as i32;
    line(sheet, -168.0, 34.0, 0.5, "THE ISLE OF");
    line(sheet, -62.0, 118.0, 0.42, "LOCUS");
    line(
        sheet,
        62.0,
        25.0,
        0.14,
        "WITH ALL ITS ROADS, RIVERS AND SOUNDINGS",
    );
    line(
        sheet,
        126.0,
        20.0,
        0.15,
        &format!("CONTOURS EVERY 25 METRES, HIGHEST POINT {highest}"),
    );
    line(
        sheet,
        178.0,
        20.0,
        0.15,
        &format!("{} VILLAGES, SURVEYED BY NOBODY", places.len()),
    );
}

fn scale(sheet: &mut Canvas, at: (f32, f32)) {
    let ink = hex(INK);
    let kilometre = (1000.0 / SCALE) as usize;
    let (x, y) = (at.0 as usize, at.1 as usize);
    sheet.rectangle(x - 3, y - 3, 5 * kilometre + 6, 26, ink);
    let hand = Hand {
        height: 24.0,
        pen: 3.0,
        spread: 0.0,
        colour: ink,
    };
    for number in 0..5 {
        if number % 2 == 1 {
            sheet.rectangle(x + number * kilometre, y, kilometre, 20, hex(PAPER));
        }
        hand.write_centred(
            sheet,
            ((x + number * kilometre) as f32, at.1 - 32.0),
            &format!("{number}"),
        );
    }
    hand.write_centred(sheet, ((x + 5 * kilometre) as f32, at.1 - 32.0), "5 KM");
}

/// Sixteen points, each half light and half dark.
fn compass(sheet: &mut Canvas, at: (f32, f32), radius: f32) {
    let ink = hex(INK);
    for (far, width) in [(0.66, 3.0), (0.69, 7.0), (0.40, 2.0)] {
        let ring: Vec<_> = (0..=180)
            .map(|i| around(at, far * radius, i as f32 / 180.0))
            .collect();
        sheet.polyline(&ring, width, ink, 1.0);
    }
    for i in 0..72 {
        let turn = i as f32 / 72.0;
        let inner = if i % 9 == 0 { 0.60 } else { 0.635 };
        sheet.stroke(
            around(at, inner * radius, turn),
            around(at, 0.66 * radius, turn),
            (2.0, 2.0),
            ink,
            1.0,
        );
    }
    for (offset, step, reach, waist) in [
        (0.0625, 0.125, 0.52, 0.055),
        (0.125, 0.25, 0.72, 0.085),
        (0.0, 0.25, 1.0, 0.12),
    ] {
        let mut turn = offset;
        while turn < 1.0 {
            let tip = around(at, reach * radius, turn);
            let light = around(at, waist * radius * 1.3, turn - 0.125);
            let dark = around(at, waist * radius * 1.3, turn + 0.125);
            triangle(sheet, at, tip, dark, ink);
            triangle(sheet, at, tip, light, hex(PAPER));
            sheet.polyline(&[tip, light, at, tip, dark, at], 2.0, ink, 1.0);
            turn += step;
        }
    }
    let hand = Hand {
        height: 52.0,
        pen: 7.0,
        spread: 0.0,
        colour: ink,
    };
    for (letter, turn) in [("N", 0.0), ("E", 0.25), ("S", 0.5), ("W", 0.75)] {
        hand.write_centred(sheet, around(at, radius * 1.14, turn), letter);
    }
}

/// A point `turn` of a full turn clockwise from the top.
fn around(at: (f32, f32), radius: f32, turn: f32) -> (f32, f32) {
    let (sin, cos) = (turn * std::f32::consts::TAU).sin_cos();
    (at.0 + radius * sin, at.1 - radius * cos)
}

fn triangle(sheet: &mut Canvas, a: (f32, f32), b: (f32, f32), c: (f32, f32), ink: V3) {
    let side = |p: (f32, f32), q: (f32, f32), x: f32, y: f32| {
        (q.0 - p.0) * (y - p.1) - (q.1 - p.1) * (x - p.0)
    };
    let middle = ((a.0 + b.0 + c.0) / 3.0, (a.1 + b.1 + c.1) / 3.0);
    let reach = [a, b, c]
        .iter()
        .map(|p| (p.0 - middle.0).hypot(p.1 - middle.1))
        .fold(0.0, f32::max);
    sheet.shape(middle, reach, ink, |x, y| {
        let signs = [side(a, b, x, y), side(b, c, x, y), side(c, a, x, y)];
        if signs.iter().all(|s| *s >= 0.0) || signs.iter().all(|s| *s <= 0.0) {
            1.0
        } else {
            0.0
        }
    });
}
