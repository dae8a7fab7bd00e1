//! The data folder of a server, and a new binary over the same folder.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Folder, LOCUS, Server, cache, codec, signal, wait};

/// A folder beside others, with the codec compiled in its `cache/`.
fn data(folder: &Folder) -> std::path::PathBuf {
    drop(Server::start(&[]));
    let data = folder.path().join("data");
    fs::create_dir_all(data.join("cache")).expect("a folder");
    for file in fs::read_dir(cache()).expect("the cache") {
        let file = file.expect("an entry").path();
        if file.extension().is_some_and(|ending| ending == "so") {
            let name = file.file_name().expect("a file's name");
            fs::copy(&file, data.join("cache").join(name)).expect("a copy");
        }
    }
    data
}

fn serve(binary: &Path, data: &Path) -> Command {
    let mut command = Command::new(binary);
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
        .args(["--runners", "1", "--test-operations", "--codec"])
        .arg(codec())
        .arg("--data")
        .arg(data);
    command
}

fn refused(data: &Path) -> String {
    let output = serve(Path::new(LOCUS), data).output();
    let output = output.expect("the binary runs");
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn one_server_has_a_data_folder_and_its_death_frees_it() {
    let folder = Folder::new();
    let data = data(&folder);
    let mut server = Server::spawn(serve(Path::new(LOCUS), &data));
    server.wait_ready();
    server.check_echo();
    assert!(
        !server.logged(&["compiling"]),
        "cache/ in the data folder is used"
    );
    let layout = fs::read_to_string(data.join("layout.json")).expect("the layout");
    assert!(layout.contains("\"layout\":1"), "{layout}");
    let words = refused(&data);
    assert!(
        words.contains("another server") && words.contains("--data"),
        "{words}"
    );
    server.check_echo();
    // Its runners may live for some milliseconds longer, and don't hold the lock.
    signal(server.pid(), rustix::process::Signal::KILL);
    server.ended();
    let server = Server::spawn(serve(Path::new(LOCUS), &data));
    server.wait_ready();
    server.check_echo();
    let kept = fs::read_to_string(data.join("layout.json")).expect("the layout");
    assert_eq!(kept, layout);
}

#[test]
fn a_newer_layout_is_left_alone() {
    let folder = Folder::new();
    let newer = "{\"layout\":2,\"written_by\":\"9.8.7\",\"more\":true}\n";
    folder.write("layout.json", newer.as_bytes());
    folder.write("things/of-the-future", b"precious");
    let words = refused(folder.path());
    for word in [
        "layout 2",
        "Locus 9.8.7",
        "up to 1",
        "--data",
        "9.8.7 or newer",
    ] {
        assert!(words.contains(word), "{word}: {words}");
    }
    let read = |name| fs::read_to_string(folder.path().join(name)).expect("it is there");
    assert_eq!(read("layout.json"), newer);
    assert_eq!(read("things/of-the-future"), "precious");
}

#[test]
fn what_is_no_data_folder_is_left_alone() {
    let folder = Folder::new();
    folder.write("letters/to-mother", b"Dear mother");
    let words = refused(folder.path());
    assert!(
        words.contains("not empty") && words.contains("--data"),
        "{words}"
    );
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    for broken in ["", "{}", "{\"layout\":0,\"written_by\":\"0\"}", "layout 1"] {
        folder.write("layout.json", broken.as_bytes());
        let words = refused(folder.path());
        assert!(words.contains("layout.json does not say"), "{words}");
    }
    let file = folder.write("file", b"");
    assert!(refused(&file).contains("--data"));
    // A start that was cut off before it wrote the layout.
    let begun = Folder::new();
    begun.write("data/layout.json.new", b"{\"lay");
    begun.write("data/lost+found/.keep", b"");
    let server = Server::spawn(serve(Path::new(LOCUS), &begun.path().join("data")));
    assert_eq!(server.get("/v1/health").status, 200);
}

#[test]
fn a_binary_can_be_replaced_while_it_serves_and_takes_over_its_data() {
    let folder = Folder::new();
    let data = data(&folder);
    let binary = folder.path().join("locus");
    fs::copy(LOCUS, &binary).expect("a copy");
    let mut server = Server::spawn(serve(&binary, &data));
    server.wait_ready();
    // As a package manager does it: the old file lives on without a name.
    let new = folder.path().join("locus.new");
    fs::copy(LOCUS, &new).expect("a copy");
    fs::rename(&new, &binary).expect("it is replaced");
    for runner in server.runners() {
        signal(runner, rustix::process::Signal::KILL);
    }
    wait("new runners of the old binary work", || {
        let answer = server.call(crate::support::echo(1), &[b"hello"]);
        answer.status == 200 && answer.reply().payloads == [b"hello"]
    });
    server.terminate();
    assert!(server.ended().success());
    let server = Server::spawn(serve(&binary, &data));
    server.wait_ready();
    server.check_echo();
    assert!(
        !server.logged(&["compiling"]),
        "the compiled codec was kept"
    );
}
