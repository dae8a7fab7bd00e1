//! The end of a server.

use std::net::TcpStream;
use std::time::Duration;

use crate::support::{Answer, Server, call, echo, frame, head, wait};

#[test]
fn running_calls_end_first_and_the_port_is_closed_at_once() {
    use std::io::Write;
    let mut server = Server::start(&[]);
    let mut spins = [
        server.begin(call("spin", 2500)),
        server.begin(call("spin", 2500)),
    ];
    let mut queued = server.begin(echo(0));
    let idle = server.connect();
    let body = frame(echo(1), &[&[5; 100_000]]);
    let mut sending = server.connect();
    sending
        .write_all(head(body.len()).as_bytes())
        .expect("sent");
    sending.write_all(&body[..1000]).expect("sent");
    wait("the calls run", || server.count("busy") == 2);
    std::thread::sleep(Duration::from_millis(100));
    server.terminate();
    wait("the port is closed", || {
        TcpStream::connect(server.address).is_err()
    });
    sending.write_all(&body[1000..]).expect("sent");
    for spin in &mut spins {
        // They were not cut off: their own deadline ended them, frame by frame.
        assert_eq!(Answer::read(spin).code(), "deadline_exceeded");
    }
    assert_eq!(Answer::read(&mut queued).status, 200);
    assert_eq!(
        Answer::read(&mut sending).reply().payloads,
        [vec![5; 100_000]]
    );
    assert!(server.ended().success());
    drop(idle);
}

#[test]
fn what_takes_longer_than_the_drain_is_cut_off() {
    let mut server = Server::start(&["--drain", "0.3"]);
    let _spin = server.begin(call("spin", 300_000));
    wait("the call runs", || server.count("busy") == 1);
    let runners = server.runners();
    server.terminate();
    assert!(server.ended().success());
    wait("no runner is left", || {
        runners
            .iter()
            .all(|runner| !std::path::Path::new(&format!("/proc/{runner}")).exists())
    });
}

#[test]
fn a_second_signal_ends_at_once() {
    let mut server = Server::start(&[]);
    let _hang = server.begin(call("hang", 300_000));
    wait("the call runs", || server.count("busy") == 1);
    server.terminate();
    wait("the port is closed", || {
        TcpStream::connect(server.address).is_err()
    });
    server.terminate();
    assert!(!server.ended().success());
}
