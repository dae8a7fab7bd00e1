//! A server process, and a client that says exactly the bytes it is told.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// No wait in these tests takes this long unless something hangs.
pub(crate) const GUARD: Duration = Duration::from_secs(120);

/// The binary under test.
pub(crate) const LOCUS: &str = env!("CARGO_BIN_EXE_locus");

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
}

/// What came back over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// One frame of an answer.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) header: Value,
    pub(crate) payloads: Vec<Vec<u8>>,
}

impl Server {
    /// A server of the codec, with the test operations; ready when this returns.
    pub(crate) fn start(flags: &[&str]) -> Self {
        static COMPILED: Once = Once::new();
        COMPILED.call_once(|| {
            let status = Command::new(LOCUS)
                .args(["compile", "--codec"])
                .arg(codec())
                .arg("--cache")
                .arg(cache())
                .stderr(Stdio::null())
                .status()
                .expect("the binary runs");
            assert!(
                status.success(),
                "the codec {} could not be compiled; scripts/build guest makes it",
                codec().display()
            );
        });
        let server = Self::of(
            &codec(),
            &cache(),
            &[&["--test-operations"], flags].concat(),
        );
        server.wait_ready();
        server
    }

    /// A server of any module; it may still be compiling it.
    pub(crate) fn of(module: &Path, cache: &Path, flags: &[&str]) -> Self {
        let mut command = Command::new(LOCUS);
        command
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log-format",
                "json",
                "--log",
                "debug",
                "--runners",
                "2",
            ])
            .arg("--codec")
            .arg(module)
            .arg("--cache")
            .arg(cache)
            .args(flags)
            .env_remove("LOCUS_PAGES");
        Self::spawn(command)
    }

    /// A server by any command line that has it log JSON.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let log = Arc::new(Mutex::new(Vec::new()));
        let (sender, address) = std::sync::mpsc::channel();
        let lines = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let said: Value = serde_json::from_str(&line).unwrap_or_default();
                if let Some(address) = said["address"]
                    .as_str()
                    .and_then(|address| address.parse().ok())
                {
                    let _ = sender.send(address);
                }
                lines.lock().expect("not poisoned").push(line);
            }
        });
        let address = address
            .recv_timeout(GUARD)
            .expect("the server says where it listens");
        Self {
            child,
            address,
            log,
        }
    }

    pub(crate) fn wait_ready(&self) {
        wait("the server is ready", || {
            let health = self.health();
            health["status"] == "ok" && health["runners"]["starting"] == 0
        });
    }

    pub(crate) fn health(&self) -> Value {
        let answer = self.get("/v1/health");
        serde_json::from_slice(&answer.body).expect("health is JSON")
    }

    /// The state of the runners, by its name in the health report.
    pub(crate) fn count(&self, of: &str) -> u64 {
        self.health()["runners"][of].as_u64().expect("a number")
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the server accepts");
        stream.set_read_timeout(Some(GUARD)).expect("a timeout");
        stream
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(
            &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
            &[],
        )
    }

    /// Sends a head and a body as they are, and reads until the end.
    pub(crate) fn ask(&self, head: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(head.as_bytes()).expect("the head is sent");
        // A server that refuses may close before it has read everything.
        let _ = stream.write_all(body);
        Answer::read(&mut stream)
    }

    /// Sends a body to `/v1/call`.
    pub(crate) fn post(&self, body: &[u8]) -> Answer {
        self.ask(&head(body.len()), body)
    }

    /// Runs a call and returns its answer.
    pub(crate) fn call(&self, header: Value, payloads: &[&[u8]]) -> Answer {
        self.post(&frame(header, payloads))
    }

    /// Runs `echo` of a few bytes and checks that they come back.
    pub(crate) fn check_echo(&self) {
        let answer = self.call(echo(1), &[b"hello"]);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.reply().payloads, [b"hello"]);
    }

    /// Begins a call and leaves it running on its connection.
    pub(crate) fn begin(&self, header: Value) -> TcpStream {
        let body = frame(header, &[]);
        let mut stream = self.connect();
        stream.write_all(head(body.len()).as_bytes()).expect("sent");
        stream.write_all(&body).expect("sent");
        stream
    }

    /// Process ids of the runners.
    pub(crate) fn runners(&self) -> BTreeSet<u32> {
        let tasks =
            fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("the server runs");
        tasks
            .flatten()
            .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
            .flat_map(|children| {
                children
                    .split_whitespace()
                    .filter_map(|pid| pid.parse().ok())
                    .collect::<Vec<u32>>()
            })
            .filter(|pid| {
                fs::read(format!("/proc/{pid}/cmdline"))
                    .is_ok_and(|line| line.starts_with(b"locus\0runner\0"))
            })
            .collect()
    }

    /// The runner that computes.
    pub(crate) fn busy_runner(&self) -> u32 {
        let deadline = Instant::now() + GUARD;
        loop {
            let before: Vec<_> = self
                .runners()
                .into_iter()
                .map(|pid| (pid, cpu(pid)))
                .collect();
            std::thread::sleep(Duration::from_millis(200));
            let busy = before
                .into_iter()
                .map(|(pid, cpu_before)| (cpu(pid).saturating_sub(cpu_before), pid))
                .max();
            match busy {
                // Clock ticks of 10 ms.
                Some((5.., pid)) => return pid,
                _ => assert!(Instant::now() < deadline, "no runner computes"),
            }
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether the log has a line with all of these words.
    pub(crate) fn logged(&self, words: &[&str]) -> bool {
        let log = self.log.lock().expect("not poisoned");
        log.iter()
            .any(|line| words.iter().all(|word| line.contains(word)))
    }

    /// The log's lines with all of these words.
    pub(crate) fn lines(&self, words: &[&str]) -> Vec<String> {
        let log = self.log.lock().expect("not poisoned");
        log.iter()
            .filter(|line| words.iter().all(|word| line.contains(word)))
            .cloned()
            .collect()
    }

    /// Asks the server to end.
    pub(crate) fn terminate(&self) {
        signal(self.pid(), rustix::process::Signal::TERM);
    }

    /// Waits until the server has ended by itself.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        wait("the server ends", || {
            status = self.child.try_wait().expect("it is our child");
            status.is_some()
        });
        status.expect("it has ended")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    /// Reads one answer; the connection must be closed after it.
    pub(crate) fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        let mut chunk = [0; 64 * 1024];
        loop {
            match stream.read(&mut chunk) {
                Ok(0) => break,
                Ok(length) => bytes.extend_from_slice(&chunk[..length]),
                // What came before counts.
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
                Err(error) => panic!("the answer broke off: {error}"),
            }
        }
        let end = bytes
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(&bytes)));
        let head = String::from_utf8(bytes[..end].to_vec())
            .expect("a head is text")
            .to_ascii_lowercase();
        let mut body = bytes[end + 4..].to_vec();
        if head.contains("transfer-encoding: chunked") {
            body = unchunk(&body);
        }
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status");
        Self { status, head, body }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .find_map(|(own, value)| (own == name).then_some(value))
    }

    /// All frames of the body.
    pub(crate) fn frames(&self) -> Vec<Said> {
        let mut rest = &self.body[..];
        let mut frames = Vec::new();
        while !rest.is_empty() {
            let (frame, length) = locus_protocol::Frame::parse_first(rest).expect("a frame");
            let payloads = frame
                .payloads
                .iter()
                .map(|payload| payload.to_vec())
                .collect();
            let header = u32::from_le_bytes([rest[4], rest[5], rest[6], rest[7]]) as usize;
            let header = serde_json::from_slice(&rest[8..8 + header]).expect("a header is JSON");
            frames.push(Said { header, payloads });
            rest = &rest[length..];
        }
        frames
    }

    /// The last frame, which is the reply.
    pub(crate) fn reply(&self) -> Said {
        let last = self.frames().pop().expect("at least one frame");
        assert_eq!(last.header["kind"], "reply");
        last
    }

    /// The reply's error code.
    pub(crate) fn code(&self) -> String {
        let reply = self.reply();
        reply.header["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = rest
            .windows(2)
            .position(|window| window == b"\r\n")
            .expect("a chunk's length");
        let length = std::str::from_utf8(&rest[..line]).expect("hexadecimal");
        let length = usize::from_str_radix(length, 16).expect("hexadecimal");
        if length == 0 {
            return body;
        }
        body.extend_from_slice(&rest[line + 2..line + 2 + length]);
        rest = &rest[line + 2 + length + 2..];
    }
}

