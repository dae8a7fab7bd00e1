//! Decoded pictures stay with the runner that made them, and calls go there.

use serde_json::{Value, json};

use crate::blobs::{Kept, digest};
use crate::support::{Answer, call, echo, wait};

const LONG: u64 = 300_000;

/// A picture of the corpus.
fn picture(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/../codec-core/tests/corpus/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "inputs are written where the call is"
)]
fn decode(input: Value) -> Value {
    let mut decode = call("image.decode", LONG);
    decode["inputs"] = json!([input]);
    decode
}

fn pixels(answer: &Answer) -> Vec<u8> {
    assert_eq!(answer.code(), "", "{answer:?}");
    answer.reply().payloads.swap_remove(0)
}

impl Kept {
    /// Decodes a blob and tells which runner did it, and whether it was thought to hold it.
    fn decoded_by(&self, bytes: &[u8]) -> (u64, bool) {
        let before = self.handed(bytes).len();
        let answer = self
            .server
            .call(decode(json!({"digest": digest(bytes)})), &[]);
        let cold = self.server.call(decode(json!({"payload": 0})), &[bytes]);
        assert!(pixels(&answer) == pixels(&cold));
        // The log comes through a pipe.
        wait("the call is logged", || self.handed(bytes).len() > before);
        self.handed(bytes)[before]
    }

    /// Which runners got the calls with a blob, in order.
    fn handed(&self, bytes: &[u8]) -> Vec<(u64, bool)> {
        let digest = digest(bytes);
        let lines = self.server.lines(&["a call goes to a runner", &digest]);
        let handed = lines.iter().map(|line| {
            let said: Value = serde_json::from_str(line).expect("the log is JSON");
            let fields = if said["pid"].is_null() {
                &said["fields"]
            } else {
                &said
            };
            let pid = fields["pid"].as_u64().expect("a pid");
            (pid, fields["held"].as_bool().expect("yes or no"))
        });
        handed.collect()
    }
}

#[test]
fn calls_go_to_the_runner_that_holds_their_blob() {
    let kept = Kept::start(&[]);
    let (one, other) = (picture("photo.png"), picture("lossy.jxl"));
    for bytes in [&one, &other] {
        assert_eq!(kept.put(bytes).status, 201);
    }
    let (first, held) = kept.decoded_by(&one);
    assert!(!held);
    // The next picture goes to the runner that holds nothing yet.
    let (second, held) = kept.decoded_by(&other);
    assert!(!held);
    assert_ne!(first, second);
    for _ in 0..3 {
        assert_eq!(kept.decoded_by(&one), (first, true));
        assert_eq!(kept.decoded_by(&other), (second, true));
    }
}

#[test]
fn a_call_need_not_wait_for_the_runner_that_holds_its_blob() {
    let kept = Kept::start(&[]);
    let bytes = picture("photo.png");
    assert_eq!(kept.put(&bytes).status, 201);
    let (first, _) = kept.decoded_by(&bytes);
    // Two calls that spin would take both runners; one takes the holder or the other.
    let spinning = kept.server.begin(call("spin", LONG));
    let busy = u64::from(kept.server.busy_runner());
    let (second, held) = kept.decoded_by(&bytes);
    assert_ne!(second, busy);
    assert_eq!(held, first != busy);
    drop(spinning);
    wait("the call has stopped", || kept.server.count("busy") == 0);
    kept.server.check_echo();
}

#[test]
fn a_grown_runner_stays_while_it_holds_what_is_used() {
    let kept = Kept::start(&["--recycle-memory", "8000000"]);
    let path = format!(
        "{}/../assets/samples/dahlia.jxl",
        env!("CARGO_MANIFEST_DIR")
    );
    let bytes = std::fs::read(path).expect("the sample is there");
    assert_eq!(kept.put(&bytes).status, 201);
    let named = || decode(json!({"digest": digest(&bytes)}));
    for call in 0..3 {
        pixels(&kept.server.call(named(), &[]));
        wait("the call is logged", || kept.handed(&bytes).len() > call);
    }
    let handed = kept.handed(&bytes);
    let (runner, _) = handed[0];
    assert_eq!(handed, [(runner, false), (runner, true), (runner, true)]);
    // One that has grown for nothing that it could hold is replaced at once.
    let before = kept.server.runners();
    pixels(&kept.server.call(decode(json!({"payload": 0})), &[&bytes]));
    wait("it is replaced", || {
        let now = kept.server.runners();
        now.len() == 3 && now != before
    });
    kept.server.check_echo();
}

#[test]
fn a_client_can_t_put_its_bytes_in_the_place_of_others() {
    let kept = Kept::start(&["--runners", "1"]);
    let (mine, theirs) = (picture("photo.png"), picture("alpha.png"));
    assert_eq!(kept.put(&mine).status, 201);
    let name = digest(&mine);
    let expected = pixels(&kept.server.call(decode(json!({"payload": 0})), &[&mine]));
    for input in [
        json!({"payload": 0, "key": name}),
        json!({"payload": 0, "digest": name}),
        json!({"payload": 0, "digest": name, "key": name}),
    ] {
        let other = pixels(&kept.server.call(decode(input), &[&theirs]));
        assert!(other != expected);
        let answer = kept.server.call(decode(json!({"digest": name})), &[]);
        assert!(pixels(&answer) == expected);
        // Nor does a key of another lead to what is kept.
        let answer = kept
            .server
            .call(decode(json!({"payload": 0, "key": name})), &[&theirs]);
        assert!(pixels(&answer) == other);
    }
}

#[test]
fn an_answer_tells_how_long_the_call_waited_and_ran() {
    let kept = Kept::start(&["--runners", "1"]);
    let durations = |answer: &Answer| -> Vec<(String, f64)> {
        let timing = answer.header("server-timing").expect("a header");
        let metrics = timing.split(", ").map(|metric| {
            let (name, duration) = metric.split_once(";dur=").expect("a duration");
            (name.to_owned(), duration.parse().expect("a number"))
        });
        metrics.collect()
    };
    let answer = kept.server.call(echo(1), &[b"hello"]);
    let told = durations(&answer);
    assert_eq!([&told[0].0, &told[1].0], ["queue", "run"]);
    assert!(told.iter().all(|(_, duration)| *duration >= 0.0));
    assert_eq!(kept.server.health()["ahead_ms"], 0.0);

    // While the runner is busy, the next call waits, and says for how long.
    let spinning = kept.server.begin(call("spin", LONG));
    kept.server.busy_runner();
    assert!(kept.server.health()["ahead_ms"].as_f64().expect("a number") > 0.0);
    let waiting = kept.server.begin(call("echo", LONG));
    wait("the call waits", || kept.server.count("queued") == 1);
    drop(spinning);
    let answer = Answer::read(&mut { waiting });
    assert!(durations(&answer)[0].1 > 0.0, "{}", answer.head);

    // What tells progress has begun before it is known how long it takes.
    let mut spin = call("spin", 1_000);
    spin["parameters"] = json!({});
    let told = durations(&kept.server.call(spin, &[]));
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "queue");
}
