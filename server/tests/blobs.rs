//! Inputs that are sent once and then named by their digest.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Answer, Folder, Server, echo, wait};

/// A server that keeps blobs, and the folder of its data.
pub(crate) struct Kept {
    pub(crate) server: Server,
    pub(crate) data: Folder,
}

impl Kept {
    pub(crate) fn start(flags: &[&str]) -> Self {
        Self::again(Folder::new(), flags)
    }

    pub(crate) fn again(data: Folder, flags: &[&str]) -> Self {
        let folder = data.path().to_str().expect("text").to_owned();
        let server = Server::start(&[&["--data", folder.as_str()], flags].concat());
        Self { server, data }
    }

    /// The folder of whole blobs.
    pub(crate) fn file(&self, bytes: &[u8]) -> PathBuf {
        let name = digest(bytes)["sha256:".len()..].to_owned();
        self.data.path().join("blobs/whole").join(name)
    }

    pub(crate) fn partial(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.data.path().join("blobs/partial")).expect("it is there");
        entries.flatten().map(|entry| entry.path()).collect()
    }

    /// `method` of a blob with further lines in the head.
    pub(crate) fn ask(&self, method: &str, digest: &str, lines: &str, body: &[u8]) -> Answer {
        self.server.ask(&head(method, digest, lines), body)
    }

    pub(crate) fn put(&self, bytes: &[u8]) -> Answer {
        let length = format!("Content-Length: {}\r\n", bytes.len());
        self.ask("PUT", &digest(bytes), &length, bytes)
    }

    /// Sends the bytes from `from` to before `end`.
    pub(crate) fn put_range(&self, bytes: &[u8], from: usize, end: usize) -> Answer {
        let lines = range_lines(bytes, from, end);
        self.ask("PUT", &digest(bytes), &lines, &bytes[from..end])
    }

    /// How much the server says it has: all, a part, or nothing.
    pub(crate) fn arrived(&self, bytes: &[u8]) -> Option<usize> {
        let answer = self.ask("HEAD", &digest(bytes), "", &[]);
        let name = match answer.status {
            200 => "content-length",
            204 => "upload-offset",
            404 => return None,
            status => panic!("{status}"),
        };
        let value = answer.header(name).expect("a length");
        Some(value.parse().expect("a number"))
    }

    /// Sends the head of a whole upload and the first bytes of it.
    pub(crate) fn begin(&self, bytes: &[u8], sent: usize) -> TcpStream {
        let mut stream = self.server.connect();
        let length = format!("Content-Length: {}\r\n", bytes.len());
        let head = head("PUT", &digest(bytes), &length);
        stream.write_all(head.as_bytes()).expect("sent");
        stream.write_all(&bytes[..sent]).expect("sent");
        stream
    }

    /// Leaves an upload that broke off after so many bytes.
    pub(crate) fn break_off(&self, bytes: &[u8], sent: usize) {
        drop(self.begin(bytes, sent));
        wait("the part is there", || self.arrived(bytes) == Some(sent));
    }

    fn get(&self, bytes: &[u8]) -> Answer {
        self.ask("GET", &digest(bytes), "", &[])
    }

    fn echo(&self, bytes: &[u8]) -> Answer {
        self.server.call(named(&[&digest(bytes)]), &[])
    }
}

fn head(method: &str, digest: &str, lines: &str) -> String {
    format!(
        "{method} /v1/blobs/{digest} HTTP/1.1\r\nHost: localhost\r\n{lines}Connection: close\r\n\r\n"
    )
}

pub(crate) fn range_lines(bytes: &[u8], from: usize, end: usize) -> String {
    let (last, total) = (end - 1, bytes.len());
    format!(
        "Content-Length: {}\r\nContent-Range: bytes {from}-{last}/{total}\r\n",
        end - from
    )
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}

/// Bytes that no other `seed` gives.
pub(crate) fn bytes(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    (0..length).map(next).collect()
}

/// A call of `echo` with these inputs.
fn named(digests: &[&str]) -> Value {
    let mut call = echo(0);
    call["inputs"] = digests
        .iter()
        .map(|digest| json!({ "digest": digest }))
        .collect();
    call
}

