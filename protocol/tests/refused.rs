use locus_protocol::{Call, Frame, FrameError, MAX_HEADER, MAX_PAYLOADS, Message, Prefix, write};

/// A frame with this text as its header, and these bytes behind it.
fn frame(header: &str, payloads: &[u8]) -> Vec<u8> {
    let mut bytes = b"LOC1\0\0\0\0".to_vec();
    bytes.extend_from_slice(header.as_bytes());
    while !bytes.len().is_multiple_of(16) {
        bytes.push(b' ');
    }
    let length = (bytes.len() - 8) as u32;
    bytes[4..8].copy_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(payloads);
    bytes
}

#[track_caller]
fn check(header: &str, words: &str) {
    let bytes = frame(header, &[0; 64]);
    let error = Frame::parse_first(&bytes).expect_err("the header is refused");
    let error = error.to_string();
    assert!(error.contains(words), "{error:?} does not say {words:?}");
}

#[test]
fn every_truncation_is_an_error_that_says_so() {
    let whole = write(
        &Message::Call(Call::new(1, "echo").with_inline_inputs(2)),
        &[&[1; 17], &[2; 3]],
    );
    for length in 0..whole.len() {
        let error = Frame::parse(&whole[..length]).expect_err("a part is no frame");
        let FrameError::Truncated { have, need } = error else {
            panic!("{length} bytes: {error}");
        };
        assert_eq!(have, length as u64);
        assert!(need > have);
    }
}

#[test]
fn a_reader_learns_the_prefix_as_soon_as_it_is_there() {
    let whole = write(
        &Message::Call(Call::new(1, "echo").with_inline_inputs(1)),
        &[&[1; 100]],
    );
    let prefix = Prefix::read(&whole).unwrap().unwrap();
    for length in 0..prefix.length {
        assert!(Prefix::read(&whole[..length]).unwrap().is_none());
    }
    let early = Prefix::read(&whole[..prefix.length]).unwrap().unwrap();
    assert_eq!(early.payloads, [100]);
}

#[test]
fn trailing_bytes_are_refused() {
    let mut bytes = write(&Message::Cancel { id: 1 }, &[]);
    bytes.push(0);
    assert!(matches!(Frame::parse(&bytes), Err(FrameError::Trailing(1))));
}

#[test]
fn wrong_magic_is_refused_at_the_first_wrong_byte() {
    assert!(matches!(Prefix::read(b"X"), Err(FrameError::Magic)));
    assert!(matches!(Prefix::read(b"LOC2"), Err(FrameError::Magic)));
    assert!(matches!(
        Prefix::read(b"GET / HTTP/1.1"),
        Err(FrameError::Magic)
    ));
}

#[test]
fn a_header_past_the_bound_is_refused_before_it_comes() {
    let mut bytes = b"LOC1".to_vec();
    bytes.extend_from_slice(&(MAX_HEADER as u32 + 8).to_le_bytes());
    assert!(matches!(
        Prefix::read(&bytes),
        Err(FrameError::HeaderTooLong(_))
    ));
    bytes[4..].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(
        Prefix::read(&bytes),
        Err(FrameError::HeaderTooLong(_))
    ));
}

#[test]
fn a_header_that_leaves_payloads_unaligned_is_refused() {
    assert!(matches!(
        Prefix::read(b"LOC1\x09\0\0\0{}       "),
        Err(FrameError::HeaderUnaligned(9))
    ));
}

#[test]
fn headers_that_lack_or_contradict_something_are_refused() {
    check("", "EOF");
    check("[]", "invalid");
    check(r#"{"kind":"call"}"#, "id");
    check(r#"{"kind":"call","id":1}"#, "operation");
    check(r#"{"kind":"dance","id":1}"#, "dance");
    check(r#"{"kind":"cancel","id":-1}"#, "-1");
    check(r#"{"kind":"cancel","id":9007199254740992}"#, "2^53");
    check(r#"{"kind":"progress","id":1}"#, "fraction");
    check(r#"{"kind":"reply","id":1}"#, "result");
    check(
        r#"{"kind":"reply","id":1,"result":{},"error":{"code":"internal","message":""}}"#,
        "either",
    );
    check(
        r#"{"kind":"call","id":1,"operation":"echo","parameters":[]}"#,
        "object",
    );
    check(
        r#"{"kind":"call","id":1,"operation":"echo","inputs":[{}]}"#,
        "digest",
    );
    check(
        r#"{"kind":"call","id":1,"operation":"echo","inputs":[{"payload":0}]}"#,
        "not there",
    );
    check(
        r#"{"kind":"call","id":1,"operation":"echo","inputs":[{"digest":"md5:00"}]}"#,
        "sha256",
    );
}

#[test]
fn lengths_that_overflow_are_refused() {
    let huge = u64::MAX;
    for payloads in [
        format!("[{huge}]"),
        format!("[{huge},{huge}]"),
        format!("[{}]", 1_u64 << 62),
    ] {
        let bytes = frame(
            &format!(r#"{{"kind":"cancel","id":1,"payloads":{payloads}}}"#),
            &[],
        );
        assert!(matches!(
            Frame::parse(&bytes),
            Err(FrameError::Truncated { .. })
        ));
    }
}

#[test]
fn too_many_payloads_are_refused() {
    let lengths = vec!["0"; MAX_PAYLOADS + 1].join(",");
    check(
        &format!(r#"{{"kind":"cancel","id":1,"payloads":[{lengths}]}}"#),
        "at most 4096",
    );
    let empty = vec!["{}"; MAX_PAYLOADS + 1].join(",");
    check(
        &format!(r#"{{"kind":"call","id":1,"operation":"x","inputs":[{empty}]}}"#),
        "at most 4096",
    );
}

#[test]
fn nesting_without_end_ends_no_stack() {
    let deep = "[".repeat(500_000);
    let parameters = format!(r#"{{"kind":"call","id":1,"operation":"x","parameters":{{"a":{deep}"#);
    check(&parameters, "EOF");
    let error = r#"{"kind":"reply","id":1,"error":{"code":"internal","message":"","details":{"a":"#;
    check(&format!("{error}{deep}"), "recursion");
}

#[test]
fn unknown_fields_are_passed_over() {
    let bytes = frame(r#"{"kind":"cancel","id":1,"colour":{"of":"the sky"}}"#, &[]);
    assert_eq!(Frame::parse(&bytes).unwrap().message.id(), 1);
}
