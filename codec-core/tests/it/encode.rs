//! Pictures as files: what is written is read again as it was.

use codec_core::Host;
use locus_protocol::{Limits, Message};
use serde_json::{Value, json};

use crate::call::{Asked, Rgba, decode, decode_whole, inspect};
use crate::float;
use crate::pictures::{Png, corpus, exif, noise};

const FORMATS: &[&str] = &["png", "jpeg", "webp", "qoi", "jxl"];
const LOSSLESS: &[&str] = &["png", "webp", "qoi", "jxl"];
const XMP: &str =
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:Description tiff:Orientation=\"6\"/></x:xmpmeta>";

/// A file, and what was told of it.
fn encoded(input: &[u8], parameters: Value) -> (Vec<u8>, Value) {
    let described = parameters.to_string();
    let reply = Asked::new("image.encode", parameters, input)
        .reply()
        .unwrap_or_else(|error| panic!("{described}: {error}"));
    assert_eq!(reply.payloads.len(), 1);
    let file = reply.payloads.into_iter().next().unwrap();
    assert_eq!(reply.result["bytes"], file.len());
    (file, reply.result)
}

fn refused(input: &[u8], parameters: Value) -> (String, String) {
    let error = Asked::new("image.encode", parameters, input)
        .reply()
        .unwrap_err();
    (error.code.as_str().to_owned(), error.message)
}

fn raster(width: usize, height: usize, sample: &str, channels: usize) -> Value {
    json!({"width": width, "height": height, "sample": sample, "channels": channels})
}

/// Raw samples as RGBA of 8 bits.
fn rgba(samples: &[u8], width: usize, height: usize, sample: &str, channels: usize) -> Rgba {
    let eight: Vec<u8> = match sample {
        "u8" => samples.to_vec(),
        _ => samples
            .as_chunks::<2>()
            .0
            .iter()
            .map(|&bytes| ((u32::from(u16::from_le_bytes(bytes)) * 255 + 32_767) / 65_535) as u8)
            .collect(),
    };
    let data = eight
        .chunks_exact(channels)
        .flat_map(|pixel| match *pixel {
            [v] => [v, v, v, 255],
            [v, a] => [v, v, v, a],
            [r, g, b] => [r, g, b, 255],
            [r, g, b, a] => [r, g, b, a],
            _ => unreachable!(),
        })
        .collect();
    Rgba {
        width,
        height,
        data,
    }
}

const SIZES: &[(usize, usize)] = &[
    (1, 1),
    (1, 2),
    (2, 1),
    (1, 300),
    (300, 1),
    (2, 2),
    (3, 7),
    (8, 8),
    (17, 5),
    (255, 3),
    (256, 256),
    (257, 258),
    (7, 2050),
    (600, 300),
];

#[test]
fn lossless_formats_keep_every_sample_at_every_pixel_format_and_size() {
    for &(width, height) in SIZES {
        for channels in 1..=4 {
            let samples = noise(width * height * channels, (width + height) as u32);
            let expected = rgba(&samples, width, height, "u8", channels);
            for format in LOSSLESS {
                let parameters =
                    json!({"format": format, "raster": raster(width, height, "u8", channels)});
                let (file, result) = encoded(&samples, parameters);
                let what = format!("{format}, {width} by {height}, {channels} channels");
                assert_eq!(
                    result["size"],
                    json!({"width": width, "height": height}),
                    "{what}"
                );
                assert_eq!(result["kept"], json!([]), "{what}");
                assert!(decode_whole(&file) == expected, "{what}");
            }
        }
    }
}

#[test]
fn sixteen_bits_are_kept_by_png_and_jpeg_xl() {
    for &(width, height) in SIZES {
        for channels in 1..=4 {
            // As a camera's: smooth, with noise in the lower bits.
            let samples: Vec<u8> = noise(width * height * channels, 5)
                .iter()
                .enumerate()
                .map(|(at, &v)| (at / channels % width * 65_000 / width) as u16 ^ u16::from(v))
                .enumerate()
                .map(|(at, v)| if at < 4 { 40_000 * at as u16 } else { v })
                .flat_map(u16::to_le_bytes)
                .collect();
            let what = format!("{width} by {height}, {channels} channels");
            let parameters = |format: &str| json!({"format": format, "raster": raster(width, height, "u16", channels)});
            let (file, _) = encoded(&samples, parameters("png"));
            assert!(samples_of_png(&file) == samples, "PNG, {what}");
            let (file, _) = encoded(&samples, parameters("jxl"));
            let expected = if channels == 2 {
                let pixels = samples.as_chunks::<4>().0.iter();
                pixels
                    .flat_map(|&[v, w, a, b]| [v, w, v, w, v, w, a, b])
                    .collect()
            } else {
                samples.clone()
            };
            assert!(samples_of_jxl(&file) == expected, "JPEG XL, {what}");
            let seen = decode_whole(&file);
            let expected = rgba(&samples, width, height, "u16", channels);
            assert!(seen.apart(&expected) <= 1, "JPEG XL, {what}");
            for format in ["webp", "qoi", "jpeg"] {
                let (code, message) = refused(&samples, parameters(format));
                assert_eq!(code, "unsupported", "{what}");
                assert!(message.contains("16"), "{message}");
            }
        }
    }
}

