//! The further formats: good, odd and broken files of each.

use image::{DynamicImage, ImageFormat};
use locus_protocol::Limits;
use serde_json::json;

use crate::call::{Asked, Rgba, decode, decode_whole, inspect};
use crate::handmade::{Made, all, dxt1};
use crate::pictures::{corpus, noise};

/// Linear light as sRGB.
pub fn srgb(light: f64) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let encoded = if light <= 0.003_130_8 {
        12.92 * light
    } else {
        1.055 * libm::pow(light, 1.0 / 2.4) - 0.055
    };
    (encoded * 255.0).round() as u8
}

#[test]
fn files_made_by_hand_look_as_they_were_made() {
    for made in all().into_iter().chain([dxt1()]) {
        let what = format!("{} ({})", made.format, made.name);
        let told = inspect(&made.file).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(told["format"], made.format, "{what}");
        assert_eq!(told["width"], made.seen.width, "{what}");
        assert_eq!(told["height"], made.seen.height, "{what}");
        assert_eq!(told["frames"].as_array().unwrap().len(), 1, "{what}");
        let seen = decode(&made.file, json!({})).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(
            seen == made.seen,
            "{what}: {:?}, not {:?}",
            seen.data,
            made.seen.data
        );
        let region = json!({"region": {"x": 2, "y": 1, "width": 4, "height": 3}});
        assert!(
            decode(&made.file, region).unwrap() == made.seen.crop(2, 1, 4, 3),
            "{what}"
        );
        let beyond = decode(&made.file, json!({"frame": 1})).unwrap_err();
        assert_eq!(beyond.code.as_str(), "invalid_parameters", "{what}");
    }
}

/// The same pixels in every type that `image` has, by its encoders.
fn encoded() -> Vec<(ImageFormat, &'static str, DynamicImage, Vec<u8>)> {
    let (width, height) = (19, 13);
    let samples = noise(width * height * 4, 3);
    let rgba = image::RgbaImage::from_raw(width as u32, height as u32, samples).unwrap();
    let rgba = DynamicImage::from(rgba);
    let eight = [rgba.to_luma8().into(), rgba.to_rgb8().into(), rgba.clone()];
    let alpha_too: [DynamicImage; 1] = [rgba.to_luma_alpha8().into()];
    let sixteen: [DynamicImage; 3] = [
        rgba.to_luma16().into(),
        rgba.to_rgb16().into(),
        rgba.to_rgba16().into(),
    ];
    let mut files = Vec::new();
    for (format, name, pictures) in [
        (ImageFormat::Bmp, "bmp", eight.to_vec()),
        (ImageFormat::Tiff, "tiff", [&eight[..], &sixteen].concat()),
        (ImageFormat::Tga, "tga", [&eight[..], &alpha_too].concat()),
        (ImageFormat::Qoi, "qoi", eight[1..].to_vec()),
        (ImageFormat::Pnm, "pnm", eight[..2].to_vec()),
        (ImageFormat::Ico, "ico", vec![eight[2].clone()]),
        (ImageFormat::Farbfeld, "farbfeld", vec![sixteen[2].clone()]),
    ] {
        for picture in pictures {
            let mut file = std::io::Cursor::new(Vec::new());
            picture.write_to(&mut file, format).unwrap();
            files.push((format, name, picture, file.into_inner()));
        }
    }
    files
}

#[test]
fn files_of_encoders_are_read_exactly() {
    for (_, name, picture, file) in encoded() {
        let what = format!("{name} of {:?}", picture.color());
        let told = inspect(&file).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(told["format"], name, "{what}");
        let deep = matches!(
            picture,
            DynamicImage::ImageLuma16(_)
                | DynamicImage::ImageRgb16(_)
                | DynamicImage::ImageRgba16(_)
        );
        assert_eq!(told["bit_depth"], if deep { 16 } else { 8 }, "{what}");
        let expected = picture.to_rgba8();
        let expected = Rgba {
            width: expected.width() as usize,
            height: expected.height() as usize,
            data: expected.into_raw(),
        };
        assert!(decode_whole(&file) == expected, "{what}");
    }
}

#[test]
fn files_of_another_writer_show_the_same_picture() {
    let seen = |kind: &str| decode_whole(&corpus(&format!("further.{kind}")));
    let (plain, clear) = (seen("ppm"), seen("qoi"));
    assert_eq!((plain.width, plain.height), (24, 16));
    assert!(seen("bmp") == plain);
    assert!(seen("tif") == plain);
    assert!(seen("tga") == clear);
    let colors = |picture: &Rgba| {
        let pixels = picture.data.as_chunks::<4>().0.iter();
        pixels.map(|&[r, g, b, _]| [r, g, b]).collect::<Vec<_>>()
    };
    assert_eq!(colors(&plain), colors(&clear));
    // From 16 bits, rounded anew.
    assert!(seen("ff").apart(&clear) <= 1);
    // Two colours and steps between for 16 pixels.
    assert!(mean_apart(&seen("dds"), &clear) < 12.0);
    assert_eq!(seen("ico").width, 16);
    // Dark samples beside bright ones are coarse in Radiance's pixels.
    assert!(mean_apart(&seen("exr"), &seen("hdr")) < 3.0);
}

