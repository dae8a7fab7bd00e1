//! JPEG XL, lossless, through zune-jpegxl.
//!
//! Its headers can't say alpha of 16 bits or a side of one pixel, so they are
//! written here and its sections follow. A side of one pixel becomes a frame
//! of two, larger than the picture, of which the second is not seen.

mod room;

use std::borrow::Cow;

use zune_core::bit_depth::BitDepth;
use zune_core::colorspace::ColorSpace;
use zune_core::options::EncoderOptions;
use zune_jpegxl::JxlSimpleEncoder;

use super::picture::Data;
use super::{PHASE, Samples, check_sides, failure};
use crate::formats::metadata::Kept;
use crate::raster::Size;
use crate::{Context, Error};

/// Writes a JPEG XL file: a bare codestream, or a container for metadata.
pub(super) fn encode(
    context: &Context<'_>,
    picture: &Samples,
    kept: &Kept,
) -> Result<Vec<u8>, Error> {
    let size = picture.size;
    check_sides("JPEG XL", size, 1 << 18)?;
    // Sections with room for the worst case, and the file beside them.
    context
        .limits()
        .check_memory(picture.bytes() + 7 * picture.bytes() + (1 << 20))?;
    context.progress(PHASE, 0.0)?;
    let deep = matches!(picture.data, Data::Sixteen(_));
    let samples: &[u8] = match &picture.data {
        Data::Eight(samples) => samples,
        Data::Sixteen(samples) => bytemuck::cast_slice(samples),
    };
    let mut channels = picture.channels;
    let mut samples = Cow::Borrowed(samples);
    if deep && channels == 2 {
        // zune-jpegxl 0.5.2 takes grey samples beside alpha for signed ones.
        let pixels = samples.as_chunks::<4>().0.iter();
        samples = pixels
            .flat_map(|&[v, w, a, b]| [v, w, v, w, v, w, a, b])
            .collect();
        channels = 4;
    }
    let pixel = usize::from(channels) * if deep { 2 } else { 1 };
    let (samples, frame) = padded(samples, size, pixel);
    let options = EncoderOptions::new(
        frame.width as usize,
        frame.height as usize,
        match channels {
            1 => ColorSpace::Luma,
            2 => ColorSpace::LumaA,
            3 => ColorSpace::RGB,
            _ => ColorSpace::RGBA,
        },
        if deep {
            BitDepth::Sixteen
        } else {
            BitDepth::Eight
        },
    );
    if deep && !room::is_enough(&samples, frame, usize::from(channels)) {
        return Err(Error::Unsupported(
            "this picture of 16 bits a sample is mostly noise, which JPEG XL's encoder here has \
             no room for; PNG keeps it"
                .into(),
        ));
    }
    let mut written = Vec::new();
    JxlSimpleEncoder::new(&samples, options)
        .encode(&mut written)
        .map_err(|error| failure("JPEG XL", &format!("{error:?}")))?;
    let header = Header {
        size,
        frame,
        deep,
        gray: channels < 3,
        alpha: picture.alpha(),
    };
    let sections = written
        .get(header.theirs()..)
        .ok_or_else(|| failure("JPEG XL", &"its encoder wrote less than a header"))?;
    let codestream = [&header.write(), sections].concat();
    Ok(contained(codestream, kept))
}

/// The picture with its sides of one pixel doubled.
fn padded(mut samples: Cow<'_, [u8]>, size: Size, pixel: usize) -> (Cow<'_, [u8]>, Size) {
    if size.width == 1 {
        samples = samples
            .chunks_exact(pixel)
            .flat_map(|pixel| [pixel, pixel])
            .flatten()
            .copied()
            .collect();
    }
    if size.height == 1 {
        samples = [&*samples, &*samples].concat().into();
    }
    let frame = Size {
        width: size.width.max(2),
        height: size.height.max(2),
    };
    (samples, frame)
}

/// What stands before a frame's table of contents.
struct Header {
    size: Size,
    frame: Size,
    deep: bool,
    gray: bool,
    alpha: bool,
}

impl Header {
    /// Length of zune-jpegxl's own header in bytes (`prepare_header`).
    fn theirs(&self) -> usize {
        let side = |side: u32| 2 + side_bits(side).1;
        let picture = 16
            + 1
            + side(self.frame.height)
            + 3
            + side(self.frame.width)
            + 3
            + if self.deep { 8 } else { 2 }
            + 1
            + if self.alpha { 3 } else { 2 }
            + 1
            + if self.gray { 15 } else { 1 }
            + 3;
        let frame = if self.alpha { 32 } else { 28 };
        (picture as usize).div_ceil(8) + usize::div_ceil(frame, 8)
    }