/// zune-jpegxl 0.5.2 panics where these need more room than it has set aside.
#[test]
fn noise_of_sixteen_bits_is_kept_or_refused_by_jpeg_xl() {
    let mut state = 1_u64;
    for channels in 1..=4 {
        for (width, height) in [(1, 1), (1, 40), (256, 256), (300, 270)] {
            let samples: Vec<u8> = (0..2 * width * height * channels)
                .map(|_| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    (state >> 56) as u8
                })
                .collect();
            let raster = raster(width, height, "u16", channels);
            let asked = Asked::new(
                "image.encode",
                json!({"format": "jxl", "raster": raster}),
                &samples,
            );
            match asked.reply() {
                Ok(reply) => {
                    let seen = decode_whole(&reply.payloads[0]);
                    let expected = rgba(&samples, width, height, "u16", channels);
                    assert!(
                        seen.apart(&expected) <= 1,
                        "{width} by {height}, {channels}"
                    );
                }
                Err(error) => assert!(error.message.contains("noise"), "{error}"),
            }
        }
    }
}

/// Samples of a PNG file, little-endian, by `png`.
fn samples_of_png(file: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file))
        .read_info()
        .unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut samples).unwrap();
    assert_eq!(reader.info().bit_depth, png::BitDepth::Sixteen);
    samples
        .as_chunks_mut::<2>()
        .0
        .iter_mut()
        .for_each(|bytes| bytes.reverse());
    samples
}

