//! Links the binary to run from WasmEdge's private folder, when scripts/setup says that one has to be used.
use std::{env, fs, path::Path};

pub(crate) fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=LOCUS_WASMEDGE_RUNTIME");
    let Some(folder) = env::var_os("LOCUS_WASMEDGE_RUNTIME") else {
        return;
    };
    let folder = Path::new(&folder);
    println!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display());
    let loader = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with("ld-linux"));
    if let Some(loader) = loader {
        println!("cargo::rustc-link-arg=-Wl,--allow-shlib-undefined");
        // DT_RPATH, which also holds for what the libraries need, where DT_RUNPATH would mix in the system's own.
        println!("cargo::rustc-link-arg=-Wl,--disable-new-dtags");
        println!(
            "cargo::rustc-link-arg=-Wl,--dynamic-linker={}",
            loader.path().display()
        );
    }
}
