//! Makes a table of metadata, value by value.

use std::sync::OnceLock;

use super::{Elements, Entry, Item, MAX_DEPTH, Metadata, Number, Pool, Span};
use crate::error::{Error, Kind, Result};
use crate::limits::Budget;
use crate::memory;
use crate::sort;

/// What memory is asked for.
const METADATA: &str = "metadata";

/// Collects entries: a key, then its value. Lists and maps are begun, filled and ended, so that no reader has to hold one.
///
/// What it keeps is taken from the budget of the open. Errors: [`Kind::Limit`] if the budget is used up or values are
/// nested too deep, [`Kind::OutOfMemory`], and [`Kind::Format`] for a key that occurs twice.
pub struct Builder<'b> {
    budget: &'b Budget,
    pool: Pool,
    /// The map of all entries.
    root: Contents,
    /// The lists and maps that have been begun, each inside the one before.
    open: Vec<Open>,
}

/// A list or map that has not ended.
struct Open {
    /// Its key, if it is an entry of a map.
    key: Option<Span>,
    contents: Contents,
}

enum Contents {
    /// The entries so far, and the key of the next one.
    Map(Vec<(Span, Item)>, Option<Span>),
    Empty,
    /// From this border on.
    Texts(usize),
    /// From this number on.
    Numbers(Number, usize),
    Items(Vec<Item>),
}

impl<'b> Builder<'b> {
    /// An empty builder.
    pub fn new(budget: &'b Budget) -> Self {
        Self { budget, pool: Pool::default(), root: Contents::Map(Vec::new(), None), open: Vec::new() }
    }

    /// Names the next value. Every value of a map needs a key, and no element of a list has one.
    pub fn key(&mut self, key: &str) -> Result<()> {
        let span = self.keep_text(key)?;
        match self.innermost() {
            Contents::Map(_, next @ None) => *next = Some(span),
            _ => return Err(misused("a key where a value is expected")),
        }
        Ok(())
    }

    /// Adds the absence of a value.
    pub fn null(&mut self) -> Result<()> {
        self.add(Item::Null)
    }

    /// Adds true or false.
    pub fn bool(&mut self, value: bool) -> Result<()> {
        self.add_number(Number::Bool, u64::from(value), Item::Bool(value))
    }

    /// Adds a signed number.
    pub fn i64(&mut self, value: i64) -> Result<()> {
        self.add_number(Number::I64, value.cast_unsigned(), Item::I64(value))
    }

    /// Adds an unsigned number.
    pub fn u64(&mut self, value: u64) -> Result<()> {
        self.add_number(Number::U64, value, Item::U64(value))
    }

    /// Adds a floating-point number.
    pub fn f64(&mut self, value: f64) -> Result<()> {
        self.add_number(Number::F64, value.to_bits(), Item::F64(value))
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) -> Result<()> {
        let span = self.keep_text(text)?;
        let first = self.pool.borders.len();
        match self.innermost() {
            contents @ Contents::Empty => {
                *contents = Contents::Texts(first);
                self.push_border(span.start)?;
                self.push_border(span.end)
            }
            Contents::Texts(_) => self.push_border(span.end),
            _ => self.add(Item::Text(span)),
        }
    }

