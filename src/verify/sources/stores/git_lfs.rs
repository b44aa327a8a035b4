//! What git-lfs knows of a file: its SHA-256 and size, in a pointer (git-lfs documentation, "The Pointer").
//!
//! ```text
//! version https://git-lfs.github.com/spec/v1
//! oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
//! size 12345
//! ```
//!
//! A caller may give a pointer, or it lies where git-lfs has not put the file yet: then it says what should be there. In a clone, the
//! index of git lists the SHA-1 of the pointer of each file, and `.git/lfs/objects/4d/7a/4d7a…` has the contents. A pointer follows
//! from the SHA-256 and the size, so the pointers of all objects can be made, and looked up in the index, without reading an object of
//! git.

use std::collections::BTreeMap;

use super::git_index::{self, Entry};
use super::{About, Beside, Records, of_files, sha256_claim};
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Result};
use crate::memory;
use crate::storage::{Listed, Location, Source};
use crate::verify::claims::{Claims, FileClaim};

const VERSION: &str = "version https://git-lfs.github.com/spec/v1";
/// What to do about a pointer in the place of its file.
pub(crate) const UNFETCHED_FILE: &str = "it is a pointer; fetch the file with git lfs pull";

/// A longer file is no pointer (git-lfs, `blobSizeCutoff`).
const MOST_BYTES: u64 = 1024;

pub(super) const OBJECTS: &str = ".git/lfs/objects";
const INDEX: &str = ".git/index";

pub(super) fn probe(bytes: &[u8]) -> bool {
    bytes.starts_with(VERSION.as_bytes())
}

/// Reads a pointer, which is of the only file of a model.
pub(super) fn read(bytes: &[u8], About { names, .. }: &About<'_>) -> Result<Claims> {
    let claim = read_pointer(bytes)?;
    let [name] = names else {
        let message = format!("a git-lfs pointer is of one file, and the model has {}: name the file", names.len());
        return Err(Error::format(message));
    };
    Ok((BTreeMap::from([(memory::text(name, "a name")?, claim)]), BTreeMap::new()))
}

/// A pointer with extensions has more lines: its digest is not that of the file, but of what they have made of it.
fn read_pointer(bytes: &[u8]) -> Result<FileClaim> {
    let wrong = || Error::format(format!("expected three lines: \"{VERSION}\", \"oid sha256:…\" and \"size …\""));
    let mut lines = std::str::from_utf8(bytes).map_err(|_| wrong())?.lines();
    let (Some(VERSION), Some(object), Some(size), None) = (lines.next(), lines.next(), lines.next(), lines.next())
    else {
        return Err(wrong());
    };
    let size = size.strip_prefix("size ").and_then(|size| size.parse().ok()).ok_or_else(wrong)?;
    object.strip_prefix("oid sha256:").and_then(|digits| sha256_claim(Some(size), digits)).ok_or_else(wrong)
}

/// The name that git gives to the pointer of an object.
fn name_of_pointer(object: &str, bytes: u64) -> Digest {
    Digest::of(Algorithm::GitBlob, format!("{VERSION}\noid sha256:{object}\nsize {bytes}\n").as_bytes())
}

/// What pointers say that lie in the place of files: those were not fetched.
pub(crate) fn unfetched_files<'a>(
    location: &Location,
    names: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, FileClaim>> {
    let mut files = BTreeMap::new();
    for name in names {
        memory::check()?;
        let entry = location.entry().filter(|entry| entry.name() == name);
        let known = entry.map(Source::len).or_else(|| location.listed(name)?.bytes);
        if known.is_some_and(|bytes| bytes > MOST_BYTES) {
            continue;
        }
        let Some(source) = location.open_asset(name).ok().filter(|source| source.len() <= MOST_BYTES) else { continue };
        let bytes = source.read(0, source.len())?;
        if let Some(claim) = probe(&bytes).then(|| read_pointer(&bytes).ok()).flatten() {
            files.insert(memory::text(name, "a name")?, claim.with_cure(UNFETCHED_FILE));
        }
    }
    Ok(files)
}

/// The claims of a clone: of those files that git-lfs keeps, and of those that it has not fetched.
pub(super) fn find(beside: &mut Beside<'_>) -> Result<Vec<Claims>> {
    let mut files = unfetched_files(beside.location, beside.names.iter().copied())?;
    if let Some(records) = beside.records(OBJECTS) {
        add_clone(beside, &records, &mut files)?;
    }
    Ok(of_files(files))
}

fn add_clone(beside: &mut Beside<'_>, records: &Records<'_>, files: &mut BTreeMap<String, FileClaim>) -> Result<()> {
    let pointers = pointers(&beside.kept_files(records.location(), OBJECTS)?)?;
    let entries = if pointers.is_empty() { Ok(Vec::new()) } else { read_index(beside, records.location()) };
    for Entry { name, object, modified } in beside.kept(INDEX, entries)?.unwrap_or_default() {
        memory::check()?;
        let (Some(name), Some(claim)) = (name.strip_prefix(&records.prefix), pointers.get(&object)) else { continue };
        let now = beside.location.open_asset(name).ok().and_then(|source| source.modified());
        let is_current = now.is_none_or(|now| now.as_secs() == u64::from(modified));
        if !is_current {
            beside.outdated(name, "git wrote it");
        }
        files.insert(memory::text(name, "a name")?, claim.clone().outdated(!is_current));
    }
    Ok(())
}

fn read_index(beside: &Beside<'_>, location: &Location) -> Result<Vec<Entry>> {
    match location.open_if_present(INDEX)? {
        Some(index) => git_index::read(&beside.bytes(&index)?, beside.budget),
        None => Ok(Vec::new()),
    }
}

/// What the objects are, by what git calls their pointers.
fn pointers(objects: &[Listed]) -> Result<BTreeMap<Digest, FileClaim>> {
    let mut pointers = BTreeMap::new();
    for object in objects {
        memory::check()?;
        let name = object.name.rsplit('/').next().unwrap_or_default();
        let Some((bytes, claim)) = object.bytes.and_then(|bytes| Some((bytes, sha256_claim(Some(bytes), name)?)))
        else {
            continue;
        };
        pointers.insert(name_of_pointer(name, bytes), claim);
    }
    Ok(pointers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Context;

    const OBJECT: &str = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";

    #[test]
    fn a_pointer_states_digest_and_size() {
        let pointer = format!("{VERSION}\noid sha256:{OBJECT}\nsize 12345\n");
        let location = Location::from_memory(bytes::Bytes::new(), None, &Context::default()).unwrap();
        let read = |pointer: &str, names: &[&str]| read(pointer.as_bytes(), &About { location: &location, names });
        let (files, _) = read(&pointer, &["w"]).unwrap();
        assert_eq!((files["w"].size, files["w"].fastest().unwrap().1.to_string()), (Some(12345), OBJECT.to_owned()));
        read(&pointer, &["v", "w"]).unwrap_err();
        for broken in [pointer.replace("12345", "x"), pointer.replace("4d7a", "4d7"), VERSION.to_owned()] {
            read(&broken, &["w"]).unwrap_err();
        }
    }
}
