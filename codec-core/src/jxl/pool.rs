//! The one place that knows whether there are threads.

use jxl_oxide::JxlThreadPool;

use crate::Error;

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

/// Hands `data`, in bands of `length`, to `work` with the band's number, on
/// all threads there are. Each of these has a state of its own, from `own`.
///
/// # Errors
/// One that `work` returns.
pub fn in_bands<T: Send, S>(
    data: &mut [T],
    length: usize,
    own: impl Fn() -> S + Send + Sync,
    work: impl Fn(&mut S, usize, &mut [T]) -> Result<(), Error> + Send + Sync,
) -> Result<(), Error> {
    #[cfg(feature = "threads")]
    {
        use rayon::prelude::*;
        data.par_chunks_mut(length)
            .enumerate()
            .try_for_each_init(own, |state, (at, band)| work(state, at, band))
    }
    #[cfg(not(feature = "threads"))]
    {
        let mut state = own();
        data.chunks_mut(length)
            .enumerate()
            .try_for_each(|(at, band)| work(&mut state, at, band))
    }
}
