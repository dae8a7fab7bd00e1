//! Files of what was painted: the inputs of the encoders.

use crate::canvas::Canvas;
use crate::colour::encode;
use crate::noise::chance;
use anyhow::Result;
use rayon::prelude::*;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// Whether rounding to eight bits is hidden under noise of one step, as pictures want, or left alone, as diagrams want.
#[derive(Clone, Copy, PartialEq)]
pub enum Rounding {
    /// Each sample is rounded up or down by chance, so that smooth gradients don't band.
    Dithered,
    /// Each sample goes to the nearest step.
    Nearest,
}

/// A pixel as files hold it: straight alpha, sRGB's curve, 0 to 1.
fn stored(pixel: [f32; 4]) -> [f32; 4] {
    let alpha = pixel[3].clamp(0.0, 1.0);
    let straight = |value: f32| encode(if alpha > 0.0 { value / alpha } else { 0.0 });
    [
        straight(pixel[0]),
        straight(pixel[1]),
        straight(pixel[2]),
        alpha,
    ]
}

/// The canvas as rows of `channels` (3 or 4) bytes a pixel.
pub fn bytes(canvas: &Canvas, channels: usize, rounding: Rounding) -> Vec<u8> {
    let mut out = vec![0; canvas.pixels.len() * channels];
    out.par_chunks_mut(channels)
        .enumerate()
        .for_each(|(i, bytes)| {
            let pixel = stored(canvas.pixels[i]);
            let (x, y) = ((i % canvas.width) as i32, (i / canvas.width) as i32);
            for (channel, byte) in bytes.iter_mut().enumerate() {
                let offset = match rounding {
                    Rounding::Dithered if channel < 3 => chance(x, y, channel as i32, 77),
                    _ => 0.5,
                };
                *byte = (pixel[channel] * 255.0 + offset).floor().clamp(0.0, 255.0) as u8;
            }
        });
    out
}

/// A PNG of 8 bits a sample, with alpha where `channels` is 4.
pub fn png8(path: &Path, canvas: &Canvas, channels: usize, rounding: Rounding) -> Result<()> {
    let colour = if channels == 4 {
        png::ColorType::Rgba
    } else {
        png::ColorType::Rgb
    };
    let mut header = png_header(path, canvas, colour)?;
    header.set_depth(png::BitDepth::Eight);
    if rounding == Rounding::Nearest {
        // Such pictures are small, and one of them is a sample as it is.
        header.set_compression(png::Compression::High);
    }
    header
        .write_header()?
        .write_image_data(&bytes(canvas, channels, rounding))?;
    Ok(())
}

/// A PNG of 16 bits a sample, without alpha.
pub fn png16(path: &Path, canvas: &Canvas) -> Result<()> {
    let mut header = png_header(path, canvas, png::ColorType::Rgb)?;
    header.set_depth(png::BitDepth::Sixteen);
    let mut out = Vec::with_capacity(canvas.pixels.len() * 6);
    for &pixel in &canvas.pixels {
        for value in &stored(pixel)[..3] {
            out.extend(((value * 65535.0 + 0.5) as u16).to_be_bytes());
        }
    }
    header.write_header()?.write_image_data(&out)?;
    Ok(())
}

/// An animated PNG of 8 bits a sample that repeats for ever; every frame is shown for `milliseconds`.
pub fn apng(path: &Path, frames: &[Canvas], milliseconds: u16) -> Result<()> {
    let mut header = png_header(path, &frames[0], png::ColorType::Rgb)?;
    header.set_depth(png::BitDepth::Eight);
    header.set_animated(frames.len() as u32, 0)?;
    header.set_frame_delay(milliseconds, 1000)?;
    let mut writer = header.write_header()?;
    for frame in frames {
        writer.write_image_data(&bytes(frame, 3, Rounding::Nearest))?;
    }
    writer.finish()?;
    Ok(())
}

/// A GIF that repeats for ever; every frame is shown for `milliseconds`, which GIF rounds to hundredths of a second.
pub fn gif(path: &Path, frames: &[Canvas], milliseconds: u32) -> Result<()> {
    use image::codecs::gif::{GifEncoder, Repeat};
    let mut encoder = GifEncoder::new_with_speed(BufWriter::new(File::create(path)?), 1);
    encoder.set_repeat(Repeat::Infinite)?;
    for frame in frames {
        let (width, height) = (frame.width as u32, frame.height as u32);
        let pixels = image::RgbaImage::from_raw(width, height, bytes(frame, 4, Rounding::Nearest))
            .ok_or_else(|| anyhow::anyhow!("the frame has too few pixels"))?;
        let delay = image::Delay::from_numer_denom_ms(milliseconds, 1);
        encoder.encode_frame(image::Frame::from_parts(pixels, 0, 0, delay))?;
    }
    Ok(())
}

/// A PNG of 8 bits a sample whose EXIF data say how it is to be turned: `orientation` is TIFF's, 1 to 8.
pub fn png8_oriented(path: &Path, canvas: &Canvas, orientation: u8) -> Result<()> {
    // A TIFF file of one directory with one entry: tag 0x112, a 16-bit number.
    let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let mut info = png::Info::with_size(canvas.width as u32, canvas.height as u32);
    info.color_type = png::ColorType::Rgb;
    info.bit_depth = png::BitDepth::Eight;
    info.exif_metadata = Some(exif.into());
    let file = BufWriter::new(File::create(path)?);
    let mut writer = png::Encoder::with_info(file, info)?.write_header()?;
    writer.write_image_data(&bytes(canvas, 3, Rounding::Dithered))?;
    Ok(())
}

/// A binary PPM of 8 bits a sample, which every encoder reads.
pub fn ppm(path: &Path, canvas: &Canvas) -> Result<()> {
    let mut out = format!("P6\n{} {}\n255\n", canvas.width, canvas.height).into_bytes();
    out.extend(bytes(canvas, 3, Rounding::Dithered));
    Ok(std::fs::write(path, out)?)
}

fn png_header<'a>(
    path: &Path,
    canvas: &Canvas,
    colour: png::ColorType,
) -> Result<png::Encoder<'a, BufWriter<File>>> {
    let file = BufWriter::new(File::create(path)?);
    let mut header = png::Encoder::new(file, canvas.width as u32, canvas.height as u32);
    header.set_color(colour);
    header.set_compression(png::Compression::Fast);
    Ok(header)
}
