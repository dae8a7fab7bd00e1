//! Bytes that are no call, come too slowly, or stop coming.

use std::io::{Read, Write};

use serde_json::json;

use crate::support::{Answer, GUARD, Server, echo, frame, head};

#[test]
fn garbage_is_an_invalid_frame() {
    let server = Server::start(&[]);
    let valid = frame(echo(1), &[b"hello"]);
    let with = |at: usize, bytes: &[u8]| {
        let mut frame = valid.clone();
        frame[at..at + bytes.len()].copy_from_slice(bytes);
        frame
    };
    let garbage: Vec<Vec<u8>> = vec![
        vec![],
        b"L".to_vec(),
        b"LOC1".to_vec(),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        vec![0; 100_000],
        with(0, b"LOC2"),
        with(4, &u32::MAX.to_le_bytes()),
        with(4, &7u32.to_le_bytes()),
        with(8, b"[[[[[[[["),
        frame(
            json!({ "kind": "call", "id": -1, "operation": "echo" }),
            &[],
        ),
        frame(json!({ "kind": "nothing", "id": 7 }), &[]),
        frame(json!({ "kind": "call", "id": 7 }), &[]),
        frame(
            json!({ "kind": "call", "id": 7, "operation": "echo", "inputs": [{ "payload": 3 }] }),
            &[],
        ),
        frame(
            json!({ "kind": "call", "id": 7, "operation": "echo", "parameters": [] }),
            &[],
        ),
        valid[..valid.len() - 1].to_vec(),
        valid[..40].to_vec(),
        [&valid[..], b"x"].concat(),
        [&valid[..], &valid[..]].concat(),
        frame(
            json!({ "kind": "call", "id": 7, "operation": "echo", "payloads": [1, 1] }),
            &[b"1"],
        ),
        frame(
            json!({ "kind": "call", "id": 7, "operation": "echo", "payloads": vec![0; 5000] }),
            &[],
        ),
    ];
    for (index, body) in garbage.iter().enumerate() {
        let answer = server.post(body);
        assert_eq!(
            (answer.status, answer.code()),
            (400, "invalid_frame".into()),
            "garbage {index}"
        );
    }
    let sums = frame(
        json!({ "kind": "call", "id": 7, "operation": "echo", "payloads": [u64::MAX, 2] }),
        &[],
    );
    assert_eq!(server.post(&sums).code(), "limit_exceeded");
    server.check_echo();
}

#[test]
fn a_body_that_stops_is_cut_off() {
    let server = Server::start(&["--body-timeout", "0.3"]);
    let body = frame(echo(1), &[&[1; 100_000]]);
    for sent in [0, 3, 20, body.len() / 2, body.len() - 1] {
        let mut stream = server.connect();
        stream.write_all(head(body.len()).as_bytes()).expect("sent");
        stream.write_all(&body[..sent]).expect("sent");
        let answer = Answer::read(&mut stream);
        assert_eq!(
            (answer.status, answer.code()),
            (504, "deadline_exceeded".into()),
            "after {sent} bytes"
        );
    }
    server.check_echo();
}

#[test]
fn a_client_that_leaves_in_the_middle_of_its_body_costs_nothing() {
    let server = Server::start(&[]);
    let body = frame(echo(1), &[&[1; 300_000]]);
    for sent in [0, 10, 1000, 200_000] {
        let mut stream = server.connect();
        stream.write_all(head(body.len()).as_bytes()).expect("sent");
        stream.write_all(&body[..sent]).expect("sent");
    }
    let mut stream = server.connect();
    stream.write_all(b"POST /v1/ca").expect("sent");
    drop(stream);
    server.check_echo();
    assert_eq!(server.count("busy"), 0);
}

#[test]
fn slow_headers_are_cut_off() {
    let server = Server::start(&["--header-timeout", "0.3"]);
    for sent in ["", "G", "GET / HTTP/1.1\r\nHost: local"] {
        let mut stream = server.connect();
        stream.write_all(sent.as_bytes()).expect("sent");
        let mut rest = Vec::new();
        // The end of the stream, not the timeout of the read.
        stream.set_read_timeout(Some(GUARD)).expect("a timeout");
        assert!(
            stream
                .read_to_end(&mut rest)
                .is_ok_and(|_| !rest.starts_with(b"HTTP/1.1 200"))
        );
    }
    server.check_echo();
}

#[test]
fn heads_are_bounded() {
    let server = Server::start(&[]);
    let long = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\nConnection: close\r\n\r\n",
        "x".repeat(100_000)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\n{}Connection: close\r\n\r\n",
        "X: y\r\n".repeat(500)
    );
    for head in [long, many] {
        assert_eq!(server.ask(&head, &[]).status, 431);
    }
    server.check_echo();
}

#[test]
fn a_refused_client_that_still_sends_gets_its_answer() {
    let server = Server::start(&["--max-input-bytes", "8000000"]);
    let answer = server.call(echo(1), &[&vec![0; 9_000_000]]);
    assert_eq!(
        (answer.status, answer.code()),
        (413, "limit_exceeded".into())
    );
}

#[test]
fn inputs_of_all_calls_together_are_bounded() {
    let server = Server::start(&["--max-input-memory", "1000000"]);
    let body = frame(echo(1), &[&[1; 900_000]]);
    let mut first = server.connect();
    first.write_all(head(body.len()).as_bytes()).expect("sent");
    first.write_all(&body[..500_000]).expect("sent");
    crate::support::wait("the first call's inputs take the room", || {
        let answer = server.post(&body);
        match answer.status {
            200 => false,
            status => {
                assert_eq!((status, answer.code()), (503, "queue_full".into()));
                true
            }
        }
    });
    server.check_echo();
    first.write_all(&body[500_000..]).expect("sent");
    assert_eq!(Answer::read(&mut first).status, 200);
    assert_eq!(server.post(&body).status, 200);
}
