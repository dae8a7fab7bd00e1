//! What an earlier server left in the folder.

use std::fs::{self, DirEntry, File};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use locus_protocol::Digest;

use super::state::{Blob, Part, State, Writer};

/// The name of a blob's file.
pub(super) fn name(digest: &Digest) -> String {
    let text = digest.to_string();
    text.split_once(':')
        .map_or(text.clone(), |(_, hex)| hex.to_owned())
}

/// The name of a part's file.
pub(super) fn part_name(digest: &Digest, number: u64) -> String {
    format!("{}.{number}", name(digest))
}

/// Reads both folders. Of parts that the same blob has, the longest stays;
/// empty ones, old ones and what else lies among them goes.
pub(super) fn scan(whole: &Path, partial: &Path, upload_age: Duration) -> io::Result<State> {
    let mut state = State::default();
    for entry in fs::read_dir(whole)? {
        let entry = entry?;
        let Some((digest, length, used)) = seen(&entry, digest) else {
            // Not ours, so not ours to remove.
            tracing::warn!(path = %entry.path().display(), "this is no blob, and is left alone");
            continue;
        };
        let blob = Blob {
            length,
            used,
            noted: used,
            pins: 0,
            verified: None,
        };
        state.blobs.insert(digest, blob);
    }
    let mut parts: Vec<(Digest, u64, u64, SystemTime)> = Vec::new();
    for entry in fs::read_dir(partial)? {
        let entry = entry?;
        let read = |name: &str| {
            let (hex, number) = name.split_once('.')?;
            Some((digest(hex)?, number.parse().ok()?))
        };
        let part = seen(&entry, read).filter(|((digest, _), length, used)| {
            let young = used.elapsed().map_or(true, |age| age < upload_age);
            *length > 0 && young && !state.blobs.contains_key(digest)
        });
        match part {
            Some(((digest, number), length, used)) => parts.push((digest, number, length, used)),
            None => sweep(&entry.path()),
        }
    }
    parts.sort_by_key(|(.., length, _)| std::cmp::Reverse(*length));
    for (digest, number, length, used) in parts {
        state.next = state.next.max(number.saturating_add(1));
        let path = partial.join(part_name(&digest, number));
        // It may be all of a blob that had no name yet when the server ended. Whoever goes on with it has to have
        // something to send, so the last byte is forgotten.
        let received = length - 1;
        let shorten = || {
            let file = File::options().write(true).open(&path)?;
            file.set_len(received)?;
            file.set_modified(used)
        };
        if received == 0 || state.free(&digest).is_some() || shorten().is_err() {
            sweep(&path);
            continue;
        }
        let part = Part {
            digest,
            received,
            total: received,
            used,
            turn: 0,
            writer: Writer::Gone,
            hasher: None,
        };
        state.parts.insert(number, part);
    }
    Ok(state)
}

/// A file's name read by `read`, its length, and when it was last used.
fn seen<T>(entry: &DirEntry, read: impl FnOnce(&str) -> Option<T>) -> Option<(T, u64, SystemTime)> {
    let name = entry.file_name();
    let read = read(name.to_str()?)?;
    let metadata = entry.metadata().ok()?;
    let used = metadata.modified().ok()?;
    metadata.is_file().then_some((read, metadata.len(), used))
}

fn digest(hex: &str) -> Option<Digest> {
    format!("sha256:{hex}").parse().ok()
}

fn sweep(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!(%error, path = %path.display(), "a leftover of an upload could not be removed");
    }
}
