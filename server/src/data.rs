//! The data folder: all that a server keeps, in a layout with a version.
//!
//! `layout.json` names the version. A folder of an older layout is brought up
//! to ours a step at a time, one of a newer layout is left alone: to guess at
//! what a newer program meant could lose data. `lock` is locked while a server
//! runs, by the system, so that nothing is left of the lock when it is killed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

const LAYOUT: &str = "layout.json";
const LAYOUT_NEW: &str = "layout.json.new";
const LOCK: &str = "lock";

/// Turns one layout into the next. It may be begun again after a crash, from
/// any point that it can reach.
type Step = fn(&Path) -> io::Result<()>;

/// The step at index i turns layout i + 1 into i + 2.
const STEPS: &[Step] = &[];

/// A data folder that is ours while this value lives.
#[derive(Debug)]
pub struct Data {
    folder: PathBuf,
    _lock: File,
}

/// Why a data folder can't be used. The words say what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// Another server uses it.
    #[error(
        "another server uses the data folder {path}. End it, or give this one a folder of its own: --data FOLDER"
    )]
    Taken {
        /// The folder.
        path: PathBuf,
    },
    /// A newer Locus wrote it.
    #[error(
        "the data folder {path} has layout {layout}, written by Locus {by}; this is Locus {own}, which knows layouts up to {newest} and leaves newer ones alone. \
         Start Locus {by} or newer with it, or give this one another folder: --data FOLDER",
        own = env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// The folder.
        path: PathBuf,
        /// Its layout.
        layout: u32,
        /// What wrote it.
        by: String,
        /// The newest layout that this program knows.
        newest: u32,
    },
    /// Something else is in it.
    #[error(
        "the folder {path} is not empty, and no data folder of Locus (it has no {LAYOUT}). --data names one of those, or an empty or new folder"
    )]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// The file that names the layout is broken.
    #[error(
        "{path} does not say which layout the data folder has: {words}. Restore the folder from a copy, or give another one: --data FOLDER"
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// Why.
        words: String,
    },
    /// The disk refuses.
    #[error(
        "the data folder {path} can't be used: {source}. --data names a folder that may be written"
    )]
    Disk {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

#[derive(Serialize, Deserialize)]
struct Layout {
    layout: u32,
    written_by: String,
}

impl Data {
    /// Takes the data folder, makes it where it is missing, and brings it up
    /// to this program's layout.
    ///
    /// # Errors
    /// [`DataError`] when it is taken, newer, foreign, broken, or can't be written.
    pub fn open(folder: &Path) -> Result<Self, DataError> {
        Self::with_steps(folder, STEPS)
    }

    fn with_steps(folder: &Path, steps: &[Step]) -> Result<Self, DataError> {
        let disk = |source| DataError::Disk {
            path: folder.to_owned(),
            source,
        };
        fs::create_dir_all(folder).map_err(disk)?;
        let folder = folder.canonicalize().map_err(disk)?;
        if !folder.join(LAYOUT).exists() && foreign(&folder).map_err(disk)? {
            return Err(DataError::Foreign { path: folder });
        }
        let mut open = OpenOptions::new();
        let lock = open.create(true).append(true).open(folder.join(LOCK));
        let lock = lock.map_err(disk)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DataError::Taken { path: folder }),
            Err(TryLockError::Error(source)) => return Err(disk(source)),
        }
        bring_up(&folder, steps)?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// The folder in a data folder in which compiled modules lie when no other
/// one is named.
#[must_use]
pub fn cache(data: &Path) -> PathBuf {
    data.join("cache")
}

/// The folder in a data folder in which blobs lie.
#[must_use]
pub fn blobs(data: &Path) -> PathBuf {
    data.join("blobs")
}

/// Whether something lies in a folder that has no layout yet, other than what
/// a start leaves that was cut off, or what the system puts at a disk's root.
fn foreign(folder: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if ![LOCK, LAYOUT_NEW, "cache", "lost+found"]
            .iter()
            .any(|own| name == *own)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn bring_up(folder: &Path, steps: &[Step]) -> Result<(), DataError> {
    let newest = steps.len() as u32 + 1;
    let disk = |source| DataError::Disk {
        path: folder.to_owned(),
        source,
    };
    let Some(Layout { layout, written_by }) = layout(folder)? else {
        return write_layout(folder, newest).map_err(disk);
    };
    if layout > newest {
        return Err(DataError::Newer {
            path: folder.to_owned(),
            layout,
            by: written_by,
            newest,
        });
    }
    for (step, from) in steps.iter().zip(1..).skip_while(|(_, from)| *from < layout) {
        tracing::info!(folder = %folder.display(), from, to = from + 1, "bringing the data folder up to a newer layout");
        step(folder).map_err(disk)?;
        write_layout(folder, from + 1).map_err(disk)?;
    }
    Ok(())
}

fn layout(folder: &Path) -> Result<Option<Layout>, DataError> {
    let path = folder.join(LAYOUT);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            let path = folder.to_owned();
            return Err(DataError::Disk { path, source });
        }
    };
    match serde_json::from_slice::<Layout>(&text) {
        Ok(layout) if layout.layout > 0 => Ok(Some(layout)),
        Ok(_) => Err(DataError::Broken {
            path,
            words: "layouts are counted from 1".into(),
        }),
        Err(error) => Err(DataError::Broken {
            path,
            words: error.to_string(),
        }),
    }
}

