//! The JPEG XL conformance cases, where they are at hand: in
//! `LOCUS_CONFORMANCE_DIR`, or `../shared/jxl-conformance` beside the
//! checkout. Where either exists, a case that is skipped without a reason
//! listed here is a failure.

#![expect(
    clippy::print_stdout,
    reason = "the table of cases is what readers of CI look for"
)]

use std::path::PathBuf;

use serde_json::Value;

use crate::call::{Rgba, decode_whole, inspect};
use crate::float;

/// Half a step of 8 bits: what rounding adds to a case's own limits.
const HALF_STEP: f64 = 0.5 / 255.0;

/// A case, and its files.
pub struct Case {
    pub name: String,
    pub jxl: Vec<u8>,
    pub limits: Value,
    pub reference: Option<Vec<u8>>,
}

/// Every case; `None` where there are no files.
pub fn cases() -> Option<Vec<Case>> {
    let named = std::env::var_os("LOCUS_CONFORMANCE_DIR").map(PathBuf::from);
    let must_be = named.is_some();
    let folder = named.unwrap_or_else(|| {
        PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../shared/jxl-conformance"
        ))
    });
    if !folder.exists() {
        assert!(
            !must_be,
            "LOCUS_CONFORMANCE_DIR is no folder: {}",
            folder.display()
        );
        println!("conformance: skipped: no conformance files");
        return None;
    }
    let mut cases: Vec<Case> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jxl"))
        .map(|path| Case {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            jxl: std::fs::read(&path).unwrap(),
            limits: serde_json::from_slice(&std::fs::read(path.with_extension("json")).unwrap())
                .unwrap(),
            reference: std::fs::read(path.with_extension("ref.png")).ok(),
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!cases.is_empty(), "no cases in {}", folder.display());
    Some(cases)
}

/// The largest and the root-mean-square difference.
#[derive(Debug, Clone, Copy, Default)]
pub struct Error {
    pub peak: f64,
    pub rms: f64,
}

impl Error {
    pub fn of(pairs: impl Iterator<Item = (f64, f64)>) -> Self {
        let (mut peak, mut sum, mut count) = (0.0_f64, 0.0, 0);
        for (a, b) in pairs {
            let apart = (a - b).abs();
            peak = peak.max(apart);
            sum += apart * apart;
            count += 1;
        }
        Self {
            peak,
            rms: (sum / f64::from(count.max(1))).sqrt(),
        }
    }
}

/// A case whose 8-bit reference is not held to the case's limits, but to its
/// own.
struct Exception {
    case: &'static str,
    peak: f64,
    rms: f64,
    why: &'static str,
}

/// One step of 8 bits, and what it takes to compare with it.
const STEP: f64 = 1.0001 / 255.0;

const ROUNDED: &str = "the reference is rounded to 8 bits itself, so that samples near \
    the middle between two steps may be one apart";
const ROUNDED_FIRST: &str = "the reference is rounded in its own space before it is converted";

const EXCEPTIONS: &[Exception] = &[
    Exception {
        case: "alpha_premultiplied",
        peak: STEP,
        rms: 1e-4,
        why: ROUNDED,
    },
    Exception {
        case: "bicycles",
        peak: STEP,
        rms: 1e-4,
        why: ROUNDED,
    },
    Exception {
        case: "grayscale_public_university",
        peak: STEP,
        rms: 1e-4,
        why: ROUNDED,
    },
    Exception {
        case: "lz77_flower",
        peak: STEP,
        rms: 2e-4,
        why: ROUNDED_FIRST,
    },
    Exception {
        case: "spot",
        peak: STEP,
        rms: 1e-4,
        why: ROUNDED_FIRST,
    },
    Exception {
        case: "patches",
        peak: STEP,
        rms: 2.2e-3,
        why: ROUNDED_FIRST,
    },
    Exception {
        case: "lossless_pfm",
        peak: HALF_STEP + 1.0 / 65_535.0,
        rms: 1e-3,
        why: "the reference is floats that were rounded to 16 bits",
    },
    Exception {
        case: "cmyk_layers",
        peak: 0.146,
        rms: 0.0135,
        why: "the reference compensates for the black point, which moxcms does not do; \
            ours is within two steps of Little CMS without it",
    },
    Exception {
        case: "blendmodes",
        peak: 0.361,
        rms: 0.0536,
        why: "the reference is wrong: libjxl 0.11, jxl and jxl-oxide agree with each \
            other (within half a step at 8 bits) and not with it",
    },
];

