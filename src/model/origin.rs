//! Where models are opened from.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::OpenOptions;
use crate::error::Result;
use crate::host::{Context, HostFiles};
use crate::storage::Location;

/// Where the files of a model are.
#[non_exhaustive]
pub enum Origin {
    /// A file, a directory, or a numbered set: see [`Model::open`](super::Model::open).
    Path(PathBuf),
    /// One file in memory: see [`Model::from_memory`](super::Model::from_memory).
    Memory(Bytes),
    /// Several files in memory by their names, and the path among them: see [`Model::from_blobs`](super::Model::from_blobs).
    Blobs(Vec<(String, Bytes)>, String),
    /// Files that the host lends, and the path among them: see [`Model::from_host_files`](super::Model::from_host_files).
    HostFiles(Arc<dyn HostFiles>, String),
    /// A part of a larger file, from an offset, of a length or to the end: see [`Model::from_descriptor`](super::Model::from_descriptor).
    Descriptor(File, u64, Option<u64>),
}

impl Origin {
    /// How a message names it.
    pub(super) fn name(&self, options: &OpenOptions) -> String {
        match self {
            Self::Path(path) => path.to_string_lossy().into_owned(),
            Self::Memory(_) => options.name.as_deref().unwrap_or("memory").to_owned(),
            Self::Blobs(_, path) if path.is_empty() => "files in memory".to_owned(),
            Self::HostFiles(_, path) if path.is_empty() => "files of the host".to_owned(),
            Self::Blobs(_, path) | Self::HostFiles(_, path) => path.clone(),
            Self::Descriptor(..) => "a part of a file".to_owned(),
        }
    }

    pub(super) fn locate(self, options: &OpenOptions, context: &Context) -> Result<Location> {
        let access = options.access;
        match self {
            Self::Path(path) => Location::open(&path, access, &options.link_roots, context),
            Self::Memory(bytes) => Location::from_memory(bytes, options.name.as_deref(), context),
            Self::Blobs(blobs, path) => Location::of_blobs(blobs, &path, context),
            Self::HostFiles(files, path) => Location::of_host(files, &path, access, context),
            Self::Descriptor(file, offset, len) => Location::of_part(file, offset, len, access, context),
        }
    }
}
