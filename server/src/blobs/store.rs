//! The store: what is there, what may come, and what has to go.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use locus_protocol::Digest;
use sha2::Sha256;

use super::files::{Disk, Files};
use super::options::BlobOptions;
use super::pin::Pin;
use super::scan;
use super::state::{Blob, Idle, Part, Stamp, State, Writer};
use super::upload::{Before, Upload};

/// How long a use may be known to memory only. Telling the file changes its stamp, and so has its bytes compared again.
const NOTED: Duration = Duration::from_secs(60);
/// The longest and the shortest time between two looks for what is too old.
const SWEEP: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(60));

/// A folder of blobs.
#[derive(Debug)]
pub struct Store {
    pub(super) files: Box<dyn Files>,
    /// Blobs, by their digest.
    whole: PathBuf,
    /// What has come of uploads, by digest and number.
    partial: PathBuf,
    bounds: BlobOptions,
    state: Mutex<State>,
}

/// What comes of wanting to send a blob.
#[derive(Debug)]
#[non_exhaustive]
pub enum Begun {
    /// It is here already.
    There,
    /// It may come.
    Upload(Upload),
}

/// Why a blob may not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It can't go on there.
    #[error("the upload of this blob goes on at byte {0}")]
    Offset(u64),
    /// There is no room for it.
    #[error("the blobs that may be kept have {maximum} bytes together, {value} would be needed")]
    Quota {
        /// The quota.
        maximum: u64,
        /// What it would have to be: this blob, and what can't go for it.
        value: u64,
    },
    /// Too many others are on their way.
    #[error("{0} uploads are under way already; try again later")]
    Busy(usize),
}

impl Store {
    /// The store in `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// When it can't be made or read.
    pub fn open(folder: &Path, bounds: &BlobOptions) -> io::Result<Arc<Self>> {
        Self::open_on(Box::new(Disk), folder, bounds)
    }

