//! `jpeg.reconstruct`: the original, byte for byte.

use std::path::PathBuf;
use std::process::Command;

use locus_protocol::{ErrorBody, Limits};
use serde_json::json;

use crate::call::Asked;
use crate::pictures::corpus;

fn reconstructed(file: &[u8]) -> Result<Vec<u8>, ErrorBody> {
    let reply = Asked::new("jpeg.reconstruct", json!({}), file).reply()?;
    let jpeg = reply.payloads.into_iter().next().unwrap();
    assert_eq!(reply.result["bytes"], jpeg.len());
    Ok(jpeg)
}

#[test]
fn the_jpeg_comes_back_byte_for_byte() {
    assert!(reconstructed(&corpus("transcoded.jxl")).unwrap() == corpus("photo.jpg"));
}

/// JPEG files of other kinds, through libjxl's own encoder where it is
/// installed.
#[test]
fn jpegs_of_many_kinds_come_back() {
    if Command::new("cjxl").arg("--version").output().is_err() {
        return;
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let encode = |parameters| {
        let photo = corpus("photo.png");
        let reply = Asked::new("image.encode", parameters, &photo)
            .reply()
            .unwrap();
        reply.payloads.into_iter().next().unwrap()
    };
    let gray = {
        let raster = json!({"width": 50, "height": 30, "sample": "u8", "channels": 1});
        let samples: Vec<u8> = (0..1500_u32).map(|at| (at * 7 % 251) as u8).collect();
        let parameters = json!({"format": "jpeg", "raster": raster});
        Asked::new("image.encode", parameters, &samples)
            .reply()
            .unwrap()
            .payloads
            .remove(0)
    };
    let trailing = [corpus("photo.jpg"), b"behind the picture".to_vec()].concat();
    for (name, jpeg) in [
        ("oriented", corpus("oriented.jpg")),
        ("best", encode(json!({"format": "jpeg", "quality": 100}))),
        ("worst", encode(json!({"format": "jpeg", "quality": 1}))),
        (
            "odd",
            encode(json!({"format": "jpeg", "size": {"width": 33, "height": 17}})),
        ),
        ("gray", gray),
        ("trailing", trailing),
    ] {
        let [from, to] =
            ["jpg", "jxl"].map(|kind| folder.join(format!("reconstruct-{name}.{kind}")));
        std::fs::write(&from, &jpeg).unwrap();
        let ran = Command::new("cjxl").arg(&from).arg(&to).output().unwrap();
        assert!(
            ran.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&ran.stderr)
        );
        let jxl = std::fs::read(&to).unwrap();
        assert!(reconstructed(&jxl).unwrap() == jpeg, "{name}");
    }
}

#[test]
fn files_without_a_jpeg_say_so() {
    for name in [
        "lossy.jxl",
        "lossless.jxl",
        "animation.jxl",
        "photo.png",
        "photo.jpg",
    ] {
        let error = reconstructed(&corpus(name)).unwrap_err();
        assert_eq!(error.code.as_str(), "unsupported", "{name}");
        assert!(error.message.contains("JPEG"), "{name}: {}", error.message);
    }
    let error = reconstructed(b"no picture").unwrap_err();
    assert_eq!(error.code.as_str(), "invalid_input");
}

#[test]
fn files_that_end_early_or_are_damaged_are_refused() {
    let file = corpus("transcoded.jxl");
    for length in (0..file.len()).step_by(37) {
        let error = reconstructed(&file[..length]).map(|_| ()).unwrap_err();
        assert!(
            ["invalid_input", "unsupported"].contains(&error.code.as_str()),
            "{length}: {error}"
        );
    }
    // The codestream, which is longest; what describes the JPEG is damaged in
    // no test, because jxl-jbr 0.2 panics on some of that.
    let start = file.windows(4).rposition(|part| part == b"jxlp").unwrap();
    for at in (start + 4..file.len()).step_by(11) {
        let mut file = file.clone();
        file[at] ^= 0x55;
        // Whatever comes, it comes as a reply.
        if let Err(error) = reconstructed(&file) {
            let codes = ["invalid_input", "unsupported", "limit_exceeded"];
            assert!(codes.contains(&error.code.as_str()), "{at}: {error}");
        }
    }
}

#[test]
fn memory_is_bounded() {
    let file = corpus("transcoded.jxl");
    let mut asked = Asked::new("jpeg.reconstruct", json!({}), &file);
    asked.limits = Limits {
        memory: Some(2 * file.len() as u64 + 50_000),
        ..Limits::default()
    };
    assert_eq!(
        asked.reply().map(|_| ()).unwrap_err().code.as_str(),
        "limit_exceeded"
    );
    assert!(
        asked.estimate(file.len()).unwrap()["units_cold"]
            .as_f64()
            .unwrap()
            > 0.0
    );
}