/// The head of a call with a body of `length` bytes.
pub(crate) fn head(length: usize) -> String {
    format!(
        "POST /v1/call HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/vnd.locus.frames\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )
}

/// A frame written by hand, so that it may be wrong.
pub(crate) fn frame(mut header: Value, payloads: &[&[u8]]) -> Vec<u8> {
    if header.get("payloads").is_none() {
        header["payloads"] = payloads.iter().map(|payload| payload.len()).collect();
    }
    let mut header = header.to_string().into_bytes();
    while !(header.len() + 8).is_multiple_of(16) {
        header.push(b' ');
    }
    let mut frame = b"LOC1".to_vec();
    frame.extend_from_slice(&(header.len() as u32).to_le_bytes());
    frame.extend_from_slice(&header);
    for payload in payloads {
        frame.extend_from_slice(payload);
        frame.resize(frame.len().next_multiple_of(16), 0);
    }
    frame
}

/// A call of `operation` without inputs.
pub(crate) fn call(operation: &str, deadline_ms: u64) -> Value {
    json!({ "kind": "call", "id": 7, "operation": operation, "deadline_ms": deadline_ms })
}

/// A call of `echo` with so many inputs.
pub(crate) fn echo(inputs: usize) -> Value {
    let inputs: Vec<_> = (0..inputs)
        .map(|index| json!({ "payload": index }))
        .collect();
    json!({ "kind": "call", "id": 7, "operation": "echo", "inputs": inputs })
}

/// Waits for something that comes in time unless it hangs.
pub(crate) fn wait(what: &str, mut come: impl FnMut() -> bool) {
    let deadline = Instant::now() + GUARD;
    while !come() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(crate) fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(pid as i32).expect("a process id");
    rustix::process::kill_process(pid, signal).expect("it runs");
}

/// CPU time of a process in clock ticks.
fn cpu(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit(") ")
        .next()
        .unwrap_or_default()
        .split(' ')
        .collect();
    let field = |index: usize| {
        fields
            .get(index)
            .and_then(|field| field.parse::<u64>().ok())
            .unwrap_or(0)
    };
    field(11) + field(12)
}

/// A folder that goes with its test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "locus-test-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        // Compiled modules are loaded from here, which a /tmp mounted noexec would not allow.
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        fs::write(&path, content).expect("a file");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn codec() -> PathBuf {
    of_checkout("LOCUS_CODEC", "dist/codec.wasm")
}

pub(crate) fn cache() -> PathBuf {
    of_checkout("LOCUS_CACHE", "cache")
}

fn of_checkout(variable: &str, path: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(
        || {
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../.locus")
                .join(path)
        },
        PathBuf::from,
    )
}
