//! safetensors: one file, or shards with an index.
//!
//! Layout of a file (safetensors README, "Format"):
//!
//! | bytes | contents |
//! |---|---|
//! | 8 | length of the header, little-endian |
//! | that many | the header: a JSON object, name → `{dtype, shape, data_offsets}`, and `__metadata__` |
//! | the rest | the tensors, without gaps, offsets counted from here |

mod candidates;
mod directory;
mod header;
mod index;
mod parts;

use std::collections::{BTreeMap, btree_map};

use super::detect::{other_format, refusal, stranger};
use super::{
    Clues, Confidence, DescribedBy, Entrance, Folder, Format, Index, Parsed, Reading, TABLE_ROW, Unindexed, UsedPart,
    WeightFile,
};
use crate::error::{Error, Kind, Printable, Result};
use crate::finding::rules::{METADATA_DIFFERS, SHARD_ALONE};
use crate::json::OwnedText;
use crate::memory;
use crate::metadata::{self, Metadata};
use crate::sort;
use crate::storage::Source;
use crate::tensor::{TableBuilder, TensorTable};
use candidates::Member;
use directory::Entry;

pub(super) const FORMAT: Format = Format {
    name: "safetensors",
    extensions: &["safetensors", "safetensors.index.json"],
    has_graphs: false,
    has_sets: true,
    names_files: false,
    probe,
    entrances: directory::entrances,
    lacking: directory::lacking,
    index: Some(Index { is_name: |name| candidates::index_key(name).is_some(), parts: parts::parts }),
    read,
};

/// A length followed by an object, or an index. The file may be shorter than the length says: it is then a broken
/// one of this format.
fn probe(clues: &Clues<'_>) -> Confidence {
    /// Eight bytes of any text are a larger number.
    const TEXT: u64 = 1 << 56;
    let Some((len, header)) = clues.head.split_first_chunk() else { return Confidence::No };
    let is_length = u64::from_le_bytes(*len) < TEXT;
    match () {
        () if is_length && header.trim_ascii_start().starts_with(b"{") => Confidence::Sure,
        () if index::looks_like(&clues.head) => Confidence::Maybe,
        () => Confidence::No,
    }
}

/// What a shard is instead, unless it begins like one: the reader's error would only tell what is odd.
fn explain(error: Error, source: &Source) -> Error {
    let clues = Clues::of(source).ok().filter(|clues| error.kind() == Kind::Format && probe(clues) != Confidence::Sure);
    let other = |clues: &Clues<'_>| match stranger(clues) {
        Some(stranger) => Some(refusal(&stranger)),
        None => other_format(clues, FORMAT.name),
    };
    clues.and_then(|clues| other(&clues)).unwrap_or(error)
}

/// What an index is instead. Of one that is broken text, the reader has more to say; errors of its shards are theirs.
fn explain_index(error: Error, source: &Source) -> Error {
    if error.kind() != Kind::Format || error.site().path != Some(source.path()) {
        return error;
    }
    let stranger = Clues::of(source).ok().and_then(|clues| stranger(&clues)).filter(|stranger| !stranger.is_text());
    stranger.map_or(error, |stranger| refusal(&stranger).with_path(source.path()))
}

fn read(reading: &mut Reading<'_>) -> Result<Parsed> {
    match directory::entry(reading)? {
        Entry::File(source) => read_file(reading, source),
        Entry::Index(source) => index::read(reading, &source).map_err(|e| explain_index(e, &source)),
        Entry::Shards(names) => read_shards(reading, &names),
    }
}

/// One file: all its tensors are the model.
fn read_file(reading: &mut Reading<'_>, source: Source) -> Result<Parsed> {
    if let Some(Member { number, count, set }) =
        candidates::member(source.name()).filter(|member| !matches!(member.count, "0" | "1"))
    {
        let set = Printable(&set);
        let message = format!(
            "by its name it is shard {number} of {count}; only its own tensors are opened: open \"{set}\", the directory or the index for the whole model"
        );
        reading.notes.add(SHARD_ALONE, source.name(), message);
    }
    let mut shards = Shards::new(reading);
    shards.add(source, |_| true)?;
    shards.finish()
}

/// Shards without an index: all tensors of all of them are the model. No shard of several is its entry: whoever makes a link in its
/// place says nothing of where the others may lie.
fn read_shards(reading: &mut Reading<'_>, names: &[String]) -> Result<Parsed> {
    let location = reading.location;
    reading.budget.limits().check_files(names.len() as u64)?;
    let mut shards = Shards::new(reading);
    for name in names {
        let source = if names.len() == 1 { location.open_entry(name) } else { location.open_sidecar(name) };
        shards.add(source?, |_| true)?;
    }
    let mut parsed = shards.finish().map_err(|e| e.with_path(location.path()))?;
    parsed.assets = reading.assets(|name| names.iter().any(|shard| shard == name))?;
    Ok(parsed)
}

/// What memory is asked for.
const TABLES: &str = "the tensors of the shards";

/// A model that grows file by file.
struct Shards<'r, 'a> {
    reading: &'r mut Reading<'a>,
    /// Tensors of all files so far, picked or not: many names may lead to one file.
    count: u64,
    weights: Vec<WeightFile>,
    tables: Vec<(TensorTable, Vec<bool>)>,
    unindexed: Vec<Unindexed>,
    metadata: BTreeMap<String, OwnedText>,
}

