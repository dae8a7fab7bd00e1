//! Writes what derives from the operations table and is committed: the
//! client's TypeScript types, the list that the guest carries, and the
//! documentation's table. `--check` writes nothing and fails when a file is
//! stale; the test below does the same.

mod docs;
mod list;
mod typescript;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// Generated files by their path from the workspace's root.
type Files = BTreeMap<PathBuf, String>;

fn main() -> anyhow::Result<()> {
    let check = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(other) => bail!("unknown argument {other:?}; the only one is --check"),
    };
    let stale = stale()?;
    if check && !stale.is_empty() {
        bail!("stale: {:?}; scripts/build writes them anew", stale.keys());
    }
    let root = root();
    for (path, text) in &stale {
        let path = root.join(path);
        if text.is_empty() {
            std::fs::remove_file(&path)?;
            continue;
        }
        std::fs::create_dir_all(path.parent().context("a file has a folder")?)?;
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    eprintln!("generated: {} file(s) written anew", stale.len());
    Ok(())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What differs from the files that are there. Empty text: the file is
/// generated no more.
fn stale() -> anyhow::Result<Files> {
    let mut files = Files::new();
    typescript::generate(&mut files)?;
    list::generate(&mut files)?;
    docs::generate(&mut files);

    let root = root();
    let mut stale = Files::new();
    for (path, text) in &files {
        if std::fs::read_to_string(root.join(path)).ok().as_ref() != Some(text) {
            stale.insert(path.clone(), text.clone());
        }
    }
    if let Ok(folder) = std::fs::read_dir(root.join(typescript::FOLDER)) {
        for entry in folder {
            let path = Path::new(typescript::FOLDER).join(entry?.file_name());
            if !files.contains_key(&path) {
                stale.insert(path, String::new());
            }
        }
    }
    Ok(stale)
}

#[cfg(test)]
mod tests {
    #[test]
    fn generated_files_are_current() {
        let stale = super::stale().expect("generating works");
        assert!(
            stale.is_empty(),
            "run scripts/build: {:?} differ from the operations table",
            stale.keys()
        );
    }
}
