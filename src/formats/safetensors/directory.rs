//! Which file of a directory is the model.

use std::collections::BTreeMap;

use super::{Clues, Entrance, Reading};
use crate::error::{Error, Kind, Result};
use crate::formats::{holds_none, joined, several_models, visible};
use crate::storage::{Listed, OddName, Source};

const INDEX: &str = ".safetensors.index.json";
const FILE: &str = ".safetensors";

/// The names by which programs write the one model of a directory; an earlier one is preferred. Others are variants
/// (`model.fp16`), parts of training, or strangers.
const PLAIN: [&str; 3] = ["model", "diffusion_pytorch_model", "adapter_model"];

/// What a model is entered by.
pub(super) enum Entry {
    File(Source),
    Index(Source),
    /// Names of shards that no index describes.
    Shards(Vec<String>),
}

/// The index, or else the file, by which the model of a directory is entered.
pub(super) fn enter(listing: &[Listed]) -> Option<Entrance> {
    let (indices, models) = (ending_in(listing, INDEX), models(listing));
    let plain = plain_index(&indices).or_else(|| Some(plain_model(&models)?.files[0].1));
    let first = indices.first().copied().or_else(|| Some(models.first()?.files[0].1));
    Some(Entrance { file: plain.or(first)?.to_owned(), is_plain: plain.is_some() })
}

/// The file that was asked for; or of a directory: its index, or else its one file or numbered set of files.
pub(super) fn entry(reading: &mut Reading<'_>) -> Result<Entry> {
    let location = reading.location;
    if let Some(source) = location.entry() {
        let is_index = source.name().ends_with(".json") || super::index::looks_like(&Clues::of(source)?.head);
        return Ok(if is_index { Entry::Index(source.clone()) } else { Entry::File(source.clone()) });
    }
    let listing = location.listing()?;
    if let Some(index) = choose_index(&ending_in(listing, INDEX)).map_err(|e| e.with_path(location.path()))? {
        return Ok(Entry::Index(location.open_entry(index)?));
    }
    check_names(&location.tree()?.odd_names).map_err(|e| e.with_path(location.path()))?;
    let models = models(listing);
    let chosen = choose_model(&models).map_err(|e| e.with_path(location.path()))?;
    let left_out: Vec<_> = models.iter().filter(|model| !std::ptr::eq(*model, chosen)).flat_map(Model::names).collect();
    reading.note_left_out(chosen.files[0].1, &left_out);
    Ok(Entry::Shards(chosen.names().map(str::to_owned).collect()))
}

/// The indices and weights of a directory that an index does not name.
pub(super) fn beside_index(listing: &[Listed], is_part: impl Fn(&str) -> bool) -> Vec<&str> {
    let is_model = |name: &&str| name.ends_with(INDEX) || name.ends_with(FILE);
    visible(listing).filter(|name| is_model(name) && !is_part(name)).collect()
}

fn ending_in<'a>(listing: &'a [Listed], ending: &str) -> Vec<&'a str> {
    visible(listing).filter(|name| name.ends_with(ending)).collect()
}

fn plain_index<'a>(indices: &[&'a str]) -> Option<&'a str> {
    PLAIN.iter().find_map(|stem| indices.iter().copied().find(|name| name.strip_suffix(INDEX) == Some(stem)))
}

/// A directory may hold variants of a model (`model.fp16.…`); the plain name is the model.
fn choose_index<'a>(indices: &[&'a str]) -> Result<Option<&'a str>> {
    match (plain_index(indices), indices) {
        (Some(index), _) | (None, &[index]) => Ok(Some(index)),
        (None, []) => Ok(None),
        (None, several) => {
            let message = format!("the directory has several indices ({}): name one of them", joined(several));
            Err(Error::invalid(message))
        }
    }
}

/// Without an index none of the files may be left out because nothing can name it: it may be a shard.
fn check_names(odd_names: &[OddName]) -> Result<()> {
    match odd_names.iter().find(|odd| odd.shown.ends_with(FILE) && !odd.shown.starts_with('.')) {
        None => Ok(()),
        Some(OddName { shown, why }) => {
            Err(Error::format(format!("the name of the shard {why}: rename it")).with_subject(shown))
        }
    }
}