    /// ISO/IEC 18181-1:2024, annexes D (picture) and F.2 (frame).
    fn write(&self) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.put(16, 0x0aff);
        bits.put(1, 0); // The size is no multiple of 8.
        bits.put_side(self.size.height);
        bits.put(3, 0); // The ratio is none of the usual.
        bits.put_side(self.size.width);
        bits.put(2, 0); // Not all default, no extra fields.
        bits.put_depth(self.deep);
        bits.put(1, u64::from(!self.deep)); // 16-bit buffers suffice.
        bits.put(2, u64::from(self.alpha)); // Extra channels.
        if self.alpha && self.deep {
            bits.put(1, 0); // Not all default.
            bits.put(2, 0); // Alpha.
            bits.put_depth(true);
            bits.put(2, 0); // Not subsampled.
            bits.put(2, 0); // No name.
            bits.put(1, 0); // Not premultiplied.
        } else if self.alpha {
            bits.put(1, 1);
        }
        bits.put(1, 0); // Not XYB.
        if self.gray {
            bits.put(2, 0); // Not all default, no ICC profile.
            bits.put(2, 1); // Grey.
            bits.put(2, 1); // D65.
            bits.put(1, 0); // No gamma.
            bits.put(2, 2);
            bits.put(4, 11); // sRGB's curve: 2 + 11.
            bits.put(2, 1); // Relative.
        } else {
            bits.put(1, 1);
        }
        bits.put(2, 0); // No extensions.
        bits.put(1, 1); // Default matrices.
        bits.pad();

        let crop = self.frame != self.size;
        bits.put(1, 0); // Not all default.
        bits.put(2, 0); // A regular frame.
        bits.put(1, 1); // Modular.
        bits.put(2, 0); // No flags.
        bits.put(1, 0); // No YCbCr.
        bits.put(2, 0); // No upsampling.
        if self.alpha {
            bits.put(2, 0);
        }
        bits.put(2, 1); // Groups of 256 pixels.
        bits.put(2, 0); // One pass.
        bits.put(1, u64::from(crop));
        if crop {
            bits.put_length(0);
            bits.put_length(0);
            bits.put_length(self.frame.width);
            bits.put_length(self.frame.height);
        }
        bits.put(2, 0); // Replaces what was there.
        if self.alpha {
            bits.put(2, 0);
        }
        bits.put(1, 1); // The last frame.
        bits.put(2, 0); // No name.
        bits.put(1, 0); // Filters: not all default,
        bits.put(1, 0); // no smoothing,
        bits.put(2, 0); // none that keeps edges,
        bits.put(2, 0); // no extensions.
        bits.put(2, 0); // No extensions of the frame.
        bits.put(1, 0); // Sections in order.
        bits.pad();
        bits.bytes
    }
}

/// Selector and bits that say `side`.
const fn side_bits(side: u32) -> (u64, u32) {
    match side - 1 {
        0..0x200 => (0, 9),
        0x200..0x2000 => (1, 13),
        0x2000..0x4_0000 => (2, 18),
        _ => (3, 30),
    }
}

/// Bits, the lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn put(&mut self, count: u32, value: u64) {
        for at in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((value >> at & 1) as u8) << (self.used % 8);
            }
            self.used += 1;
        }
    }

    fn put_side(&mut self, side: u32) {
        let (selector, count) = side_bits(side);
        self.put(2, selector);
        self.put(count, u64::from(side - 1));
    }

    /// A length or place of a frame.
    fn put_length(&mut self, length: u32) {
        let (selector, count, from) = match length {
            0..256 => (0, 8, 0),
            256..2304 => (1, 11, 256),
            2304..18688 => (2, 14, 2304),
            _ => (3, 30, 18688),
        };
        self.put(2, selector);
        self.put(count, u64::from(length - from));
    }

    fn put_depth(&mut self, deep: bool) {
        self.put(1, 0); // Integers.
        if deep {
            self.put(2, 3);
            self.put(6, 15);
        } else {
            self.put(2, 0);
        }
    }

    fn pad(&mut self) {
        self.used = self.used.next_multiple_of(8);
    }
}

/// The codestream in a container with metadata, or alone where there are
/// none.
fn contained(codestream: Vec<u8>, kept: &Kept) -> Vec<u8> {
    if kept.exif.is_none() && kept.xmp.is_none() {
        return codestream;
    }
    let mut file = Vec::with_capacity(codestream.len() + 256);
    put_box(&mut file, *b"JXL ", &[b"\x0d\x0a\x87\x0a"]);
    put_box(&mut file, *b"ftyp", &[b"jxl \0\0\0\0jxl "]);
    if let Some(exif) = &kept.exif {
        // The TIFF structure begins at once.
        put_box(&mut file, *b"Exif", &[&[0; 4], exif]);
    }
    if let Some(xmp) = &kept.xmp {
        put_box(&mut file, *b"xml ", &[xmp]);
    }
    put_box(&mut file, *b"jxlc", &[&codestream]);
    file
}

fn put_box(file: &mut Vec<u8>, kind: [u8; 4], data: &[&[u8]]) {
    let length: usize = data.iter().map(|data| data.len()).sum();
    match u32::try_from(length + 8) {
        Ok(length) => {
            file.extend(length.to_be_bytes());
            file.extend(kind);
        }
        Err(_) => {
            file.extend(1_u32.to_be_bytes());
            file.extend(kind);
            file.extend((length as u64 + 16).to_be_bytes());
        }
    }
    data.iter().for_each(|data| file.extend_from_slice(data));
}
