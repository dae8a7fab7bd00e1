//! The pictures behind the cases' names.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Where the conformance files are when `LOCUS_CONFORMANCE_DIR` doesn't say.
const CONFORMANCE: &str = "../shared/jxl-conformance";
const SAMPLES: &str = "assets/samples";

/// A picture that is decoded.
#[derive(Debug, Clone)]
pub struct Input {
    /// The case's name.
    pub case: &'static str,
    /// The file.
    pub path: PathBuf,
}

impl Input {
    /// The file's name, for notes.
    #[must_use]
    pub fn name(&self) -> String {
        self.path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        std::fs::read(&self.path).with_context(|| self.path.display().to_string())
    }
}

/// A lossy photograph, a photograph of 16 bits, a lossless picture.
///
/// # Errors
/// When there are no samples.
pub fn decoding() -> Result<Vec<Input>> {
    let conformance =
        std::env::var_os("LOCUS_CONFORMANCE_DIR").map_or_else(|| CONFORMANCE.into(), PathBuf::from);
    let bike = conformance.join("bike.jxl");
    let photo = if bike.is_file() {
        bike
    } else {
        sample("lake.jxl")?
    };
    Ok(vec![
        Input {
            case: "photo",
            path: photo,
        },
        Input {
            case: "photo16",
            path: sample("dawn.jxl")?,
        },
        Input {
            case: "lossless",
            path: sample("test-card.jxl")?,
        },
    ])
}

/// A sample of the project by its file's name.
///
/// # Errors
/// When it isn't there.
pub fn sample(name: &str) -> Result<PathBuf> {
    let path = Path::new(SAMPLES).join(name);
    if !path.is_file() {
        bail!(
            "{} is missing; scripts/make-samples makes it",
            path.display()
        );
    }
    Ok(path)
}
