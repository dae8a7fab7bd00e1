//! Blobs: immutable bytes named by their digest, kept in a folder, so that
//! what a client has sent once need not be sent again.
//!
//! The folder is a cache that says nothing wrong: a blob stands under its
//! name only when all its bytes are on the disk and match it, and they are
//! compared again when they are read. Bytes of an upload that broke off are
//! kept for a while, so that it can go on where it ended. What has not been
//! used for long goes, and so does the oldest when the quota needs it; what
//! a call uses stays.
//!
//! [`Store`] is all that the rest knows; which system calls it makes on the
//! disk is in [`files`].

pub mod files;
mod options;
mod pin;
mod scan;
mod state;
mod store;
mod upload;

pub use options::BlobOptions;
pub use pin::{Pin, ReadError};
pub use store::{Begun, Refusal, Store};
pub use upload::{Upload, UploadError};
