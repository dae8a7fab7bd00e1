//! Rectangles of pixels.

use serde::{Deserialize, Serialize};

use crate::Error;

/// A size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// Pixels in all.
    #[must_use]
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Leftmost column.
    pub x: u32,
    /// Topmost row.
    pub y: u32,
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Region {
    /// All of a picture.
    #[must_use]
    pub const fn whole(size: Size) -> Self {
        Self {
            x: 0,
            y: 0,
            width: size.width,
            height: size.height,
        }
    }

    /// The region's size.
    #[must_use]
    pub const fn size(self) -> Size {
        Size {
            width: self.width,
            height: self.height,
        }
    }

    /// Whether all of `other` is inside.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        let within = |at: u32, length: u32, from: u32, room: u32| {
            let end = u64::from(at) + u64::from(length);
            at >= from && end <= u64::from(from) + u64::from(room)
        };
        within(other.x, other.width, self.x, self.width)
            && within(other.y, other.height, self.y, self.height)
    }

    /// `asked`, or all of the picture where nothing was asked.
    ///
    /// # Errors
    /// `invalid_parameters` when the region is empty or not all inside.
    pub fn within(asked: Option<Self>, size: Size) -> Result<Self, Error> {
        let Some(region) = asked else {
            return Ok(Self::whole(size));
        };
        if region.width == 0 || region.height == 0 {
            return Err(Error::InvalidParameters("the region is empty".into()));
        }
        let right = u64::from(region.x) + u64::from(region.width);
        let bottom = u64::from(region.y) + u64::from(region.height);
        if right > u64::from(size.width) || bottom > u64::from(size.height) {
            return Err(Error::InvalidParameters(format!(
                "the region ends at {right}, {bottom}, the picture has {} by {} pixels",
                size.width, size.height
            )));
        }
        Ok(region)
    }
}
