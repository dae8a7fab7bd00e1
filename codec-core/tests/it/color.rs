//! Colours through the CMS: matrices, curves, grey, CMYK, code points.

use moxcms::{ColorProfile, ProfileText};

use crate::call::{Rgba, decode_whole, inspect};
use crate::pictures::{Png, corpus};

fn ramp() -> Png {
    Png::rgb(64, 4, |x, y| match y {
        0 => [4 * x as u8; 3],
        1 => [4 * x as u8, 40, 90],
        2 => [128, 4 * x as u8, 60],
        _ => [80, 70, 4 * x as u8],
    })
}

/// Checks each pixel against linear sRGB as `expected` gives it.
fn check(name: &str, decoded: &Rgba, stored: &Rgba, expected: impl Fn([f64; 3]) -> [f64; 3]) {
    for (ours, stored) in decoded
        .data
        .chunks_exact(4)
        .zip(stored.data.chunks_exact(4))
    {
        let sample = |channel: usize| f64::from(stored[channel]) / 255.0;
        let light = expected([sample(0), sample(1), sample(2)]);
        for (channel, light) in light.into_iter().enumerate() {
            let light = light.clamp(0.0, 1.0);
            let encoded = if light <= 0.003_130_8 {
                light * 12.92
            } else {
                1.055 * libm::pow(light, 1.0 / 2.4) - 0.055
            };
            let apart = (encoded * 255.0 - f64::from(ours[channel])).abs();
            assert!(
                apart <= 0.6,
                "{name}: {stored:?} became {ours:?}, off by {apart}"
            );
        }
    }
}

fn srgb_light(sample: f64) -> f64 {
    if sample <= 0.04045 {
        sample / 12.92
    } else {
        libm::pow((sample + 0.055) / 1.055, 2.4)
    }
}

/// Display P3 to sRGB, in light, from the chromaticities.
fn p3([r, g, b]: [f64; 3]) -> [f64; 3] {
    [
        1.224_940_2 * r - 0.224_940_2 * g,
        -0.042_056_9 * r + 1.042_056_9 * g,
        -0.019_637_6 * r - 0.078_636_0 * g + 1.098_273_6 * b,
    ]
}

#[test]
fn matrix_profiles_are_converted() {
    let stored = decode_whole(&ramp().file());
    let icc = ColorProfile::new_display_p3().encode().unwrap();
    let file = ramp().with_icc(&icc).file();
    check("Display P3", &decode_whole(&file), &stored, |rgb| {
        p3(rgb.map(srgb_light))
    });
    assert_eq!(inspect(&file).unwrap()["color"]["icc_name"], "Display P3");
}

#[test]
fn code_points_are_converted() {
    let stored = decode_whole(&ramp().file());
    let file = ramp().with(b"cICP", vec![12, 13, 0, 1]).file();
    check("cICP 12, 13", &decode_whole(&file), &stored, |rgb| {
        p3(rgb.map(srgb_light))
    });
    assert_eq!(inspect(&file).unwrap()["color"]["space"], "Display P3");
    let file = ramp().with(b"cICP", vec![1, 8, 0, 1]).file();
    check("cICP 1, 8", &decode_whole(&file), &stored, |rgb| rgb);
    let file = ramp().with(b"cICP", vec![1, 13, 0, 1]).file();
    assert_eq!(decode_whole(&file), stored);
}

#[test]
fn gamma_is_applied() {
    let stored = decode_whole(&ramp().file());
    let file = ramp()
        .with(b"gAMA", 100_000_u32.to_be_bytes().to_vec())
        .file();
    check("gAMA 1", &decode_whole(&file), &stored, |rgb| rgb);
    let file = ramp()
        .with(b"gAMA", 55_556_u32.to_be_bytes().to_vec())
        .file();
    check("gAMA 1/1.8", &decode_whole(&file), &stored, |rgb| {
        rgb.map(|v| libm::pow(v, 1.8))
    });
    let file = ramp()
        .with(b"gAMA", 45_455_u32.to_be_bytes().to_vec())
        .file();
    assert_eq!(decode_whole(&file), stored);
}

