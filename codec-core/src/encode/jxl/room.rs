//! Whether zune-jpegxl 0.5.2 has room for what it will write: it sets aside
//! 24 bits for a sample of 16, and 16 for the first channel of a picture of
//! one group; noise takes up to 25, and it panics.

use crate::raster::Size;

/// Pixels of a group's side.
const GROUP: usize = 256;
/// Bits that are set aside for a sample.
const ASIDE: u64 = 24;
/// The same of the first channel of a picture of one group, and what is set
/// aside for the tables before it, which take a fifth of that.
const ASIDE_ALONE: u64 = 16;
const ASIDE_FOR_TABLES: u64 = 80_000;
/// Bits of the longest code; what does not fit it follows.
const CODE: u64 = 8;

/// Whether every group of every channel fits, at the longest codes; samples
/// are native and of 16 bits.
pub(super) fn is_enough(samples: &[u8], size: Size, channels: usize) -> bool {
    let (width, height) = (size.width as usize, size.height as usize);
    let mut rows = [vec![[0; 4]; GROUP], vec![[0; 4]; GROUP]];
    for top in (0..height).step_by(GROUP) {
        for left in (0..width).step_by(GROUP) {
            let columns = GROUP.min(width - left);
            let lines = GROUP.min(height - top);
            let mut bits = [0; 4];
            for y in 0..lines {
                let [above, row] = &mut rows;
                std::mem::swap(above, row);
                let at = 2 * channels * ((top + y) * width + left);
                let pixels = samples[at..].chunks_exact(2 * channels);
                for (x, pixel) in pixels.take(columns).enumerate() {
                    row[x] = planes(pixel);
                    for (plane, bits) in bits.iter_mut().enumerate().take(channels) {
                        let expected = match (x, y) {
                            (0, 0) => 0,
                            (_, 0) => row[x - 1][plane],
                            (0, _) => above[0][plane],
                            _ => gradient(row[x - 1][plane], above[x][plane], above[x - 1][plane]),
                        };
                        let apart = row[x][plane] - expected;
                        let packed = (apart << 1) ^ (apart >> 31);
                        *bits += CODE + u64::from((packed.unsigned_abs() | 1).ilog2());
                    }
                }
            }
            let alone = width <= GROUP && height <= GROUP;
            let pixels = (columns * lines) as u64;
            let room = |plane: usize| match plane {
                0 if alone => ASIDE_ALONE * pixels + ASIDE_FOR_TABLES,
                _ => ASIDE * pixels,
            };
            let mut planes = bits.iter().enumerate();
            // The least that is set aside is some bytes more than its pixels'.
            if planes.any(|(plane, &bits)| bits > room(plane) + 400) {
                return false;
            }
        }
    }
    true
}

/// Grey, or luma and chroma, and alpha.
fn planes(pixel: &[u8]) -> [i32; 4] {
    let sample = |at: usize| i32::from(u16::from_ne_bytes([pixel[2 * at], pixel[2 * at + 1]]));
    if pixel.len() < 6 {
        return [sample(0), 0, 0, 0];
    }
    let co = sample(0) - sample(2);
    let middle = sample(2) + (co >> 1);
    let cg = sample(1) - middle;
    let alpha = if pixel.len() == 8 { sample(3) } else { 0 };
    [middle + (cg >> 1), co, cg, alpha]
}

/// JPEG XL's predictor 5.
fn gradient(left: i32, top: i32, corner: i32) -> i32 {
    (left + top - corner).clamp(left.min(top), left.max(top))
}