/// One file, or the files that their numbers join: `NAME-00001-of-00004.safetensors`, and so on.
struct Model<'a> {
    stem: &'a str,
    set: Option<Set<'a>>,
    /// The files with their numbers in the set, of which there is at least one.
    files: Vec<(u64, &'a str)>,
}

/// What the files of a numbered set have in common beside their stem.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Set<'a> {
    /// How many there are, as it is written.
    count: &'a str,
    /// What comes after the numbers: nothing, or `.fp16`.
    variant: &'a str,
}

impl<'a> Model<'a> {
    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.files.iter().map(|(_, name)| *name)
    }

    /// A number that is missing is an incomplete download.
    fn check_complete(&self) -> Result<()> {
        let Some(Set { count, variant }) = self.set else { return Ok(()) };
        let numbers = self.numbers(saturating(count))?;
        match (1..=saturating(count)).find(|number| !numbers.contains_key(number)) {
            None => Ok(()),
            Some(missing) => {
                let shard = format!("{}-{missing:0width$}-of-{count}{variant}{FILE}", self.stem, width = count.len());
                let message = "the shard is missing beside the others of its set: an incomplete download";
                Err(Error::new(Kind::NotFound, message).with_subject(shard))
            }
        }
    }

    /// The files by their numbers, of which each must be one of the set, and of one file only.
    fn numbers(&self, count: u64) -> Result<BTreeMap<u64, &'a str>> {
        let mut numbers = BTreeMap::new();
        for (number, name) in &self.files {
            let problem = match numbers.insert(*number, *name) {
                Some(other) => format!("it has the same number as the shard \"{other}\""),
                None if count == 0 => "by its name it belongs to a set of 0 shards: expected 1 or more".to_owned(),
                None if (1..=count).contains(number) => continue,
                None => format!("by its name it is shard {number} of {count}: expected a number from 1 to {count}"),
            };
            return Err(Error::format(problem).with_subject(*name));
        }
        Ok(numbers)
    }
}

/// What tells models apart: the stem, and what the files of a set have in common.
type Key<'a> = (&'a str, Option<Set<'a>>);

/// The models of a directory that no index describes.
fn models(listing: &[Listed]) -> Vec<Model<'_>> {
    let mut models: BTreeMap<Key<'_>, Vec<(u64, &str)>> = BTreeMap::new();
    for name in ending_in(listing, FILE) {
        let stem = name.strip_suffix(FILE).unwrap_or(name);
        let (stem, set, number) =
            numbered(stem).map_or((stem, None, 0), |(stem, set, number)| (stem, Some(set), number));
        models.entry((stem, set)).or_default().push((number, name));
    }
    models.into_iter().map(|((stem, set), files)| Model { stem, set, files }).collect()
}

fn plain_model<'m, 'a>(models: &'m [Model<'a>]) -> Option<&'m Model<'a>> {
    let is_plain =
        |model: &&Model<'_>, stem: &str| model.stem == stem && model.set.is_none_or(|set| set.variant.is_empty());
    PLAIN.iter().find_map(|stem| models.iter().find(|model| is_plain(model, stem)))
}

/// The only model, or the one with a plain name.
fn choose_model<'m, 'a>(models: &'m [Model<'a>]) -> Result<&'m Model<'a>> {
    let chosen = match models {
        [] => return Err(holds_none("safetensors")),
        [only] => Some(only),
        several => plain_model(several),
    };
    if let Some(model) = chosen {
        return model.check_complete().map(|()| model);
    }
    models.iter().try_for_each(Model::check_complete)?;
    Err(several_models(&models.iter().map(|model| model.files[0].1).collect::<Vec<_>>()))
}

/// The parts of a numbered name without its ending: stem, set, number.
fn numbered(name: &str) -> Option<(&str, Set<'_>, u64)> {
    let (rest, after) = name.rsplit_once("-of-")?;
    let (stem, number) = rest.rsplit_once('-')?;
    let (count, variant) = after.split_at(after.find('.').unwrap_or(after.len()));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let is_numbered = is_number(count) && is_number(number);
    is_numbered.then(|| (stem, Set { count, variant }, saturating(number)))
}

