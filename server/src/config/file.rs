//! The file of `--config`: flat TOML, a key for each flag of `serve`.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::error::{ContextKind, ContextValue};
use clap::{ArgAction, CommandFactory};
use toml::de::{DeTable, DeValue};

use crate::cli::Cli;

/// Why a file of settings is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It can't be read.
    #[error("the file of --config, {path}, can't be read: {source}")]
    Read {
        /// Where it should be.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no TOML.
    #[error("{path}, line {line}: {words}")]
    Syntax {
        /// Where it is.
        path: PathBuf,
        /// The line that breaks it.
        line: usize,
        /// Why.
        words: String,
    },
    /// A key or its value is wrong.
    #[error("{path}, line {line}: `{key}`: {words}")]
    Setting {
        /// Where it is.
        path: PathBuf,
        /// The key's line.
        line: usize,
        /// The key.
        key: String,
        /// Why.
        words: String,
    },
}

/// What a file says of one flag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// The flag's id in clap.
    pub(super) id: String,
    /// Its values, as they would be written on the command line.
    pub(super) values: Vec<String>,
}

/// Reads a file of settings, and tries each of them.
pub(super) fn read(path: &Path) -> Result<Vec<Setting>, FileError> {
    let text = fs::read_to_string(path).map_err(|source| FileError::Read {
        path: path.to_owned(),
        source,
    })?;
    let line = |span: Range<usize>| {
        1 + text.as_bytes()[..span.start.min(text.len())]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count()
    };
    let table = DeTable::parse(&text).map_err(|error| FileError::Syntax {
        path: path.to_owned(),
        line: line(error.span().unwrap_or_default()),
        words: error.message().to_owned(),
    })?;
    table
        .get_ref()
        .iter()
        .map(|(key, value)| {
            setting(key.get_ref(), value.get_ref()).map_err(|words| FileError::Setting {
                path: path.to_owned(),
                line: line(key.span()),
                key: key.get_ref().to_string(),
                words,
            })
        })
        .collect()
}

/// The setting that a key and its value say, or words about why they say none.
fn setting(key: &str, value: &DeValue<'_>) -> Result<Setting, String> {
    let serve = super::table::serve();
    let Some(flag) = super::table::settings(&serve).find(|flag| flag.get_long() == Some(key))
    else {
        return Err(unknown(key));
    };
    let values = match (value, flag.get_action()) {
        (DeValue::Array(values), ArgAction::Append) => values
            .iter()
            .map(|value| scalar(value.get_ref()))
            .collect::<Result<_, _>>()?,
        (value, _) => vec![scalar(value)?],
    };
    if !matches!(flag.get_action(), ArgAction::SetTrue) {
        for value in &values {
            attempt(&[format!("--{key}={value}")])?;
        }
    } else if !matches!(value, DeValue::Boolean(_)) {
        return Err(format!(
            "{} where true or false should be",
            value.type_str()
        ));
    }
    Ok(Setting {
        id: flag.get_id().to_string(),
        values,
    })
}

fn scalar(value: &DeValue<'_>) -> Result<String, String> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        // In other bases than ten only TOML can read it.
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
            .map(|number| number.to_string())
            .map_err(|error| error.to_string()),
        DeValue::Float(number) => Ok(number.as_str().to_owned()),
        DeValue::Boolean(yes) => Ok(yes.to_string()),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
            Err(format!("a {} can't be its value", value.type_str()))
        }
    }
}

fn unknown(key: &str) -> String {
    let alike = Cli::command()
        .try_get_matches_from(["locus", "serve", &format!("--{key}")])
        .err()
        .and_then(|error| match error.get(ContextKind::SuggestedArg) {
            Some(ContextValue::String(flag)) => Some(flag.trim_start_matches('-').to_owned()),
            _ => None,
        });
    match alike {
        Some(alike) if alike != "config" => format!("no setting has that name; is it `{alike}`?"),
        _ => "no setting has that name; `locus serve --help` lists them as flags".into(),
    }
}

/// Has clap read flags by themselves.
fn attempt(flags: &[String]) -> Result<(), String> {
    let serve = super::table::serve()
        .mut_args(|flag| flag.required(false))
        .no_binary_name(true);
    let Err(error) = serve.try_get_matches_from(flags) else {
        return Ok(());
    };
    if let Some(source) = std::error::Error::source(&error) {
        return Err(source.to_string());
    }
    let words = error.to_string();
    let words = words
        .lines()
        .take_while(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    Err(words.trim_start_matches("error: ").to_owned())
}
