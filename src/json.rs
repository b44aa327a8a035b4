//! JSON from a hostile file: errors with byte offsets, and no key twice.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use crate::error::{Error, Printable, Result};

/// Reads one JSON value that fills `bytes`. `start` is where they begin in their file, for the offset in errors.
pub(crate) fn read<'de, S: DeserializeSeed<'de>>(bytes: &'de [u8], start: u64, seed: S) -> Result<S::Value> {
    // serde_json looks only at the text that it keeps, and would let anything pass in the values that it skips.
    let text = std::str::from_utf8(bytes)
        .map_err(|e| Error::format("the JSON text is not UTF-8 here").with_offset(start + e.valid_up_to() as u64))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|e| explain(&e, text, start))
}

/// serde_json counts lines and columns; a file is better searched by offset.
fn explain(error: &serde_json::Error, text: &str, start: u64) -> Error {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let line_start: usize = lines.map(str::len).sum();
    let at = line_start + error.column().saturating_sub(1);
    let full = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let message = full.strip_suffix(&position).unwrap_or(&full);
    let message = match error.classify() {
        Category::Eof => "not valid JSON here: the JSON text ends in the middle of a value".to_owned(),
        // Valid JSON that says something else than it should.
        Category::Data => message.to_owned(),
        Category::Syntax | Category::Io => format!("not valid JSON here: {message}"),
    };
    Error::format(message).with_offset(start + at as u64)
}

/// Names the key whose value is of the wrong type. Other errors have words of their own, and their text keeps its place.
pub(crate) fn of_key<E: serde::de::Error>(error: E, key: &str) -> E {
    let text = error.to_string();
    if !text.starts_with("invalid type") {
        return error;
    }
    E::custom(format_args!("the value of \"{}\" is of the wrong type: {text}", Printable(key)))
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

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
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
                while let Some(key) = map.next_key::<String>()? {
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
                values.push(value);
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
    fn json_of_the_wrong_type_is_valid_and_its_key_is_named() {
        let wrong = message(r#"{"a":"b","steps":1000}"#);
        assert_eq!(
            wrong,
            "the value of \"steps\" is of the wrong type: invalid type: integer `1000`, expected a string (at byte 120)"
        );
        assert!(message(r#"{"a":null}"#).contains("the value of \"a\" is of the wrong type"));
        assert!(message(r#"{"a":tru}"#).starts_with("not valid JSON here: "));
        assert!(message(r#"{"a":"b"#).starts_with("not valid JSON here: the JSON text ends"));
    }
}
