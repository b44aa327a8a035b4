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

use std::collections::{BTreeMap, btree_map};

use super::{Format, Head, HeaderPart, Parsed, Unindexed, WeightFile};
use crate::error::{Error, Kind, Printable, Result};
use crate::limits::Limits;
use crate::storage::{Location, Source};
use crate::tensor::{TableBuilder, TensorTable};
use directory::Entry;

pub(super) const FORMAT: Format = Format {
    name: "safetensors",
    extensions: &["safetensors", "safetensors.index.json"],
    probe,
    matches: directory::holds_a_model,
    read,
};

/// A length followed by an object, or an index. The file may be shorter than the length says: it is then a broken
/// one of this format.
fn probe(head: &Head) -> bool {
    /// Eight bytes of any text are a larger number.
    const TEXT: u64 = 1 << 56;
    let Some((len, header)) = head.bytes.split_first_chunk() else { return false };
    let is_length = u64::from_le_bytes(*len) < TEXT;
    is_length && header.trim_ascii_start().starts_with(b"{") || index::looks_like(&head.bytes)
}

/// What a shard is instead, if it is no file of this format at all: the reader's error would only tell what is odd.
fn explain(error: Error, source: &Source) -> Error {
    let head = Head::of(source).ok().filter(|head| error.kind() == Kind::Format && !probe(head));
    head.and_then(|head| super::impostor(&head)).unwrap_or(error)
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
    let mut parsed = shards.finish().map_err(|e| e.path(location.path()))?;
    parsed.assets = super::assets(location.listing()?, |name| names.iter().any(|shard| shard == name));
    Ok(parsed)
}

/// A model that grows file by file.
struct Shards<'a> {
    limits: &'a Limits,
    /// Tensors of all files so far, picked or not: many names may lead to one file.
    count: u64,
    weights: Vec<WeightFile>,
    tables: Vec<(TensorTable, Vec<bool>)>,
    unindexed: Vec<Unindexed>,
    metadata: BTreeMap<String, String>,
    warnings: Vec<String>,
}

impl<'a> Shards<'a> {
    fn new(limits: &'a Limits) -> Self {
        let (metadata, warnings) = Default::default();
        Self { limits, count: 0, weights: Vec::new(), tables: Vec::new(), unindexed: Vec::new(), metadata, warnings }
    }

    /// Reads the header of a file and takes the tensors that `belongs` picks; the others are listed apart.
    fn add(&mut self, source: Source, mut belongs: impl FnMut(&str) -> bool) -> Result<()> {
        let parsed =
            header::read(&source, self.limits).map_err(|e| explain(e, &source)).map_err(|e| e.path(source.path()))?;
        self.count += parsed.tensors.len() as u64;
        self.limits.check_tensors(self.count)?;
        let picked: Vec<bool> = parsed.tensors.iter().map(|tensor| belongs(tensor.name)).collect();
        for (tensor, _) in parsed.tensors.iter().zip(&picked).filter(|(_, picked)| !**picked) {
            self.unindexed.push(Unindexed { name: tensor.name.to_owned(), file: source.name().to_owned() });
        }
        let differs = self.merge_metadata(parsed.metadata);
        let warnings = parsed.warnings.into_iter().chain(differs);
        self.warnings.extend(warnings.map(|warning| format!("{}: {warning}", source.name())));
        self.tables.push((parsed.tensors, picked));
        self.weights.push(WeightFile { source, headers: vec![HeaderPart::Hashed(parsed.header)], base: None });
        Ok(())
    }

    /// Keeps what the first shard says of a key; returns a warning if this one says something else.
    fn merge_metadata(&mut self, metadata: BTreeMap<String, String>) -> Option<String> {
        let mut warning = None;
        for (key, value) in metadata {
            let kept = self.metadata.entry(key);
            if let btree_map::Entry::Occupied(other) = &kept
                && *other.get() != value
            {
                let key = Printable(other.key());
                warning.get_or_insert_with(|| format!("metadata \"{key}\" differs from an earlier shard's"));
            }
            kept.or_insert(value);
        }
        warning
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
            claims: BTreeMap::new(),
            graphs: None,
            findings: Vec::new(),
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
