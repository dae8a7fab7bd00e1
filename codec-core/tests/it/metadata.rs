//! `image.metadata`: parts, EXIF, XMP and profiles.

use serde_json::{Value, json};

use crate::call::Asked;
use crate::pictures::{PICTURES, Png, corpus};

fn metadata(file: &[u8]) -> Value {
    let asked = Asked::new("image.metadata", json!({}), file);
    asked
        .reply()
        .unwrap_or_else(|error| panic!("{error}"))
        .result
}

fn kinds(told: &Value) -> Vec<&str> {
    let parts = told["boxes"].as_array().unwrap();
    parts
        .iter()
        .map(|part| part["kind"].as_str().unwrap())
        .collect()
}

#[test]
fn parts_cover_the_file_in_order() {
    for name in PICTURES {
        let file = corpus(name);
        let told = metadata(&file);
        let mut at = 0;
        for part in told["boxes"].as_array().unwrap() {
            assert_eq!(part["offset"], at, "{name}: {part}");
            at += part["length"].as_u64().unwrap();
        }
        assert_eq!(at, file.len() as u64, "{name}");
        assert_eq!(told["left_off"], 0);
    }
}

#[test]
fn parts_have_their_names() {
    for (name, expected) in [
        ("photo.png", &["signature", "IHDR", "IDAT", "IEND"][..]),
        ("animation.png", &["acTL", "fcTL", "fdAT"]),
        (
            "photo.jpg",
            &["SOI", "APP0 JFIF", "DQT", "SOF0", "DHT", "SOS", "EOI"],
        ),
        ("oriented.jpg", &["APP1 Exif"]),
        ("animation.webp", &["RIFF WEBP", "VP8X", "ANIM", "ANMF"]),
        (
            "animation.gif",
            &["header", "graphic control", "image", "trailer"],
        ),
        ("transcoded.jxl", &["JXL", "ftyp", "jbrd"]),
        ("lossless.jxl", &["codestream"]),
    ] {
        let told = metadata(&corpus(name));
        for kind in expected {
            assert!(kinds(&told).contains(kind), "{name}: {:?}", kinds(&told));
        }
    }
}

/// A TIFF structure with a camera's tags, big-endian.
fn camera() -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
    let entry = |tiff: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: u32| {
        tiff.extend(tag.to_be_bytes());
        tiff.extend(kind.to_be_bytes());
        tiff.extend(count.to_be_bytes());
        tiff.extend(value.to_be_bytes());
    };
    tiff.extend(3_u16.to_be_bytes());
    // Make, Exif directory, GPS directory; values behind.
    entry(&mut tiff, 0x010f, 2, 6, 100);
    entry(&mut tiff, 0x8769, 4, 1, 110);
    entry(&mut tiff, 0x8825, 4, 1, 170);
    tiff.extend(0_u32.to_be_bytes());
    tiff.resize(100, 0);
    tiff.extend(b"Locus\0");
    tiff.resize(110, 0);
    tiff.extend(3_u16.to_be_bytes());
    entry(&mut tiff, 0x829a, 5, 1, 160);
    entry(&mut tiff, 0x8827, 3, 1, 400 << 16);
    entry(&mut tiff, 0x927c, 7, 5000, 0);
    tiff.extend(0_u32.to_be_bytes());
    tiff.resize(160, 0);
    tiff.extend([0, 0, 0, 1, 0, 0, 0, 250]);
    tiff.resize(170, 0);
    tiff.extend(1_u16.to_be_bytes());
    entry(&mut tiff, 0x0001, 2, 2, u32::from_be_bytes(*b"N\0\0\0"));
    tiff.extend(0_u32.to_be_bytes());
    tiff.resize(6000, 0);
    tiff
}

