//! The formats that need a few lines each.

use super::Head;
use crate::format::Format;
use crate::formats::description::Coding;
use crate::formats::reader::Reader;

pub(super) fn read(format: Format, bytes: &[u8]) -> Option<Head> {
    match format {
        Format::Tiff => tiff(bytes),
        Format::Bmp => bmp(bytes),
        Format::Qoi => qoi(bytes),
        Format::Pnm => pnm(bytes),
        Format::Ico => ico(bytes),
        Format::Tga => tga(bytes),
        Format::Dds => dds(bytes),
        Format::Farbfeld => farbfeld(bytes),
        Format::Exr => exr(bytes),
        Format::Hdr => hdr(bytes),
        _ => None,
    }
}

/// The first directory, where it is in sight: many writers put it last.
fn tiff(bytes: &[u8]) -> Option<Head> {
    let little = bytes.starts_with(b"II");
    let u16_at = |at: usize| {
        let mut reader = Reader::new(bytes.get(at..)?);
        if little {
            reader.u16_le()
        } else {
            reader.u16_be()
        }
    };
    let u32_at = |at: usize| {
        let mut reader = Reader::new(bytes.get(at..)?);
        if little {
            reader.u32_le()
        } else {
            reader.u32_be()
        }
    };
    // 43 is BigTIFF, whose offsets have 64 bits.
    if u16_at(2)? != 42 {
        return None;
    }
    let directory = u32_at(4)? as usize;
    let (mut width, mut height, mut depth, mut channels, mut turned) = (0, 0, 1, 1, false);
    for entry in 0..usize::from(u16_at(directory)?) {
        let at = directory + 2 + 12 * entry;
        let value = if u16_at(at + 2)? == 3 {
            u32::from(u16_at(at + 8)?)
        } else {
            u32_at(at + 8)?
        };
        match u16_at(at)? {
            256 => width = value,
            257 => height = value,
            // More than two do not fit the entry, and lie elsewhere.
            258 if u32_at(at + 4)? > 2 => depth = u16_at(u32_at(at + 8)? as usize).unwrap_or(8),
            258 => depth = u16_at(at + 8)?,
            // A palette's colours.
            262 if value == 3 => channels = 3,
            274 => turned = (2..=8).contains(&value),
            277 => channels = channels.max(u64::from(value)),
            _ => {}
        }
    }
    Some(Head {
        deep: depth > 8,
        turned,
        ..Head::new(Coding::Tiff, width, height, channels)
    })
}

fn bmp(bytes: &[u8]) -> Option<Head> {
    let mut reader = Reader::new(bytes.get(14..)?);
    let (width, height) = if reader.u32_le()? == 12 {
        (reader.u16_le()?.into(), reader.u16_le()?.into())
    } else {
        // A negative height means that rows come from the top.
        let (width, height) = (reader.u32_le()?, reader.u32_le()?);
        (width, height.cast_signed().unsigned_abs())
    };
    let _ = reader.u16_le()?;
    let channels = if reader.u16_le()? == 32 { 4 } else { 3 };
    Some(Head::new(Coding::Plain, width, height, channels))
}

fn qoi(bytes: &[u8]) -> Option<Head> {
    let mut reader = Reader::new(bytes.get(4..)?);
    let (width, height) = (reader.u32_be()?, reader.u32_be()?);
    let channels = reader.u8()?.into();
    Some(Head::new(Coding::Plain, width, height, channels))
}

fn pnm(bytes: &[u8]) -> Option<Head> {
    let kind = *bytes.get(1)?;
    let text = String::from_utf8_lossy(bytes.get(2..bytes.len().min(4096))?);
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or(""));
    let mut words = lines.flat_map(str::split_whitespace);
    let (mut width, mut height, mut channels, mut maximum) = (0, 0, 3, 255);
    if kind == b'7' {
        loop {
            match words.next()? {
                "WIDTH" => width = words.next()?.parse().ok()?,
                "HEIGHT" => height = words.next()?.parse().ok()?,
                "DEPTH" => channels = words.next()?.parse().ok()?,
                "MAXVAL" => maximum = words.next()?.parse().ok()?,
                "ENDHDR" => break,
                _ => {}
            }
        }
    } else {
        width = words.next()?.parse().ok()?;
        height = words.next()?.parse().ok()?;
        channels = if matches!(kind, b'3' | b'6') { 3 } else { 1 };
        if !matches!(kind, b'1' | b'4') {
            maximum = words.next()?.parse::<u32>().ok()?;
        }
    }
    Some(Head {
        deep: maximum > 255,
        ..Head::new(Coding::Plain, width, height, channels)
    })
}

