//! Settings from flags, environment and file, and the table of them.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::{Folder, LOCUS, Server, cache, codec};

/// Set to write the table anew instead of comparing it.
const WRITE: &str = "LOCUS_WRITE_DOCS";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A file with what a server needs, and more lines.
fn file(folder: &Folder, more: &str) -> String {
    let (codec, cache) = (codec(), cache());
    let text = format!(
        "# written by a test\ncodec = {codec:?}\ncache = {cache:?}\nlisten = '127.0.0.1:0'\nlog-format = \"json\"\n{more}"
    );
    let path = folder.write("locus.toml", text.as_bytes());
    path.to_str().expect("text").to_owned()
}

fn serve(file: &str, variables: &[(&str, &str)], flags: &[&str]) -> Command {
    let mut command = Command::new(LOCUS);
    command
        .args(["serve", "--config", file])
        .args(flags)
        .envs(variables.iter().copied());
    command
}

#[test]
fn the_documented_table_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let text = std::fs::read_to_string(&path).expect("docs/configuration.md is there");
    let (begin, end) = ("<!-- table -->\n\n", "\n<!-- end of the table -->");
    let (before, rest) = text.split_once(begin).expect("the table's begin");
    let (table, after) = rest.split_once(end).expect("the table's end");
    let current = locus_server::config::table::markdown();
    if std::env::var_os(WRITE).is_some() {
        let text = [before, begin, &current, end, after].concat();
        std::fs::write(&path, text).expect("it can be written");
    } else {
        assert_eq!(
            table, current,
            "with {WRITE}=1 this test writes docs/configuration.md anew"
        );
    }
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let folder = Folder::new();
    let file = file(
        &folder,
        "runners = 0x3\nspares = 0\ntest-operations = true\n",
    );
    for (variables, flags, limit) in [
        (&[][..], &[][..], 3),
        (&[("LOCUS_RUNNERS", "2")], &[], 2),
        (&[("LOCUS_RUNNERS", "2")], &["--runners", "1"], 1),
        (&[], &["--runners", "1"], 1),
    ] {
        let server = Server::spawn(serve(&file, variables, flags));
        server.wait_ready();
        assert_eq!(server.count("limit"), limit, "{variables:?} {flags:?}");
        // A flag without a value holds from the file, too.
        let answer = server.call(crate::support::call("spin", 50), &[]);
        assert_eq!(answer.code(), "deadline_exceeded");
    }
}

