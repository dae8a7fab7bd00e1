//! The parts of containers, in order, with their places.

use crate::format::Format;
use crate::formats::reader::Reader;
use crate::operations::FilePart;

/// Parts that are told.
const MOST: usize = 2_000;

/// A file's parts, and how many were left off.
pub(super) fn of(format: Format, bytes: &[u8]) -> (Vec<FilePart>, u32) {
    let mut walk = Walk {
        bytes,
        at: 0,
        parts: Vec::new(),
        left_off: 0,
    };
    let _ = match format {
        Format::Jxl if bytes.starts_with(&[0xff, 0x0a]) => walk.rest("codestream"),
        Format::Jxl => walk.boxes(),
        Format::Png => walk.chunks(),
        Format::Jpeg => walk.segments(),
        Format::Webp => walk.riff(),
        Format::Gif => walk.blocks(),
        Format::Tiff => walk.directories(),
        Format::Bmp => walk.bitmap(),
        Format::Ico => walk.icons(),
        Format::Qoi => walk.lengths(&[("header", 14)], "pixels"),
        Format::Farbfeld => walk.lengths(&[("header", 16)], "pixels"),
        Format::Dds => walk.lengths(&[("magic", 4), ("header", 124)], "surfaces"),
        Format::Tga => walk.lengths(&[("header", 18)], "pixels"),
        Format::Hdr | Format::Pnm | Format::Exr => walk.rest("picture"),
    };
    (walk.parts, walk.left_off)
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    parts: Vec<FilePart>,
    left_off: u32,
}

