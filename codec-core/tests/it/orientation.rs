//! Every orientation, from every place that can name one.

use serde_json::json;

use crate::call::{Rgba, decode, decode_whole, inspect};
use crate::pictures::{Png, corpus, exif};

/// Where a pixel of the oriented picture is stored, by the words of the EXIF
/// specification: 0th row at the top or bottom or a side, and so on.
fn stored_at(orientation: u16, width: usize, height: usize, x: usize, y: usize) -> (usize, usize) {
    match orientation {
        1 => (x, y),
        2 => (width - 1 - x, y),
        3 => (width - 1 - x, height - 1 - y),
        4 => (x, height - 1 - y),
        5 => (y, x),
        6 => (y, height - 1 - x),
        7 => (width - 1 - y, height - 1 - x),
        8 => (width - 1 - y, x),
        _ => unreachable!(),
    }
}

/// Checks `turned` against the `stored` picture.
fn check(stored: &Rgba, turned: &Rgba, orientation: u16) {
    let (width, height) = (stored.width, stored.height);
    let (expected_width, expected_height) = if orientation >= 5 {
        (height, width)
    } else {
        (width, height)
    };
    assert_eq!(
        (turned.width, turned.height),
        (expected_width, expected_height)
    );
    for y in 0..turned.height {
        for x in 0..turned.width {
            let (from_x, from_y) = stored_at(orientation, width, height, x, y);
            assert_eq!(
                turned.pixel(x, y),
                stored.pixel(from_x, from_y),
                "{orientation}: {x}, {y}"
            );
        }
    }
}

fn card() -> Png {
    Png::rgb(37, 50, |x, y| [(x * 7) as u8, (y * 5) as u8, (x ^ y) as u8])
}

#[test]
fn png_turns_as_its_exif_says() {
    let stored = decode_whole(&card().file());
    for orientation in 1..=8 {
        for little in [true, false] {
            let file = card().with(b"eXIf", exif(orientation, little)).file();
            check(&stored, &decode_whole(&file), orientation);
            let told = inspect(&file).unwrap();
            assert_eq!(told["orientation"], orientation);
            assert_eq!(told["exif"], true);
            assert_eq!(told["width"], if orientation >= 5 { 50 } else { 37 });
        }
    }
}

#[test]
fn jpeg_turns_as_its_exif_says() {
    let plain = corpus("photo.jpg");
    let stored = decode_whole(&plain);
    for orientation in 1..=8 {
        let mut segment = b"Exif\0\0".to_vec();
        segment.extend(exif(orientation, false));
        let mut file = plain[..2].to_vec();
        file.extend([0xff, 0xe1]);
        file.extend((segment.len() as u16 + 2).to_be_bytes());
        file.extend(segment);
        file.extend(&plain[2..]);
        check(&stored, &decode_whole(&file), orientation);
        assert_eq!(inspect(&file).unwrap()["orientation"], orientation);
    }
}

#[test]
fn jxl_turns_as_its_header_says() {
    // Both hold the same JPEG's coefficients, one with orientation 6.
    let (stored, turned) = ("transcoded.jxl", "oriented.jxl");
    check(
        &decode_whole(&corpus(stored)),
        &decode_whole(&corpus(turned)),
        6,
    );
    assert_eq!(inspect(&corpus(turned)).unwrap()["orientation"], 6);
}

#[test]
fn regions_are_of_the_oriented_picture() {
    for orientation in 1..=8 {
        let file = card().with(b"eXIf", exif(orientation, true)).file();
        let whole = decode_whole(&file);
        let region = json!({"region": {"x": 3, "y": 11, "width": 20, "height": 9}});
        assert_eq!(
            decode(&file, region).unwrap(),
            whole.crop(3, 11, 20, 9),
            "{orientation}"
        );
    }
}

#[test]
fn broken_exif_is_no_orientation() {
    let good = exif(6, true);
    for length in 0..good.len() {
        let file = card().with(b"eXIf", good[..length].to_vec()).file();
        decode_whole(&file);
    }
    for orientation in [0, 9, 65_535] {
        let file = card().with(b"eXIf", exif(orientation, true)).file();
        assert_eq!(decode_whole(&file), decode_whole(&card().file()));
    }
}
