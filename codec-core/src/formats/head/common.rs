//! PNG, JPEG, WebP and GIF.

use super::Head;
use crate::exif;
use crate::formats::description::Coding;
use crate::formats::reader::Reader;
use crate::raster::Orientation;

pub(super) fn png(bytes: &[u8]) -> Option<Head> {
    let mut head = None;
    let mut reader = Reader::new(bytes.get(8..)?);
    while let (Some(length), Some(kind)) = (reader.u32_be(), reader.take(4)) {
        let data = reader.take_up_to(length as usize);
        let _ = reader.take(4);
        match (kind, &mut head) {
            (b"IHDR", _) => {
                let mut header = Reader::new(data);
                let (width, height) = (header.u32_be()?, header.u32_be()?);
                let depth = header.u8()?;
                // Bit 1: colour. Bit 2: alpha. Palettes hold colours.
                let kind = header.u8()?;
                let channels = if kind & 2 == 2 { 3 } else { 1 };
                head = Some(Head {
                    deep: depth > 8,
                    ..Head::new(Coding::Png, width, height, channels)
                });
                if kind & 4 == 4 {
                    head.as_mut()?.channels += 1;
                }
            }
            (b"tRNS", Some(head)) if head.channels % 2 == 1 => head.channels += 1,
            (b"acTL", Some(head)) => head.animated = true,
            (b"eXIf", Some(head)) => head.turned = is_turned(data),
            _ => {}
        }
    }
    head
}

pub(super) fn jpeg(bytes: &[u8]) -> Option<Head> {
    let mut turned = false;
    let mut reader = Reader::new(bytes.get(2..)?);
    loop {
        let mut marker = reader.u8()?;
        if marker != 0xff {
            continue;
        }
        // Any number of 0xff may fill up before a marker.
        while marker == 0xff {
            marker = reader.u8()?;
        }
        if matches!(marker, 0x00 | 0x01 | 0xd0..=0xd8) {
            continue;
        }
        let length = usize::from(reader.u16_be()?);
        let data = reader.take_up_to(length.saturating_sub(2));
        match marker {
            0xe1 if data.starts_with(b"Exif\0") => turned = is_turned(data),
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let mut frame = Reader::new(data);
                let depth = frame.u8()?;
                let (height, width) = (frame.u16_be()?, frame.u16_be()?);
                let channels = match frame.u8()? {
                    1 | 2 => 1,
                    4 => 4,
                    _ => 3,
                };
                return Some(Head {
                    deep: depth > 8,
                    turned,
                    // Progressive: coefficients are gone over several times.
                    extra: if marker & 3 == 2 { 3.0 } else { 0.0 },
                    ..Head::new(Coding::Jpeg, width.into(), height.into(), channels)
                });
            }
            // A scan or the end, without a frame before it.
            0xd9 | 0xda => return None,
            _ => {}
        }
    }
}

pub(super) fn webp(bytes: &[u8]) -> Option<Head> {
    let mut head: Option<Head> = None;
    let mut reader = Reader::new(bytes.get(12..)?);
    while let (Some(kind), Some(length)) = (reader.take(4), reader.u32_le()) {
        let length = length as usize;
        let data = reader.take_up_to(length);
        let _ = reader.take_up_to(length % 2);
        let mut chunk = Reader::new(data);
        match kind {
            b"VP8X" => {
                let alpha = chunk.u8()? & 0x10 != 0;
                let _ = chunk.take(3)?;
                let (width, height) = (u24(&mut chunk)? + 1, u24(&mut chunk)? + 1);
                head = Some(picture(Coding::WebpLossy, width, height, alpha));
            }
            b"VP8 " if head.is_none() => {
                let _ = chunk.take(6)?;
                let (width, height) = (chunk.u16_le()? & 0x3fff, chunk.u16_le()? & 0x3fff);
                let (width, height) = (width.into(), height.into());
                head = Some(picture(Coding::WebpLossy, width, height, false));
            }
            b"VP8L" => {
                let _ = chunk.u8()?;
                let bits = chunk.u32_le()?;
                let (width, height) = ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
                let alpha = bits >> 28 & 1 == 1;
                head.get_or_insert(picture(Coding::WebpLossless, width, height, alpha))
                    .coding = Coding::WebpLossless;
            }
            // A frame of an animation: its place, size and duration come first.
            b"ANIM" => head.as_mut()?.animated = true,
            b"ANMF" if data.get(16..).is_some_and(|f| f.starts_with(b"VP8L")) => {
                head.as_mut()?.coding = Coding::WebpLossless;
            }
            b"EXIF" => head.as_mut()?.turned = is_turned(data),
            _ => {}
        }
    }
    head
}

pub(super) fn gif(bytes: &[u8]) -> Option<Head> {
    let mut screen = Reader::new(bytes.get(6..)?);
    let (width, height) = (screen.u16_le()?, screen.u16_le()?);
    if width == 0 || height == 0 {
        return None;
    }
    Some(Head {
        animated: true,
        ..Head::new(Coding::Gif, width.into(), height.into(), 3)
    })
}

fn picture(coding: Coding, width: u32, height: u32, alpha: bool) -> Head {
    Head::new(coding, width, height, 3 + u64::from(alpha))
}

fn u24(reader: &mut Reader<'_>) -> Option<u32> {
    Some(u32::from(reader.u16_le()?) | u32::from(reader.u8()?) << 16)
}

fn is_turned(exif: &[u8]) -> bool {
    exif::orientation(exif) != Orientation::UPRIGHT
}
