//! Calls that are handed to a busy runner, because those before them are
//! usually short.

use std::net::TcpStream;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::support::{Answer, Server, call, echo, signal, wait};

/// Long enough that a test ends the call before.
const LONG: u64 = 300_000;

/// A server that takes `echo` and `hang` for short calls: it has seen many of
/// either that ended at once, those of `hang` by an error. What it takes for
/// usual falls by an eighth a call, so these outweigh a first that waited long
/// for a core.
fn server(flags: &[&str]) -> Server {
    let server = Server::start(flags);
    for _ in 0..40 {
        server.check_echo();
        let mut hang = call("hang", LONG);
        hang["parameters"] = json!({ "nonsense": 1 });
        assert_eq!(server.call(hang, &[]).code(), "invalid_parameters");
    }
    server
}

/// A server with one runner, which is stopped, so that it holds whatever it is handed.
fn stopped() -> (Server, u32) {
    let server = server(&["--runners", "1", "--spares", "0"]);
    let runner = server.runners().pop_first().expect("a runner");
    signal(runner, Signal::STOP);
    (server, runner)
}

/// Begins a call that is handed to the one runner, though that may have others already.
fn hand(server: &Server, header: serde_json::Value) -> TcpStream {
    let handed = || server.count("busy") + server.count("ahead");
    let before = handed();
    let stream = server.begin(header);
    wait("the call is handed", || handed() > before);
    stream
}

#[test]
fn calls_that_wait_for_a_runner_that_dies_are_none_the_worse() {
    let (server, first) = stopped();
    let mut one = hand(&server, echo(0));
    let mut two = hand(&server, call("hang", 15_000));
    let mut three = hand(&server, echo(0));
    signal(first, Signal::KILL);
    assert_eq!(Answer::read(&mut one).status, 200);
    // That death was none of the second call's, so that it may still lose one runner.
    let second = server.busy_runner();
    signal(second, Signal::KILL);
    wait("the runner is gone", || !server.runners().contains(&second));
    assert_ne!(server.busy_runner(), second);
    assert_eq!(Answer::read(&mut two).code(), "deadline_exceeded");
    assert_eq!(Answer::read(&mut three).status, 200);
}

#[test]
fn who_leaves_while_waiting_for_a_busy_runner_disturbs_nobody() {
    let (server, runner) = stopped();
    let mut one = hand(&server, echo(0));
    let two = hand(&server, echo(0));
    let mut three = hand(&server, echo(0));
    drop(two);
    // The server hears that the client is gone before the runner goes on.
    std::thread::sleep(Duration::from_millis(200));
    signal(runner, Signal::CONT);
    assert_eq!(Answer::read(&mut one).status, 200);
    assert_eq!(Answer::read(&mut three).status, 200);
    server.check_echo();
    assert!(server.runners().contains(&runner), "its runner was ended");

    signal(runner, Signal::STOP);
    let mut one = hand(&server, echo(0));
    let two = hand(&server, call("hang", LONG));
    let mut three = hand(&server, echo(0));
    drop(two);
    std::thread::sleep(Duration::from_millis(200));
    signal(runner, Signal::CONT);
    assert_eq!(Answer::read(&mut one).status, 200);
    // The one that nobody waits for is run, and its runner ended for it.
    assert_eq!(Answer::read(&mut three).status, 200);
    wait("its runner is replaced", || {
        let runners = server.runners();
        runners.len() == 1 && !runners.contains(&runner)
    });
}

#[test]
fn a_call_that_waits_for_a_busy_runner_has_its_own_deadline() {
    let (server, runner) = stopped();
    let mut one = hand(&server, echo(0));
    let mut hurried = echo(0);
    // Long enough to be seen handed on a machine that is busy.
    hurried["deadline_ms"] = 3000.into();
    let mut two = hand(&server, hurried);
    assert_eq!(Answer::read(&mut two).code(), "deadline_exceeded");
    signal(runner, Signal::CONT);
    assert_eq!(Answer::read(&mut one).status, 200);
    server.check_echo();
    assert!(server.runners().contains(&runner), "its runner was ended");
}

#[test]
fn a_long_call_gives_back_what_was_handed_after_it() {
    let server = server(&["--runners", "1", "--spares", "1"]);
    let mut hang = server.begin(call("hang", 3000));
    server.busy_runner();
    let mut waiting = [server.begin(echo(0)), server.begin(echo(0))];
    wait("they are given back", || server.count("queued") == 2);
    assert!(server.logged(&["a call goes to another runner"]));
    for waiting in &mut waiting {
        // The spare takes the place of the runner that hangs.
        assert_eq!(Answer::read(waiting).status, 200);
    }
    assert_eq!(Answer::read(&mut hang).code(), "deadline_exceeded");
}

#[test]
fn a_short_call_does_not_wait_for_a_long_one_while_another_runner_is_free() {
    let server = server(&[]);
    let long = server.begin(call("hang", LONG));
    let other = server.begin(call("hang", 2000));
    wait("both runners are busy", || server.count("busy") == 2);
    // Handed to the one or the other, and taken back.
    let mut short = server.begin(echo(0));
    drop(other);
    assert_eq!(Answer::read(&mut short).status, 200);
    assert_eq!(server.count("busy"), 1, "the long call still runs");
    drop(long);
}
