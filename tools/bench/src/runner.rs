//! Calls on the server's own pool of runners, without HTTP.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use clap::Parser;
use locus_server::bulk::{Bulk, Writer};
use locus_server::cli::{Cli, Command};
use locus_server::module::{Cache, Level, Wasm};
use locus_server::runner::guest::PAGE;
use locus_server::runner::{Event, Pool, Request, Settings};

const CODEC: &str = ".locus/dist/codec.wasm";
const CACHE: &str = ".locus/cache";
/// More than any call takes.
const DEADLINE: Duration = Duration::from_secs(300);

/// A pool as `locus serve` makes it, of one runner.
///
/// # Errors
/// When the codec is not built.
pub async fn pool() -> Result<Arc<Pool>> {
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

/// The time of a call, and the reply's first bytes, which hold its header.
///
/// # Errors
/// When no reply comes.
pub async fn call(pool: &Pool, call: &[u8]) -> Result<(Duration, Vec<u8>)> {
    // A runner that had grown is being replaced: that is over before the clock runs.
    while pool.counts().starting > 0 || pool.counts().idle == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut frame = Writer::new(call.len() as u64)?;
    frame.write(call)?;
    let frame = frame.finish()?;
    let began = Instant::now();
    let mut running = pool.call(Request {
        frame,
        deadline: tokio::time::Instant::now() + DEADLINE,
        usual: Arc::default(),
        room: None,
        blob: None,
    })?;
    let reply = loop {
        if let Event::Reply(reply) = running.next().await? {
            break reply;
        }
    };
    let time = began.elapsed();
    Ok((time, head(&reply)?))
}

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
