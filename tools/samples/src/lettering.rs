//! Capitals, figures and a few signs as strokes, drawn for this project: for the map's names and the test card's text.
//!
//! A glyph is a few strokes on a grid, eight steps from the top (0) to the baseline (8); a point is two digits, across and down. A stroke
//! that begins with `~` is a curve: its corners are cut until it is round.

use crate::canvas::Canvas;
use crate::vector::V3;

/// Height of a capital on the glyphs' grid.
const CAPITAL: f32 = 8.0;
/// Space between two glyphs, on the same grid.
const GAP: f32 = 2.6;

fn glyph(letter: char) -> &'static str {
    match letter.to_ascii_uppercase() {
        'A' => "083068 1555",
        'B' => "0800 ~00505404 ~04646808",
        'C' => "~626000086866",
        'D' => "0800 ~00606808",
        'E' => "50000858 0444",
        'F' => "500008 0444",
        'G' => "~626000086864 6444",
        'H' => "0008 6068 0464",
        'I' => "0008",
        'J' => "~40480806",
        'K' => "0008 5005 2358",
        'L' => "000848",
        'M' => "0800356068",
        'N' => "08006860",
        'O' => "~300008686030",
        'P' => "0800 ~00606404",
        'Q' => "~300008686030 4668",
        'R' => "0800 ~00606404 2468",
        'S' => "~5150000454580807",
        'T' => "0060 3038",
        'U' => "~00086860",
        'V' => "003860",
        'W' => "0028416880",
        'X' => "0068 6008",
        'Y' => "0034 6034 3438",
        'Z' => "00600868",
        '0' => "~200008484020",
        '1' => "022028",
        '2' => "~0100505308 0858",
        '3' => "~0100505424 ~2454580807",
        '4' => "48400656",
        '5' => "500003 ~0353580807",
        '6' => "~51500008585404",
        '7' => "005018",
        '8' => "~200004444020 ~240408484424",
        '9' => "~07085850000454",
        '-' => "0444",
        '.' => "0808",
        ',' => "0809",
        ':' => "0303 0808",
        '/' => "0850",
        '\'' => "0002",
        '+' => "0444 2226",
        '(' => "~200238",
        ')' => "~002208",
        '=' => "0343 0646",
        _ => "",
    }
}

fn strokes(letter: char) -> impl Iterator<Item = (bool, Vec<(f32, f32)>)> {
    glyph(letter).split_whitespace().map(|text| {
        let digits = text.trim_start_matches('~').as_bytes();
        let points = digits
            .chunks(2)
            .map(|p| (f32::from(p[0] - b'0'), f32::from(p[1] - b'0')))
            .collect();
        (text.starts_with('~'), points)
    })
}

fn width_of(letter: char) -> f32 {
    let points = strokes(letter).flat_map(|(_, points)| points);
    if letter == ' ' {
        3.0
    } else {
        points.fold(0.0, |width, point| point.0.max(width))
    }
}

/// Chaikin's corner cutting: every corner becomes two, a quarter of the way along its sides. The ends stay.
fn rounded(points: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let along =
        |a: (f32, f32), b: (f32, f32), t: f32| (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
    let last = points.len() - 1;
    let mut out = vec![points[0]];
    for (i, pair) in points.windows(2).enumerate() {
        if i > 0 {
            out.push(along(pair[0], pair[1], 0.25));
        }
        if i + 1 < last {
            out.push(along(pair[0], pair[1], 0.75));
        }
    }
    out.push(points[last]);
    out
}

/// How a line of text looks.
#[derive(Clone, Copy)]
pub struct Hand {
    /// Height of its capitals in pixels.
    pub height: f32,
    /// Width of its strokes in pixels.
    pub pen: f32,
    /// Extra space after each letter, in heights: maps spread the names of large things.
    pub spread: f32,
    /// Ink.
    pub colour: V3,
}

impl Hand {
    /// Width of `text` in pixels.
    pub fn measure(&self, text: &str) -> f32 {
        let gap = GAP + self.spread * CAPITAL;
        let widths: f32 = text.chars().map(|letter| width_of(letter) + gap).sum();
        (widths - gap).max(0.0) * self.height / CAPITAL
    }

    /// Writes `text` with the left end of its baseline at `at`, rising by `turn` radians.
    pub fn write(&self, canvas: &mut Canvas, at: (f32, f32), turn: f32, text: &str) {
        let scale = self.height / CAPITAL;
        let (sin, cos) = turn.sin_cos();
        let mut pen = 0.0;
        for letter in text.chars() {
            for (curved, mut points) in strokes(letter) {
                for _ in 0..if curved { 3 } else { 0 } {
                    points = rounded(&points);
                }
                let place = |&(x, y): &(f32, f32)| {
                    let (x, y) = ((pen + x) * scale, (y - CAPITAL) * scale);
                    (at.0 + x * cos + y * sin, at.1 - x * sin + y * cos)
                };
                let placed: Vec<_> = points.iter().map(place).collect();
                canvas.polyline(&placed, self.pen, self.colour, 1.0);
            }
            pen += width_of(letter) + GAP + self.spread * CAPITAL;
        }
    }

    /// Writes `text` with its middle at `at`.
    pub fn write_centred(&self, canvas: &mut Canvas, at: (f32, f32), text: &str) {
        let start = (at.0 - self.measure(text) / 2.0, at.1 + self.height / 2.0);
        self.write(canvas, start, 0.0, text);
    }
}

/// Writes `text` in whole pixels, nine high, with square corners and no smoothing; (x, y) is its top left.
pub fn write_pixels(canvas: &mut Canvas, x: usize, y: usize, text: &str, colour: V3) {
    let mut pen = x as i32;
    for letter in text.chars() {
        for (_, points) in strokes(letter) {
            let points: Vec<_> = points.iter().map(|p| (p.0 as i32, p.1 as i32)).collect();
            for pair in points.windows(2) {
                let (from, to) = (pair[0], pair[1]);
                let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).max(1);
                for step in 0..=steps {
                    let along = |a: i32, b: i32| {
                        (2 * a * steps + 2 * (b - a) * step + steps).div_euclid(2 * steps)
                    };
                    canvas.cover(
                        pen + along(from.0, to.0),
                        y as i32 + along(from.1, to.1),
                        colour,
                        1.0,
                    );
                }
            }
        }
        pen += width_of(letter) as i32 + 3;
    }
}

/// Columns that [`write_pixels`] needs for `text`.
pub fn pixels_wide(text: &str) -> usize {
    text.chars()
        .map(|letter| width_of(letter) as usize + 3)
        .sum()
}
