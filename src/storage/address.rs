//! Stores that call contents by their digest.

use std::path::Path;

/// A store whose files are named after what is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Store {
    /// The cache of Hugging Face: `blobs/ETAG`. The name is the SHA-256 of a large file, and what git calls a small one.
    HuggingFace,
    /// An image layout of the OCI: `blobs/sha256/HEX`.
    Oci,
    /// The models of Ollama: `blobs/sha256-HEX`.
    Ollama,
}

/// What a store calls the contents of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// The store.
    pub store: Store,
    /// The digest as it is written there, without the name of the function.
    pub digest: String,
}

const BLOBS: &str = "blobs";

impl Address {
    /// The address of a file that lies in a store itself.
    pub(super) fn of_place(place: &Path) -> Option<Self> {
        fn text(path: &Path) -> Option<&str> {
            path.file_name()?.to_str()
        }
        let (name, folder) = (text(place)?, place.parent()?);
        match text(folder)? {
            BLOBS => {
                let digest = name.strip_prefix("sha256-")?.to_owned();
                Some(Self { store: Store::Ollama, digest })
            }
            "sha256" if text(folder.parent()?)? == BLOBS => Some(Self { store: Store::Oci, digest: name.to_owned() }),
            _ => None,
        }
    }
}
