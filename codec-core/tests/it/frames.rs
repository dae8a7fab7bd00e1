//! `image.frames` against frames composed here, by the formats' own rules.

use serde_json::{Value, json};

use crate::call::{Asked, Reply, Rgba, decode, inspect};
use crate::conformance;
use crate::float;
use crate::pictures::{corpus, crc, noise};

const WIDTH: usize = 40;
const HEIGHT: usize = 30;

/// What becomes of a frame's area when its time is over.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Dispose {
    Keep,
    Background,
    Previous,
}

/// A frame as files store it.
struct Stored {
    /// x, y, width, height.
    area: [usize; 4],
    /// RGBA.
    pixels: Vec<u8>,
    dispose: Dispose,
    over: bool,
    delay_ms: u32,
}

/// Frames that try every disposal with and without blending. Corners are
/// even, since WebP has no others; `alphas` are those that pixels may have.
fn stored(disposals: &[Dispose], blends: &[bool], alphas: &[u8]) -> Vec<Stored> {
    let mut frames = vec![Stored {
        area: [0, 0, WIDTH, HEIGHT],
        pixels: pixels(WIDTH * HEIGHT, 1, alphas),
        dispose: Dispose::Keep,
        over: blends[0],
        delay_ms: 100,
    }];
    for (round, offset) in [(0, 4), (1, 10)] {
        for &dispose in disposals {
            for &over in blends {
                let number = frames.len();
                let area = [
                    offset + 2 * round,
                    2 * (number % 5),
                    11 + number,
                    9 + number % 7,
                ];
                frames.push(Stored {
                    area,
                    pixels: pixels(area[2] * area[3], number as u32 + 7, alphas),
                    dispose,
                    over,
                    delay_ms: 20 + 10 * number as u32,
                });
            }
        }
    }
    frames
}

fn pixels(count: usize, seed: u32, alphas: &[u8]) -> Vec<u8> {
    let mut pixels = noise(4 * count, seed);
    for (at, pixel) in pixels.chunks_mut(4).enumerate() {
        // Six colours, so that GIF's palettes hold them.
        let color = usize::from(pixel[0]) % 6;
        pixel[..3].copy_from_slice(
            &[
                [9, 80, 200],
                [255, 255, 255],
                [0, 0, 0],
                [250, 20, 30],
                [90, 200, 10],
                [128, 127, 126],
            ][color],
        );
        pixel[3] = alphas[(at / 3 + at / 17) % alphas.len()];
        if pixel[3] == 0 {
            pixel.fill(0);
        }
    }
    pixels
}

/// The frames as they are seen.
fn composed(frames: &[Stored]) -> Vec<Rgba> {
    let mut canvas = vec![[0_u8; 4]; WIDTH * HEIGHT];
    let mut seen = Vec::new();
    for frame in frames {
        let before = canvas.clone();
        let [left, top, width, height] = frame.area;
        let places =
            || (0..height).flat_map(move |y| (0..width).map(move |x| (top + y) * WIDTH + left + x));
        for (place, pixel) in places().zip(frame.pixels.as_chunks::<4>().0) {
            canvas[place] = if frame.over {
                over(*pixel, canvas[place])
            } else {
                *pixel
            };
        }
        seen.push(Rgba {
            width: WIDTH,
            height: HEIGHT,
            data: canvas.as_flattened().to_vec(),
        });
        match frame.dispose {
            Dispose::Keep => {}
            Dispose::Background => places().for_each(|place| canvas[place] = [0; 4]),
            Dispose::Previous => canvas = before,
        }
    }
    seen
}

/// Straight alpha, in floats.
fn over(top: [u8; 4], bottom: [u8; 4]) -> [u8; 4] {
    let (a, b) = (f64::from(top[3]) / 255.0, f64::from(bottom[3]) / 255.0);
    let alpha = a + b * (1.0 - a);
    if alpha == 0.0 {
        return [0; 4];
    }
    let mut out = [0; 4];
    for channel in 0..3 {
        let mixed = f64::from(top[channel]) * a + f64::from(bottom[channel]) * b * (1.0 - a);
        out[channel] = (mixed / alpha).round() as u8;
    }
    out[3] = (alpha * 255.0).round() as u8;
    out
}