fn problem(answer: &Answer) -> Value {
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    let problem: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(problem["status"], answer.status);
    problem
}

#[test]
fn a_blob_comes_back_as_it_was() {
    let kept = Kept::start(&[]);
    for (seed, length) in [(1, 0), (2, 1), (3, 70_000), (4, 3 << 20)] {
        let blob = bytes(seed, length);
        assert_eq!(kept.arrived(&blob), None);
        assert_eq!(kept.get(&blob).status, 404);
        assert_eq!(kept.put(&blob).status, 201);
        assert_eq!(kept.put(&blob).status, 200);
        assert_eq!(kept.arrived(&blob), Some(length));
        let answer = kept.get(&blob);
        assert_eq!(answer.status, 200);
        assert!(answer.body == blob, "{length} bytes differ");
        for (name, value) in [
            ("content-disposition", "attachment"),
            ("content-type", "application/octet-stream"),
            ("x-content-type-options", "nosniff"),
            ("content-length", &length.to_string()),
        ] {
            assert_eq!(answer.header(name), Some(value));
        }
    }
    let health = kept.server.health();
    assert_eq!(health["blobs"], 1 + 70_000 + (3 << 20));
    assert_eq!(kept.partial(), Vec::<PathBuf>::new());
}

#[test]
fn parts_of_a_blob_can_be_asked() {
    let kept = Kept::start(&[]);
    let blob = bytes(1, 400_000);
    kept.put(&blob);
    let ask = |range: &str| {
        let line = format!("Range: {range}\r\n");
        kept.ask("GET", &digest(&blob), &line, &[])
    };
    for (range, from, end) in [
        ("bytes=0-0", 0, 1),
        ("bytes=1000-399999", 1000, 400_000),
        ("bytes=399000-", 399_000, 400_000),
        ("bytes=-7", 399_993, 400_000),
    ] {
        let answer = ask(range);
        assert_eq!(answer.status, 206, "{range}");
        assert_eq!(
            answer.header("content-range"),
            Some(&*format!("bytes {from}-{}/400000", end - 1))
        );
        assert!(answer.body == blob[from..end], "{range}");
    }
    let answer = ask("bytes=400000-");
    assert_eq!(answer.status, 416);
    assert_eq!(answer.header("content-range"), Some("bytes */400000"));
    assert!(ask("bytes=0-1,5-6").body == blob);
}

#[test]
fn what_is_no_upload_is_a_problem_with_a_code() {
    let kept = Kept::start(&[]);
    let blob = bytes(1, 1000);
    let name = digest(&blob);
    let long = "Content-Length: 1000\r\n";
    let check = |name: &str, lines: &str, status: u16, code: &str| {
        let answer = kept.ask("PUT", name, lines, &blob);
        assert_eq!(answer.status, status, "{lines}");
        assert_eq!(problem(&answer)["code"], code, "{lines}");
    };
    check("sha256:ab", long, 400, "invalid_parameters");
    check(&name.to_uppercase(), long, 400, "invalid_parameters");
    check(&name, "", 411, "invalid_parameters");
    for range in [
        "bytes 0-998/1000",
        "bytes 1-1000/1000",
        "bytes 0-999/*",
        "bytes */1000",
        "nonsense",
    ] {
        let lines = format!("{long}Content-Range: {range}\r\n");
        check(&name, &lines, 400, "invalid_parameters");
    }
    check(&digest(b"other"), long, 422, "invalid_input");
    assert_eq!(kept.arrived(&blob), None);
    assert_eq!(kept.partial(), Vec::<PathBuf>::new());

    let missing = kept.get(&blob);
    assert_eq!(problem(&missing)["code"], "need_blob");
    for line in [
        "Origin: http://evil.example\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
    ] {
        let answer = kept.ask("PUT", &name, &format!("{long}{line}"), &blob);
        assert_eq!(answer.status, 403, "{line}");
    }
    let foreign = head("GET", &name, "").replace("localhost", "evil.example");
    assert_eq!(kept.server.ask(&foreign, &[]).status, 403);
    assert_eq!(kept.ask("DELETE", &name, "", &[]).status, 405);
    assert_eq!(kept.put(&blob).status, 201);
}