/// Samples of a JPEG XL file of 16 bits, little-endian, by its planes.
fn samples_of_jxl(file: &[u8]) -> Vec<u8> {
    let image = jxl_oxide::JxlImage::builder().read(file).unwrap();
    let metadata = &image.image_header().metadata;
    assert_eq!(metadata.bit_depth.bits_per_sample(), 16);
    if let Some(alpha) = metadata.alpha() {
        assert_eq!(metadata.ec_info[alpha].bit_depth.bits_per_sample(), 16);
    }
    let render = image.render_frame(0).unwrap();
    let mut stream = render.stream();
    let mut samples = vec![0_u16; (stream.width() * stream.height() * stream.channels()) as usize];
    stream.write_to_buffer(&mut samples);
    samples.into_iter().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn jpeg_xl_files_are_read_alike_by_another_decoder() {
    for (channels, sample) in [
        (1, "u8"),
        (2, "u8"),
        (3, "u8"),
        (4, "u8"),
        (4, "u16"),
        (1, "u16"),
    ] {
        for (width, height) in [(1, 1), (1, 9), (33, 1), (40, 30), (300, 270)] {
            let bytes = if sample == "u8" { 1 } else { 2 };
            let samples = noise(width * height * channels * bytes, 9);
            let raster = raster(width, height, sample, channels);
            let (file, _) = encoded(&samples, json!({"format": "jxl", "raster": raster}));
            let what = format!("{width} by {height}, {channels} channels of {sample}");
            let frames = float::with_jxl(&file);
            assert_eq!(frames.len(), 1, "{what}");
            assert_eq!(frames[0].len(), channels, "{what}");
            for (channel, plane) in frames[0].iter().enumerate() {
                assert_eq!(plane.len(), width * height, "{what}");
                for (at, &seen) in plane.iter().enumerate() {
                    let index = at * channels + channel;
                    let expected = if bytes == 1 {
                        f32::from(samples[index]) / 255.0
                    } else {
                        let pair = [samples[2 * index], samples[2 * index + 1]];
                        f32::from(u16::from_le_bytes(pair)) / 65_535.0
                    };
                    assert!(
                        (seen - expected).abs() < 4e-6,
                        "{what} at {at}: {seen}, not {expected}"
                    );
                }
            }
        }
    }
}

#[test]
fn channels_that_say_nothing_are_left_out() {
    let (width, height) = (9, 9);
    type Case = (&'static str, fn(u8) -> [u8; 4], u8);
    let cases: [Case; 4] = [
        ("grey", |v| [v, v, v, 255], 0),
        ("grey and alpha", |v| [v, v, v, v], 4),
        ("colour", |v| [v, 255 - v, v, 255], 2),
        ("all", |v| [v, 255 - v, v, v], 6),
    ];
    for (what, pixel, color_type) in cases {
        let samples: Vec<u8> = (0..81).flat_map(|v| pixel(v * 3)).collect();
        let raster = raster(width, height, "u8", 4);
        let (file, _) = encoded(&samples, json!({"format": "png", "raster": raster}));
        assert_eq!(file[25], color_type, "{what}");
    }
}

#[test]
fn files_become_files_in_every_format() {
    for name in [
        "photo.png",
        "photo.jpg",
        "alpha.png",
        "alpha.webp",
        "lossy.jxl",
        "cmyk.jpg",
        "oriented.jxl",
        "animation.gif",
    ] {
        let file = corpus(name);
        let seen = decode_whole(&file);
        for format in LOSSLESS {
            let (written, _) = encoded(&file, json!({"format": format}));
            assert!(decode_whole(&written) == seen, "{name} as {format}");
            let told = inspect(&written).unwrap();
            assert_eq!(told["format"], *format);
            assert_eq!(told["orientation"], 1);
        }
    }
}

#[test]
fn jpeg_comes_near_and_lies_on_white() {
    let file = corpus("photo.png");
    let seen = decode_whole(&file);
    let mut lengths = Vec::new();
    for (quality, most) in [(100, 10), (90, 60), (20, 160)] {
        let (written, _) = encoded(&file, json!({"format": "jpeg", "quality": quality}));
        let apart = decode_whole(&written).apart(&seen);
        assert!(apart <= most, "quality {quality}: {apart} apart");
        lengths.push(written.len());
    }
    assert!(lengths.is_sorted_by(|a, b| a > b), "{lengths:?}");
    let (default, _) = encoded(&file, json!({"format": "jpeg"}));
    assert_eq!(default.len(), lengths[1]);

    let clear = [200, 0, 0, 0].repeat(64);
    let raster = raster(8, 8, "u8", 4);
    let (written, _) = encoded(&clear, json!({"format": "jpeg", "raster": raster}));
    assert!(decode_whole(&written).data.iter().all(|&v| v >= 254));
}

#[test]
fn pictures_are_turned_mirrored_cut_and_scaled_in_this_order() {
    let picture = Png::rgb(5, 3, |x, y| [x as u8 * 40, y as u8 * 80, 7]).file();
    let seen = decode_whole(&picture);
    let at = |x: usize, y: usize| seen.pixel(x, y);
    // What stands at (x, y) of the result, for each turn and flip.
    type Place<'a> = &'a dyn Fn(usize, usize) -> [u8; 4];
    let cases: [(u16, bool, Place<'_>); 8] = [
        (0, false, &|x, y| at(x, y)),
        (0, true, &|x, y| at(4 - x, y)),
        (90, false, &|x, y| at(y, 2 - x)),
        (90, true, &|x, y| at(y, x)),
        (180, false, &|x, y| at(4 - x, 2 - y)),
        (180, true, &|x, y| at(x, 2 - y)),
        (270, false, &|x, y| at(4 - y, x)),
        (270, true, &|x, y| at(4 - y, 2 - x)),
    ];
    for (turn, flip, expected) in cases {
        let parameters = json!({"format": "png", "turn": turn, "flip": flip});
        let (written, result) = encoded(&picture, parameters.clone());
        let turned = decode_whole(&written);
        let size = if turn % 180 == 90 { (3, 5) } else { (5, 3) };
        assert_eq!((turned.width, turned.height), size, "{turn} {flip}");
        assert_eq!(result["size"]["width"], size.0);
        for y in 0..size.1 {
            for x in 0..size.0 {
                assert_eq!(
                    turned.pixel(x, y),
                    expected(x, y),
                    "{turn} {flip} at {x}, {y}"
                );
            }
        }
        // Raw samples of either depth go the same way.
        for (sample, raw) in [
            ("u8", seen.data.clone()),
            ("u16", seen.data.iter().flat_map(|&v| [v, v]).collect()),
        ] {
            let mut parameters = parameters.clone();
            parameters["raster"] = raster(5, 3, sample, 4);
            let (written, _) = encoded(&raw, parameters);
            assert!(decode_whole(&written) == turned, "{turn} {flip} {sample}");
        }
    }
    let region = json!({"x": 1, "y": 0, "width": 3, "height": 2});
    let (written, _) = encoded(
        &picture,
        json!({"format": "qoi", "region": region, "turn": 90}),
    );
    let part = decode_whole(&written);
    assert_eq!((part.width, part.height), (2, 3));
    assert_eq!(part.pixel(0, 0), at(1, 1));
    let size = json!({"width": 20, "height": 30});
    let parameters = json!({"format": "qoi", "region": region, "turn": 90, "size": size});
    let (written, result) = encoded(&picture, parameters);
    assert_eq!(result["size"], size);
    let scaled = decode(&written, json!({})).unwrap();
    assert_eq!((scaled.width, scaled.height), (20, 30));
    let apart = scaled
        .pixel(0, 0)
        .iter()
        .zip(at(1, 1))
        .map(|(a, b)| a.abs_diff(b))
        .max();
    assert!(apart.unwrap() <= 8, "{:?}", scaled.pixel(0, 0));
}

/// A JPEG with EXIF that says `orientation`, a thumbnail there, and XMP.
fn tagged_jpeg() -> Vec<u8> {
    let mut tiff = exif(6, true);
    // A second directory with a thumbnail.
    let second = tiff.len() as u32;
    let link = tiff.len() - 4;
    tiff[link..].copy_from_slice(&second.to_le_bytes());
    let at = second + 2 + 2 * 12 + 4;
    tiff.extend(2_u16.to_le_bytes());
    for (tag, value) in [(0x0201_u16, at), (0x0202, 9)] {
        tiff.extend(tag.to_le_bytes());
        tiff.extend(4_u16.to_le_bytes());
        tiff.extend(1_u32.to_le_bytes());
        tiff.extend(value.to_le_bytes());
    }
    tiff.extend([0; 4]);
    tiff.extend(b"THUMBNAIL");
    let mut segments = Vec::new();
    let mut segment = |name: &[u8], data: &[u8]| {
        segments.extend([0xff, 0xe1]);
        segments.extend(((name.len() + data.len() + 2) as u16).to_be_bytes());
        segments.extend(name);
        segments.extend(data);
    };
    segment(b"Exif\0\0", &tiff);
    segment(b"http://ns.adobe.com/xap/1.0/\0", XMP.as_bytes());
    let photo = corpus("photo.jpg");
    [&photo[..2], &segments, &photo[2..]].concat()
}

#[test]
fn metadata_are_kept_upright_and_without_a_thumbnail_or_stripped() {
    let file = tagged_jpeg();
    let seen = decode_whole(&file);
    for format in FORMATS {
        let (written, result) = encoded(&file, json!({"format": format, "metadata": "keep"}));
        let (told, read) = (inspect(&written).unwrap(), metadata(&written));
        let contains = |piece: &[u8]| written.windows(piece.len()).any(|part| part == piece);
        assert!(!contains(b"THUMBNAIL"), "{format}");
        if *format == "qoi" {
            assert_eq!(result["kept"], json!([]));
            assert_eq!(read["xmp"], Value::Null);
        } else {
            assert_eq!(result["kept"], json!(["exif", "xmp"]), "{format}");
            assert_eq!(
                (&told["exif"], &told["xmp"]),
                (&json!(true), &json!(true)),
                "{format}"
            );
            let expected = XMP.replace("\"6\"", "\"1\"");
            assert_eq!(read["xmp"], json!(expected), "{format}");
            let tags = read["exif"].as_array().unwrap();
            assert_eq!(tags.len(), 1, "{format}: {tags:?}");
            assert_eq!(tags[0]["name"], "Orientation");
        }
        assert_eq!(told["orientation"], 1, "{format}");
        assert_eq!(
            (told["width"].as_u64(), told["height"].as_u64()),
            (Some(seen.width as u64), Some(seen.height as u64))
        );
        if LOSSLESS.contains(format) {
            assert!(decode_whole(&written) == seen, "{format}");
        }

        let (stripped, result) = encoded(&file, json!({"format": format, "metadata": "strip"}));
        assert_eq!(result["kept"], json!([]), "{format}");
        let told = inspect(&stripped).unwrap();
        assert_eq!(
            (&told["exif"], &told["xmp"]),
            (&json!(false), &json!(false)),
            "{format}"
        );
        // By default they are kept.
        assert_eq!(
            encoded(&file, json!({"format": format})).0,
            written,
            "{format}"
        );
    }
}

#[test]
fn metadata_travel_from_each_format_to_each() {
    let first = tagged_jpeg();
    for from in ["png", "webp", "jxl", "jpeg"] {
        let (file, _) = encoded(&first, json!({"format": from}));
        let expected = metadata(&file);
        for to in ["png", "webp", "jxl", "jpeg"] {
            let (file, _) = encoded(&file, json!({"format": to}));
            let read = metadata(&file);
            assert_eq!(
                (&read["exif"], &read["xmp"]),
                (&expected["exif"], &expected["xmp"]),
                "{from} to {to}"
            );
        }
    }
}

fn metadata(file: &[u8]) -> Value {
    Asked::new("image.metadata", json!({}), file)
        .reply()
        .unwrap()
        .result
}

#[test]
fn other_colours_become_srgb() {
    let file = corpus("p3.jxl");
    let (written, _) = encoded(&file, json!({"format": "png"}));
    assert_eq!(inspect(&written).unwrap()["color"]["space"], "sRGB");
    assert!(decode_whole(&written) == decode_whole(&file));
}

#[test]
fn parameters_that_cannot_be_are_refused() {
    let file = corpus("photo.png");
    let twelve = [0; 12];
    for (input, parameters, word) in [
        (&file[..], json!({"format": "png", "turn": 45}), "turn"),
        (&file, json!({"format": "jpeg", "quality": 0}), "quality"),
        (&file, json!({"format": "jpeg", "quality": 101}), "quality"),
        (
            &file,
            json!({"format": "png", "size": {"width": 0, "height": 1}}),
            "size",
        ),
        (&file, json!({"format": "bmp"}), "bmp"),
        (&file, json!({"format": "png", "frame": 1}), "frame"),
        (
            &file,
            json!({"format": "png", "region": {"x": 0, "y": 0, "width": 9999, "height": 1}}),
            "region",
        ),
        (
            &twelve,
            json!({"format": "png", "raster": raster(2, 2, "u8", 4)}),
            "16 bytes",
        ),
        (
            &twelve,
            json!({"format": "png", "raster": raster(0, 2, "u8", 4)}),
            "empty",
        ),
        (
            &twelve,
            json!({"format": "png", "raster": raster(1, 1, "u8", 5)}),
            "channels",
        ),
        (
            &twelve,
            json!({"format": "png", "raster": raster(2, 2, "u8", 3), "region": {"x": 1, "y": 0, "width": 2, "height": 1}}),
            "region",
        ),
    ] {
        let described = parameters.to_string();
        let (code, message) = refused(input, parameters);
        assert_eq!(code, "invalid_parameters", "{described}: {message}");
        assert!(message.contains(word), "{described}: {message}");
    }
    let deep = raster(2, 1, "u16", 3);
    let parameters = json!({"format": "png", "raster": deep, "size": {"width": 4, "height": 4}});
    assert_eq!(refused(&twelve, parameters).0, "unsupported");
    let long = vec![0; 70_000];
    for (format, most) in [("jpeg", "65535"), ("webp", "16383")] {
        let parameters = json!({"format": format, "raster": raster(70_000, 1, "u8", 1)});
        let (code, message) = refused(&long, parameters);
        assert_eq!(code, "unsupported");
        assert!(message.contains(most), "{message}");
    }
}

#[test]
fn memory_is_bounded() {
    let file = corpus("photo.png");
    for format in FORMATS {
        let mut asked = Asked::new("image.encode", json!({"format": format}), &file);
        asked.limits = Limits {
            memory: Some(file.len() as u64 + 50_000),
            ..Limits::default()
        };
        let error = asked.reply().map(|_| ()).unwrap_err();
        assert_eq!(error.code.as_str(), "limit_exceeded", "{format}: {error}");
        asked.limits.memory = Some(40 << 20);
        assert!(asked.reply().is_ok(), "{format}");
        let estimate = asked.estimate(file.len()).unwrap();
        assert!(estimate["units_cold"].as_f64().unwrap() > 0.0);
    }
}

struct Stop(f32);

impl Host for Stop {
    fn progress(&self, value: f32) -> bool {
        value >= self.0
    }

    fn threads(&self) -> usize {
        1
    }
}

#[test]
fn encoding_stops_in_each_phase() {
    for format in FORMATS {
        for at in [0.0, 1.0, 2.0, 3.0, 4.0] {
            let mut call = locus_protocol::Call::new(1, "image.encode").with_inline_inputs(1);
            let parameters = json!({"format": format, "size": {"width": 300, "height": 200}});
            call.parameters =
                Some(serde_json::value::RawValue::from_string(parameters.to_string()).unwrap());
            let photo = corpus("photo.png");
            let outcome = crate::call::exchange(&Message::Call(call), &photo, &Stop(at));
            let error = outcome.map(|_| ()).expect_err(format);
            assert_eq!(error.code.as_str(), "cancelled", "{format} at {at}");
        }
    }
}
