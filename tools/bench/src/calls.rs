//! Calls as frames: answered in this process, the peer of what runs in wasm,
//! and what a reply says.

use anyhow::{Context, Result, anyhow};
use codec_core::{Answer, Host};
use locus_protocol::{Message, Prefix};
use serde::de::DeserializeOwned;

/// The answer of the codec as cargo's `release` compiles it, computed on the
/// calling thread alone.
#[must_use]
pub fn native(call: &[u8]) -> Answer {
    codec_core::answer(call, &OneThread)
}

/// What the header of a reply says. Frames of progress may come before it.
///
/// # Errors
/// When it is no reply, or the reply is an error.
pub fn result<T: DeserializeOwned>(frames: &[u8]) -> Result<T> {
    let mut rest = frames;
    loop {
        let prefix = Prefix::read(rest)?.context("the reply's header is not whole")?;
        match prefix.message {
            Message::Progress(_) => rest = &rest[prefix.length..],
            Message::Reply(reply) => return Ok(serde_json::from_str(reply.outcome?.get())?),
            _ => return Err(anyhow!("no reply came")),
        }
    }
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

#[cfg(test)]
mod tests {
    use locus_protocol::{Call, Progress, write};
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Nothing {}

    #[test]
    fn a_reply_is_found_behind_progress() {
        let call = write(
            &Message::Call(Call::new(1, "echo").with_inline_inputs(1)),
            &[b"hello"],
        );
        let reply = native(&call).header;
        let progress = write(
            &Message::Progress(Progress {
                id: 1,
                phase: None,
                fraction: 0.5,
            }),
            &[],
        );
        result::<Nothing>(&reply).expect("it is a reply");
        result::<Nothing>(&[progress.clone(), progress.clone(), reply].concat())
            .expect("a reply comes last");
        assert!(result::<Nothing>(&progress).is_err());
        assert!(result::<Nothing>(&call).is_err());
    }
}