/// What cannot be seen may be any colour.
fn cleared(mut picture: Rgba) -> Rgba {
    for pixel in picture.data.chunks_mut(4) {
        if pixel[3] == 0 {
            pixel.fill(0);
        }
    }
    picture
}

fn frames(file: &[u8], parameters: Value) -> (Value, Vec<Rgba>) {
    let Reply { result, payloads } = Asked::new("image.frames", parameters, file)
        .reply()
        .unwrap();
    let frames = result["frames"].as_array().unwrap();
    assert_eq!(frames.len(), payloads.len());
    let pictures = frames
        .iter()
        .zip(payloads)
        .enumerate()
        .map(|(at, (frame, data))| {
            let raster = &frame["raster"];
            assert_eq!(raster["planes"][0]["payload"], at);
            let [width, height] =
                ["width", "height"].map(|side| raster[side].as_u64().unwrap() as usize);
            assert_eq!(data.len(), 4 * width * height);
            Rgba {
                width,
                height,
                data,
            }
        });
    let pictures = pictures.collect();
    (result, pictures)
}

fn check(name: &str, file: &[u8], stored: &[Stored], loops: &Value, most: u8) {
    let expected = composed(stored);
    let (result, seen) = frames(file, json!({}));
    assert_eq!(result["total"], stored.len(), "{name}");
    assert_eq!(&result["loops"], loops, "{name}");
    assert_eq!(seen.len(), expected.len(), "{name}");
    for (at, (seen, expected)) in seen.iter().zip(&expected).enumerate() {
        let apart = cleared(seen.clone()).apart(&cleared(expected.clone()));
        let how = (stored[at].dispose, stored[at].over);
        assert!(apart <= most, "{name} frame {at} {how:?}: {apart} apart");
        let told = result["frames"][at]["duration_ms"].as_f64().unwrap();
        assert!(
            (told - f64::from(stored[at].delay_ms)).abs() < 1e-6,
            "{name} frame {at}: {told}"
        );
        // One alone is the same.
        assert!(
            decode(file, json!({"frame": at})).unwrap() == *seen,
            "{name} frame {at}"
        );
    }
    // A part of them, and scaled.
    let (result, part) = frames(file, json!({"first": 3, "count": 2}));
    assert_eq!((&result["first"], part.len()), (&json!(3), 2), "{name}");
    assert!(part[0] == seen[3] && part[1] == seen[4], "{name}");
    let (_, scaled) = frames(
        file,
        json!({"first": 1, "count": 1, "size": {"width": 7, "height": 5}}),
    );
    assert_eq!((scaled[0].width, scaled[0].height), (7, 5), "{name}");
    let beyond = Asked::new("image.frames", json!({"first": stored.len()}), file).reply();
    assert_eq!(
        beyond.unwrap_err().code.as_str(),
        "invalid_parameters",
        "{name}"
    );
}

#[test]
fn gif_frames_are_composed() {
    let stored = stored(
        &[Dispose::Keep, Dispose::Background, Dispose::Previous],
        &[true],
        &[255, 0, 255],
    );
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, WIDTH as u16, HEIGHT as u16, &[]).unwrap();
    encoder.set_repeat(gif::Repeat::Finite(3)).unwrap();
    for frame in &stored {
        let [left, top, width, height] = frame.area.map(|value| value as u16);
        let mut pixels = frame.pixels.clone();
        let mut written = gif::Frame::from_rgba(width, height, &mut pixels);
        (written.left, written.top) = (left, top);
        written.delay = (frame.delay_ms / 10) as u16;
        written.dispose = match frame.dispose {
            Dispose::Keep => gif::DisposalMethod::Keep,
            Dispose::Background => gif::DisposalMethod::Background,
            Dispose::Previous => gif::DisposalMethod::Previous,
        };
        encoder.write_frame(&written).unwrap();
    }
    drop(encoder);
    check("GIF", &file, &stored, &json!(3), 0);
}

