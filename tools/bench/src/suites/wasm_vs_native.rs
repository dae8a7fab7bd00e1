//! Decoding by a runner, against the same code compiled natively, one thread
//! each.
//!
//! Ours is a call on the server's own pool: the file goes to the runner in a
//! memfd, is decoded in WasmEdge, and the raster comes back in a memfd. HTTP
//! is left out. The peer is `codec_core::answer` in this process, which
//! copies nothing.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use locus_protocol::{Call, Message, Raster, write};
use locus_server::runner::Pool;
use serde::Deserialize;

use crate::inputs::{self, Input};
use crate::{Measurement, Options, calls, runner};

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
        let pool = runner::pool().await?;
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
    let answer = calls::native(call);
    let time = began.elapsed();
    Ok((time, pixels(&answer.header)?))
}

/// The time of a call on a runner, and the raster's pixels.
async fn runner(pool: &Pool, call: &[u8]) -> Result<(Duration, u64)> {
    let (time, header) = runner::call(pool, call).await?;
    Ok((time, pixels(&header)?))
}

/// How many pixels the raster of a reply has.
fn pixels(reply: &[u8]) -> Result<u64> {
    #[derive(Deserialize)]
    struct Decoded {
        raster: Raster,
    }
    let decoded: Decoded = calls::result(reply)?;
    Ok(u64::from(decoded.raster.width) * u64::from(decoded.raster.height))
}
