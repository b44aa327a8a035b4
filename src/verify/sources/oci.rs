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

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::Deserialize;

use super::{Beside, sha256_claim};
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Result};
use crate::json::{self, Object, OwnedText, UniqueMap};
use crate::memory;
use crate::storage::{Store, normal_name};
use crate::verify::claims::{Claims, FileClaim};

/// Blobs of one manifest or index, and manifests of one layout: far more than there are.
const MOST: usize = 65_536;

/// The keys by which a descriptor says what a file is called: of ORAS, and of the CNCF model specification.
const NAME_KEYS: &[&str] = &["org.opencontainers.image.title", "org.cncf.model.filepath"];

/// A manifest or an index.
#[derive(Deserialize)]
struct Document {
    config: Option<Object<Descriptor>>,
    #[serde(default, deserialize_with = "json::list::<_, _, MOST>")]
    layers: Vec<Object<Descriptor>>,
    #[serde(default, deserialize_with = "json::list::<_, _, MOST>")]
    manifests: Vec<Object<Descriptor>>,
}

#[derive(Deserialize)]
struct Descriptor {
    #[serde(deserialize_with = "json::string")]
    digest: String,
    size: u64,
    annotations: Option<UniqueMap<OwnedText, MOST>>,
}

impl Descriptor {
    /// The hexadecimal digits of a SHA-256; `None` for another function, of which nothing is claimed.
    fn digits(&self) -> Option<&str> {
        self.digest.strip_prefix("sha256:").filter(|digits| Digest::from_hex(digits).is_ok())
    }

    fn claim(&self) -> Option<FileClaim> {
        sha256_claim(Some(self.size), self.digits()?)
    }

    fn name(&self) -> Option<&str> {
        let annotations = self.annotations.as_ref()?;
        NAME_KEYS.iter().find_map(|key| annotations.0.get(*key)).map(|OwnedText(name)| &**name)
    }
}

impl Document {
    fn descriptors(&self) -> impl Iterator<Item = &Descriptor> {
        self.config.iter().chain(&self.layers).chain(&self.manifests).map(|Object(descriptor)| descriptor)
    }
}

fn document(bytes: &[u8]) -> Result<Document> {
    json::read(bytes, 0, PhantomData).map(|Object(document)| document)
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

pub(super) fn probe(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{") && has(bytes, "\"schemaVersion\"")
}

pub(super) fn is_of_ollama(bytes: &[u8]) -> bool {
    probe(bytes) && has(bytes, "\"application/vnd.ollama.")
}

/// Reads a manifest that the caller gives: of files that its descriptors name, and of those of the model that are called by a digest.
pub(super) fn read(bytes: &[u8], names: &[&str]) -> Result<Claims> {
    let mut files = BTreeMap::new();
    for descriptor in document(bytes)?.descriptors() {
        memory::check()?;
        let Some((digits, claim)) = descriptor.digits().zip(descriptor.claim()) else { continue };
        let by_digest = names.iter().filter(|name| name.rsplit(['/', '-']).next() == Some(digits)).copied();
        for name in descriptor.name().into_iter().chain(by_digest) {
            files.insert(memory::into_owned(normal_name(name), "a name")?, claim.clone());
        }
    }
    if files.is_empty() {
        return Err(Error::format(
            "the manifest names no file, and no file of the model is called by one of its digests",
        ));
    }
    Ok((files, BTreeMap::new()))
}

pub(super) fn find_ollama(beside: &mut Beside<'_>) -> Result<Vec<Claims>> {
    const MANIFESTS: &str = "manifests";
    let mut files = beside.addressed(Store::Ollama)?;
    let is_store = beside.location.entry().is_none() && beside.location.has_folder("blobs");
    if !is_store || !beside.location.has_folder(MANIFESTS) {
        return Ok(vec![(files, BTreeMap::new())]);
    }
    let manifests = beside.location.walk(MANIFESTS);
    for manifest in beside.kept(MANIFESTS, manifests)?.unwrap_or_default().files {
        let source = beside.location.open_asset(&manifest.name)?;
        let document = beside.bytes(&source).and_then(|bytes| document(&bytes));
        let Some(document) = beside.kept(&manifest.name, document)? else { continue };
        add(&mut files, &document, |digits| format!("blobs/sha256-{digits}"))?;
    }
    Ok(vec![(files, BTreeMap::new())])
}

pub(super) fn find_layout(beside: &mut Beside<'_>) -> Result<Vec<Claims>> {
    const INDEX: &str = "index.json";
    let mut files = beside.addressed(Store::Oci)?;
    let is_layout = beside.location.entry().is_none() && beside.location.has_folder("blobs/sha256");
    let index = if is_layout { beside.location.open_if_present(INDEX)? } else { None };
    if let Some(index) = index {
        let document = beside.bytes(&index).and_then(|bytes| document(&bytes));
        if let Some(document) = beside.kept(INDEX, document)? {
            add_layout(beside, &mut files, document)?;
        }
    }
    Ok(vec![(files, BTreeMap::new())])
}

/// Adds what an index says, and the manifests that it leads to.
fn add_layout(beside: &mut Beside<'_>, files: &mut BTreeMap<String, FileClaim>, index: Document) -> Result<()> {
    let path = |digits: &str| format!("blobs/sha256/{digits}");
    let mut ahead = vec![index];
    let mut read = 0;
    while let Some(document) = ahead.pop() {
        add(files, &document, path)?;
        for Object(descriptor) in &document.manifests {
            read += 1;
            let Some(digits) = descriptor.digits().filter(|_| read <= MOST) else { continue };
            if let Some(manifest) = read_blob(beside, &path(digits), digits)? {
                memory::push(&mut ahead, manifest, "the manifests of the layout")?;
            }
        }
    }
    Ok(())
}

/// A manifest that is a blob; `None` if it is not there or not what it should be: its claim says so.
fn read_blob(beside: &mut Beside<'_>, name: &str, digits: &str) -> Result<Option<Document>> {
    let Some(source) = beside.location.open_if_present(name)? else { return Ok(None) };
    let bytes = beside.bytes(&source)?;
    if Digest::from_hex(digits).ok() != Some(Digest::of(Algorithm::Sha256, &bytes)) {
        return Ok(None);
    }
    beside.kept(name, document(&bytes))
}

fn add(files: &mut BTreeMap<String, FileClaim>, document: &Document, path: fn(&str) -> String) -> Result<()> {
    for descriptor in document.descriptors() {
        memory::check()?;
        if let Some((digits, claim)) = descriptor.digits().zip(descriptor.claim()) {
            files.insert(path(digits), claim);
        }
    }
    Ok(())
}
