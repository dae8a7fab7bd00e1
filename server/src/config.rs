//! Settings from three places: flags win over the environment, and that over
//! a TOML file.
//!
//! There is one list of them, the flags of `locus serve`. The file's keys are
//! their names, and what the file says becomes the flag's default, so that
//! clap itself keeps the order. `docs/configuration.md` is made from the same
//! list ([`table`]), and a test compares the two.

mod file;
pub mod table;

use std::ffi::OsString;
use std::path::Path;

use clap::error::ErrorKind;
use clap::parser::ArgMatches;
use clap::{Command, CommandFactory, FromArgMatches};

use crate::cli::Cli;
pub use file::FileError;

/// Reads the command line, with the environment and the file of `--config`.
/// Help, and words about a wrong command line, end the process, as clap does.
///
/// # Errors
/// When the file can't be read, or says something that it may not.
pub fn read(line: &[OsString]) -> Result<Cli, FileError> {
    let matches = match Cli::command().try_get_matches_from(line) {
        Ok(matches) if file_of(&matches).is_none() => matches,
        Ok(matches) => with_file(line, file_of(&matches))?,
        // The file may have what the line has not.
        Err(error) if error.kind() == ErrorKind::MissingRequiredArgument => {
            match undemanding().try_get_matches_from(line) {
                Ok(matches) if file_of(&matches).is_some() => with_file(line, file_of(&matches))?,
                _ => error.exit(),
            }
        }
        Err(error) => error.exit(),
    };
    Ok(Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
}

/// The file that the command line or the environment names.
fn file_of(matches: &ArgMatches) -> Option<&Path> {
    let (_, of_subcommand) = matches.subcommand()?;
    // Not every subcommand has it.
    let named = of_subcommand.try_get_one::<std::path::PathBuf>("config");
    named.ok().flatten().map(std::path::PathBuf::as_path)
}

fn with_file(line: &[OsString], file: Option<&Path>) -> Result<ArgMatches, FileError> {
    let settings = file.map(file::read).transpose()?.unwrap_or_default();
    let command = Cli::command().mut_subcommands(|subcommand| {
        settings.iter().fold(subcommand, |subcommand, setting| {
            // `compile` and `health` share some of the settings.
            if !subcommand
                .get_arguments()
                .any(|flag| *flag.get_id() == setting.id)
            {
                return subcommand;
            }
            subcommand.mut_arg(&setting.id, |flag| {
                flag.required(false).default_values(setting.values.clone())
            })
        })
    });
    Ok(command
        .try_get_matches_from(line)
        .unwrap_or_else(|error| error.exit()))
}

/// The command line, with nothing in it required.
fn undemanding() -> Command {
    Cli::command().mut_subcommands(|subcommand| subcommand.mut_args(|flag| flag.required(false)))
}
