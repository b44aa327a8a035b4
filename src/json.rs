//! JSON from a hostile file: errors with byte offsets, and no key twice.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use crate::error::{Error, Kind, Printable, Result};
use crate::memory;
use crate::steps;

/// Reads one JSON value that fills `bytes`. `start` is where they begin in their file, for the offset in errors.
pub(crate) fn read<'de, S: DeserializeSeed<'de>>(bytes: &'de [u8], start: u64, seed: S) -> Result<S::Value> {
    // serde_json looks only at the text that it keeps, and would let anything pass in the values that it skips.
    let text = steps::text(bytes)
        .map_err(|e| Error::format("the JSON text is not UTF-8 here").with_offset(start + e.valid_up_to() as u64))?;
    probe_copies(text)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|e| explain(&e, text, start))
}

/// What is said through serde when there is no memory, or when the caller wants no more. No text of a file can make the same messages.
const NO_MEMORY: &str = "no memory";
const CANCELLED: &str = "cancelled";

/// Says through serde what [`memory::check`] and the like have said.
pub(crate) fn stopped<E: serde::de::Error>(error: Error) -> E {
    E::custom(if error.kind() == Kind::Cancelled { CANCELLED } else { NO_MEMORY })
}

/// serde_json copies each text that has escapes, by calls that cannot fail. So it is asked first whether there is memory for
/// the longest.
fn probe_copies(text: &str) -> Result<()> {
    /// Copies of texts up to here are small.
    const SHORT: usize = 32 << 10;
    if text.len() <= SHORT || !steps::contains(text, b'\\') {
        return Ok(());
    }
    match longest_escaped(text) {
        ..=SHORT => Ok(()),
        // The list doubles, and is copied from one half as long.
        longest => memory::probe(longest.saturating_mul(5) / 2, "the JSON text"),
    }
}

/// Bytes of the longest text in a JSON text that has escapes.
fn longest_escaped(text: &str) -> usize {
    let (mut longest, mut start, mut has_escapes) = (0, None, false);
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (byte, start) {
            (b'"', None) => (start, has_escapes) = (Some(at), false),
            (b'"', Some(begin)) => {
                longest = longest.max(if has_escapes { at - begin } else { 0 });
                start = None;
            }
            (b'\\', Some(_)) => {
                has_escapes = true;
                bytes.next();
            }
            _ => {}
        }
    }
    longest.max(start.map_or(0, |begin| text.len() - begin))
}

/// serde_json counts lines and columns; a file is better searched by offset.
fn explain(error: &serde_json::Error, text: &str, start: u64) -> Error {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let line_start: usize = lines.map(str::len).sum();
    let at = line_start + error.column().saturating_sub(1);
    let full = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let message = full.strip_suffix(&position).unwrap_or(&full);
    match message {
        NO_MEMORY => return Error::out_of_memory("the JSON text", text.len() as u64),
        CANCELLED => return Error::cancelled(),
        _ => {}
    }
    let is_padded = || text.as_bytes().get(at..).is_some_and(|rest| rest.iter().all(|byte| *byte == 0));
    let at = match error.classify() {
        Category::Data if message.is_empty() => last_value_at(text.as_bytes(), at),
        Category::Data => value_at(text.as_bytes(), at),
        _ => at,
    };
    let message = match error.classify() {
        Category::Eof => "not valid JSON here: the JSON text ends in the middle of a value".to_owned(),
        // Valid JSON that says something else than it should.
        Category::Data => message.to_owned(),
        Category::Syntax if message == "trailing characters" && is_padded() => {
            "the JSON text is padded with NUL bytes; the specification asks for spaces".to_owned()
        }
        Category::Syntax | Category::Io => format!("not valid JSON here: {message}"),
    };
    Error::format(message).with_offset(start + at as u64)
}

/// Where the value begins that a message is about which serde_json gives this place: the token there, or after a separator; or the list
/// or object that ends there. The text is valid up to there, so no more lists and objects are open than serde_json allows.
fn value_at(text: &[u8], at: usize) -> usize {
    let (mut open, mut start) = (Vec::new(), 0);
    while let Some(byte) = text.get(start) {
        let end = start + token_len(&text[start..]);
        let begin = match byte {
            b':' | b',' => None,
            byte if byte.is_ascii_whitespace() => None,
            b']' | b'}' => open.pop(),
            _ => Some(start),
        };
        match begin {
            Some(begin) if end > at => return begin,
            _ if matches!(byte, b'[' | b'{') => open.push(start),
            _ => {}
        }
        start = end;
    }
    at
}

/// The same for a message that a reader keeps of the value that it has just read: the object around it may have been closed since.
fn last_value_at(text: &[u8], at: usize) -> usize {
    let begin = value_at(text, at);
    let is_root = text[..begin].trim_ascii_start().is_empty();
    let before = text.get(..at).unwrap_or(text).trim_ascii_end().len();
    if is_root && before > 0 { value_at(text, before - 1) } else { begin }
}

/// Bytes of the token with which a text begins, of which there is at least one.
fn token_len(text: &[u8]) -> usize {
    let is_end = |byte: u8| b"[]{}:,\"".contains(&byte) || byte.is_ascii_whitespace();
    if text.starts_with(b"\"") {
        let mut is_escaped = true;
        let is_closing = |byte: &u8| {
            let closes = *byte == b'"' && !is_escaped;
            is_escaped = *byte == b'\\' && !is_escaped;
            closes
        };
        return text.iter().position(is_closing).map_or(text.len(), |last| last + 1);
    }
    let rest = text.iter().skip(1).position(|byte| is_end(*byte)).map_or(text.len(), |end| end + 1);
    if text.first().is_some_and(|byte| is_end(*byte)) { 1 } else { rest }
}

