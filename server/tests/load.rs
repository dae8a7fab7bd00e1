//! Many calls at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};

use crate::support::{Answer, Server, call, echo};

#[test]
fn hundreds_at_once_are_each_answered() {
    const CALLS: usize = 300;
    const QUEUE: u64 = 20;
    let server = Arc::new(Server::start(&["--queue", "20"]));
    // Both runners are taken, so the queue fills.
    let mut spins = [
        server.begin(call("spin", 3000)),
        server.begin(call("spin", 3000)),
    ];
    crate::support::wait("both runners are busy", || server.count("busy") == 2);
    let start = Arc::new(Barrier::new(CALLS));
    let threads: Vec<_> = (0..CALLS)
        .map(|index| {
            let (server, start) = (Arc::clone(&server), Arc::clone(&start));
            std::thread::Builder::new()
                .stack_size(256 * 1024)
                .spawn(move || {
                    start.wait();
                    let payload = format!("call {index}");
                    let answer = server.call(echo(1), &[payload.as_bytes()]);
                    if answer.status == 200 {
                        assert_eq!(answer.reply().payloads, [payload.as_bytes()]);
                    } else {
                        assert_eq!((answer.status, answer.code()), (503, "queue_full".into()));
                        assert_eq!(answer.header("retry-after"), Some("1"));
                    }
                    answer.status
                })
                .expect("a thread")
        })
        .collect();
    let mut counts = BTreeMap::new();
    for thread in threads {
        *counts.entry(thread.join().expect("answered")).or_insert(0) += 1;
    }
    assert!(counts[&200] >= QUEUE && counts[&503] > 0, "{counts:?}");
    for spin in &mut spins {
        assert_eq!(Answer::read(spin).code(), "deadline_exceeded");
    }
    server.check_echo();
    assert_eq!(server.count("queued"), 0);
}

#[test]
fn waiting_calls_are_answered_at_their_deadline() {
    let server = Server::start(&["--runners", "1", "--spares", "0"]);
    let spin = server.begin(call("spin", 300_000));
    crate::support::wait("the runner is busy", || server.count("busy") == 1);
    let mut waiting = echo(0);
    waiting["deadline_ms"] = 200.into();
    let answer = server.call(waiting, &[]);
    assert_eq!(
        (answer.status, answer.code()),
        (504, "deadline_exceeded".into())
    );
    // One who leaves makes room.
    drop(server.begin(call("spin", 300_000)));
    drop(spin);
    server.check_echo();
    assert_eq!(server.count("queued"), 0);
}

#[test]
fn connections_past_the_bound_wait() {
    let server = Server::start(&["--max-connections", "2"]);
    let idle = [server.connect(), server.connect()];
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| server.check_echo());
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert!(!waiting.is_finished());
        drop(idle);
    });
}
