//! Which of the models in a directory is the one that is meant.
//!
//! A model with a plain name comes first, then one whose files say that they are a set, then any other; a variant of another
//! model is the last choice. Where two are equal, nothing is chosen: the caller has to name one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::candidates::{Candidate, Names, Set, candidates, index_key};
use super::{Clues, Entrance, Folder, Reading};
use crate::error::{Error, Kind, Result};
use crate::formats::detect::in_place_of;
use crate::formats::{holds_none, no_set, several_models, visible};
use crate::limits::Limits;
use crate::memory;
use crate::storage::{Listed, Location, OddName, Source};

use crate::sort;

/// What the name of an index has before its variant and `.json`.
pub(super) const INDEX: &str = ".safetensors.index";
pub(super) const FILE: &str = ".safetensors";

/// The names by which programs write the one model of a directory; an earlier one is preferred. Others are variants
/// (`model.fp16`), adapters, other forms of the same weights (`consolidated`), parts of training, or strangers.
const PLAIN: [&str; 2] = ["model", "diffusion_pytorch_model"];

/// What a model is entered by.
pub(super) enum Entry {
    File(Source),
    Index(Source),
    /// Names of shards that no index describes.
    Shards(Vec<String>),
}

/// The models of a directory, each by the name by which it would be entered: the one that comes before the others, which are its
/// assets; or all of them, the preferred one first.
pub(super) fn entrances(listing: &[Listed]) -> Vec<Entrance> {
    let candidates = candidates(listing);
    let mut models: Vec<_> = match choose(&candidates) {
        Ok(only) => vec![only],
        Err(_) => candidates.iter().collect(),
    };
    let rank = |candidate: &Candidate<'_>| rank_by_name(candidate).unwrap_or(PLAIN.len());
    sort::sort_by(&mut models, |a, b| rank(a).cmp(&rank(b)).then_with(|| a.key.cmp(&b.key)));
    let entrances = |candidate: &Candidate<'_>| {
        let is_plain = rank_by_name(candidate).is_some();
        candidate.entries().into_iter().map(move |file| Entrance { file, is_plain })
    };
    models.into_iter().flat_map(entrances).collect()
}

/// The models of a folder that lack shards, which their numbers or an index tell.
pub(super) fn lacking(folder: &Folder<'_>, limits: &mut Limits) -> Result<BTreeMap<String, Error>> {
    let mut lacking = BTreeMap::new();
    for Candidate { index, sets, .. } in candidates(&folder.listing) {
        memory::check()?;
        if let Some(index) = index {
            let missing = super::index::check_complete(folder, index, limits)?;
            lacking.extend(missing.map(|error| (index.to_owned(), error)));
            continue;
        }
        lacking.extend(sets.values().filter_map(|set| Some((set.name(), set.check_complete().err()?))));
    }
    Ok(lacking)
}

/// The file or numbered set that was asked for; or of a directory: its index, or else its one file or numbered set of files.
pub(super) fn entry(reading: &mut Reading<'_>) -> Result<Entry> {
    let location = reading.location;
    if let Some(source) = location.entry() {
        let is_index = source.name().ends_with(".json") || super::index::looks_like(&Clues::of(source)?.head);
        return Ok(if is_index { Entry::Index(source.clone()) } else { Entry::File(source.clone()) });
    }
    if let Some(name) = location.set() {
        let set = named_set(&candidates(location.listing()?), name);
        return set.map_err(|e| explain_missing(e, location).with_path(location.path()));
    }
    let listing = models(reading)?;
    let candidates = candidates(&listing);
    let chosen = choose(&candidates);
    // Without an index none of the files may be left out because nothing can name it: it may be a shard.
    if !matches!(chosen, Ok(Candidate { index: Some(_), .. })) {
        check_names(&location.tree()?.odd_names).map_err(|e| e.with_path(location.path()))?;
    }
    let chosen = chosen.map_err(|e| e.with_path(location.path()))?;
    if let Some(index) = chosen.index {
        return Ok(Entry::Index(location.open_entry(index)?));
    }
    let (name, shards) = shards(chosen).map_err(|e| explain_missing(e, location).with_path(location.path()))?;
    let left_out: Vec<_> = candidates.iter().flat_map(Candidate::parts).filter(|part| *part != name).collect();
    reading.note_left_out(&name, &left_out);
    Ok(Entry::Shards(shards))
}

