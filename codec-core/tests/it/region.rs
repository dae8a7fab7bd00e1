//! A region decoded alone is the region of the whole.

use serde_json::json;

use crate::call::{decode, decode_whole, inspect};
use crate::conformance;
use crate::pictures::{PICTURES, corpus};

/// Checks regions of a file; `apart` is how much samples may differ.
fn check(name: &str, file: &[u8], apart: u8) {
    let whole = decode_whole(file);
    let (width, height) = (whole.width, whole.height);
    let regions = [
        [0, 0, 1, 1],
        [width - 1, height - 1, 1, 1],
        [width / 3, height / 4, width / 3, height / 3],
        [width / 2, 0, width - width / 2, height / 3],
        [0, height / 2, width / 3 + 1, height - height / 2],
        [0, 0, width, height],
    ];
    for [x, y, width, height] in regions {
        let (width, height) = (width.max(1), height.max(1));
        let region = json!({"region": {"x": x, "y": y, "width": width, "height": height}});
        let part = decode(file, region.clone()).unwrap();
        let difference = part.apart(&whole.crop(x, y, width, height));
        assert!(difference <= apart, "{name} {region}: {difference} apart");
    }
}

#[test]
fn regions_of_the_corpus_are_those_of_the_whole() {
    for name in PICTURES {
        let file = corpus(name);
        let lossy_jxl = inspect(&file).unwrap()["lossless"] == false && name.ends_with(".jxl");
        check(name, &file, u8::from(lossy_jxl));
    }
}

#[test]
fn regions_of_the_conformance_cases_are_those_of_the_whole() {
    for case in conformance::cases().unwrap_or_default() {
        // Large pictures, six times over, tell no more.
        let told = inspect(&case.jxl).unwrap();
        if told["width"].as_u64().unwrap() < 1300 {
            let lossless = told["lossless"] == true && told["jpeg_reconstruction"] == false;
            check(&case.name, &case.jxl, u8::from(!lossless));
        }
    }
}

#[test]
fn regions_outside_are_refused() {
    let file = corpus("photo.png");
    for (region, word) in [
        (json!({"x": 0, "y": 0, "width": 97, "height": 1}), "97, 1"),
        (
            json!({"x": 96, "y": 0, "width": 1, "height": 1}),
            "96 by 64",
        ),
        (json!({"x": 0, "y": 0, "width": 0, "height": 1}), "empty"),
        (
            json!({"x": 4_294_967_295_u32, "y": 0, "width": 4_294_967_295_u32, "height": 1}),
            "ends at",
        ),
    ] {
        let error = decode(&file, json!({"region": region})).unwrap_err();
        assert_eq!(error.code.as_str(), "invalid_parameters");
        assert!(error.message.contains(word), "{}", error.message);
    }
}
