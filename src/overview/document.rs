//! A JSON file as a tree of values.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::error::{Error, Kind, Printable, Result};
use crate::json::{self, Text};
use crate::limits::{Budget, Limits};
use crate::memory;
use crate::metadata::{Builder, Datum, Metadata};

/// What memory is asked for.
const DOCUMENT: &str = "a configuration";

/// Memory that the values of one file may take.
const HEAP_BYTES: u64 = 16 << 20;

/// Lists and maps inside each other. They are read by calls inside each other, which have to fit a small stack.
const MAX_DEPTH: usize = 32;

/// A JSON text, in which no key occurs twice.
pub(super) struct Document(Metadata);

impl Document {
    pub(super) fn read(text: &[u8]) -> Result<Self> {
        let text = without_nonfinite(text)?;
        let budget = Budget::new(&Limits { heap_bytes: HEAP_BYTES, ..Limits::default() });
        let mut builder = Builder::new(&budget);
        builder.key("")?;
        json::read(&text, 0, Value { builder: &mut builder, depth: 0 })?;
        builder.finish().map(Self)
    }

    pub(super) fn root(&self) -> Datum<'_> {
        self.0.get(0).map_or(Datum::Null, |(_, value)| value)
    }
}

/// The value that these keys lead to, each in the map that the one before it leads to.
pub(super) fn at<'a>(from: Datum<'a>, keys: &[&str]) -> Option<Datum<'a>> {
    keys.iter().try_fold(from, |value, key| match value {
        Datum::Map(map) => map.get(map.find(key)?).map(|(_, value)| value),
        _ => None,
    })
}

/// A text, or the first one of a list.
pub(super) fn first_text(value: Datum<'_>) -> Option<&str> {
    match value {
        Datum::List(list) => list.get(0)?.as_text(),
        value => value.as_text(),
    }
}

/// A number above zero, whole also if it is written as `4096.0`.
pub(super) fn whole(value: Datum<'_>) -> Option<u64> {
    /// All whole numbers up to here are numbers of F64.
    const EXACT: f64 = (1_u64 << 53) as f64;
    let number = match value {
        Datum::U64(number) => number,
        Datum::I64(number) => u64::try_from(number).ok()?,
        Datum::F64(number) if number.fract() == 0.0 && (0.0..EXACT).contains(&number) => number as u64,
        _ => return None,
    };
    (number > 0).then_some(number)
}

/// A text without the numbers that Python writes although JSON has none of them: `Infinity`, `-Infinity` and `NaN`. Each becomes
/// an empty text, so that everything else stays where it is.
fn without_nonfinite(text: &[u8]) -> Result<Cow<'_, [u8]>> {
    const NAMES: [&[u8]; 3] = [b"-Infinity", b"Infinity", b"NaN"];
    let mut replaced = Cow::Borrowed(text);
    let (mut at, mut is_text) = (0, false);
    while let Some(byte) = text.get(at) {
        let name = NAMES.iter().find(|name| !is_text && text[at..].starts_with(name));
        if let Some(name) = name {
            if let Cow::Borrowed(_) = replaced {
                replaced = Cow::Owned(memory::collect(text.iter().copied(), DOCUMENT)?);
            }
            let place = &mut replaced.to_mut()[at..][..name.len()];
            place.fill(b' ');
            place[..2].fill(b'"');
        }
        is_text ^= *byte == b'"';
        at += match name {
            Some(name) => name.len(),
            None if is_text && *byte == b'\\' => 2,
            None => 1,
        };
    }
    Ok(replaced)
}

/// Adds the value that comes next to what is being built.
struct Value<'a, 'b> {
    builder: &'a mut Builder<'b>,
    /// Lists and maps around it.
    depth: usize,
}

impl<'b> Value<'_, 'b> {
    /// A value in this one.
    fn inner<E: serde::de::Error>(&mut self) -> Result<Value<'_, 'b>, E> {
        match self.depth {
            MAX_DEPTH => Err(E::custom(format_args!("values are nested more than {MAX_DEPTH} deep"))),
            depth => Ok(Value { builder: self.builder, depth: depth + 1 }),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.builder.null().map_err(explain)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.builder.bool(value).map_err(explain)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.builder.i64(value).map_err(explain)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.builder.u64(value).map_err(explain)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.builder.f64(value).map_err(explain)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.builder.text(value).map_err(explain)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        self.builder.begin_list().map_err(explain)?;
        while list.next_element_seed(self.inner()?)?.is_some() {}
        self.builder.end().map_err(explain)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.builder.begin_map().map_err(explain)?;
        while let Some(Text(key)) = map.next_key()? {
            self.builder.key(&key).map_err(explain)?;
            map.next_value_seed(self.inner()?)?;
        }
        self.builder.end().map_err(explain)
    }
}

/// Says through serde what the builder refuses.
fn explain<E: serde::de::Error>(error: Error) -> E {
    match (error.kind(), &error.site().subject) {
        (Kind::OutOfMemory | Kind::Cancelled, _) => json::stopped(error),
        (Kind::Format, Some(key)) => E::custom(format_args!("the key \"{}\" occurs twice", Printable(key))),
        _ => E::custom("it has too many values"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root_of(text: &str, check: impl FnOnce(Datum<'_>)) {
        check(Document::read(text.as_bytes()).unwrap().root());
    }

    fn message(text: &str) -> String {
        Document::read(text.as_bytes()).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn values_are_found_by_their_keys() {
        root_of(r#"{"a":{"b":[{"c":1},"x"],"n":4096.0},"t":"y"}"#, |root| {
            assert_eq!(at(root, &["a", "n"]).and_then(whole), Some(4096));
            assert_eq!(at(root, &["t"]).and_then(first_text), Some("y"));
            assert!(at(root, &["a", "b", "c"]).is_none());
            assert!(at(root, &["t", "y"]).is_none());
        });
        root_of(r#"["x", 1]"#, |root| assert_eq!(first_text(root), Some("x")));
    }

    #[test]
    fn numbers_count_only_if_they_are_whole_and_above_zero() {
        for no_number in ["0", "-1", "1.5", "1e30", "1000000000000000019884624838656", "true", "\"7\"", "null"] {
            root_of(no_number, |root| assert_eq!(whole(root), None, "{no_number}"));
        }
    }

    #[test]
    fn a_key_that_occurs_twice_is_refused_at_any_depth() {
        assert!(message(r#"{"a":1,"a":1}"#).contains("the key \"a\" occurs twice"), "{}", message(r#"{"a":1,"a":1}"#));
        assert!(message(r#"{"x":[{"a":1,"b":2,"a":3}]}"#).contains("the key \"a\" occurs twice"));
        let deep = [&"[".repeat(70), &*"]".repeat(70)].concat();
        assert!(message(&deep).contains("nested more than 32 deep"), "{}", message(&deep));
    }

    #[test]
    fn infinities_of_python_are_no_errors_and_texts_keep_theirs() {
        let text = r#"{"limits":[0.0, Infinity, -Infinity,NaN],"say":"NaN \" Infinity","n":8}"#;
        root_of(text, |root| {
            assert_eq!(at(root, &["n"]).and_then(whole), Some(8));
            assert_eq!(at(root, &["say"]).and_then(first_text), Some("NaN \" Infinity"));
        });
        assert!(message(r#"{"n":Infinite}"#).starts_with("not valid JSON here"));
    }
}
