//! Limits, each named when it is passed; estimates; stopping.

use codec_core::Host;
use locus_protocol::{Call, Limits, Message};
use serde_json::{Value, json};
use std::cell::Cell;

use crate::call::{Asked, exchange};
use crate::pictures::{PICTURES, corpus};

fn limited(name: &str, limits: Limits) -> Option<Value> {
    let file = corpus(name);
    let mut asked = Asked::new("image.decode", json!({}), &file);
    asked.limits = limits;
    let error = asked.reply().err()?;
    assert_eq!(error.code.as_str(), "limit_exceeded", "{name}: {error}");
    Some(Value::Object(error.details.unwrap()))
}

#[test]
fn each_limit_is_named() {
    for name in PICTURES {
        let length = corpus(name).len() as u64;
        let limits = Limits {
            bytes: Some(length - 1),
            ..Limits::default()
        };
        let expected = json!({"limit": "bytes", "maximum": length - 1, "value": length});
        assert_eq!(limited(name, limits), Some(expected), "{name}");

        let limits = Limits {
            pixels: Some(100),
            ..Limits::default()
        };
        let details = limited(name, limits).expect(name);
        assert_eq!(
            (&details["limit"], &details["maximum"]),
            (&json!("pixels"), &json!(100))
        );
        assert!(details["value"].as_u64().unwrap() > 100, "{name}");

        let limits = Limits {
            memory: Some(length + 3000),
            ..Limits::default()
        };
        let details = limited(name, limits).expect(name);
        assert_eq!(details["limit"], "memory", "{name}");
    }
    for name in ["animation.gif", "animation.png", "animation.webp"] {
        let limits = Limits {
            frames: Some(4),
            ..Limits::default()
        };
        let expected = json!({"limit": "frames", "maximum": 4, "value": 5});
        assert_eq!(limited(name, limits), Some(expected), "{name}");
    }
}

#[test]
fn limits_that_suffice_do_no_harm() {
    for name in PICTURES {
        let limits = Limits {
            bytes: Some(20_000),
            pixels: Some(640 * 480),
            frames: Some(6),
            memory: Some(40 << 20),
        };
        assert_eq!(limited(name, limits), None, "{name}");
    }
}

#[test]
fn sizes_in_headers_take_no_memory() {
    // A JPEG XL header of 2^30 by 2^30 pixels, and a GIF and a PNG as large as can be said.
    let jxl = [
        0xff, 0x0a, 0xf8, 0xff, 0xff, 0xff, 0xc7, 0xff, 0xff, 0xff, 0x7f, 0x00, 0x00,
    ];
    let mut png = corpus("photo.png");
    png[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let mut gif = corpus("animation.gif");
    gif[6..10].copy_from_slice(&[0xff; 4]);
    for file in [&jxl[..], &png, &gif] {
        let error = Asked::new("image.decode", json!({}), file)
            .reply()
            .unwrap_err();
        assert!(
            ["limit_exceeded", "invalid_input"].contains(&error.code.as_str()),
            "{error}"
        );
    }
}

#[test]
fn output_sizes_are_limited() {
    let file = corpus("photo.png");
    let size = json!({"size": {"width": 100_000, "height": 100_000}});
    let error = Asked::new("image.decode", size, &file).reply().unwrap_err();
    assert_eq!(error.code.as_str(), "limit_exceeded");
    let size = json!({"size": {"width": 0, "height": 5}});
    let error = Asked::new("image.decode", size, &file).reply().unwrap_err();
    assert_eq!(error.code.as_str(), "invalid_parameters");
}

#[test]
fn estimates_need_the_head_alone() {
    for name in PICTURES {
        let file = corpus(name);
        let asked = Asked::new("image.decode", json!({}), &file);
        let whole = asked.estimate(file.len()).unwrap();
        let reply = asked.reply().unwrap();
        assert_eq!(whole["reply_bytes"], reply.payloads[0].len(), "{name}");
        assert!(whole["units_cold"].as_f64().unwrap() > 0.0);
        assert!(
            whole["peak_bytes"].as_u64() > whole["reply_bytes"].as_u64(),
            "{name}"
        );
        let head = asked.estimate(200).unwrap();
        assert!(head["units_cold"].as_f64().unwrap() > 0.0, "{name}");
        // Where the head tells the size, it tells as much as the whole.
        if ["lossless.jxl", "photo.png", "lossless.webp", "alpha.webp"].contains(name) {
            assert_eq!(head["reply_bytes"], whole["reply_bytes"], "{name}");
        }
    }
    let text = Asked::new("image.decode", json!({}), b"no picture").estimate(10);
    assert_eq!(text.unwrap_err().code.as_str(), "invalid_input");
}

/// Stops at a phase.
struct Stop {
    at: f32,
    heard: Cell<f32>,
}

impl Host for Stop {
    fn progress(&self, value: f32) -> bool {
        assert!(value >= self.heard.get(), "progress goes back");
        self.heard.set(value);
        value >= self.at
    }

    fn threads(&self) -> usize {
        1
    }
}

#[test]
fn a_call_stops_in_each_phase() {
    let size = r#"{"size": {"width": 400, "height": 300}}"#;
    for name in PICTURES {
        for at in [0.0, 1.0, 2.0, 3.0] {
            let mut call = Call::new(1, "image.decode").with_inline_inputs(1);
            call.parameters = Some(serde_json::value::RawValue::from_string(size.into()).unwrap());
            let host = Stop {
                at,
                heard: Cell::new(0.0),
            };
            let error = exchange(&Message::Call(call), &corpus(name), &host).expect_err(name);
            assert_eq!(error.code.as_str(), "cancelled", "{name} at {at}");
        }
    }
}
