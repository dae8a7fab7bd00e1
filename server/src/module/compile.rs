//! Compiling a module ahead of time, in a child process of its own: LLVM
//! takes a minute and hundreds of megabytes, and must not take the server
//! with it. The child is this same executable (`locus compiler`).

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use tokio::process::Command;
use wasmedge_sdk::config::{CommonConfigOptions, CompilerConfigOptions, ConfigBuilder};
use wasmedge_sdk::error::WasmEdgeError;
use wasmedge_sdk::{Compiler, CompilerOptimizationLevel, CompilerOutputFormat, RunMode};

use super::cache::{Cache, Level, WORK};
use super::wasm::Wasm;

/// Why a module was not compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// The cache can't be written, or the child not started.
    #[error("the module can't be compiled: {0}")]
    Io(#[from] io::Error),
    /// The compiler's process failed; its last words.
    #[error("the compiler failed ({status}): {words}")]
    Failed {
        /// How it ended.
        status: ExitStatus,
        /// What it wrote to its standard error.
        words: String,
    },
    /// WasmEdge refused the module.
    #[error("WasmEdge refused the module: {0}")]
    Engine(#[from] Box<WasmEdgeError>),
    /// WasmEdge wrote something else than native code.
    #[error("WasmEdge wrote no native code; it was built without its compiler")]
    NotNative,
}

/// What the server tells the compiler's process.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// The module.
    #[arg(long)]
    pub module: PathBuf,
    /// Name of the file to write, beside the module and without its ending.
    #[arg(long)]
    pub name: String,
    /// How much to optimise.
    #[arg(long, value_enum)]
    pub level: Level,
}

/// The module's compiled file, made now if it is not there yet. Dropping the
/// future ends the compiler.
///
/// # Errors
/// [`CompileError`].
pub async fn compile(cache: &Cache, module: &Wasm, level: Level) -> Result<PathBuf, CompileError> {
    let path = cache.path(module, level);
    if path.is_file() {
        return Ok(path);
    }
    let work = Work::new(cache, level)?;
    fs::write(work.0.join("module.wasm"), module.bytes())?;
    let child = Command::new("/proc/self/exe")
        .arg0("locus")
        .arg("compiler")
        .arg("--module")
        .arg(work.0.join("module.wasm"))
        .args(["--name", "module", "--level", level.as_str()])
        .env_clear()
        .current_dir("/")
        .process_group(0)
        // Nothing is written to it: its end tells the child that the server has ended.
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut child = child;
    let server_lives = child.stdin.take();
    let output = child.wait_with_output().await?;
    drop(server_lives);
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr)
            .trim()
            .chars()
            .take(2000)
            .collect();
        return Err(CompileError::Failed {
            status: output.status,
            words,
        });
    }
    cache.keep(&work.0.join("module.so"), &path)?;
    Ok(path)
}

/// A folder for one compilation, which goes when that ends.
struct Work(PathBuf);

impl Work {
    fn new(cache: &Cache, level: Level) -> io::Result<Self> {
        // Two compilations of one process are at different levels.
        let folder =
            cache
                .folder()
                .join(format!("{WORK}{}-{}", std::process::id(), level.as_str()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The compiler's process: `locus compiler`.
///
/// # Errors
/// [`CompileError`].
pub fn run(arguments: &Arguments) -> Result<(), CompileError> {
    std::thread::spawn(|| {
        // The server writes nothing; an end of the stream is its own end.
        let _ = io::stdin().read(&mut [0]);
        std::process::exit(1);
    });
    // Calls come first.
    let _ = rustix::process::nice(10);
    wasmedge_sdk::LogManager::log_off();
    let level = match arguments.level {
        Level::O0 => CompilerOptimizationLevel::O0,
        Level::O1 => CompilerOptimizationLevel::O1,
        Level::O2 => CompilerOptimizationLevel::O2,
        Level::O3 => CompilerOptimizationLevel::O3,
    };
    let config = ConfigBuilder::new(
        CommonConfigOptions::default()
            .run_mode(RunMode::Aot)
            .exception_handling(false),
    )
    .with_compiler_config(
        CompilerConfigOptions::new()
            .out_format(CompilerOutputFormat::Native)
            .optimization_level(level),
    )
    .build()?;
    let folder = arguments.module.parent().unwrap_or(Path::new("."));
    let path = Compiler::new(Some(&config))?.compile_from_file(
        &arguments.module,
        &arguments.name,
        folder,
    )?;
    let mut magic = [0; 4];
    fs::File::open(&path)?.read_exact(&mut magic)?;
    if magic == *b"\x7fELF" {
        Ok(())
    } else {
        Err(CompileError::NotNative)
    }
}
