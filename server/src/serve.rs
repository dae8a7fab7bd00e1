//! `locus serve`: puts the parts together, and ends them in order.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use locus_protocol::Limits;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};

use crate::blobs::Store;
use crate::cli::Serve;
use crate::data::{self, Data, DataError};
use crate::http::blobs::Blobs;
use crate::http::call::{self, Calls};
use crate::http::connections;
use crate::http::door::Door;
use crate::http::pages::Pages;
use crate::http::routes::Site;
use crate::module::compile::compile;
use crate::module::wasm::WasmError;
use crate::module::{Cache, Level, Wasm};
use crate::operations::{Operations, OperationsError};
use crate::runner::guest::PAGE;
use crate::runner::{Pool, Settings};

/// How long the first runner of a compiled codec may hold up the start.
const FIRST_RUNNER: Duration = Duration::from_secs(10);

/// Why the server did not start. The words say what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address can't be listened on.
    #[error("{address} is taken: another program listens there. End it, or choose another port: --listen {ip}:PORT (port 0 takes a free one)", ip = address.ip())]
    Taken {
        /// The address.
        address: std::net::SocketAddr,
    },
    /// The address can't be listened on, for another reason.
    #[error("can't listen on {address}: {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// There is no place for compiled modules.
    #[error(
        "say where this server may keep its data: --data FOLDER (or --cache FOLDER, for the compiled codec alone)"
    )]
    NoFolder,
    /// The data folder can't be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The codec can't be read.
    #[error(
        "the codec {path} can't be used: {source}. `scripts/build guest` makes it; --codec says where it is"
    )]
    Codec {
        /// Where it should be.
        path: PathBuf,
        /// Why.
        source: WasmError,
    },
    /// The codec says nothing of its operations.
    #[error("the codec {path} can't be used: {source}")]
    Operations {
        /// Where it is.
        path: PathBuf,
        /// Why.
        source: OperationsError,
    },
    /// The cache can't be written.
    #[error("the cache {path} can't be used: {source}. --cache names a folder that may be written")]
    Cache {
        /// Where it should be.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The pages are not there.
    #[error(
        "there are no pages in {path} (no index.html). `scripts/build pages` makes them; without --pages only /v1/ is served"
    )]
    Pages {
        /// Where they should be.
        path: PathBuf,
    },
    /// Signals can't be heard.
    #[error("signals can't be heard: {0}")]
    Signals(io::Error),
}

/// Serves until a signal ends it.
///
/// # Errors
/// [`ServeError`] when it can't start.
pub async fn serve(options: &Serve) -> Result<(), ServeError> {
    // First of all: the system ends no process 1 of a container that does not ask for it.
    let (end, ending) = watch::channel(false);
    heed_signals(end).map_err(ServeError::Signals)?;
    let address = options.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => ServeError::Taken { address },
            _ => ServeError::Listen { address, source },
        })?;
    let address = listener.local_addr().unwrap_or(address);
    let codec = Wasm::open(&options.codec).map_err(|source| ServeError::Codec {
        path: options.codec.clone(),
        source,
    })?;
    let operations = Operations::read(codec.custom("locus.operations"), options.test_operations)
        .map_err(|source| ServeError::Operations {
            path: options.codec.clone(),
            source,
        })?;
    // Ours until this server ends.
    let data = options.data.as_deref().map(Data::open).transpose()?;
    let folder = options.cache.clone();
    let folder = folder.or_else(|| data.as_ref().map(|data| data::cache(data.folder())));
    let folder = folder.ok_or(ServeError::NoFolder)?;
    let cache = Cache::open(&folder).map_err(|source| ServeError::Cache {
        path: folder,
        source,
    })?;
    if let Some(path) = options
        .pages
        .clone()
        .filter(|path| !path.join("index.html").is_file())
    {
        return Err(ServeError::Pages { path });
    }
    let pool = Pool::new(settings(options));
    let compiled = tokio::spawn(provide(Arc::clone(&pool), cache.clone(), codec.clone()));
    if cache.find(&codec, Level::O3).is_some() {
        // It takes some 50 ms, and whoever asks first is not told `warming`.
        let _ = tokio::time::timeout(FIRST_RUNNER, pool.ready()).await;
    }
    let operations = Arc::new(operations);
    let blobs = data.as_ref().map(|data| open_blobs(data, options));
    let blobs = blobs.transpose()?;
    let site = Arc::new(Site {
        base: options.base_path.clone(),
        calls: Arc::new(Calls {
            room: Arc::new(Semaphore::new((options.max_input_memory / 1024) as usize)),
            bounds: bounds(options),
            operations: Arc::clone(&operations),
            blobs: blobs.clone(),
            pool: Arc::clone(&pool),
        }),
        blobs: Arc::new(Blobs {
            store: blobs,
            body_timeout: options.body_timeout,
            discard: options.max_input_bytes,
        }),
        operations,
        pages: Arc::new(Pages::new(options.pages.clone())),
        pool: Arc::clone(&pool),
        draining: ending.clone(),
    });
    let door = Arc::new(Door::new(
        address.ip(),
        &options.allow_host,
        !options.no_isolation,
    ));
    tracing::info!(
        address = %address,
        runners = pool.counts().limit,
        ready = pool.is_ready(),
        "serving on http://{address}{}/",
        options.base_path
    );
    let bounds = connections::Bounds {
        connections: options.max_connections as usize,
        header_timeout: options.header_timeout,
        drain: options.drain,
    };
    let cut = connections::serve(listener, &site, &door, &bounds, ending).await;
    compiled.abort();
    pool.close();
    if cut > 0 {
        tracing::warn!(cut, "ended; connections that took too long were cut off");
    } else {
        tracing::info!("ended");
    }
    Ok(())
}

