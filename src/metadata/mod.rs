//! What a model says about itself: a table of keys and typed values.
//!
//! A tokenizer is a list of 150,000 texts, so values are not objects of their own: all texts lie one after the other in one
//! arena, numbers in one list, and a value is a range of them. Nothing here recurses, and values are nested at most
//! [`MAX_DEPTH`] deep.

#![forbid(unsafe_code)]

mod build;
mod json;

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

pub use build::Builder;

use crate::error::{Error, Result};

/// Lists and maps inside each other, the value of an entry counted as the first.
pub const MAX_DEPTH: usize = 64;

/// The entries, sorted by key; each key occurs once. Immutable, and usable from many threads at once.
#[derive(Default)]
pub struct Metadata {
    pool: Pool,
    entries: Vec<Entry>,
}

struct Entry {
    key: Span,
    value: Item,
    /// The text form of what is not text, once somebody has asked for it.
    text: OnceLock<Box<str>>,
}

/// The contents of all values.
#[derive(Default)]
struct Pool {
    text: String,
    bytes: Vec<u8>,
    /// For each list of texts, where its first text begins in `text`, followed by the end of each text.
    borders: Vec<usize>,
    /// The numbers of lists, by their bits.
    numbers: Vec<u64>,
    /// The elements of lists whose elements differ in kind, or are lists or maps themselves.
    items: Vec<Item>,
    /// The entries of maps, each map sorted by key.
    fields: Vec<(Span, Item)>,
}

/// A range of one part of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
}

/// A value, as the pool holds it.
#[derive(Clone, Copy)]
enum Item {
    Null,
    Bool(bool),
    I64(i64),
    U64(u64),
    F64(f64),
    Text(Span),
    Bytes(Span),
    List(Elements),
    Map(Span),
}

/// Where the elements of a list are.
#[derive(Clone, Copy)]
enum Elements {
    Texts(Span),
    Numbers(Number, Span),
    Items(Span),
}

/// The kind of all numbers of a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    Bool,
    I64,
    U64,
    F64,
}

/// A value.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Datum<'a> {
    /// That there is none.
    Null,
    /// True or false.
    Bool(bool),
    /// A signed number.
    I64(i64),
    /// An unsigned number.
    U64(u64),
    /// A floating-point number.
    F64(f64),
    /// Text.
    Text(&'a str),
    /// Bytes that are not text.
    Bytes(&'a [u8]),
    /// Values in an order.
    List(List<'a>),
    /// Values by key.
    Map(Map<'a>),
}

impl<'a> Datum<'a> {
    /// The text, if it is one.
    pub fn as_text(self) -> Option<&'a str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// The elements of a list.
#[derive(Clone, Copy)]
pub struct List<'a> {
    pool: &'a Pool,
    elements: Elements,
}

impl<'a> List<'a> {
    /// The number of elements.
    pub fn len(&self) -> usize {
        match self.elements {
            // There is one border more than there are texts.
            Elements::Texts(Span { start, end }) => end - start - 1,
            Elements::Numbers(_, Span { start, end }) | Elements::Items(Span { start, end }) => end - start,
        }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at `index`.
    pub fn get(&self, index: usize) -> Option<Datum<'a>> {
        if index >= self.len() {
            return None;
        }
        let pool = self.pool;
        Some(match self.elements {
            Elements::Texts(span) => {
                let at = span.start + index;
                Datum::Text(&pool.text[pool.borders[at]..pool.borders[at + 1]])
            }
            Elements::Numbers(kind, span) => kind.datum(pool.numbers[span.start + index]),
            Elements::Items(span) => pool.datum(pool.items[span.start + index]),
        })
    }

    /// All elements.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Datum<'a>> + Clone + use<'a> {
        let list = *self;
        (0..self.len()).map(move |index| list.get(index).unwrap_or(Datum::Null))
    }
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {}", self.len())
    }
}

/// The entries of a map, sorted by key; each key occurs once.
#[derive(Clone, Copy)]
pub struct Map<'a> {
    pool: &'a Pool,
    fields: &'a [(Span, Item)],
}

