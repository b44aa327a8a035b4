//! Directories that keep files by their digests: no name tells which of them is a model.

use crate::digest::Digest;
use crate::error::Printable;
use crate::formats::detect::{Clues, format_of};
use crate::storage::{Listed, Location};

use crate::sort;

/// The most blobs whose first bytes are looked at.
const MOST_LOOKED_AT: usize = 64;

/// The most folders that are looked into for a store.
const MOST_FOLDERS: usize = 64;

/// One kind of store.
struct Store {
    /// What it is, with an article.
    what: &'static str,
    /// The file that says so.
    mark: Option<&'static str>,
    /// The folder of what leads to the blobs.
    manifests: Option<&'static str>,
    blobs: &'static str,
    /// What the names of blobs begin with.
    prefix: &'static str,
}

const STORES: &[Store] = &[
    // OCI image specification, "Image Layout".
    Store { what: "an OCI image layout", mark: Some("oci-layout"), manifests: None, blobs: "blobs/sha256", prefix: "" },
    // Ollama, manifest/paths.go.
    Store { what: "a store of Ollama", mark: None, manifests: Some("manifests"), blobs: "blobs", prefix: "sha256-" },
];

/// What a directory, or one of its folders, is that keeps blobs, and a model among these.
pub(super) fn of(location: &Location) -> Option<String> {
    let folders = location.tree().ok()?.folders.iter().take(MOST_FOLDERS).map(String::as_str);
    let mut folders = std::iter::once("").chain(folders);
    folders.find_map(|folder| STORES.iter().find_map(|store| store.describe(location, folder)))
}

impl Store {
    fn describe(&self, location: &Location, folder: &str) -> Option<String> {
        let below = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let mut folders = self.manifests.into_iter().chain([self.blobs]);
        if !folders.all(|name| location.has_folder(&below(name))) {
            return None;
        }
        let has_file = |name: &str| location.folder(folder).is_ok_and(|tree| tree.find(&below(name)).is_some());
        let mut blobs = location.folder(&below(self.blobs)).ok()?.files;
        blobs.retain(|blob| blob.name.rsplit('/').next().is_some_and(|name| self.is_blob(name)));
        self.mark.map_or(!blobs.is_empty(), has_file).then(|| {
            let place = if folder.is_empty() { "it" } else { &*format!("its folder \"{}\"", Printable(folder)) };
            let blobs_of = match blobs.len() {
                0 => "that has no blobs".to_owned(),
                1 => "with 1 blob, which `verify` checks".to_owned(),
                count => format!("with {count} blobs, which `verify` checks"),
            };
            let model = model(location, blobs);
            format!("{place} is {} {blobs_of}{model}", self.what)
        })
    }

    /// Whether a file of the folder of blobs is called by a digest.
    fn is_blob(&self, name: &str) -> bool {
        name.strip_prefix(self.prefix).is_some_and(|digits| Digest::from_hex(digits).is_ok())
    }
}

/// The largest blob that is a model by its contents: the end of a sentence, or nothing.
fn model(location: &Location, mut blobs: Vec<Listed>) -> String {
    sort::sort_by(&mut blobs, |a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    let named = |blob: &Listed| {
        let format = format_of(&Clues::of(&location.open_asset(&blob.name).ok()?).ok()?)?;
        Some(format!("; open a model by the path of its blob, such as \"{}\" ({format})", Printable(&blob.name)))
    };
    blobs.iter().take(MOST_LOOKED_AT).find_map(named).unwrap_or_default()
}
