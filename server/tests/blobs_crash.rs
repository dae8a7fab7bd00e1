//! Blobs when the server, or the whole machine, ends in the middle.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use clap::{Args, FromArgMatches};
use locus_server::blobs::files::{Disk, Files, Output};
use locus_server::blobs::{Begun, BlobOptions, Store, UploadError};
use rustix::process::Signal;

use crate::blobs::{Kept, bytes, digest, range_lines};
use crate::support::{Folder, signal};

#[test]
fn killed_in_the_middle_of_uploads_over_and_over() {
    let mut data = Folder::new();
    let mut blob = bytes(100, 3 << 20);
    let mut finished = 0;
    for round in 0..20_usize {
        let mut kept = Kept::again(data, &[]);
        let had = kept.arrived(&blob).unwrap_or(0);
        let left = blob.len() - had;
        // Some get a third of it, some all but the last byte, some all, and are killed before the answer.
        let sent = match round % 4 {
            0 => left / 3,
            1 => left / 2,
            2 => left.saturating_sub(1),
            _ => left,
        };
        if left > 0 {
            let lines = range_lines(&blob, had, blob.len());
            let head = format!(
                "PUT /v1/blobs/{} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n",
                digest(&blob)
            );
            let mut stream = kept.server.connect();
            stream.write_all(head.as_bytes()).expect("sent");
            let pid = kept.server.pid();
            let bytes = &blob[had..had + sent];
            // The kill comes while bytes still do.
            let (first, second) = bytes.split_at(sent - sent.min(1000 * round));
            stream.write_all(first).expect("sent");
            std::thread::scope(|scope| {
                scope.spawn(|| signal(pid, Signal::KILL));
                let _ = stream.write_all(second);
            });
        } else {
            signal(kept.server.pid(), Signal::KILL);
        }
        kept.server.ended();
        let Kept { server, data: kept } = kept;
        drop(server);
        data = kept;

        let kept = Kept::again(data, &[]);
        let has = kept.arrived(&blob).unwrap_or(0);
        // A start forgets a byte of what is not whole.
        assert!(has + 1 >= had && has <= had + sent, "{had} + {sent}: {has}");
        let got = kept.ask("GET", &digest(&blob), "", &[]);
        match got.status {
            200 => assert!(got.body == blob, "round {round}"),
            status => assert_eq!(status, 404),
        }
        if got.status == 200 || round % 4 == 3 {
            if got.status == 404 {
                let answer = kept.put_range(&blob, has, blob.len());
                assert_eq!(answer.status, 201, "round {round}");
            }
            let got = kept.ask("GET", &digest(&blob), "", &[]);
            assert!(got.body == blob, "round {round}");
            assert_eq!(kept.partial(), Vec::<PathBuf>::new());
            finished += 1;
            blob = bytes(100 + finished, 3 << 20);
        }
        let Kept { server, data: kept } = kept;
        drop(server);
        data = kept;
    }
    assert!(finished >= 5);
}

/// A disk that, when the power fails, has only what was synced: of a file the
/// bytes, of a folder the names. It stands on a real folder.
#[derive(Debug, Clone)]
struct Forgetful(Arc<Mutex<Memory>>);

#[derive(Debug, Default)]
struct Memory {
    /// Which file a name stands for, now and after a power failure.
    names: HashMap<PathBuf, u64>,
    durable_names: HashMap<PathBuf, u64>,
    /// What of a file has been synced.
    durable: HashMap<u64, Vec<u8>>,
    next: u64,
    /// Changes that are still made before the power fails.
    left: usize,
    /// Says that files are synced, and does not sync them.
    lies: bool,
}

struct Unsynced {
    disk: Forgetful,
    number: u64,
    path: PathBuf,
    file: File,
}

impl Memory {
    fn step(&mut self) -> io::Result<()> {
        self.left = self
            .left
            .checked_sub(1)
            .ok_or_else(|| io::Error::other("the power has failed"))?;
        Ok(())
    }
}

impl Forgetful {
    fn new(left: usize) -> Self {
        Self(Arc::new(Mutex::new(Memory {
            left,
            ..Memory::default()
        })))
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.0.lock().expect("not poisoned")
    }

    /// The power fails. `names`: whether those were written that nobody had
    /// asked to, as a disk may do in any order.
    fn fail(&self, folder: &Path, names: bool) {
        for part in ["whole", "partial"] {
            for entry in fs::read_dir(folder.join(part))
                .expect("it is there")
                .flatten()
            {
                fs::remove_file(entry.path()).expect("removed");
            }
        }
        let mut memory = self.memory();
        let memory = &mut *memory;
        let there = match names {
            true => &memory.names,
            false => &memory.durable_names,
        };
        for (path, number) in there {
            let empty = Vec::new();
            fs::write(path, memory.durable.get(number).unwrap_or(&empty)).expect("written");
        }
    }
}

