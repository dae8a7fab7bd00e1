//! Rendered planes to rows of sRGB.
//!
//! Most pictures are one of two kinds, XYB or 8-bit integers that are sRGB
//! already; these are packed at once. All others (spot colours,
//! premultiplied alpha, CMYK, other spaces and depths) go through rows of
//! floats.

use jxl_oxide::image::BitDepth;
use jxl_oxide::{ExtraChannelType, ImageHeader, ImageStream, Render};
use jxl_render::ImageBuffer;

use super::color::Meaning;
use crate::Error;
use crate::color::{Model, Profile, Srgb, ToSrgb, encode, round};
use crate::raster::rgba;

/// One channel of a whole rendered picture.
#[derive(Clone, Copy)]
struct Plane<'a> {
    samples: &'a ImageBuffer,
    depth: BitDepth,
}

/// A spot colour: its ink's density, and what it paints over the picture.
struct Spot<'a> {
    plane: Plane<'a>,
    color: [f32; 3],
    solidity: f32,
}

/// Where samples come from.
enum Source<'a> {
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

/// Rows of sRGB from a rendered frame.
pub(super) struct Rows<'a> {
    source: Source<'a>,
    meaning: &'a Meaning,
    width: u32,
    premultiplied: bool,
    alpha: bool,
    model: Model,
    srgb: Srgb,
    to_srgb: ToSrgb,
    /// One row of each channel.
    floats: Vec<Vec<f32>>,
    interleaved: Vec<u16>,
}

impl<'a> Rows<'a> {
    /// Rows of `render`: as stored where it is `whole` and the decoder left
    /// planes of the picture's size, and [`Rows::oriented`] tells.
    pub(super) fn new(
        header: &ImageHeader,
        render: &'a Render,
        meaning: &'a Meaning,
        whole: bool,
    ) -> Result<Self, Error> {
        let profile = match meaning {
            Meaning::Profile(profile) => profile,
            Meaning::Xyb(_) | Meaning::Hdr(_) => &Profile::Srgb,
        };
        let alpha = header.metadata.alpha();
        let black = header.metadata.ec_info.iter().any(|info| info.is_black());
        let cmyk = matches!(profile, Profile::Icc(icc) if icc.get(16..20) == Some(b"CMYK"));
        let model = match render.color_channels().len() {
            1 => Model::Gray,
            _ if cmyk && black => Model::Cmyk,
            _ => Model::Rgb,
        };
        let planes = whole.then(|| planes(header, render, model)).flatten();
        let (source, width) = if let Some(source) = planes {
            (source, header.size.width)
        } else {
            let stream = Box::new(render.stream());
            let width = stream.width();
            let row = vec![0.0; width as usize * stream.channels() as usize];
            (Source::Stream { stream, next: 0, row }, width)
        };
        let premultiplied =
            alpha.is_some_and(|at| header.metadata.ec_info[at].alpha_associated() == Some(true));
        Ok(Self {
            source,
            meaning,
            width,
            premultiplied,
            alpha: alpha.is_some(),
            model,
            srgb: Srgb::new(),
            to_srgb: ToSrgb::new(profile, model, alpha.is_some())?,
            floats: Vec::new(),
            interleaved: Vec::new(),
        })
    }

    /// Whether rows come turned to be looked at, rather than as stored.
    pub(super) const fn oriented(&self) -> bool {
        matches!(self.source, Source::Stream { .. })
    }

    /// Writes row `y` from column `x` on. Rows of a stream are asked for
    /// from the top.
    pub(super) fn row(&mut self, x: u32, y: u32, out: &mut [u32]) -> Result<(), Error> {
        let plain = !self.premultiplied && !self.has_spots();
        if let (true, Source::Planes { channels, .. }, Meaning::Profile(_)) =
            (plain, &self.source, self.meaning)
            && self.to_srgb.is_identity()
            && pack(channels, self.width, x, y, out)
        {
            return Ok(());
        }
        self.fetch(x, y, out.len());
        match self.meaning {
            Meaning::Xyb(xyb) => {
                if let [x, y, b, ..] = self.floats.as_mut_slice() {
                    xyb.to_linear([x, y, b]);
                }
                if plain {
                    self.pack_linear(out);
                    return Ok(());
                }
                let colors = self.floats.iter_mut().take(3).flatten();
                colors.for_each(|sample| *sample = encode(*sample));
            }
            Meaning::Hdr(hdr) => {
                let gray = self.model == Model::Gray;
                let plane = |at: usize| self.floats[if gray { 0 } else { at }].clone();
                let mut colors = [plane(0), plane(1), plane(2)];
                hdr.convert(&mut colors)?;
                for (plane, converted) in self.floats.iter_mut().zip(colors).take(if gray { 1 } else { 3 }) {
                    *plane = converted;
                }
            }
            Meaning::Profile(_) if self.model == Model::Cmyk => {
                // JPEG XL's 0 is full ink.
                for ink in self.floats.iter_mut().take(4).flatten() {
                    *ink = 1.0 - *ink;
                }
            }
            Meaning::Profile(_) => {}
        }
        self.paint_spots(x, y, out.len());
        if self.premultiplied {
            unpremultiply(&mut self.floats, self.to_srgb.channels());
        }
        if self.to_srgb.is_identity() {
            self.pack_floats(out);
            return Ok(());
        }
        let channels = self.to_srgb.channels();
        self.interleaved.clear();
        self.interleaved.resize(out.len() * channels, 0);
        for (at, plane) in self.floats.iter().take(channels).enumerate() {
            for (out, &sample) in self.interleaved[at..].iter_mut().step_by(channels).zip(plane) {
                *out = (sample * 65_535.0 + 0.5) as u16;
            }
        }
        self.to_srgb.row16(&self.interleaved, out)
    }

