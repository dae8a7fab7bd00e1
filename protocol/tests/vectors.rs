//! Frames that the TypeScript client reads and writes alike: the vectors in
//! `web-worker/client/test/vectors/frames.json` are what this crate says of
//! them. `LOCUS_WRITE_VECTORS=1 cargo test -p locus-protocol` writes them anew.

use std::fmt::Write as _;
use std::path::Path;

use locus_protocol::{
    Call, Digest, ErrorBody, ErrorCode, Frame, Input, Limits, MAX_ID, Message, Progress, Reply,
    write,
};
use serde_json::{Value, json, value::to_raw_value};

const FILE: &str = "../web-worker/client/test/vectors/frames.json";

#[test]
fn the_client_s_vectors_are_current() {
    let vectors: Vec<Value> = written()
        .into_iter()
        .map(accepted)
        .chain(refused())
        .collect();
    let mut text = serde_json::to_string_pretty(&vectors).expect("vectors are JSON");
    text.push('\n');
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os("LOCUS_WRITE_VECTORS").is_some() {
        std::fs::write(&path, text).expect("the vectors can be written");
    } else {
        let kept = std::fs::read_to_string(&path).expect("the vectors are there");
        assert!(
            kept == text,
            "write them anew: LOCUS_WRITE_VECTORS=1 cargo test -p locus-protocol"
        );
    }
}

/// Frames that this crate writes; the client has to write the same bytes.
fn written() -> Vec<(&'static str, Vec<u8>)> {
    let call = Call::new(7, "image.decode")
        .with_parameters(&json!({ "region": { "x": 0, "y": 16, "width": 32, "height": 8 } }))
        .expect("parameters are JSON");
    let digest = Digest::from_sha256([0xab; 32]);
    let by_digest = Call {
        inputs: vec![
            Input {
                digest: Some(digest),
                length: Some(5_000_000_000),
                ..Input::default()
            },
            Input {
                key: Some("blob 1".to_owned()),
                ..Input::inline(0)
            },
        ],
        deadline_ms: Some(2_500),
        limits: Limits {
            pixels: Some(24_000_000),
            ..Limits::default()
        },
        ..Call::new(MAX_ID, "echo")
    };
    let raster = to_raw_value(
        &json!({ "words": "ä 日本 \u{1f5bc}", "raster": { "width": 1, "height": 2 } }),
    )
    .expect("JSON");
    let error = ErrorBody::limit("pixels", 100, 101);
    let reply = |id, outcome| Message::Reply(Reply { id, outcome });
    vec![
        (
            "a call without anything",
            write(&Message::Call(Call::new(0, "echo")), &[]),
        ),
        (
            "a call with an input",
            write(
                &Message::Call(call.with_inline_inputs(1)),
                &[b"seventeen bytes.."],
            ),
        ),
        (
            "a call with a digest, a deadline and limits",
            write(&Message::Call(by_digest), &[&[1; 16]]),
        ),
        (
            "an estimate",
            write(
                &Message::Estimate(Call::new(1, "echo").with_inline_inputs(2)),
                &[b"", b"head"],
            ),
        ),
        (
            "progress",
            write(
                &Message::Progress(Progress {
                    id: 3,
                    phase: Some("decode".to_owned()),
                    fraction: 0.5,
                }),
                &[],
            ),
        ),
        (
            "progress without a phase",
            write(
                &Message::Progress(Progress {
                    id: 3,
                    phase: None,
                    fraction: 0.25,
                }),
                &[],
            ),
        ),
        ("a cancel", write(&Message::Cancel { id: 4 }, &[])),
        (
            "a reply with payloads",
            write(&reply(5, Ok(raster)), &[&[255; 33], b"", b"x"]),
        ),
        ("an error", write(&reply(6, Err(error)), &[])),
        (
            "an error without details",
            write(&reply(6, Err(ErrorBody::new(ErrorCode::Lost, "gone"))), &[]),
        ),
    ]
}

