//! safetensors: one file, or shards with an index.
//!
//! Layout of a file (safetensors README, "Format"):
//!
//! | bytes | contents |
//! |---|---|
//! | 8 | length of the header, little-endian |
//! | that many | the header: a JSON object, name → `{dtype, shape, data_offsets}`, and `__metadata__` |
//! | the rest | the tensors, without gaps, offsets counted from here |

mod directory;
mod header;
mod index;

use std::collections::BTreeMap;

use super::{Format, Head, Parsed, Unindexed, WeightFile};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::storage::{Location, Source};
use crate::tensor::{TableBuilder, TensorTable};
use directory::Entry;

pub(super) const FORMAT: Format =
    Format { name: "safetensors", extensions: &["safetensors"], probe, matches: directory::holds_a_model, read };

/// A plausible length followed by an object, or an index.
fn probe(head: &Head) -> bool {
    let Some((len, header)) = head.bytes.split_first_chunk() else { return false };
    let fits = u64::from_le_bytes(*len) <= head.len - 8;
    fits && header.trim_ascii_start().starts_with(b"{") || index::looks_like(&head.bytes)
}

fn read(location: &Location, limits: &Limits) -> Result<Parsed> {
    match directory::entry(location)? {
        Entry::File(source) => read_file(source, limits),
        Entry::Index(source) => index::read(location, &source, limits),
        Entry::Shards(names) => read_shards(location, &names, limits),
    }
}

/// One file: all its tensors are the model.
fn read_file(source: Source, limits: &Limits) -> Result<Parsed> {
    let mut shards = Shards::new(limits);
    shards.add(source, |_| true)?;
    shards.finish()
}

/// Shards without an index: all tensors of all of them are the model.
fn read_shards(location: &Location, names: &[String], limits: &Limits) -> Result<Parsed> {
    limits.check_files(names.len() as u64)?;
    let mut shards = Shards::new(limits);
    for (number, name) in names.iter().enumerate() {
        let source = if number == 0 { location.open_entry(name) } else { location.open_sidecar(name) };
        shards.add(source?, |_| true)?;
    }
    let mut parsed = shards.finish()?;
    parsed.assets = super::assets(location.listing(), |name| names.iter().any(|shard| shard == name));
    Ok(parsed)
}

/// A model that grows file by file.
struct Shards<'a> {
    limits: &'a Limits,
    weights: Vec<WeightFile>,
    tables: Vec<(TensorTable, Vec<bool>)>,
    unindexed: Vec<Unindexed>,
    metadata: BTreeMap<String, String>,
    warnings: Vec<String>,
}

impl<'a> Shards<'a> {
    fn new(limits: &'a Limits) -> Self {
        let (metadata, warnings) = Default::default();
        Self { limits, weights: Vec::new(), tables: Vec::new(), unindexed: Vec::new(), metadata, warnings }
    }

    /// Reads the header of a file and takes the tensors that `belongs` picks; the others are listed apart.
    fn add(&mut self, source: Source, mut belongs: impl FnMut(&str) -> bool) -> Result<()> {
        let parsed = header::read(&source, self.limits).map_err(|e| e.path(source.path()))?;
        let picked: Vec<bool> = parsed.tensors.iter().map(|tensor| belongs(tensor.name)).collect();
        for (tensor, _) in parsed.tensors.iter().zip(&picked).filter(|(_, picked)| !**picked) {
            self.unindexed.push(Unindexed { name: tensor.name.to_owned(), file: source.name().to_owned() });
        }
        self.warnings.extend(parsed.warnings.into_iter().map(|warning| format!("{}: {warning}", source.name())));
        for (key, value) in parsed.metadata {
            let kept = self.metadata.entry(key);
            if let std::collections::btree_map::Entry::Occupied(other) = &kept
                && *other.get() != value
            {
                let key = other.key();
                self.warnings.push(format!("{}: metadata \"{key}\" differs from an earlier shard's", source.name()));
            }
            kept.or_insert(value);
        }
        self.tables.push((parsed.tensors, picked));
        self.weights.push(WeightFile { source, header: parsed.header });
        Ok(())
    }

    fn finish(mut self) -> Result<Parsed> {
        let tensors = self.merge()?;
        self.unindexed.sort_unstable();
        Ok(Parsed {
            format: FORMAT.name,
            weights: self.weights,
            descriptions: Vec::new(),
            tensors,
            unindexed: self.unindexed,
            metadata: self.metadata,
            assets: Vec::new(),
            warnings: self.warnings,
        })
    }

    fn merge(&mut self) -> Result<TensorTable> {
        if let [(_, picked)] = &self.tables[..]
            && picked.iter().all(|picked| *picked)
        {
            return Ok(self.tables.remove(0).0);
        }
        let mut merged = TableBuilder::new(self.limits);
        for (file, (table, picked)) in (0_u32..).zip(&self.tables) {
            for (tensor, _) in table.iter().zip(picked).filter(|(_, picked)| **picked) {
                merged.push_checked(&tensor, file)?;
            }
        }
        merged.finish().map_err(|e| self.name_duplicates(e))
    }

    /// Tells in which shards a name occurs: the table knows them only by number.
    fn name_duplicates(&self, error: Error) -> Error {
        let Some(name) = error.place().subject.clone() else { return error };
        let holds = |(table, _): &&(TensorTable, _)| table.find(&name).is_some();
        let positions = self.tables.iter().enumerate().filter(|(_, shard)| holds(shard));
        let files: Vec<_> = positions.map(|(file, _)| self.weights[file].source.name()).collect();
        Error::format(format!("two shards have a tensor of this name: {}; names must be unique", files.join(", ")))
            .subject(name)
    }
}