/// The value of digits. No directory has as many files as do not fit.
fn saturating(digits: &str) -> u64 {
    digits.parse().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(names: &[&str]) -> Vec<Listed> {
        names.iter().map(|name| Listed { name: (*name).to_owned(), bytes: Some(1) }).collect()
    }

    fn chosen(names: &[&str]) -> Result<Vec<String>> {
        let listing = listing(names);
        choose_model(&models(&listing)).map(|model| model.names().map(str::to_owned).collect())
    }

    #[test]
    fn numbers_join_files_whatever_their_width_and_variant() {
        let sets = [
            ["m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors"],
            ["m-1-of-2.safetensors", "m-2-of-2.safetensors"],
            ["m-00001-of-000002.safetensors", "m-00002-of-000002.safetensors"],
            ["m-00001-of-00002.fp16.safetensors", "m-00002-of-00002.fp16.safetensors"],
        ];
        for set in sets {
            assert_eq!(chosen(&set).unwrap(), set);
            assert_eq!(chosen(&set[..1]).unwrap_err().kind(), Kind::NotFound, "{}", set[0]);
        }
        let error = chosen(&["m-00001-of-00002.fp16.safetensors"]).unwrap_err();
        assert_eq!(error.site().subject.as_deref(), Some("m-00002-of-00002.fp16.safetensors"));
    }

    #[test]
    fn numbers_that_cannot_be_right_are_refused() {
        let refused = |names: &[&str]| chosen(names).unwrap_err();
        for count in ["4294967296", "18446744073709551616", "99999999999999999999999999"] {
            let error = refused(&[&format!("model-00001-of-{count}.safetensors")]);
            assert_eq!(error.kind(), Kind::NotFound, "{error}");
            let missing = error.site().subject.clone().unwrap_or_default();
            assert!(missing.ends_with(&format!("2-of-{count}.safetensors")), "{missing}");
        }
        let rows = [
            (&["m-00001-of-00000.safetensors"][..], "a set of 0 shards"),
            (&["m-00000-of-00000.safetensors"], "a set of 0 shards"),
            (&["m-00000-of-00001.safetensors", "m-00001-of-00001.safetensors"], "shard 0 of 1"),
            (&["m-1-of-2.safetensors", "m-2-of-2.safetensors", "m-3-of-2.safetensors"], "shard 3 of 2"),
            (&["m-99999999999999999999-of-2.safetensors"], "of 2"),
            (
                &["m-01-of-2.safetensors", "m-1-of-2.safetensors", "m-2-of-2.safetensors"],
                "same number as the shard \"m-01-of-2",
            ),
        ];
        for (names, words) in rows {
            let error = refused(names);
            assert_eq!(error.kind(), Kind::Format, "{error}");
            assert!(error.to_string().contains(words), "{error}");
        }
        for name in ["m--of-2.safetensors", "m-1-of-.safetensors", "m-x-of-2.safetensors"] {
            assert_eq!(chosen(&[name]).unwrap(), [name]);
        }
    }

    #[test]
    fn a_plain_name_is_the_model() {
        assert_eq!(chosen(&["model.fp16.safetensors", "model.safetensors"]).unwrap(), ["model.safetensors"]);
        assert_eq!(chosen(&["adapter_model.safetensors", "model.safetensors"]).unwrap(), ["model.safetensors"]);
        let set = ["model-00001-of-00001.safetensors"];
        assert_eq!(chosen(&[set[0], "consolidated.safetensors"]).unwrap(), set);
        assert_eq!(chosen(&["only.safetensors", "._only.safetensors"]).unwrap(), ["only.safetensors"]);
    }

    #[test]
    fn strangers_are_not_joined() {
        let error = chosen(&["a.safetensors", "b.safetensors"]).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument);
        assert!(error.message().contains("(a.safetensors, b.safetensors)"), "{error}");
        assert_eq!(chosen(&[]).unwrap_err().kind(), Kind::NotFound);
    }

    #[test]
    fn an_index_comes_before_files() {
        let of = |names: &[&str]| enter(&listing(names)).map(|entrance| (entrance.file, entrance.is_plain));
        assert_eq!(of(&["config.json"]), None);
        assert_eq!(of(&["a.safetensors"]), Some(("a.safetensors".to_owned(), false)));
        let index = "x.safetensors.index.json";
        assert_eq!(of(&["a.safetensors", index]), Some((index.to_owned(), false)));
        assert_eq!(of(&["a.safetensors", "model.safetensors"]), Some(("model.safetensors".to_owned(), true)));
    }
}
