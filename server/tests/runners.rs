//! Runners that are cancelled, killed, trap or grow.

use rustix::process::Signal;
use serde_json::json;

use crate::support::{Answer, Server, call, signal, wait};

/// Long enough that a test ends the call before.
const LONG: u64 = 300_000;

#[test]
fn a_dropped_connection_stops_a_call_that_listens() {
    let server = Server::start(&[]);
    let runners = server.runners();
    for early in [true, false] {
        let stream = server.begin(call("spin", LONG));
        if early {
            wait("the call runs", || server.count("busy") == 1);
        } else {
            // Past the first progress, when the reply has begun.
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
        drop(stream);
        wait("the call has stopped", || server.count("busy") == 0);
    }
    // On a slow machine the grace may pass, so the runner need not be the same; usually it is.
    assert_eq!(server.runners().len(), runners.len());
    server.check_echo();
}

#[test]
fn a_dropped_connection_ends_the_runner_of_a_call_that_does_not_listen() {
    let server = Server::start(&[]);
    let stream = server.begin(call("hang", LONG));
    let runner = server.busy_runner();
    drop(stream);
    wait("its runner has ended", || {
        !server.runners().contains(&runner)
    });
    wait("another has taken its place", || {
        server.count("idle") == 2 && server.count("spare") == 1
    });
    server.check_echo();
}

#[test]
fn a_call_is_killed_at_its_deadline() {
    let server = Server::start(&["--max-deadline", "700"]);
    for deadline in [300, LONG] {
        let answer = server.call(call("hang", deadline), &[]);
        assert_eq!(
            (answer.status, answer.code()),
            (504, "deadline_exceeded".into())
        );
        server.check_echo();
    }
    let mut none = call("hang", 0);
    none.as_object_mut()
        .expect("an object")
        .remove("deadline_ms");
    assert_eq!(server.call(none, &[]).code(), "deadline_exceeded");
    wait("all runners are replaced", || {
        server.count("idle") == 2 && server.count("spare") == 1
    });
}

#[test]
fn a_call_whose_runner_dies_is_retried_once_and_then_reported() {
    let server = Server::start(&[]);
    let mut stream = server.begin(call("hang", LONG));
    let first = server.busy_runner();
    signal(first, Signal::KILL);
    wait("the runner is gone", || !server.runners().contains(&first));
    // Neighbours don't notice.
    server.check_echo();
    let second = server.busy_runner();
    assert_ne!(first, second);
    assert_eq!(server.count("busy"), 1);
    signal(second, Signal::KILL);
    let answer = Answer::read(&mut stream);
    assert_eq!((answer.status, answer.code()), (500, "lost".into()));
    wait("all runners are replaced", || {
        server.count("idle") == 2 && server.count("spare") == 1
    });
    server.check_echo();
}

#[test]
fn a_call_that_has_told_progress_is_retried_too() {
    let server = Server::start(&[]);
    let mut stream = server.begin(call("spin", 5000));
    signal(server.busy_runner(), Signal::KILL);
    let answer = Answer::read(&mut stream);
    assert_eq!(
        (answer.status, answer.code()),
        (200, "deadline_exceeded".into())
    );
}

#[test]
fn an_idle_runner_that_dies_is_replaced() {
    let server = Server::start(&[]);
    for runner in server.runners() {
        signal(runner, Signal::KILL);
        wait("it is gone", || !server.runners().contains(&runner));
        server.check_echo();
    }
    wait("all are replaced", || {
        server.count("idle") == 2 && server.count("spare") == 1
    });
}

#[test]
fn a_trap_costs_its_runner_and_nothing_else() {
    let server = Server::start(&[]);
    let neighbour = server.begin(call("spin", LONG));
    let busy = server.busy_runner();
    for operation in ["panic", "recurse"] {
        let answer = server.call(call(operation, LONG), &[]);
        assert_eq!(
            (answer.status, answer.code()),
            (500, "trapped".into()),
            "{operation}"
        );
        server.check_echo();
    }
    assert_eq!(server.busy_runner(), busy);
    drop(neighbour);
}

#[test]
fn memory_is_bounded_and_a_grown_runner_is_replaced() {
    let server = Server::start(&["--max-memory", "134217728", "--recycle-memory", "50000000"]);
    let allocate = |bytes: u64| {
        let mut allocate = call("allocate", LONG);
        allocate["parameters"] = json!({ "bytes": bytes });
        server.call(allocate, &[])
    };
    let before = server.runners();
    assert_eq!(allocate(1_000_000).code(), "");
    assert_eq!(server.runners(), before);
    assert_eq!(allocate(60_000_000).code(), "");
    wait("the runner that has grown is replaced", || {
        server.runners().len() == 3 && server.runners() != before
    });
    let refused = allocate(500_000_000);
    assert!(
        ["limit_exceeded", "out_of_memory"].contains(&refused.code().as_str()),
        "{}",
        refused.code()
    );
    server.check_echo();
}

#[test]
fn runners_get_no_environment_and_no_files() {
    let server = Server::start(&[]);
    for runner in server.runners() {
        let environment = std::fs::read(format!("/proc/{runner}/environ")).expect("it runs");
        assert_eq!(environment, b"");
        let mut open: Vec<String> = std::fs::read_dir(format!("/proc/{runner}/fd"))
            .expect("it runs")
            .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
            .map(|path| path.to_string_lossy().into_owned())
            .collect();
        open.sort();
        assert_eq!(open.len(), 4, "{open:?}");
        assert_eq!(open[..2], ["/dev/null", "/dev/null"]);
        assert!(
            open[2].starts_with("pipe:") && open[3].starts_with("socket:"),
            "{open:?}"
        );
    }
}

#[test]
fn runners_end_with_their_server_even_while_their_guest_spins() {
    let server = Server::start(&[]);
    let _hang = server.begin(call("hang", LONG));
    server.busy_runner();
    let runners = server.runners();
    assert_eq!(runners.len(), 3);
    signal(server.pid(), Signal::KILL);
    wait("the runners have ended", || {
        runners.iter().all(|runner| {
            // Nobody may have reaped it yet.
            std::fs::read_to_string(format!("/proc/{runner}/stat"))
                .map_or(true, |stat| stat.contains(") Z "))
        })
    });
}
