//! `/v1/probe`: bytes for clients that measure their network.

use serde_json::Value;

use crate::support::{Answer, Server};

fn get(server: &Server, query: &str) -> Answer {
    let head =
        format!("GET /v1/probe{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    server.ask(&head, &[])
}

fn post(server: &Server, bytes: usize) -> Answer {
    let head = format!(
        "POST /v1/probe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {bytes}\r\n\r\n"
    );
    server.ask(&head, &vec![7; bytes])
}

#[test]
fn as_many_bytes_come_down_as_are_asked_for() {
    let server = Server::start(&[]);
    for bytes in [0, 1, 13, 65_536, 1 << 20] {
        let answer = get(&server, &format!("?bytes={bytes}"));
        assert_eq!((answer.status, answer.body.len()), (200, bytes));
        assert!(answer.head.contains("no-store"), "{}", answer.head);
    }
    let body = get(&server, "?bytes=65536").body;
    let zeros = body.iter().filter(|&&byte| byte == 0).count();
    assert!(
        zeros < 1000,
        "{zeros} of 65536 bytes are 0: that compresses"
    );
    assert_eq!(get(&server, "").body.len(), 0);
}

#[test]
fn bytes_that_go_up_are_timed() {
    let server = Server::start(&[]);
    for bytes in [0, 1, 300_000, 1 << 20] {
        let answer = post(&server, bytes);
        assert_eq!(answer.status, 200);
        let arrived: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let counted = arrived["bytes"].as_u64().expect("a number");
        assert!(counted <= bytes as u64, "{arrived}");
        assert!(
            arrived["ms"].as_f64().expect("a number") >= 0.0,
            "{arrived}"
        );
    }
}

#[test]
fn more_than_a_mebibyte_is_refused() {
    let server = Server::start(&[]);
    for answer in [get(&server, "?bytes=1048577"), post(&server, 1_048_577)] {
        assert_eq!(answer.status, 413);
        let problem: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(problem["code"], "limit_exceeded");
    }
    for query in ["?bytes=-1", "?bytes=many"] {
        assert_eq!(get(&server, query).status, 422);
    }
}
