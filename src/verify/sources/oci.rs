//! What the manifests of container registries say of their blobs: of an OCI image layout, and of the models of Ollama.
//!
//! ```text
//! oci-layout, index.json, blobs/sha256/HEX               an image layout (OCI image specification, "Image Layout")
//! manifests/HOST/NAMESPACE/NAME/TAG, blobs/sha256-HEX     the models of Ollama
//! ```
//!
//! An index lists manifests, and a manifest lists its configuration and its layers, each by a descriptor with digest and size
//! ("Content Descriptors"). A descriptor may also say by which name the contents are to be kept. A manifest of a layout is a blob
//! itself: it is read only if it has the digest that led to it.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Beside;
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Result};
use crate::json::{self, Object, OwnedText};
use crate::memory;
use crate::storage::{Store, normal_name};
use crate::verify::claims::{Claims, FileClaim};

/// Blobs of one manifest or index, and manifests of one layout: far more than there are.
const MOST: usize = 65_536;

/// A manifest or an index.
#[derive(Deserialize)]
struct Document {
    config: Option<Object<Descriptor>>,
    layers: Option<List>,
    manifests: Option<List>,
}

/// What all of them have.
#[derive(Deserialize)]
struct Versioned {
    #[serde(rename = "schemaVersion")]
    _version: IgnoredAny,
}

