//! The JPEG XL conformance cases, where they are at hand: in
//! `LOCUS_CONFORMANCE_DIR`, or `../shared/jxl-conformance` beside the
//! checkout. Where either exists, a case that is skipped without a reason
//! listed here is a failure.

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
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/jxl-conformance"))
    });
    if !folder.exists() {
        assert!(!must_be, "LOCUS_CONFORMANCE_DIR is no folder: {}", folder.display());
        eprintln!("skipped: no conformance files");
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

/// Cases that the second decoder cannot judge in float, each with its reason.
const FLOAT_EXCEPTIONS: &[(&str, &str)] = &[];

/// Cases whose 8-bit reference cannot be held to the limits, with reasons.
const EIGHT_BIT_EXCEPTIONS: &[(&str, &str)] = &[];

fn exception(exceptions: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    exceptions.iter().find(|(case, _)| *case == name).map(|(_, why)| *why)
}

#[test]
fn frames_agree_with_an_independent_decoder_in_float() {
    let Some(cases) = cases() else { return };
    let mut failed = Vec::new();
    let (mut ran, mut skipped) = (0, 0);
    for case in &cases {
        if let Some(why) = exception(FLOAT_EXCEPTIONS, &case.name) {
            skipped += 1;
            println!("float {}: skipped: {why}", case.name);
            continue;
        }
        let frames = case.limits["frames"].as_array().unwrap();
        let errors = float::compare(&case.jxl);
        assert_eq!(errors.len(), frames.len(), "{}: frames", case.name);
        ran += 1;
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
    println!("conformance in float: {ran} of {} ran, {skipped} skipped", cases.len());
    assert!(failed.is_empty(), "beyond the limits: {failed:?}");
}

#[test]
fn decoded_pictures_agree_with_the_references() {
    let Some(cases) = cases() else { return };
    let mut failed = Vec::new();
    let (mut ran, mut skipped) = (0, 0);
    for case in &cases {
        let why = match &case.reference {
            None => Some("no reference picture"),
            Some(_) => exception(EIGHT_BIT_EXCEPTIONS, &case.name),
        };
        let (Some(reference), None) = (&case.reference, why) else {
            skipped += 1;
            println!("8 bits {}: skipped: {}", case.name, why.unwrap_or_default());
            continue;
        };
        ran += 1;
        let ours = decode_whole(&case.jxl);
        // A reference in another space than sRGB comes through the same CMS.
        let theirs = decode_whole(reference);
        let error = apart(&ours, &theirs);
        let limit = &case.limits["frames"][0];
        let [rms, peak] = ["rms_error", "peak_error"]
            .map(|name| limit[name].as_f64().unwrap() + HALF_STEP);
        let good = error.peak <= peak && error.rms <= rms;
        let space = inspect(reference).unwrap()["color"]["space"].clone();
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
    println!("conformance at 8 bits: {ran} of {} ran, {skipped} skipped", cases.len());
    assert!(failed.is_empty(), "beyond the limits: {failed:?}");
}

/// Colours count where both are visible: what is wholly transparent has none.
fn apart(ours: &Rgba, theirs: &Rgba) -> Error {
    assert_eq!((ours.width, ours.height), (theirs.width, theirs.height));
    let pixels = ours.data.chunks_exact(4).zip(theirs.data.chunks_exact(4));
    Error::of(pixels.flat_map(|(a, b)| {
        let visible = a[3] > 0 && b[3] > 0;
        (0..4)
            .filter(move |&channel| channel == 3 || visible)
            .map(move |channel| (f64::from(a[channel]) / 255.0, f64::from(b[channel]) / 255.0))
    }))
}
