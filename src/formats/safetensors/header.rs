//! The header of one safetensors file.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};

use super::Reading;
use crate::digest::{Algorithm, Digest};
use crate::dtype::DType;
use crate::error::{Error, Kind, Printable, Result};
use crate::finding::rules::{HEADER_WHITESPACE, METADATA_NULL};
use crate::formats::TABLE_ROW;
use crate::json::{self, OwnedText, UniqueMap};
use crate::limits::{Budget, Limits, MAX_RANK};
use crate::memory;
use crate::storage::{Source, Witness};
use crate::tensor::{Layout, Span, TableBuilder, TensorTable};

/// Bytes of the length before the header.
const PREFIX: u64 = 8;

/// The key that holds no tensor.
const METADATA: &str = "__metadata__";

/// Writers use a few dozen keys.
const MAX_METADATA: usize = 100_000;

/// Bytes of the entry of a tensor without its name: `"":{"dtype":"F32","shape":[],"data_offsets":[0,4]},`.
const SHORTEST_ENTRY: u64 = 53;

/// What the header of one file says.
pub(super) struct ParsedHeader {
    pub header: Witness,
    pub tensors: TensorTable,
    pub metadata: BTreeMap<String, OwnedText>,
}

/// Reads the header once, by system calls and not through a map, so that the bytes that are parsed are the bytes
/// that the digest is of.
pub(super) fn read(reading: &mut Reading<'_>, source: &Source) -> Result<ParsedHeader> {
    let limits = reading.budget.limits();
    let data_start = PREFIX + header_len(source, limits)?;
    let bytes = source.read(0, data_start)?;
    // The names, shapes and metadata that are kept of it are no longer than its text.
    reading.budget.take_heap(data_start)?;
    let text = &bytes[PREFIX as usize..];
    if !text.starts_with(b"{") {
        let message = "the header begins with white space; the specification asks for \"{\"";
        reading.notes.add(HEADER_WHITESPACE, source.name(), message);
    }

    let mut reader = HeaderReader::new(data_start, reading.budget);
    reader.tensors.reserve(text.len());
    json::read(text, PREFIX, &mut reader).map_err(|e| reader.explain(e))?;
    if reader.metadata_is_null {
        let message = format!("\"{METADATA}\" is null; the specification asks for a map of strings");
        reading.notes.add(METADATA_NULL, source.name(), message);
    }
    check_end(source, reader.data_end)?;

    let header = Witness::of_header(0, data_start, Digest::of(Algorithm::Blake3, &bytes));
    // A header may be larger than all that is kept of it; the table is finished without it.
    drop(bytes);
    let tensors = reader.tensors.finish_file(&Layout::Tiled(data_start..source.len()))?;
    reading.budget.take_heap(tensors.len() as u64 * TABLE_ROW)?;
    Ok(ParsedHeader { header, tensors, metadata: reader.metadata })
}

fn header_len(source: &Source, limits: &Limits) -> Result<u64> {
    if source.len() < PREFIX {
        let message = format!("the file has {} bytes; a safetensors file has at least {PREFIX}", source.len());
        return Err(Error::format(message).with_offset(0));
    }
    let mut prefix = [0; PREFIX as usize];
    source.read_into(0, &mut prefix)?;
    let len = u64::from_le_bytes(prefix);
    let room = source.len() - PREFIX;
    if len > room {
        let cause = cause_of_end(source, len, limits)?;
        let message = format!("the header should have {len} bytes, the file has {room} after its length: {cause}");
        return Err(Error::format(message).with_offset(0));
    }
    limits.check_header("the header", len).map_err(|e| e.with_offset(0))?;
    Ok(len)
}

/// Why a file ends before its header does: it was cut off if what there is of the header is as it should be.
fn cause_of_end(source: &Source, len: u64, limits: &Limits) -> Result<&'static str> {
    let start = source.read(PREFIX, 1.min(source.len() - PREFIX))?;
    let is_object = matches!(*start, [] | [b'{' | b' ' | b'\n' | b'\r' | b'\t']);
    let is_cut = is_object && len <= limits.header_bytes;
    Ok(if is_cut { "an interrupted download" } else { "it is not a safetensors file, or its length is damaged" })
}

