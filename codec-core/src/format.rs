//! Which format bytes are in, told by how they begin.

use serde::Serialize;

use crate::Error;

/// A picture format that can be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JPEG XL, bare codestream or container.
    Jxl,
    /// PNG, animated or not.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP, animated or not.
    Webp,
    /// GIF.
    Gif,
    /// TIFF.
    Tiff,
    /// BMP.
    Bmp,
    /// QOI.
    Qoi,
    /// PBM, PGM, PPM and PAM.
    Pnm,
    /// Windows icon or cursor; its largest picture.
    Ico,
    /// Truevision TGA.
    Tga,
    /// DDS texture.
    Dds,
    /// farbfeld.
    Farbfeld,
    /// OpenEXR, linear light.
    Exr,
    /// Radiance HDR, linear light.
    Hdr,
}

impl Format {
    /// The format's name in running text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jxl => "JPEG XL",
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Webp => "WebP",
            Self::Gif => "GIF",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
            Self::Qoi => "QOI",
            Self::Pnm => "PNM",
            Self::Ico => "icon",
            Self::Tga => "TGA",
            Self::Dds => "DDS",
            Self::Farbfeld => "farbfeld",
            Self::Exr => "OpenEXR",
            Self::Hdr => "Radiance HDR",
        }
    }

    /// The format of a file that begins with `head`.
    ///
    /// # Errors
    /// `invalid_input` when this is no picture or too short to tell,
    /// `unsupported` when it is a picture in another format.
    pub fn of(head: &[u8]) -> Result<Self, Error> {
        if head.is_empty() {
            return Err(Error::InvalidInput("the input is empty".into()));
        }
        for &(magic, format) in KNOWN {
            if begins(head, magic) {
                return Ok(format);
            }
        }
        if let Some(format) = by_header(head) {
            return Ok(format);
        }
        for &(magic, name) in OTHER_PICTURES {
            if begins(head, magic) {
                return Err(Error::Unsupported(format!(
                    "this looks like {name}, which cannot be decoded; JPEG XL, PNG, JPEG, WebP, \
                     GIF, TIFF and a few more can"
                )));
            }
        }
        for &(magic, name) in NO_PICTURES {
            if begins(head, magic) {
                return Err(Error::InvalidInput(format!(
                    "this looks like {name}, which is no picture"
                )));
            }
        }
        if is_tga(head) {
            return Ok(Self::Tga);
        }
        for &(magic, format) in KNOWN {
            if cut_off(head, magic) {
                return Err(Error::InvalidInput(format!(
                    "the input has {} bytes, it may be the beginning of a {} file",
                    head.len(),
                    format.name()
                )));
            }
        }
        let first: Vec<String> = head
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Err(Error::InvalidInput(format!(
            "no known picture format begins with the bytes {}",
            first.join(" ")
        )))
    }
}

/// Pieces of a file's beginning, each at its offset.
type Magic = &'static [(usize, &'static [u8])];

const KNOWN: &[(Magic, Format)] = &[
    (&[(0, b"\xff\x0a")], Format::Jxl),
    (&[(0, b"\0\0\0\x0cJXL \x0d\x0a\x87\x0a")], Format::Jxl),
    (&[(0, b"\x89PNG\r\n\x1a\n")], Format::Png),
    (&[(0, b"\xff\xd8\xff")], Format::Jpeg),
    (&[(0, b"RIFF"), (8, b"WEBP")], Format::Webp),
    (&[(0, b"GIF87a")], Format::Gif),
    (&[(0, b"GIF89a")], Format::Gif),
    (&[(0, b"II*\0")], Format::Tiff),
    (&[(0, b"MM\0*")], Format::Tiff),
    // BigTIFF.
    (&[(0, b"II+\0\x08\0\0\0")], Format::Tiff),
    (&[(0, b"MM\0+\0\x08\0\0")], Format::Tiff),
    (&[(0, b"qoif")], Format::Qoi),
    (&[(0, b"v/1\x01")], Format::Exr),
    (&[(0, b"#?RADIANCE\n")], Format::Hdr),
    (&[(0, b"#?RGBE\n")], Format::Hdr),
    (&[(0, b"DDS \x7c\0\0\0")], Format::Dds),
    (&[(0, b"farbfeld")], Format::Farbfeld),
];

const OTHER_PICTURES: &[(Magic, &str)] = &[
    (&[(4, b"ftypavif")], "an AVIF picture"),
    (&[(4, b"ftypavis")], "an AVIF animation"),
    (&[(4, b"ftyphei")], "a HEIC picture"),
    (&[(4, b"ftyphev")], "a HEIC picture"),
    (&[(4, b"ftypmif1")], "a HEIF picture"),
    (&[(4, b"ftypmsf1")], "a HEIF picture"),
    (&[(4, b"ftypcrx ")], "a camera raw picture"),
    (&[(0, b"\0\0\0\x0cjP  ")], "a JPEG 2000 picture"),
    (&[(0, b"\xff\x4f\xff\x51")], "a JPEG 2000 picture"),
    (&[(0, b"8BPS")], "a Photoshop picture"),
    (&[(0, b"gimp xcf")], "a GIMP picture"),
    (&[(0, b"<svg")], "an SVG drawing"),
];

