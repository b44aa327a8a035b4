//! Writing: manifests today. Nothing is lost: a file is written beside, synced, and renamed into place.

#![forbid(unsafe_code)]

mod manifest;
mod replace;

pub use crate::storage::Draft;
pub use manifest::Manifests;
pub use replace::replace_file;
