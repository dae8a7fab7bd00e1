//! EXIF and profiles in words.

use exif::{Context, Exif, In, Reader, Value};

use crate::color::icc_name;
use crate::format::Format;
use crate::operations::{ExifTag, ProfileWords};

/// Tags that are told.
const TAGS: usize = 500;
/// Characters of a value that are told.
const VALUE: usize = 300;
/// Bytes without a meaning, beyond which only their number is told.
const OPAQUE: usize = 32;

/// EXIF's tags; none where the structure is broken from its beginning.
pub(super) fn exif(tiff: Vec<u8>) -> Vec<ExifTag> {
    let read = Reader::new().continue_on_error(true).read_raw(tiff);
    let partly = |error: exif::Error| error.distill_partial_result(|_| ());
    let Ok(exif) = read.or_else(partly) else {
        return Vec::new();
    };
    exif.fields()
        .take(TAGS)
        .map(|field| tag(field, &exif))
        .collect()
}

fn tag(field: &exif::Field, exif: &Exif) -> ExifTag {
    let group = match field.tag.context() {
        Context::Exif => "camera",
        Context::Gps => "gps",
        Context::Interop => "interoperability",
        _ if field.ifd_num == In::THUMBNAIL => "thumbnail",
        _ => "image",
    };
    let value = match &field.value {
        Value::Undefined(bytes, _) if bytes.len() > OPAQUE => format!("{} bytes", bytes.len()),
        Value::Byte(bytes) if bytes.len() > OPAQUE => format!("{} bytes", bytes.len()),
        Value::Unknown(kind, count, _) => format!("{count} values of the unknown type {kind}"),
        value if values(value) > 64 => format!("{} values", values(value)),
        _ => field.display_value().with_unit(exif).to_string(),
    };
    ExifTag {
        group: group.into(),
        name: field.tag.to_string(),
        value: shown(&value),
    }
}

fn values(value: &Value) -> usize {
    match value {
        Value::Byte(values) => values.len(),
        Value::Short(values) => values.len(),
        Value::Long(values) => values.len(),
        Value::Rational(values) => values.len(),
        Value::SByte(values) => values.len(),
        Value::SShort(values) => values.len(),
        Value::SLong(values) => values.len(),
        Value::SRational(values) => values.len(),
        Value::Float(values) => values.len(),
        Value::Double(values) => values.len(),
        _ => 1,
    }
}

/// Without quotes around it and what can't be shown, and not too long.
fn shown(value: &str) -> String {
    let value = value.trim();
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let value = inner.filter(|inner| !inner.contains('"')).unwrap_or(value);
    let mut shown: String = value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(VALUE)
        .collect();
    if value.chars().nth(VALUE).is_some() {
        shown.push('…');
    }
    shown
}

/// An ICC profile (ICC.1:2022, 7.2 and 9).
pub(super) fn profile(icc: &[u8]) -> ProfileWords {
    let name = icc_name(icc).unwrap_or_else(|| "unnamed profile".into());
    let mut words = Vec::new();
    let signature = |at: usize| icc.get(at..at + 4).unwrap_or_default();
    let space = match signature(16) {
        b"GRAY" => "grey",
        b"RGB " => "RGB",
        b"CMYK" => "CMYK",
        b"Lab " => "Lab",
        b"XYZ " => "XYZ",
        _ => "other colours",
    };
    let class = match signature(12) {
        b"mntr" => "display profile",
        b"scnr" => "input profile",
        b"prtr" => "output profile",
        b"link" => "device link",
        b"spac" => "colour space",
        b"abst" => "abstract profile",
        b"nmcl" => "named colours",
        _ => "profile of an unknown class",
    };
    words.push(format!("{space} {class}"));
    if let [major, minor, ..] = signature(8) {
        words.push(format!("version {major}.{}", minor >> 4));
    }
    let has = |tag: &[u8; 4]| tags(icc).any(|there| there == tag);
    if has(b"A2B0") || has(b"A2B1") {
        words.push("tables".into());
    } else if has(b"rXYZ") {
        words.push("matrix and curves".into());
    } else if has(b"kTRC") {
        words.push("a curve".into());
    }
    if has(b"cicp") {
        words.push("code points for HDR".into());
    }
    words.push(format!("{} bytes", icc.len()));
    ProfileWords {
        name,
        words: words.join(", "),
    }
}

fn tags(icc: &[u8]) -> impl Iterator<Item = &[u8]> {
    let table = icc.get(128..).unwrap_or_default();
    let count = table
        .first_chunk()
        .map_or(0, |count| u32::from_be_bytes(*count) as usize);
    let entries = table.get(4..).unwrap_or_default().chunks_exact(12);
    entries.take(count).map(|entry| &entry[..4])
}

/// Colours that a file names without a profile.
pub(super) fn named(format: Format, space: &str) -> Option<ProfileWords> {
    let words = match format {
        Format::Jxl => "named by the codestream, without a profile",
        Format::Png => "as the file's chunks say, without a profile",
        Format::Exr | Format::Hdr => "linear light, shown as sRGB",
        _ => return None,
    };
    Some(ProfileWords {
        name: space.into(),
        words: words.into(),
    })
}
