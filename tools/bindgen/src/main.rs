//! `locus-bindgen INPUT.wasm OUT_DIR NAME`: what the `wasm-bindgen` command does, at the version that the lock file pins.
//!
//! It reads the browser codec as rustc left it and writes into `OUT_DIR` an ES module for the web (`NAME.js`), its types
//! (`NAME.d.ts`, `NAME_bg.wasm.d.ts`), the code itself (`NAME_bg.wasm`) and, for a threaded build, the `snippets` that it imports.
//! Function names and the list of producers go: they only make the download larger.

use std::{env, path::PathBuf};

use anyhow::{Context, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [input, out_dir, name] = arguments.as_slice() else {
        bail!("usage: locus-bindgen INPUT.wasm OUT_DIR NAME");
    };
    let (input, out_dir) = (PathBuf::from(input), PathBuf::from(out_dir));
    let name = name.to_str().context("NAME is not UTF-8")?;
    ensure!(input.is_file(), "{} is not a file", input.display());

    Bindgen::new()
        .input_path(&input)
        .out_name(name)
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&out_dir)
        .with_context(|| {
            format!(
                "{} cannot be bound into {}",
                input.display(),
                out_dir.display()
            )
        })
}
