//! The guest in a runner: a module compiled ahead of time, instantiated in
//! WasmEdge without environment, arguments, files or network, and called
//! through the ABI: `locus_alloc`, `locus_call`. `locus_free` is left out, because
//! memory that wasm frees stays with the instance, and `locus_alloc` drops what
//! the call before left.
//!
//! Nothing that the guest says is believed: pointers and lengths are checked
//! against its memory, and the reply has to begin like a frame. (A guest's
//! `proc_exit` makes WasmEdge report success with results that were never
//! written.)

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use locus_protocol::{Call, Frame, MAGIC, MAX_PAYLOADS, Message};
use wasmedge_sdk::config::{CommonConfigOptions, Config, ConfigBuilder, RuntimeConfigOptions};
use wasmedge_sdk::error::{CoreError, WasmEdgeError};
use wasmedge_sdk::vm::SyncInst;
use wasmedge_sdk::wasi::WasiModule;
use wasmedge_sdk::{
    AsInstance, CallingFrame, ImportObjectBuilder, Instance, Module, RunMode, Store, ValType, Vm,
    WasmVal, WasmValue, params,
};

use super::watch::Watch;

/// Bytes of a page of wasm memory.
pub const PAGE: u64 = 64 * 1024;
/// A compiled guest answers the self-test's call in some 10 µs, an
/// interpreted one takes fifty times that. The best of several tries counts,
/// so that a busy machine doesn't make it fail.
const SELF_TEST: Duration = Duration::from_micros(200);

/// Why a module can't be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file can't be read.
    #[error("the compiled module can't be read: {0}")]
    Io(#[from] std::io::Error),
    /// The file is not what the compiler writes; WasmEdge would interpret it.
    #[error("the module is not compiled: its file is no ELF")]
    NotCompiled,
    /// WasmEdge refused it.
    #[error("WasmEdge refused the module: {0}")]
    Engine(#[from] Box<WasmEdgeError>),
    /// It did not answer the self-test.
    #[error("the module failed its self-test: {0}")]
    SelfTest(String),
}

/// Why a call has no reply.
#[derive(Debug)]
pub enum Fault {
    /// The guest could not allocate the call's frame.
    OutOfMemory,
    /// The guest trapped, ended itself or answered nonsense: the instance is
    /// not to be used again.
    Trapped(String),
}

impl From<Box<WasmEdgeError>> for Fault {
    fn from(error: Box<WasmEdgeError>) -> Self {
        Self::Trapped(error.to_string())
    }
}

/// Where a call's frame comes from.
#[derive(Debug)]
pub enum Source<'a> {
    /// Bytes of a message.
    Inline(&'a [u8]),
    /// The first `length` bytes of a file.
    File(&'a File, u64),
}

/// An instance that answers calls.
pub struct Guest<'a> {
    vm: Vm<'a, dyn SyncInst + 'a>,
}

/// Loads the module that was compiled to `path`, tests it, and lets `run`
/// use it. `watch` hears its progress and says when to stop.
///
/// # Errors
/// [`LoadError`] when it can't be loaded or fails the test.
pub fn with<R>(
    path: &Path,
    max_pages: u32,
    watch: Arc<Watch>,
    run: impl FnOnce(&mut Guest<'_>) -> R,
) -> Result<R, LoadError> {
    wasmedge_sdk::LogManager::log_off();
    let mut magic = [0; 4];
    File::open(path)?.read_exact(&mut magic)?;
    if magic != *b"\x7fELF" {
        return Err(LoadError::NotCompiled);
    }
    let config = config(max_pages)?;
    let module = Module::from_file(Some(&config), path)?;
    let mut imports = ImportObjectBuilder::new("locus", watch)?;
    imports.with_func::<f32, i32>("progress", progress)?;
    let mut imports = imports.build();
    let mut wasi = WasiModule::create(None, None, None)?;
    let mut instances: HashMap<String, &mut dyn SyncInst> = HashMap::new();
    instances.insert("wasi_snapshot_preview1".into(), wasi.as_mut());
    instances.insert("locus".into(), &mut imports);
    let mut vm = Vm::new(Store::new(Some(&config), instances)?);
    vm.register_module(None, module)?;
    vm.run_func(None, "_initialize", params!())?;
    let mut guest = Guest { vm };
    guest.self_test()?;
    Ok(run(&mut guest))
}

fn config(max_pages: u32) -> Result<Config, Box<WasmEdgeError>> {
    // WasmEdge's default run mode is the interpreter, even for compiled files.
    let common = CommonConfigOptions::default()
        .run_mode(RunMode::Aot)
        .exception_handling(false);
    ConfigBuilder::new(common)
        .with_runtime_config(RuntimeConfigOptions::default().max_memory_pages(max_pages))
        .build()
}

/// `locus.progress(f32) -> i32`. Must not panic: its caller is C++.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the SDK says what a host function looks like"
)]
fn progress(
    watch: &mut Arc<Watch>,
    _: &mut Instance,
    _: &mut CallingFrame,
    arguments: Vec<WasmValue>,
) -> Result<Vec<WasmValue>, CoreError> {
    let value = arguments.first().map_or(0.0, WasmValue::to_f32);
    let stop = watch.progress(value);
    Ok(vec![WasmValue::from_i32(i32::from(stop))])
}

