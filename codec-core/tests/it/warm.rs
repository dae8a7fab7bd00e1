//! What stays between calls changes how soon they answer, and nothing else.

use codec_core::{Warm, answer_with};
use locus_protocol::{Call, ErrorBody, Frame, Input, Limits, Message, write};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::call::{Asked, Quiet, Reply, Rgba, decode, inspect, rgba};
use crate::pictures::{PICTURES, Png, corpus};

/// A call beside `warm`, of an input with that key.
struct Beside<'a> {
    warm: &'a Warm,
    key: Option<&'a str>,
    input: &'a [u8],
    limits: Limits,
    threads: usize,
}

impl<'a> Beside<'a> {
    fn new(warm: &'a Warm, key: &'a str, input: &'a [u8]) -> Self {
        Self {
            warm,
            key: Some(key),
            input,
            limits: Limits::default(),
            threads: 1,
        }
    }

    fn call(&self, operation: &str, parameters: &Value) -> Result<Reply, ErrorBody> {
        let mut call = Call::new(1, operation);
        call.parameters = Some(RawValue::from_string(parameters.to_string()).unwrap());
        call.inputs = vec![Input {
            key: self.key.map(str::to_owned),
            ..Input::inline(0)
        }];
        call.limits = self.limits;
        let frame = write(&Message::Call(call), &[self.input]);
        let bytes = answer_with(&frame, &Quiet(self.threads), self.warm).to_bytes();
        let frame = Frame::parse(&bytes).expect("an answer is a frame");
        let Message::Reply(reply) = frame.message else {
            panic!("an answer is a reply");
        };
        Ok(Reply {
            result: serde_json::from_str(reply.outcome?.get()).unwrap(),
            payloads: frame.payloads.iter().map(|bytes| bytes.to_vec()).collect(),
        })
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "parameters are written where the call is"
    )]
    fn decode(&self, parameters: Value) -> Result<Rgba, ErrorBody> {
        self.call("image.decode", &parameters).map(rgba)
    }

    /// Whether the call finds its pixels: of the file it has no more than the
    /// beginning, of which nothing can be decoded.
    fn is_warm(&self, parameters: Value) -> bool {
        let beginning = &self.input[..self.input.len().min(24)];
        let call = Beside {
            input: beginning,
            ..*self
        };
        call.decode(parameters).is_ok()
    }
}

fn region(x: usize, y: usize, width: usize, height: usize) -> Value {
    json!({"region": {"x": x, "y": y, "width": width, "height": height}})
}

/// A picture of one colour that is large in memory and small to make.
fn large(side: u32) -> Vec<u8> {
    let picture = Png {
        width: side,
        height: side,
        bit_depth: 1,
        color_type: 0,
        rows: vec![vec![0x5a; side.div_ceil(8) as usize]; side as usize],
        chunks: Vec::new(),
    };
    picture.file()
}

#[test]
fn a_warm_call_answers_as_a_cold_one() {
    for name in PICTURES {
        let file = corpus(name);
        let told = inspect(&file).unwrap();
        let apart = u8::from(told["lossless"] == false && name.ends_with(".jxl"));
        let side = |name: &str| told[name].as_u64().unwrap() as usize;
        let (width, height) = (side("width"), side("height"));
        let part = region(width / 3, height / 4, width / 4, height / 3);
        let mut scaled = part.clone();
        scaled["size"] = json!({"width": 7, "height": 5});
        let asked = [
            json!({}),
            part,
            json!({"size": {"width": 9, "height": 11}}),
            scaled,
            region(width - 1, height - 1, 1, 1),
            json!({"region": {"x": 0, "y": 0, "width": width, "height": height}, "frame": 0}),
        ];
        for threads in [1, 3] {
            // Whatever comes first, and what it leaves to the next.
            for first in 0..asked.len() {
                let warm = Warm::new();
                let mut call = Beside::new(&warm, "a", &file);
                call.threads = threads;
                for again in [first, 1, 0, 2, 3, 4, 5] {
                    let parameters = &asked[again];
                    let cold = Asked::new("image.decode", parameters.clone(), &file).reply();
                    let cold = cold.unwrap();
                    let reply = call.call("image.decode", parameters).unwrap();
                    assert_eq!(reply.result, cold.result, "{name} {parameters}");
                    let difference = rgba(reply).apart(&rgba(cold));
                    assert!(difference <= apart, "{name} {parameters}: {difference}");
                }
            }
        }
    }
}

