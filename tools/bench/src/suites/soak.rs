//! Damaged files of every format through a live server.
//!
//! The files are those of the corpus, damaged in ways that are the same for
//! every run: bytes and words changed, pieces cut out, doubled or taken from
//! another file. Beside them a neighbour asks for the same tile again and
//! again and has to get the same bytes each time.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use locus_protocol::{Call, ErrorCode, Frame, Limits, Message, Raster, write};
use serde::Deserialize;
use serde_json::json;

use crate::load::post;
use crate::process::{Process, rss_kib, serve};
use crate::{Measurement, Options};

const CORPUS: &str = "codec-core/tests/corpus";
const FILES: usize = 2_000;
/// Until a call has to have ended.
const DEADLINE_MS: u64 = 30_000;
/// What is done over the first files does not count as growth: buffers and
/// pools come to be.
const WARM_UP: usize = 200;

/// Sends the files.
///
/// # Errors
/// When the server does not start, or is lost.
pub fn measure(options: &Options) -> Result<Vec<Measurement>> {
    let seeds = seeds()?;
    let (mut server, address) = serve(&["--runners", "2", "--pages", "assets/dist"])?;
    let done = AtomicBool::new(false);
    let (told, neighbour) = std::thread::scope(|scope| {
        let neighbour = scope.spawn(|| neighbour(address, &done));
        let told = soak(options, &mut server, address, &seeds);
        done.store(true, Ordering::Relaxed);
        (told, neighbour.join())
    });
    let mut told = told?;
    match neighbour {
        Ok(Ok(calls)) => told
            .note
            .push_str(&format!("; {calls} calls of a neighbour")),
        Ok(Err(error)) => {
            told.wrong += 1;
            told.note
                .push_str(&format!("; the neighbour was disturbed: {error:#}"));
        }
        Err(_) => bail!("the neighbour panicked"),
    }
    let metric = |metric: &str, unit: &str, value: f64| Measurement {
        case: "mutated".into(),
        metric: metric.into(),
        unit: unit.into(),
        place: Some("server".into()),
        samples: vec![value],
        note: Some(told.note.clone()),
        ..Measurement::default()
    };
    Ok(vec![
        metric("wrong_status", "count", told.wrong as f64),
        metric("rss_growth_mib", "MiB", told.growth_mib),
        metric("traps", "count", told.traps as f64),
    ])
}

struct Told {
    wrong: usize,
    traps: usize,
    growth_mib: f64,
    note: String,
}

fn soak(
    options: &Options,
    server: &mut Process,
    address: SocketAddr,
    seeds: &[(String, Vec<u8>)],
) -> Result<Told> {
    let count = if options.full { 3 * FILES } else { FILES };
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut wrong, mut traps, mut pictures, mut before) = (0, 0, 0, 0);
    for number in 0..count {
        if number == WARM_UP {
            before = rss_kib(server.pid())?;
        }
        let (name, seed) = &seeds[number % seeds.len()];
        let file = damaged(&mut random, seed, seeds);
        let (status, outcome) =
            decode(address, &file).with_context(|| format!("file {number}, made of {name}"))?;
        match outcome {
            Outcome::Picture if status == 200 => pictures += 1,
            Outcome::Refused(ErrorCode::Trapped) => {
                traps += 1;
                eprintln!("bench: file {number}, made of {name}, trapped the decoder");
            }
            Outcome::Refused(code) if status < 500 && is_refusal(code) => {}
            outcome => {
                wrong += 1;
                eprintln!(
                    "bench: file {number}, made of {name}: {status}, {}",
                    outcome.words()
                );
            }
        }
        server.check()?;
        if (number + 1) % 200 == 0 {
            eprintln!("bench: {} of {count} files", number + 1);
        }
    }
    let after = rss_kib(server.pid())?;
    Ok(Told {
        wrong,
        traps,
        growth_mib: (after as f64 - before as f64) / 1024.0,
        note: format!(
            "{count} files made of {}, {pictures} of them still pictures; the server's own \
             resident memory after {WARM_UP} files was {:.1} MiB",
            seeds.len(),
            before as f64 / 1024.0
        ),
    })
}