#[test]
fn exif_is_readable() {
    let picture = Png::rgb(4, 4, |_, _| [1, 2, 3]).with(b"eXIf", camera());
    let told = metadata(&picture.file());
    let tags = told["exif"].as_array().unwrap();
    let tag = |name: &str| {
        let found = tags.iter().find(|tag| tag["name"] == name);
        found.unwrap_or_else(|| panic!("{name} in {tags:?}"))
    };
    assert_eq!(
        tag("Make"),
        &json!({"group": "image", "name": "Make", "value": "Locus"})
    );
    let exposure = json!({"group": "camera", "name": "ExposureTime", "value": "1/250 s"});
    assert_eq!(tag("ExposureTime"), &exposure);
    assert_eq!(tag("PhotographicSensitivity")["value"], "400");
    assert_eq!(tag("MakerNote")["value"], "5000 bytes");
    assert_eq!(tag("GPSLatitudeRef")["group"], "gps");
}

#[test]
fn broken_exif_is_no_error() {
    let whole = camera();
    for length in [0, 4, 8, 9, 20, 60, 130, 165, 200] {
        for damage in [0x00, 0xff] {
            let mut exif = whole[..length].to_vec();
            exif.iter_mut().skip(12).for_each(|byte| *byte |= damage);
            let picture = Png::rgb(4, 4, |_, _| [1, 2, 3]).with(b"eXIf", exif);
            let file = picture.file();
            assert!(metadata(&file)["exif"].is_array());
            let written = Asked::new("image.encode", json!({"format": "png"}), &file).reply();
            assert!(written.is_ok());
        }
    }
}

#[test]
fn profiles_are_told_in_words() {
    for (name, profile, words) in [
        ("cmyk.jpg", Value::Null, ""),
        ("p3.jxl", json!("Display P3"), "without a profile"),
        ("photo.png", json!("sRGB"), "without a profile"),
        ("photo.jpg", Value::Null, ""),
    ] {
        let told = metadata(&corpus(name));
        if profile.is_null() {
            assert_eq!(told["profile"], Value::Null, "{name}");
        } else {
            assert_eq!(told["profile"]["name"], profile, "{name}");
            assert!(
                told["profile"]["words"].as_str().unwrap().contains(words),
                "{name}"
            );
        }
    }
    let icc = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let told = metadata(&Png::rgb(4, 4, |_, _| [1, 2, 3]).with_icc(&icc).file());
    let words = told["profile"]["words"].as_str().unwrap();
    assert!(
        words.starts_with("RGB display profile, version 4."),
        "{words}"
    );
    assert!(words.contains("matrix and curves"), "{words}");
    assert!(words.ends_with(&format!("{} bytes", icc.len())), "{words}");
}

#[test]
fn xmp_is_text_of_bounded_length() {
    let xmp = "XML:com.adobe.xmp\0\0\0\0\0<x>\u{1}\u{2}grüße</x>";
    let picture = Png::rgb(4, 4, |_, _| [1, 2, 3]).with(b"iTXt", xmp.into());
    assert_eq!(metadata(&picture.file())["xmp"], "<x>  grüße</x>");
    let mut long = b"XML:com.adobe.xmp\0\0\0\0\0".to_vec();
    long.resize(3 << 20, b'"');
    let picture = Png::rgb(4, 4, |_, _| [1, 2, 3]).with(b"iTXt", long);
    let told = metadata(&picture.file());
    assert!(told["xmp"].as_str().unwrap().len() <= 200 << 10);
}

#[test]
fn a_file_of_countless_parts_has_a_reply() {
    let mut picture = Png::rgb(4, 4, |_, _| [1, 2, 3]);
    for _ in 0..30_000 {
        picture = picture.with(b"teSt", Vec::new());
    }
    let told = metadata(&picture.file());
    assert_eq!(told["boxes"].as_array().unwrap().len(), 2_000);
    assert_eq!(told["left_off"], 28_004);
}

#[test]
fn what_is_cut_off_or_no_picture_is_told_as_such() {
    for name in PICTURES {
        let file = corpus(name);
        for length in (1..file.len()).step_by(file.len() / 23 + 1) {
            let reply = Asked::new("image.metadata", json!({}), &file[..length]).reply();
            if let Err(error) = reply {
                let codes = ["invalid_input", "unsupported"];
                assert!(
                    codes.contains(&error.code.as_str()),
                    "{name} {length}: {error}"
                );
            }
        }
    }
    let error = Asked::new("image.metadata", json!({}), b"no picture")
        .reply()
        .unwrap_err();
    assert_eq!(error.code.as_str(), "invalid_input");
}
