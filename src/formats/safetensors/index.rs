//! The index of a sharded checkpoint: `{"metadata": {"total_size": …}, "weight_map": {tensor: file}}`.
//!
//! There is no formal specification; the rules here are those that keep wrong weights from being loaded. The weight
//! map decides: a tensor comes from the shard that the map names, whatever other shards hold; what the map names
//! must be there; what it does not name is listed and never loaded.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::directory::{beside_index, newer_than_index};
use super::{Folder, Reading, Shards};
use crate::error::{Error, Kind, Printable, Result};
use crate::finding::rules::INDEX_TOTAL_SIZE;
use crate::formats::Parsed;
use crate::formats::detect::{in_place_of, unfinished};
use crate::json::{self, Object, Skipped, Text};
use crate::limits::Limits;
use crate::memory;
use crate::sort;
use crate::storage::{Location, Source, normal_name};

/// What memory is asked for.
const INDEX: &str = "the index";

/// Whether text begins like an index; the weight map may come late, so this is only a guess for detection.
pub(super) fn looks_like(head: &[u8]) -> bool {
    let text = head.trim_ascii_start();
    let has = |key: &[u8]| text.windows(key.len()).any(|window| window == key);
    text.starts_with(b"{") && (has(b"\"weight_map\"") || has(b"\"total_size\""))
}

