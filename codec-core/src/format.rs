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
        for &(magic, name) in OTHER_PICTURES {
            if begins(head, magic) {
                return Err(Error::Unsupported(format!(
                    "this looks like {name}; JPEG XL, PNG, JPEG, WebP and GIF can be decoded"
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
];

const OTHER_PICTURES: &[(Magic, &str)] = &[
    (&[(0, b"II*\0")], "a TIFF or camera raw picture"),
    (&[(0, b"MM\0*")], "a TIFF or camera raw picture"),
    (&[(0, b"II+\0")], "a BigTIFF picture"),
    (&[(0, b"MM\0+")], "a BigTIFF picture"),
    (&[(0, b"BM")], "a BMP picture"),
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
    (&[(0, b"\0\0\x01\0")], "an icon"),
    (&[(0, b"qoif")], "a QOI picture"),
    (&[(0, b"v/1\x01")], "an OpenEXR picture"),
    (&[(0, b"#?RADIANCE")], "a Radiance picture"),
    (&[(0, b"DDS ")], "a DDS texture"),
    (&[(0, b"farbfeld")], "a farbfeld picture"),
    (&[(0, b"P1\n")], "a PBM picture"),
    (&[(0, b"P2\n")], "a PGM picture"),
    (&[(0, b"P3\n")], "a PPM picture"),
    (&[(0, b"P4\n")], "a PBM picture"),
    (&[(0, b"P5\n")], "a PGM picture"),
    (&[(0, b"P6\n")], "a PPM picture"),
    (&[(0, b"P7\n")], "a PAM picture"),
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
