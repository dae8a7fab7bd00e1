//! Compiled modules on disk, each under a name that says what it is.
//!
//! A compiled file is native code for one CPU, made by one version of
//! WasmEdge with one set of settings from one module. The name is a digest of
//! all of these; a file under any other name is not for us and is not loaded.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::wasm::Wasm;

/// Changes when something else about compiling changes.
const SETTINGS: &str = "locus-aot-1 native exception_handling=false";

/// With what the names of folders begin in which something is being compiled.
pub(super) const WORK: &str = "work-";

/// How much a compiled module is optimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Level {
    /// Seconds to compile, half the speed.
    #[value(name = "O0")]
    O0,
    /// Most of the speed.
    #[value(name = "O1")]
    O1,
    /// Nearly all of the speed.
    #[value(name = "O2")]
    O2,
    /// A minute to compile, all of the speed.
    #[value(name = "O3")]
    O3,
}

impl Level {
    /// As it is written on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::O0 => "O0",
            Self::O1 => "O1",
            Self::O2 => "O2",
            Self::O3 => "O3",
        }
    }
}

/// A folder of compiled modules.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
    machine: String,
}

impl Cache {
    /// The cache in `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        clear(folder);
        Ok(Self {
            // Runners don't start where the server does.
            folder: folder.canonicalize()?,
            machine: format!(
                "wasmedge {} {}",
                wasmedge_sdk::utils::CoreVersion::version_string(),
                cpu()
            ),
        })
    }

    /// Where the cache is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the module's compiled file is, or would be.
    #[must_use]
    pub fn path(&self, module: &Wasm, level: Level) -> PathBuf {
        let mut key = Sha256::new();
        for part in [SETTINGS, level.as_str(), &self.machine] {
            key.update(part);
            key.update([0]);
        }
        key.update(module.digest());
        let key: String = key.finalize()[..20]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        self.folder.join(format!("{key}-{}.so", level.as_str()))
    }

    /// The module's compiled file, if it is there.
    #[must_use]
    pub fn find(&self, module: &Wasm, level: Level) -> Option<PathBuf> {
        let path = self.path(module, level);
        path.is_file().then_some(path)
    }

    /// Gives a finished file its name, so that it is there whole or not at all.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) fn keep(&self, finished: &Path, path: &Path) -> io::Result<()> {
        File::open(finished)?.sync_all()?;
        fs::rename(finished, path)?;
        File::open(&self.folder)?.sync_all()
    }
}

/// Removes what compilers left whose server was killed.
fn clear(folder: &Path) {
    const OLD: Duration = Duration::from_secs(3600);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let old = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > OLD));
        if old && entry.file_name().to_string_lossy().starts_with(WORK) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The CPU's model and features, as text.
fn cpu() -> String {
    const TELLING: [&str; 10] = [
        "vendor_id",
        "cpu family",
        "model",
        "model name",
        "flags",
        "Features",
        "CPU implementer",
        "CPU architecture",
        "CPU variant",
        "CPU part",
    ];
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let first = info.split("\n\n").next().unwrap_or_default();
    let mut text = String::from(std::env::consts::ARCH);
    for line in first.lines() {
        if let Some((name, value)) = line.split_once(':')
            && TELLING.contains(&name.trim())
        {
            text.push('\n');
            text.push_str(value.trim());
        }
    }
    text
}
