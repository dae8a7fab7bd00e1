//! What the binary says when it can't start, and its smaller commands.

use std::process::{Command, Output};

use crate::support::{Folder, LOCUS, Server, cache, codec};

fn locus(arguments: &[&str]) -> (Output, String) {
    let output = Command::new(LOCUS)
        .args(arguments)
        .output()
        .expect("the binary runs");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, words)
}

#[test]
fn a_taken_port_is_named_with_what_to_do() {
    let server = Server::start(&[]);
    let address = server.address.to_string();
    let (codec, cache) = (codec(), cache());
    let (output, words) = locus(&[
        "serve",
        "--listen",
        &address,
        "--codec",
        codec.to_str().expect("text"),
        "--cache",
        cache.to_str().expect("text"),
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        words.contains(&format!("{address} is taken")) && words.contains("--listen"),
        "{words}"
    );
    server.check_echo();
}

#[test]
fn what_is_missing_is_named_with_what_to_do() {
    let folder = Folder::new();
    let path = folder.path().to_str().expect("text");
    let (real, cache) = (codec(), cache());
    let (real, cache) = (real.to_str().expect("text"), cache.to_str().expect("text"));
    let text = folder.write("text.wasm", b"not a module");
    let text = text.to_str().expect("text");
    let empty = folder.write("empty.wasm", b"\0asm\x01\0\0\0");
    let empty = empty.to_str().expect("text");
    let missing = folder.path().join("missing.wasm");
    let missing = missing.to_str().expect("text");
    let check = |codec: &str, cache: &str, more: &[&str], words: &[&str]| {
        let arguments = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--codec",
            codec,
            "--cache",
            cache,
        ];
        let (output, said) = locus(&[&arguments, more].concat());
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    };
    check(missing, cache, &[], &[missing, "scripts/build guest"]);
    check(text, cache, &[], &[text, "not a WebAssembly module"]);
    check(empty, cache, &[], &[empty, "locus.operations"]);
    check(real, text, &[], &[text, "--cache"]);
    check(
        real,
        cache,
        &["--pages", path],
        &[path, "scripts/build pages"],
    );
    check(real, cache, &["--log", "a=b=c"], &["--log"]);
}

#[test]
fn help_teaches() {
    let (output, _) = locus(&["serve", "--help"]);
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    for words in [
        "Examples:",
        "LOCUS_MAX_MEMORY",
        "[default: 127.0.0.1:8080]",
        "queue_full",
        "SIGTERM",
    ] {
        assert!(help.contains(words), "{words}");
    }
    let (output, _) = locus(&["--help"]);
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        help.contains("compile") && help.contains("health") && !help.contains("runner"),
        "{help}"
    );
}

#[test]
fn health_is_checked_by_a_subcommand() {
    let mut server = Server::start(&[]);
    let address = server.address.to_string();
    let (output, words) = locus(&["health", "--listen", &address]);
    assert!(
        output.status.success() && words.contains("\"ok\""),
        "{words}"
    );
    server.terminate();
    server.ended();
    let (output, words) = locus(&["health", "--listen", &address]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words.contains("nothing answers"), "{words}");
}

#[test]
fn a_runner_alone_says_who_starts_it() {
    let (output, words) = locus(&[
        "runner",
        "--module",
        "/nothing",
        "--max-pages",
        "1",
        "--max-reply-bytes",
        "1",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words.contains("locus serve"), "{words}");
}
