//! The suites that node and Chromium run: `tests/bench`. They write their
//! samples as JSON lines, and the figures are made of them here.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::inputs::{self, Input};
use crate::process::serve;
use crate::suites::fractal_tile::KERNELS;
use crate::{Measurement, Options};

/// The sample of 24 megapixels.
const LARGEST: &str = "island.jxl";

/// The sample that photographs are made of, and where they are kept.
const PHOTOGRAPH: &str = "dunes.jpg";
const CACHE: &str = ".locus/bench";

/// Decoding in one page.
///
/// # Errors
/// When there is no node, no Chromium, or a page fails.
pub fn decode(options: &Options) -> Result<Vec<Measurement>> {
    let inputs = inputs::decoding()?;
    let mut arguments = vec![options.runs().to_string()];
    arguments.extend(
        inputs
            .iter()
            .map(|Input { case, path }| format!("{case}={}", path.display())),
    );
    node("tests/bench/decode.js", &arguments)
}

/// The viewer with the largest sample, served by `locus serve`.
///
/// # Errors
/// As [`decode`], and when the server does not start.
pub fn frame_gap(options: &Options) -> Result<Vec<Measurement>> {
    inputs::sample(LARGEST)?;
    let (_server, address) = serve(&["--runners", "1", "--pages", "assets/dist"])?;
    node(
        "tests/bench/frame-gap.js",
        &[
            options.runs().to_string(),
            format!("http://{address}/"),
            LARGEST.into(),
            CACHE.into(),
            inputs::sample(PHOTOGRAPH)?.display().to_string(),
        ],
    )
}

/// A folder of photographs in the viewer's contact sheet. A run takes
/// minutes, so there are fewer.
///
/// # Errors
/// As [`frame_gap`].
pub fn contact_sheet(options: &Options) -> Result<Vec<Measurement>> {
    let source = inputs::sample(PHOTOGRAPH)?;
    let (_server, address) = serve(&["--runners", "1", "--pages", "assets/dist"])?;
    let runs = if options.full { 7 } else { 3 };
    node(
        "tests/bench/contact-sheet.js",
        &[
            runs.to_string(),
            format!("http://{address}/"),
            CACHE.into(),
            source.display().to_string(),
        ],
    )
}

/// The explorer, served by `locus serve` with its defaults.
///
/// # Errors
/// As [`frame_gap`].
pub fn zoom(options: &Options) -> Result<Vec<Measurement>> {
    let (_server, address) = serve(&["--pages", "assets/dist"])?;
    node(
        "tests/bench/zoom.js",
        &[options.runs().to_string(), format!("http://{address}")],
    )
}

/// First visits to both pages, served by `locus serve`.
///
/// # Errors
/// As [`decode`], and when the server does not start.
pub fn first_load(options: &Options) -> Result<Vec<Measurement>> {
    let (_server, address) = serve(&["--pages", "assets/dist"])?;
    node(
        "tests/bench/first-load.js",
        &[options.runs().to_string(), format!("http://{address}/")],
    )
}

/// A picture that is looked at on the server, whose data folder is empty at
/// first.
///
/// # Errors
/// As [`first_load`].
pub fn upload(options: &Options) -> Result<Vec<Measurement>> {
    let folder = std::env::temp_dir().join(format!("locus-bench-{}.data", std::process::id()));
    let data = folder.to_str().context("the temporary folder's name")?;
    let (server, address) = serve(&["--pages", "tests/bench/upload/dist", "--data", data])?;
    let measured = node(
        "tests/bench/upload.js",
        &[options.runs().to_string(), address.to_string()],
    );
    drop(server);
    std::fs::remove_dir_all(&folder)?;
    measured
}

/// The largest sample, screen by screen, in this browser and on a server whose
/// data folder is empty at first.
///
/// # Errors
/// As [`upload`], and when there are no samples.
pub fn pan(options: &Options) -> Result<Vec<Measurement>> {
    let sample = without_patches(inputs::sample(LARGEST)?)?;
    let folder = std::env::temp_dir().join(format!("locus-bench-{}.data", std::process::id()));
    let data = folder.to_str().context("the temporary folder's name")?;
    let (server, address) = serve(&["--pages", "tests/bench/pan/dist", "--data", data])?;
    let measured = node(
        "tests/bench/pan.js",
        &[
            options.runs().to_string(),
            address.to_string(),
            sample.display().to_string(),
        ],
    );
    drop(server);
    std::fs::remove_dir_all(&folder)?;
    measured
}

