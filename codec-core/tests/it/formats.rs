//! Each format's kinds of files, and what is no picture.

use serde_json::{Value, json};

use crate::call::{Asked, decode, decode_whole, inspect};
use crate::pictures::{PICTURES, Png, corpus};

fn gradient() -> Png {
    Png::rgb(30, 20, |x, y| [8 * x as u8, 12 * y as u8, 100])
}

#[test]
fn interlaced_png_is_the_same_picture() {
    let png = gradient();
    assert_eq!(
        decode_whole(&png.interlaced_file()),
        decode_whole(&png.file())
    );
}

#[test]
fn deep_png_is_rounded_once() {
    let mut png = gradient();
    png.bit_depth = 16;
    png.rows = (0..20_u16)
        .map(|y| {
            (0..30_u16)
                .flat_map(|x| [x * 2184, y * 3449, 12_345].map(u16::to_be_bytes))
                .flatten()
                .collect()
        })
        .collect();
    let decoded = decode_whole(&png.file());
    let round = |sample: u16| (f64::from(sample) / 257.0).round() as u8;
    for y in 0..20 {
        for x in 0..30 {
            let expected = [
                round(x as u16 * 2184),
                round(y as u16 * 3449),
                round(12_345),
                255,
            ];
            assert_eq!(decoded.pixel(x, y), expected);
        }
    }
    assert_eq!(inspect(&png.file()).unwrap()["bit_depth"], 16);
}

#[test]
fn palettes_are_looked_up() {
    for bits in [1, 2, 4, 8] {
        let colors: Vec<[u8; 3]> = (0..1_u32 << bits)
            .map(|n| [n as u8 * 3, 255 - n as u8, 7])
            .collect();
        let per_byte = 8 / usize::from(bits);
        let index = |x: usize, y: usize| ((x + y) % colors.len()) as u8;
        let mut png = gradient()
            .with(b"PLTE", colors.concat())
            .with(b"tRNS", vec![9]);
        png.bit_depth = bits;
        png.color_type = 3;
        png.rows = (0..20)
            .map(|y| {
                let indices: Vec<u8> = (0..30).map(|x| index(x, y)).collect();
                let pack = |chunk: &[u8]| {
                    (0..per_byte).fold(0, |byte, at| {
                        byte << bits | chunk.get(at).copied().unwrap_or(0)
                    })
                };
                if bits == 8 {
                    indices
                } else {
                    indices.chunks(per_byte).map(pack).collect()
                }
            })
            .collect();
        let decoded = decode_whole(&png.file());
        for (x, y) in [(0, 0), (1, 0), (29, 19), (13, 7)] {
            let [r, g, b] = colors[usize::from(index(x, y))];
            let a = if index(x, y) == 0 { 9 } else { 255 };
            assert_eq!(decoded.pixel(x, y), [r, g, b, a], "{bits} bits at {x}, {y}");
        }
    }
}

#[test]
fn inspect_tells_what_decode_gives() {
    for name in PICTURES {
        let file = corpus(name);
        let (told, decoded) = (inspect(&file).unwrap(), decode_whole(&file));
        assert_eq!(told["width"], decoded.width, "{name}");
        assert_eq!(told["height"], decoded.height, "{name}");
        assert_eq!(told["truncated"], false, "{name}");
        let transparent = decoded.data.chunks_exact(4).any(|pixel| pixel[3] != 255);
        assert!(!transparent || told["alpha"] != "none", "{name}");
    }
}

#[test]
fn inspect_tells_what_files_hold() {
    let told = |name: &str| inspect(&corpus(name)).unwrap();
    let check = |name: &str, path: &str, expected: Value| {
        assert_eq!(
            *told(name).pointer(path).unwrap(),
            expected,
            "{name} {path}"
        );
    };
    check("lossy.jxl", "/format", json!("jxl"));
    check("lossy.jxl", "/lossless", json!(false));
    check("lossless.jxl", "/lossless", json!(true));
    check("transcoded.jxl", "/jpeg_reconstruction", json!(true));
    check("lossless.jxl", "/jpeg_reconstruction", json!(false));
    check("oriented.jxl", "/exif", json!(true));
    check("deep.jxl", "/bit_depth", json!(16));
    check("p3.jxl", "/color/space", json!("Display P3"));
    check("pq.jxl", "/color/space", json!("Rec. 2020 PQ"));
    check("gray.jxl", "/color/model", json!("gray"));
    check("cmyk.jpg", "/color/model", json!("cmyk"));
    check("alpha.webp", "/alpha", json!("straight"));
    check("photo.webp", "/lossless", json!(false));
    check("lossless.webp", "/lossless", json!(true));
    check("animation.gif", "/loops", json!(3));
}

#[test]
fn files_that_end_early_are_errors() {
    for name in PICTURES {
        let file = corpus(name);
        for keep in [file.len() / 3, file.len() / 2, file.len() * 9 / 10] {
            // The first frame of an animation may be all there.
            if name.starts_with("animation") {
                continue;
            }
            let error = decode(&file[..keep], json!({})).expect_err(name);
            assert_eq!(
                error.code.as_str(),
                "invalid_input",
                "{name} to {keep}: {error}"
            );
        }
    }
}

#[test]
fn no_beginning_of_a_file_panics() {
    for name in PICTURES {
        let file = corpus(name);
        // Every length at first, where headers are, and then some.
        for keep in (0..file.len()).filter(|keep| *keep < 300 || keep % 61 == 0) {
            let _ = decode(&file[..keep], json!({}));
            let _ = inspect(&file[..keep]);
            let _ = Asked::new("image.decode", json!({}), &file).estimate(keep);
        }
    }
}

#[test]
fn no_damaged_file_panics() {
    for name in PICTURES {
        let file = corpus(name);
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        for _ in 0..60 {
            let mut damaged = file.clone();
            for _ in 0..4 {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let at = (random >> 8) as usize % damaged.len();
                damaged[at] = random as u8;
            }
            let _ = decode(&damaged, json!({}));
            let _ = inspect(&damaged);
        }
    }
}

/// Found by the fuzzer.
#[test]
fn the_memory_of_a_picture_beyond_bounds_does_not_overflow() {
    let mut file = corpus("animation.png");
    file[16..24].copy_from_slice(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xa2]);
    let told = inspect(&file).unwrap();
    assert!(told["decode_memory"].as_u64().unwrap() > 1 << 60, "{told}");
}

#[test]
fn what_is_no_picture_is_named() {
    for (bytes, code, word) in [
        (&b""[..], "invalid_input", "empty"),
        (b"%PDF-1.7 and so on", "invalid_input", "PDF"),
        (b"PK\x03\x04 and so on", "invalid_input", "ZIP"),
        (b"hello world", "invalid_input", "68 65 6c 6c 6f"),
        (b"\x89PN", "invalid_input", "beginning of a PNG"),
        (b"II*\0 and so on", "invalid_input", "TIFF"),
        (b"qoif", "invalid_input", "QOI"),
        (b"\0\0\0\x1cftypavif....", "unsupported", "AVIF"),
        (b"\0\0\0\x1cftypheic....", "unsupported", "HEIC"),
        (b"8BPS and so on", "unsupported", "Photoshop"),
    ] {
        for error in [
            decode(bytes, json!({})).unwrap_err(),
            inspect(bytes).unwrap_err(),
        ] {
            assert_eq!(error.code.as_str(), code, "{error}");
            assert!(error.message.contains(word), "{error}");
        }
    }
}