impl Files for Forgetful {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Output>> {
        let mut memory = self.memory();
        memory.step()?;
        let file = File::create_new(path)?;
        let number = memory.next;
        memory.next += 1;
        memory.names.insert(path.to_owned(), number);
        drop(memory);
        Ok(Box::new(Unsynced {
            disk: self.clone(),
            number,
            path: path.to_owned(),
            file,
        }))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Output>> {
        let mut memory = self.memory();
        memory.step()?;
        let number = memory.names[path];
        drop(memory);
        Ok(Box::new(Unsynced {
            disk: self.clone(),
            number,
            path: path.to_owned(),
            file: File::options().append(true).open(path)?,
        }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut memory = self.memory();
        memory.step()?;
        Disk.rename(from, to)?;
        let number = memory.names.remove(from).expect("it is there");
        memory.names.insert(to.to_owned(), number);
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let mut memory = self.memory();
        memory.step()?;
        let memory = &mut *memory;
        let own = |path: &Path| path.parent() == Some(folder);
        memory.durable_names.retain(|path, _| !own(path));
        let names = memory.names.iter().filter(|(path, _)| own(path));
        let names = names.map(|(path, number)| (path.clone(), *number));
        memory.durable_names.extend(names);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut memory = self.memory();
        memory.step()?;
        memory.names.remove(path);
        Disk.remove(path)
    }
}

impl Write for Unsynced {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.memory().step()?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Output for Unsynced {
    fn sync(&mut self) -> io::Result<()> {
        let mut memory = self.disk.memory();
        memory.step()?;
        if !memory.lies {
            let bytes = fs::read(&self.path)?;
            memory.durable.insert(self.number, bytes);
        }
        Ok(())
    }
}

fn bounds() -> BlobOptions {
    let command = BlobOptions::augment_args(clap::Command::new("blobs").no_binary_name(true));
    let defaults = command.get_matches_from(Vec::<String>::new());
    BlobOptions::from_arg_matches(&defaults).expect("defaults")
}

/// Sends a blob in three chunks from `from` on.
async fn send(store: &Arc<Store>, blob: &[u8], from: usize) -> Result<u64, UploadError> {
    let name = digest(blob).parse().expect("a digest");
    let begun = store.go_on(&name, from as u64, blob.len() as u64);
    let Begun::Upload(mut upload) = begun.expect("there is room") else {
        return Ok(blob.len() as u64);
    };
    for chunk in blob[from..].chunks(blob.len() / 3 + 1) {
        upload = upload.write(Bytes::copy_from_slice(chunk)).await?;
    }
    upload.finish().await
}

#[test]
fn what_was_acknowledged_outlives_a_power_failure_at_any_step() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let blobs: Vec<_> = (1..4).map(|seed| bytes(seed, 10_000)).collect();
    let mut most = 0;
    for left in 0..100 {
        for names in [false, true] {
            let folder = Folder::new();
            let folder = folder.path();
            let disk = Forgetful::new(left);
            let mut acknowledged = Vec::new();
            if let Ok(store) = Store::open_on(Box::new(disk.clone()), folder, &bounds()) {
                for blob in &blobs {
                    if runtime.block_on(send(&store, blob, 0)).is_ok() {
                        acknowledged.push(blob);
                    }
                }
            } else {
                continue;
            }
            disk.fail(folder, names);
            most = most.max(acknowledged.len());

            let store = Store::open(folder, &bounds()).expect("it opens");
            for blob in &blobs {
                let name = digest(blob).parse().expect("a digest");
                let mut found = Vec::new();
                let read = store.find(&name).is_some_and(|pin| {
                    let read = pin.read(|bytes| {
                        found.extend_from_slice(bytes);
                        Ok(())
                    });
                    read.is_ok()
                });
                assert!(!read || found == *blob, "{left} {names}: wrong bytes");
                assert!(
                    read || !acknowledged.contains(&blob),
                    "{left} {names}: it is lost"
                );
                // It can be had again, from where it is said to go on, or else from the beginning.
                let from = store.arrived(&name).unwrap_or(0);
                let sent = runtime.block_on(async {
                    match send(&store, blob, from as usize).await {
                        Err(UploadError::Mismatch) if from > 0 => send(&store, blob, 0).await,
                        other => other,
                    }
                });
                assert!(sent.is_ok(), "{left} {names}: {sent:?}");
                let pin = store.find(&name).expect("it is there");
                assert!(pin.open().is_ok());
            }
        }
        if most == blobs.len() {
            return;
        }
    }
    panic!("the power always failed first");
}

#[test]
fn the_disk_of_these_tests_forgets_what_was_not_synced() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let folder = Folder::new();
    let folder = folder.path();
    let disk = Forgetful::new(100);
    disk.memory().lies = true;
    let store = Store::open_on(Box::new(disk.clone()), folder, &bounds()).expect("it opens");
    let blob = bytes(1, 10_000);
    assert!(runtime.block_on(send(&store, &blob, 0)).is_ok());
    disk.fail(folder, true);
    let store = Store::open(folder, &bounds()).expect("it opens");
    let name = digest(&blob).parse().expect("a digest");
    let pin = store.find(&name).expect("its name is there");
    assert!(pin.open().is_err());
    assert!(store.find(&name).is_none(), "and is not any more");
}
