//! EXIF, as far as pixels need it: the orientation, read and reset.

use crate::raster::Orientation;

const ORIENTATION: u16 = 0x0112;
/// Where a directory's thumbnail lies, and its length.
const THUMBNAIL: [u16; 2] = [0x0201, 0x0202];

/// The orientation that EXIF data name: a TIFF structure, with or without
/// `Exif\0\0` before it. Upright where they name none or are broken, since a
/// picture with broken metadata is still a picture.
#[must_use]
pub fn orientation(exif: &[u8]) -> Orientation {
    let number = number(structure(exif), ORIENTATION);
    number
        .and_then(|number| u8::try_from(number).ok())
        .and_then(Orientation::new)
        .unwrap_or_default()
}

/// The first value of a tag of the first directory, if it is a byte or an
/// integer that stands in its entry.
#[must_use]
pub fn number(tiff: &[u8], tag: u16) -> Option<u32> {
    let tiff = Tiff::new(tiff)?;
    let directory = tiff.u32_at(4)? as usize;
    tiff.value(tiff.entry(directory, tag)?)
}

/// The same EXIF data, saying that the picture is upright, and without the
/// thumbnail, which would show what it was before it was turned or cut.
/// `None` where they are broken.
#[must_use]
pub fn upright(exif: &[u8]) -> Option<Vec<u8>> {
    let bytes = structure(exif);
    let mut upright = bytes.to_vec();
    let tiff = Tiff::new(bytes)?;
    let first = tiff.u32_at(4)? as usize;
    let link = tiff.end(first)?;
    if let Some(entry) = tiff.entry(first, ORIENTATION) {
        let (short, long) = if tiff.little {
            (1_u16.to_le_bytes(), 1_u32.to_le_bytes())
        } else {
            (1_u16.to_be_bytes(), 1_u32.to_be_bytes())
        };
        match tiff.u16_at(entry + 2)? {
            4 => upright
                .get_mut(entry + 8..entry + 12)?
                .copy_from_slice(&long),
            _ => upright
                .get_mut(entry + 8..entry + 10)?
                .copy_from_slice(&short),
        }
    }
    let second = tiff.u32_at(link).unwrap_or(0) as usize;
    if second != 0 {
        let [offset, length] = THUMBNAIL.map(|tag| {
            let entry = tiff.entry(second, tag)?;
            tiff.value(entry).map(|value| value as usize)
        });
        if let (Some(offset), Some(length)) = (offset, length)
            && let Some(thumbnail) = upright.get_mut(offset..offset.saturating_add(length))
        {
            thumbnail.fill(0);
        }
        upright.get_mut(link..link + 4)?.fill(0);
    }
    Some(upright)
}

fn structure(exif: &[u8]) -> &[u8] {
    exif.strip_prefix(b"Exif\0\0").unwrap_or(exif)
}

/// A TIFF structure of directories of entries.
struct Tiff<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let little = match bytes.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Self { bytes, little })
    }

    fn u16_at(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    }

    fn u32_at(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    /// Where the directory's entries end.
    fn end(&self, directory: usize) -> Option<usize> {
        let entries = usize::from(self.u16_at(directory)?);
        directory.checked_add(2 + 12 * entries)
    }

    /// Where the directory's entry for `tag` stands.
    fn entry(&self, directory: usize, tag: u16) -> Option<usize> {
        let entries = directory.checked_add(2)?..self.end(directory)?;
        entries
            .step_by(12)
            .find(|&entry| self.u16_at(entry) == Some(tag))
    }

    /// An entry's value: a BYTE, a SHORT or a LONG, each of which stands in
    /// the first of the entry's four value bytes; some writers use one for
    /// another.
    fn value(&self, entry: usize) -> Option<u32> {
        match self.u16_at(entry + 2)? {
            1 => self.bytes.get(entry + 8).map(|&byte| byte.into()),
            3 => self.u16_at(entry + 8).map(Into::into),
            4 => self.u32_at(entry + 8),
            _ => None,
        }
    }
}
