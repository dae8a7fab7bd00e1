//! From `./scripts/start` to a page that is served: warm, with everything
//! built, as a person starts Locus each morning; and with `--clean` from a
//! fresh clone.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::process::{Process, free_address, get, wait};
use crate::{Measurement, Options};

/// A build from nothing takes half an hour on two cores.
const CLEAN: Duration = Duration::from_secs(2 * 60 * 60);

/// Measures the checkout, and a clone of it where that is asked.
///
/// # Errors
/// When no page is served.
pub fn measure(options: &Options) -> Result<Vec<Measurement>> {
    eprintln!("bench: once unmeasured, which builds what is missing");
    start(Path::new("."))?;
    let (mut pages, mut calls) = (Vec::new(), Vec::new());
    for run in 1..=options.runs() {
        let (page, call) = start(Path::new("."))?;
        eprintln!(
            "bench: {run}/{}: page after {page:.2} s, calls after {call:.2} s",
            options.runs()
        );
        pages.push(page);
        calls.push(call);
    }
    let mut measured = vec![
        seconds(
            "warm_s",
            pages,
            "warm_s: from scripts/start to the whole page",
        ),
        seconds(
            "warm_ready_s",
            calls,
            "warm_ready_s: until calls are answered too",
        ),
    ];
    if options.clean {
        eprintln!("bench: a fresh clone; this takes long");
        let clone = Clone::new()?;
        let (page, _) = start(&clone.0)?;
        let note = "clean_s: from scripts/start in a fresh clone to the whole page, once; what cargo, npm and rustup keep in the home folder is there";
        measured.push(seconds("clean_s", vec![page], note));
    }
    Ok(measured)
}

fn seconds(metric: &str, samples: Vec<f64>, note: &str) -> Measurement {
    Measurement {
        case: "page".into(),
        metric: metric.into(),
        unit: "s".into(),
        place: Some("server".into()),
        samples,
        note: Some(note.into()),
        ..Measurement::default()
    }
}

/// Seconds from `scripts/start` until the page is served, and until calls are answered.
fn start(checkout: &Path) -> Result<(f64, f64)> {
    let address = free_address()?;
    let began = Instant::now();
    let mut command = Command::new("scripts/start");
    command
        .current_dir(checkout)
        .args(["--log", "warn", "--listen"])
        .arg(address.to_string());
    // The script becomes the server (exec), so ending the one ends the other.
    let mut process = Process::start(&mut command)?;
    wait(&mut process, CLEAN, || page(address))?;
    let page = began.elapsed().as_secs_f64();
    wait(&mut process, CLEAN, || {
        get(address, "/v1/health").is_ok_and(|answer| answer.contains(r#""status":"ok""#))
    })?;
    Ok((page, began.elapsed().as_secs_f64()))
}

fn page(address: SocketAddr) -> bool {
    get(address, "/")
        .is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 ") && answer.contains("</html>"))
}

/// A clone of the checkout's last commit, removed when dropped.
struct Clone(PathBuf);

impl Clone {
    fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("locus-bench-clone-{}", std::process::id()));
        let clone = Self(folder);
        let status = Command::new("git")
            .args(["clone", "--quiet", "."])
            .arg(&clone.0)
            .status()
            .context("git")?;
        ensure!(status.success(), "the checkout could not be cloned");
        Ok(clone)
    }
}

impl Drop for Clone {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