#[test]
fn without_a_data_folder_nothing_is_kept() {
    let server = Server::start(&[]);
    for method in ["PUT", "GET", "HEAD"] {
        let head = head(method, &digest(b"x"), "Content-Length: 1\r\n");
        assert_eq!(server.ask(&head, b"x").status, 404, "{method}");
    }
    assert_eq!(server.health()["blobs"], Value::Null);
    assert_eq!(
        server.call(named(&[&digest(b"x")]), &[]).code(),
        "need_blob"
    );
}

#[test]
fn an_upload_goes_on_where_it_broke_off() {
    let kept = Kept::start(&[]);
    let blob = bytes(1, 900_000);
    kept.break_off(&blob, 300_000);
    assert_eq!(kept.get(&blob).status, 404);
    for from in [300_001, 899_999] {
        let answer = kept.put_range(&blob, from, 900_000);
        assert_eq!(answer.status, 409, "{from}");
        assert_eq!(answer.header("upload-offset"), Some("300000"));
        assert_eq!(problem(&answer)["offset"], 300_000);
    }
    let asked = || {
        let lines = "Content-Range: bytes */900000\r\nContent-Length: 0\r\n";
        let answer = kept.ask("PUT", &digest(&blob), lines, &[]);
        assert_eq!(answer.status, 202);
        answer.header("upload-offset").map(str::to_owned)
    };
    assert_eq!(asked().as_deref(), Some("300000"));
    // What is here is passed over.
    let answer = kept.put_range(&blob, 200_000, 500_000);
    assert_eq!(answer.status, 202);
    assert_eq!(answer.header("upload-offset"), Some("500000"));
    // It goes on piece by piece. Another client would be in its way, and has its own.
    assert_eq!(kept.put_range(&blob, 499_999, 600_000).status, 409);
    assert_eq!(asked().as_deref(), Some("0"));
    assert_eq!(kept.put_range(&blob, 0, 100_000).status, 202);
    assert_eq!(kept.put_range(&blob, 500_000, 600_000).status, 202);
    assert_eq!(kept.put_range(&blob, 100_000, 200_000).status, 202);
    assert_eq!(kept.arrived(&blob), Some(600_000));
    assert_eq!(kept.put_range(&blob, 600_000, 900_000).status, 201);
    assert!(kept.get(&blob).body == blob);
    let nothing = kept.put_range(&blob, 500_000, 900_000);
    assert_eq!(nothing.status, 200, "it is here already");
    assert_eq!(kept.put_range(&blob, 200_000, 300_000).status, 200);
    assert_eq!(kept.partial(), Vec::<PathBuf>::new());
}

#[test]
fn what_an_earlier_upload_left_wrong_is_begun_again() {
    let kept = Kept::start(&[]);
    let blob = bytes(1, 400_000);
    let mut wrong = head("PUT", &digest(&blob), "Content-Length: 400000\r\n").into_bytes();
    wrong.extend_from_slice(&bytes(2, 200_000));
    let mut stream = kept.server.connect();
    stream.write_all(&wrong).expect("sent");
    drop(stream);
    wait("the part is there", || kept.arrived(&blob) == Some(200_000));
    let answer = kept.put_range(&blob, 200_000, 400_000);
    assert_eq!(answer.status, 409);
    assert_eq!(answer.header("upload-offset"), Some("0"));
    assert_eq!(kept.arrived(&blob), None);
    assert_eq!(kept.put(&blob).status, 201);
}

#[test]
fn an_upload_whose_client_is_silent_goes_on_elsewhere() {
    let kept = Kept::start(&[]);
    let blob = bytes(1, 400_000);
    // Open, so that the server does not know that nobody is there any more.
    let _silent = kept.begin(&blob, 100_000);
    wait("its bytes are there", || kept.partial().len() == 1);
    // As a browser repeats a request by itself.
    assert_eq!(kept.put_range(&blob, 50_000, 400_000).status, 201);
    assert!(kept.get(&blob).body == blob);
}