/// Whether an error says that something is wrong with the file.
fn is_refusal(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::InvalidInput
            | ErrorCode::Unsupported
            | ErrorCode::LimitExceeded
            | ErrorCode::InvalidParameters
    )
}

/// Pictures of every format, and their names.
fn seeds() -> Result<Vec<(String, Vec<u8>)>> {
    let mut seeds = Vec::new();
    for entry in std::fs::read_dir(PathBuf::from(CORPUS))? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if [".json", ".md", ".py", ".pdf"]
            .iter()
            .any(|kind| name.ends_with(kind))
        {
            continue;
        }
        seeds.push((name, std::fs::read(path)?));
    }
    seeds.sort();
    ensure!(seeds.len() > 20, "{CORPUS} has no pictures");
    Ok(seeds)
}

/// xorshift64*.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

fn damaged(random: &mut Random, seed: &[u8], seeds: &[(String, Vec<u8>)]) -> Vec<u8> {
    const WORDS: &[u32] = &[
        0,
        1,
        0x7f,
        0xff,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
        0x0001_0000,
    ];
    let mut file = seed.to_vec();
    for _ in 0..=random.below(4) {
        // Headers are where most goes wrong.
        let reach = if random.below(2) == 0 {
            file.len().min(256)
        } else {
            file.len()
        };
        let at = random.below(reach);
        match random.below(6) {
            0 | 1 => {
                if let Some(byte) = file.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            2 => {
                let word = WORDS[random.below(WORDS.len())];
                let word = if random.below(2) == 0 {
                    word.to_be_bytes()
                } else {
                    word.to_le_bytes()
                };
                for (byte, value) in file.iter_mut().skip(at).zip(word) {
                    *byte = value;
                }
            }
            3 => file.truncate(random.below(file.len())),
            4 => {
                let end = (at + random.below(64)).min(file.len());
                let piece = file[at.min(end)..end].to_vec();
                let place = random.below(file.len());
                file.splice(place..place, piece);
            }
            _ => {
                let (_, other) = &seeds[random.below(seeds.len())];
                let from = random.below(other.len());
                for (byte, value) in file
                    .iter_mut()
                    .skip(at)
                    .zip(other.iter().skip(from).take(64))
                {
                    *byte = *value;
                }
            }
        }
    }
    file
}

enum Outcome {
    Picture,
    Refused(ErrorCode),
    /// Neither; why.
    Neither(String),
}

impl Outcome {
    fn words(&self) -> &str {
        match self {
            Self::Picture => "a picture",
            Self::Refused(code) => code.as_str(),
            Self::Neither(why) => why,
        }
    }
}

fn decode(address: SocketAddr, file: &[u8]) -> Result<(u16, Outcome)> {
    let mut call = Call::new(1, "image.decode").with_inline_inputs(1);
    call.deadline_ms = Some(DEADLINE_MS);
    call.limits = Limits {
        pixels: Some(16 << 20),
        memory: Some(512 << 20),
        ..Limits::default()
    };
    let (status, body) = exchange(address, &write(&Message::Call(call), &[file]))?;
    Ok((status, outcome(&body)))
}

fn outcome(body: &[u8]) -> Outcome {
    #[derive(Deserialize)]
    struct Decoded {
        raster: Raster,
    }
    let frame = match reply(body) {
        Ok(frame) => frame,
        Err(error) => return Outcome::Neither(format!("{error:#}")),
    };
    let Message::Reply(reply) = &frame.message else {
        return Outcome::Neither("the last frame is no reply".into());
    };
    let result = match &reply.outcome {
        Ok(result) => result,
        Err(error) => return Outcome::Refused(error.code),
    };
    let size = serde_json::from_str::<Decoded>(result.get())
        .map(|decoded| 4 * u64::from(decoded.raster.width) * u64::from(decoded.raster.height));
    match (size, frame.payloads.as_slice()) {
        (Ok(size), [pixels]) if pixels.len() as u64 == size => Outcome::Picture,
        _ => Outcome::Neither("the result is no picture".into()),
    }
}

/// The last frame of an answer's body.
fn reply(body: &[u8]) -> Result<Frame<'_>> {
    let mut rest = body;
    loop {
        let (frame, length) = Frame::parse_first(rest)?;
        rest = &rest[length..];
        if rest.is_empty() {
            return Ok(frame);
        }
    }
}

