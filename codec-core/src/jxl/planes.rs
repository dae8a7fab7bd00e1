//! Rendered planes to rows of sRGB.

use jxl_oxide::image::BitDepth;
use jxl_oxide::{ExtraChannelType, ImageHeader, Render};

use crate::Error;
use crate::color::{Model, ToSrgb};
use crate::raster::{Size, rgba};

type Grid = jxl_render::ImageBuffer;
