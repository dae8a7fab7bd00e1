//! Decoding by a runner, against the same code compiled natively, one thread
//! each.
//!
//! Ours is a call on the server's own pool: the file goes to the runner in a
//! memfd, is decoded in WasmEdge, and the raster comes back in a memfd. HTTP
//! is left out. The peer is `codec_core::answer` in this process, which
//! copies nothing.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use clap::Parser;
use codec_core::Host;
use locus_protocol::{Call, Message, Prefix, Raster, write};
use locus_server::bulk::{Bulk, Writer};
use locus_server::cli::{Cli, Command};
use locus_server::module::{Cache, Level, Wasm};
use locus_server::runner::guest::PAGE;
use locus_server::runner::{Event, Pool, Request, Settings};
use serde::Deserialize;

use crate::inputs::{self, Input};
use crate::{Measurement, Options};

const CODEC: &str = ".locus/dist/codec.wasm";
const CACHE: &str = ".locus/cache";
/// More than any decode takes.
const DEADLINE: Duration = Duration::from_secs(300);

/// Measures all cases.
///
/// # Errors
/// When the codec is not built or a picture is not decoded.
pub fn measure(options: &Options) -> Result<Vec<Measurement>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let pool = pool().await?;
        let mut measured = Vec::new();
        for input in inputs::decoding()? {
            measured.push(
                case(&pool, &input, options.runs())
                    .await
                    .with_context(|| input.name())?,
            );
        }
        pool.close();
        Ok(measured)
    })
}

/// A pool as `locus serve` makes it, of one runner.
async fn pool() -> Result<Arc<Pool>> {
    let module = Wasm::open(Path::new(CODEC))
        .with_context(|| format!("{CODEC}: scripts/build guest makes it"))?;
    let compiled = Cache::open(Path::new(CACHE))?
        .find(&module, Level::O3)
        .context("the codec is not compiled for this machine; scripts/build server does it")?;
    let defaults = Cli::try_parse_from(["locus", "serve", "--codec", CODEC, "--cache", CACHE])?;
    let Command::Serve(defaults) = defaults.command else {
        return Err(anyhow!("`serve` is not `serve`"));
    };
    let pages = |bytes: u64| u32::try_from(bytes / PAGE).unwrap_or(u32::MAX);
    let pool = Pool::new(Settings {
        runners: 1,
        spares: 1,
        queue: 1,
        max_pages: pages(defaults.max_memory),
        recycle_pages: pages(defaults.recycle_memory),
        max_reply_bytes: defaults.max_reply_bytes,
    });
    ensure!(pool.set_module(&compiled).await, "no runner would start");
    Ok(pool)
}

async fn case(pool: &Pool, input: &Input, runs: usize) -> Result<Measurement> {
    let file = input.bytes()?;
    let call = write(
        &Message::Call(Call::new(1, "image.decode").with_inline_inputs(1)),
        &[&file],
    );
    // Once each unmeasured, which also warms the caches.
    let (_, pixels) = native(&call)?;
    let (_, wasm_pixels) = runner(pool, &call).await?;
    ensure!(
        pixels == wasm_pixels,
        "the runner's raster has {wasm_pixels} pixels, the native one {pixels}"
    );
    let megapixels = pixels as f64 / 1e6;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 1..=runs {
        let (time, _) = runner(pool, &call).await?;
        ours.push(megapixels / time.as_secs_f64());
        let (time, _) = native(&call)?;
        theirs.push(megapixels / time.as_secs_f64());
        eprintln!(
            "bench: {} {run}/{runs}: runner {:.2}, native {:.2} MP/s",
            input.case,
            ours[ours.len() - 1],
            theirs[theirs.len() - 1]
        );
    }
    Ok(Measurement {
        case: input.case.into(),
        metric: "throughput_mp_s".into(),
        unit: "MP/s".into(),
        place: Some("server".into()),
        threads: Some(1),
        samples: ours,
        peer_name: Some("native".into()),
        peer_samples: theirs,
        note: Some(format!(
            "{}: {}, {megapixels:.1} MP",
            input.case,
            input.name()
        )),
    })
}

/// The time of a native decode, and the raster's pixels.
fn native(call: &[u8]) -> Result<(Duration, u64)> {
    let began = Instant::now();
    let answer = codec_core::answer(call, &OneThread);
    let time = began.elapsed();
    Ok((time, pixels(&answer.header)?))
}

/// The time of a call on a runner, and the raster's pixels.
async fn runner(pool: &Pool, call: &[u8]) -> Result<(Duration, u64)> {
    // A runner that had grown is being replaced: that is over before the clock runs.
    while pool.counts().starting > 0 || pool.counts().idle == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut frame = Writer::new(call.len() as u64)?;
    frame.write(call)?;
    let frame = frame.finish()?;
    let began = Instant::now();
    let mut running = pool
        .call(Request {
            frame,
            deadline: tokio::time::Instant::now() + DEADLINE,
            room: None,
        })
        .await?;
    let reply = loop {
        if let Event::Reply(reply) = running.next().await? {
            break reply;
        }
    };
    let time = began.elapsed();
    Ok((time, pixels(&head(&reply)?)?))
}

/// The reply's first bytes, which hold its header.
fn head(reply: &Bulk) -> Result<Vec<u8>> {
    const HEAD: u64 = 64 * 1024;
    match reply {
        Bulk::Inline(bytes) => Ok(bytes.to_vec()),
        Bulk::Memfd { file, length } => read(file, HEAD.min(*length) as usize),
    }
}

fn read(file: &File, length: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

/// How many pixels the raster of a reply has.
fn pixels(reply: &[u8]) -> Result<u64> {
    #[derive(Deserialize)]
    struct Decoded {
        raster: Raster,
    }
    let prefix = Prefix::read(reply)?.context("the reply's header is not whole")?;
    let Message::Reply(reply) = prefix.message else {
        return Err(anyhow!("no reply came"));
    };
    let decoded: Decoded = serde_json::from_str(reply.outcome?.get())?;
    Ok(u64::from(decoded.raster.width) * u64::from(decoded.raster.height))
}

struct OneThread;

impl Host for OneThread {
    fn progress(&self, _: f32) -> bool {
        false
    }

    fn threads(&self) -> usize {
        1
    }
}