fn accepted((name, bytes): (&'static str, Vec<u8>)) -> Value {
    let frame = Frame::parse(&bytes).expect("what is written can be read");
    let length = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize;
    let header: Value = serde_json::from_slice(&bytes[8..8 + length]).expect("a header is JSON");
    let payloads: Vec<String> = frame.payloads.iter().map(|payload| hex(payload)).collect();
    json!({ "name": name, "bytes": hex(&bytes), "header": header, "payloads": payloads })
}

/// Bytes that are no frame; the client has to refuse them too.
fn refused() -> Vec<Value> {
    let headers = [
        ("no object", "[]"),
        ("no JSON", "{\"kind\":\"cancel\",\"id\":1"),
        ("no kind", "{\"id\":1}"),
        ("an unknown kind", "{\"kind\":\"shout\",\"id\":1}"),
        ("no id", "{\"kind\":\"cancel\"}"),
        ("a negative id", "{\"kind\":\"cancel\",\"id\":-1}"),
        (
            "an id past 2^53",
            "{\"kind\":\"cancel\",\"id\":9007199254740992}",
        ),
        (
            "a call without an operation",
            "{\"kind\":\"call\",\"id\":1}",
        ),
        (
            "parameters that are no object",
            "{\"kind\":\"call\",\"id\":1,\"operation\":\"echo\",\"parameters\":[]}",
        ),
        (
            "an input that names nothing",
            "{\"kind\":\"call\",\"id\":1,\"operation\":\"echo\",\"inputs\":[{}]}",
        ),
        (
            "an input whose payload is not there",
            "{\"kind\":\"call\",\"id\":1,\"operation\":\"echo\",\"inputs\":[{\"payload\":0}]}",
        ),
        (
            "an input whose digest is none",
            "{\"kind\":\"call\",\"id\":1,\"operation\":\"echo\",\"inputs\":[{\"digest\":\"sha256:abc\"}]}",
        ),
        (
            "progress without a fraction",
            "{\"kind\":\"progress\",\"id\":1}",
        ),
        (
            "a reply without an outcome",
            "{\"kind\":\"reply\",\"id\":1}",
        ),
        (
            "a reply with two outcomes",
            "{\"kind\":\"reply\",\"id\":1,\"result\":{},\"error\":{\"code\":\"lost\",\"message\":\"gone\"}}",
        ),
        (
            "an error without words",
            "{\"kind\":\"reply\",\"id\":1,\"error\":{\"code\":\"lost\"}}",
        ),
        (
            "payloads that are null",
            "{\"kind\":\"cancel\",\"id\":1,\"payloads\":null}",
        ),
        (
            "a negative payload",
            "{\"kind\":\"cancel\",\"id\":1,\"payloads\":[-1]}",
        ),
        (
            "a payload that is cut off",
            "{\"kind\":\"cancel\",\"id\":1,\"payloads\":[17]}",
        ),
        (
            "a payload of 8 EiB",
            "{\"kind\":\"cancel\",\"id\":1,\"payloads\":[9223372036854775808]}",
        ),
    ];
    let whole = write(&Message::Cancel { id: 1 }, &[&[1; 16]]);
    let mut cut = whole.clone();
    cut.pop();
    let mut magic = whole.clone();
    magic[3] = b'2';
    let mut unaligned = whole.clone();
    unaligned[4] -= 1;
    let too_long = [b"LOC1".as_slice(), &[0xff; 12]].concat();
    let not_utf8 =
        with_header(b"{\"kind\":\"progress\",\"id\":1,\"fraction\":0,\"phase\":\"\xff\"}");
    let trailing = [whole.as_slice(), &[0]].concat();
    let raw = [
        ("nothing", Vec::new()),
        ("another magic", magic),
        ("half a prefix", whole[..20].to_vec()),
        ("a frame without its last byte", cut),
        ("bytes behind the frame", trailing),
        ("a header that does not end on 16", unaligned),
        ("a header of 4 GiB", too_long),
        ("a header that is no UTF-8", not_utf8),
    ];
    let framed = headers.map(|(name, header)| (name, with_header(header.as_bytes())));
    framed
        .into_iter()
        .chain(raw)
        .map(|(name, bytes)| {
            Frame::parse(&bytes).expect_err(name);
            json!({ "name": name, "bytes": hex(&bytes), "refused": true })
        })
        .collect()
}

/// A frame with these bytes as its header, and 16 behind it.
fn with_header(header: &[u8]) -> Vec<u8> {
    let mut bytes = [b"LOC1\0\0\0\0", header].concat();
    bytes.resize(bytes.len().next_multiple_of(16), b' ');
    let length = (bytes.len() - 8) as u32;
    bytes[4..8].copy_from_slice(&length.to_le_bytes());
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
