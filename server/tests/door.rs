//! Who may ask, and what every reply carries.

use crate::support::{Folder, Server, echo, frame, head};

#[test]
fn foreign_hosts_and_origins_are_refused() {
    let server = Server::start(&["--allow-host", "locus.example,other.example"]);
    let body = frame(echo(1), &[b"hello"]);
    let with = |from: &str, to: &str| server.ask(&head(body.len()).replace(from, to), &body);
    for host in [
        "localhost:1",
        "127.0.0.1",
        "locus.example",
        "other.example:80",
    ] {
        assert_eq!(
            with("Host: localhost", &format!("Host: {host}")).status,
            200,
            "{host}"
        );
    }
    for host in [
        "Host: evil.example",
        "Host: locus.example.evil.example",
        "Host:",
        "X: y",
        "Host: localhost\r\nHost: localhost",
    ] {
        let refused = with("Host: localhost", host);
        assert!(
            [400, 403].contains(&refused.status),
            "{host}: {}",
            refused.status
        );
    }
    for line in ["Origin: http://localhost", "Sec-Fetch-Site: same-origin"] {
        assert_eq!(
            with("Connection", &format!("{line}\r\nConnection")).status,
            200,
            "{line}"
        );
    }
    for line in [
        "Origin: http://evil.example",
        "Origin: null",
        "Origin: http://localhost:9",
        "Sec-Fetch-Site: cross-site",
    ] {
        let refused = with("Connection", &format!("{line}\r\nConnection"));
        assert_eq!(
            (refused.status, refused.code()),
            (403, "forbidden".into()),
            "{line}"
        );
    }
    // Pages may be reached from anywhere by a link, but only under our names.
    let link = "GET /v1/health HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\nConnection: close\r\n\r\n";
    assert_eq!(server.ask(link, &[]).status, 200);
    assert_eq!(
        server
            .ask(&link.replace("localhost", "evil.example"), &[])
            .status,
        403
    );
}

#[test]
fn every_reply_has_the_headers() {
    let pages = Folder::new();
    pages.write("index.html", b"<!doctype html>");
    let folder = pages.path().to_str().expect("text");
    let isolated = [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
    ];
    for (flags, isolation) in [
        (&["--pages", folder][..], true),
        (&["--pages", folder, "--no-isolation"], false),
    ] {
        let server = Server::start(flags);
        let get = |path: &str, host: &str, method: &str| {
            server.ask(
                &format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
                &[],
            )
        };
        let answers = [
            (200, get("/", "localhost", "GET")),
            (200, get("/", "localhost", "HEAD")),
            (404, get("/nothing", "localhost", "GET")),
            (404, get("/v1/nothing", "localhost", "GET")),
            (404, get("/../../etc/passwd", "localhost", "GET")),
            (405, get("/v1/operations", "localhost", "PUT")),
            (405, get("/", "localhost", "DELETE")),
            (200, get("/v1/health", "localhost", "GET")),
            (403, get("/", "evil.example", "GET")),
            (400, server.post(b"garbage")),
            (404, server.call(crate::support::call("nothing", 100), &[])),
            (200, server.call(echo(1), &[b"hello"])),
            (200, server.call(echo(1), &[&[0; 100_000]])),
            (200, server.call(crate::support::call("spin", 300), &[])),
        ];
        for (index, (status, answer)) in answers.iter().enumerate() {
            assert_eq!(answer.status, *status, "answer {index}");
            assert_eq!(
                answer.header("cross-origin-resource-policy"),
                Some("same-origin"),
                "answer {index}"
            );
            assert_eq!(
                answer.header("x-content-type-options"),
                Some("nosniff"),
                "answer {index}"
            );
            let policy = answer.header("content-security-policy").expect("a policy");
            for part in [
                "default-src 'self'",
                "script-src 'self' 'wasm-unsafe-eval'",
                "worker-src 'self' blob:",
                "connect-src 'self'",
            ] {
                assert!(policy.contains(part), "answer {index}: {part}");
            }
            for (name, value) in isolated {
                assert_eq!(
                    answer.header(name),
                    isolation.then_some(value),
                    "answer {index}"
                );
            }
        }
    }
}