/// A picture that is written in a page.
///
/// # Errors
/// As [`first_load`], and when there are no samples.
pub fn encode(options: &Options) -> Result<Vec<Measurement>> {
    let sample = inputs::sample(LARGEST)?;
    let (_server, address) = serve(&["--runners", "1", "--pages", "tests/bench/encode/dist"])?;
    node(
        "tests/bench/encode.js",
        &[
            options.runs().to_string(),
            format!("http://{address}/"),
            sample.display().to_string(),
        ],
    )
}

/// Sessions in simulation; node, no browser.
///
/// # Errors
/// When node can't be started or fails.
pub fn placement() -> Result<Vec<Measurement>> {
    node("tests/bench/placement/dist/main.js", &[])
}

/// Where the figures of `placement-costs` go.
#[derive(Debug, clap::Args)]
pub struct PlacementCosts {
    /// Write the table, which is committed: tests/bench/placement/costs.json
    #[arg(long)]
    write: bool,
}

/// What calls take in a page and on a server.
///
/// # Errors
/// As [`first_load`], or when the table can't be written.
pub fn placement_costs(
    options: &Options,
    PlacementCosts { write }: &PlacementCosts,
) -> Result<Vec<Measurement>> {
    let (_server, address) = serve(&["--pages", "tests/bench/calls/dist"])?;
    let table = if *write {
        "tests/bench/placement/costs.json"
    } else {
        ""
    };
    node(
        "tests/bench/placement-costs.js",
        &[
            options.runs().to_string(),
            format!("http://{address}/"),
            table.into(),
        ],
    )
}

/// A script of calls in Chromium, on several networks.
///
/// # Errors
/// As [`first_load`].
pub fn placement_live(options: &Options) -> Result<Vec<Measurement>> {
    let (_server, address) = serve(&["--pages", "tests/bench/calls/dist"])?;
    let rounds = if options.full { 9 } else { 3 };
    node(
        "tests/bench/placement-live.js",
        &[rounds.to_string(), format!("http://{address}/")],
    )
}

/// A poster by the explorer's code, in a page. A run takes minutes, so there
/// are fewer.
///
/// # Errors
/// As [`first_load`], and when the kernels are not built.
pub fn poster(options: &Options) -> Result<Vec<Measurement>> {
    ensure!(
        Path::new(KERNELS).exists(),
        "{KERNELS} is missing; scripts/bench --prepare poster makes it"
    );
    let (_server, address) = serve(&["--runners", "1", "--pages", "tests/bench/poster/dist"])?;
    let runs = if options.full { 7 } else { 3 };
    node(
        "tests/bench/poster.js",
        &[
            runs.to_string(),
            format!("http://{address}/"),
            KERNELS.into(),
        ],
    )
}

/// The same picture with nothing in it that makes decoders compute all of it
/// for a part; as it is where there is no `cjxl`.
fn without_patches(sample: PathBuf) -> Result<PathBuf> {
    let folder = Path::new("target/bench");
    std::fs::create_dir_all(folder)?;
    let (pixels, picture) = (folder.join("pan.ppm"), folder.join("pan.jxl"));
    if picture.is_file() {
        return Ok(picture);
    }
    let run = |command: &mut Command| {
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    };
    let options = ["-d", "1", "-e", "5", "--patches=0", "--dots=0"];
    let made = run(Command::new("djxl").arg(&sample).arg(&pixels))
        && run(Command::new("cjxl")
            .arg(&pixels)
            .arg(&picture)
            .args(options));
    if pixels.is_file() {
        std::fs::remove_file(&pixels)?;
    }
    Ok(if made { picture } else { sample })
}

fn node(script: &str, arguments: &[String]) -> Result<Vec<Measurement>> {
    let mut node = Command::new("node")
        .arg(script)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("node could not be started")?;
    let lines = BufReader::new(node.stdout.take().context("node has an output")?).lines();
    let mut measured = Vec::new();
    for line in lines {
        let line = line?;
        measured
            .push(serde_json::from_str(&line).with_context(|| format!("{script} wrote {line:?}"))?);
    }
    let status = node.wait()?;
    ensure!(status.success(), "{script} failed: {status}");
    Ok(measured)
}
