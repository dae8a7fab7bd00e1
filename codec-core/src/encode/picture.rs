//! A picture on its way into a file: arranged, and with the channels that
//! say something.

use crate::operations::{RawRaster, RawSample};
use crate::raster::{Orientation, Pixels, Region, Size, rgba, scale, zeroed};
use crate::{Context, Error};

/// A picture to be arranged, straight alpha, sRGB.
pub enum Picture {
    /// 8 bits a sample.
    Eight(Pixels),
    /// 16 bits a sample, RGBA.
    Sixteen {
        /// In pixels.
        size: Size,
        /// Row by row from the top.
        data: Vec<[u16; 4]>,
    },
}

impl Picture {
    /// A picture of raw samples.
    ///
    /// # Errors
    /// `invalid_parameters` when the input is not as long as `raster` says.
    pub fn of_raster(
        context: &Context<'_>,
        raster: RawRaster,
        bytes: &[u8],
    ) -> Result<Self, Error> {
        let size = Size {
            width: raster.width,
            height: raster.height,
        };
        let channels = raster.channels;
        if !(1..=4).contains(&channels) {
            return Err(Error::InvalidParameters(format!(
                "raster.channels must be from 1 to 4, not {channels}"
            )));
        }
        if size.pixels() == 0 {
            return Err(Error::InvalidParameters("the raster is empty".into()));
        }
        context.limits().check_pixels(size.pixels())?;
        let sample = match raster.sample {
            RawSample::U8 => 1,
            RawSample::U16 => 2,
        };
        let length = u128::from(size.pixels()) * u128::from(channels) * sample;
        if length != bytes.len() as u128 {
            return Err(Error::InvalidParameters(format!(
                "the raster takes {length} bytes, the input has {}",
                bytes.len()
            )));
        }
        context
            .limits()
            .check_memory(4 * size.pixels() * sample as u64 + bytes.len() as u64)?;
        let channels = usize::from(channels);
        match raster.sample {
            RawSample::U8 => {
                let mut pixels = Pixels::new(size.width, size.height)?;
                for (out, samples) in pixels.data.iter_mut().zip(bytes.chunks_exact(channels)) {
                    let [r, g, b, a] = widened(samples, 0xff);
                    *out = rgba(r, g, b, a);
                }
                Ok(Self::Eight(pixels))
            }
            RawSample::U16 => {
                let mut data = zeroed::<[u16; 4]>(size.pixels())?;
                let mut samples = [0; 4];
                for (out, pixel) in data.iter_mut().zip(bytes.chunks_exact(2 * channels)) {
                    for (sample, bytes) in samples.iter_mut().zip(pixel.as_chunks::<2>().0) {
                        *sample = u16::from_le_bytes(*bytes);
                    }
                    *out = widened(&samples[..channels], 0xffff);
                }
                Ok(Self::Sixteen { size, data })
            }
        }
    }

    /// The size in pixels.
    pub const fn size(&self) -> Size {
        match self {
            Self::Eight(pixels) => Size {
                width: pixels.width,
                height: pixels.height,
            },
            Self::Sixteen { size, .. } => *size,
        }
    }

    /// The part `region`.
    ///
    /// # Errors
    /// `invalid_parameters` for a region that is not all inside.
    pub fn cut(self, region: Option<Region>) -> Result<Self, Error> {
        let size = self.size();
        let region = Region::within(region, size)?;
        if region == Region::whole(size) {
            return Ok(self);
        }
        Ok(match self {
            Self::Eight(pixels) => Self::Eight(Pixels {
                width: region.width,
                height: region.height,
                data: cut(&pixels.data, size, region)?,
            }),
            Self::Sixteen { data, .. } => Self::Sixteen {
                size: region.size(),
                data: cut(&data, size, region)?,
            },
        })
    }

