//! Where a rendered frame's samples are.

use jxl_oxide::image::{BitDepth, ExtraChannelInfo};
use jxl_oxide::{ExtraChannelType, ImageHeader, ImageStream, Render};
use jxl_render::ImageBuffer;

use crate::color::Model;

/// One channel of a whole rendered picture.
#[derive(Clone, Copy)]
pub(super) struct Plane<'a> {
    pub(super) samples: &'a ImageBuffer,
    pub(super) depth: BitDepth,
}

/// A spot colour: its ink's density, and what it paints over the picture.
#[derive(Clone)]
pub(super) struct Spot<'a> {
    pub(super) plane: Plane<'a>,
    pub(super) color: [f32; 3],
    pub(super) solidity: f32,
}

/// Where samples come from.
pub(super) enum Source<'a> {
    /// Planes of the picture's own size, as stored.
    Planes {
        /// Colours, black if CMYK, alpha if any.
        channels: Vec<Plane<'a>>,
        spots: Vec<Spot<'a>>,
    },
    /// The decoder's own writer, turned to be looked at, row after row: slow,
    /// and without spot colours, for parts of pictures.
    Stream {
        stream: Box<ImageStream<'a>>,
        next: u32,
        row: Vec<f32>,
    },
}

impl<'a> Source<'a> {
    /// The samples of `render`: as stored where it is `whole` and the
    /// decoder left planes of the picture's size.
    pub(super) fn new(header: &ImageHeader, render: &'a Render, model: Model, whole: bool) -> Self {
        let planes = whole.then(|| planes(header, render, model)).flatten();
        planes.unwrap_or_else(|| {
            let stream = Box::new(render.stream());
            let row = vec![0.0; stream.width() as usize * stream.channels() as usize];
            Source::Stream {
                stream,
                next: 0,
                row,
            }
        })
    }

    /// The same planes again; none of a stream, whose rows come in order.
    pub(super) fn again(&self) -> Option<Self> {
        match self {
            Source::Planes { channels, spots } => Some(Source::Planes {
                channels: channels.clone(),
                spots: spots.clone(),
            }),
            Source::Stream { .. } => None,
        }
    }

    /// Part of row `y`, a vector for each channel.
    pub(super) fn fetch(&mut self, x: u32, y: u32, length: usize, floats: &mut Vec<Vec<f32>>) {
        match self {
            Source::Planes { channels, .. } => {
                floats.resize_with(channels.len(), Vec::new);
                for (out, plane) in floats.iter_mut().zip(channels.iter()) {
                    plane.row(x, y, length, out);
                }
            }
            Source::Stream { stream, next, row } => {
                while *next <= y {
                    stream.write_to_buffer(row.as_mut_slice());
                    *next += 1;
                }
                let channels = stream.channels() as usize;
                floats.resize_with(channels, Vec::new);
                for (at, out) in floats.iter_mut().enumerate() {
                    out.clear();
                    let samples = row[x as usize * channels + at..].iter().step_by(channels);
                    out.extend(samples.take(length));
                }
            }
        }
    }
}

/// The picture's planes, if the decoder left them at the picture's size.
fn planes<'a>(header: &ImageHeader, render: &'a Render, model: Model) -> Option<Source<'a>> {
    let metadata = &header.metadata;
    let (_, extra) = render.extra_channels();
    let extra_plane = |at: usize| {
        Some(Plane {
            samples: extra.get(at)?,
            depth: metadata.ec_info.get(at)?.bit_depth,
        })
    };
    let mut channels: Vec<Plane<'_>> = render
        .color_channels()
        .iter()
        .map(|samples| Plane {
            samples,
            depth: metadata.bit_depth,
        })
        .collect();
    if model == Model::Cmyk {
        let black = metadata
            .ec_info
            .iter()
            .position(ExtraChannelInfo::is_black)?;
        channels.push(extra_plane(black)?);
    }
    if let Some(alpha) = metadata.alpha() {
        channels.push(extra_plane(alpha)?);
    }
    let mut spots = Vec::new();
    if model == Model::Rgb {
        for (at, info) in metadata.ec_info.iter().enumerate() {
            if let ExtraChannelType::SpotColour {
                red,
                green,
                blue,
                solidity,
            } = info.ty
            {
                spots.push(Spot {
                    plane: extra_plane(at)?,
                    color: [red, green, blue],
                    solidity,
                });
            }
        }
    }
    let size = (header.size.width as usize, header.size.height as usize);
    let fits = channels
        .iter()
        .chain(spots.iter().map(|spot| &spot.plane))
        .all(|plane| plane.size() == size);
    fits.then_some(Source::Planes { channels, spots })
}

impl Plane<'_> {
    fn size(&self) -> (usize, usize) {
        (self.samples.width(), self.samples.height())
    }

    /// Part of row `y` as floats, 0 to 1.
    pub(super) fn row(&self, x: u32, y: u32, length: usize, out: &mut Vec<f32>) {
        out.clear();
        let at = y as usize * self.samples.width() + x as usize;
        let depth = self.depth;
        match self.samples {
            ImageBuffer::F32(grid) => out.extend_from_slice(&grid.buf()[at..at + length]),
            ImageBuffer::I32(grid) => {
                let row = &grid.buf()[at..at + length];
                out.extend(row.iter().map(|&sample| depth.parse_integer_sample(sample)));
            }
            ImageBuffer::I16(grid) => {
                let row = grid.buf()[at..at + length].iter();
                out.extend(row.map(|&sample| depth.parse_integer_sample(sample.into())));
            }
        }
    }
}