#[test]
fn apng_frames_are_composed() {
    let disposals = [Dispose::Keep, Dispose::Background, Dispose::Previous];
    let stored = stored(&disposals, &[false, true], &[255, 0, 140, 255, 60]);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH as u32, HEIGHT as u32);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_animated(stored.len() as u32, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for frame in &stored {
        let [left, top, width, height] = frame.area.map(|value| value as u32);
        writer.set_frame_dimension(width, height).unwrap();
        writer.set_frame_position(left, top).unwrap();
        writer.set_frame_delay(frame.delay_ms as u16, 1000).unwrap();
        writer
            .set_dispose_op(match frame.dispose {
                Dispose::Keep => png::DisposeOp::None,
                Dispose::Background => png::DisposeOp::Background,
                Dispose::Previous => png::DisposeOp::Previous,
            })
            .unwrap();
        let blend = if frame.over {
            png::BlendOp::Over
        } else {
            png::BlendOp::Source
        };
        writer.set_blend_op(blend).unwrap();
        writer.write_image_data(&frame.pixels).unwrap();
    }
    writer.finish().unwrap();
    check("APNG", &file, &stored, &json!(0), 2);
}

#[test]
fn webp_frames_are_composed() {
    let stored = stored(
        &[Dispose::Keep, Dispose::Background],
        &[false, true],
        &[255, 0, 140, 255, 60],
    );
    let u24 = |value: usize| (value as u32).to_le_bytes()[..3].to_vec();
    let chunk = |kind: &[u8], data: &[u8]| {
        let mut chunk = kind.to_vec();
        chunk.extend((data.len() as u32).to_le_bytes());
        chunk.extend(data);
        chunk.resize(chunk.len().next_multiple_of(2), 0);
        chunk
    };
    let mut body = b"WEBP".to_vec();
    body.extend(chunk(
        b"VP8X",
        &[vec![0x12, 0, 0, 0], u24(WIDTH - 1), u24(HEIGHT - 1)].concat(),
    ));
    // A background that is not to be seen, and five plays.
    body.extend(chunk(b"ANIM", &[10, 200, 30, 255, 5, 0]));
    for frame in &stored {
        let [left, top, width, height] = frame.area;
        let raster = json!({"width": width, "height": height, "sample": "u8", "channels": 4});
        let still = Asked::new(
            "image.encode",
            json!({"format": "webp", "raster": raster}),
            &frame.pixels,
        );
        let still = still.reply().unwrap().payloads.remove(0);
        let flags = u8::from(!frame.over) << 1 | u8::from(frame.dispose == Dispose::Background);
        let mut data = [
            left / 2,
            top / 2,
            width - 1,
            height - 1,
            frame.delay_ms as usize,
        ]
        .map(u24)
        .concat();
        data.push(flags);
        // The still's chunks, behind RIFF, its length and WEBP.
        data.extend(&still[12..]);
        body.extend(chunk(b"ANMF", &data));
    }
    let file = chunk(b"RIFF", &body);
    check("WebP", &file, &stored, &json!(5), 3);
}

#[test]
fn jpeg_xl_animations_agree_with_another_decoder() {
    for case in conformance::cases().unwrap_or_default() {
        if !case.name.starts_with("animation") {
            continue;
        }
        let name = &case.name;
        let told = inspect(&case.jxl).unwrap();
        let reference = float::with_jxl(&case.jxl);
        let (result, seen) = frames(&case.jxl, json!({}));
        assert_eq!(result["total"], reference.len(), "{name}");
        assert_eq!(seen.len(), reference.len(), "{name}");
        assert_eq!(result["loops"], told["loops"], "{name}");
        for (at, (picture, planes)) in seen.iter().zip(&reference).enumerate() {
            let duration = &result["frames"][at]["duration_ms"];
            assert_eq!(
                duration, &told["frames"][at]["duration_ms"],
                "{name} frame {at}"
            );
            // Coverage is the same in every colour space.
            if planes.len() == 4 {
                let alphas = picture.data.iter().skip(3).step_by(4).zip(&planes[3]);
                let worst = alphas
                    .map(|(&ours, &theirs)| {
                        (f32::from(ours) / 255.0 - theirs.clamp(0.0, 1.0)).abs()
                    })
                    .fold(0.0, f32::max);
                assert!(worst < 0.004, "{name} frame {at}: alpha {worst} apart");
            }
            if at % 7 == 0 {
                let one = decode(&case.jxl, json!({"frame": at})).unwrap();
                assert!(one == *picture, "{name} frame {at} alone");
            }
        }
    }
}

