//! Words for colour spaces.

use moxcms::{ColorProfile, ProfileText};

/// The name that an ICC profile gives itself.
#[must_use]
pub fn icc_name(icc: &[u8]) -> Option<String> {
    let profile = ColorProfile::new_from_slice(icc).ok()?;
    let name = match profile.description? {
        ProfileText::PlainString(text) => text,
        ProfileText::Localizable(texts) => {
            let english = texts.iter().position(|text| text.language == "en");
            let first = english.unwrap_or(0);
            texts.into_iter().nth(first)?.value
        }
        ProfileText::Description(text) if !text.ascii_string.is_empty() => text.ascii_string,
        ProfileText::Description(text) => text.unicode_string,
    };
    let name = name.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    (!name.is_empty()).then(|| name.chars().take(200).collect())
}

/// Words for code points of ITU-T H.273: primaries and transfer function.
#[must_use]
pub fn primaries_name(primaries: u8, transfer: u8) -> String {
    let space = match primaries {
        1 => "Rec. 709",
        5 | 6 => "Rec. 601",
        9 => "Rec. 2020",
        11 => "DCI-P3",
        12 => "Display P3",
        _ => "unknown primaries",
    };
    match (primaries, transfer) {
        (1, 13) => "sRGB".into(),
        (1, 8) => "linear sRGB".into(),
        (12, 13) => space.into(),
        (_, 1 | 6 | 14 | 15) => space.into(),
        (_, 4) => format!("{space} gamma 2.2"),
        (_, 5) => format!("{space} gamma 2.8"),
        (_, 8) => format!("{space} linear"),
        (_, 13) => format!("{space} with sRGB's curve"),
        (_, 16) => format!("{space} PQ"),
        (_, 17) => space.into(),
        (_, 18) => format!("{space} HLG"),
        _ => format!("{space}, unknown curve"),
    }
}
