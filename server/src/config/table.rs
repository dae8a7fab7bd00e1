//! The settings as a table for people.

use std::fmt::Write;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command, CommandFactory};

use crate::cli::Cli;

/// `locus serve` as clap knows it.
///
/// # Panics
/// Never: the subcommand is there.
#[must_use]
pub(super) fn serve() -> Command {
    let cli = Cli::command();
    let serve = cli.find_subcommand("serve").cloned();
    serve.expect("`serve` is a subcommand")
}

/// The flags that a file may set: all but `--config` and what clap adds.
pub(super) fn settings(serve: &Command) -> impl Iterator<Item = &Arg> {
    serve.get_arguments().filter(|flag| {
        let id = flag.get_id().as_str();
        !["config", "help", "version"].contains(&id)
    })
}

/// All settings as a table in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut table = String::from(
        "| flag, and key in the file | variable | default | what it does |\n| --- | --- | --- | --- |\n",
    );
    let serve = serve();
    let config = serve
        .get_arguments()
        .filter(|flag| flag.get_id() == "config");
    for flag in config.chain(settings(&serve)) {
        let name = flag.get_long().unwrap_or_default();
        let variable = flag.get_env().unwrap_or_default().to_string_lossy();
        let (help, default) = split_default(flag);
        let value = match flag.get_action() {
            ArgAction::SetTrue => String::new(),
            _ => format!(" {}", value(flag)),
        };
        // Writing to a string can't fail.
        let _ = writeln!(
            table,
            "| `--{name}{value}` | `{variable}` | {default} | {help} |"
        );
    }
    table
}

/// What a flag's value is: one of a few words, or what its name says.
fn value(flag: &Arg) -> String {
    let words: Vec<_> = flag.get_possible_values();
    if words.is_empty() {
        let names = flag.get_value_names().unwrap_or_default();
        return names.join(" ");
    }
    let words: Vec<_> = words.iter().map(PossibleValue::get_name).collect();
    words.join("\\|")
}

/// A flag's help in one line, and its default, which clap knows or the help's
/// end tells.
fn split_default(flag: &Arg) -> (String, String) {
    let help = flag.get_long_help().or(flag.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut help = help.replace('|', "\\|");
    if let Some((words, default)) = help.split_once(" [default: ") {
        return (words.to_owned(), default.trim_end_matches(']').to_owned());
    }
    // clap takes the stop off help of a single paragraph.
    if !help.ends_with('.') {
        help.push('.');
    }
    let known = match flag.get_action() {
        ArgAction::SetTrue => "off".to_owned(),
        _ => flag
            .get_default_values()
            .iter()
            .map(|value| format!("`{}`", value.to_string_lossy()))
            .collect::<Vec<_>>()
            .join(", "),
    };
    let default = match (known.is_empty(), flag.is_required_set()) {
        (false, _) => known,
        (true, true) => "must be given".to_owned(),
        (true, false) => "none".to_owned(),
    };
    (help, default)
}
