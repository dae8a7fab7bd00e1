use locus_protocol::{
    ALIGNMENT, Call, ErrorBody, ErrorCode, Frame, Input, Limits, Message, Prefix, Progress, Reply,
    padding, write, write_prefix,
};
use serde_json::{json, value::to_raw_value};

/// Writes, reads and writes again: the bytes are the same, the payloads are
/// there, each on a multiple of the alignment.
#[track_caller]
fn check(message: &Message, payloads: &[&[u8]]) -> Message {
    let bytes = write(message, payloads);
    let frame = Frame::parse(&bytes).expect("a written frame reads");
    assert_eq!(frame.payloads, payloads);
    for payload in &frame.payloads {
        let offset = payload.as_ptr() as usize - bytes.as_ptr() as usize;
        assert_eq!(offset % ALIGNMENT, 0);
    }
    assert_eq!(write(&frame.message, &frame.payloads), bytes);
    let prefix = Prefix::read(&bytes).unwrap().expect("the prefix is whole");
    assert_eq!(prefix.frame_length(), Some(bytes.len() as u64));
    frame.message
}

#[test]
fn a_call_keeps_all_it_says() {
    let mut call = Call::new(42, "image.decode")
        .with_parameters(&json!({"frame": 3, "region": {"x": 1, "y": 2, "width": 3, "height": 4}}))
        .unwrap();
    call.inputs = vec![
        Input {
            key: Some("file 7: \"ä\"".to_owned()),
            ..Input::inline(0)
        },
        Input {
            digest: Some(format!("sha256:{}", "0a".repeat(32)).parse().unwrap()),
            length: Some(1 << 40),
            ..Input::default()
        },
    ];
    call.deadline_ms = Some(1500);
    call.limits = Limits {
        pixels: Some(1_000_000),
        ..Limits::default()
    };
    let Message::Call(read) = check(&Message::Call(call.clone()), &[b"bytes"]) else {
        panic!("a call reads as a call");
    };
    assert_eq!(read.operation, "image.decode");
    assert_eq!(read.inputs, call.inputs);
    assert_eq!(read.deadline_ms, Some(1500));
    assert_eq!(read.limits, call.limits);
    assert_eq!(
        read.parameters.unwrap().get(),
        call.parameters.unwrap().get()
    );
}

#[test]
fn every_kind_keeps_its_kind() {
    let estimate = check(&Message::Estimate(Call::new(1, "echo")), &[]);
    assert!(matches!(estimate, Message::Estimate(call) if call.id == 1));

    let progress = Progress {
        id: 2,
        phase: Some("decode".to_owned()),
        fraction: 0.25,
    };
    let read = check(&Message::Progress(progress.clone()), &[]);
    assert!(matches!(read, Message::Progress(read) if read == progress));

    let cancel = check(&Message::Cancel { id: 3 }, &[]);
    assert!(matches!(cancel, Message::Cancel { id: 3 }));

    let reply = Reply {
        id: 4,
        outcome: Ok(to_raw_value(&json!({"width": 1})).unwrap()),
    };
    let read = check(&Message::Reply(reply), &[&[7; 33], &[], &[1]]);
    assert!(
        matches!(read, Message::Reply(Reply { id: 4, outcome: Ok(result) })
        if result.get() == r#"{"width":1}"#)
    );
}

#[test]
fn an_error_keeps_code_words_and_details() {
    let error = ErrorBody::limit("pixels", 10, 20);
    let Message::Reply(read) = check(&Message::Reply(Reply::error(5, error.clone())), &[]) else {
        panic!("a reply reads as a reply");
    };
    assert_eq!(read.outcome.unwrap_err(), error);
    assert_eq!(error.details.as_ref().unwrap()["limit"], "pixels");
}

#[test]
fn payloads_of_every_length_are_padded() {
    for length in 0..=40 {
        let payload: Vec<u8> = (0..length).collect();
        check(
            &Message::Call(Call::new(1, "echo").with_inline_inputs(2)),
            &[&payload, &payload],
        );
        assert_eq!(
            (usize::from(length) + padding(u64::from(length))) % ALIGNMENT,
            0
        );
    }
}

#[test]
fn headers_of_every_length_are_padded() {
    for length in 0..40 {
        check(&Message::Call(Call::new(1, "x".repeat(length))), &[b"p"]);
    }
}

#[test]
fn a_result_that_is_null_is_a_result() {
    let bytes = write(
        &Message::Reply(Reply {
            id: 1,
            outcome: Ok(to_raw_value(&()).unwrap()),
        }),
        &[],
    );
    // JSON's null and an absent field read alike, so results are objects;
    // what matters here is that the reader says so and does not guess.
    assert!(Frame::parse(&bytes).is_err());
}

#[test]
fn every_code_is_its_own_word() {
    for &code in ErrorCode::ALL {
        let json = serde_json::to_string(&code).unwrap();
        assert_eq!(json, format!("\"{code}\""));
        assert_eq!(serde_json::from_str::<ErrorCode>(&json).unwrap(), code);
    }
    let newer: ErrorCode = serde_json::from_str("\"from_the_future\"").unwrap();
    assert_eq!(newer, ErrorCode::Unknown);
}

#[test]
fn a_prefix_alone_is_what_a_frame_begins_with() {
    let message = Message::Call(Call::new(9, "echo").with_inline_inputs(1));
    let whole = write(&message, &[b"hello"]);
    assert!(whole.starts_with(&write_prefix(&message, &[5])));
}

#[test]
fn the_lower_of_two_limits_holds() {
    let ours = Limits {
        bytes: Some(10),
        pixels: Some(100),
        ..Limits::default()
    };
    let asked = Limits {
        bytes: Some(20),
        pixels: Some(50),
        frames: Some(1),
        memory: None,
    };
    let expected = Limits {
        bytes: Some(10),
        pixels: Some(50),
        frames: Some(1),
        memory: None,
    };
    assert_eq!(ours.lower(asked), expected);
    assert_eq!(asked.lower(ours), expected);
}

/// Found by fuzzing: read to the nearest but one double, such a number said
/// another one when it was written again.
#[test]
fn a_number_beyond_64_bits_is_written_as_it_was_read() {
    let header = br#"{"kind":"reply","id":6,"error":{"code":"limit_exceeded","message":"","details":{"maximum":90071993001439850942}}}"#;
    let header = [header.as_slice(), &b" ".repeat(7 - (header.len() + 7) % 8)].concat();
    let mut bytes = b"LOC1".to_vec();
    bytes.extend((header.len() as u32).to_le_bytes());
    bytes.extend(&header);
    let frame = Frame::parse(&bytes).expect("a frame");
    let Message::Reply(reply) = &frame.message else {
        panic!("a reply reads as a reply");
    };
    let details = reply.outcome.as_ref().unwrap_err().details.as_ref();
    let maximum = details.unwrap()["maximum"].as_f64().unwrap();
    assert_eq!(maximum, 90071993001439850942_f64);
    let Message::Reply(again) = Frame::parse(&write(&frame.message, &[])).unwrap().message else {
        panic!("a reply reads as a reply");
    };
    let details = again.outcome.unwrap_err().details;
    assert_eq!(details.unwrap()["maximum"].as_f64(), Some(maximum));
}