#[test]
fn a_list_in_the_file_holds_until_a_flag_names_another() {
    let folder = Folder::new();
    let file = file(&folder, "allow-host = ['one.example', \"two.example\"]\n");
    let passes = |server: &Server, host: &str| {
        let head = format!("GET /v1/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        server.ask(&head, &[]).status == 200
    };
    let server = Server::spawn(serve(&file, &[], &[]));
    assert!(passes(&server, "one.example") && passes(&server, "two.example"));
    let server = Server::spawn(serve(&file, &[], &["--allow-host", "three.example"]));
    assert!(passes(&server, "three.example") && !passes(&server, "one.example"));
}

#[test]
fn other_commands_read_the_same_file() {
    let folder = Folder::new();
    let path = file(&folder, "base-path = '/locus'\nqueue = 5\n");
    let locus = |arguments: &[&str]| {
        let output = Command::new(LOCUS).args(arguments).output();
        output.expect("the binary runs")
    };
    let server = Server::spawn(serve(&path, &[], &[]));
    crate::support::wait("the server is ready", || {
        let body = server.get("/locus/v1/health").body;
        String::from_utf8_lossy(&body).contains("\"ok\"")
    });
    // It took a free port, which the file can't know.
    let address = server.address.to_string();
    let output = locus(&["health", "--config", &path, "--listen", &address]);
    assert!(output.status.success(), "{}", said(&output));
    let output = locus(&["health", "--listen", &address]);
    assert_eq!(output.status.code(), Some(1), "it is below /locus only");
    let output = locus(&["compile", "--config", &path]);
    assert!(
        said(&output).contains("is there already"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_wrong_file_is_refused_by_line_and_key() {
    let folder = Folder::new();
    for (line, words) in [
        (
            "max-memroy = 1",
            &["`max-memroy`", "is it `max-memory`?"][..],
        ),
        ("zzz = 1", &["`zzz`", "no setting has that name"]),
        (
            "max_memory = 1",
            &["`max_memory`", "no setting has that name"],
        ),
        ("config = 'x'", &["`config`", "no setting has that name"]),
        ("help = true", &["`help`", "no setting has that name"]),
        ("[serve]", &["`serve`", "no setting has that name"]),
        ("runners = 0", &["`runners`", "0 is not in 1..=65535"]),
        ("runners = 'two'", &["`runners`", "invalid digit"]),
        ("runners = [1, 2]", &["`runners`", "array"]),
        ("spares = -1", &["`spares`", "-1 is not in 0..=65535"]),
        (
            "drain = 'soon'",
            &["`drain`", "`soon` is no number of seconds"],
        ),
        ("listen = 8080", &["`listen`", "invalid socket address"]),
        (
            "base-path = 'locus'",
            &["`base-path`", "each after a slash"],
        ),
        ("log-format = 'xml'", &["`log-format`", "human, json"]),
        ("no-isolation = 1", &["`no-isolation`", "true or false"]),
        (
            "no-isolation = 'true'",
            &["`no-isolation`", "true or false"],
        ),
        ("queue = 1979-05-27", &["`queue`", "datetime"]),
        ("codec = 'twice'\ncodec = 'twice'", &["duplicate key"]),
        ("queue =", &["line 2"]),
    ] {
        let path = folder.write("wrong.toml", format!("max-pixels = 1\n{line}\n").as_bytes());
        let path = path.to_str().expect("text");
        let output = serve(path, &[], &["--codec", "none", "--cache", "none"])
            .output()
            .expect("the binary runs");
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{line}: {said}");
        let place = if line.contains('\n') {
            "line 3"
        } else {
            "line 2"
        };
        let named = [path, place].into_iter().chain(words.iter().copied());
        for word in named {
            assert!(said.contains(word), "{line}: {word}: {said}");
        }
    }
    let output = serve("/no/such/file.toml", &[], &[]).output();
    let said = said(&output.expect("the binary runs"));
    assert!(
        said.contains("/no/such/file.toml") && said.contains("--config"),
        "{said}"
    );
}

#[test]
fn a_command_line_that_lacks_something_is_told_as_without_a_file() {
    let folder = Folder::new();
    let empty = folder.write("empty.toml", b"");
    let empty = empty.to_str().expect("text");
    for arguments in [&["serve"][..], &["serve", "--config", empty]] {
        let output = Command::new(LOCUS).args(arguments).output();
        let output = output.expect("the binary runs");
        assert_eq!(output.status.code(), Some(2));
        assert!(
            said(&output).contains("--codec <FILE>"),
            "{}",
            said(&output)
        );
    }
    let codec = codec();
    let output = Command::new(LOCUS)
        .args(["serve", "--listen", "127.0.0.1:0", "--codec"])
        .arg(codec)
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("--data FOLDER"), "{}", said(&output));
}

#[test]
fn logs_go_to_standard_output_for_people_or_machines() {
    let folder = Folder::new();
    for (format, is_json) in [("human", false), ("json", true)] {
        let file = file(&folder, "");
        let server = Server::spawn(serve(&file, &[], &[]));
        // The port is free again as soon as its server has ended.
        let address = server.address;
        drop(server);
        let child = serve(
            &file,
            &[],
            &["--log-format", format, "--listen", &address.to_string()],
        )
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the binary runs");
        crate::support::wait("it listens", || {
            std::net::TcpStream::connect(address).is_ok()
        });
        crate::support::signal(child.id(), rustix::process::Signal::TERM);
        let output = child.wait_with_output().expect("it ends");
        let log = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{}",
            said(&output)
        );
        assert!(
            log.contains(&format!("serving on http://{address}/")),
            "{log}"
        );
        for line in log.lines() {
            let json = serde_json::from_str::<serde_json::Value>(line);
            assert_eq!(json.is_ok_and(|line| line.is_object()), is_json, "{line}");
        }
    }
}