/// The files of the directory that tell which models it has. Where there may be only one, its index need not be read for that.
fn models<'l>(reading: &Reading<'l>) -> Result<Cow<'l, [Listed]>> {
    let listing = reading.location.listing()?;
    if candidates(listing).len() < 2 { Ok(Cow::Borrowed(listing)) } else { reading.whole_files(None).map(Cow::Owned) }
}

/// Says what lies in the place of a shard that is missing.
fn explain_missing(error: Error, location: &Location) -> Error {
    let shard = error.site().subject.clone().filter(|_| error.kind() == Kind::NotFound);
    let instead = shard.and_then(|shard| Some((in_place_of(location, &shard)?, shard)));
    instead.map_or(error, |(instead, shard)| {
        Error::new(Kind::NotFound, format!("the shard is missing: {instead}")).with_subject(shard)
    })
}

/// The set that is called by its name with `*` in the place of the numbers.
fn named_set(candidates: &[Candidate<'_>], name: &str) -> Result<Entry> {
    let set = candidates.iter().flat_map(|candidate| candidate.sets.values()).find(|set| set.pattern() == name);
    let set = set.ok_or_else(no_set)?;
    set.check_complete()?;
    Ok(Entry::Shards(set.names().map(str::to_owned).collect()))
}

/// The name and the files of a model that no index describes.
fn shards(chosen: &Candidate<'_>) -> Result<(String, Vec<String>)> {
    if let Some(file) = chosen.file {
        return Ok((file.to_owned(), vec![file.to_owned()]));
    }
    let mut sets = chosen.sets.values();
    match (sets.next(), sets.next()) {
        (Some(only), None) => {
            only.check_complete()?;
            Ok((only.name(), only.names().map(str::to_owned).collect()))
        }
        _ => Err(several_models(&chosen.entries())),
    }
}

/// The models of a directory that an index does not name, by the names of their parts; of a set that it names in part, the other files.
pub(super) fn beside_index(listing: &[Listed], is_part: impl Fn(&str) -> bool) -> Vec<String> {
    let others = |names: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        names.filter(|name| !is_part(name)).map(str::to_owned).collect()
    };
    let of_set = |set: &Set<'_>| match set.names().any(&is_part) {
        true => others(&mut set.names()),
        false => vec![set.name()],
    };
    let left = |candidate: &Candidate<'_>| {
        let single = others(&mut candidate.index.into_iter().chain(candidate.file));
        single.into_iter().chain(candidate.sets.values().flat_map(of_set)).collect::<Vec<_>>()
    };
    candidates(listing).iter().flat_map(left).collect()
}

/// What an index is stale beside: whole models of its name that it does not describe; or where nothing is there that it names, a whole
/// set of another name.
pub(super) fn newer_than_index(listing: &[Listed], index: &str, is_part: impl Fn(&str) -> bool) -> Option<String> {
    let key = index_key(index)?;
    let candidates = candidates(listing);
    let is_other = |set: &&Set<'_>| set.check_complete().is_ok() && !set.names().any(&is_part);
    let of_index = candidates.iter().find(|candidate| candidate.key == key)?;
    let file = || of_index.file.filter(|file| !is_part(file)).map(str::to_owned);
    let has_parts = visible(listing).any(&is_part);
    let sets = candidates.iter().filter(|_| !has_parts).flat_map(|candidate| candidate.sets.values());
    let whole = |set: Option<&Set<'_>>| set.map(Set::name);
    whole(of_index.sets.values().find(is_other)).or_else(file).or_else(|| whole({ sets }.find(is_other)))
}

fn check_names(odd_names: &[OddName]) -> Result<()> {
    match odd_names.iter().find(|odd| odd.shown.ends_with(FILE) && !odd.shown.starts_with('.')) {
        None => Ok(()),
        Some(OddName { shown, why }) => {
            Err(Error::format(format!("the name of the file {why}, so nothing can tell what it belongs to: rename it, or open a model by its own path")).with_subject(shown))
        }
    }
}