fn mean_apart(one: &Rgba, other: &Rgba) -> f64 {
    assert_eq!(one.data.len(), other.data.len());
    let pairs = one.data.iter().zip(&other.data);
    let apart: u32 = pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    f64::from(apart) / one.data.len() as f64
}

#[test]
fn the_largest_picture_of_an_icon_is_shown() {
    use image::codecs::ico::{IcoEncoder, IcoFrame};
    let frame = |side: u32, v: u8| {
        let pixels = vec![v; (side * side * 4) as usize];
        IcoFrame::as_png(&pixels, side, side, image::ExtendedColorType::Rgba8).unwrap()
    };
    let mut file = Vec::new();
    let frames = [frame(16, 255), frame(48, 100), frame(32, 9)];
    IcoEncoder::new(&mut file).encode_images(&frames).unwrap();
    let seen = decode_whole(&file);
    assert_eq!(
        (seen.width, seen.height, seen.pixel(0, 0)),
        (48, 48, [100; 4])
    );
    let parts = Asked::new("image.metadata", json!({}), &file)
        .reply()
        .unwrap()
        .result;
    assert_eq!(parts["boxes"][2]["kind"], "48 by 48");
}

/// A format, a file in it, and the light of its pixels.
type Light = (&'static str, Vec<u8>, Vec<[f32; 3]>);

/// Files of linear light.
fn light() -> Vec<Light> {
    let lights: Vec<[f32; 3]> = (0..48)
        .map(|at| {
            let v = at as f32 / 12.0;
            [v * v, 0.02 * v, 1.0 - v / 3.0]
        })
        .collect();
    let picture = image::Rgb32FImage::from_raw(8, 6, lights.as_flattened().to_vec()).unwrap();
    let picture = DynamicImage::from(picture);
    let mut files = Vec::new();
    for (name, format) in [("exr", ImageFormat::OpenExr), ("hdr", ImageFormat::Hdr)] {
        let mut file = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut file, format).unwrap();
        files.push((name, file.into_inner(), lights.clone()));
    }
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Tiff).unwrap();
    files.push(("tiff", file.into_inner(), lights));
    files
}

#[test]
fn light_is_exposed_and_clipped() {
    for (name, file, lights) in light() {
        let told = inspect(&file).unwrap();
        assert_eq!(
            (&told["format"], &told["sample"]),
            (&json!(name), &json!("float")),
            "{name}"
        );
        assert_eq!(told["color"]["space"], "linear sRGB", "{name}");
        for exposure in [-3.0, -0.5, 0.0, 1.0, 2.25] {
            let seen = decode(&file, json!({"exposure": exposure})).unwrap();
            let gain = libm::exp2(exposure);
            for (pixel, light) in seen.data.as_chunks::<4>().0.iter().zip(&lights) {
                // Radiance has eight bits for a pixel's brightest sample, and
                // the others share its exponent.
                let brightest = f64::from(light.iter().copied().fold(0.0, f32::max));
                let step = if name == "hdr" {
                    brightest / 100.0
                } else {
                    0.0
                };
                for (&seen, &light) in pixel[..3].iter().zip(light) {
                    let light = f64::from(light);
                    let expected = srgb((light - step) * gain)..=srgb((light + step) * gain);
                    assert!(
                        expected.contains(&seen),
                        "{name} at {exposure}: {seen}, not {expected:?}"
                    );
                }
                assert_eq!(pixel[3], 255);
            }
        }
        assert!(decode_whole(&file) == decode(&file, json!({"exposure": 0})).unwrap());
        for exposure in ["31", "-31", "1e99", "\"up\""] {
            let parameters: serde_json::Value =
                serde_json::from_str(&format!("{{\"exposure\": {exposure}}}")).unwrap();
            assert_eq!(
                decode(&file, parameters).unwrap_err().code.as_str(),
                "invalid_parameters",
                "{exposure}"
            );
        }
    }
    // Nothing changes where samples are not light.
    let made = &all()[0];
    assert!(decode(&made.file, json!({"exposure": 3})).unwrap() == made.seen);
}

#[test]
fn premultiplied_light_is_divided() {
    let mut picture = image::Rgba32FImage::new(2, 1);
    picture.put_pixel(0, 0, image::Rgba([0.25, 0.1, 0.0, 0.5]));
    picture.put_pixel(1, 0, image::Rgba([0.5, f32::NAN, f32::INFINITY, 0.0]));
    let mut file = std::io::Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut file, ImageFormat::OpenExr)
        .unwrap();
    let file = file.into_inner();
    assert_eq!(inspect(&file).unwrap()["alpha"], "premultiplied");
    let seen = decode_whole(&file);
    assert_eq!(seen.pixel(0, 0), [srgb(0.5), srgb(0.2), 0, 128]);
    assert_eq!(seen.pixel(1, 0), [srgb(0.5), 0, 255, 0]);
}