impl<'a> Walk<'a> {
    /// The bytes from here on.
    fn ahead(&self) -> Reader<'a> {
        Reader::new(self.bytes.get(self.at..).unwrap_or_default())
    }

    fn tell(&mut self, kind: impl Into<String>, offset: usize, length: usize) {
        if self.parts.len() == MOST {
            self.left_off = self.left_off.saturating_add(1);
            return;
        }
        self.parts.push(FilePart {
            kind: kind.into(),
            offset: offset as u64,
            length: length as u64,
        });
    }

    /// A part that begins here; the next begins behind it. None where the
    /// file ends before it does.
    fn part(&mut self, kind: impl Into<String>, length: usize) -> Option<()> {
        let there = self.bytes.len() - self.at;
        self.tell(kind, self.at, length.min(there));
        self.at += length.min(there);
        (length <= there && self.at < self.bytes.len()).then_some(())
    }

    fn rest(&mut self, kind: &str) -> Option<()> {
        self.part(kind, self.bytes.len() - self.at)
    }

    fn lengths(&mut self, parts: &[(&str, usize)], last: &str) -> Option<()> {
        for &(kind, length) in parts {
            self.part(kind, length)?;
        }
        self.rest(last)
    }

    fn boxes(&mut self) -> Option<()> {
        loop {
            let mut reader = self.ahead();
            let short = reader.u32_be()?;
            let kind = name(reader.take(4)?);
            let length = match short {
                0 => self.bytes.len() - self.at,
                1 => {
                    let (high, low) = (reader.u32_be()?, reader.u32_be()?);
                    usize::try_from(u64::from(high) << 32 | u64::from(low)).ok()?
                }
                length => length as usize,
            };
            let kind = if kind == "brob" {
                format!("brob ({})", name(reader.take(4)?))
            } else {
                kind
            };
            self.part(kind, length.max(8))?;
        }
    }

    fn chunks(&mut self) -> Option<()> {
        self.part("signature", 8)?;
        loop {
            let mut reader = self.ahead();
            let length = reader.u32_be()? as usize;
            let kind = name(reader.take(4)?);
            self.part(kind, length.saturating_add(12))?;
        }
    }

    fn riff(&mut self) -> Option<()> {
        self.part("RIFF WEBP", 12)?;
        loop {
            let mut reader = self.ahead();
            let kind = name(reader.take(4)?);
            let length = reader.u32_le()? as usize;
            self.part(kind, length.saturating_add(8 + length % 2))?;
        }
    }

    fn segments(&mut self) -> Option<()> {
        self.part("SOI", 2)?;
        loop {
            let mut reader = self.ahead();
            if reader.u8()? != 0xff {
                let next = reader.rest().iter().position(|&byte| byte == 0xff);
                self.part("filling", next.map_or(usize::MAX, |next| next + 1))?;
                continue;
            }
            let marker = reader.u8()?;
            match marker {
                0xff => {
                    self.part("filling", 1)?;
                    continue;
                }
                0xd9 => {
                    self.part("EOI", 2)?;
                    return self.rest("behind the picture");
                }
                0x01 | 0xd0..=0xd8 => {
                    self.part(segment(marker, &[]), 2)?;
                    continue;
                }
                _ => {}
            }
            let length = usize::from(reader.u16_be()?);
            let data = reader.take_up_to(length.saturating_sub(2));
            let mut whole = length + 2;
            if marker == 0xda {
                // Up to the next marker that stands for itself.
                let scan = self.bytes.get(self.at + whole..).unwrap_or_default();
                let next = scan
                    .windows(2)
                    .position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff));
                whole += next.unwrap_or(scan.len());
            }
            self.part(segment(marker, data), whole)?;
        }
    }

    fn blocks(&mut self) -> Option<()> {
        let mut reader = self.ahead();
        let _ = reader.take(10)?;
        let flags = reader.u8()?;
        self.part("header", 13)?;
        if flags & 0x80 != 0 {
            self.part("palette", 3 << ((flags & 7) + 1))?;
        }
        loop {
            let mut reader = self.ahead();
            let before = reader.rest().len();
            let kind = match reader.u8()? {
                0x21 => {
                    let label = reader.u8()?;
                    let first = Reader::new(reader.rest()).take(12);
                    match label {
                        0xf9 => "graphic control".to_owned(),
                        0xfe => "comment".to_owned(),
                        0x01 => "text".to_owned(),
                        0xff => format!("application {}", name(&first?[1..])),
                        _ => format!("extension {label:02x}"),
                    }
                }
                0x2c => {
                    let _ = reader.take(8)?;
                    let flags = reader.u8()?;
                    if flags & 0x80 != 0 {
                        let _ = reader.take(3 << ((flags & 7) + 1))?;
                    }
                    let _ = reader.u8()?;
                    "image".to_owned()
                }
                0x3b => {
                    self.part("trailer", 1)?;
                    return self.rest("behind the picture");
                }
                _ => return self.rest("unknown"),
            };
            loop {
                let length = usize::from(reader.u8()?);
                if length == 0 {
                    break;
                }
                let _ = reader.take_up_to(length);
            }
            self.part(kind, before - reader.rest().len())?;
        }
    }

    fn directories(&mut self) -> Option<()> {
        self.tell("header", 0, 8.min(self.bytes.len()));
        let little = self.bytes.starts_with(b"II");
        let at = |at: usize| Some(Reader::new(self.bytes.get(at..)?));
        let u16_at = |offset: usize| {
            let mut reader = at(offset)?;
            if little {
                reader.u16_le()
            } else {
                reader.u16_be()
            }
        };
        let u32_at = |offset: usize| {
            let mut reader = at(offset)?;
            if little {
                reader.u32_le()
            } else {
                reader.u32_be()
            }
        };
        let mut places = Vec::new();
        let mut next = u32_at(4)? as usize;
        // A chain may bite its own tail.
        while next != 0 && places.len() < 100 && !places.iter().any(|&(at, _)| at == next) {
            let Some(entries) = u16_at(next) else { break };
            let length = 2 + 12 * usize::from(entries) + 4;
            places.push((next, length));
            next = u32_at(next + length - 4).unwrap_or(0) as usize;
        }
        for (number, (offset, length)) in places.into_iter().enumerate() {
            self.tell(format!("directory {number}"), offset, length);
        }
        None
    }

    fn bitmap(&mut self) -> Option<()> {
        let mut reader = self.ahead();
        let _ = reader.take(10)?;
        let pixels = reader.u32_le()? as usize;
        let header = reader.u32_le()? as usize;
        self.part("file header", 14)?;
        self.part("picture header", header)?;
        if let Some(palette) = pixels.checked_sub(self.at).filter(|&length| length > 0) {
            self.part("masks or palette", palette)?;
        }
        self.rest("pixels")
    }

    fn icons(&mut self) -> Option<()> {
        let mut reader = self.ahead();
        let _ = reader.take(4)?;
        let count = usize::from(reader.u16_le()?);
        self.tell("directory", 0, (6 + 16 * count).min(self.bytes.len()));
        for _ in 0..count {
            let side = |side: u8| if side == 0 { 256 } else { u32::from(side) };
            let (width, height) = (side(reader.u8()?), side(reader.u8()?));
            let _ = reader.take(6)?;
            let (length, offset) = (reader.u32_le()? as usize, reader.u32_le()? as usize);
            let there = self.bytes.len().saturating_sub(offset);
            self.tell(format!("{width} by {height}"), offset, length.min(there));
        }
        None
    }
}

/// Printable characters of a name.
fn name(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&byte| {
            if byte.is_ascii_graphic() || byte == b' ' {
                char::from(byte)
            } else {
                '·'
            }
        })
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// A JPEG segment's name.
fn segment(marker: u8, data: &[u8]) -> String {
    match marker {
        0xc4 => "DHT".into(),
        0xc8 => "JPG".into(),
        0xcc => "DAC".into(),
        0xc0..=0xcf => format!("SOF{}", marker - 0xc0),
        0xd0..=0xd7 => format!("RST{}", marker - 0xd0),
        0xd8 => "SOI".into(),
        0xda => "SOS".into(),
        0xdb => "DQT".into(),
        0xdc => "DNL".into(),
        0xdd => "DRI".into(),
        0xfe => "COM".into(),
        0xe0..=0xef => {
            let number = marker - 0xe0;
            let label = data.split(|&byte| byte == 0).next().unwrap_or_default();
            match label {
                b"" => format!("APP{number}"),
                b"http://ns.adobe.com/xap/1.0/" => format!("APP{number} XMP"),
                label => format!("APP{number} {}", name(&label[..label.len().min(20)])),
            }
        }
        _ => format!("{marker:02X}"),
    }
}