fn open_blobs(data: &Data, options: &Serve) -> Result<Arc<Store>, DataError> {
    let folder = data::blobs(data.folder());
    let store = Store::open(&folder, &options.blobs).map_err(|source| DataError::Disk {
        path: folder,
        source,
    })?;
    store.keep();
    Ok(store)
}

fn settings(options: &Serve) -> Settings {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let pages = |bytes: u64| (bytes / PAGE).min(65_536) as u32;
    Settings {
        runners: options.runners.map_or(cores, usize::from),
        spares: usize::from(options.spares),
        queue: options.queue,
        max_pages: pages(options.max_memory),
        recycle_pages: pages(options.recycle_memory),
        max_reply_bytes: options.max_reply_bytes,
    }
}

fn bounds(options: &Serve) -> call::Bounds {
    call::Bounds {
        limits: Limits {
            bytes: Some(options.max_input_bytes),
            pixels: Some(options.max_pixels),
            frames: None,
            memory: Some(options.max_memory.min(65_536 * PAGE)),
        },
        input_bytes: options.max_input_bytes,
        default_deadline: Duration::from_millis(options.default_deadline),
        max_deadline: Duration::from_millis(options.max_deadline),
        body_timeout: options.body_timeout,
    }
}

/// Gives the pool the compiled codec: the best that is there, else the quick
/// tier after seconds, and the optimised one when that is done.
async fn provide(pool: Arc<Pool>, cache: Cache, codec: Wasm) {
    if let Some(path) = cache.find(&codec, Level::O3) {
        if pool.set_module(&path).await {
            return;
        }
        tracing::error!(path = %path.display(), "this compiled codec doesn't run and is made anew");
        forget(&path);
    }
    tracing::info!(cache = %cache.folder().display(), "compiling the codec for this CPU; calls are answered `warming` for some seconds");
    for level in [Level::O0, Level::O3] {
        // A file that was there already may be broken; one made now isn't.
        let mut found = cache.find(&codec, level).is_some();
        loop {
            let started = std::time::Instant::now();
            let path = match compile(&cache, &codec, level).await {
                Ok(path) => path,
                Err(error) => {
                    tracing::error!(%error, level = level.as_str(), "the codec was not compiled");
                    break;
                }
            };
            if !found {
                tracing::info!(
                    level = level.as_str(),
                    seconds = started.elapsed().as_secs_f32(),
                    "codec compiled"
                );
            }
            if pool.set_module(&path).await {
                break;
            }
            tracing::error!(path = %path.display(), "this compiled codec doesn't run");
            forget(&path);
            if !std::mem::replace(&mut found, false) {
                break;
            }
        }
    }
}

fn forget(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!(%error, path = %path.display(), "the file could not be removed");
    }
}

/// The first signal asks the server to end, the second one ends it.
fn heed_signals(end: watch::Sender<bool>) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        let mut asked = false;
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if std::mem::replace(&mut asked, true) {
                tracing::warn!("asked twice; ending at once");
                std::process::exit(1);
            }
            tracing::info!("ending: running calls may end first");
            let _ = end.send(true);
        }
    });
    Ok(())
}
