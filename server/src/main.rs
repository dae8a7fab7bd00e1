//! The `locus` binary: see `locus --help`.

use std::process::ExitCode;

use anyhow::Context;
use locus_server::cli::{Command, Compile, Health, Serve};
use locus_server::module::compile::{self, CompileError};
use locus_server::module::{Cache, Level, Wasm};
use locus_server::runner::child;
use locus_server::{config, data, health, logging, serve};
use tokio::runtime::{Builder, Runtime};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("locus: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let line: Vec<_> = std::env::args_os().collect();
    match config::read(&line)?.command {
        Command::Serve(options) => serve(&options),
        Command::Compile(options) => precompile(&options),
        Command::Health(options) => check(&options),
        Command::Runner(arguments) => Ok(child::run(&arguments)?),
        Command::Compiler(arguments) => Ok(compile::run(&arguments)?),
    }
}

fn serve(options: &Serve) -> anyhow::Result<()> {
    // What whoever started us left open is not for runners.
    close_fds::set_fds_cloexec(3, &[]);
    logging::start(options.log_format, &options.log).context("--log")?;
    runtime()?.block_on(serve::serve(options))?;
    Ok(())
}

/// One thread: the server moves bytes and computes nothing, and threads that wake each other for every small call cost
/// more than they bring. Files are read on tokio's blocking threads.
fn runtime() -> anyhow::Result<Runtime> {
    Ok(Builder::new_current_thread()
        .thread_stack_size(512 * 1024)
        .enable_all()
        .build()?)
}

fn precompile(options: &Compile) -> anyhow::Result<()> {
    let codec = Wasm::open(&options.codec).with_context(|| options.codec.display().to_string())?;
    let folder = options.cache.clone();
    let folder = folder.or_else(|| options.data.as_deref().map(data::cache));
    let folder = folder
        .context("say where the compiled module is to lie: --data FOLDER, or --cache FOLDER")?;
    let cache = Cache::open(&folder).with_context(|| folder.display().to_string())?;
    if let Some(path) = cache.find(&codec, options.level) {
        eprintln!("locus: {} is there already", path.display());
        return Ok(());
    }
    eprintln!(
        "locus: compiling {} at {}",
        options.codec.display(),
        options.level.as_str()
    );
    let runtime = runtime()?;
    let path = match runtime.block_on(compile::compile(&cache, &codec, options.level)) {
        // LLVM crashes on some code for some CPUs when it optimises. A slow codec is better than none.
        Err(error @ CompileError::Failed { .. }) if options.level != Level::O0 => {
            eprintln!("locus: {error}; compiling at O0 instead, which runs at half the speed");
            runtime.block_on(compile::compile(&cache, &codec, Level::O0))?
        }
        compiled => compiled?,
    };
    eprintln!("locus: wrote {}", path.display());
    Ok(())
}

fn check(options: &Health) -> anyhow::Result<()> {
    let answer = health::check(
        options.listen,
        &options.base_path,
        options.timeout,
        options.warming_will_do,
    )?;
    eprintln!("{answer}");
    Ok(())
}