#[test]
fn an_upload_that_stops_is_cut_off() {
    let kept = Kept::start(&["--body-timeout", "0.3"]);
    let blob = bytes(1, 100_000);
    let mut stream = kept.begin(&blob, 40_000);
    let answer = Answer::read(&mut stream);
    assert_eq!(
        (answer.status, &problem(&answer)["code"]),
        (504, &json!("deadline_exceeded"))
    );
    wait("the part is there", || kept.arrived(&blob) == Some(40_000));
}

#[test]
fn the_same_blob_from_many_clients_is_kept_once() {
    let kept = Kept::start(&[]);
    let blob = bytes(1, 3 << 20);
    thread::scope(|scope| {
        let put = |_| scope.spawn(|| kept.put(&blob).status);
        let puts: Vec<_> = (0..12).map(put).collect();
        for put in puts {
            let status = put.join().expect("it ends");
            assert!([200, 201].contains(&status), "{status}");
        }
    });
    assert_eq!(kept.server.health()["blobs"], 3 << 20);
    assert_eq!(kept.partial(), Vec::<PathBuf>::new());
    assert!(kept.get(&blob).body == blob);
}

#[test]
fn calls_name_their_inputs() {
    let kept = Kept::start(&["--max-input-bytes", "5000000"]);
    let (large, small) = (bytes(1, 2 << 20), bytes(2, 1000));
    kept.put(&large);
    kept.put(&small);
    assert!(kept.echo(&large).reply().payloads == [large.clone()]);
    assert!(kept.echo(&small).reply().payloads == [small.clone()]);

    let (large_name, small_name) = (digest(&large), digest(&small));
    let mut mixed = named(&[&large_name, "", &small_name, &large_name]);
    mixed["inputs"][1] = json!({ "payload": 0 });
    let reply = kept.server.call(mixed, &[b"inline"]).reply();
    let expected = [&large[..], b"inline", &small, &large];
    assert!(reply.payloads == expected, "inputs differ");

    let mut estimate = named(&[&large_name]);
    estimate["kind"] = json!("estimate");
    let reply = kept.server.call(estimate, &[]).reply();
    let peak = reply.header["result"]["peak_bytes"].as_u64();
    assert!(peak >= Some(2 << 20), "{}", reply.header);

    let (one, two) = (digest(b"one"), digest(b"two"));
    let missing = kept.server.call(named(&[&one, &small_name, &two]), &[]);
    assert_eq!((missing.status, missing.code()), (409, "need_blob".into()));
    let details = missing.reply().header["error"]["details"].clone();
    assert_eq!(details, json!({ "digest": one, "digests": [one, two] }));

    // Bounds on inputs are the same, however these come.
    let third = bytes(3, 4 << 20);
    kept.put(&third);
    let name = digest(&third);
    let answer = kept.server.call(named(&[&name, &large_name]), &[]);
    assert_eq!(
        (answer.status, answer.code()),
        (413, "limit_exceeded".into())
    );
    let mut lowered = named(&[&small_name]);
    lowered["limits"] = json!({ "bytes": 999 });
    assert_eq!(kept.server.call(lowered, &[]).code(), "limit_exceeded");
    // Who would be refused anyway need not send it first.
    let mut unknown = named(&[&digest(b"unknown")]);
    unknown["inputs"][0]["length"] = json!(6_000_000);
    assert_eq!(kept.server.call(unknown, &[]).code(), "limit_exceeded");
    let mut many = echo(0);
    let inputs = (0..4096).map(|index| json!({ "payload": index }));
    many["inputs"] = inputs.chain([json!({ "digest": small_name })]).collect();
    let payloads = vec![&b""[..]; 4096];
    assert_eq!(kept.server.call(many, &payloads).status, 400);
    kept.server.check_echo();
}

#[test]
fn room_for_inputs_counts_blobs() {
    let kept = Kept::start(&["--max-input-memory", "1000000"]);
    let blob = bytes(1, 2_000_000);
    kept.put(&blob);
    let answer = kept.echo(&blob);
    assert_eq!((answer.status, answer.code()), (503, "queue_full".into()));
}

