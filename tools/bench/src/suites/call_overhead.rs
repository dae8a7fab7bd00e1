//! What Locus adds to an HTTP request: `echo` of 64 bytes through a runner,
//! divided by a bare warp route that answers with the same bytes.
//!
//! Both servers are processes of their own with one thread and the same
//! settings of hyper, and are asked in turn, a slice of time each.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use locus_protocol::{Call, Frame, Message, write};
use tokio::net::TcpListener;
use warp::Filter;

use crate::load::{Client, post};
use crate::process::{self, Process};
use crate::statistics::percentile;
use crate::{Measurement, Options};

/// Bytes that `echo` is given.
const PAYLOAD: usize = 64;
/// How long one side is asked before it is the other's turn.
const SLICE: Duration = Duration::from_secs(1);
const FRAMES: &str = "application/vnd.locus.frames";

/// Measures both cases.
///
/// # Errors
/// When a server does not start, or answers wrongly.
pub fn measure(options: &Options) -> Result<Vec<Measurement>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (_locus, locus) = process::serve(&[])?;
    let call = write(
        &Message::Call(Call::new(1, "echo").with_inline_inputs(1)),
        &[&[7; PAYLOAD]],
    );
    let reply = runtime.block_on(async {
        Client::connect(locus, 1, &post(locus, "/v1/call", FRAMES, &call), None)
            .await?
            .ask()
            .await
    })?;
    check(&reply).context("locus does not echo")?;

    let file = std::env::temp_dir().join(format!("locus-bench-{}.reply", std::process::id()));
    std::fs::write(&file, &reply)?;
    let bare = bare_warp(&file);
    let _ = std::fs::remove_file(&file);
    let (_bare, bare) = bare?;

    let mut measured = Vec::new();
    for (case, connections) in [("c1", 1), ("c32", 32)] {
        eprintln!(
            "bench: {connections} connections, {} slices of {} s each side",
            options.runs() + 2,
            SLICE.as_secs()
        );
        let slices = runtime.block_on(async {
            let mut ours = Client::connect(
                locus,
                connections,
                &post(locus, "/v1/call", FRAMES, &call),
                Some(&reply),
            )
            .await?;
            let mut theirs = Client::connect(
                bare,
                connections,
                &post(bare, "/v1/call", FRAMES, &call),
                Some(&reply),
            )
            .await?;
            ours.run(SLICE / 2).await?;
            theirs.run(SLICE / 2).await?;
            let mut slices = Vec::new();
            for _ in 0..options.runs() + 2 {
                slices.push((ours.run(SLICE).await?, theirs.run(SLICE).await?));
            }
            anyhow::Ok(slices)
        })?;
        measured.extend(figures(case, &slices)?);
    }
    Ok(measured)
}

/// The figures of one case: for each percentile the ratio, and both sides in microseconds.
fn figures(case: &str, slices: &[(Vec<f64>, Vec<f64>)]) -> Result<Vec<Measurement>> {
    let mut figures = Vec::new();
    for (name, p) in [("p50", 0.5), ("p99", 0.99)] {
        let pairs: Option<Vec<(f64, f64)>> = slices
            .iter()
            .map(|(ours, theirs)| Some((percentile(ours, p)?, percentile(theirs, p)?)))
            .collect();
        let (ours, theirs): (Vec<f64>, Vec<f64>) = pairs
            .context("a slice without a request")?
            .into_iter()
            .unzip();
        let figure = |metric: &str, unit: &str, samples| Measurement {
            case: case.into(),
            metric: format!("{name}_{metric}"),
            unit: unit.into(),
            place: Some("server".into()),
            samples,
            ..Measurement::default()
        };
        figures.push(Measurement {
            note: Some("p50_ratio and p99_ratio: echo through a runner ÷ bare warp route, the median over pairs of slices".into()),
            ..figure("ratio", "×", ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect())
        });
        figures.push(Measurement {
            peer_name: Some("bare warp route".into()),
            peer_samples: theirs,
            ..figure("us", "µs", ours)
        });
    }
    Ok(figures)
}

fn check(reply: &[u8]) -> Result<()> {
    let frame = Frame::parse(reply)?;
    if let Message::Reply(reply) = &frame.message {
        reply
            .outcome
            .as_ref()
            .map_err(|error| anyhow::anyhow!("{error}"))?;
    }
    ensure!(frame.payloads == [[7; PAYLOAD]], "its payload is another");
    Ok(())
}

fn bare_warp(reply: &std::path::Path) -> Result<(Process, SocketAddr)> {
    let address = process::free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command
        .env_clear()
        .args(["bare-warp", "--listen"])
        .arg(address.to_string())
        .arg("--reply")
        .arg(reply);
    let mut process = Process::start(&mut command)?;
    // The reply has been read when it listens.
    process::wait(&mut process, Duration::from_secs(10), || {
        std::net::TcpStream::connect(address).is_ok()
    })?;
    Ok((process, address))
}

/// The peer's arguments.
#[derive(Debug, clap::Args)]
pub struct BareWarp {
    /// Address and port to listen on.
    #[arg(long)]
    listen: SocketAddr,
    /// File with what is answered.
    #[arg(long)]
    reply: PathBuf,
}

/// The peer: one warp route, no more.
///
/// # Errors
/// When it can't listen.
pub fn serve(arguments: &BareWarp) -> Result<()> {
    let reply = Bytes::from(std::fs::read(&arguments.reply)?);
    let route = warp::path!("v1" / "call")
        .and(warp::post())
        .and(warp::body::bytes())
        .map(move |_: Bytes| {
            let mut response = warp::reply::Response::new(reply.clone().into());
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static(FRAMES));
            response
        });
    let service = TowerToHyperService::new(warp::service(route));
    // One thread, as in the server.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut http = http1::Builder::new();
    http.half_close(false)
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(30))
        .max_headers(64)
        .max_header_size(32 * 1024);
    runtime.block_on(async {
        let listener = TcpListener::bind(arguments.listen).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(http.serve_connection(TokioIo::new(stream), service.clone()));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_slice_by_slice() {
        // The machine was twice as slow during the second pair.
        let slices = [
            (vec![30.0; 9], vec![10.0; 9]),
            (vec![60.0; 9], vec![20.0; 9]),
            (vec![31.0; 9], vec![10.0; 9]),
        ];
        let figures = figures("c1", &slices).expect("each slice has requests");
        let names: Vec<&str> = figures
            .iter()
            .map(|figure| figure.metric.as_str())
            .collect();
        assert_eq!(names, ["p50_ratio", "p50_us", "p99_ratio", "p99_us"]);
        assert_eq!(figures[0].samples, [3.0, 3.0, 3.1]);
        assert_eq!(figures[1].peer_samples, [10.0, 20.0, 10.0]);
        assert!(super::figures("c1", &[(Vec::new(), vec![1.0])]).is_err());
    }
}
