//! The client's types: a file a type, and one map from operation to types.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context;

use crate::{Files, list};

/// Where the client keeps them.
pub(crate) const FOLDER: &str = "web-worker/client/src/generated";
const HEAD: &str = "// Written by tools/generate from the operations table.\n";

pub(crate) fn generate(files: &mut Files) -> anyhow::Result<()> {
    let scratch = tempfile::tempdir().context("a folder for scratch files")?;
    let config = ts_rs::Config::new()
        .with_large_int("number")
        .with_import_extension(Some("ts"))
        .with_out_dir(scratch.path());
    codec_core::types(&config)?;
    export::<locus_protocol::ErrorBody>(&config)?;
    export::<locus_protocol::ErrorCode>(&config)?;
    export::<locus_protocol::Estimate>(&config)?;
    export::<locus_protocol::Limits>(&config)?;
    export::<locus_protocol::Raster>(&config)?;

    let mut names = Vec::new();
    for entry in std::fs::read_dir(scratch.path())? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .context("a type's name is text")?
            .to_owned();
        let text = std::fs::read_to_string(&path)?;
        // The generator's own head names itself; ours names the table.
        let body = text.split_once('\n').map_or("", |(_, body)| body);
        files.insert(
            Path::new(FOLDER).join(format!("{name}.ts")),
            format!("{HEAD}{}\n", body.trim()),
        );
        names.push(name);
    }
    names.sort();
    files.insert(Path::new(FOLDER).join("index.ts"), index(&names)?);
    Ok(())
}

fn export<T: ts_rs::TS + 'static>(config: &ts_rs::Config) -> anyhow::Result<()> {
    Ok(T::export_all(config)?)
}

fn index(names: &[String]) -> anyhow::Result<String> {
    let mut text = HEAD.to_owned();
    for operation in codec_core::operations() {
        for name in [operation.parameters(), operation.result()] {
            let _ = writeln!(text, "import type {{ {name} }} from \"./{name}.ts\";");
        }
    }
    text.push('\n');
    for name in names {
        let _ = writeln!(text, "export type {{ {name} }} from \"./{name}.ts\";");
    }
    text.push_str("\n/** Every preinstalled operation, with the types of its parameters and result. */\nexport interface Operations {\n");
    for operation in codec_core::operations() {
        let _ = writeln!(
            text,
            "  /** {} */\n  \"{}\": {{ parameters: {}; result: {} }};",
            operation.doc,
            operation.name,
            operation.parameters(),
            operation.result()
        );
    }
    text.push_str("}\n\n");
    text.push_str(TABLE);
    for operation in list::operations() {
        let _ = writeln!(text, "  {},", serde_json::to_string(&operation)?);
    }
    text.push_str("];\n");
    Ok(text)
}

/// The table as a value, for what a page shows: names, words, phases.
const TABLE: &str = r"/** One line of the operations table. */
export interface Operation {
  name: string;
  /** What it does, for people. */
  doc: string;
  /** The phases that its progress goes through. */
  phases: string[];
  /** How many inputs it takes. */
  inputs: { least: number; most: number };
  /** Exists for tests alone; pages don't show it. */
  test_only: boolean;
  /** Names of the types of its parameters and result. */
  parameters: string;
  result: string;
}

export const OPERATIONS: readonly Operation[] = [
";
