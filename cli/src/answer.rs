//! What a command answers to a program: one object, or the same in lines.

use std::io::Write;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use weighbridge::{Finding, memory};

use crate::failure::{Failure, FailureDescription};
use crate::json;
use crate::notes::NoteDescription;

/// The version of all objects, which would grow if a field were removed or given another meaning.
const SCHEMA_VERSION: u32 = 1;

/// What a command has found: few fields, and one list, which may be long.
pub struct Answer<'a, H, I> {
    pub head: &'a H,
    /// The name of the list, and its items, which are described while they are printed; `None` if nobody asked for it.
    pub list: Option<(&'static str, I)>,
    /// What was accepted with a remark; `None` where no model is opened.
    pub notes: Option<Vec<&'a Finding>>,
    /// Why the command will fail though it has an answer.
    pub failure: Option<&'a Failure>,
}

#[derive(Serialize)]
struct Object<'a, H, L> {
    schema_version: u32,
    #[serde(flatten)]
    head: &'a H,
    #[serde(flatten)]
    list: Option<L>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<Vec<NoteDescription<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureDescription<'a>>,
}

/// A list as a field with its name.
struct List<I>(&'static str, I);

impl<I: Iterator<Item: Serialize> + Clone> Serialize for List<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.0, &Items(self.1.clone()))?;
        map.end()
    }
}

/// What an iterator gives, described while it is printed.
pub struct Items<I>(pub I);

impl<I: Iterator<Item: Serialize> + Clone> Serialize for Items<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

#[derive(Serialize)]
struct Line<T> {
    schema_version: u32,
    #[serde(flatten)]
    item: T,
}

#[derive(Serialize)]
struct Failed<'a> {
    schema_version: u32,
    error: FailureDescription<'a>,
}

impl<'a, H: Serialize, I: Iterator<Item: Serialize> + Clone> Answer<'a, H, I> {
    /// Prints one object.
    pub fn print(self, out: &mut impl Write) -> Result<(), Failure> {
        let error = self.failure.map(FailureDescription::from);
        let notes = describe(self.notes)?;
        let list = self.list.map(|(name, items)| List(name, items));
        json::print(out, &Object { schema_version: SCHEMA_VERSION, head: self.head, list, notes, error })
    }

    /// Prints one line for all but the list, and one for each item. A failure has the last line, which is not printed here.
    pub fn print_lines(self, out: &mut impl Write) -> Result<(), Failure> {
        let notes = describe(self.notes)?;
        let head =
            Object::<_, List<I>> { schema_version: SCHEMA_VERSION, head: self.head, list: None, notes, error: None };
        json::print(out, &head)?;
        let mut items = self.list.into_iter().flat_map(|(_, items)| items);
        items.try_for_each(|item| json::print(out, &Line { schema_version: SCHEMA_VERSION, item }))
    }
}

fn describe(notes: Option<Vec<&Finding>>) -> Result<Option<Vec<NoteDescription<'_>>>, Failure> {
    let Some(notes) = notes else { return Ok(None) };
    Ok(Some(memory::collect(notes.into_iter().map(NoteDescription::from), "the notes")?))
}

/// Prints the object of a command that has no answer.
pub fn print_failure(out: &mut impl Write, failure: &Failure) -> Result<(), Failure> {
    json::print(out, &Failed { schema_version: SCHEMA_VERSION, error: failure.into() })
}
