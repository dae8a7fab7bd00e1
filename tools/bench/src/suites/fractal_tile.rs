//! The kernel of `fractal.tile` on one thread: in Chromium and in a runner,
//! against the same code compiled natively; and in Chromium against a plain
//! loop and a bare kernel in the same module.
//!
//! What is counted is iterations: those that the pixels of a fixed view at
//! the boundary take, not those that vectors make beyond them.

use std::time::Instant;

use anyhow::{Result, ensure};
use locus_bench_kernels::{VIEWS, View};
use locus_protocol::{Call, Message, write};
use locus_server::runner::Pool;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::page::Page;
use crate::{Measurement, Options, calls, runner};

/// The module that scripts/bench builds.
pub const KERNELS: &str = "target/wasm32-unknown-unknown/wasm/locus_bench_kernels.wasm";
/// By how much a plain loop's iterations may differ: its coordinates' last
/// digits do, and it does not see that an orbit repeats itself.
const ALIKE: f64 = 0.05;

/// Measures everything in turns.
///
/// # Errors
/// When something is not built, or does not count the same.
pub fn measure(options: &Options) -> Result<Vec<Measurement>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let pool = runner::pool().await?;
        let (mut page, chains) = open()?;
        let mut turns = VIEWS.map(|_| Vec::new());
        // The first turn is not counted.
        for run in 0..=options.runs() {
            for (view, turns) in turns.iter_mut().enumerate() {
                let turn = turn(&mut page, &pool, view).await?;
                eprintln!(
                    "bench: {} {run}/{}: {turn}",
                    VIEWS[view].case,
                    options.runs()
                );
                if run > 0 {
                    turns.push(turn);
                }
            }
        }
        page.close()?;
        pool.close();
        let views = VIEWS.iter().zip(&turns);
        Ok(views
            .flat_map(|(view, turns)| figures(view, turns, chains))
            .collect())
    })
}

/// Million iterations a second.
#[derive(Debug)]
struct Turn {
    native: f64,
    browser: f64,
    runner: f64,
    plain: f64,
    bare: f64,
}

impl std::fmt::Display for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "browser {:.0}, native {:.0}, runner {:.0}, plain loop {:.0}, bare kernel {:.0} Miter/s",
            self.browser, self.native, self.runner, self.plain, self.bare
        )
    }
}

async fn turn(page: &mut Page, pool: &Pool, view: usize) -> Result<Turn> {
    let browser = in_page(page, "kernel", view)?;
    let native = native(&VIEWS[view]);
    let bare = in_page(page, "bare", view)?;
    let plain = in_page(page, "plain", view)?;
    let runner = in_runner(pool, &VIEWS[view]).await?;
    for other in [&browser, &runner] {
        ensure!(
            other.iterations == native.iterations,
            "wasm made {} iterations, native code {}",
            other.iterations,
            native.iterations
        );
    }
    ensure!(
        (plain.iterations / native.iterations - 1.0).abs() < ALIKE,
        "the plain loop made {} iterations, the kernel {}",
        plain.iterations,
        native.iterations
    );
    Ok(Turn {
        native: native.miter_s(),
        browser: browser.miter_s(),
        runner: runner.miter_s(),
        plain: plain.miter_s(),
        bare: bare.miter_s(),
    })
}

fn figures(view: &View, turns: &[Turn], chains: u32) -> [Measurement; 4] {
    let samples = |of: fn(&Turn) -> f64| turns.iter().map(of).collect::<Vec<_>>();
    let speed = |place: &str, of: fn(&Turn) -> f64| Measurement {
        case: view.case.into(),
        metric: "miter_s".into(),
        unit: "Miter/s".into(),
        place: Some(place.into()),
        threads: Some(1),
        samples: samples(of),
        peer_name: Some("native".into()),
        peer_samples: samples(|turn| turn.native),
        note: Some(format!("{}: {}", view.case, view.parameters())),
    };
    let quotient = |metric: &str, of: fn(&Turn) -> f64, note: String| Measurement {
        metric: metric.into(),
        unit: "×".into(),
        peer_name: None,
        peer_samples: Vec::new(),
        note: Some(note),
        ..speed("local", of)
    };
    [
        speed("local", |turn| turn.browser),
        quotient(
            "over_scalar",
            |turn| turn.browser / turn.plain,
            "over_scalar: over a loop of one orbit at a time, in the same module".into(),
        ),
        quotient(
            "of_ceiling",
            |turn| turn.browser / turn.bare,
            format!(
                "of_ceiling: of the same arithmetic without escapes, refills and counts, in the \
                same module, with {chains} vectors in flight, which were fastest of 4, 6 and 8"
            ),
        ),
        speed("server", |turn| turn.runner),
    ]
}

/// What ran, and how long.
#[derive(Debug, Deserialize)]
struct Ran {
    iterations: f64,
    seconds: f64,
}

impl Ran {
    fn miter_s(&self) -> f64 {
        self.iterations / self.seconds / 1e6
    }
}

fn native(view: &View) -> Ran {
    let began = Instant::now();
    let iterations: u64 = (0..view.times).map(|_| view.kernel()).sum();
    Ran {
        iterations: iterations as f64,
        seconds: began.elapsed().as_secs_f64(),
    }
}

/// Whole calls: the tile comes back in a memfd.
async fn in_runner(pool: &Pool, view: &View) -> Result<Ran> {
    #[derive(Deserialize)]
    struct Computed {
        iterations: f64,
    }
    let mut call = Call::new(1, "fractal.tile");
    call.parameters = Some(RawValue::from_string(view.parameters())?);
    let call = write(&Message::Call(call), &[]);
    let mut ran = Ran {
        iterations: 0.0,
        seconds: 0.0,
    };
    for _ in 0..view.times {
        let (time, header) = runner::call(pool, &call).await?;
        let computed: Computed = calls::result(&header)?;
        ran.iterations += computed.iterations;
        ran.seconds += time.as_secs_f64();
    }
    Ok(ran)
}

/// Opens the page, and waits until the kernels are warm. Returns the vectors
/// that the fastest bare kernel has in flight, too.
fn open() -> Result<(Page, u32)> {
    ensure!(
        std::path::Path::new(KERNELS).exists(),
        "{KERNELS} is missing; scripts/bench --prepare fractal-tile makes it"
    );
    #[derive(Deserialize)]
    struct Ready {
        chains: u32,
    }
    let (page, ready) = Page::open::<Ready>("tests/bench/fractal-tile.js", &[KERNELS])?;
    Ok((page, ready.chains))
}

fn in_page(page: &mut Page, kernel: &str, view: usize) -> Result<Ran> {
    let times = VIEWS[view].times;
    page.ask(&json!({"kernel": kernel, "view": view, "times": times}))
}