#[test]
fn a_broken_file_is_never_served() {
    type Damage = fn(&PathBuf, Vec<u8>);
    let kept = Kept::start(&[]);
    let blob = bytes(1, 500_000);
    let file = kept.file(&blob);
    let damages: [(&str, Damage); 4] = [
        ("a byte differs", |path, mut bytes| {
            bytes[123_456] ^= 1;
            fs::write(path, bytes).expect("written");
        }),
        ("it is cut off", |path, bytes| {
            fs::write(path, &bytes[..499_999]).expect("written");
        }),
        ("it is longer", |path, bytes| {
            fs::write(path, [&bytes[..], b"x"].concat()).expect("written");
        }),
        ("it is gone", |path, _| {
            fs::remove_file(path).expect("removed");
        }),
    ];
    for (what, damage) in damages {
        for by_call in [true, false] {
            assert_eq!(kept.put(&blob).status, 201, "{what}");
            damage(&file, fs::read(&file).expect("it is there"));
            if by_call {
                assert_eq!(kept.echo(&blob).code(), "need_blob", "{what}");
            } else {
                assert_eq!(kept.get(&blob).status, 404, "{what}");
            }
            assert!(!file.exists(), "{what}");
            assert_eq!(kept.arrived(&blob), None, "{what}");
        }
    }
    assert!(kept.server.logged(&["broken", &digest(&blob), "match"]));

    // Also after its bytes were found right, of which the server takes note once the file is some seconds old.
    assert_eq!(kept.put(&blob).status, 201);
    thread::sleep(Duration::from_millis(3_100));
    for _ in 0..2 {
        assert!(kept.echo(&blob).reply().payloads == [blob.clone()]);
    }
    damages[0].1(&file, blob.clone());
    assert_eq!(kept.echo(&blob).code(), "need_blob");
    assert_eq!(kept.put(&blob).status, 201);
    assert!(kept.echo(&blob).reply().payloads == [blob]);
}

#[test]
fn the_quota_is_kept_and_the_oldest_goes_first() {
    let kept = Kept::start(&["--blob-quota", "1000000"]);
    let blobs: Vec<_> = (0..3).map(|seed| bytes(seed + 1, 400_000)).collect();
    kept.put(&blobs[0]);
    kept.put(&blobs[1]);
    assert_eq!(kept.echo(&blobs[0]).status, 200);
    assert_eq!(kept.put(&blobs[2]).status, 201);
    let there: Vec<_> = blobs.iter().map(|blob| kept.arrived(blob)).collect();
    assert_eq!(there, [Some(400_000), None, Some(400_000)]);
    assert!(!kept.file(&blobs[1]).exists());

    let claim = |lines: &str| {
        let answer = kept.ask("PUT", &digest(b"large"), lines, &[]);
        assert_eq!(answer.status, 413);
        let problem = problem(&answer);
        assert_eq!(problem["code"], "limit_exceeded");
        assert_eq!(problem["limit"], "blob_quota");
        assert_eq!(problem["maximum"], 1_000_000);
    };
    claim("Content-Length: 1000001\r\n");
    claim("Content-Length: 0\r\nContent-Range: bytes */1000001\r\n");
    // What can't come has cost nobody a place.
    assert_eq!(kept.server.health()["blobs"], 800_000);

    // Room is promised to the whole of an upload, and what broke off is worth less than the promise.
    let (first, second) = (bytes(4, 900_000), bytes(5, 900_000));
    let upload = kept.begin(&first, 100);
    wait("room is promised", || {
        let answer = kept.ask(
            "PUT",
            &digest(&second),
            "Content-Length: 0\r\nContent-Range: bytes */900000\r\n",
            &[],
        );
        answer.status == 413
    });
    drop(upload);
    wait("the part is there", || kept.arrived(&first) == Some(100));
    assert_eq!(kept.put(&second).status, 201);
    assert_eq!(kept.arrived(&first), Some(100));
}

