//! Measures Locus against named peers; `scripts/bench` builds and calls it.
//!
//! Each suite takes samples of ours and of a peer in turn, so that whatever
//! else the machine does weighs on both, and the figure is the median. What
//! each one includes is said in `docs/benchmarks.md`.
//!
//! - [`suites`]: one file each;
//! - [`inputs`]: the pictures that stand behind the cases' names;
//! - [`load`]: requests over connections that stay open, and their latencies;
//! - [`calls`]: calls as frames, natively answered;
//! - [`runner`]: calls on the server's own pool;
//! - [`process`]: servers and scripts that a suite starts and ends;
//! - [`browser`]: the suites that node and Chromium run;
//! - [`page`]: a page that a suite takes turns with;
//! - [`report`], [`statistics`]: medians, and how they are printed.

mod browser;
mod calls;
mod inputs;
mod load;
mod page;
mod process;
mod report;
mod runner;
mod statistics;
mod suites;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use locus_server::runner::child;
use report::{Measurement, write_json, write_table};

/// Measures Locus against named peers. Run it through scripts/bench, from the root of the checkout.
#[derive(Debug, Parser)]
#[command(name = "locus-bench", version)]
struct Cli {
    #[command(subcommand)]
    suite: Suite,
    #[command(flatten)]
    options: Options,
}

/// How thoroughly, and how it is told.
#[derive(Debug, Clone, clap::Args)]
struct Options {
    /// A table for people instead of JSON lines.
    #[arg(long, global = true)]
    table: bool,
    /// Three times as many runs.
    #[arg(long, global = true)]
    full: bool,
    /// With `startup`: also from a fresh clone, which takes half an hour.
    #[arg(long, global = true)]
    clean: bool,
}

impl Options {
    /// Samples that a median is taken of.
    fn runs(&self) -> usize {
        if self.full { 21 } else { 7 }
    }
}

#[derive(Debug, Subcommand)]
enum Suite {
    /// Decoding by a runner, against native code
    WasmVsNative,
    /// A small call over HTTP, against a bare warp route
    CallOverhead,
    /// Memory of the server at rest
    Footprint,
    /// From scripts/start to a served page
    Startup,
    /// Decoding in a page, against other decoders
    BrowserDecode,
    /// How smooth the viewer stays
    FrameGap,
    /// Many photographs as small pictures, against the browser's own
    ContactSheet,
    /// The fractal's kernel in a page and a runner, against native code
    FractalTile,
    /// A screen of tiles with two engines or runners, against one
    TilesParallel,
    /// How smooth the explorer stays while it zooms, and how fast it is
    Zoom,
    /// What a first visit brings over the network
    FirstLoad,
    /// The Docker image, and what it is made of
    ImageSize,
    /// What goes up for a picture that is looked at on the server
    Upload,
    /// A new screen of a picture that was looked at before, against one that was not
    Pan,
    /// How far placement is from an oracle, in simulation
    Placement,
    /// What calls take in both places: the table that `placement` rests on
    PlacementCosts(browser::PlacementCosts),
    /// Placement in Chromium, against both places forced
    PlacementLive,
    /// A poster of 16,384² pixels in a page, against the fractal's kernel
    Poster,
    /// Writing files in a page and a runner, against `canvas.toBlob` and native code
    Encode,
    /// Damaged files of every format through a live server
    Soak,
    /// The peer of `call-overhead`; only that starts it.
    #[command(hide = true)]
    BareWarp(suites::call_overhead::BareWarp),
    /// A runner; only the pool starts it.
    #[command(hide = true)]
    Runner(child::Arguments),
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<()> {
    let options = &cli.options;
    let (name, measured) = match &cli.suite {
        Suite::WasmVsNative => ("wasm-vs-native", suites::wasm_vs_native::measure(options)?),
        Suite::CallOverhead => ("call-overhead", suites::call_overhead::measure(options)?),
        Suite::Footprint => ("footprint", suites::footprint::measure(options)?),
        Suite::Startup => ("startup", suites::startup::measure(options)?),
        Suite::BrowserDecode => ("browser-decode", browser::decode(options)?),
        Suite::FrameGap => ("frame-gap", browser::frame_gap(options)?),
        Suite::ContactSheet => ("contact-sheet", browser::contact_sheet(options)?),
        Suite::FractalTile => ("fractal-tile", suites::fractal_tile::measure(options)?),
        Suite::TilesParallel => ("tiles-parallel", suites::tiles_parallel::measure(options)?),
        Suite::Zoom => ("zoom", browser::zoom(options)?),
        Suite::FirstLoad => ("first-load", browser::first_load(options)?),
        Suite::ImageSize => ("image-size", suites::image_size::measure()?),
        Suite::Upload => ("upload", browser::upload(options)?),
        Suite::Pan => ("pan", browser::pan(options)?),
        Suite::Placement => ("placement", browser::placement()?),
        Suite::PlacementCosts(table) => {
            ("placement-costs", browser::placement_costs(options, table)?)
        }
        Suite::PlacementLive => ("placement-live", browser::placement_live(options)?),
        Suite::Poster => ("poster", browser::poster(options)?),
        Suite::Encode => {
            let mut measured = browser::encode(options)?;
            measured.extend(suites::encode::measure(options)?);
            ("encode", measured)
        }
        Suite::Soak => ("soak", suites::soak::measure(options)?),
        Suite::BareWarp(arguments) => return suites::call_overhead::serve(arguments),
        Suite::Runner(arguments) => return Ok(child::run(arguments)?),
    };
    let lines: Vec<_> = measured
        .into_iter()
        .filter_map(|measurement: Measurement| measurement.line(name))
        .collect();
    anyhow::ensure!(!lines.is_empty(), "{name} measured nothing");
    let out = io::stdout().lock();
    if options.table {
        write_table(&lines, out)?;
    } else {
        write_json(&lines, out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// `scripts/bench` lists the suites from the file, without building.
    #[test]
    fn the_list_of_suites_is_complete() {
        let listed: Vec<&str> = include_str!("../suites.txt")
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        let command = Cli::command();
        let known: Vec<&str> = command
            .get_subcommands()
            .filter(|suite| !suite.is_hide_set())
            .map(clap::Command::get_name)
            .collect();
        assert_eq!(listed, known);
    }
}
