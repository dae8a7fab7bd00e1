//! Memory of the server at rest: `locus serve` with two runners and the spare
//! that it keeps by default, codec loaded, nothing called. Proportional set
//! size of the whole process tree: what is shared among them counts once.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::process::{pss_kib, serve, tree};
use crate::{Measurement, Options};

/// Until what the start left behind has settled.
const REST: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(300);

/// Measures the server that `scripts/build` built.
///
/// # Errors
/// When it does not start.
pub fn measure(options: &Options) -> Result<Vec<Measurement>> {
    let (server, _) = serve(&["--runners", "2", "--pages", "assets/dist"])?;
    std::thread::sleep(REST);
    let mut samples = Vec::new();
    let mut parts = String::new();
    for _ in 0..options.runs() {
        let sizes = tree(server.pid())?
            .into_iter()
            .map(pss_kib)
            .collect::<Result<Vec<u64>>>()?;
        samples.push(sizes.iter().sum::<u64>() as f64 / 1024.0);
        parts = sizes
            .iter()
            .map(|kib| format!("{:.1}", *kib as f64 / 1024.0))
            .collect::<Vec<_>>()
            .join(" + ");
        std::thread::sleep(PAUSE);
    }
    let mut note = format!("server + two runners + one spare: {parts} MiB");
    if others(server.pid())? {
        note.push_str(
            "; another locus runs here and shares pages with this one, so that this is too little",
        );
    }
    Ok(vec![Measurement {
        case: "rest".into(),
        metric: "pss_mib".into(),
        unit: "MiB".into(),
        place: Some("server".into()),
        samples,
        note: Some(note),
        ..Measurement::default()
    }])
}

/// Whether processes that are none of this server's map the libraries that it maps.
fn others(server: u32) -> Result<bool> {
    let own = tree(server)?;
    for entry in std::fs::read_dir("/proc")? {
        let Some(pid) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        let maps = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("maps"));
        if !own.contains(&pid)
            && pid != std::process::id()
            && maps.is_ok_and(|maps| maps.contains("libwasmedge"))
        {
            return Ok(true);
        }
    }
    Ok(false)
}