#[test]
fn what_is_used_does_not_go() {
    let kept = Kept::start(&["--blob-quota", "60000000"]);
    let (used, next) = (bytes(1, 40 << 20), bytes(2, 30_000_000));
    kept.put(&used);
    // Nobody takes the answer, which is longer than what the system keeps on the way.
    let mut reader = kept.server.connect();
    let head = head("GET", &digest(&used), "");
    reader.write_all(head.as_bytes()).expect("sent");
    let mut first = [0; 100];
    std::io::Read::read_exact(&mut reader, &mut first).expect("an answer");
    assert_eq!(kept.put(&next).status, 413);
    drop(reader);
    wait("nobody uses it", || kept.put(&next).status == 201);
    assert_eq!(kept.arrived(&used), None);
}

#[test]
fn uploads_are_few_at_a_time() {
    let kept = Kept::start(&["--max-uploads", "2"]);
    let blobs: Vec<_> = (1..5).map(|seed| bytes(seed, 1000)).collect();
    let first = kept.begin(&blobs[0], 10);
    let second = kept.begin(&blobs[1], 10);
    wait("both are under way", || kept.partial().len() == 2);
    let refused = kept.put(&blobs[2]);
    assert_eq!(refused.status, 503);
    assert_eq!(problem(&refused)["code"], "queue_full");
    assert_eq!(refused.header("retry-after"), Some("1"));
    drop(first);
    wait("one broke off", || kept.arrived(&blobs[0]) == Some(10));
    assert_eq!(kept.put(&blobs[2]).status, 201);
    assert_eq!(kept.arrived(&blobs[0]), None, "it made place");
    drop(second);
    wait("the other broke off", || {
        kept.arrived(&blobs[1]) == Some(10)
    });
    assert_eq!(kept.partial().len(), 1);
}

#[test]
fn what_nobody_uses_expires() {
    let kept = Kept::start(&["--blob-age", "1", "--upload-age", "1"]);
    let (whole, part) = (bytes(1, 1000), bytes(2, 1000));
    kept.put(&whole);
    kept.break_off(&part, 500);
    let file = kept.file(&whole);
    wait("the blob is too old", || !file.exists());
    wait("the part is too old", || kept.partial().is_empty());
    assert_eq!(kept.arrived(&whole), None);
    assert_eq!(kept.arrived(&part), None);
    assert_eq!(kept.put(&whole).status, 201);
}

#[test]
fn a_start_finds_what_is_there_and_sweeps_what_is_left_over() {
    let kept = Kept::start(&[]);
    let (whole, part) = (bytes(1, 10_000), bytes(2, 10_000));
    kept.put(&whole);
    kept.break_off(&part, 5_000);
    let Kept { server, data } = kept;
    drop(server);
    let name = |bytes: &[u8]| digest(bytes)["sha256:".len()..].to_owned();
    let partial = |name: String| format!("blobs/partial/{name}");
    data.write(&partial(format!("{}.7", name(&part))), &part[..4_000]);
    data.write(&partial(format!("{}.8", name(&whole))), &whole[..4_000]);
    data.write(&partial(format!("{}.9", name(b"empty"))), b"");
    data.write(&partial("nonsense".into()), b"nonsense");
    let foreign = data.write("blobs/whole/README", b"not ours");

    let kept = Kept::again(data, &[]);
    assert!(kept.get(&whole).body == whole);
    assert_eq!(kept.arrived(&part), Some(4_999));
    assert_eq!(kept.partial().len(), 1, "{:?}", kept.partial());
    assert!(foreign.exists());
    assert_eq!(kept.put_range(&part, 4_999, 10_000).status, 201);

    // All of a blob, of which the server has not come to see that it is whole.
    let Kept { server, data } = kept;
    drop(server);
    let ended = bytes(3, 5_000);
    data.write(&partial(format!("{}.3", name(&ended))), &ended);
    let kept = Kept::again(data, &[]);
    assert_eq!(kept.arrived(&ended), Some(4_999));
    assert_eq!(kept.put_range(&ended, 4_999, 5_000).status, 201);

    // A lower quota counts from the start.
    let Kept { server, data } = kept;
    drop(server);
    let kept = Kept::again(data, &["--blob-quota", "16000"]);
    assert_eq!(kept.server.health()["blobs"], 15_000);
}
