//! What `hf download --local-dir` leaves in the directory that it fills (huggingface_hub 2.4, `_local_folder.py`):
//!
//! ```text
//! .cache/huggingface/download/a/file.metadata    three lines: commit, ETag, seconds since 1970
//! .cache/huggingface/trees/COMMIT.json           what the repository has at that commit
//! ```
//!
//! A file that was modified after that moment need not be what was downloaded any more.

use std::collections::{BTreeMap, BTreeSet};

use super::{Beside, Records, hub, of_files};
use crate::error::{Error, Result};
use crate::memory;
use crate::storage::{Location, plain_name};
use crate::verify::claims::{Claims, FileClaim};

pub(super) const DOWNLOADS: &str = ".cache/huggingface/download";
const TREES: &str = ".cache/huggingface/trees";
const ENDING: &str = ".metadata";

/// A time of modification may be rounded (`read_download_metadata` allows as much).
const SECONDS_OF_ROUNDING: f64 = 1.0;

/// One record of a download.
struct Download {
    commit: String,
    claim: FileClaim,
    seconds: f64,
}

pub(super) fn find(beside: &mut Beside<'_>) -> Result<Vec<Claims>> {
    let Some(records) = beside.records(DOWNLOADS) else { return Ok(Vec::new()) };
    let folder = format!("{DOWNLOADS}/{}", records.prefix);
    let (mut files, mut commits) = (BTreeMap::new(), BTreeSet::new());
    for name in beside.names_under(records.location(), folder.trim_end_matches('/'), ENDING)? {
        if plain_name(&name).is_err() {
            continue;
        }
        let record = format!("{folder}{name}{ENDING}");
        let Some(Download { commit, claim, seconds }) = read_kept(beside, records.location(), &record)? else {
            continue;
        };
        memory::check()?;
        commits.insert(commit);
        let is_outdated = !is_current(beside, &name, seconds);
        files.insert(name, claim.outdated(is_outdated));
    }
    // Files of several commits are no whole of which something could be missing.
    if let [only] = &commits.into_iter().collect::<Vec<_>>()[..] {
        add_listed(beside, &records, &format!("{TREES}/{only}.json"), &mut files)?;
    }
    Ok(of_files(files))
}

/// Adds what the list of a commit says beyond the records of downloads: sizes, and files that are missing.
fn add_listed(
    beside: &mut Beside<'_>,
    records: &Records<'_>,
    list: &str,
    files: &mut BTreeMap<String, FileClaim>,
) -> Result<()> {
    let found = records.location().open_if_present(list);
    let Some(source) = beside.kept(list, found)?.flatten() else { return Ok(()) };
    for (name, listed) in hub::read_kept(beside, &source, &records.prefix)?.unwrap_or_default() {
        let is_absent = || matches!(beside.location.open_if_present(&name), Ok(None));
        match files.get_mut(&name) {
            Some(claim) if claim.fastest() == listed.fastest() => *claim = listed.outdated(claim.is_outdated()),
            // What is there without a record was not downloaded, and may be anything.
            None if is_absent() => _ = files.insert(name, listed),
            _ => {}
        }
    }
    Ok(())
}

/// The record of a download; `None` if there is none that can be read.
fn read_kept(beside: &mut Beside<'_>, records: &Location, name: &str) -> Result<Option<Download>> {
    let found = records.open_if_present(name);
    let Some(source) = beside.kept(name, found)?.flatten() else { return Ok(None) };
    let download = beside.bytes(&source).and_then(|bytes| read(&bytes));
    beside.kept(name, download)
}

fn read(bytes: &[u8]) -> Result<Download> {
    let expected = || Error::format("expected three lines: commit, ETag, and seconds since 1970");
    let text = std::str::from_utf8(bytes).map_err(|_| expected())?;
    let mut lines = text.lines().map(str::trim);
    let (Some(commit), Some(etag), Some(time)) = (lines.next(), lines.next(), lines.next()) else {
        return Err(expected());
    };
    let claim = hub::claim_of_etag(etag).ok_or_else(|| Error::format("the ETag is no digest of 40 or 64 digits"))?;
    let seconds = time.parse().map_err(|_| expected())?;
    Ok(Download { commit: memory::text(commit, "a name")?, claim, seconds })
}

/// Whether a file is still as it was downloaded, by its time of modification. One that is missing counts: it should be there.
fn is_current(beside: &mut Beside<'_>, name: &str, seconds: f64) -> bool {
    let modified = beside.location.open_asset(name).ok().and_then(|source| source.modified());
    let is_current = modified.is_none_or(|modified| modified.as_secs_f64() - SECONDS_OF_ROUNDING <= seconds);
    if !is_current {
        beside.outdated(name, "it was downloaded");
    }
    is_current
}
