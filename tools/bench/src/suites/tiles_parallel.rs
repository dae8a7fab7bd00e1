//! A screen of tiles of the fractal, all of them asked for at once, with two
//! solo engines of a page or two runners of a server, against one of the same.
//!
//! The server is asked over HTTP twice: by a client that takes nearly nothing
//! of the cores that it shares with the runners, and by a page, which takes
//! more.
//!
//! Two threads of this process against one, with the same tiles, say what the
//! machine gives: its two cores may share more than they seem to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};
use locus_protocol::{Call, Message, write};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use tokio::runtime::{Builder, Runtime};

use crate::load::{ask_all, post};
use crate::page::Page;
use crate::process::serve;
use crate::{Measurement, Options, calls};

/// The page that `scripts/bench` builds.
const PAGE: &str = "tests/bench/tiles-parallel/dist";
const CASE: &str = "boundary";
/// Pixels of a tile's side.
const SIDE: i64 = 256;
/// Tiles that a screen of 1440 × 900 takes.
const COLUMNS: i64 = 6;
const ROWS: i64 = 4;
/// The middle of the screen, in the Seahorse Valley, and the width of a pixel.
const RE: Parts = Parts(-743_643_887_037_151);
const IM: Parts = Parts(131_825_904_205_330);
const STEP: Parts = Parts(100_000);
const MAX_ITERATIONS: u32 = 5000;
/// Connections that a browser has to one host.
const CONNECTIONS: usize = 6;
const FRAMES: &str = "application/vnd.locus.frames";

/// Measures everything in turns.
///
/// # Errors
/// When something is not built, or does not compute the same.
pub fn measure(options: &Options) -> Result<Vec<Measurement>> {
    ensure!(
        std::path::Path::new(PAGE).join("index.html").exists(),
        "{PAGE} is missing; scripts/bench --prepare tiles-parallel makes it"
    );
    let screen = Screen::new()?;
    let (_one, one) = serve(&["--runners", "1", "--pages", PAGE])?;
    let (_two, two) = serve(&["--runners", "2", "--pages", PAGE])?;
    let origins = [one, two].map(|address| format!("http://{address}/"));
    let arguments = [origins[0].as_str(), origins[1].as_str()];
    let (mut page, _) = Page::open::<Ready>("tests/bench/tiles-parallel.js", &arguments)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut turns = Vec::new();
    // The first turn is not counted.
    for run in 0..=options.runs() {
        let turn = Turn {
            local: screen.in_page(&mut page, "local")?,
            server: screen.over_http(&runtime, one, two)?,
            page: screen.in_page(&mut page, "server")?,
            native: screen.natively()?,
        };
        eprintln!("bench: {CASE} {run}/{}: {turn}", options.runs());
        if run > 0 {
            turns.push(turn);
        }
    }
    page.close()?;
    Ok(figures(&turns))
}

/// One screen's times.
#[derive(Debug)]
struct Turn {
    local: Times,
    /// The server, asked by a client that takes little.
    server: Times,
    /// The server, asked by a page.
    page: Times,
    native: Times,
}

/// Milliseconds of a screen on one engine, runner or thread, and on two.
#[derive(Debug, Clone, Copy)]
struct Times {
    one: f64,
    two: f64,
}

impl Times {
    fn speedup(self) -> f64 {
        self.one / self.two
    }
}

impl std::fmt::Display for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let say = |times: Times| {
            format!(
                "{:.0} → {:.0} ms, {:.2} ×",
                times.one,
                times.two,
                times.speedup()
            )
        };
        let Self {
            local,
            server,
            page,
            native,
        } = *self;
        write!(
            f,
            "local {}; server {}, from a page {}; native {}",
            say(local),
            say(server),
            say(page),
            say(native)
        )
    }
}

