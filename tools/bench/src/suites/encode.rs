//! `image.encode` on a runner, against the same code compiled natively, one
//! thread each; the page's part is `tests/bench/encode.js`.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use locus_protocol::{Call, Frame, Message, write};
use locus_server::runner::Pool;
use serde_json::json;

use crate::inputs;
use crate::{Measurement, Options, calls, runner};

/// The sample whose pixels are written, scaled to [`SIZE`].
const SAMPLE: &str = "island.jxl";
/// Six megapixels.
const SIZE: (u32, u32) = (3000, 2000);
const FORMATS: &[&str] = &["png", "jpeg", "webp", "qoi", "jxl"];

/// Measures all formats.
///
/// # Errors
/// When the codec is not built or a picture is not written.
pub fn measure(options: &Options) -> Result<Vec<Measurement>> {
    let pixels = pixels()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let pool = runner::pool().await?;
        let mut measured = Vec::new();
        for format in FORMATS {
            let case = case(&pool, format, &pixels, options.runs()).await;
            measured.push(case.with_context(|| (*format).to_owned())?);
        }
        pool.close();
        Ok(measured)
    })
}

/// RGBA of the sample.
fn pixels() -> Result<Vec<u8>> {
    let file = std::fs::read(inputs::sample(SAMPLE)?)?;
    let parameters = json!({"size": {"width": SIZE.0, "height": SIZE.1}});
    let call = Call::new(1, "image.decode")
        .with_inline_inputs(1)
        .with_parameters(&parameters)?;
    let reply = calls::native(&write(&Message::Call(call), &[&file])).to_bytes();
    let frame = Frame::parse(&reply)?;
    Ok(frame
        .payloads
        .first()
        .context("the sample is not decoded")?
        .to_vec())
}

async fn case(pool: &Pool, format: &str, pixels: &[u8], runs: usize) -> Result<Measurement> {
    let parameters = json!({
        "format": format,
        "raster": {"width": SIZE.0, "height": SIZE.1, "sample": "u8", "channels": 4},
    });
    let call = Call::new(1, "image.encode")
        .with_inline_inputs(1)
        .with_parameters(&parameters)?;
    let call = write(&Message::Call(call), &[pixels]);
    let megapixels = f64::from(SIZE.0) * f64::from(SIZE.1) / 1e6;
    // Once each unmeasured, which also warms the caches.
    let (_, bytes) = native(&call)?;
    let (_, header) = runner::call(pool, &call).await?;
    ensure!(
        bytes == length(&header)?,
        "the runner's file is not as long as the native one"
    );
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 1..=runs {
        let (time, _) = runner::call(pool, &call).await?;
        ours.push(megapixels / time.as_secs_f64());
        let (time, _) = native(&call)?;
        theirs.push(megapixels / time.as_secs_f64());
        eprintln!(
            "bench: {format} {run}/{runs}: runner {:.2}, native {:.2} MP/s",
            ours[ours.len() - 1],
            theirs[theirs.len() - 1]
        );
    }
    Ok(Measurement {
        case: format.into(),
        metric: "throughput_mp_s".into(),
        unit: "MP/s".into(),
        place: Some("server".into()),
        threads: Some(1),
        samples: ours,
        peer_name: Some("native".into()),
        peer_samples: theirs,
        note: Some(format!(
            "{format}: {SAMPLE} at {megapixels:.1} MP becomes {bytes} bytes"
        )),
    })
}

/// The time of a native call, and the file's length.
fn native(call: &[u8]) -> Result<(Duration, u64)> {
    let began = Instant::now();
    let answer = calls::native(call);
    let time = began.elapsed();
    Ok((time, length(&answer.header)?))
}

/// The length of the file that a reply holds.
fn length(reply: &[u8]) -> Result<u64> {
    let encoded: serde_json::Value = calls::result(reply)?;
    encoded["bytes"].as_u64().context("a file has a length")
}
