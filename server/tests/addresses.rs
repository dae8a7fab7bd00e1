//! Where a server listens, and below which path.

use std::net::TcpListener;
use std::process::Command;

use crate::support::{Folder, LOCUS, Server, cache, codec, echo, frame, head, wait};

#[test]
fn it_serves_over_ipv6_under_its_address() {
    if TcpListener::bind("[::1]:0").is_err() {
        // A machine without IPv6 can't show it.
        eprintln!("skipped: no IPv6 here");
        return;
    }
    for listen in ["[::1]:0", "[::]:0"] {
        let mut server = Server::start(&["--listen", listen]);
        let port = server.address.port();
        server.address = format!("[::1]:{port}").parse().expect("an address");
        let host = |host: &str| {
            let head =
                format!("GET /v1/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            server.ask(&head, &[]).status
        };
        assert_eq!(host(&format!("[::1]:{port}")), 200, "{listen}");
        assert_eq!(host(&format!("[0:0::1]:{port}")), 200, "{listen}");
        assert_eq!(host(&format!("[2001:db8::1]:{port}")), 403, "{listen}");
        let body = frame(echo(1), &[b"hello"]);
        let origin = format!("Host: [::1]:{port}\r\nOrigin: http://[::1]:{port}");
        let answer = server.ask(&head(body.len()).replace("Host: localhost", &origin), &body);
        assert_eq!(answer.reply().payloads, [b"hello"], "{listen}");
        let output = Command::new(LOCUS)
            .args([
                "health",
                "--listen",
                &listen.replace(":0", &format!(":{port}")),
            ])
            .output()
            .expect("the binary runs");
        assert!(output.status.success(), "{listen}: {output:?}");
        if listen == "[::]:0" {
            // All addresses of the machine, those of IPv4 too.
            server.address = format!("127.0.0.1:{port}").parse().expect("an address");
            server.check_echo();
        }
    }
}

#[test]
fn below_a_base_path_everything_is_there_and_nowhere_else() {
    let pages = Folder::new();
    pages.write("index.html", b"<!doctype html>front");
    pages.write("fractal.html", b"<!doctype html>fractal");
    pages.write("sub/index.html", b"<!doctype html>sub");
    let folder = pages.path().to_str().expect("text");
    for base in ["/locus", "/tools/locus/"] {
        let flags = ["--base-path", base, "--pages", folder];
        let server = Server::of(&codec(), &cache(), &flags);
        let base = base.trim_end_matches('/');
        wait("the server is ready", || {
            let body = server.get(&format!("{base}/v1/health")).body;
            String::from_utf8_lossy(&body).contains("\"ok\"")
        });
        let get = |path: &str| server.get(&format!("{base}{path}"));
        assert_eq!(get("/").body, b"<!doctype html>front");
        assert_eq!(get("/fractal").body, b"<!doctype html>fractal");
        assert_eq!(get("/sub/").body, b"<!doctype html>sub");
        assert_eq!(get("/v1/operations").status, 200);
        for (path, to) in [("", "/"), ("/sub", "/sub/")] {
            let redirect = get(path);
            let to = format!("{base}{to}");
            assert_eq!(
                (redirect.status, redirect.header("location")),
                (308, Some(&*to))
            );
        }
        let body = frame(echo(1), &[b"hello"]);
        let below = head(body.len()).replace("/v1/", &format!("{base}/v1/"));
        assert_eq!(server.ask(&below, &body).reply().payloads, [b"hello"]);
        assert_eq!(
            server.post(&body).status,
            404,
            "calls are below the base only"
        );
        for elsewhere in [
            "/",
            "/v1/health",
            "/fractal",
            "/locust/",
            "/tools/",
            "//locus/",
        ] {
            assert_eq!(server.get(elsewhere).status, 404, "{base}: {elsewhere}");
        }
        assert_eq!(get("/%2e%2e/index.html").status, 404);
        let health = |arguments: &[&str]| {
            let output = Command::new(LOCUS)
                .args(["health", "--listen", &server.address.to_string()])
                .args(arguments)
                .output();
            output.expect("the binary runs").status.success()
        };
        assert!(health(&["--base-path", base]) && !health(&[]));
    }
}