fn figures(turns: &[Turn]) -> Vec<Measurement> {
    let all = |of: fn(&Turn) -> Times| turns.iter().map(of).collect::<Vec<_>>();
    let (local, server, page) = (
        all(|turn| turn.local),
        all(|turn| turn.server),
        all(|turn| turn.page),
    );
    let speedups = |times: &[Times]| times.iter().map(|times| times.speedup()).collect();
    let figure = |place: &str, metric: &str, unit: &str, samples: Vec<f64>| Measurement {
        case: CASE.into(),
        metric: metric.into(),
        unit: unit.into(),
        place: Some(place.into()),
        threads: Some(2),
        samples,
        ..Measurement::default()
    };
    let speedup = |place, metric, times: &[Times], note| Measurement {
        peer_name: Some("native-threads".into()),
        peer_samples: turns.iter().map(|turn| turn.native.speedup()).collect(),
        note: Some(note),
        ..figure(place, metric, "×", speedups(times))
    };
    let screen = |place, metric, times: &[Times], peer: &str| Measurement {
        peer_name: Some(peer.into()),
        peer_samples: times.iter().map(|times| times.one).collect(),
        ..figure(
            place,
            metric,
            "ms",
            times.iter().map(|times| times.two).collect(),
        )
    };
    let view = || {
        format!(
            "{CASE}: {} tiles of {SIDE}² around {RE} + {IM}i, step {STEP}, at most {MAX_ITERATIONS} iterations",
            COLUMNS * ROWS
        )
    };
    let shared =
        "page_speedup, page_screen_ms: the page that asks has the same cores as the runners";
    vec![
        speedup("local", "speedup", &local, view()),
        screen("local", "screen_ms", &local, "one engine"),
        speedup("server", "speedup", &server, view()),
        screen("server", "screen_ms", &server, "one runner"),
        speedup("server", "page_speedup", &page, shared.into()),
        screen("server", "page_screen_ms", &page, "one runner"),
    ]
}

/// What is computed.
struct Screen {
    /// As parameters of `fractal.tile`, row by row.
    tiles: Vec<Box<RawValue>>,
    /// The same as frames.
    calls: Vec<Vec<u8>>,
    /// Steps that it takes.
    iterations: u64,
}

/// The script's first line.
#[derive(Deserialize)]
struct Ready {}

/// What a page says of a screen.
#[derive(Deserialize)]
struct Shown {
    milliseconds: f64,
    iterations: u64,
}

impl Screen {
    fn new() -> Result<Self> {
        let tiles = (0..ROWS)
            .flat_map(|row| (0..COLUMNS).map(move |column| parameters(column, row)))
            .map(|text| Ok(RawValue::from_string(text)?))
            .collect::<Result<Vec<_>>>()?;
        let calls: Vec<_> = tiles.iter().map(|tile| frame(tile.clone())).collect();
        let (_, iterations) = compute(&calls, 2)?;
        Ok(Self {
            tiles,
            calls,
            iterations,
        })
    }

    fn in_page(&self, page: &mut Page, place: &str) -> Result<Times> {
        let mut ask = |engines: u32| {
            let request = Request {
                place,
                engines,
                tiles: &self.tiles,
            };
            let Shown {
                milliseconds,
                iterations,
            } = page.ask(&request)?;
            self.same(place, iterations)?;
            anyhow::Ok(milliseconds)
        };
        Ok(Times {
            one: ask(1)?,
            two: ask(2)?,
        })
    }

    fn over_http(&self, runtime: &Runtime, one: SocketAddr, two: SocketAddr) -> Result<Times> {
        let ask = |address| {
            let requests: Vec<Arc<[u8]>> = self
                .calls
                .iter()
                .map(|call| post(address, "/v1/call", FRAMES, call).into())
                .collect();
            let began = Instant::now();
            let bodies = runtime.block_on(ask_all(address, CONNECTIONS, &requests))?;
            let milliseconds = began.elapsed().as_secs_f64() * 1e3;
            let counts = bodies.iter().map(|body| iterations(body));
            self.same("the server", counts.sum::<Result<u64>>()?)?;
            anyhow::Ok(milliseconds)
        };
        Ok(Times {
            one: ask(one)?,
            two: ask(two)?,
        })
    }

    fn natively(&self) -> Result<Times> {
        let run = |threads| {
            let (milliseconds, iterations) = compute(&self.calls, threads)?;
            self.same("native code", iterations)?;
            anyhow::Ok(milliseconds)
        };
        Ok(Times {
            one: run(1)?,
            two: run(2)?,
        })
    }

    fn same(&self, who: &str, iterations: u64) -> Result<()> {
        ensure!(
            iterations == self.iterations,
            "{who} made {iterations} iterations, not {}",
            self.iterations
        );
        Ok(())
    }
}

#[derive(Serialize)]
struct Request<'a> {
    place: &'a str,
    engines: u32,
    tiles: &'a [Box<RawValue>],
}