    /// The picture turned and mirrored.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn turned(self, turn: Orientation) -> Result<Self, Error> {
        if turn == Orientation::UPRIGHT {
            return Ok(self);
        }
        Ok(match self {
            Self::Eight(pixels) => Self::Eight(turn.apply(pixels)?),
            Self::Sixteen { size, data } => {
                let (from, size) = (size, turn.size(size));
                let mut turned = zeroed::<[u16; 4]>(size.pixels())?;
                for (y, row) in (0..).zip(turned.chunks_exact_mut(size.width as usize)) {
                    for (x, pixel) in (0..).zip(row) {
                        let (x, y) = turn.stored_at(size, x, y);
                        *pixel = data[y as usize * from.width as usize + x as usize];
                    }
                }
                Self::Sixteen { size, data: turned }
            }
        })
    }

    /// The picture at another size.
    ///
    /// # Errors
    /// `unsupported` for 16 bits, `cancelled`, `limit_exceeded`.
    pub fn scaled(
        self,
        context: &Context<'_>,
        size: Option<Size>,
        held: u64,
    ) -> Result<Self, Error> {
        let from = self.size();
        let Some(size) = size.filter(|&size| size != from) else {
            return Ok(self);
        };
        let Self::Eight(pixels) = self else {
            return Err(Error::Unsupported(
                "pictures of 16 bits a sample cannot be scaled; leave `size` out".into(),
            ));
        };
        context
            .limits()
            .check_memory(4 * (from.pixels() + size.pixels()) + held)?;
        let mut progress = |fraction| context.progress(3, fraction);
        scale(&pixels, size, &mut progress).map(Self::Eight)
    }

    /// The samples of the channels that say something: no alpha where all is
    /// opaque, one colour channel where all is grey.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn samples(self) -> Result<Samples, Error> {
        let size = self.size();
        let (gray, opaque) = match &self {
            Self::Eight(pixels) => said(pixels.data.iter().map(|p| p.to_le_bytes()), 0xff),
            Self::Sixteen { data, .. } => said(data.iter().copied(), 0xffff),
        };
        let channels = match (gray, opaque) {
            (true, true) => 1,
            (true, false) => 2,
            (false, true) => 3,
            (false, false) => 4,
        };
        let data = match self {
            Self::Eight(pixels) => {
                let pixels = pixels.data.iter().map(|p| p.to_le_bytes());
                Data::Eight(narrowed(pixels, size, channels)?)
            }
            Self::Sixteen { data, .. } => {
                Data::Sixteen(narrowed(data.into_iter(), size, channels)?)
            }
        };
        Ok(Samples {
            size,
            channels,
            data,
        })
    }
}

/// Samples side by side, row by row from the top.
pub struct Samples {
    /// In pixels.
    pub size: Size,
    /// 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
    pub channels: u8,
    /// The samples.
    pub data: Data,
}

/// Samples of either depth.
pub enum Data {
    /// 8 bits.
    Eight(Vec<u8>),
    /// 16 bits.
    Sixteen(Vec<u16>),
}

impl Samples {
    /// Whether there is alpha.
    pub const fn alpha(&self) -> bool {
        self.channels.is_multiple_of(2)
    }

    /// Bytes of all samples.
    pub fn bytes(&self) -> u64 {
        match &self.data {
            Data::Eight(samples) => samples.len() as u64,
            Data::Sixteen(samples) => 2 * samples.len() as u64,
        }
    }

    /// Samples of 8 bits.
    ///
    /// # Errors
    /// `unsupported` when they have 16, which `format` has no room for.
    pub fn eight(&self, format: &str) -> Result<&[u8], Error> {
        match &self.data {
            Data::Eight(samples) => Ok(samples),
            Data::Sixteen(_) => Err(Error::Unsupported(format!(
                "{format} has 8 bits a sample, this raster 16; PNG and JPEG XL keep them"
            ))),
        }
    }
}

fn widened<T: Copy>(samples: &[T], opaque: T) -> [T; 4] {
    match *samples {
        [v, a] => [v, v, v, a],
        [r, g, b] => [r, g, b, opaque],
        [r, g, b, a] => [r, g, b, a],
        [v, ..] => [v, v, v, opaque],
        [] => [opaque; 4],
    }
}

/// Whether all pixels are grey, and whether all are opaque.
fn said<T: PartialEq + Copy>(pixels: impl Iterator<Item = [T; 4]>, full: T) -> (bool, bool) {
    let (mut gray, mut opaque) = (true, true);
    for [r, g, b, a] in pixels {
        gray &= r == g && g == b;
        opaque &= a == full;
        if !gray && !opaque {
            break;
        }
    }
    (gray, opaque)
}

fn narrowed<T: bytemuck::Zeroable + Copy>(
    pixels: impl Iterator<Item = [T; 4]>,
    size: Size,
    channels: u8,
) -> Result<Vec<T>, Error> {
    let mut samples = zeroed::<T>(size.pixels() * u64::from(channels))?;
    match channels {
        1 => {
            for (out, [v, ..]) in samples.iter_mut().zip(pixels) {
                *out = v;
            }
        }
        2 => {
            for (out, [v, _, _, a]) in samples.as_chunks_mut::<2>().0.iter_mut().zip(pixels) {
                *out = [v, a];
            }
        }
        3 => {
            for (out, [r, g, b, _]) in samples.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
                *out = [r, g, b];
            }
        }
        _ => {
            for (out, pixel) in samples.as_chunks_mut::<4>().0.iter_mut().zip(pixels) {
                *out = pixel;
            }
        }
    }
    Ok(samples)
}

fn cut<T: bytemuck::Zeroable + Copy>(
    data: &[T],
    size: Size,
    region: Region,
) -> Result<Vec<T>, Error> {
    let mut part = zeroed::<T>(region.size().pixels())?;
    let rows = part.chunks_exact_mut(region.width as usize);
    for (y, row) in (region.y as usize..).zip(rows) {
        let at = y * size.width as usize + region.x as usize;
        row.copy_from_slice(&data[at..at + row.len()]);
    }
    Ok(part)
}
