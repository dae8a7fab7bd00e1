//! Estimates: told from the head alone, alike in both ways to ask, and of the
//! picture that is there.

use codec_core::{answer, answer_estimate};
use locus_protocol::{Call, Input, Message, write};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::call::{Asked, Quiet, inspect};
use crate::conformance;
use crate::handmade;
use crate::pictures::{PICTURES, corpus};

/// What clients send of an input.
const HEAD: usize = 64 << 10;

/// A name and a file each: the corpora, whose files are in formats of which
/// the head tells all.
fn pictures() -> Vec<(String, Vec<u8>)> {
    let own = PICTURES.iter().map(|name| (name.to_string(), corpus(name)));
    let others = conformance::cases().unwrap_or_default();
    let others = others.into_iter().map(|case| (case.name, case.jxl));
    own.chain(others).collect()
}

/// Small files in the formats of which it tells the size, and the rest nearly.
fn further() -> Vec<(String, Vec<u8>)> {
    let made = handmade::all().into_iter();
    made.map(|made| (format!("{} ({})", made.format, made.name), made.file))
        .collect()
}

fn files() -> Vec<(String, Vec<u8>)> {
    [pictures(), further()].concat()
}

#[test]
fn a_head_tells_of_memory_what_inspecting_the_whole_does() {
    let mut wrong = Vec::new();
    for (name, file) in pictures() {
        let length = file.len() as u64;
        let asked = Asked::new("image.decode", json!({}), &file);
        let estimate = asked.estimate(HEAD).unwrap();
        let decoding = inspect(&file).unwrap()["decode_memory"].as_u64().unwrap() - length;
        let expected = (4 << 20) + 2 * length + decoding;
        if estimate["peak_bytes"] != expected {
            wrong.push(format!(
                "{name}: {}, not {expected}",
                estimate["peak_bytes"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_head_tells_the_size() {
    let mut wrong = Vec::new();
    for (name, file) in files() {
        let asked = Asked::new("image.decode", json!({}), &file);
        let estimate = asked.estimate(HEAD).unwrap();
        let seen = inspect(&file).unwrap();
        let pixels = seen["width"].as_u64().unwrap() * seen["height"].as_u64().unwrap();
        if estimate["reply_bytes"] != 4 * pixels {
            wrong.push(format!(
                "{name}: {}, not {}",
                estimate["reply_bytes"],
                4 * pixels
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn more_than_the_head_changes_nothing() {
    for (name, file) in files() {
        let asked = Asked::new("image.decode", json!({}), &file);
        let (head, whole) = (asked.estimate(HEAD), asked.estimate(file.len()));
        assert_eq!(head, whole, "{name}");
    }
}

/// The two ways in: all of the codec, and its estimates alone.
#[test]
fn the_estimates_alone_say_what_the_codec_says() {
    let calls: Vec<Value> = serde_json::from_slice(&corpus("calls.json")).unwrap();
    let mut asked: Vec<(String, Value, Vec<Vec<u8>>)> = calls
        .iter()
        .map(|call| {
            let inputs = call["inputs"].as_array().unwrap().iter();
            let inputs = inputs.map(|name| corpus(name.as_str().unwrap()));
            let operation = call["operation"].as_str().unwrap().to_owned();
            (operation, call["parameters"].clone(), inputs.collect())
        })
        .collect();
    for (_, file) in files() {
        asked.push(("image.decode".into(), json!({}), vec![file]));
    }
    for entry in codec_core::operations() {
        for inputs in [0, 1, 17] {
            asked.push((entry.name.into(), json!({}), vec![b"none".to_vec(); inputs]));
        }
    }
    asked.push(("no.such".into(), json!({}), Vec::new()));
    for (operation, parameters, inputs) in asked {
        let mut call = Call::new(7, operation.as_str());
        call.parameters = Some(RawValue::from_string(parameters.to_string()).unwrap());
        let heads: Vec<&[u8]> = inputs
            .iter()
            .map(|input| &input[..HEAD.min(input.len())])
            .collect();
        call.inputs = (0..)
            .zip(&inputs)
            .map(|(payload, input)| Input {
                payload: Some(payload),
                length: Some(input.len() as u64),
                ..Input::default()
            })
            .collect();
        let frame = write(&Message::Estimate(call.clone()), &heads);
        let alone = answer_estimate(&frame).to_bytes();
        assert_eq!(alone, answer(&frame, &Quiet(1)).to_bytes(), "{operation}");
        // A call is none of its business.
        let refused = answer_estimate(&write(&Message::Call(call), &heads)).to_bytes();
        let refused = String::from_utf8_lossy(&refused).into_owned();
        assert!(refused.contains("invalid_frame"), "{operation}: {refused}");
    }
}

#[test]
fn where_the_header_is_out_of_sight_the_length_tells() {
    // A picture behind a comment that is longer than a head.
    let mut file = b"\xff\xd8".to_vec();
    for _ in 0..2 {
        file.extend(b"\xff\xfe\xff\xff");
        file.resize(file.len() + 0xffff - 2, b' ');
    }
    file.extend(&corpus("photo.jpg")[2..]);
    let estimate = Asked::new("image.decode", json!({}), &file)
        .estimate(HEAD)
        .unwrap();
    let pixels = estimate["reply_bytes"].as_u64().unwrap() / 4;
    assert!((100_000..1_000_000).contains(&pixels), "{pixels}");
    // All there, and no header in it: that is no estimate's fault.
    let error = Asked::new("image.decode", json!({}), b"\x89PNG\r\n\x1a\n....")
        .estimate(HEAD)
        .unwrap_err();
    assert_eq!(error.code.as_str(), "invalid_input");
}