/// Writes which layout the folder has: the whole file or nothing, and on disk
/// before this returns.
fn write_layout(folder: &Path, layout: u32) -> io::Result<()> {
    let layout = Layout {
        layout,
        written_by: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let new = folder.join(LAYOUT_NEW);
    let mut file = File::create(&new)?;
    file.write_all(&serde_json::to_vec(&layout)?)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&new, folder.join(LAYOUT))?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(folder: &Path, letter: &str) -> io::Result<()> {
        let path = folder.join("letters");
        let letters = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, letters + letter)
    }

    const THREE: &[Step] = &[|folder| add(folder, "a"), |folder| add(folder, "b")];
    const BREAKS: &[Step] = &[
        |folder| add(folder, "a"),
        |_| Err(io::Error::other("no room")),
    ];

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let name = format!("locus-data-{name}-{}", std::process::id());
            Self(std::env::temp_dir().join(name))
        }

        fn letters(&self) -> String {
            fs::read_to_string(self.0.join("letters")).unwrap_or_default()
        }

        fn number(&self) -> u32 {
            let layout = layout(&self.0).expect("it can be read");
            layout.expect("it is there").layout
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_new_folder_has_the_newest_layout() {
        let folder = Folder::new("new");
        drop(Data::with_steps(&folder.0, THREE).expect("it opens"));
        assert_eq!((folder.number(), folder.letters()), (3, String::new()));
        drop(Data::with_steps(&folder.0, THREE).expect("it opens again"));
        assert_eq!((folder.number(), folder.letters()), (3, String::new()));
    }

    #[test]
    fn an_older_folder_is_brought_up_and_goes_on_where_it_stopped() {
        let folder = Folder::new("older");
        drop(Data::open(&folder.0).expect("it opens"));
        assert_eq!(folder.number(), 1);
        let error = Data::with_steps(&folder.0, BREAKS).expect_err("a step fails");
        assert!(error.to_string().contains("no room"), "{error}");
        assert_eq!((folder.number(), folder.letters()), (2, "a".into()));
        drop(Data::with_steps(&folder.0, THREE).expect("it opens"));
        assert_eq!((folder.number(), folder.letters()), (3, "ab".into()));
        let error = Data::open(&folder.0).expect_err("it is newer");
        assert!(
            matches!(error, DataError::Newer { layout: 3, .. }),
            "{error}"
        );
        assert_eq!(folder.letters(), "ab");
    }
}
