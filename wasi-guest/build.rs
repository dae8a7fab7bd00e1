//! Makes the guest a reactor: a module whose host calls `_initialize` once
//! and functions ever after. A `cdylib` for wasip1 is one only when the
//! linker is told, with the start-up object of the toolchain's own sysroot.

use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = std::env::var("TARGET").unwrap_or_default();
    if !target.starts_with("wasm32-wasip1") {
        return;
    }
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(rustc)
        .args(["--print", "sysroot"])
        .output()
        .expect("rustc prints its sysroot");
    let sysroot = String::from_utf8(output.stdout).expect("the sysroot's path is UTF-8");
    let start = PathBuf::from(sysroot.trim())
        .join("lib/rustlib")
        .join(target)
        .join("lib/self-contained/crt1-reactor.o");
    println!("cargo::rustc-link-arg-cdylib={}", start.display());
    println!("cargo::rustc-link-arg-cdylib=--export=_initialize");
}