/// Reads the model that an index describes.
pub(super) fn read(reading: &mut Reading<'_>, source: &Source) -> Result<Parsed> {
    let (location, limits) = (reading.location, reading.budget.limits());
    let text = read_text(source, limits).map_err(|e| e.with_path(source.path()))?;
    reading.budget.take_heap(source.len()).map_err(|e| e.with_path(source.path()))?;
    let index = parse(&text, limits).map_err(|e| e.with_path(source.path()))?;
    reading.budget.take_heap((index.tensors.len() * size_of::<(Cow<'_, str>, u32)>()) as u64)?;

    let mut shards = Shards::new(reading);
    for (name, number) in &index.shards {
        let tensors = index.tensors_of(*number);
        let shard = location.open_sidecar(name);
        let shard = shard.map_err(|e| explain_missing(e, (source, &index), location, (name, tensors.len())))?;
        let mut found = memory::filled(false, tensors.len(), INDEX)?;
        shards.add(shard, |tensor| match tensors.binary_search_by(|(other, _)| (**other).cmp(tensor)) {
            Ok(position) => !std::mem::replace(&mut found[position], true),
            Err(_) => false,
        })?;
        if let Some(((tensor, _), _)) = tensors.iter().zip(&found).find(|(_, found)| !**found) {
            let name = Printable(name);
            let message = format!("the index says that it lies in \"{name}\", which has no such tensor");
            return Err(Error::format(message).with_subject(&**tensor).with_path(source.path()));
        }
    }
    let mut parsed = shards.finish()?;
    check_total_size(index.total_size, &parsed, source, reading);
    let is_part = |name: &str| name == source.name() || index.shards.contains_key(name);
    parsed.assets = reading.assets(is_part)?;
    if location.entry().is_none() {
        let left_out = beside_index(&reading.whole_files(Some(source.name()))?, is_part);
        reading.note_left_out(source.name(), &left_out);
    }
    parsed.descriptions = vec![Source::from_memory_in(source.context(), source.name(), text.clone())];
    Ok(parsed)
}

/// Why a model lacks a shard that its index names, if it does; or why its index cannot be read.
pub(super) fn check_complete(folder: &Folder<'_>, name: &str, limits: &mut Limits) -> Result<Option<Error>> {
    let missing = folder.open(name).and_then(|source| {
        let text = read_text(&source, limits)?;
        limits.header_bytes = limits.header_bytes.saturating_sub(source.len());
        let index = parse(&text, limits)?;
        let missing = index.shards.iter().find(|(shard, _)| !folder.has(shard));
        Ok(missing.map(|(shard, number)| missing_shard(shard, name, index.tensors_of(*number).len())))
    });
    match missing {
        Err(e) if e.kind() == Kind::OutOfMemory => Err(e),
        // Of an index that is too long, nothing is known.
        Err(e) if e.kind() == Kind::Limit => Ok(None),
        Err(e) => Ok(Some(e.with_subject(name))),
        Ok(missing) => Ok(missing),
    }
}

fn missing_shard(shard: &str, index: &str, tensors: usize) -> Error {
    let message = format!("the shard is missing, and with it {}: download it again", mapped(tensors, index));
    Error::new(Kind::NotFound, message).with_subject(shard)
}

/// The tensors of a shard.
fn mapped(tensors: usize, index: &str) -> String {
    let tensors = if tensors == 1 { "1 tensor".to_owned() } else { format!("{tensors} tensors") };
    format!("{tensors} that the index \"{}\" maps to it", Printable(index))
}

/// The text of an index that is not too long.
pub(super) fn read_text(source: &Source, limits: &Limits) -> Result<Bytes> {
    limits.check_header("the index", source.len())?;
    source.read(0, source.len())
}

/// What an index says.
struct Index<'a> {
    /// Names and numbers of the shards.
    shards: BTreeMap<Cow<'a, str>, u32>,
    /// The tensors and the numbers of their shards, sorted by shard and then by name.
    tensors: Vec<(Cow<'a, str>, u32)>,
    total_size: Option<i128>,
}

impl<'a> Index<'a> {
    /// The tensors of one shard, sorted by name.
    fn tensors_of(&self, shard: u32) -> &[(Cow<'a, str>, u32)] {
        let start = self.tensors.partition_point(|(_, other)| *other < shard);
        let end = self.tensors.partition_point(|(_, other)| *other <= shard);
        &self.tensors[start..end]
    }
}

#[derive(Deserialize)]
struct RawIndex<'a> {
    #[serde(borrow)]
    weight_map: WeightMap<'a>,
    metadata: Option<Object<Metadata>>,
}

#[derive(Deserialize)]
struct Metadata {
    total_size: Option<Size>,
}

fn parse<'a>(text: &'a [u8], limits: &Limits) -> Result<Index<'a>> {
    let Object::<RawIndex<'a>>(raw) = json::read(text, 0, PhantomData)?;
    let WeightMap { mut tensors, shards } = raw.weight_map;
    limits.check_tensors(tensors.len() as u64)?;
    limits.check_files(shards.len() as u64)?;
    if tensors.is_empty() {
        return Err(Error::format("the weight map is empty: expected tensor names and their files"));
    }
    sort::sort(&mut tensors);
    if let Some(twice) = tensors.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(Error::format("the weight map has two entries of this name").with_subject(&*twice[0].0));
    }
    sort::sort_by(&mut tensors, |(name, shard), (other, of)| (shard, name).cmp(&(of, other)));
    let total_size = raw.metadata.and_then(|metadata| metadata.0.total_size).and_then(|size| size.0);
    Ok(Index { shards, tensors, total_size })
}

/// More files than a directory may have that is opened as a model.
const MAX_SHARDS: usize = 65_536;

/// Refuses a weight map that names so many files, and more.
pub(super) fn check_count<E: serde::de::Error>(shards: usize) -> Result<(), E> {
    match shards > MAX_SHARDS {
        true => Err(E::custom(format_args!("the weight map names more than {MAX_SHARDS} files"))),
        false => Ok(()),
    }
}

/// The weight map in little memory: it has one entry for every tensor, and few files.
struct WeightMap<'a> {
    tensors: Vec<(Cow<'a, str>, u32)>,
    shards: BTreeMap<Cow<'a, str>, u32>,
}

impl<'de: 'a, 'a> Deserialize<'de> for WeightMap<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(WeightMapVisitor(PhantomData))
    }
}