/// A file that ends early is worth its own words: it is the most common damage.
fn check_end(source: &Source, data_end: u64) -> Result<()> {
    if let Some(missing @ 1..) = data_end.checked_sub(source.len()) {
        let message = format!("the file ends {missing} bytes early: an interrupted download");
        return Err(Error::format(message).with_offset(source.len()));
    }
    Ok(())
}

/// Walks the JSON object and fills the table; nothing is built in between.
struct HeaderReader<'a> {
    budget: &'a Budget,
    data_start: u64,
    tensors: TableBuilder,
    /// The end of the last tensor, which may lie beyond the file.
    data_end: u64,
    metadata: BTreeMap<String, OwnedText>,
    metadata_is_null: bool,
    has_metadata: bool,
    /// The shape of the entry at hand.
    shape: Vec<u64>,
    /// An error richer than serde's can be.
    failure: Option<Error>,
    /// The key whose value could not be read.
    stopped_in: Option<String>,
}

impl<'a> HeaderReader<'a> {
    fn new(data_start: u64, budget: &'a Budget) -> Self {
        Self {
            budget,
            data_start,
            tensors: TableBuilder::new(budget.limits()),
            data_end: 0,
            metadata: BTreeMap::new(),
            metadata_is_null: false,
            has_metadata: false,
            shape: Vec::new(),
            failure: None,
            stopped_in: None,
        }
    }

    fn add(&mut self, name: &str, entry: &Entry<'_>) -> Result<()> {
        self.budget.advance(name.len() as u64 + SHORTEST_ENTRY)?;
        let (start, end) = entry.offsets;
        let dtype = DType::from_name(&entry.dtype).filter(|dtype| is_known(*dtype)).ok_or_else(|| {
            let (name, known) = (Printable(&entry.dtype), in_upper_case(&entry.dtype));
            let expected = known.map_or_else(String::new, |dtype| format!(": expected \"{dtype}\""));
            Error::format(format!("\"{name}\" is not an element type of safetensors{expected}"))
        })?;
        let len = end.checked_sub(start);
        let offset = self.data_start.checked_add(start).filter(|_| self.data_start.checked_add(end).is_some());
        let (Some(len), Some(offset)) = (len, offset) else {
            return Err(Error::format(format!("data_offsets [{start}, {end}] are not a range")));
        };
        self.data_end = self.data_end.max(offset + len);
        self.tensors.push(name, dtype, &self.shape, Span { file: 0, offset, len })
    }

    fn add_metadata(&mut self, map: Option<UniqueMap<OwnedText, MAX_METADATA>>) -> Result<()> {
        if std::mem::replace(&mut self.has_metadata, true) {
            return Err(Error::format("the key occurs twice").with_subject(METADATA));
        }
        self.metadata_is_null = map.is_none();
        self.metadata = map.map(|map| map.0).unwrap_or_default();
        Ok(())
    }

    /// Keeps the error and stops serde with a placeholder for it.
    fn fail<E: serde::de::Error>(&mut self, error: Error) -> E {
        self.failure = Some(error);
        E::custom("")
    }

    /// Keeps the key whose value could not be read.
    fn stop_in<E>(&mut self, key: &str, error: E) -> E {
        self.stopped_in = memory::text(key, "a key").ok();
        error
    }

    /// The error that was kept, at the offset where serde stopped.
    fn explain(&mut self, stopped: Error) -> Error {
        match (self.failure.take(), stopped.site().offset) {
            (Some(failure), Some(offset)) => failure.with_offset(offset),
            _ if stopped.kind() == Kind::Format => {
                self.stopped_in.take().into_iter().fold(stopped, Error::with_subject)
            }
            _ => stopped,
        }
    }
}

/// The element type that a name is in lower case.
fn in_upper_case(name: &str) -> Option<DType> {
    const LONGEST: usize = 32;
    let name = (name.len() <= LONGEST).then(|| name.to_ascii_uppercase())?;
    DType::from_name(&name).filter(|dtype| is_known(*dtype))
}

