//! Static files.

use std::os::unix::fs::symlink;

use crate::support::{Answer, Folder, Server};

struct Site {
    server: Server,
    folder: Folder,
}

impl Site {
    fn new() -> Self {
        let folder = Folder::new();
        folder.write("secret.txt", b"secret");
        folder.write("pages/index.html", b"<!doctype html>home");
        folder.write("pages/docs/index.html", b"<!doctype html>docs");
        folder.write("pages/fractal.html", b"<!doctype html>fractal");
        folder.write("pages/fractal.html.br", b"fractal in brotli");
        folder.write("pages/assets/main-B0xq1aZ_.js", b"plain");
        folder.write("pages/assets/main-B0xq1aZ_.js.br", b"brotli");
        folder.write("pages/assets/main-B0xq1aZ_.js.gz", b"gzip");
        folder.write("pages/service-worker.js", b"worker");
        folder.write("pages/manifest.webmanifest", b"{}");
        folder.write("pages/codec.wasm", &[7; 1_000_000]);
        folder.write("pages/a b.txt", b"space");
        folder.write("pages/.hidden", b"hidden");
        folder.write("pages/empty", b"");
        let pages = folder.path().join("pages");
        symlink("/dev/zero", pages.join("zero")).expect("a link");
        let server = Server::start(&["--pages", pages.to_str().expect("text")]);
        Self { server, folder }
    }

    fn get(&self, path: &str, headers: &str) -> Answer {
        self.server.ask(
            &format!(
                "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"
            ),
            &[],
        )
    }
}

#[test]
fn files_come_with_their_types() {
    let site = Site::new();
    for (path, kind, body) in [
        ("/", "text/html; charset=utf-8", &b"<!doctype html>home"[..]),
        (
            "/index.html",
            "text/html; charset=utf-8",
            b"<!doctype html>home",
        ),
        ("/docs/", "text/html; charset=utf-8", b"<!doctype html>docs"),
        (
            "/fractal",
            "text/html; charset=utf-8",
            b"<!doctype html>fractal",
        ),
        (
            "/fractal?re=-0.75&im=0.1&zoom=12",
            "text/html; charset=utf-8",
            b"<!doctype html>fractal",
        ),
        (
            "/?query",
            "text/html; charset=utf-8",
            b"<!doctype html>home",
        ),
        ("/a%20b.txt", "text/plain; charset=utf-8", b"space"),
        ("/codec.wasm", "application/wasm", &[7; 1_000_000]),
        ("/empty", "application/octet-stream", b""),
    ] {
        let answer = site.get(path, "");
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some(kind)),
            "{path}"
        );
        assert_eq!(
            answer.header("content-length"),
            Some(body.len().to_string().as_str()),
            "{path}"
        );
        assert!(answer.body == body, "{path}");
    }
    let head = site.server.ask(
        "HEAD /codec.wasm HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        &[],
    );
    assert_eq!(
        (head.status, head.header("content-length"), head.body.len()),
        (200, Some("1000000"), 0)
    );
    let redirect = site.get("/docs", "");
    assert_eq!(
        (redirect.status, redirect.header("location")),
        (308, Some("/docs/"))
    );
    for path in ["/fractal/", "/fractal.htm", "/fractal/x", "/frac"] {
        assert_eq!(site.get(path, "").status, 404, "{path}");
    }
    let packed = site.get("/fractal", "Accept-Encoding: br\r\n");
    assert_eq!(
        (packed.status, packed.header("content-encoding")),
        (200, Some("br"))
    );
}

#[test]
fn nothing_leads_out_of_the_folder() {
    let site = Site::new();
    for path in [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/.hidden",
        "/%2ehidden",
        "/zero",
        "/index.html/",
        "/index.html%00",
        "/assets",
        "/assets/",
        "/%",
        "/%zz",
    ] {
        let answer = site.get(path, "");
        assert!(
            [404, 308].contains(&answer.status),
            "{path}: {}",
            answer.status
        );
        assert!(
            answer
                .header("location")
                .is_none_or(|location| location == "/assets/"),
            "{path}"
        );
        assert!(
            !answer.body.windows(6).any(|window| window == b"secret"),
            "{path}"
        );
    }
}