impl<'r, 'a> Shards<'r, 'a> {
    fn new(reading: &'r mut Reading<'a>) -> Self {
        let (weights, tables, unindexed) = Default::default();
        Self { reading, count: 0, weights, tables, unindexed, metadata: BTreeMap::new() }
    }

    /// Reads the header of a file and takes the tensors that `belongs` picks; the others are listed apart.
    fn add(&mut self, source: Source, mut belongs: impl FnMut(&str) -> bool) -> Result<()> {
        self.reading.budget.tell()?;
        self.refuse_twice(&source)?;
        let parsed = header::read(self.reading, &source);
        let parsed = parsed.map_err(|e| explain(e, &source).with_path(source.path()))?;
        self.count += parsed.tensors.len() as u64;
        self.reading.budget.limits().check_tensors_so_far(self.count)?;
        let picked: Vec<bool> = memory::collect(parsed.tensors.iter().map(|tensor| belongs(tensor.name)), TABLES)?;
        let left = (0..picked.len()).filter(|index| !picked[*index]);
        for tensor in left.filter_map(|index| parsed.tensors.get(index)) {
            let bytes = size_of::<Unindexed>() + tensor.name.len() + source.name().len();
            self.reading.budget.take_heap(bytes as u64)?;
            let (name, file) = (memory::text(tensor.name, TABLES)?, source.name().to_owned());
            memory::push(&mut self.unindexed, Unindexed { name, file }, TABLES)?;
        }
        if let Some(key) = self.merge_metadata(parsed.metadata)? {
            let message = format!("metadata \"{}\" differs from an earlier shard's", key);
            self.reading.notes.add(METADATA_DIFFERS, source.name(), message);
        }
        memory::push(&mut self.tables, (parsed.tensors, picked), TABLES)?;
        let used = vec![UsedPart::Witness(parsed.header.into())];
        let file = WeightFile { source, used, base: None, described_by: DescribedBy::Itself };
        memory::push(&mut self.weights, file, TABLES)
    }

    /// A link may lead to a file that is a shard already. It would be read, counted and kept once for each name.
    fn refuse_twice(&self, source: &Source) -> Result<()> {
        match self.weights.iter().find(|file| file.source.is_same_file(source)) {
            None => Ok(()),
            Some(WeightFile { source: first, .. }) => {
                let message =
                    format!("it is the same file as the shard \"{}\": expected a file of its own", first.name());
                Err(Error::format(message).with_path(source.path()))
            }
        }
    }

    /// Keeps what the first shard says of a key; returns the first key of which this one says something else.
    fn merge_metadata(&mut self, metadata: BTreeMap<String, OwnedText>) -> Result<Option<String>> {
        let mut differing = None;
        for (key, value) in metadata {
            memory::check()?;
            let kept = self.metadata.entry(key);
            if let btree_map::Entry::Occupied(other) = &kept
                && other.get().0 != value.0
            {
                differing.get_or_insert_with(|| Printable(other.key()).to_string());
            }
            kept.or_insert(value);
        }
        Ok(differing)
    }

    fn finish(mut self) -> Result<Parsed> {
        let tensors = self.merge()?;
        sort::sort(&mut self.unindexed);
        let metadata = self.metadata()?;
        let Self { weights, unindexed, .. } = self;
        Ok(Parsed { weights, tensors, unindexed, metadata, ..Parsed::new(FORMAT.name) })
    }

    fn metadata(&mut self) -> Result<Metadata> {
        let mut builder = metadata::Builder::new(self.reading.budget);
        for (key, OwnedText(value)) in std::mem::take(&mut self.metadata) {
            builder.key(&key)?;
            builder.text(&value)?;
        }
        builder.finish()
    }

    fn merge(&mut self) -> Result<TensorTable> {
        if let [(_, picked)] = &self.tables[..]
            && picked.iter().all(|picked| *picked)
        {
            return Ok(self.tables.remove(0).0);
        }
        let mut merged = TableBuilder::new(self.reading.budget.limits());
        merged.reserve_for(self.tables.iter().map(|(table, _)| table))?;
        for (file, (table, picked)) in (0_u32..).zip(&self.tables) {
            for (tensor, _) in table.iter().zip(picked).filter(|(_, picked)| **picked) {
                self.reading.budget.take_heap(TABLE_ROW + tensor.name.len() as u64)?;
                merged.push_checked(&tensor, file)?;
            }
        }
        merged.finish().map_err(|e| self.name_duplicates(e))
    }

    /// Tells in which shards a name occurs: the table knows them only by number.
    fn name_duplicates(&self, error: Error) -> Error {
        let Some(name) = error.site().subject.clone() else { return error };
        let holds = |(table, _): &&(TensorTable, _)| table.find(&name).is_some();
        let positions = self.tables.iter().enumerate().filter(|(_, shard)| holds(shard));
        let files: Vec<_> = positions.map(|(file, _)| self.weights[file].source.name()).collect();
        Error::format(format!("two shards have a tensor of this name: {}; names must be unique", files.join(", ")))
            .with_subject(name)
    }
}
