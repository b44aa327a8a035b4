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

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{About, Beside, of_files};
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Result};
use crate::finding::rules::MANIFEST_UNREADABLE;
use crate::json::{self, Object, OwnedText};
use crate::memory;
use crate::storage::{Store, normal_name};
use crate::verify::claims::{Claims, FileClaim};

/// What stands before the digests in the names of blobs: of an image layout, and of the models of Ollama.
const OCI_BLOBS: &str = "blobs/sha256/";
const OLLAMA_BLOBS: &str = "blobs/sha256-";

/// What the types of blobs begin with that are parts of models of Ollama.
const OF_OLLAMA: &str = "\"application/vnd.ollama.";

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
    has(bytes, OF_OLLAMA) && probe(bytes)
}

/// Reads a manifest that the caller gives: of files that its descriptors name, and of blobs, which are called by their digests. In a
/// directory that has such blobs all of them have to be there; of a model that is one of them, nothing is said of the others.
pub(super) fn read(bytes: &[u8], about: &About<'_>) -> Result<Claims> {
    let document = document(bytes)?;
    let (known, called) = (about.known()?, about.called_by_digest()?);
    let listed = || document.descriptors().filter_map(|one| Some((one, one.claim()?)));
    let called = |digest: &Digest| called.get(digest).into_iter().flatten().copied();
    let blob = listed().find_map(|(_, (digest, _))| called(&digest).next());
    let blobs = about.blobs(has(bytes, OF_OLLAMA), blob);
    let mut files = BTreeMap::new();
    for (descriptor, (digest, claim)) in listed() {
        memory::check()?;
        // In a store the name is that of a copy elsewhere, unless it is here.
        let name = descriptor.name().map(normal_name);
        let name = name.filter(|name| blobs.is_none() || known.contains(&**name));
        let mut names = called(&digest).map(Cow::Borrowed).chain(name).peekable();
        if let (None, Some(prefix)) = (names.peek(), blobs) {
            add_name(&mut files, &format!("{prefix}{digest}"), &claim)?;
        }
        names.try_for_each(|name| add_name(&mut files, &name, &claim))?;
    }
    if files.is_empty() {
        return Err(Error::format(
            "the manifest names no file, and no file of the model is called by one of its digests",
        ));
    }
    Ok((files, BTreeMap::new()))
}

impl<'a> About<'a> {
    fn known(&self) -> Result<BTreeSet<&'a str>> {
        self.names.iter().map(|name| memory::check().map(|()| *name)).collect()
    }

    /// The names that end with a digest.
    fn called_by_digest(&self) -> Result<BTreeMap<Digest, Vec<&'a str>>> {
        let mut called = BTreeMap::<_, Vec<_>>::new();
        for name in self.names {
            memory::check()?;
            let digest = name.rsplit(['/', '-']).next().and_then(|digits| Digest::from_hex(digits).ok());
            if let Some(digest) = digest {
                memory::push(called.entry(digest).or_default(), *name, "the names of blobs")?;
            }
        }
        Ok(called)
    }

    /// What stands before the digests in the names of the blobs, if the model is a directory that has blobs. `blob` is the name of one
    /// that the manifest lists: the directory may be the folder of the blobs itself.
    fn blobs(&self, is_of_ollama: bool, blob: Option<&'a str>) -> Option<&'a str> {
        match self.location {
            location if location.entry().is_some() => None,
            location if location.has_folder("blobs/sha256") => Some(OCI_BLOBS),
            location if is_of_ollama && location.has_folder("blobs") => Some(OLLAMA_BLOBS),
            _ => blob.map(|name| name.trim_end_matches(|digit| !matches!(digit, '/' | '-'))),
        }
    }
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
        return Ok(of_files(files));
    }
    let is_hidden = |name: &str| name.rsplit('/').next().is_some_and(|name| name.starts_with('.'));
    let manifests = beside.kept_files(beside.location, MANIFESTS)?;
    for manifest in manifests.iter().filter(|file| !is_hidden(&file.name)) {
        if let Some(document) = read_kept(beside, &manifest.name, None)? {
            add(&mut files, &document, |digest| format!("{OLLAMA_BLOBS}{digest}"))?;
        }
    }
    Ok(of_files(files))
}

pub(super) fn find_layout(beside: &mut Beside<'_>) -> Result<Vec<Claims>> {
    let mut files = beside.take_addressed(Store::Oci);
    let is_layout = beside.location.entry().is_none() && beside.location.has_folder("blobs/sha256");
    if let Some(index) = if is_layout { read_index(beside)? } else { None } {
        add_layout(beside, &mut files, &index)?;
    }
    Ok(of_files(files))
}

/// The index of a layout; `None`, with a note, if there is none that leads to any of the blobs.
fn read_index(beside: &mut Beside<'_>) -> Result<Option<Document>> {
    const INDEX: &str = "index.json";
    let has_blobs = beside.location.folder(OCI_BLOBS.trim_end_matches('/')).is_ok_and(|tree| !tree.files.is_empty());
    let index = read_file(beside, INDEX, None);
    // What could not be read has its note.
    let Some(index) = beside.kept(INDEX, index)? else { return Ok(None) };
    let problem = match &index {
        None => Some("it is missing"),
        Some(document) if document.descriptors().next().is_none() => Some("it lists nothing"),
        Some(_) => None,
    };
    if let Some(problem) = problem.filter(|_| has_blobs) {
        beside.notes.add(MANIFEST_UNREADABLE, INDEX, format!("{problem}: the blobs are checked by their names alone"));
    }
    Ok(index)
}

/// Adds what an index says, and the manifests that it leads to, each once.
fn add_layout(beside: &mut Beside<'_>, files: &mut BTreeMap<String, FileClaim>, index: &Document) -> Result<()> {
    let path = |digest| format!("{OCI_BLOBS}{digest}");
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
