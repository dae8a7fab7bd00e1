//! `locus-vectors IN.wasm OUT.wasm NAME...`: keeps vector loads whole.

use std::{env, fs};

use anyhow::{Context, bail};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, output, names @ ..] = arguments.as_slice() else {
        bail!("usage: locus-vectors IN.wasm OUT.wasm NAME...");
    };
    let module = fs::read(input).with_context(|| format!("{input} cannot be read"))?;
    let kept = locus_vectors::keep_whole(&module, |function| {
        names.iter().any(|name| function.contains(name.as_str()))
    })
    .with_context(|| format!("{input} is not the wasm that it should be"))?;
    fs::write(output, kept.module).with_context(|| format!("{output} cannot be written"))?;
    eprintln!("locus-vectors: kept {} loads whole", kept.loads);
    Ok(())
}
