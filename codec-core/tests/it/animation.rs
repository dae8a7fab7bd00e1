//! Frames of animations.

use serde_json::json;

use crate::call::{decode, inspect};
use crate::pictures::corpus;

const ANIMATIONS: &[&str] = &[
    "animation.gif",
    "animation.png",
    "animation.webp",
    "animation.jxl",
];

#[test]
fn frames_are_composed_as_they_are_seen() {
    for name in ANIMATIONS {
        let file = corpus(name);
        for frame in 0..5_usize {
            let seen = decode(&file, json!({"frame": frame})).unwrap();
            assert_eq!((seen.width, seen.height), (48, 32), "{name}");
            // One opaque block on nothing, that moves right and down.
            let inside = seen.pixel(8 * frame + 5, 4 * frame + 5);
            let expected = [50 * frame as u8, 200 - 30 * frame as u8, 80, 255];
            let apart = inside
                .iter()
                .zip(expected)
                .map(|(a, b)| a.abs_diff(b))
                .max()
                .unwrap();
            assert!(
                apart <= 8,
                "{name} frame {frame}: {inside:?}, not {expected:?}"
            );
            let outside = seen.pixel((8 * frame + 20) % 48, 31 - 4 * frame.min(3));
            assert!(outside[3] <= 2, "{name} frame {frame}: {outside:?} outside");
        }
    }
}

#[test]
fn frames_that_are_not_there_are_refused_with_their_number() {
    for name in ANIMATIONS {
        let error = decode(&corpus(name), json!({"frame": 5})).unwrap_err();
        assert_eq!(error.code.as_str(), "invalid_parameters", "{name}");
        assert!(
            error.message.contains("the file has 5"),
            "{name}: {}",
            error.message
        );
    }
    for name in ["photo.png", "photo.jpg", "photo.webp", "lossless.jxl"] {
        let error = decode(&corpus(name), json!({"frame": 1})).unwrap_err();
        assert!(
            error.message.contains("the file has 1"),
            "{name}: {}",
            error.message
        );
    }
}

#[test]
fn durations_and_loops_are_told() {
    for name in ANIMATIONS {
        let told = inspect(&corpus(name)).unwrap();
        assert_eq!(told["animated"], true, "{name}");
        assert_eq!(told["frames"].as_array().unwrap().len(), 5, "{name}");
        for (index, frame) in told["frames"].as_array().unwrap().iter().enumerate() {
            let expected = 40.0 * (index as f64 + 1.0);
            let duration = frame["duration_ms"].as_f64().unwrap();
            assert!(
                (duration - expected).abs() < 0.5,
                "{name} frame {index}: {duration}"
            );
        }
        assert!(told["loops"].is_u64(), "{name}");
    }
}