/// The 22 element types of safetensors 0.8, of all those that the library knows.
fn is_known(dtype: DType) -> bool {
    dtype.number() <= DType::F4.number() && dtype != DType::C128
}

impl<'de> DeserializeSeed<'de> for &mut HeaderReader<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut HeaderReader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(json::Text(name)) = map.next_key()? {
            memory::check().map_err(json::stopped)?;
            let added = if name == METADATA {
                let metadata = map.next_value().map_err(|e| self.stop_in(METADATA, json::of_key(e, METADATA)))?;
                self.add_metadata(metadata)
            } else {
                let entry = map.next_value_seed(EntryReader(&mut self.shape)).map_err(|e| self.stop_in(&name, e))?;
                self.add(&name, &entry).map_err(|e| e.with_subject(&*name))
            };
            added.map_err(|e| self.fail(e))?;
        }
        Ok(())
    }
}

/// The entry of one tensor, without its shape, which goes into a buffer that all entries share.
struct Entry<'a> {
    dtype: Cow<'a, str>,
    offsets: (u64, u64),
}

/// Reads an entry, and its shape into a buffer.
struct EntryReader<'a>(&'a mut Vec<u64>);

impl<'de> DeserializeSeed<'de> for EntryReader<'_> {
    type Value = Entry<'de>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Entry<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for EntryReader<'_> {
    type Value = Entry<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the entry of a tensor: an object of dtype, shape and data_offsets")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry<'de>, A::Error> {
        let (mut dtype, mut shape, mut offsets) = (None, None, None);
        while let Some(json::Text(key)) = map.next_key()? {
            let is_new = match &*key {
                "dtype" => dtype.replace(value(&mut map, &key, PhantomData::<json::Text<'_>>)?.0).is_none(),
                "shape" => shape.replace(value(&mut map, &key, ShapeReader(self.0))?).is_none(),
                "data_offsets" => offsets.replace(value(&mut map, &key, OffsetsReader)?).is_none(),
                // Later versions may say more about a tensor.
                _ => map.next_value::<json::Skipped>().map(|_| true)?,
            };
            if !is_new {
                let key = Printable(&key);
                return Err(A::Error::custom(format_args!("\"{key}\" occurs twice")));
            }
        }
        let missing = |key| A::Error::custom(format_args!("the tensor has no \"{key}\""));
        shape.ok_or_else(|| missing("shape"))?;
        Ok(Entry {
            dtype: dtype.ok_or_else(|| missing("dtype"))?,
            offsets: offsets.ok_or_else(|| missing("data_offsets"))?,
        })
    }
}

/// Reads the value of a key of a tensor, which an error names.
fn value<'de, A: MapAccess<'de>, S: DeserializeSeed<'de>>(
    map: &mut A,
    key: &str,
    seed: S,
) -> Result<S::Value, A::Error> {
    map.next_value_seed(seed).map_err(|e| json::of_key(e, key))
}

/// Reads two offsets. serde_json would call a third one invalid JSON.
struct OffsetsReader;

impl<'de> DeserializeSeed<'de> for OffsetsReader {
    type Value = (u64, u64);

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(u64, u64), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for OffsetsReader {
    type Value = (u64, u64);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of two offsets")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(u64, u64), A::Error> {
        let start = seq.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let end = seq.next_element()?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
        match seq.next_element::<json::Skipped>()? {
            None => Ok((start, end)),
            Some(_) => Err(A::Error::invalid_length(3, &self)),
        }
    }
}

struct ShapeReader<'a>(&'a mut Vec<u64>);

impl<'de> DeserializeSeed<'de> for ShapeReader<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ShapeReader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of dimensions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.clear();
        while let Some(dim) = seq.next_element()? {
            // One dimension too many is enough for the table to refuse them all.
            if self.0.len() <= MAX_RANK {
                self.0.push(dim);
            }
        }
        Ok(())
    }
}