/// Names the key whose value is of the wrong type, or out of its range. Other errors have words of their own, and their text keeps
/// its place.
pub(crate) fn of_key<E: serde::de::Error>(error: E, key: &str) -> E {
    let (text, key) = (error.to_string(), Printable(key));
    match () {
        () if text.starts_with("invalid type") => {
            E::custom(format_args!("the value of \"{key}\" is of the wrong type: {text}"))
        }
        () if text.starts_with("invalid value") || text.starts_with("invalid length") => {
            E::custom(format_args!("the value of \"{key}\" is wrong: {text}"))
        }
        () => error,
    }
}

/// Text that is borrowed from the file unless it holds escapes.
pub(crate) struct Text<'a>(pub Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                memory::text(text, "a text").map(|text| Text(Cow::Owned(text))).map_err(stopped)
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

/// Text that is kept.
pub(crate) struct OwnedText(pub String);

impl<'de> Deserialize<'de> for OwnedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        string(deserializer).map(Self)
    }
}

/// The same for fields that are strings.
pub(crate) fn string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let Text(text) = Text::deserialize(deserializer)?;
    memory::into_owned(text, "a text").map_err(stopped)
}

/// A value that is not looked at. Unlike serde's own, it is read by calls inside each other, of which serde_json allows 128: a
/// list of all brackets around a value could be as long as the file.
pub(crate) struct Skipped;

impl<'de> Deserialize<'de> for Skipped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Skipped {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

/// An object of at most `MOST` keys, which must differ: two readers that choose different ones of two equal keys
/// are an attack.
pub(crate) struct UniqueMap<V, const MOST: usize>(pub BTreeMap<String, V>);

impl<'de, V: Deserialize<'de>, const MOST: usize> Deserialize<'de> for UniqueMap<V, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MapVisitor<V, const MOST: usize>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>, const MOST: usize> Visitor<'de> for MapVisitor<V, MOST> {
            type Value = UniqueMap<V, MOST>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some(OwnedText(key)) = map.next_key()? {
                    memory::check().map_err(stopped)?;
                    if entries.contains_key(&key) {
                        let key = Printable(&key);
                        return Err(A::Error::custom(format_args!("the key \"{key}\" occurs twice")));
                    }
                    if entries.len() == MOST {
                        return Err(A::Error::custom(format_args!("the object has more than {MOST} keys")));
                    }
                    let value = map.next_value().map_err(|e| of_key(e, &key))?;
                    entries.insert(key, value);
                }
                Ok(UniqueMap(entries))
            }
        }

        deserializer.deserialize_map(MapVisitor::<V, MOST>(PhantomData))
    }
}

/// Reads a list of at most `MOST` values.
pub(crate) fn list<'de, D, V, const MOST: usize>(deserializer: D) -> Result<Vec<V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    struct ListVisitor<V, const MOST: usize>(PhantomData<V>);

    impl<'de, V: Deserialize<'de>, const MOST: usize> Visitor<'de> for ListVisitor<V, MOST> {
        type Value = Vec<V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut values = Vec::new();
            while let Some(value) = seq.next_element()? {
                if values.len() == MOST {
                    return Err(A::Error::custom(format_args!("the list has more than {MOST} values")));
                }
                memory::push(&mut values, value, "a list").map_err(stopped)?;
            }
            Ok(values)
        }
    }

    deserializer.deserialize_seq(ListVisitor::<V, MOST>(PhantomData))
}

/// A structure that is written as an object. serde alone would also take a list of its values for one, which
/// no other reader does.
pub(crate) struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        let read = read(text.as_bytes(), 100, PhantomData::<UniqueMap<String, 10>>);
        read.err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_message_is_about_the_value_that_it_is_given_at() {
        let text = br#"{"a\"]" : [1, "x", {}], "b": 12.5 }"#;
        let begin = |at| value_at(text, at);
        let quote = 1;
        let list = text.iter().position(|byte| *byte == b'[').unwrap();
        assert_eq!((begin(0), begin(quote), begin(5)), (0, quote, quote));
        assert_eq!((begin(7), begin(8), begin(list)), (list, list, list));
        assert_eq!((begin(list + 1), begin(list + 2), begin(list + 5)), (list + 1, list + 4, list + 4));
        let object = list + 9;
        assert_eq!((&text[object..object + 3], begin(object + 1), begin(object + 2)), (&b"{}]"[..], object, list));
        let number = text.iter().position(|byte| *byte == b'.').unwrap();
        assert_eq!((begin(number), begin(text.len() - 1), begin(text.len())), (number - 2, 0, text.len()));
    }

    #[test]
    fn json_of_the_wrong_type_is_valid_and_its_key_is_named() {
        let wrong = message(r#"{"a":"b","steps":1000}"#);
        assert_eq!(
            wrong,
            "the value of \"steps\" is of the wrong type: invalid type: integer `1000`, expected a string (at byte 117)"
        );
        let negative = read(b"{\"a\":-1}", 0, PhantomData::<UniqueMap<u32, 10>>).err().unwrap();
        assert!(negative.message().starts_with("the value of \"a\" is wrong: invalid value"), "{negative}");
        assert!(message(r#"{"a":"\x"}"#).starts_with("not valid JSON here: invalid escape"));
        assert!(message(r#"{"a":null}"#).contains("the value of \"a\" is of the wrong type"));
        assert!(message(r#"{"a":tru}"#).starts_with("not valid JSON here: "));
        assert!(message(r#"{"a":"b"#).starts_with("not valid JSON here: the JSON text ends"));
    }
}
