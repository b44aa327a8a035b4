//! What is said of the files of a directory that are no files of the model itself: those in its folders, and of a directory of several
//! models all.

use std::collections::{BTreeMap, BTreeSet};

use super::stores::{addressed, keeps_records, source_of, unfetched_files};
use super::{gather, is_manifest};
use crate::error::Result;
use crate::finding::{Finding, Notes};
use crate::limits::{Budget, Limits};
use crate::memory;
use crate::storage::{Location, snapshot_around};
use crate::verify::claims::FileClaim;
use crate::verify::{Anchor, Manifest, Policy};

/// What memory is asked for.
const OTHERS: &str = "the claims of folders";

/// What is said of these files, whose names are sorted, beyond what `known` says: by their names in a store, by pointers in their
/// place, and by manifests and records in their folders.
pub(crate) fn claims_of_others(
    location: &Location,
    names: &[&str],
    known: &[Manifest],
    policy: Policy,
    notes: &mut Vec<Finding>,
) -> Result<Vec<Manifest>> {
    let is_of_caller = known.iter().any(|manifest| manifest.anchor == Anchor::Caller);
    if policy == Policy::None || is_of_caller {
        return Ok(Vec::new());
    }
    let mut found = Found { known, manifests: Vec::new() };
    let plain = || names.iter().copied();
    for (store, files) in addressed(location, plain())? {
        files.into_iter().try_for_each(|(name, claim)| found.add(source_of(store), name, claim))?;
    }
    let pointers = unfetched_files(location, plain())?;
    pointers.into_iter().try_for_each(|(name, claim)| found.add("git-lfs", name, claim))?;
    for folder in folders_with_records(location, names)? {
        memory::check()?;
        let Some(within) = location.within(folder, None)? else { continue };
        let prefix = format!("{folder}/");
        let first = names.partition_point(|name| *name < prefix.as_str());
        let within_it = names[first..].iter().map_while(|name| name.strip_prefix(prefix.as_str()));
        let names: Vec<&str> = memory::collect(within_it, OTHERS)?;
        let (budget, mut of_folder) = (Budget::new(&Limits::default()), Notes::default());
        for Manifest { source, files, .. } in gather(&within, &names, policy, None, (&budget, &mut of_folder))? {
            let mut files = files.into_iter();
            files.try_for_each(|(name, claim)| found.add(source, format!("{prefix}{name}"), claim))?;
        }
        for note in of_folder.finish()? {
            memory::push(notes, Finding { path: format!("{prefix}{}", note.path), ..note }, OTHERS)?;
        }
    }
    Ok(found.manifests)
}

/// What was found, each statement once. What one kind says is one manifest, unless folders in each other say different things of a
/// file: the number of manifests does not grow with that of the folders.
struct Found<'a> {
    known: &'a [Manifest],
    manifests: Vec<Manifest>,
}

impl Found<'_> {
    fn add(&mut self, source: &'static str, name: String, claim: FileClaim) -> Result<()> {
        memory::check()?;
        let of_kind = |manifest: &&Manifest| manifest.source == source;
        let others = self.known.iter().chain(&self.manifests).filter(of_kind);
        let mut statements = others.filter_map(|other| other.files.get(&name));
        let says_it = |other: &FileClaim| {
            other.fastest() == claim.fastest() && (claim.size.is_none() || other.size == claim.size)
        };
        if statements.any(says_it) {
            return Ok(());
        }
        let is_free = |manifest: &&mut Manifest| manifest.source == source && !manifest.files.contains_key(&name);
        if let Some(manifest) = self.manifests.iter_mut().find(is_free) {
            manifest.files.insert(name, claim);
            return Ok(());
        }
        let mut files = BTreeMap::new();
        files.insert(name, claim);
        memory::push(&mut self.manifests, Manifest::new(source, Anchor::Beside, (files, BTreeMap::new())), OTHERS)
    }
}

/// The folders that have a manifest or the records of a tool, or are snapshots in a cache of Hugging Face.
fn folders_with_records<'a>(location: &Location, names: &[&'a str]) -> Result<BTreeSet<&'a str>> {
    let mut folders = BTreeSet::new();
    let mut with_records = BTreeSet::new();
    for name in names {
        memory::check()?;
        let Some((folder, file)) = name.rsplit_once('/') else { continue };
        if is_manifest(file) {
            with_records.insert(folder);
        }
        with_records.extend(snapshot_around(name));
        // All folders above it, too.
        let mut above = Some(folder);
        while let Some(folder) = above.filter(|folder| folders.insert(*folder)) {
            above = folder.rsplit_once('/').map(|(above, _)| above);
        }
    }
    with_records.extend(folders.into_iter().filter(|folder| keeps_records(location, folder)));
    Ok(with_records)
}
