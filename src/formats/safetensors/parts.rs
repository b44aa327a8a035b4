//! The files that an index names, and nothing else of it: a list of models reads many indices, and needs to know no tensor.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::directory::FILE;
use super::index::{check_count, plain, read_text};
use crate::error::Result;
use crate::json::{self, Object, Skipped, Text};
use crate::limits::Limits;
use crate::memory;
use crate::storage::Source;

/// What memory is asked for.
const NAMES: &str = "the files that an index names";

#[derive(Deserialize)]
struct Index<'a> {
    #[serde(borrow)]
    weight_map: Names<'a>,
}

/// The files of a weight map.
struct Names<'a>(BTreeSet<Cow<'a, str>>);

/// The files of this format that an index names.
pub(super) fn parts(source: &Source, limits: &Limits) -> Result<Vec<String>> {
    let text = read_text(source, limits)?;
    let Object::<Index<'_>>(Index { weight_map: Names(names) }) = json::read(&text, 0, PhantomData)?;
    let names = names.into_iter().filter(|name| name.ends_with(FILE));
    memory::try_collect(names.map(|name| memory::into_owned(plain(name), NAMES)), NAMES)
}

impl<'de: 'a, 'a> Deserialize<'de> for Names<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamesVisitor(PhantomData))
    }
}

struct NamesVisitor<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for NamesVisitor<'a> {
    type Value = Names<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensor names and file names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names<'a>, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((Skipped, Text(name))) = map.next_entry()? {
            if !names.contains(&name) {
                check_count(names.len())?;
                names.insert(name);
                memory::check().map_err(json::stopped)?;
            }
        }
        Ok(Names(names))
    }
}