    /// Adds bytes that are not text.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let start = self.pool.bytes.len();
        self.budget.take_heap(bytes.len() as u64)?;
        reserve(&mut self.pool.bytes, bytes.len())?;
        self.pool.bytes.extend_from_slice(bytes);
        self.add(Item::Bytes(Span { start, end: start + bytes.len() }))
    }

    /// Begins a list.
    pub fn begin_list(&mut self) -> Result<()> {
        self.begin(Contents::Empty)
    }

    /// Begins a map.
    pub fn begin_map(&mut self) -> Result<()> {
        self.begin(Contents::Map(Vec::new(), None))
    }

    fn begin(&mut self, contents: Contents) -> Result<()> {
        if self.open.len() == MAX_DEPTH {
            return Err(Error::new(Kind::Limit, format!("metadata is nested more than {MAX_DEPTH} deep")));
        }
        let key = match self.innermost() {
            Contents::Map(_, key) => Some(key.take().ok_or_else(|| misused("a value without a key"))?),
            _ => None,
        };
        self.open.push(Open { key, contents });
        Ok(())
    }

    /// Ends the list or map that was begun last.
    pub fn end(&mut self) -> Result<()> {
        let Open { key, contents } = self.open.pop().ok_or_else(|| misused("an end without a begin"))?;
        let item = self.close(contents)?;
        if let (Contents::Map(_, next), Some(_)) = (self.innermost(), key) {
            *next = key;
        }
        self.add(item)
    }

    /// Makes the table. A key that occurs twice is refused.
    pub fn finish(self) -> Result<Metadata> {
        let mut twice = None;
        let metadata = self.finish_with_first(|key| _ = twice.get_or_insert_with(|| duplicate(key)))?;
        twice.map_or(Ok(metadata), Err)
    }

    /// Makes the table. Of values with the same key the first counts; `twice` is told the key of each of the others.
    pub fn finish_with_first(self, mut twice: impl FnMut(&str)) -> Result<Metadata> {
        let Self { mut pool, root: Contents::Map(mut fields, None), open, .. } = self else {
            return Err(misused("a key without a value"));
        };
        if !open.is_empty() {
            return Err(misused("a begin without an end"));
        }
        pool.shrink();
        sort(&pool, &mut fields);
        fields.dedup_by(|later, first| {
            let is_same = pool.text(later.0) == pool.text(first.0);
            if is_same {
                twice(pool.text(later.0));
            }
            is_same
        });
        let mut entries = memory::list(fields.len(), METADATA)?;
        entries.extend(fields.into_iter().map(|(key, value)| Entry { key, value, text: OnceLock::new() }));
        Ok(Metadata { pool, entries })
    }

    fn close(&mut self, contents: Contents) -> Result<Item> {
        Ok(match contents {
            Contents::Map(_, Some(_)) => return Err(misused("a key without a value")),
            Contents::Map(mut fields, None) => {
                sort(&self.pool, &mut fields);
                let twice = fields.windows(2).find(|pair| self.pool.text(pair[0].0) == self.pool.text(pair[1].0));
                if let Some(pair) = twice {
                    return Err(duplicate(self.pool.text(pair[0].0)));
                }
                Item::Map(append(&mut self.pool.fields, &fields)?)
            }
            Contents::Empty => Item::List(Elements::Items(Span { start: 0, end: 0 })),
            Contents::Texts(start) => Item::List(Elements::Texts(Span { start, end: self.pool.borders.len() })),
            Contents::Numbers(kind, start) => {
                Item::List(Elements::Numbers(kind, Span { start, end: self.pool.numbers.len() }))
            }
            Contents::Items(items) => Item::List(Elements::Items(append(&mut self.pool.items, &items)?)),
        })
    }

    /// Adds a value where it belongs.
    fn add(&mut self, item: Item) -> Result<()> {
        self.budget.take_heap(size_of::<Entry>() as u64)?;
        self.spread()?;
        match self.innermost() {
            Contents::Map(fields, next) => {
                let key = next.take().ok_or_else(|| misused("a value without a key"))?;
                push(fields, (key, item))
            }
            Contents::Items(items) => push(items, item),
            Contents::Empty | Contents::Texts(_) | Contents::Numbers(..) => Err(misused("a list that is not spread")),
        }
    }

    fn add_number(&mut self, kind: Number, bits: u64, item: Item) -> Result<()> {
        let first = self.pool.numbers.len();
        match self.innermost() {
            contents @ Contents::Empty => *contents = Contents::Numbers(kind, first),
            Contents::Numbers(other, _) if *other == kind => {}
            _ => return self.add(item),
        }
        self.budget.take_heap(size_of::<u64>() as u64)?;
        push(&mut self.pool.numbers, bits)
    }

    /// Gives every element of the innermost list an item of its own, because one comes that is of another kind.
    fn spread(&mut self) -> Result<()> {
        let start = match self.innermost() {
            Contents::Map(..) | Contents::Items(_) => return Ok(()),
            Contents::Empty => None,
            Contents::Texts(start) => Some((None, *start)),
            Contents::Numbers(kind, start) => Some((Some(*kind), *start)),
        };
        let mut items = Vec::new();
        match start {
            None => {}
            Some((None, start)) => {
                let borders = &self.pool.borders[start..];
                self.budget.take_heap((borders.len() * size_of::<Item>()) as u64)?;
                for pair in borders.windows(2) {
                    push(&mut items, Item::Text(Span { start: pair[0], end: pair[1] }))?;
                }
                self.pool.borders.truncate(start);
            }
            Some((Some(kind), start)) => {
                let numbers = &self.pool.numbers[start..];
                self.budget.take_heap((numbers.len() * size_of::<Item>()) as u64)?;
                for bits in numbers {
                    push(&mut items, kind.item(*bits))?;
                }
                self.pool.numbers.truncate(start);
            }
        }
        *self.innermost() = Contents::Items(items);
        Ok(())
    }

    fn innermost(&mut self) -> &mut Contents {
        self.open.last_mut().map_or(&mut self.root, |open| &mut open.contents)
    }

    fn keep_text(&mut self, text: &str) -> Result<Span> {
        let start = self.pool.text.len();
        self.budget.take_heap(text.len() as u64)?;
        memory::push_str(&mut self.pool.text, text, METADATA)?;
        Ok(Span { start, end: start + text.len() })
    }

    fn push_border(&mut self, border: usize) -> Result<()> {
        self.budget.take_heap(size_of::<usize>() as u64)?;
        push(&mut self.pool.borders, border)
    }
}

