//! Answers one frame natively, as the embedders do: the oracle to compare
//! builds with.
//!
//! `answer < call > reply` reads a frame and writes one;
//! `answer OPERATION PARAMETERS [FILE]... > reply` makes the call itself.
//! `LOCUS_THREADS` is the number of threads that decoders may use (1).

use std::io::{Read, Write};

use codec_core::{Host, answer};
use locus_protocol::{Call, Message, write};

struct Quiet {
    threads: usize,
}

impl Host for Quiet {
    fn progress(&self, _: f32) -> bool {
        false
    }

    fn threads(&self) -> usize {
        self.threads
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let threads = std::env::var("LOCUS_THREADS").map_or(Ok(1), |threads| threads.parse())?;
    let mut arguments = std::env::args().skip(1);
    let mut frame = Vec::new();
    if let Some(operation) = arguments.next() {
        let parameters = arguments.next().unwrap_or_else(|| "{}".into());
        let files: Vec<Vec<u8>> = arguments.map(std::fs::read).collect::<Result<_, _>>()?;
        let mut call = Call::new(1, operation).with_inline_inputs(files.len());
        call.parameters = Some(serde_json::value::RawValue::from_string(parameters)?);
        let payloads: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        frame = write(&Message::Call(call), &payloads);
    } else {
        std::io::stdin().lock().read_to_end(&mut frame)?;
    }
    let reply = answer(&frame, &Quiet { threads });
    std::io::stdout().lock().write_all(&reply.to_bytes())?;
    Ok(())
}
