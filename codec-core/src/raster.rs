//! Rasters in memory, and what is done to their geometry: orientation,
//! region, scale. Pixels are RGBA, 8 bits a sample, straight alpha, sRGB.

mod orientation;
mod region;
mod scale;

pub use orientation::Orientation;
pub use region::{Region, Size};
pub use scale::scale;

use std::sync::Arc;

use locus_protocol::{Alpha, ColorSpace, Plane, Raster, Sample};

use crate::{Error, Payload};

/// A raster in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Row by row from the top, R in the lowest byte and A in the highest,
    /// so that in little-endian memory the bytes stand in the order RGBA.
    pub data: Vec<u32>,
}

impl Pixels {
    /// A raster of transparent black.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn new(width: u32, height: u32) -> Result<Self, Error> {
        Ok(Self {
            width,
            height,
            data: zeroed(u64::from(width) * u64::from(height))?,
        })
    }

    /// Bytes of a raster of this size; as many as can be counted where a
    /// header claims more.
    #[must_use]
    pub fn bytes(width: u32, height: u32) -> u64 {
        (u64::from(width) * u64::from(height)).saturating_mul(4)
    }

    /// Row `y`.
    #[must_use]
    pub fn row(&self, y: u32) -> &[u32] {
        let width = self.width as usize;
        &self.data[y as usize * width..][..width]
    }

    /// Row `y`, to be written.
    pub fn row_mut(&mut self, y: u32) -> &mut [u32] {
        let width = self.width as usize;
        &mut self.data[y as usize * width..][..width]
    }

    /// The raster's size.
    #[must_use]
    pub const fn size(&self) -> Size {
        Size {
            width: self.width,
            height: self.height,
        }
    }

    /// A copy of `region`, which is inside.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn crop(&self, region: Region) -> Result<Self, Error> {
        let mut cropped = Self::new(region.width, region.height)?;
        for y in 0..region.height {
            let row = &self.row(region.y + y)[region.x as usize..];
            cropped
                .row_mut(y)
                .copy_from_slice(&row[..region.width as usize]);
        }
        Ok(cropped)
    }

    /// The raster as it is described in a reply.
    #[must_use]
    pub fn describe(&self) -> Raster {
        let opaque = self.data.iter().all(|pixel| pixel >> 24 == 0xff);
        Raster {
            width: self.width,
            height: self.height,
            alpha: if opaque {
                Alpha::Opaque
            } else {
                Alpha::Straight
            },
            color_space: Some(ColorSpace::Srgb),
            planes: vec![Plane {
                name: "rgba".into(),
                sample: Sample::U8,
                channels: 4,
                payload: 0,
                row_bytes: 4 * u64::from(self.width),
            }],
        }
    }

    /// The raster as it travels.
    #[must_use]
    pub fn into_payload(self) -> Payload {
        Payload::U32(self.data)
    }

    /// The raster as it travels, while others may use it, too.
    #[must_use]
    pub fn share(self: Arc<Self>) -> Payload {
        match Arc::try_unwrap(self) {
            Ok(own) => own.into_payload(),
            Err(shared) => Payload::Shared(shared),
        }
    }
}

/// A vector of `length` zeros.
///
/// # Errors
/// [`Error::OutOfMemory`], where `vec!` would abort.
pub fn zeroed<T: bytemuck::Zeroable + Clone>(length: u64) -> Result<Vec<T>, Error> {
    let bytes = length.saturating_mul(size_of::<T>() as u64);
    let mut data = Vec::new();
    // What an address cannot count is not to be had either.
    let length = usize::try_from(length).map_err(|_| Error::OutOfMemory(bytes))?;
    data.try_reserve_exact(length)
        .map_err(|_| Error::OutOfMemory(bytes))?;
    data.resize(length, T::zeroed());
    Ok(data)
}

/// One pixel from its samples.
#[must_use]
pub const fn rgba(r: u8, g: u8, b: u8, a: u8) -> u32 {
    u32::from_le_bytes([r, g, b, a])
}