    /// The store in `folder`, which changes it through `files`.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_on(
        files: Box<dyn Files>,
        folder: &Path,
        bounds: &BlobOptions,
    ) -> io::Result<Arc<Self>> {
        let (whole, partial) = (folder.join("whole"), folder.join("partial"));
        fs::create_dir_all(&whole)?;
        fs::create_dir_all(&partial)?;
        files.sync_folder(folder)?;
        let state = scan::scan(&whole, &partial, bounds.upload_age)?;
        let store = Arc::new(Self {
            files,
            whole,
            partial,
            bounds: bounds.clone(),
            state: Mutex::new(state),
        });
        store.sweep();
        Ok(store)
    }

    /// Removes what is too old from time to time, as long as the store is
    /// there. Within a runtime of tokio.
    pub fn keep(self: &Arc<Self>) {
        let store = Arc::downgrade(self);
        let age = self.bounds.blob_age.min(self.bounds.upload_age);
        let pause = (age / 4).clamp(SWEEP.0, SWEEP.1);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(pause).await;
                let Some(store) = store.upgrade() else { return };
                let swept = tokio::task::spawn_blocking(move || store.sweep()).await;
                if swept.is_err() {
                    return;
                }
            }
        });
    }

    /// The blob, kept from going for as long as the pin is held.
    #[must_use]
    pub fn find(self: &Arc<Self>, digest: &Digest) -> Option<Pin> {
        let mut state = self.lock();
        let length = self.touch(&mut state, digest)?;
        state.blobs.get_mut(digest)?.pins += 1;
        Some(Pin::new(Arc::clone(self), *digest, length))
    }

    /// How much of a blob that is not whole has arrived, if an upload can go on with it.
    #[must_use]
    pub fn arrived(&self, digest: &Digest) -> Option<u64> {
        self.lock().arrived(digest)
    }

    /// Whether somebody is sending a blob who has come to `from` or further.
    #[must_use]
    pub fn is_coming(&self, digest: &Digest, from: u64) -> bool {
        let state = self.lock();
        let mut parts = state.parts.values();
        parts.any(|part| part.digest == *digest && part.received >= from && !part.is_idle())
    }

    /// Whether a blob of that length could come from one more client, and
    /// from which byte on: not in the place of a client that is sending it
    /// piece by piece.
    ///
    /// # Errors
    /// [`Refusal::Quota`].
    pub fn admit(&self, digest: &Digest, total: u64) -> Result<u64, Refusal> {
        let state = self.lock();
        let arrived = state.free(digest).map_or(0, |(_, part)| part.received);
        self.must_go(&state, total.saturating_sub(arrived), None)?;
        Ok(arrived)
    }

    /// Begins an upload of a blob with `total` bytes, from the first of them
    /// on, whatever is here of it.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn begin(self: &Arc<Self>, digest: &Digest, total: u64) -> Result<Begun, Refusal> {
        self.begin_with(digest, None, total)
    }

    /// Goes on with an upload, by bytes `from` some place on. Those that are
    /// here already are passed over: browsers by themselves repeat a request
    /// whose connection dropped, and know nothing of what had arrived.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn go_on(
        self: &Arc<Self>,
        digest: &Digest,
        from: u64,
        total: u64,
    ) -> Result<Begun, Refusal> {
        self.begin_with(digest, Some(from), total)
    }

    /// Room for all of it is promised to an upload.
    fn begin_with(
        self: &Arc<Self>,
        digest: &Digest,
        from: Option<u64>,
        total: u64,
    ) -> Result<Begun, Refusal> {
        let mut state = self.lock();
        if self.touch(&mut state, digest).is_some() {
            return Ok(Begun::There);
        }
        let own = from.and_then(|from| state.paused(digest, from));
        let part = own.or_else(|| from.and_then(|_| state.free(digest)));
        let part = part.map(|(number, part)| (number, part.received));
        let from = from.unwrap_or(0);
        let part = match part {
            Some((number, received)) if from <= received && received < total => Some(number),
            None if from == 0 => None,
            _ => return Err(Refusal::Offset(state.arrived(digest).unwrap_or(0))),
        };
        let mut before = Before::default();
        if let Some(part) = part.and_then(|number| state.parts.get_mut(&number)) {
            // Whoever waited with it is not counted twice.
            part.writer = Writer::Gone;
            before = Before {
                received: part.received,
                hasher: part.hasher.clone(),
            };
        }
        let missing = total.saturating_sub(before.received);
        for idle in self.must_go(&state, missing, part)? {
            self.remove(&mut state, idle);
        }
        let number = match part {
            Some(number) => number,
            None => self.number(&mut state)?,
        };
        let part = state.parts.entry(number).or_insert(Part {
            digest: *digest,
            received: 0,
            total,
            used: SystemTime::now(),
            turn: 0,
            writer: Writer::Gone,
            hasher: None,
        });
        part.hasher = None;
        part.total = total;
        part.turn += 1;
        part.writer = Writer::Waits(Instant::now());
        let path = self.partial.join(scan::part_name(digest, number));
        let upload = Upload::begin(
            Arc::clone(self),
            *digest,
            (number, part.turn),
            path,
            before,
            (from, total),
        );
        Ok(Begun::Upload(upload))
    }

    /// Bytes of all blobs that are here.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.lock().blobs.values().map(|blob| blob.length).sum()
    }

    /// Removes what is too old, and what is too much for a quota that may be
    /// another than it was.
    fn sweep(&self) {
        let mut state = self.lock();
        let now = SystemTime::now();
        for (used, _, idle) in state.idle() {
            let age = match idle {
                Idle::Blob(_) => self.bounds.blob_age,
                Idle::Part(_) => self.bounds.upload_age,
            };
            if now.duration_since(used).is_ok_and(|unused| unused > age) {
                self.remove(&mut state, idle);
            }
        }
        if let Ok(gone) = self.must_go(&state, 0, None) {
            gone.into_iter()
                .for_each(|idle| self.remove(&mut state, idle));
        }
    }

    /// What has to go for so many more bytes, without the part `but`.
    fn must_go(&self, state: &State, bytes: u64, but: Option<u64>) -> Result<Vec<Idle>, Refusal> {
        let maximum = self.bounds.blob_quota;
        let mut value = state.taken().saturating_add(bytes);
        let mut gone = Vec::new();
        for (_, length, idle) in state.idle() {
            if value <= maximum {
                break;
            }
            if Some(idle) != but.map(Idle::Part) {
                value -= length;
                gone.push(idle);
            }
        }
        match value <= maximum {
            true => Ok(gone),
            false => Err(Refusal::Quota { maximum, value }),
        }
    }

    /// The number of a new part.
    fn number(&self, state: &mut State) -> Result<u64, Refusal> {
        if state.parts.len() >= self.bounds.max_uploads {
            let oldest = state.idle().into_iter().map(|(.., idle)| idle);
            let oldest = oldest
                .into_iter()
                .find(|idle| matches!(idle, Idle::Part(_)));
            let oldest = oldest.ok_or(Refusal::Busy(state.parts.len()))?;
            self.remove(state, oldest);
        }
        state.next += 1;
        Ok(state.next - 1)
    }

    fn remove(&self, state: &mut State, idle: Idle) {
        let path = match idle {
            Idle::Blob(digest) => {
                state.blobs.remove(&digest);
                self.path(&digest)
            }
            Idle::Part(number) => {
                let Some(part) = state.parts.remove(&number) else {
                    return;
                };
                self.partial.join(scan::part_name(&part.digest, number))
            }
        };
        match self.files.remove(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, path = %path.display(), "a blob's file could not be removed");
            }
            _ => {}
        }
    }

    /// Takes note that a blob is used; its length, if it is here.
    fn touch(&self, state: &mut State, digest: &Digest) -> Option<u64> {
        let blob = state.blobs.get_mut(digest)?;
        let now = SystemTime::now();
        blob.used = now;
        if now.duration_since(blob.noted).unwrap_or(NOTED) >= NOTED {
            blob.noted = now;
            // Without it, it is as old as it was at the next start.
            let _ = fs::File::open(self.path(digest)).and_then(|file| file.set_modified(now));
        }
        Some(blob.length)
    }

    pub(super) fn unpin(&self, digest: &Digest) {
        if let Some(blob) = self.lock().blobs.get_mut(digest) {
            blob.pins = blob.pins.saturating_sub(1);
        }
    }

    pub(super) fn verified(&self, digest: &Digest) -> Option<Stamp> {
        self.lock().blobs.get(digest)?.verified
    }

    pub(super) fn set_verified(&self, digest: &Digest, stamp: Stamp) {
        if let Some(blob) = self.lock().blobs.get_mut(digest) {
            blob.verified = Some(stamp);
        }
    }

    /// The bytes under this name are not those that it says.
    pub(super) fn discard(&self, digest: &Digest, why: &str) {
        tracing::warn!(%digest, why, "a blob's file was broken and is removed; clients send it again");
        let mut state = self.lock();
        self.remove(&mut state, Idle::Blob(*digest));
    }

    /// What the writer of a part does from now on; false when another has
    /// taken its place.
    pub(super) fn at(&self, (number, turn): (u64, u64), received: u64, writer: Writer) -> bool {
        let mut state = self.lock();
        let Some(part) = state
            .parts
            .get_mut(&number)
            .filter(|part| part.turn == turn)
        else {
            return false;
        };
        part.received = received;
        part.writer = writer;
        part.used = SystemTime::now();
        true
    }

    /// A piece of an upload has ended.
    pub(super) fn pause(&self, part: (u64, u64), received: u64, hasher: Option<Sha256>) {
        if self.at(part, received, Writer::Paused(Instant::now()))
            && let Some(part) = self.lock().parts.get_mut(&part.0)
        {
            part.hasher = hasher;
        }
    }

    /// An upload broke off. Of what can go on, the longest is kept.
    pub(super) fn leave(&self, part: (u64, u64), received: u64, hasher: Option<Sha256>) {
        if !self.at(part, received, Writer::Gone) {
            return;
        }
        let mut state = self.lock();
        let Some(left) = state.parts.get_mut(&part.0) else {
            return;
        };
        left.hasher = hasher;
        let digest = left.digest;
        let longest = state.free(&digest).map(|(number, _)| number);
        self.remove_parts(&mut state, &digest, |number, part| {
            part.is_gone() && Some(number) != longest
        });
    }

    /// The bytes of a part are good for nothing.
    pub(super) fn drop_part(&self, (number, turn): (u64, u64)) {
        let mut state = self.lock();
        if state
            .parts
            .get(&number)
            .is_some_and(|part| part.turn == turn)
        {
            self.remove(&mut state, Idle::Part(number));
        }
    }

    /// A part is whole, and under its blob's name on the disk.
    pub(super) fn insert(&self, digest: &Digest, length: u64, number: u64) {
        let mut state = self.lock();
        state.parts.remove(&number);
        let now = SystemTime::now();
        state.blobs.entry(*digest).or_insert(Blob {
            length,
            used: now,
            noted: now,
            pins: 0,
            verified: None,
        });
        // Whoever was sending it, too, hears with the next piece that it is here.
        self.remove_parts(&mut state, digest, |_, part| part.is_idle());
    }

    fn remove_parts(&self, state: &mut State, digest: &Digest, goes: impl Fn(u64, &Part) -> bool) {
        let parts = state.parts.iter();
        let gone: Vec<u64> = parts
            .filter(|(number, part)| part.digest == *digest && goes(**number, part))
            .map(|(number, _)| *number)
            .collect();
        for number in gone {
            self.remove(state, Idle::Part(number));
        }
    }

    pub(super) fn path(&self, digest: &Digest) -> PathBuf {
        self.whole.join(scan::name(digest))
    }

    pub(super) fn whole(&self) -> &Path {
        &self.whole
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