#[test]
fn what_was_decoded_whole_serves_every_part() {
    for name in PICTURES {
        let file = corpus(name);
        let warm = Warm::new();
        let call = Beside::new(&warm, "a", &file);
        assert!(!call.is_warm(json!({})), "{name}");
        call.decode(json!({})).unwrap();
        assert!(call.is_warm(json!({})), "{name}");
        assert!(call.is_warm(region(3, 2, 4, 5)), "{name}");
        assert!(
            call.is_warm(json!({"size": {"width": 3, "height": 2}})),
            "{name}"
        );
        let outside = region(0, 0, 100_000, 1);
        let (cold, reply) = (decode(&file, outside.clone()), call.decode(outside));
        assert_eq!(reply.unwrap_err(), cold.unwrap_err(), "{name}");
    }
}

#[test]
fn a_part_serves_what_lies_in_it_and_leaves_the_whole_where_that_is_decoded_anyway() {
    for (name, whole) in [
        ("photo.png", true),
        ("lossless.jxl", true),
        ("alpha.jxl", true),
        ("lossy.jxl", false),
    ] {
        let file = corpus(name);
        let warm = Warm::new();
        let call = Beside::new(&warm, "a", &file);
        call.decode(region(8, 8, 24, 16)).unwrap();
        assert!(call.is_warm(region(9, 10, 23, 14)), "{name}");
        assert_eq!(call.is_warm(region(7, 8, 24, 16)), whole, "{name}");
        assert_eq!(call.is_warm(json!({})), whole, "{name}");
        call.decode(json!({})).unwrap();
        let kept = warm.bytes();
        assert!(call.is_warm(region(7, 8, 24, 16)), "{name}");
        // The part has given way to the whole.
        call.decode(region(8, 8, 24, 16)).unwrap();
        assert_eq!(warm.bytes(), kept, "{name}");
    }
}

#[test]
fn other_keys_and_other_frames_are_other_pictures() {
    let file = corpus("animation.gif");
    let warm = Warm::new();
    let call = Beside::new(&warm, "a", &file);
    let frame = |frame| json!({"frame": frame});
    call.decode(frame(2)).unwrap();
    assert!(call.is_warm(frame(2)));
    assert!(!call.is_warm(frame(0)) && !call.is_warm(frame(1)));
    for index in [0, 1, 2] {
        let cold = decode(&file, frame(index)).unwrap();
        assert_eq!(call.decode(frame(index)).unwrap(), cold, "frame {index}");
    }
    assert!(!Beside::new(&warm, "b", &file).is_warm(frame(2)));
    let other = corpus("photo.png");
    let cold = decode(&other, json!({})).unwrap();
    let reply = Beside::new(&warm, "b", &other).decode(json!({}));
    assert_eq!(reply.unwrap(), cold);
}

#[test]
fn without_a_key_nothing_is_kept() {
    let file = corpus("photo.png");
    let warm = Warm::new();
    let mut call = Beside::new(&warm, "a", &file);
    call.key = None;
    call.decode(json!({})).unwrap();
    assert_eq!(warm.bytes(), 0);
    // Nor is anything found.
    call.key = Some("a");
    call.decode(json!({})).unwrap();
    assert!(warm.bytes() > 0);
    call.key = None;
    assert!(!call.is_warm(json!({})));
}