/// The position of a plain name in the order of preference; `None` for any other.
fn rank_by_name(candidate: &Candidate<'_>) -> Option<usize> {
    let position = PLAIN.iter().position(|plain| *plain == candidate.key.stem);
    position.filter(|_| candidate.key.variant.is_empty())
}

/// The one model that comes before all others.
fn choose<'c, 'a>(candidates: &'c [Candidate<'a>]) -> Result<&'c Candidate<'a>> {
    let names = Names::of(candidates);
    let rank = |candidate: &Candidate<'_>| match rank_by_name(candidate) {
        Some(position) => position,
        None if names.have_original_of(candidate) => PLAIN.len() + 2,
        None if candidate.is_joined() => PLAIN.len(),
        None => PLAIN.len() + 1,
    };
    let best = candidates.iter().map(rank).min().unwrap_or_default();
    let first: Vec<_> = candidates.iter().filter(|candidate| rank(candidate) == best).collect();
    match first[..] {
        [] => Err(holds_none("safetensors")),
        [only] => Ok(only),
        ref several => {
            let sets = several.iter().filter(|candidate| candidate.index.is_none());
            sets.flat_map(|candidate| candidate.sets.values()).try_for_each(Set::check_complete)?;
            Err(several_models(&several.iter().flat_map(|candidate| candidate.entries()).collect::<Vec<_>>()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(names: &[&str]) -> Vec<Listed> {
        names.iter().map(|name| Listed { name: (*name).to_owned(), bytes: Some(1) }).collect()
    }

    /// The index, or the files.
    fn chosen(names: &[&str]) -> Result<Vec<String>> {
        let listing = listing(names);
        let candidates = candidates(&listing);
        let chosen = choose(&candidates)?;
        chosen.index.map_or_else(|| Ok(shards(chosen)?.1), |index| Ok(vec![index.to_owned()]))
    }

    #[test]
    fn numbers_join_files_whatever_their_width_and_variant() {
        let sets = [
            ["m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors"],
            ["m-1-of-2.safetensors", "m-2-of-2.safetensors"],
            ["m-00001-of-000002.safetensors", "m-00002-of-000002.safetensors"],
            ["m-00001-of-00002.fp16.safetensors", "m-00002-of-00002.fp16.safetensors"],
            ["m.fp16-00001-of-00002.safetensors", "m.fp16-00002-of-00002.safetensors"],
        ];
        for set in sets {
            assert_eq!(chosen(&set).unwrap(), set);
            assert_eq!(chosen(&set[..1]).unwrap_err().kind(), Kind::NotFound, "{}", set[0]);
        }
        for variant in ["m-00001-of-00002.fp16.safetensors", "m.fp16-00001-of-00002.safetensors"] {
            let missing = variant.replace("00001", "00002");
            assert_eq!(chosen(&[variant]).unwrap_err().site().subject.as_deref(), Some(&*missing));
        }
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
    fn one_model_comes_before_the_others() {
        const INDEX: &str = "model.safetensors.index.json";
        let set = ["m-1-of-2.safetensors", "m-2-of-2.safetensors"];
        let variant = "model.safetensors.index.fp16.json";
        let rows: &[(&[&str], &[&str])] = &[
            (
                &["model.safetensors"],
                &["model.fp16.safetensors", "adapter_model.safetensors", "consolidated.safetensors"],
            ),
            (&["model.safetensors"], &["model_1.safetensors", "x.safetensors", "diffusion_pytorch_model.safetensors"]),
            (&["model.safetensors"], &[variant, "model-1-of-1.fp16.safetensors"]),
            (&["model.safetensors"], &["model.fp16-1-of-1.safetensors", "other.safetensors.index.json"]),
            (&[INDEX], &["model.safetensors", "model-1-of-1.safetensors", "x.safetensors.index.json", variant]),
            (&["model-1-of-1.safetensors"], &["consolidated.safetensors", "model-1-of-2.fp16.safetensors"]),
            (&set, &["adapter_model.safetensors", "consolidated.safetensors", "m-1-of-2.fp16.safetensors"]),
            (&["x.safetensors.index.json"], &["adapter_model.safetensors", "x-1-of-3.safetensors"]),
            (&["x.v2.safetensors"], &["x.v2.fp16.safetensors", "x.v2.ema.safetensors", "._x.safetensors"]),
            (&[variant], &[".model.safetensors", "consolidated.safetensors", "model-1-of-1.fp16.safetensors"]),
            (&["adapter_model.safetensors"], &[]),
        ];
        for (model, others) in rows {
            let names: Vec<_> = model.iter().chain(*others).copied().collect();
            assert_eq!(chosen(&names).unwrap(), *model, "{names:?}");
        }
    }

    #[test]
    fn of_equal_models_none_is_chosen() {
        for names in [
            &["a.safetensors", "b.safetensors"][..],
            &["consolidated.safetensors", "x.safetensors"],
            &["adapter_model.safetensors", "base.safetensors"],
            &["a-1-of-1.safetensors", "b-1-of-1.safetensors", "c.safetensors"],
            &["a.safetensors.index.json", "b.safetensors.index.json"],
            &["a.safetensors.index.json", "b-1-of-1.safetensors"],
        ] {
            let error = chosen(names).unwrap_err();
            assert_eq!(error.kind(), Kind::InvalidArgument, "{names:?}");
            assert!(error.message().contains(&format!("({}, {}", names[0], names[1])), "{error}");
        }
        let sets = ["m-1-of-1.safetensors", "m-1-of-2.safetensors", "m-2-of-2.safetensors"];
        let error = chosen(&sets).unwrap_err();
        assert!(error.message().contains("(m-1-of-1.safetensors, m-*-of-2.safetensors)"), "{error}");
        assert_eq!(chosen(&[]).unwrap_err().kind(), Kind::NotFound);
    }

    #[test]
    fn entrances_are_the_model_before_the_others_or_all() {
        let of = |names: &[&str]| {
            let entrances = entrances(&listing(names)).into_iter();
            entrances.map(|entrance| (entrance.file, entrance.is_plain)).collect::<Vec<_>>()
        };
        assert_eq!(of(&["config.json"]), []);
        let index = "x.safetensors.index.json";
        assert_eq!(of(&["x-1-of-1.safetensors", index]), [(index.to_owned(), false)]);
        let plain = ("model.safetensors".to_owned(), true);
        assert_eq!(of(&["a.safetensors", "model.safetensors"]), [plain]);
        let all = ["a.safetensors", "a.fp16.safetensors", "b.safetensors"];
        assert_eq!(of(&all), all.map(|name| (name.to_owned(), false)));
        let sets = ["m-1-of-1.safetensors", "m-1-of-2.safetensors", "m-2-of-2.safetensors"];
        assert_eq!(of(&sets), ["m-1-of-1.safetensors", "m-*-of-2.safetensors"].map(|set| (set.to_owned(), false)));
    }

    #[test]
    fn an_index_is_stale_beside_whole_models_that_it_does_not_describe() {
        let of = |names: &[&str]| {
            let is_part = |name: &str| name.contains("-of-4");
            newer_than_index(&listing(names), "m.safetensors.index.json", is_part)
        };
        let index = "m.safetensors.index.json";
        assert_eq!(of(&[index, "m-1-of-2.safetensors", "m-2-of-2.safetensors"]).unwrap(), "m-*-of-2.safetensors");
        assert_eq!(of(&[index, "m.safetensors"]).unwrap(), "m.safetensors");
        let other = ["n-1-of-2.safetensors", "n-2-of-2.safetensors"];
        assert_eq!(of(&[index, other[0], other[1]]).unwrap(), "n-*-of-2.safetensors");
        assert_eq!(of(&[index, other[0], other[1], "m-1-of-4.safetensors"]), None);
        assert_eq!(of(&[index, other[0]]), None);
        for nothing in ["m-1-of-2.safetensors", "m-1-of-4.safetensors", "n.safetensors", "m.fp16.safetensors"] {
            assert_eq!(of(&[index, nothing]), None, "{nothing}");
        }
    }
}
