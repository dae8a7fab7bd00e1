//! Orientation: how stored pixels are turned and mirrored to be looked at.

use serde::{Serialize, Serializer};

use super::{Pixels, Region, Size};
use crate::Error;

/// One of the eight ways to turn and mirror a picture, numbered as EXIF and
/// JPEG XL do: 1 is upright, 3 upside down, 6 is turned clockwise to be
/// looked at, even numbers up to 4 and odd ones from 5 are mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation(u8);

impl Default for Orientation {
    fn default() -> Self {
        Self::UPRIGHT
    }
}

impl Serialize for Orientation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.0)
    }
}

/// Pixels of a square block in which turning by 90° stays within the cache.
const BLOCK: u32 = 32;

impl Orientation {
    /// As stored.
    pub const UPRIGHT: Self = Self(1);

    /// The orientation with this number, 1 to 8.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if matches!(number, 1..=8) {
            Some(Self(number))
        } else {
            None
        }
    }

    /// 1 to 8.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Whether rows become columns.
    #[must_use]
    pub const fn swaps(self) -> bool {
        self.0 >= 5
    }

    /// The size of a picture of `stored` size when looked at; as turning
    /// back is as wide, also the stored size of one to be looked at.
    #[must_use]
    pub const fn size(self, stored: Size) -> Size {
        if self.swaps() {
            Size {
                width: stored.height,
                height: stored.width,
            }
        } else {
            stored
        }
    }

    /// Where the pixel at `x`, `y` of a picture of `oriented` size is stored.
    #[must_use]
    pub const fn stored_at(self, oriented: Size, x: u32, y: u32) -> (u32, u32) {
        let Size { width, height } = oriented;
        match self.0 {
            2 => (width - 1 - x, y),
            3 => (width - 1 - x, height - 1 - y),
            4 => (x, height - 1 - y),
            5 => (y, x),
            6 => (y, width - 1 - x),
            7 => (height - 1 - y, width - 1 - x),
            8 => (height - 1 - y, x),
            _ => (x, y),
        }
    }

    /// Where `region` of a picture of `oriented` size is stored.
    #[must_use]
    pub fn stored(self, oriented: Size, region: Region) -> Region {
        let (right, bottom) = (region.x + region.width - 1, region.y + region.height - 1);
        let (x0, y0) = self.stored_at(oriented, region.x, region.y);
        let (x1, y1) = self.stored_at(oriented, right, bottom);
        Region {
            x: x0.min(x1),
            y: y0.min(y1),
            width: x0.abs_diff(x1) + 1,
            height: y0.abs_diff(y1) + 1,
        }
    }

    /// Turns stored pixels into those to be looked at.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn apply(self, stored: Pixels) -> Result<Pixels, Error> {
        if self == Self::UPRIGHT {
            return Ok(stored);
        }
        let size = self.size(Size {
            width: stored.width,
            height: stored.height,
        });
        let mut turned = Pixels::new(size.width, size.height)?;
        for top in (0..size.height).step_by(BLOCK as usize) {
            for left in (0..size.width).step_by(BLOCK as usize) {
                let right = size.width.min(left + BLOCK);
                for y in top..size.height.min(top + BLOCK) {
                    let row = &mut turned.row_mut(y)[left as usize..right as usize];
                    for (x, pixel) in (left..right).zip(row) {
                        let (from_x, from_y) = self.stored_at(size, x, y);
                        let at = from_y as usize * stored.width as usize + from_x as usize;
                        *pixel = stored.data[at];
                    }
                }
            }
        }
        Ok(turned)
    }
}
