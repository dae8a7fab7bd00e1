//! Any bytes are a picture, or are refused with a documented code: nothing
//! panics, and memory stays within the call's limit.
//!
//! The first byte chooses the operation, so that all that reads files is
//! tried.

#![no_main]

use codec_core::{Host, answer};
use libfuzzer_sys::fuzz_target;
use locus_protocol::{Call, ErrorCode, Frame, Limits, Message, write};
use serde_json::value::RawValue;

struct Quiet;

impl Host for Quiet {
    fn progress(&self, _: f32) -> bool {
        false
    }

    fn threads(&self) -> usize {
        1
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, file)) = bytes.split_first() else {
        return;
    };
    let (operation, parameters) = match choice % 8 {
        0 => ("image.inspect", "{}"),
        1 => ("image.metadata", "{}"),
        2 => ("image.frames", r#"{"count": 3}"#),
        3 => ("image.encode", r#"{"format": "qoi"}"#),
        _ => ("image.decode", "{}"),
    };
    let mut call = Call::new(1, operation).with_inline_inputs(1);
    call.parameters = RawValue::from_string(parameters.to_owned()).ok();
    call.limits = Limits {
        pixels: Some(1 << 16),
        memory: Some(16 << 20),
        frames: Some(64),
        ..Limits::default()
    };
    let reply = answer(&write(&Message::Call(call), &[file]), &Quiet).to_bytes();
    let frame = Frame::parse(&reply).expect("an answer is a frame");
    let Message::Reply(reply) = frame.message else {
        panic!("an answer is a reply");
    };
    if let Err(error) = reply.outcome {
        assert!(
            matches!(
                error.code,
                ErrorCode::InvalidInput
                    | ErrorCode::Unsupported
                    | ErrorCode::LimitExceeded
                    | ErrorCode::OutOfMemory
            ),
            "{error}"
        );
    }
});