impl Number {
    fn item(self, bits: u64) -> Item {
        match self {
            Self::Bool => Item::Bool(bits != 0),
            Self::I64 => Item::I64(bits.cast_signed()),
            Self::U64 => Item::U64(bits),
            Self::F64 => Item::F64(f64::from_bits(bits)),
        }
    }
}

impl Pool {
    fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.bytes.shrink_to_fit();
        self.borders.shrink_to_fit();
        self.numbers.shrink_to_fit();
        self.items.shrink_to_fit();
        self.fields.shrink_to_fit();
    }
}

/// By key, and entries of one key in the order in which they came: that of their keys in the arena.
fn sort(pool: &Pool, fields: &mut [(Span, Item)]) {
    sort::sort_by(fields, |(a, _), (b, _)| pool.text(*a).cmp(pool.text(*b)).then(a.start.cmp(&b.start)));
}

fn append<T: Copy>(list: &mut Vec<T>, items: &[T]) -> Result<Span> {
    let start = list.len();
    reserve(list, items.len())?;
    list.extend_from_slice(items);
    Ok(Span { start, end: list.len() })
}

fn push<T>(list: &mut Vec<T>, item: T) -> Result<()> {
    memory::push(list, item, METADATA)
}

fn reserve<T>(list: &mut Vec<T>, count: usize) -> Result<()> {
    memory::reserve(list, count, METADATA)
}

fn duplicate(key: &str) -> Error {
    Error::format("the key occurs twice in the metadata").with_subject(key)
}

/// A reader of this library, or a caller, that does not keep the order of calls.
fn misused(what: &str) -> Error {
    Error::invalid(format!("metadata is built out of order: {what}"))
}

#[cfg(test)]
mod tests {
    use super::super::Datum;
    use super::*;
    use crate::limits::Limits;

    fn budget() -> Budget {
        Budget::new(&Limits::default())
    }