/// The largest picture.
fn ico(bytes: &[u8]) -> Option<Head> {
    let mut reader = Reader::new(bytes.get(4..)?);
    let count = reader.u16_le()?;
    let mut largest: Option<Head> = None;
    for _ in 0..count {
        // 0 stands for 256.
        let side = |byte: u8| if byte == 0 { 256 } else { u32::from(byte) };
        let (width, height) = (side(reader.u8()?), side(reader.u8()?));
        let _ = reader.take(14)?;
        if largest.is_none_or(|head| head.pixels < u64::from(width * height)) {
            largest = Some(Head::new(Coding::Plain, width, height, 4));
        }
    }
    largest
}

fn tga(bytes: &[u8]) -> Option<Head> {
    let mut reader = Reader::new(bytes.get(2..)?);
    let gray = reader.u8()? & 7 == 3;
    let _ = reader.take(9)?;
    let (width, height) = (reader.u16_le()?.into(), reader.u16_le()?.into());
    let bits = reader.u8()?;
    let channels = match (gray, bits) {
        (true, 16) => 2,
        (true, _) => 1,
        (false, 32) => 4,
        (false, _) => 3,
    };
    Some(Head::new(Coding::Plain, width, height, channels))
}

fn dds(bytes: &[u8]) -> Option<Head> {
    let mut reader = Reader::new(bytes.get(12..)?);
    let (height, width) = (reader.u32_le()?, reader.u32_le()?);
    Some(Head::new(Coding::Plain, width, height, 4))
}

fn farbfeld(bytes: &[u8]) -> Option<Head> {
    let mut reader = Reader::new(bytes.get(8..)?);
    let (width, height) = (reader.u32_be()?, reader.u32_be()?);
    Some(Head {
        deep: true,
        ..Head::new(Coding::Plain, width, height, 4)
    })
}

/// Attributes, each a name, a type, a length and a value.
fn exr(bytes: &[u8]) -> Option<Head> {
    let mut reader = Reader::new(bytes.get(8..)?);
    let mut channels = 3;
    loop {
        let name = word(&mut reader)?;
        // An empty name ends the header.
        if name.is_empty() {
            return None;
        }
        let _ = word(&mut reader)?;
        let length = reader.u32_le()? as usize;
        let mut value = Reader::new(reader.take(length)?);
        match name {
            b"channels" => {
                let mut count = 0;
                while word(&mut value).is_some_and(|name| !name.is_empty()) {
                    let _ = value.take(16)?;
                    count += 1;
                }
                channels = count;
            }
            // Attributes stand in alphabetical order, mostly: channels first.
            b"dataWindow" => {
                let mut edge = || value.u32_le().map(|edge| i64::from(edge.cast_signed()));
                let (left, top, right, bottom) = (edge()?, edge()?, edge()?, edge()?);
                let width = u32::try_from(right - left + 1).ok()?;
                let height = u32::try_from(bottom - top + 1).ok()?;
                return Some(Head {
                    deep: true,
                    ..Head::new(Coding::Float, width, height, channels)
                });
            }
            _ => {}
        }
    }
}

/// A string up to the 0 that ends it.
fn word<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let length = reader.rest().iter().position(|&byte| byte == 0)?;
    let word = reader.take(length)?;
    let _ = reader.take(1)?;
    Some(word)
}

/// Lines, an empty one, and the one with the size: `-Y 512 +X 768`.
fn hdr(bytes: &[u8]) -> Option<Head> {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n")?;
    let line = bytes[end + 2..].split(|&byte| byte == b'\n').next()?;
    let line = str::from_utf8(line).ok()?;
    let mut sides = line.split(' ').skip(1).step_by(2);
    let first = sides.next()?.parse().ok()?;
    let second = sides.next()?.parse().ok()?;
    Some(Head {
        deep: true,
        ..Head::new(Coding::Float, second, first, 3)
    })
}