#[test]
fn every_frame_is_that_of_a_decode() {
    for name in [
        "animation.gif",
        "animation.png",
        "animation.webp",
        "animation.jxl",
    ] {
        let file = corpus(name);
        let (result, seen) = frames(&file, json!({"first": 1}));
        assert_eq!(
            (&result["first"], &result["total"], seen.len()),
            (&json!(1), &json!(5), 4)
        );
        for (at, picture) in seen.iter().enumerate() {
            assert!(
                decode(&file, json!({"frame": at + 1})).unwrap() == *picture,
                "{name} {at}"
            );
        }
    }
}

#[test]
fn a_still_picture_is_one_frame() {
    for name in [
        "photo.png",
        "photo.jpg",
        "photo.webp",
        "lossless.jxl",
        "oriented.jpg",
    ] {
        let file = corpus(name);
        let (result, seen) = frames(&file, json!({}));
        assert_eq!(result["total"], 1, "{name}");
        assert_eq!(result["loops"], Value::Null, "{name}");
        assert_eq!(result["frames"][0]["duration_ms"], 0.0, "{name}");
        assert!(seen[0] == decode(&file, json!({})).unwrap(), "{name}");
    }
}

#[test]
fn fewer_frames_come_where_memory_ends() {
    let file = corpus("animation.gif");
    let mut asked = Asked::new("image.frames", json!({}), &file);
    // Two frames of 48 by 32 fit a quarter of it.
    asked.limits.memory = Some(2 * 4 * 4 * 48 * 32 + 100);
    let reply = asked.reply().unwrap();
    assert_eq!(reply.payloads.len(), 2);
    assert_eq!(reply.result["total"], 5);
    let none = Asked::new("image.frames", json!({"count": 0}), &file).reply();
    assert_eq!(none.unwrap_err().code.as_str(), "invalid_parameters");
}

#[test]
fn frames_before_a_break_still_come() {
    let file = corpus("animation.gif");
    let whole = frames(&file, json!({})).1;
    let (result, seen) = frames(&file[..file.len() * 3 / 4], json!({}));
    assert!(seen.len() < 5 && !seen.is_empty(), "{result}");
    assert!(seen.iter().zip(&whole).all(|(seen, whole)| seen == whole));
}

/// Found by fuzzing: four bytes a pixel were more than 64 bits can count.
#[test]
fn a_picture_of_all_pixels_that_a_header_can_claim_is_refused() {
    let mut file = corpus("animation.png");
    // IHDR: its kind is at 12, width and height at 16, its sum behind its 13 bytes.
    file[16..24].fill(0xff);
    let sum = crc(&file[12..29]);
    file[29..33].copy_from_slice(&sum.to_be_bytes());
    for (operation, parameters) in [
        ("image.frames", json!({})),
        ("image.decode", json!({})),
        ("image.encode", json!({"format": "png"})),
    ] {
        let refused = Asked::new(operation, parameters, &file)
            .reply()
            .unwrap_err();
        let code = refused.code.as_str();
        assert!(
            ["limit_exceeded", "invalid_input"].contains(&code),
            "{operation}: {refused}"
        );
    }
}

/// Found by fuzzing: that was told as the caller's mistake.
#[test]
fn a_file_without_a_whole_frame_is_the_files_mistake() {
    let gif = corpus("animation.gif");
    // Behind the screen's descriptor and its table of colours, and before any picture.
    let table = if gif[10] & 0x80 == 0 {
        0
    } else {
        3 << ((gif[10] & 7) + 1)
    };
    let mut file = gif[..13 + table].to_vec();
    file.push(b';');
    for operation in ["image.frames", "image.decode"] {
        let refused = Asked::new(operation, json!({}), &file).reply().unwrap_err();
        assert_eq!(
            refused.code.as_str(),
            "invalid_input",
            "{operation}: {refused}"
        );
    }
}