#[test]
fn what_was_used_longest_ago_goes_when_the_budget_is_full() {
    const BUDGET: u64 = 192 << 20;
    let file = large(4096);
    let warm = Warm::new();
    let whole = |key| Beside::new(&warm, key, &file);
    let out = || region(0, 0, 1, 1);
    for key in ["a", "b"] {
        whole(key).decode(out()).unwrap();
        assert!(warm.bytes() <= BUDGET);
    }
    assert!(whole("a").is_warm(out()) && whole("b").is_warm(out()));
    // Two of 64 MiB, and a third: then `a` was used before `b`.
    whole("c").decode(out()).unwrap();
    assert!(warm.bytes() <= BUDGET, "{}", warm.bytes());
    assert!(!whole("a").is_warm(out()));
    assert!(whole("c").is_warm(out()) && whole("b").is_warm(out()));
    whole("d").decode(out()).unwrap();
    assert!(whole("b").is_warm(out()) && !whole("c").is_warm(out()));
    // What is larger than the budget neither stays nor drives others out.
    let huge = large(7200);
    let kept = warm.bytes();
    let huge = Beside::new(&warm, "huge", &huge);
    huge.decode(json!({})).unwrap();
    assert_eq!(warm.bytes(), kept);
    // Of a part that fits, that part stays.
    huge.decode(region(10, 10, 100, 100)).unwrap();
    assert!(huge.is_warm(region(20, 20, 50, 50)) && !huge.is_warm(region(0, 0, 50, 50)));
}

#[test]
fn a_thumbnail_keeps_nothing() {
    let file = large(2000);
    let warm = Warm::new();
    let call = Beside::new(&warm, "a", &file);
    let size = |side| json!({"size": {"width": side, "height": side}});
    call.decode(size(240)).unwrap();
    assert_eq!(warm.bytes(), 0);
    call.decode(size(250)).unwrap();
    assert!(call.is_warm(json!({})));
}

#[test]
fn limits_hold_for_warm_calls_too() {
    for name in PICTURES {
        let file = corpus(name);
        let warm = Warm::new();
        let mut call = Beside::new(&warm, "a", &file);
        call.decode(json!({})).unwrap();
        for limits in [
            Limits {
                pixels: Some(100),
                ..Limits::default()
            },
            Limits {
                memory: Some(file.len() as u64 + 3000),
                ..Limits::default()
            },
            Limits {
                bytes: Some(file.len() as u64 - 1),
                ..Limits::default()
            },
        ] {
            let mut cold = Asked::new("image.decode", json!({}), &file);
            cold.limits = limits;
            call.limits = limits;
            let (cold, reply) = (cold.reply().unwrap_err(), call.decode(json!({})));
            assert_eq!(reply.unwrap_err(), cold, "{name}");
        }
    }
}

#[test]
fn what_is_kept_gives_way_before_a_call_fails_for_memory() {
    let file = large(3000);
    let warm = Warm::new();
    let mut call = Beside::new(&warm, "a", &file);
    call.limits.memory = Some(100 << 20);
    call.decode(json!({})).unwrap();
    assert!(warm.bytes() > 30 << 20);
    // It fits beside what is kept.
    call.call("allocate", &json!({"bytes": 20 << 20})).unwrap();
    assert!(warm.bytes() > 30 << 20);
    // This does not, nor does this with nothing kept.
    call.call("allocate", &json!({"bytes": 80 << 20})).unwrap();
    assert_eq!(warm.bytes(), 0);
    let error = call.call("allocate", &json!({"bytes": 101 << 20}));
    assert_eq!(error.unwrap_err().code.as_str(), "limit_exceeded");
    // So does another picture.
    call.decode(json!({})).unwrap();
    call.key = Some("b");
    call.decode(json!({})).unwrap();
    assert!(call.is_warm(json!({})));
    call.key = Some("a");
    assert!(!call.is_warm(json!({})));
}

#[test]
fn a_part_is_had_where_the_whole_is_too_much() {
    let file = corpus("lossless.jxl");
    let warm = Warm::new();
    let mut call = Beside::new(&warm, "a", &file);
    let part = region(8, 8, 16, 16);
    let mut cold = Asked::new("image.decode", part.clone(), &file);
    // As little memory as will do.
    for memory in (0..).step_by(1 << 10) {
        cold.limits.memory = Some(memory);
        if cold.reply().is_ok() {
            break;
        }
    }
    call.limits = cold.limits;
    assert!(call.decode(json!({})).is_err());
    let cold = rgba(cold.reply().unwrap());
    assert_eq!(call.decode(part).unwrap(), cold);
    assert!(call.is_warm(region(9, 9, 8, 8)) && !call.is_warm(region(0, 0, 8, 8)));
}
