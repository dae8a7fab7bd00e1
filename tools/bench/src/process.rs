//! Servers and scripts that a suite starts, and what the system says of them.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

/// Where suites listen. Fixed, so that a left-over server is found.
const PORTS: std::ops::RangeInclusive<u16> = 18600..=18699;
/// How long a process may take to end when it is asked to.
const END: Duration = Duration::from_secs(20);

/// A port of [`PORTS`] on which nobody listens.
///
/// # Errors
/// When all are taken.
pub fn free_address() -> Result<SocketAddr> {
    PORTS
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .find(|&address| TcpListener::bind(address).is_ok())
        .context("all ports from 18600 to 18699 are taken; is an earlier run still there?")
}

/// A child process, asked to end when it is dropped.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts `command`, whose standard output goes nowhere: ours is for figures.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let program = command.get_program().to_string_lossy().into_owned();
        Ok(Self(command.spawn().with_context(|| {
            format!("{program} could not be started")
        })?))
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Fails when it has ended.
    ///
    /// # Errors
    /// When it has ended.
    pub fn check(&mut self) -> Result<()> {
        if let Some(status) = self.0.try_wait()? {
            bail!("a process that was to be measured ended: {status}");
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(pid) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let asked = Instant::now();
        while matches!(self.0.try_wait(), Ok(None)) {
            if asked.elapsed() > END {
                let _ = self.0.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Starts `locus serve` as `scripts/build` left it, with `flags`, and waits
/// until all of its runners are ready.
///
/// # Errors
/// When it is not built or does not start.
pub fn serve(flags: &[&str]) -> Result<(Process, SocketAddr)> {
    let binary = Path::new("target/release/locus");
    ensure!(
        binary.exists(),
        "{} is missing; scripts/build makes it",
        binary.display()
    );
    let address = free_address()?;
    let mut command = Command::new(binary);
    // The server's variables would change what is measured.
    command
        .env_clear()
        .args(["serve", "--log", "warn", "--listen"])
        .arg(address.to_string());
    command
        .args([
            "--codec",
            ".locus/dist/codec.wasm",
            "--cache",
            ".locus/cache",
        ])
        .args(flags);
    let mut process = Process::start(&mut command)?;
    wait(&mut process, Duration::from_secs(180), || {
        get(address, "/v1/health").is_ok_and(|answer| all_ready(&answer))
    })?;
    Ok((process, address))
}

/// Whether the health that a server answered says that nothing is on its way.
fn all_ready(answer: &str) -> bool {
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let health: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    health["status"] == "ok" && health["runners"]["starting"] == 0
}

/// Waits until `done`, while `process` lives.
///
/// # Errors
/// When it ends before, or time is up.
pub fn wait(process: &mut Process, most: Duration, mut done: impl FnMut() -> bool) -> Result<()> {
    let began = Instant::now();
    while !done() {
        process.check()?;
        ensure!(
            began.elapsed() < most,
            "it was not ready after {} s",
            most.as_secs()
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// The whole answer to a GET, status line and headers included.
///
/// # Errors
/// When nothing answers.
pub fn get(address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// `pid` and all processes below it.
///
/// # Errors
/// When `/proc` can't be read.
pub fn tree(pid: u32) -> Result<Vec<u32>> {
    let mut parents = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let Some(child) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        // One that has ended meanwhile is no longer of the tree.
        if let Ok(stat) = std::fs::read_to_string(format!("/proc/{child}/stat"))
            && let Some(parent) = parent(&stat)
        {
            parents.push((child, parent));
        }
    }
    let mut tree = vec![pid];
    let mut at = 0;
    while at < tree.len() {
        let below = parents.iter().filter(|(_, parent)| *parent == tree[at]);
        tree.extend(below.map(|(child, _)| *child).collect::<Vec<_>>());
        at += 1;
    }
    Ok(tree)
}

/// The parent's number in `/proc/PID/stat`, whose second field may hold anything in brackets.
fn parent(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// The resident memory of a process in KiB, shared pages included.
///
/// # Errors
/// When the process has ended.
pub fn rss_kib(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
    kib.context("status has no line `VmRSS:`")
}

/// The proportional set size of a process in KiB: its own pages, and its part of those that it shares.
///
/// # Errors
/// When the process has ended or is not ours.
pub fn pss_kib(pid: u32) -> Result<u64> {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    pss(&rollup).context("smaps_rollup has no line `Pss:`")
}

fn pss(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_is_found_behind_any_name() {
        assert_eq!(parent("12 (locus) S 7 12 12 0"), Some(7));
        assert_eq!(parent("12 (a) b) (c) R 9 1"), Some(9));
        assert_eq!(parent("12"), None);
    }

    #[test]
    fn pss_is_read_and_not_its_kin() {
        let rollup = "55d0-7ffe ---p 0 00:00 0 [rollup]\nRss:  8 kB\nPss:             1234 kB\nPss_Anon: 5 kB\n";
        assert_eq!(pss(rollup), Some(1234));
        assert_eq!(pss("Pss_Anon: 5 kB\n"), None);
    }

    #[test]
    fn a_tree_begins_with_its_root() {
        let own = std::process::id();
        assert_eq!(tree(own).expect("/proc is there").first(), Some(&own));
        assert!(pss_kib(own).expect("this process lives") > 0);
    }

    #[test]
    fn a_server_is_ready_when_no_runner_is_starting() {
        let answer = |body: &str| format!("HTTP/1.1 200 OK\r\nx: y\r\n\r\n{body}");
        assert!(all_ready(&answer(
            r#"{"status":"ok","runners":{"starting":0}}"#
        )));
        assert!(!all_ready(&answer(
            r#"{"status":"ok","runners":{"starting":1}}"#
        )));
        assert!(!all_ready(&answer(
            r#"{"status":"warming","runners":{"starting":0}}"#
        )));
        assert!(!all_ready("HTTP/1.1 404 Not Found\r\n\r\n"));
    }
}
