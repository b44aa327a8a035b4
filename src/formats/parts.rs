//! Which files of a directory are parts of a model that an index enters, such as its shards: they are no models of their own, whatever
//! they are called.

use std::collections::HashSet;

use super::{FORMATS, Index, prefix_in};
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::memory;
use crate::storage::{Listed, Location};

/// What memory is asked for.
const PARTS: &str = "the files that indices name";

/// The files that the indices among these files name, by their names in the directory. An index that cannot be read names none, and
/// neither does one that comes after so many that all together have more bytes than one may have.
pub(super) fn named_parts<'n>(
    location: &Location,
    files: impl Iterator<Item = &'n str>,
    limits: &Limits,
) -> Result<HashSet<String>> {
    let (mut parts, mut left) = (HashSet::new(), *limits);
    for (name, index) in files.filter_map(|name| Some((name, index_of(name)?))) {
        memory::check()?;
        let named = location.open_asset(name).and_then(|source| {
            let named = (index.parts)(&source, &left)?;
            left.header_bytes = left.header_bytes.saturating_sub(source.len());
            Ok(named)
        });
        let named = match named {
            Err(e) if e.kind() == Kind::OutOfMemory => return Err(e),
            named => named.unwrap_or_default(),
        };
        let folder = prefix_in(name);
        for part in named {
            memory::check()?;
            parts.try_reserve(1).map_err(|_| Error::out_of_memory(PARTS, 1))?;
            parts.insert(format!("{folder}{part}"));
        }
    }
    Ok(parts)
}

/// These files of a directory, without those that an index among them names; what the index `own` names stays.
pub(super) fn without_parts(
    location: &Location,
    files: &[Listed],
    limits: &Limits,
    own: Option<&str>,
) -> Result<Vec<Listed>> {
    let names = files.iter().map(|file| &*file.name).filter(|name| own != Some(name));
    let parts = named_parts(location, names, limits)?;
    let whole = files.iter().filter(|file| !parts.contains(&file.name));
    memory::try_collect(
        whole.map(|file| Ok(Listed { name: memory::text(&file.name, PARTS)?, bytes: file.bytes })),
        PARTS,
    )
}

/// What reads a file that is an index by its name. Hidden files are none.
fn index_of(name: &str) -> Option<&'static Index> {
    let file = name.rsplit('/').next().filter(|file| !file.starts_with('.'))?;
    FORMATS.iter().filter_map(|format| format.index.as_ref()).find(|index| (index.is_name)(file))
}