fn files() -> Vec<Made> {
    let of = |format, file: Vec<u8>| Made {
        name: "by an encoder",
        format,
        seen: decode_whole(&file),
        file,
    };
    let encoded = encoded()
        .into_iter()
        .map(|(_, format, _, file)| of(format, file));
    let light = light()
        .into_iter()
        .map(|(format, file, _)| of(format, file));
    all()
        .into_iter()
        .chain([dxt1()])
        .chain(encoded)
        .chain(light)
        .collect()
}

const CODES: &[&str] = &["invalid_input", "unsupported", "limit_exceeded"];

#[test]
fn files_that_end_early_are_refused_or_whole() {
    for made in files() {
        let (file, what) = (&made.file, format!("{} ({})", made.format, made.name));
        for length in 0..file.len() {
            if length > 200 && length % 61 != 0 {
                continue;
            }
            for operation in ["image.decode", "image.inspect", "image.metadata"] {
                if let Err(error) = Asked::new(operation, json!({}), &file[..length]).reply() {
                    let code = error.code.as_str();
                    assert!(CODES.contains(&code), "{what}, {length} bytes: {error}");
                }
            }
        }
        let half = decode(&file[..file.len() / 2], json!({}));
        assert!(
            half.is_err() || made.format == "dds",
            "{what}: half a file is a picture"
        );
    }
}

#[test]
fn damaged_files_have_replies() {
    for made in files() {
        let what = format!("{} ({})", made.format, made.name);
        for at in 0..made.file.len().min(160) {
            for value in [0x00, 0x01, 0x7f, 0x80, 0xff] {
                let mut file = made.file.clone();
                file[at] = value;
                let mut asked = Asked::new("image.decode", json!({}), &file);
                asked.limits = Limits {
                    pixels: Some(1 << 22),
                    memory: Some(64 << 20),
                    ..Limits::default()
                };
                if let Err(error) = asked.reply() {
                    assert!(
                        CODES.contains(&error.code.as_str()),
                        "{what}, {value} at {at}: {error}"
                    );
                }
                let _ = asked.estimate(file.len());
            }
        }
    }
}

#[test]
fn sizes_in_headers_take_no_memory() {
    // Where the sides stand, and how.
    let patched = |made: &Made| -> Option<Vec<u8>> {
        let mut file = made.file.clone();
        let (at, bytes): (usize, &[u8]) = match made.format {
            "bmp" => (18, &[0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0]),
            "tga" => (12, &[0xff, 0xff, 0xff, 0xff]),
            "qoi" => (4, &[0, 0xff, 0xff, 0xff, 0, 0, 0xff, 0xff]),
            "farbfeld" => (8, &[0, 0xff, 0xff, 0xff, 0, 0, 0xff, 0xff]),
            "dds" => (12, &[0, 0xff, 0xff, 0, 0, 0xff, 0xff, 0]),
            _ => return None,
        };
        file[at..at + bytes.len()].copy_from_slice(bytes);
        Some(file)
    };
    let mut tried = 0;
    for made in files() {
        let Some(file) = patched(&made) else { continue };
        let error = Asked::new("image.decode", json!({}), &file)
            .reply()
            .map(|_| ())
            .unwrap_err();
        assert!(
            CODES.contains(&error.code.as_str()),
            "{}: {error}",
            made.format
        );
        tried += 1;
    }
    assert!(tried > 10);
    let pnm = b"P6\n60000 60000\n255\n\0\0\0";
    let error = decode(pnm, json!({})).unwrap_err();
    assert_eq!(error.code.as_str(), "limit_exceeded");
}

#[test]
fn each_limit_is_named() {
    for made in files() {
        let what = format!("{} ({})", made.format, made.name);
        let mut asked = Asked::new("image.decode", json!({}), &made.file);
        asked.limits.pixels = Some(5);
        let error = asked.reply().map(|_| ()).unwrap_err();
        assert_eq!(error.details.unwrap()["limit"], "pixels", "{what}");
        asked.limits = Limits::default();
        asked.limits.memory = Some(made.file.len() as u64 + 40);
        let error = asked.reply().map(|_| ()).unwrap_err();
        assert_eq!(error.code.as_str(), "limit_exceeded", "{what}: {error}");
    }
}

#[test]
fn camera_raw_files_are_named_and_not_shown_by_their_thumbnails() {
    let tiff = all()
        .into_iter()
        .find(|made| made.format == "tiff")
        .unwrap()
        .file;
    let mut canon = tiff.clone();
    canon[8..10].copy_from_slice(b"CR");
    let error = decode(&canon, json!({})).unwrap_err();
    assert_eq!(error.code.as_str(), "unsupported");
    assert!(error.message.contains("camera raw"), "{}", error.message);
}

#[test]
fn what_has_no_magic_is_no_tga_by_chance() {
    for text in [
        &b"\0\0\x02\0 is no picture"[..],
        &[0; 40],
        &[1; 40],
        b"\0\0\0\x18ftypmp42",
    ] {
        let error = decode(text, json!({})).unwrap_err();
        assert_eq!(error.code.as_str(), "invalid_input", "{text:?}: {error}");
    }
}