/// Answers all calls on so many threads, each taking the next when it has
/// answered one; milliseconds, and iterations in all.
fn compute(calls: &[Vec<u8>], threads: usize) -> Result<(f64, u64)> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut sum = 0;
        while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
            sum += iterations(&calls::native(call).header)?;
        }
        anyhow::Ok(sum)
    };
    let began = Instant::now();
    let iterations = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().map_err(|_| anyhow!("a thread panicked"))?)
            .sum::<Result<u64>>()
    })?;
    Ok((began.elapsed().as_secs_f64() * 1e3, iterations))
}

/// How many steps a reply says that it took.
fn iterations(reply: &[u8]) -> Result<u64> {
    #[derive(Deserialize)]
    struct Computed {
        iterations: u64,
    }
    Ok(calls::result::<Computed>(reply)?.iterations)
}

fn frame(parameters: Box<RawValue>) -> Vec<u8> {
    let mut call = Call::new(1, "fractal.tile");
    call.parameters = Some(parameters);
    write(&Message::Call(call), &[])
}

/// The tile in that column and row.
fn parameters(column: i64, row: i64) -> String {
    // Twice the tiles from the screen's middle to this one's.
    let away = |at: i64, of: i64| (2 * at + 1 - of) * SIDE / 2 * STEP.0;
    let (re, im) = (
        Parts(RE.0 + away(column, COLUMNS)),
        Parts(IM.0 - away(row, ROWS)),
    );
    json!({
        "center": {"re": re.to_string(), "im": im.to_string()},
        "step": STEP.to_string(),
        "size": {"width": SIDE, "height": SIDE},
        "max_iterations": MAX_ITERATIONS,
    })
    .to_string()
}

/// A number between -1 and 1, in parts of 10⁻¹⁵: sums are exact.
#[derive(Debug, Clone, Copy)]
struct Parts(i64);

impl std::fmt::Display for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}0.{:015}", self.0.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_lie_side_by_side_around_the_middle() {
        assert_eq!(RE.to_string(), "-0.743643887037151");
        assert_eq!(STEP.to_string(), "0.000000000100000");
        let center = |column, row| {
            let tile: serde_json::Value =
                serde_json::from_str(&parameters(column, row)).expect("it is JSON");
            ["re", "im"].map(|part| {
                let text = tile["center"][part].as_str().expect("it is a text");
                text.parse::<f64>().expect("it is a number")
            })
        };
        let [first, last] = [center(0, 0), center(COLUMNS - 1, ROWS - 1)];
        let width = 256e-10;
        let near = |a: f64, b: f64| (a - b).abs() < 1e-14;
        assert!(near(last[0] - first[0], 5.0 * width), "{first:?} {last:?}");
        assert!(near(first[1] - last[1], 3.0 * width), "{first:?} {last:?}");
        assert!(near((first[0] + last[0]) / 2.0, -0.743_643_887_037_151));
        assert!(near((first[1] + last[1]) / 2.0, 0.131_825_904_205_330));
    }

    #[test]
    fn threads_share_all_calls_and_count_the_same() {
        let parameters = RawValue::from_string(
            r#"{"center": {"re": "0.4", "im": "0.4"}, "step": "0.01", "size": {"width": 16, "height": 16}, "max_iterations": 64}"#
                .into(),
        );
        let calls = vec![frame(parameters.expect("it is JSON")); 5];
        let one = compute(&calls, 1).expect("it is computed").1;
        assert!(one > 0);
        assert_eq!(compute(&calls, 2).expect("it is computed").1, one);
    }

    #[test]
    fn a_speedup_is_taken_turn_by_turn() {
        // The machine was twice as slow in the second turn.
        let turns = [1.0, 2.0, 1.0].map(|slow| Turn {
            local: Times {
                one: 1800.0 * slow,
                two: 1000.0 * slow,
            },
            server: Times {
                one: 1700.0 * slow,
                two: 1000.0 * slow,
            },
            page: Times {
                one: 1600.0 * slow,
                two: 1000.0 * slow,
            },
            native: Times {
                one: 1900.0 * slow,
                two: 1000.0 * slow,
            },
        });
        let figures = figures(&turns);
        let of = |at: usize| {
            let figure: &Measurement = &figures[at];
            (figure.metric.as_str(), figure.place.as_deref())
        };
        assert_eq!(of(0), ("speedup", Some("local")));
        assert_eq!(of(2), ("speedup", Some("server")));
        assert_eq!(of(4), ("page_speedup", Some("server")));
        assert_eq!(figures[0].samples, [1.8; 3]);
        assert_eq!(figures[2].samples, [1.7; 3]);
        assert_eq!(figures[4].samples, [1.6; 3]);
        assert_eq!(figures[0].peer_samples, [1.9; 3]);
    }
}