    const fn has_spots(&self) -> bool {
        matches!(&self.source, Source::Planes { spots, .. } if !spots.is_empty())
    }

    /// Packs linear light.
    fn pack_linear(&self, out: &mut [u32]) {
        let srgb = &self.srgb;
        let [r, g, b, rest @ ..] = self.floats.as_slice() else {
            return;
        };
        let colors = out.iter_mut().zip(r).zip(g).zip(b);
        if let (true, Some(alpha)) = (self.alpha, rest.first()) {
            for ((((out, &r), &g), &b), &a) in colors.zip(alpha) {
                *out = rgba(srgb.encode(r), srgb.encode(g), srgb.encode(b), round(a));
            }
        } else {
            for (((out, &r), &g), &b) in colors {
                *out = rgba(srgb.encode(r), srgb.encode(g), srgb.encode(b), 255);
            }
        }
    }

    /// Packs floats that are sRGB, rounding once.
    fn pack_floats(&self, out: &mut [u32]) {
        let alpha = self.alpha.then(|| self.model.channels());
        for (at, out) in out.iter_mut().enumerate() {
            let sample = |channel: usize| round(self.floats[channel][at]);
            let a = alpha.map_or(255, sample);
            *out = match self.model {
                Model::Gray => rgba(sample(0), sample(0), sample(0), a),
                _ => rgba(sample(0), sample(1), sample(2), a),
            };
        }
    }

    fn fetch(&mut self, x: u32, y: u32, length: usize) {
        let floats = &mut self.floats;
        match &mut self.source {
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

    fn paint_spots(&mut self, x: u32, y: u32, length: usize) {
        let Source::Planes { spots, .. } = &self.source else {
            return;
        };
        let mut density = Vec::new();
        for spot in spots {
            spot.plane.row(x, y, length, &mut density);
            for (plane, color) in self.floats.iter_mut().zip(spot.color) {
                for (sample, density) in plane.iter_mut().zip(&density) {
                    let mix = density * spot.solidity;
                    *sample = color * mix + *sample * (1.0 - mix);
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
        let black = metadata.ec_info.iter().position(|info| info.is_black())?;
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
    fn row(&self, x: u32, y: u32, length: usize, out: &mut Vec<f32>) {
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

/// Packs part of a row whose planes are all 8-bit integers, or all floats;
/// false where they are neither.
fn pack(channels: &[Plane<'_>], width: u32, x: u32, y: u32, out: &mut [u32]) -> bool {
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
        pack_as(channels.len(), shorts, |sample| sample.clamp(0, 255) as u8, out)
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
                *out = u32::from(byte(v)) * 0x01_0101 | 0xff00_0000;
            }
        }
        2 => {
            for ((out, &v), &alpha) in out.iter_mut().zip(a).zip(b) {
                *out = u32::from(byte(v)) * 0x01_0101 | u32::from(byte(alpha)) << 24;
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

/// Divides colours by alpha, the last of `count` channels. Of XYB in sRGB, of
/// others in the space that they are coded in: where they were multiplied.
fn unpremultiply(channels: &mut [Vec<f32>], count: usize) {
    let Some((alpha, colors)) = channels.get_mut(..count).and_then(<[_]>::split_last_mut) else {
        return;
    };
    for plane in colors {
        for (sample, &alpha) in plane.iter_mut().zip(alpha.iter()) {
            if alpha > 0.0 {
                *sample /= alpha;
            }
        }
    }
}
