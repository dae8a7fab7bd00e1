//! Calls that end well, or are refused by what they say.

use serde_json::{Value, json};

use crate::support::{Server, call, echo, frame, head};

#[test]
fn echo_comes_back_at_every_size() {
    let server = Server::start(&[]);
    // Around the bounds between a message and a memfd, and past a chunk of one.
    for size in [0, 1, 15, 16, 17, 60_000, 65_536, 65_537, 300_000, 20 << 20] {
        let payload: Vec<u8> = (0..size).map(|index| (index * 31 % 251) as u8).collect();
        let answer = server.call(echo(1), &[&payload]);
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("content-type"),
            Some("application/vnd.locus.frames")
        );
        let reply = answer.reply();
        assert_eq!(reply.header["id"], 7);
        assert!(reply.payloads == [payload], "{size} bytes differ");
    }
    let payloads: Vec<Vec<u8>> = (0..16_usize)
        .map(|index| vec![index as u8; index * 1000])
        .collect();
    let payloads: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
    assert_eq!(server.call(echo(16), &payloads).reply().payloads, payloads);
}

#[test]
fn one_connection_serves_many_calls() {
    use std::io::{Read, Write};
    let server = Server::start(&[]);
    let body = frame(echo(1), &[b"hello"]);
    let head = head(body.len()).replace("Connection: close\r\n", "");
    let mut stream = server.connect();
    let mut length = None;
    for _ in 0..200 {
        stream.write_all(head.as_bytes()).expect("sent");
        stream.write_all(&body).expect("sent");
        let mut answer = Vec::new();
        let mut chunk = [0; 4096];
        while !answer.windows(5).any(|window| window == b"hello")
            || length.is_some_and(|length| answer.len() < length)
        {
            let read = stream.read(&mut chunk).expect("an answer");
            assert_ne!(read, 0, "the connection was closed");
            answer.extend_from_slice(&chunk[..read]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
        length = Some(answer.len());
    }
}

#[test]
fn chunked_requests_are_accepted() {
    let server = Server::start(&[]);
    let payload = vec![42; 200_000];
    let body = frame(echo(1), &[&payload]);
    let mut chunked = Vec::new();
    for chunk in body.chunks(777) {
        chunked.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        chunked.extend_from_slice(chunk);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let head = head(0).replace("Content-Length: 0", "Transfer-Encoding: chunked");
    let answer = server.ask(&head, &chunked);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.reply().payloads, [payload]);
}

#[test]
fn estimates_are_asked_like_calls() {
    let server = Server::start(&[]);
    let mut estimate = echo(1);
    estimate["kind"] = json!("estimate");
    estimate["inputs"][0]["length"] = json!(1_000_000);
    let reply = server.call(estimate, &[b"head"]).reply();
    assert!(
        reply.header["result"]["peak_bytes"].as_u64() >= Some(1_000_000),
        "{}",
        reply.header
    );
}

#[test]
fn progress_comes_in_order_and_before_the_reply() {
    let server = Server::start(&[]);
    let answer = server.call(call("spin", 600), &[]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-length"), None);
    let frames = answer.frames();
    let (reply, progress) = frames.split_last().expect("frames");
    assert!(!progress.is_empty());
    let mut before = 0.0;
    for frame in progress {
        assert_eq!(frame.header["kind"], "progress");
        assert_eq!(frame.header["id"], 7);
        assert_eq!(frame.header["phase"], "spin");
        let fraction = frame.header["fraction"].as_f64().expect("a fraction");
        assert!((before..1.0).contains(&fraction));
        before = fraction;
    }
    assert_eq!(reply.header["error"]["code"], "deadline_exceeded");
}

#[test]
fn refusals_are_frames_with_a_code_and_a_status() {
    let server = Server::start(&["--max-input-bytes", "1000"]);
    let check = |header: Value, payloads: &[&[u8]], status: u16, code: &str| {
        let answer = server.call(header, payloads);
        assert_eq!((answer.status, answer.code()), (status, code.to_owned()));
        assert_eq!(
            answer.header("content-type"),
            Some("application/vnd.locus.frames")
        );
        assert_eq!(answer.reply().header["id"], 7);
        answer.reply()
    };
    check(call("nothing.here", 1000), &[], 404, "unknown_operation");
    check(
        json!({ "kind": "reply", "id": 7, "result": {} }),
        &[],
        400,
        "invalid_frame",
    );
    let reply = check(echo(1), &[&[0; 1001]], 413, "limit_exceeded");
    assert_eq!(
        reply.header["error"]["details"],
        json!({ "limit": "bytes", "maximum": 1000, "value": 1001 })
    );
    let mut lowered = echo(1);
    lowered["limits"] = json!({ "bytes": 10 });
    let reply = check(lowered.clone(), &[&[0; 11]], 413, "limit_exceeded");
    assert_eq!(reply.header["error"]["details"]["maximum"], 10);
    lowered["limits"] = json!({ "bytes": 1_000_000 });
    check(lowered, &[&[0; 1001]], 413, "limit_exceeded");
    let digest = format!("sha256:{}", "ab".repeat(32));
    let mut blob = echo(1);
    blob["inputs"] = json!([{ "digest": digest, "length": 5 }]);
    let reply = check(blob, &[], 409, "need_blob");
    assert_eq!(reply.header["error"]["details"]["digest"], digest);
    // What the operation itself refuses was admitted.
    let mut wrong = echo(0);
    wrong["parameters"] = json!({ "nonsense": 1 });
    check(wrong, &[], 200, "invalid_parameters");
    server.check_echo();
}

#[test]
fn a_reply_that_is_too_long_is_an_error() {
    let server = Server::start(&["--max-reply-bytes", "100000"]);
    let answer = server.call(echo(1), &[&[0; 200_000]]);
    assert_eq!(
        (answer.status, answer.code()),
        (413, "limit_exceeded".into())
    );
    assert_eq!(
        answer.reply().header["error"]["details"]["limit"],
        "reply_bytes"
    );
    server.check_echo();
}

#[test]
fn test_operations_are_there_for_tests_only() {
    let names = |server: &Server| -> Vec<String> {
        let list: Value = serde_json::from_slice(&server.get("/v1/operations").body).expect("JSON");
        let list = list["operations"].as_array().expect("a list");
        list.iter()
            .map(|operation| operation["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    let with = Server::start(&[]);
    assert!(names(&with).contains(&"spin".to_owned()));
    let without = Server::of(&crate::support::codec(), &crate::support::cache(), &[]);
    without.wait_ready();
    let list = names(&without);
    assert!(
        list.contains(&"echo".to_owned()) && !list.contains(&"spin".to_owned()),
        "{list:?}"
    );
    assert_eq!(
        without.call(call("spin", 100), &[]).code(),
        "unknown_operation"
    );
}
