//! The one place that knows whether there are threads.

use jxl_oxide::JxlThreadPool;

/// The pool that a decoder uses when it may use `threads` threads.
#[must_use]
pub fn pool(threads: usize) -> JxlThreadPool {
    #[cfg(feature = "threads")]
    if threads > 1 {
        return JxlThreadPool::rayon_global();
    }
    let _ = threads;
    JxlThreadPool::none()
}
