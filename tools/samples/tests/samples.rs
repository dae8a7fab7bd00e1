//! The committed samples are what `index.json` and their descriptions say.

use jxl_oxide::color::{ColourSpace, Primaries};
use jxl_oxide::image::ImageMetadata;
use jxl_oxide::{JpegReconstructionStatus, JxlImage};
use locus_samples::index::Entry;
use locus_samples::pictures::SAMPLES;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/samples")
}

fn index() -> Vec<Entry> {
    let text = std::fs::read_to_string(folder().join("index.json"))
        .expect("assets/samples/index.json is there");
    serde_json::from_str(&text).expect("the index is a list of entries")
}

fn length(file: &str) -> u64 {
    folder()
        .join(file)
        .metadata()
        .unwrap_or_else(|error| panic!("{file}: {error}"))
        .len()
}

fn open(file: &str) -> JxlImage {
    JxlImage::builder()
        .open(folder().join(file))
        .unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Asserts something about a sample's metadata.
fn check(file: &str, holds: impl Fn(&ImageMetadata) -> bool) {
    let image = open(file);
    assert!(
        holds(&image.image_header().metadata),
        "{file}: {:?}",
        image.image_header()
    );
}

#[test]
fn index_names_every_sample_in_order() {
    let named: Vec<_> = index()
        .into_iter()
        .map(|entry| (entry.file, entry.title, entry.description))
        .collect();
    let wanted: Vec<_> = SAMPLES
        .iter()
        .map(|s| {
            (
                s.file.to_string(),
                s.title.to_string(),
                s.description.to_string(),
            )
        })
        .collect();
    assert_eq!(named, wanted);
}

#[test]
fn folder_holds_nothing_that_the_index_does_not_name() {
    let entries = index();
    for found in std::fs::read_dir(folder()).expect("the folder is there") {
        let name = found
            .expect("it can be read")
            .file_name()
            .into_string()
            .expect("names are UTF-8");
        let known = name == "thumbs"
            || name == "index.json"
            || entries.iter().any(|entry| entry.file == name);
        assert!(known, "{name} is not in the index");
    }
}

#[test]
fn sizes_in_the_index_are_the_files_sizes() {
    for entry in index() {
        assert_eq!(entry.bytes, length(&entry.file), "{}", entry.file);
        let size = if entry.file.ends_with(".jxl") {
            let image = open(&entry.file);
            (image.width(), image.height())
        } else {
            image::image_dimensions(folder().join(&entry.file)).expect("a picture")
        };
        assert_eq!((entry.width, entry.height), size, "{}", entry.file);
    }
}

#[test]
fn thumbs_are_small_and_have_the_shape_of_their_samples() {
    for entry in index() {
        assert!(length(&entry.thumb) <= 15 * 1024, "{}", entry.thumb);
        let (width, height) =
            image::image_dimensions(folder().join(&entry.thumb)).expect("a picture");
        assert_eq!(width.max(height), 320, "{}", entry.thumb);
        let (wide, tall) = (f64::from(entry.width), f64::from(entry.height));
        let slant = f64::from(width) / f64::from(height) / (wide / tall);
        assert!(
            (slant - 1.0).abs() < 0.01,
            "{}: {width} by {height}",
            entry.thumb
        );
    }
}

#[test]
fn samples_fit_in_twelve_megabytes() {
    let total: u64 = index()
        .iter()
        .map(|entry| entry.bytes + length(&entry.thumb))
        .sum();
    assert!(total <= 12_000_000, "{total} bytes");
    assert!(length("island.jxl") <= 4_000_000);
}

#[test]
fn lake_is_lossy_and_of_five_to_six_megapixels() {
    check("lake.jxl", |metadata| metadata.xyb_encoded);
    let image = open("lake.jxl");
    assert!((5_000_000..6_000_000).contains(&(image.width() * image.height())));
}

#[test]
fn island_has_24_megapixels() {
    let image = open("island.jxl");
    assert_eq!((image.width(), image.height()), (6000, 4000));
}

#[test]
fn test_card_is_lossless() {
    check("test-card.jxl", |metadata| {
        !metadata.xyb_encoded && metadata.bit_depth.bits_per_sample() == 8
    });
}

#[test]
fn bubbles_have_alpha() {
    check("bubbles.jxl", |metadata| metadata.alpha().is_some());
}

#[test]
fn dahlia_is_display_p3() {
    check("dahlia.jxl", |metadata| match &metadata.colour_encoding {
        jxl_oxide::color::ColourEncoding::Enum(space) => {
            space.colour_space == ColourSpace::Rgb && space.primaries == Primaries::P3
        }
        jxl_oxide::color::ColourEncoding::IccProfile(_) => false,
    });
}

#[test]
fn dawn_has_sixteen_bits() {
    check("dawn.jxl", |metadata| {
        metadata.bit_depth.bits_per_sample() == 16
    });
}

#[test]
fn dunes_give_their_jpeg_back() {
    let mut image = open("dunes.jxl");
    image.finalize().expect("the file is whole");
    assert_eq!(
        image.jpeg_reconstruction_status(),
        JpegReconstructionStatus::Available
    );
    let mut jpeg = Vec::new();
    image
        .reconstruct_jpeg(&mut jpeg)
        .expect("it can be reconstructed");
    assert!(jpeg == std::fs::read(folder().join("dunes.jpg")).expect("the JPEG is there"));
}

#[test]
fn balloon_is_stored_lying_on_its_side() {
    check("balloon.jxl", |metadata| metadata.orientation == 6);
    let image = open("balloon.jxl");
    assert!(image.width() < image.height());
    assert!(image.image_header().size.width > image.image_header().size.height);
}

#[test]
fn bloom_has_24_frames() {
    check("bloom.jxl", |metadata| metadata.animation.is_some());
    assert_eq!(open("bloom.jxl").num_loaded_keyframes(), 24);
}