const NO_PICTURES: &[(Magic, &str)] = &[
    (&[(0, b"%PDF")], "a PDF"),
    (&[(0, b"%!PS")], "a PostScript file"),
    (&[(0, b"PK\x03\x04")], "a ZIP archive or an office document"),
    (&[(0, b"\x1f\x8b")], "a gzip file"),
    (&[(0, b"(\xb5/\xfd")], "a Zstandard file"),
    (&[(0, b"7z\xbc\xaf\x27\x1c")], "a 7-Zip archive"),
    (&[(0, b"Rar!")], "a RAR archive"),
    (&[(0, b"RIFF"), (8, b"WAVE")], "a WAV sound"),
    (&[(0, b"RIFF"), (8, b"AVI ")], "an AVI video"),
    (&[(0, b"\x1a\x45\xdf\xa3")], "a Matroska or WebM video"),
    (&[(4, b"ftyp")], "an MP4 or QuickTime video"),
    (&[(0, b"OggS")], "an Ogg sound or video"),
    (&[(0, b"ID3")], "an MP3 sound"),
    (&[(0, b"fLaC")], "a FLAC sound"),
    (&[(0, b"\x7fELF")], "a program"),
    (&[(0, b"MZ")], "a Windows program"),
    (&[(0, b"\0asm")], "a WebAssembly module"),
    (&[(0, b"<!DOCTYPE html")], "a web page"),
    (&[(0, b"<!doctype html")], "a web page"),
    (&[(0, b"<html")], "a web page"),
    (&[(0, b"<?xml")], "an XML file"),
    (&[(0, b"{")], "a JSON file"),
];

/// Formats whose magic is so short that what follows has to fit.
fn by_header(head: &[u8]) -> Option<Format> {
    match *head {
        // Size and length of the header that follows.
        [
            b'B',
            b'M',
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            12 | 40 | 52 | 56 | 64 | 108 | 124,
            0,
            0,
            0,
            ..,
        ] => Some(Format::Bmp),
        [b'P', b'1'..=b'6', b' ' | b'\t' | b'\n' | b'\r' | b'#', ..] => Some(Format::Pnm),
        [b'P', b'7', b'\n', ..] => Some(Format::Pnm),
        // An icon or a cursor of at least one picture, and a reserved byte.
        [0, 0, 1 | 2, 0, low, high, _, _, _, 0, ..] if low > 0 && high == 0 => Some(Format::Ico),
        _ => None,
    }
}

/// Whether this may be a TGA header: the format has no magic, so all of it
/// has to make sense.
fn is_tga(head: &[u8]) -> bool {
    let [
        _,
        map,
        kind,
        first_low,
        first_high,
        low,
        high,
        entry,
        rest @ ..,
    ] = head
    else {
        return false;
    };
    let [
        _,
        _,
        _,
        _,
        width_low,
        width_high,
        height_low,
        height_high,
        bits,
        flags,
        ..,
    ] = rest
    else {
        return false;
    };
    let mapped = matches!(kind, 1 | 9);
    let map_fits = match map {
        0 => {
            !mapped
                && [first_low, first_high, low, high, entry]
                    .iter()
                    .all(|&&byte| byte == 0)
        }
        1 => (*low, *high) != (0, 0) && matches!(entry, 15 | 16 | 24 | 32),
        _ => false,
    };
    let bits_fit = match kind {
        1 | 9 => matches!(bits, 8 | 16),
        2 | 10 => matches!(bits, 15 | 16 | 24 | 32),
        3 | 11 => matches!(bits, 8 | 16),
        _ => false,
    };
    // Two bits of the flags are reserved.
    let size_fits = (*width_low, *width_high) != (0, 0) && (*height_low, *height_high) != (0, 0);
    map_fits && bits_fit && size_fits && flags & 0xc0 == 0
}

fn begins(head: &[u8], magic: Magic) -> bool {
    magic
        .iter()
        .all(|&(at, piece)| head.get(at..).is_some_and(|rest| rest.starts_with(piece)))
}

/// Whether `head` ends before `magic` does and agrees with it so far.
fn cut_off(head: &[u8], magic: Magic) -> bool {
    magic.iter().all(|&(at, piece)| {
        let there = head.get(at..).unwrap_or_default();
        let length = there.len().min(piece.len());
        there[..length] == piece[..length]
    })
}