struct WeightMapVisitor<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for WeightMapVisitor<'a> {
    type Value = WeightMap<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensor names and file names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut weight_map = WeightMap { tensors: Vec::new(), shards: BTreeMap::new() };
        while let Some(Text(tensor)) = map.next_key()? {
            let Text(shard) = map.next_value().map_err(|e| json::of_key(e, &tensor))?;
            let next = weight_map.shards.len() as u32;
            check_count(weight_map.shards.len())?;
            // Nearly all names are known already, in their plain spelling.
            let known = weight_map.shards.get(&shard).copied();
            let number = known.unwrap_or_else(|| *weight_map.shards.entry(plain(shard)).or_insert(next));
            memory::push(&mut weight_map.tensors, (tensor, number), INDEX).map_err(json::stopped)?;
            memory::check().map_err(json::stopped)?;
        }
        Ok(weight_map)
    }
}

/// One name for one file: manifests know it by no other.
pub(super) fn plain(shard: Cow<'_, str>) -> Cow<'_, str> {
    match shard {
        Cow::Borrowed(name) => normal_name(name),
        Cow::Owned(name) => Cow::Owned(normal_name(&name).into_owned()),
    }
}

/// `total_size` as real files have it: a number, also as a float or a string, or something else that is then ignored.
struct Size(Option<i128>);

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SizeVisitor)
    }
}

struct SizeVisitor;

impl<'de> Visitor<'de> for SizeVisitor {
    type Value = Size;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a size in bytes")
    }

    fn visit_u64<E>(self, value: u64) -> Result<Size, E> {
        Ok(Size(Some(value.into())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Size, E> {
        Ok(Size(Some(value.into())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Size, E> {
        let size = value as i128;
        Ok(Size((size as f64 == value).then_some(size)))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Size, E> {
        Ok(Size(None))
    }

    fn visit_str<E>(self, text: &str) -> Result<Size, E> {
        Ok(Size(text.parse().ok()))
    }

    fn visit_unit<E>(self) -> Result<Size, E> {
        Ok(Size(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Size, A::Error> {
        while seq.next_element::<Skipped>()?.is_some() {}
        Ok(Size(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Size, A::Error> {
        while map.next_entry::<Skipped, Skipped>()?.is_some() {}
        Ok(Size(None))
    }
}

fn explain_missing(
    error: Error,
    (source, index): (&Source, &Index<'_>),
    location: &Location,
    (shard, tensors): (&str, usize),
) -> Error {
    if error.kind() != Kind::NotFound {
        return error;
    }
    let with = format!("and with it {}", mapped(tensors, source.name()));
    let is_part = |name: &str| index.shards.contains_key(name);
    let listing = location.listing().unwrap_or_default();
    let message = match (in_place_of(location, shard), newer_than_index(listing, source.name(), is_part)) {
        (Some(instead), _) => format!("the shard is missing, {with}: {instead}"),
        (None, Some(other)) => format!(
            "the shard is missing, {with}, while \"{}\", which the index does not name, is there: the index is stale; remove it, or download the model again",
            Printable(&other)
        ),
        (None, None) => {
            let unfinished = unfinished(location).map_or_else(String::new, |file| format!("; there is {file}"));
            format!("the shard is missing, {with}: an incomplete download; download the file again{unfinished}")
        }
    };
    let path = error.site().path.clone().unwrap_or_default();
    Error::new(Kind::NotFound, message).with_path(path).with_subject(shard)
}

/// `total_size` is what a writer meant; real files disagree with it without harm.
fn check_total_size(stated: Option<i128>, parsed: &Parsed, index: &Source, reading: &mut Reading<'_>) {
    // Sparse files can add up to more than 64 bits hold.
    let actual: i128 = parsed.tensors.iter().map(|tensor| i128::from(tensor.byte_len())).sum();
    if let Some(stated) = stated.filter(|stated| *stated != actual) {
        let message = format!("the index states a total_size of {stated}; its tensors have {actual} bytes");
        reading.notes.add(INDEX_TOTAL_SIZE, index.name(), message);
    }
}