/// Asks for one tile over and over; how often.
fn neighbour(address: SocketAddr, done: &AtomicBool) -> Result<usize> {
    let parameters = json!({
        "center": {"re": "-0.75", "im": "0.1"}, "step": "0.003",
        "size": {"width": 64, "height": 64}, "max_iterations": 500,
    });
    let call = Call::new(7, "fractal.tile").with_parameters(&parameters)?;
    let call = write(&Message::Call(call), &[]);
    let (status, first) = exchange(address, &call)?;
    ensure!(status == 200, "the first tile has status {status}");
    let mut calls = 1;
    while !done.load(Ordering::Relaxed) {
        let (status, body) = exchange(address, &call)?;
        ensure!(status == 200, "status {status} after {calls} calls");
        let (first, now) = (reply(&first)?, reply(&body)?);
        ensure!(
            first.payloads == now.payloads,
            "another tile after {calls} calls"
        );
        calls += 1;
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(calls)
}

/// Status and body of the answer to a call.
fn exchange(address: SocketAddr, call: &[u8]) -> Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_millis(DEADLINE_MS + 10_000)))?;
    stream.write_all(&post(
        address,
        "/v1/call",
        "application/vnd.locus.frames",
        call,
    ))?;
    let mut answer = Vec::new();
    let mut piece = vec![0; 64 << 10];
    let head = loop {
        if let Some(at) = answer.windows(4).position(|part| part == b"\r\n\r\n") {
            break at + 4;
        }
        let length = stream.read(&mut piece)?;
        ensure!(length > 0, "the server hung up");
        answer.extend_from_slice(&piece[..length]);
    };
    let text = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
    let status = text.get(9..12).context("no status")?.parse()?;
    let mut body = answer.split_off(head);
    let header = |name: &str| {
        let lines = text.lines();
        let line = lines.into_iter().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().to_owned())
    };
    if let Some(length) = header("content-length:") {
        let length: usize = length.parse()?;
        while body.len() < length {
            let read = stream.read(&mut piece)?;
            ensure!(read > 0, "the server hung up within its answer");
            body.extend_from_slice(&piece[..read]);
        }
        return Ok((status, body));
    }
    while !body.ends_with(b"0\r\n\r\n") {
        let read = stream.read(&mut piece)?;
        ensure!(read > 0, "the server hung up within its answer");
        body.extend_from_slice(&piece[..read]);
    }
    Ok((status, dechunked(&body)?))
}

fn dechunked(mut body: &[u8]) -> Result<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = body
            .windows(2)
            .position(|part| part == b"\r\n")
            .context("a chunk has no length")?;
        let length = usize::from_str_radix(str::from_utf8(&body[..end])?.trim(), 16)?;
        if length == 0 {
            return Ok(whole);
        }
        let chunk = body
            .get(end + 2..end + 2 + length)
            .context("a chunk is cut off")?;
        whole.extend_from_slice(chunk);
        body = body.get(end + 4 + length..).context("a chunk has no end")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together() {
        assert_eq!(
            dechunked(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").expect("chunks"),
            b"abcde"
        );
        assert!(dechunked(b"3\r\nab").is_err());
    }

    #[test]
    fn damage_is_the_same_each_time() {
        let seeds = vec![
            ("a".to_owned(), vec![1; 300]),
            ("b".to_owned(), vec![2; 40]),
        ];
        let all = || {
            let mut random = Random(7);
            (0..50)
                .map(|_| damaged(&mut random, &seeds[0].1, &seeds))
                .collect::<Vec<_>>()
        };
        assert_eq!(all(), all());
        assert!(all().iter().filter(|file| **file != seeds[0].1).count() > 40);
    }
}
