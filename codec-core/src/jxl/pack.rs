//! Whole planes of sRGB to pixels, without a detour.

use jxl_oxide::image::BitDepth;
use jxl_render::ImageBuffer;

use super::planes::Plane;
use crate::color::round;
use crate::raster::rgba;

/// Packs part of a row whose planes are all 8-bit integers, or all floats;
/// false where they are neither.
pub(super) fn pack(channels: &[Plane<'_>], width: u32, x: u32, y: u32, out: &mut [u32]) -> bool {
    let at = y as usize * width as usize + x as usize;
    let range = at..at + out.len();
    let eight = BitDepth::IntegerSample { bits_per_sample: 8 };
    let mut floats: [&[f32]; 4] = [&[]; 4];
    let mut shorts: [&[i16]; 4] = [&[]; 4];
    let (mut float, mut short) = (0, 0);
    for (index, plane) in channels.iter().enumerate().take(4) {
        match plane.samples {
            ImageBuffer::F32(grid) => {
                floats[index] = &grid.buf()[range.clone()];
                float += 1;
            }
            ImageBuffer::I16(grid) if plane.depth == eight => {
                shorts[index] = &grid.buf()[range.clone()];
                short += 1;
            }
            _ => return false,
        }
    }
    if float == channels.len() {
        pack_as(channels.len(), floats, round, out)
    } else if short == channels.len() {
        pack_as(
            channels.len(),
            shorts,
            |sample| sample.clamp(0, 255) as u8,
            out,
        )
    } else {
        false
    }
}

fn pack_as<T: Copy>(
    channels: usize,
    [a, b, c, d]: [&[T]; 4],
    byte: impl Fn(T) -> u8,
    out: &mut [u32],
) -> bool {
    match channels {
        1 => {
            for (out, &v) in out.iter_mut().zip(a) {
                *out = (u32::from(byte(v)) * 0x01_0101) | 0xff00_0000;
            }
        }
        2 => {
            for ((out, &v), &alpha) in out.iter_mut().zip(a).zip(b) {
                *out = (u32::from(byte(v)) * 0x01_0101) | (u32::from(byte(alpha)) << 24);
            }
        }
        3 => {
            for (((out, &r), &g), &b) in out.iter_mut().zip(a).zip(b).zip(c) {
                *out = rgba(byte(r), byte(g), byte(b), 255);
            }
        }
        4 => {
            for ((((out, &r), &g), &b), &alpha) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *out = rgba(byte(r), byte(g), byte(b), byte(alpha));
            }
        }
        _ => return false,
    }
    true
}