/// Descriptors. Tools that are written in Go put null where there are none.
#[derive(Deserialize)]
#[serde(transparent)]
struct List(#[serde(deserialize_with = "json::list::<_, _, MOST>")] Vec<Object<Descriptor>>);

#[derive(Deserialize)]
struct Descriptor {
    #[serde(deserialize_with = "json::string")]
    digest: String,
    size: u64,
    annotations: Option<Object<Annotations>>,
}

/// Those that say what a file is called.
#[derive(Deserialize)]
struct Annotations {
    /// Of ORAS.
    #[serde(rename = "org.opencontainers.image.title")]
    title: Option<OwnedText>,
    /// Of the CNCF model specification.
    #[serde(rename = "org.cncf.model.filepath")]
    path: Option<OwnedText>,
}

impl Descriptor {
    /// The SHA-256, and what is claimed by it; `None` for another function, of which nothing is claimed.
    fn claim(&self) -> Option<(Digest, FileClaim)> {
        let digest = Digest::from_hex(self.digest.strip_prefix("sha256:")?).ok()?;
        Some((digest, FileClaim::new(Some(self.size), [(Algorithm::Sha256, digest)])))
    }

    fn name(&self) -> Option<&str> {
        let Object(Annotations { title, path }) = self.annotations.as_ref()?;
        title.as_ref().or(path.as_ref()).map(|OwnedText(name)| &**name)
    }
}

impl Document {
    fn manifests(&self) -> impl Iterator<Item = &Descriptor> {
        self.manifests.iter().flat_map(|List(list)| list).map(|Object(descriptor)| descriptor)
    }

    fn descriptors(&self) -> impl Iterator<Item = &Descriptor> {
        let layers = self.layers.iter().flat_map(|List(list)| list);
        self.config.iter().chain(layers).map(|Object(descriptor)| descriptor).chain(self.manifests())
    }
}

fn document(bytes: &[u8]) -> Result<Document> {
    json::read(bytes, 0, PhantomData).map(|Object(document)| document)
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

pub(super) fn probe(bytes: &[u8]) -> bool {
    json::read(bytes, 0, PhantomData::<Object<Versioned>>).is_ok()
}

pub(super) fn is_of_ollama(bytes: &[u8]) -> bool {
    has(bytes, "\"application/vnd.ollama.") && probe(bytes)
}

/// Reads a manifest that the caller gives: of files that its descriptors name, and of those of the model that are called by a digest.
pub(super) fn read(bytes: &[u8], names: &[&str]) -> Result<Claims> {
    let (mut files, mut blobs) = (BTreeMap::new(), BTreeMap::new());
    for descriptor in document(bytes)?.descriptors() {
        memory::check()?;
        let Some((digest, claim)) = descriptor.claim() else { continue };
        if let Some(name) = descriptor.name() {
            add_name(&mut files, name, &claim)?;
        }
        blobs.insert(digest, claim);
    }
    for name in names {
        let digest = name.rsplit(['/', '-']).next().and_then(|digits| Digest::from_hex(digits).ok());
        if let Some(claim) = digest.and_then(|digest| blobs.get(&digest)) {
            add_name(&mut files, name, claim)?;
        }
    }
    if files.is_empty() {
        return Err(Error::format(
            "the manifest names no file, and no file of the model is called by one of its digests",
        ));
    }
    Ok((files, BTreeMap::new()))
}

/// Adds what is said of a file. If two descriptors disagree, nobody can tell which counts.
fn add_name(files: &mut BTreeMap<String, FileClaim>, name: &str, claim: &FileClaim) -> Result<()> {
    memory::check()?;
    let name = memory::into_owned(normal_name(name), "a name")?;
    let differs = |known: &FileClaim| (known.size, known.fastest()) != (claim.size, claim.fastest());
    if files.get(&name).is_some_and(differs) {
        return Err(Error::format(format!("the file \"{name}\" is listed twice, with different contents")));
    }
    files.insert(name, claim.clone());
    Ok(())
}

pub(super) fn find_ollama(beside: &mut Beside<'_>) -> Result<Vec<Claims>> {
    const MANIFESTS: &str = "manifests";
    let mut files = beside.take_addressed(Store::Ollama);
    let is_store = beside.location.entry().is_none() && beside.location.has_folder("blobs");
    if !is_store || !beside.location.has_folder(MANIFESTS) {
        return Ok(vec![(files, BTreeMap::new())]);
    }
    let is_hidden = |name: &str| name.rsplit('/').next().is_some_and(|name| name.starts_with('.'));
    let manifests = beside.kept_files(beside.location, MANIFESTS)?;
    for manifest in manifests.iter().filter(|file| !is_hidden(&file.name)) {
        if let Some(document) = read_kept(beside, &manifest.name, None)? {
            add(&mut files, &document, |digest| format!("blobs/sha256-{digest}"))?;
        }
    }
    Ok(vec![(files, BTreeMap::new())])
}

pub(super) fn find_layout(beside: &mut Beside<'_>) -> Result<Vec<Claims>> {
    let mut files = beside.take_addressed(Store::Oci);
    let is_layout = beside.location.entry().is_none() && beside.location.has_folder("blobs/sha256");
    let index = if is_layout { read_kept(beside, "index.json", None)? } else { None };
    if let Some(index) = index {
        add_layout(beside, &mut files, &index)?;
    }
    Ok(vec![(files, BTreeMap::new())])
}

/// Adds what an index says, and the manifests that it leads to, each once.
fn add_layout(beside: &mut Beside<'_>, files: &mut BTreeMap<String, FileClaim>, index: &Document) -> Result<()> {
    let path = |digest| format!("blobs/sha256/{digest}");
    let (mut ahead, mut seen) = (Vec::new(), BTreeSet::new());
    let mut add_all = |document: &Document, ahead: &mut Vec<Digest>| {
        add(files, document, path)?;
        for (digest, _) in document.manifests().filter_map(Descriptor::claim) {
            memory::check()?;
            if seen.len() < MOST && seen.insert(digest) {
                memory::push(ahead, digest, "the manifests of the layout")?;
            }
        }
        Ok(())
    };
    add_all(index, &mut ahead)?;
    while let Some(digest) = ahead.pop() {
        if let Some(manifest) = read_kept(beside, &path(digest), Some(digest))? {
            add_all(&manifest, &mut ahead)?;
        }
    }
    Ok(())
}

/// A manifest or an index; `None` if it is not there, or cannot be read, or is not what its digest says: then its claim says so.
fn read_kept(beside: &mut Beside<'_>, name: &str, digest: Option<Digest>) -> Result<Option<Document>> {
    let document = read_file(beside, name, digest);
    Ok(beside.kept(name, document)?.flatten())
}

fn read_file(beside: &Beside<'_>, name: &str, digest: Option<Digest>) -> Result<Option<Document>> {
    let Some(source) = beside.location.open_if_present(name)? else { return Ok(None) };
    let bytes = beside.bytes(&source)?;
    if digest.is_some_and(|digest| digest != Digest::of(Algorithm::Sha256, &bytes)) {
        return Ok(None);
    }
    document(&bytes).map(Some)
}

fn add(files: &mut BTreeMap<String, FileClaim>, document: &Document, path: fn(Digest) -> String) -> Result<()> {
    for (digest, claim) in document.descriptors().filter_map(Descriptor::claim) {
        memory::check()?;
        files.insert(path(digest), claim);
    }
    Ok(())
}
