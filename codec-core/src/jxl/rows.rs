//! Rendered planes to rows of sRGB.
//!
//! Most pictures are one of two kinds, XYB or 8-bit integers that are sRGB
//! already; these are packed at once. All others (spot colours,
//! premultiplied alpha, CMYK, other spaces and depths) go through rows of
//! floats.

use std::sync::Arc;

use jxl_oxide::image::ExtraChannelInfo;
use jxl_oxide::{ImageHeader, Render};

use super::color::Meaning;
use super::pack::pack;
use super::planes::Source;
use crate::Error;
use crate::color::{Model, Profile, Srgb, ToSrgb, encode, round};
use crate::raster::rgba;

/// Rows of sRGB from a rendered frame.
pub(super) struct Rows<'a> {
    source: Source<'a>,
    meaning: &'a Meaning,
    width: u32,
    premultiplied: bool,
    alpha: bool,
    model: Model,
    srgb: Arc<Srgb>,
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
        let black = header
            .metadata
            .ec_info
            .iter()
            .any(ExtraChannelInfo::is_black);
        let cmyk = matches!(profile, Profile::Icc(icc) if icc.get(16..20) == Some(b"CMYK"));
        let model = match render.color_channels().len() {
            1 => Model::Gray,
            _ if cmyk && black => Model::Cmyk,
            _ => Model::Rgb,
        };
        let source = Source::new(header, render, model, whole);
        let premultiplied =
            alpha.is_some_and(|at| header.metadata.ec_info[at].alpha_associated() == Some(true));
        Ok(Self {
            source,
            meaning,
            width: header.size.width,
            premultiplied,
            alpha: alpha.is_some(),
            model,
            srgb: Arc::new(Srgb::new()),
            to_srgb: ToSrgb::new(profile, model, alpha.is_some())?,
            floats: Vec::new(),
            interleaved: Vec::new(),
        })
    }

    /// The same rows again, for another thread; none where they have to be
    /// asked for from the top.
    pub(super) fn again(&self) -> Option<Self> {
        Some(Self {
            source: self.source.again()?,
            meaning: self.meaning,
            width: self.width,
            premultiplied: self.premultiplied,
            alpha: self.alpha,
            model: self.model,
            srgb: Arc::clone(&self.srgb),
            to_srgb: self.to_srgb.clone(),
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
        self.source.fetch(x, y, out.len(), &mut self.floats);
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
                for (plane, converted) in
                    self.floats
                        .iter_mut()
                        .zip(colors)
                        .take(if gray { 1 } else { 3 })
                {
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
            for (out, &sample) in self.interleaved[at..]
                .iter_mut()
                .step_by(channels)
                .zip(plane)
            {
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