impl<'a> Map<'a> {
    /// The number of entries.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The entry at `index`.
    pub fn get(&self, index: usize) -> Option<(&'a str, Datum<'a>)> {
        let (key, value) = self.fields.get(index)?;
        Some((self.pool.text(*key), self.pool.datum(*value)))
    }

    /// The index of a key.
    pub fn find(&self, key: &str) -> Option<usize> {
        self.fields.binary_search_by(|(other, _)| self.pool.text(*other).cmp(key)).ok()
    }

    /// All entries.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'a str, Datum<'a>)> + Clone + use<'a> {
        let pool = self.pool;
        self.fields.iter().map(move |(key, value)| (pool.text(*key), pool.datum(*value)))
    }
}

impl fmt::Debug for Map<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a map of {}", self.len())
    }
}

impl Metadata {
    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entry at `index`.
    pub fn get(&self, index: usize) -> Option<(&str, Datum<'_>)> {
        self.entries.get(index).map(|entry| self.entry(entry))
    }

    /// The index of a key.
    pub fn find(&self, key: &str) -> Option<usize> {
        self.entries.binary_search_by(|entry| self.pool.text(entry.key).cmp(key)).ok()
    }

    /// All entries, sorted by key.
    pub fn iter(&self) -> Entries<'_> {
        Entries { metadata: self, rest: 0..self.len() }
    }

    /// The text form of the value at `index`: of text itself, of everything else compact JSON, with bytes as hexadecimal
    /// text and numbers that are not finite as `null`. It is made when it is first asked for, and kept.
    ///
    /// Errors: there is no such entry, or no memory for the text.
    pub fn text(&self, index: usize) -> Result<&str> {
        let entry = self.entries.get(index);
        let entry = entry.ok_or_else(|| Error::invalid(format!("there is no metadata entry {index}")))?;
        let datum = match self.pool.datum(entry.value) {
            Datum::Text(text) => return Ok(text),
            datum => datum,
        };
        match entry.text.get() {
            Some(text) => Ok(text),
            None => {
                let text = json::text(datum)?.into_boxed_str();
                Ok(entry.text.get_or_init(|| text))
            }
        }
    }

    fn entry(&self, entry: &Entry) -> (&str, Datum<'_>) {
        (self.pool.text(entry.key), self.pool.datum(entry.value))
    }
}

/// The entries of [`Metadata`], sorted by key.
#[derive(Clone)]
pub struct Entries<'a> {
    metadata: &'a Metadata,
    rest: Range<usize>,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a str, Datum<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.metadata.get(self.rest.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl ExactSizeIterator for Entries<'_> {}

impl<'a> IntoIterator for &'a Metadata {
    type Item = (&'a str, Datum<'a>);
    type IntoIter = Entries<'a>;

    fn into_iter(self) -> Entries<'a> {
        self.iter()
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Number {
    fn datum(self, bits: u64) -> Datum<'static> {
        match self {
            Self::Bool => Datum::Bool(bits != 0),
            Self::I64 => Datum::I64(bits.cast_signed()),
            Self::U64 => Datum::U64(bits),
            Self::F64 => Datum::F64(f64::from_bits(bits)),
        }
    }
}

impl Pool {
    fn text(&self, span: Span) -> &str {
        &self.text[span.start..span.end]
    }

    fn datum(&self, item: Item) -> Datum<'_> {
        match item {
            Item::Null => Datum::Null,
            Item::Bool(value) => Datum::Bool(value),
            Item::I64(value) => Datum::I64(value),
            Item::U64(value) => Datum::U64(value),
            Item::F64(value) => Datum::F64(value),
            Item::Text(span) => Datum::Text(self.text(span)),
            Item::Bytes(span) => Datum::Bytes(&self.bytes[span.start..span.end]),
            Item::List(elements) => Datum::List(List { pool: self, elements }),
            Item::Map(span) => Datum::Map(Map { pool: self, fields: &self.fields[span.start..span.end] }),
        }
    }
}