#[test]
fn frames_agree_with_an_independent_decoder_in_float() {
    let Some(cases) = cases() else { return };
    let mut failed = Vec::new();
    for case in &cases {
        let frames = case.limits["frames"].as_array().unwrap();
        let errors = float::compare(&case.jxl);
        assert_eq!(errors.len(), frames.len(), "{}: frames", case.name);
        for (index, (error, limit)) in errors.iter().zip(frames).enumerate() {
            let [rms, peak] = ["rms_error", "peak_error"].map(|name| limit[name].as_f64().unwrap());
            // The two are swapped in one case, `blendmodes`.
            let (rms, peak) = (rms.min(peak), rms.max(peak));
            let good = error.peak <= peak && error.rms <= rms;
            if !good || index == 0 {
                println!(
                    "float {} frame {index}: peak {:.6} of {peak}, rms {:.7} of {rms}{}",
                    case.name,
                    error.peak,
                    error.rms,
                    if good { "" } else { " FAILED" }
                );
            }
            if !good {
                failed.push(format!("{} frame {index}", case.name));
            }
        }
    }
    let ran = cases.len();
    println!("conformance in float against jxl 0.8: {ran} of {ran} ran, 0 skipped");
    assert!(failed.is_empty(), "beyond the limits: {failed:?}");
}

#[test]
fn decoded_pictures_agree_with_the_references() {
    let Some(cases) = cases() else { return };
    let mut failed = Vec::new();
    let (mut judged, mut without) = (0, 0);
    for case in &cases {
        let Some(reference) = &case.reference else {
            without += 1;
            println!(
                "8 bits {}: judged in float alone, for want of a reference picture",
                case.name
            );
            continue;
        };
        judged += 1;
        let ours = decode_whole(&case.jxl);
        let (theirs, space) = reference_samples(reference);
        let error = apart(&ours, &theirs);
        let limit = &case.limits["frames"][0];
        let [mut rms, mut peak] =
            ["rms_error", "peak_error"].map(|name| limit[name].as_f64().unwrap() + HALF_STEP);
        if let Some(exception) = EXCEPTIONS.iter().find(|one| one.case == case.name) {
            println!("8 bits {}: exception: {}", case.name, exception.why);
            (peak, rms) = (exception.peak, exception.rms);
        }
        let good = error.peak <= peak && error.rms <= rms;
        println!(
            "8 bits {}: reference in {space}, peak {:.5} of {peak:.5}, rms {:.6} of {rms:.6}{}",
            case.name,
            error.peak,
            error.rms,
            if good { "" } else { " FAILED" }
        );
        if !good {
            failed.push(case.name.clone());
        }
    }
    println!(
        "conformance at 8 bits: {judged} of {judged} references ran, 0 skipped; {without} cases have none and are judged in float"
    );
    assert!(failed.is_empty(), "beyond the limits: {failed:?}");
}

/// A reference's samples, 0 to 1, and the space that it is in. In sRGB they
/// are as precise as the file; from another space they come through the
/// same CMS as ours, rounded to 8 bits.
fn reference_samples(reference: &[u8]) -> (Vec<f64>, String) {
    let space = inspect(reference).unwrap()["color"]["space"]
        .as_str()
        .unwrap()
        .to_owned();
    let samples = if space.ends_with("sRGB") {
        let picture = image::load_from_memory(reference).unwrap().into_rgba16();
        picture
            .iter()
            .map(|&sample| f64::from(sample) / 65_535.0)
            .collect()
    } else {
        let picture = decode_whole(reference);
        picture
            .data
            .iter()
            .map(|&sample| f64::from(sample) / 255.0)
            .collect()
    };
    (samples, space)
}

/// Colours count where both are visible: what is wholly transparent has none.
fn apart(ours: &Rgba, theirs: &[f64]) -> Error {
    assert_eq!(ours.data.len(), theirs.len());
    let pixels = ours.data.chunks_exact(4).zip(theirs.chunks_exact(4));
    Error::of(pixels.flat_map(|(a, b)| {
        let visible = a[3] > 0 && b[3] > 0.0;
        (0..4)
            .filter(move |&channel| channel == 3 || visible)
            .map(move |channel| (f64::from(a[channel]) / 255.0, b[channel]))
    }))
}
