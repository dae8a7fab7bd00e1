//! Bounds on the store, as they are given on the command line.

use std::time::Duration;

use clap::Args;

use crate::cli::seconds;

/// Bounds on what clients may leave here.
#[derive(Debug, Clone, Args)]
pub struct BlobOptions {
    /// Bytes of inputs that are kept, so that clients need not send them again. The one that was not
    /// used for longest goes first; what can't fit is refused with `limit_exceeded`.
    #[arg(long, env = "LOCUS_BLOB_QUOTA", value_name = "BYTES", default_value_t = 4 << 30)]
    pub blob_quota: u64,

    /// Seconds after which an input that nobody used is removed.
    #[arg(long, env = "LOCUS_BLOB_AGE", value_name = "SECONDS", default_value = "604800", value_parser = seconds)]
    pub blob_age: Duration,

    /// Seconds in which an upload that broke off can go on where it ended.
    #[arg(long, env = "LOCUS_UPLOAD_AGE", value_name = "SECONDS", default_value = "86400", value_parser = seconds)]
    pub upload_age: Duration,

    /// Uploads that are under way or broke off. Of the latter the oldest makes place for a new one;
    /// where there is none, the new one is answered `queue_full` (503).
    #[arg(long, env = "LOCUS_MAX_UPLOADS", value_name = "N", default_value_t = 64,
          value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    pub max_uploads: usize,
}
