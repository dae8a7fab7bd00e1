//! The lake as a game of 1992 would have had it.

use crate::canvas::Canvas;
use crate::colour::hex;
use crate::vector::V3;

/// The picture in large square pixels and few colours: a table of them, picked by an ordered pattern between the two nearest.
pub(super) fn of(canvas: &Canvas) -> Canvas {
    const BY: usize = 9;
    const ZOOM: usize = 3;
    let palette: Vec<V3> = [
        0x0b0d14, 0x161c2b, 0x232f45, 0x34445f, 0x47597a, 0x5d7196, 0x7b8db0, 0x9aa6c2, 0x2a2530,
        0x463642, 0x684a52, 0x8c6265, 0xb07f7c, 0xcf9f94, 0xe6bfa8, 0xf6dcc0, 0xe59a62, 0xc96f45,
        0x94503c, 0x1a2a26,
    ]
    .iter()
    .map(|&rgb| hex(rgb))
    .collect();
    let curve = |colour: V3| colour.map(crate::colour::encode);
    let small = canvas.shrunk(BY);
    let mut out = Canvas::transparent(small.width * ZOOM, small.height * ZOOM);
    for y in 0..small.height {
        for x in 0..small.width {
            // Bayer's four by four pattern.
            let (a, b) = (x ^ y, y);
            let rank = ((a & 1) << 3 | (b & 1) << 2 | (a & 2) | (b & 2) >> 1) as f32 / 16.0 - 0.47;
            let wanted = curve(small.colour(x, y)) + V3::all(0.085 * rank);
            let near = |ink: &&V3| (curve(**ink) - wanted).length();
            let ink = palette
                .iter()
                .min_by(|a, b| near(a).total_cmp(&near(b)))
                .copied()
                .unwrap_or_default();
            out.rectangle(x * ZOOM, y * ZOOM, ZOOM, ZOOM, ink);
        }
    }
    out
}