impl Guest<'_> {
    /// Size of the guest's memory in pages. It never shrinks.
    pub fn pages(&self) -> u32 {
        self.vm
            .active_module()
            .and_then(|instance| {
                instance
                    .get_memory_ref("memory")
                    .ok()
                    .map(|memory| memory.size())
            })
            .unwrap_or(0)
    }

    /// Runs one call and hands the parts of its reply to `send`: the frame's
    /// prefix first, then each payload without padding; and the pages of its memory.
    ///
    /// # Errors
    /// [`Fault`], after which only [`Fault::OutOfMemory`] leaves the guest usable.
    pub fn call<R>(
        &mut self,
        source: &Source<'_>,
        send: impl FnOnce(&[&[u8]], u32) -> R,
    ) -> Result<R, Fault> {
        let length = match source {
            Source::Inline(bytes) => bytes.len() as u64,
            Source::File(_, length) => *length,
        };
        let length = u32::try_from(length).map_err(|_| Fault::OutOfMemory)?;
        let at = self.run("locus_alloc", params!(length as i32))?;
        if at == 0 {
            return Err(Fault::OutOfMemory);
        }
        self.place(source, at, length)?;
        let list = self.run("locus_call", params!(at as i32, length as i32))?;
        let sent = {
            let bad =
                |what: &str| Fault::Trapped(format!("the guest's reply is not valid: {what}"));
            let instance = self.vm.active_module().ok_or_else(|| bad("no instance"))?;
            let memory = instance.get_memory_ref("memory")?;
            let size = u64::from(memory.size()) * PAGE;
            let slice = |at: u32, length: u64| -> Option<&[u8]> {
                if u64::from(at) + length > size {
                    return None;
                }
                if length == 0 {
                    Some(&[])
                } else {
                    memory.slice::<u8>(at as usize, length as usize)
                }
            };
            let word = |bytes: &[u8], index: usize| {
                bytes
                    .get(index * 4..index * 4 + 4)
                    .map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            };
            let count = word(
                slice(list, 4).ok_or_else(|| bad("its list is out of bounds"))?,
                0,
            ) as usize;
            if count == 0 || count > MAX_PAYLOADS + 1 {
                return Err(bad("its list has an impossible length"));
            }
            let pairs = slice(list, 4 + 8 * count as u64)
                .ok_or_else(|| bad("its list is out of bounds"))?;
            let mut parts = Vec::with_capacity(count);
            for index in 0..count {
                let (at, length) = (word(pairs, 1 + 2 * index), word(pairs, 2 + 2 * index));
                parts.push(
                    slice(at, u64::from(length)).ok_or_else(|| bad("a part is out of bounds"))?,
                );
            }
            if !parts[0].starts_with(&MAGIC) {
                return Err(bad("it doesn't begin like a frame"));
            }
            send(&parts, memory.size())
        };
        Ok(sent)
    }

    fn run(&mut self, function: &str, arguments: Vec<WasmValue>) -> Result<u32, Fault> {
        let values = self.vm.run_func(None, function, arguments)?;
        match values.first() {
            Some(value) if value.ty() == ValType::I32 => Ok(value.to_i32() as u32),
            _ => Err(Fault::Trapped("the guest ended itself".into())),
        }
    }

    fn place(&mut self, source: &Source<'_>, at: u32, length: u32) -> Result<(), Fault> {
        let bad =
            |what: String| Fault::Trapped(format!("the call can't be handed to the guest: {what}"));
        let instance = self
            .vm
            .active_module_mut()
            .ok_or_else(|| bad("no instance".into()))?;
        let memory = instance.get_memory_mut("memory")?;
        if u64::from(at) + u64::from(length) > u64::from(memory.size()) * PAGE {
            return Err(bad("locus_alloc answered an address out of bounds".into()));
        }
        let into = memory
            .mut_slice::<u8>(at as usize, length as usize)
            .ok_or_else(|| bad("locus_alloc answered an address out of bounds".into()))?;
        match source {
            Source::Inline(bytes) => into.copy_from_slice(bytes),
            Source::File(file, _) => file
                .read_exact_at(into, 0)
                .map_err(|error| bad(error.to_string()))?,
        }
        Ok(())
    }

    /// Asks for an operation that does not exist: every guest has to answer
    /// that with an error frame, and a compiled one does so in microseconds.
    fn self_test(&mut self) -> Result<(), LoadError> {
        let call = locus_protocol::write(&Message::Call(Call::new(0, "locus.self-test")), &[]);
        let mut best = Duration::MAX;
        for _ in 0..50 {
            let start = Instant::now();
            let valid = self
                .call(&Source::Inline(&call), |parts, _| {
                    matches!(
                        Frame::parse(parts[0]).map(|frame| frame.message),
                        Ok(Message::Reply(reply)) if reply.outcome.is_err()
                    )
                })
                .map_err(|fault| LoadError::SelfTest(format!("{fault:?}")))?;
            if !valid {
                return Err(LoadError::SelfTest(
                    "an unknown operation was not answered by an error".into(),
                ));
            }
            best = best.min(start.elapsed());
            if best < SELF_TEST {
                return Ok(());
            }
        }
        Err(LoadError::SelfTest(format!(
            "an empty call takes {best:?}, so the module seems to be interpreted"
        )))
    }
}
