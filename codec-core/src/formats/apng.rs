//! APNG's frames, composed here: `image` brings back the wrong pixels where
//! a frame that restores what was before it follows one that clears its area.

use std::io::Cursor;

use image::error::{DecodingError, ImageFormatHint};
use image::{Frame, ImageError, ImageFormat, ImageResult, RgbaImage};
use png::{BlendOp, ColorType, Decoder, DisposeOp, Reader, Transformations};

use crate::limits::Limits;

/// Frames as they are seen, one after the other.
pub(super) struct Composed<'a> {
    reader: Reader<Cursor<&'a [u8]>>,
    /// What the next frame is drawn on.
    canvas: RgbaImage,
    /// Whether a picture that is no frame comes first.
    default_first: bool,
    left: usize,
}

impl<'a> Composed<'a> {
    /// The `frames` frames of a file; of which the first is not what plain
    /// readers show, where `default_first` is set.
    pub(super) fn new(
        bytes: &'a [u8],
        frames: usize,
        default_first: bool,
        limits: &Limits,
    ) -> ImageResult<Self> {
        let limits = png::Limits {
            bytes: usize::try_from(limits.memory).unwrap_or(usize::MAX),
        };
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
        decoder.set_transformations(Transformations::normalize_to_color8());
        let reader = decoder.read_info().map_err(broken)?;
        let (width, height) = reader.info().size();
        Ok(Self {
            canvas: RgbaImage::new(width, height),
            reader,
            default_first,
            left: frames,
        })
    }

    fn frame(&mut self) -> ImageResult<RgbaImage> {
        if std::mem::take(&mut self.default_first) {
            let _ = self.pixels()?;
        }
        let (pixels, control) = self.pixels()?;
        let (left, top, blend, dispose) =
            control.map_or((0, 0, BlendOp::Source, DisposeOp::None), |control| {
                (
                    control.x_offset,
                    control.y_offset,
                    control.blend_op,
                    control.dispose_op,
                )
            });
        let (width, height) = pixels.dimensions();
        let (right, bottom) = (
            u64::from(left) + u64::from(width),
            u64::from(top) + u64::from(height),
        );
        let (canvas_width, canvas_height) = self.canvas.dimensions();
        if right > u64::from(canvas_width) || bottom > u64::from(canvas_height) {
            return Err(broken("a frame lies outside of the picture"));
        }
        let before = (dispose == DisposeOp::Previous).then(|| self.canvas.clone());
        for (x, y, pixel) in pixels.enumerate_pixels() {
            let there = self.canvas.get_pixel_mut(left + x, top + y);
            there.0 = match blend {
                BlendOp::Source => pixel.0,
                BlendOp::Over => over(pixel.0, there.0),
            };
        }
        let seen = match before {
            Some(before) => std::mem::replace(&mut self.canvas, before),
            None => self.canvas.clone(),
        };
        if dispose == DisposeOp::Background {
            for y in top..top + height {
                for x in left..left + width {
                    self.canvas.get_pixel_mut(x, y).0 = [0; 4];
                }
            }
        }
        Ok(seen)
    }

    /// The next picture's pixels, and what is said of it.
    fn pixels(&mut self) -> ImageResult<(RgbaImage, Option<png::FrameControl>)> {
        let length = self
            .reader
            .output_buffer_size()
            .ok_or_else(|| broken("it is too large"))?;
        let mut samples = vec![0; length];
        let info = self.reader.next_frame(&mut samples).map_err(broken)?;
        samples.truncate(info.buffer_size());
        let rgba: Vec<u8> = match info.color_type {
            ColorType::Grayscale => samples.iter().flat_map(|&v| [v, v, v, 255]).collect(),
            ColorType::GrayscaleAlpha => {
                let pixels = samples.as_chunks::<2>().0.iter();
                pixels.flat_map(|&[v, a]| [v, v, v, a]).collect()
            }
            ColorType::Rgb => {
                let pixels = samples.as_chunks::<3>().0.iter();
                pixels.flat_map(|&[r, g, b]| [r, g, b, 255]).collect()
            }
            ColorType::Rgba => samples,
            ColorType::Indexed => return Err(broken("its palette is missing")),
        };
        let control = self.reader.info().frame_control().copied();
        RgbaImage::from_raw(info.width, info.height, rgba)
            .map(|pixels| (pixels, control))
            .ok_or_else(|| broken("a frame has too few pixels"))
    }
}

impl Iterator for Composed<'_> {
    type Item = ImageResult<Frame>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let frame = self.frame();
        if frame.is_err() {
            self.left = 0;
        }
        Some(frame.map(Frame::new))
    }
}

/// The PNG specification's 13.16, with rounding.
fn over(top: [u8; 4], bottom: [u8; 4]) -> [u8; 4] {
    let [.., a] = top;
    if a == 255 || bottom[3] == 0 {
        return top;
    }
    let upper = u32::from(a) * 255;
    let lower = (255 - u32::from(a)) * u32::from(bottom[3]);
    let sum = upper + lower;
    let mix = |at: usize| {
        let mixed = u32::from(top[at]) * upper + u32::from(bottom[at]) * lower;
        ((mixed + sum / 2) / sum) as u8
    };
    [mix(0), mix(1), mix(2), ((sum + 127) / 255) as u8]
}

fn broken(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ImageError {
    ImageError::Decoding(DecodingError::new(
        ImageFormatHint::Exact(ImageFormat::Png),
        why,
    ))
}