    /// The metadata that `fill` makes, with one entry `x`.
    fn built(fill: impl FnOnce(&mut Builder<'_>) -> Result<()>) -> Result<Metadata> {
        let budget = budget();
        let mut builder = Builder::new(&budget);
        builder.key("x")?;
        fill(&mut builder)?;
        builder.finish()
    }

    fn form(fill: impl FnOnce(&mut Builder<'_>) -> Result<()>) -> String {
        built(fill).unwrap().text(0).unwrap().to_owned()
    }

    #[test]
    fn entries_are_sorted_and_found_by_key() {
        let budget = budget();
        let mut builder = Builder::new(&budget);
        for key in ["b", "", "a\u{0}", "a"] {
            builder.key(key).unwrap();
            builder.text(&format!("of {key}")).unwrap();
        }
        let metadata = builder.finish().unwrap();
        let keys: Vec<_> = metadata.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["", "a", "a\u{0}", "b"]);
        assert_eq!(metadata.find("a"), Some(1));
        assert_eq!(metadata.find("c"), None);
        assert_eq!(metadata.get(3).and_then(|(_, value)| value.as_text()), Some("of b"));
        assert_eq!(metadata.text(0).unwrap(), "of ");
        assert_eq!(metadata.text(4).unwrap_err().kind(), Kind::InvalidArgument);
    }

    #[test]
    fn a_text_is_itself_and_the_rest_is_compact_json() {
        assert_eq!(form(|b| b.text("\"raw\"\n")), "\"raw\"\n");
        assert_eq!(form(|b| b.null()), "null");
        assert_eq!(form(|b| b.bool(true)), "true");
        assert_eq!(form(|b| b.i64(i64::MIN)), "-9223372036854775808");
        assert_eq!(form(|b| b.u64(u64::MAX)), "18446744073709551615");
        assert_eq!(form(|b| b.f64(1.0)), "1.0");
        assert_eq!(form(|b| b.f64(f64::NAN)), "null");
        assert_eq!(form(|b| b.bytes(&[0, 0xff])), "\"00ff\"");
    }

    #[test]
    fn lists_of_one_kind_are_compact_and_mixed_ones_keep_every_element() {
        let texts = built(|b| {
            b.begin_list()?;
            ["a", "", "c\""].iter().try_for_each(|text| b.text(text))?;
            b.end()
        });
        let texts = texts.unwrap();
        assert_eq!(texts.text(0).unwrap(), r#"["a","","c\""]"#);
        assert!(texts.pool.items.is_empty(), "an item for each text");
        let Some((_, Datum::List(list))) = texts.get(0) else { panic!("not a list") };
        assert_eq!((list.len(), list.get(1).and_then(Datum::as_text)), (3, Some("")));
        assert!(list.get(3).is_none());

        let mixed = form(|b| {
            b.begin_list()?;
            b.u64(1)?;
            b.u64(2)?;
            b.i64(-3)?;
            b.text("x")?;
            b.begin_list()?;
            b.text("y")?;
            b.null()?;
            b.end()?;
            b.bool(false)?;
            b.end()
        });
        assert_eq!(mixed, r#"[1,2,-3,"x",["y",null],false]"#);
    }

    #[test]
    fn maps_are_sorted_and_refuse_a_key_twice() {
        let fill = |keys: [&'static str; 2]| {
            built(move |b| {
                b.begin_map()?;
                for key in keys {
                    b.key(key)?;
                    b.begin_list()?;
                    b.end()?;
                }
                b.end()
            })
        };
        let map = fill(["b", "a"]).unwrap();
        assert_eq!(map.text(0).unwrap(), r#"{"a":[],"b":[]}"#);
        let Some((_, Datum::Map(map))) = map.get(0) else { panic!("not a map") };
        assert_eq!((map.find("b"), map.find("c")), (Some(1), None));
        let error = fill(["a", "a"]).unwrap_err();
        assert_eq!((error.kind(), error.site().subject.as_deref()), (Kind::Format, Some("a")));
    }

    #[test]
    fn of_equal_keys_the_first_counts_or_none() {
        let budget = budget();
        let twice = || {
            let mut builder = Builder::new(&budget);
            for value in [1, 2, 3] {
                builder.key("k").unwrap();
                builder.u64(value).unwrap();
            }
            builder
        };
        let mut told = Vec::new();
        let metadata = twice().finish_with_first(|key| told.push(key.to_owned())).unwrap();
        assert_eq!((metadata.len(), metadata.text(0).unwrap()), (1, "1"));
        assert_eq!(told, ["k", "k"]);
        assert_eq!(twice().finish().unwrap_err().kind(), Kind::Format);
    }

    #[test]
    fn values_out_of_order_are_refused() {
        assert!(built(|b| b.key("y")).is_err());
        assert!(built(|b| b.end()).is_err());
        assert!(built(|b| b.begin_list()).is_err());
        assert!(built(|_| Ok(())).is_err());
        assert!(built(|b| b.null().and_then(|()| b.null())).is_err());
    }

    /// Nothing recurses, so the depth is the same on every stack.
    #[test]
    fn the_deepest_value_fits_a_small_stack() {
        let nested = |depth: usize| {
            built(|b| {
                (0..depth).try_for_each(|_| b.begin_list())?;
                (0..depth).try_for_each(|_| b.end())
            })
        };
        let text = move || nested(MAX_DEPTH).unwrap().text(0).unwrap().to_owned();
        let thread = std::thread::Builder::new().stack_size(64 << 10).spawn(text).unwrap();
        assert_eq!(thread.join().unwrap(), "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH));
        assert_eq!(nested(MAX_DEPTH + 1).unwrap_err().kind(), Kind::Limit);
    }

    #[test]
    fn metadata_draws_on_the_budget() {
        let small = Budget::new(&Limits { heap_bytes: 1000, ..Limits::default() });
        let mut builder = Builder::new(&small);
        builder.key("x").unwrap();
        builder.begin_list().unwrap();
        let added = (0..1000).try_for_each(|_| builder.u64(0));
        assert_eq!(added.unwrap_err().kind(), Kind::Limit);
    }
}