#[test]
fn srgb_profiles_change_nothing() {
    let icc = ColorProfile::new_srgb().encode().unwrap();
    assert_eq!(
        decode_whole(&ramp().with_icc(&icc).file()),
        decode_whole(&ramp().file())
    );
}

#[test]
fn gray_profiles_are_converted() {
    let mut png = ramp();
    png.color_type = 0;
    png.rows = (0..4).map(|_| (0..64).map(|x| 4 * x).collect()).collect();
    let stored = decode_whole(&png.file());
    let mut profile = ColorProfile::new_gray_with_gamma(1.8);
    profile.description = Some(ProfileText::PlainString("grey 1.8".into()));
    let file = png.with_icc(&profile.encode().unwrap()).file();
    check("grey 1.8", &decode_whole(&file), &stored, |rgb| {
        rgb.map(|v| libm::pow(v, 1.8))
    });
}

#[test]
fn profiles_that_are_broken_or_of_another_model_count_as_none() {
    let stored = decode_whole(&ramp().file());
    let gray = ColorProfile::new_gray_with_gamma(1.8).encode().unwrap();
    for icc in [&gray[..], b"no profile", &gray[..100]] {
        assert_eq!(decode_whole(&ramp().with_icc(icc).file()), stored);
    }
}

#[test]
fn cmyk_without_a_profile_is_ideal_inks() {
    let decoded = decode_whole(&corpus("cmyk.jpg"));
    for column in 0..32_usize {
        let ink = 32 * (column as u8 % 8) + 16;
        let mut light = [255_u8; 3];
        match column / 8 {
            3 => light = [255 - ink; 3],
            channel => light[channel] = 255 - ink,
        }
        let [r, g, b, a] = decoded.pixel(column, 8);
        for (ours, expected) in [r, g, b].into_iter().zip(light) {
            assert!(
                ours.abs_diff(expected) <= 12,
                "column {column}: {:?}, not {light:?}",
                [r, g, b]
            );
        }
        assert_eq!(a, 255);
    }
}

#[test]
fn wide_and_deep_and_bright_pictures_look_like_the_plain_one() {
    // The same samples, stored otherwise or meant in another space.
    let plain = decode_whole(&corpus("lossless.jxl"));
    for (name, mean) in [
        ("lossless.webp", 0.01),
        ("transcoded.jxl", 3.0),
        ("photo.jpg", 3.0),
    ] {
        let other = decode_whole(&corpus(name));
        let sum: f64 = plain
            .data
            .iter()
            .zip(&other.data)
            .map(|(a, b)| f64::from(a.abs_diff(*b)))
            .sum();
        let apart = sum / plain.data.len() as f64;
        assert!(apart <= mean, "{name}: {apart} apart in the mean");
    }
    let stored = plain;
    let p3_file = decode_whole(&corpus("p3.jxl"));
    check("p3.jxl", &p3_file, &stored, |rgb| p3(rgb.map(srgb_light)));
    // Tone mapping keeps a picture: neither black nor all white.
    let bright = decode_whole(&corpus("pq.jxl"));
    let mean = bright
        .data
        .iter()
        .map(|&sample| f64::from(sample))
        .sum::<f64>()
        / bright.data.len() as f64;
    assert!((70.0..235.0).contains(&mean), "pq.jxl has a mean of {mean}");
}

#[test]
fn transparent_pictures_stay_transparent() {
    for name in ["alpha.jxl", "alpha-lossless.jxl", "alpha.webp"] {
        let (ours, plain) = (
            decode_whole(&corpus(name)),
            decode_whole(&corpus("alpha.png")),
        );
        for (ours, plain) in ours.data.chunks_exact(4).zip(plain.data.chunks_exact(4)) {
            assert!(
                ours[3].abs_diff(plain[3]) <= 12,
                "{name}: {ours:?}, {plain:?}"
            );
        }
    }
    assert_eq!(
        decode_whole(&corpus("alpha-lossless.jxl")),
        decode_whole(&corpus("alpha.png"))
    );
}