#[test]
fn precompressed_files_go_to_who_takes_them() {
    let site = Site::new();
    let path = "/assets/main-B0xq1aZ_.js";
    for (accepts, encoding, body) in [
        ("", None, &b"plain"[..]),
        (
            "Accept-Encoding: gzip, deflate, br, zstd\r\n",
            Some("br"),
            b"brotli",
        ),
        ("Accept-Encoding: gzip\r\n", Some("gzip"), b"gzip"),
        (
            "Accept-Encoding: br;q=0, gzip;q=0.5\r\n",
            Some("gzip"),
            b"gzip",
        ),
        (
            "Accept-Encoding: br;q=0.2, gzip;q=0.9\r\n",
            Some("gzip"),
            b"gzip",
        ),
        ("Accept-Encoding: *\r\n", Some("br"), b"brotli"),
        ("Accept-Encoding: br;q=0.5, identity\r\n", None, b"plain"),
        ("Accept-Encoding: identity\r\n", None, b"plain"),
    ] {
        let answer = site.get(path, accepts);
        assert_eq!(
            (answer.status, answer.header("content-encoding")),
            (200, encoding),
            "{accepts}"
        );
        assert_eq!(answer.body, body);
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
        assert_eq!(
            answer.header("content-type"),
            Some("text/javascript; charset=utf-8")
        );
        assert_eq!(
            answer.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
        let length = body.len().to_string();
        assert_eq!(answer.header("content-length"), Some(length.as_str()));
        let head = site.server.ask(
            &format!(
                "HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{accepts}\r\n"
            ),
            &[],
        );
        assert_eq!((head.status, head.body.len()), (200, 0));
        for name in [
            "content-encoding",
            "content-length",
            "content-type",
            "etag",
            "vary",
        ] {
            assert_eq!(head.header(name), answer.header(name), "{name}");
        }
    }
}

#[test]
fn what_another_build_left_is_not_sent() {
    let site = Site::new();
    let file = |name: &str| site.folder.path().join("pages").join(name);
    let day = std::time::Duration::from_secs(86_400);
    let packed = std::fs::File::options()
        .write(true)
        .open(file("assets/main-B0xq1aZ_.js.br"))
        .expect("a file");
    packed
        .set_modified(std::time::SystemTime::now() - day)
        .expect("a time");
    let answer = site.get("/assets/main-B0xq1aZ_.js", "Accept-Encoding: br, gzip\r\n");
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
}

#[test]
fn what_makes_pages_installable_is_asked_for_anew() {
    let site = Site::new();
    for (path, kind) in [
        ("/service-worker.js", "text/javascript; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/", "text/html; charset=utf-8"),
    ] {
        let answer = site.get(path, "");
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some(kind)),
            "{path}"
        );
        // A worker that were kept for long would keep its whole build for as long.
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
        let tag = answer.header("etag").expect("a tag").to_owned();
        let again = site.get(path, &format!("If-None-Match: {tag}\r\n"));
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
    }
    // Pages kept for offline use keep these, and have their threads.
    let page = site.get("/", "");
    assert_eq!(
        page.header("cross-origin-opener-policy"),
        Some("same-origin")
    );
    assert_eq!(
        page.header("cross-origin-embedder-policy"),
        Some("require-corp")
    );
    let policy = page.header("content-security-policy").expect("a policy");
    for rule in ["default-src 'self'", "worker-src 'self' blob:"] {
        assert!(
            policy.split(';').any(|part| part.trim() == rule),
            "{policy}"
        );
    }
}

#[test]
fn who_asks_for_a_part_gets_the_whole() {
    let site = Site::new();
    let answer = site.get("/codec.wasm", "Range: bytes=10-19\r\n");
    assert_eq!((answer.status, answer.body.len()), (200, 1_000_000));
    assert_eq!(answer.header("content-range"), None);
}

#[test]
fn what_a_client_has_is_not_sent_again() {
    let site = Site::new();
    let first = site.get("/codec.wasm", "");
    let tag = first.header("etag").expect("a tag").to_owned();
    assert_eq!(first.header("cache-control"), Some("no-cache"));
    for given in [
        tag.clone(),
        format!("\"other\", {tag}"),
        format!("W/{tag}"),
        "*".into(),
    ] {
        let answer = site.get("/codec.wasm", &format!("If-None-Match: {given}\r\n"));
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{given}");
        assert_eq!(answer.header("etag"), Some(tag.as_str()));
    }
    assert_eq!(
        site.get("/codec.wasm", "If-None-Match: \"other\"\r\n")
            .status,
        200
    );
    let path = "/assets/main-B0xq1aZ_.js";
    let plain = site.get(path, "");
    let brotli = site.get(path, "Accept-Encoding: br\r\n");
    assert_ne!(plain.header("etag"), brotli.header("etag"));
}
