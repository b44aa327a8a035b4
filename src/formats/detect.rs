//! Which format a file or directory is of.
//!
//! Content decides. Where it shows several formats, the order of the table does, and a note names them all: nothing is
//! chosen in silence.

use bytes::Bytes;

use super::parts::without_parts;
use super::stranger::{self, Stranger};
use super::{FORMATS, Format, FoundModel, found, joined, no_set};
use crate::error::{Error, Kind, Printable, Result};
use crate::finding::Notes;
use crate::finding::rules::FORMATS_SEVERAL;
use crate::limits::Limits;
use crate::storage::{Listed, Location, OddName, Source};

/// How sure it is that content is of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Confidence {
    No,
    /// It looks like it, as other things may.
    Maybe,
    Sure,
}

/// What a format is told by: the ends of a file, its name and its length.
pub(super) struct Clues<'a> {
    /// The first bytes: a page of 4,096, or all if there are less.
    pub head: Bytes,
    source: &'a Source,
}

impl<'a> Clues<'a> {
    /// The longest comment of a zip archive, and the record before it.
    const TAIL: u64 = (64 << 10) + 22;

    pub(super) fn of(source: &'a Source) -> Result<Self> {
        Ok(Self { head: source.head()?.clone(), source })
    }

    /// The name of the file.
    pub(super) fn name(&self) -> &str {
        self.source.name()
    }

    /// Bytes of the file.
    pub(super) fn len(&self) -> u64 {
        self.source.len()
    }

    /// The last bytes, read only for an archive, which is told by its end: 64 KiB and 22, or all if there are less.
    pub(super) fn tail(&self) -> Result<Bytes> {
        let len = self.len().min(Self::TAIL);
        self.source.read(self.len() - len, len)
    }
}

/// By which file a model of one format in a directory would be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entrance {
    /// A file of the format, or the name of a numbered set.
    pub file: String,
    /// Whether it has a name by which programs write the one model of a directory.
    pub is_plain: bool,
}

/// The format of what was asked for.
pub(super) fn detect(location: &Location, limits: &Limits, notes: &mut Notes) -> Result<&'static Format> {
    let found = match (location.entry(), location.set()) {
        (Some(source), _) => of_file(source, notes)?,
        (None, Some(set)) => Some(by_extension(set).ok_or_else(|| no_set().with_path(location.path()))?),
        (None, None) => of_directory(location, limits, notes).map_err(|e| e.with_path(location.path()))?,
    };
    found.ok_or_else(|| nothing_found(location, limits).with_path(location.path()))
}

/// Why a directory has no model at all.
pub(crate) struct NoModel {
    pub error: Error,
    /// Whether what lies there shows a download that was not finished.
    pub is_unfinished: bool,
}

/// Says of a directory in which no model was found what it holds instead.
pub(crate) fn no_model(location: &Location, limits: &Limits) -> NoModel {
    let error = nothing_found(location, limits).with_path(location.path());
    NoModel { error, is_unfinished: stranger::is_unfinished(location) }
}

/// The error for what shows no format of ours, and no other that would be an error of its own.
fn nothing_found(location: &Location, limits: &Limits) -> Error {
    // Of a file, nothing beside it matters.
    let survey = location.entry().is_none().then(|| found(location, limits).ok()).flatten().unwrap_or_default();
    if let Some(error) = models_in_folders(&survey.models) {
        return error;
    }
    let (what, instead) = match location.entry() {
        Some(source) => ("this is not a model", instead(source)),
        None => ("this directory holds no model", stranger::instead(location)),
    };
    let odd = location.tree().ok().and_then(|tree| tree.odd_names.first());
    let odd = odd.map_or_else(String::new, |OddName { shown, why }| {
        format!("; the name of \"{shown}\" {why}: rename it, or open it by its own path")
    });
    let unlisted = survey.notes.first();
    let unlisted =
        unlisted.map_or_else(String::new, |note| format!("; of its folder \"{}\": {}", note.path, note.message));
    Error::new(Kind::Unsupported, format!("{what} {}{instead}{odd}{unlisted}", of_known_format()))
}

/// The error for a directory that is no model itself, and whose folders hold some.
fn models_in_folders(models: &[FoundModel]) -> Option<Error> {
    let paths: Vec<_> = models.iter().map(|model| &*model.path).collect();
    let message = match paths[..] {
        [] => return None,
        [only] => format!("the directory holds no model itself, but its folder \"{only}\" does: name that"),
        _ => format!("the directory holds no model itself, but its folders do ({}): name one of them", joined(&paths)),
    };
    Some(Error::invalid(message))
}

/// What a file is instead of a model: the end of a sentence, or nothing.
fn instead(source: &Source) -> String {
    let stranger = Clues::of(source).ok().and_then(|clues| stranger(&clues));
    stranger.map_or_else(String::new, |stranger| format!("; it is {stranger}"))
}

/// A name only helps where the content is broken, so that the error is the right reader's.
fn of_file(source: &Source, notes: &mut Notes) -> Result<Option<&'static Format>> {
    let clues = Clues::of(source)?;
    let probed = probed(&clues);
    let mut likely = likeliest(&probed);
    let Some(first) = likely.next() else {
        // The reader of a broken index has more to say than that it is text.
        return match stranger(&clues).filter(|stranger| !stranger.is_text()) {
            Some(stranger) => Err(refusal(&stranger).with_path(source.path())),
            None => Ok(by_extension(clues.name())),
        };
    };
    if let Some(second) = likely.next() {
        let names: Vec<_> = [first, second].into_iter().chain(likely).map(|format| format.name).collect();
        let message = format!("the content may be of several formats ({}); it is read as the first", names.join(", "));
        notes.add(FORMATS_SEVERAL, source.name(), message);
    }
    Ok(Some(first))
}

/// How sure each format is.
fn probed(clues: &Clues<'_>) -> [(&'static Format, Confidence); FORMATS.len()] {
    std::array::from_fn(|index| (&FORMATS[index], (FORMATS[index].probe)(clues)))
}

/// Those formats that are surer than the others.
fn likeliest<'f>(probed: &[(&'f Format, Confidence)]) -> impl Iterator<Item = &'f Format> {
    let best = probed.iter().map(|(_, confidence)| *confidence).max().unwrap_or(Confidence::No);
    let likely = probed.iter().filter(move |(_, confidence)| *confidence == best && best != Confidence::No);
    likely.map(|(format, _)| *format)
}

fn of_directory(location: &Location, limits: &Limits, notes: &mut Notes) -> Result<Option<&'static Format>> {
    let listing = location.listing()?;
    let found = found_in(listing);
    // The parts of a model are of its format, so one format needs no look at what is a part.
    if is_of_one_format(&found) {
        return Ok(preferred(&found));
    }
    choose(&found_in(&without_parts(location, listing, limits, None)?), notes)
}

/// The models of a directory with these files, by the order of the formats.
pub(super) fn found_in(listing: &[Listed]) -> Vec<(&'static Format, Entrance)> {
    let of_format = |format: &'static Format| (format.entrances)(listing).into_iter().map(move |found| (format, found));
    FORMATS.iter().flat_map(of_format).collect()
}

fn is_of_one_format(found: &[(&Format, Entrance)]) -> bool {
    found.windows(2).all(|pair| pair[0].0.name == pair[1].0.name)
}

/// The format by which a directory with these models is opened: if they are of several, that of the first one with a plain name.
pub(super) fn preferred<'f>(found: &[(&'f Format, Entrance)]) -> Option<&'f Format> {
    let is_one = is_of_one_format(found);
    found.iter().find(|(_, entrance)| is_one || entrance.is_plain).map(|(format, _)| *format)
}

/// The preferred format, and a note if there are several.
fn choose<'f>(found: &[(&'f Format, Entrance)], notes: &mut Notes) -> Result<Option<&'f Format>> {
    if is_of_one_format(found) {
        return Ok(preferred(found));
    }
    let files: Vec<_> = found.iter().map(|(_, entrance)| &*entrance.file).collect();
    let files = joined(&files);
    let plain = found.iter().find(|(_, entrance)| entrance.is_plain);
    let Some((format, Entrance { file, .. })) = plain else {
        let message = format!("the directory has models of several formats ({files}): name one of them");
        return Err(Error::invalid(message));
    };
    let message = format!("the directory has models of several formats ({files}); \"{file}\" is opened");
    notes.add(FORMATS_SEVERAL, "", message);
    Ok(Some(*format))
}

/// What a file is that a reader has refused, if its bytes show it.
pub(super) fn stranger(clues: &Clues<'_>) -> Option<Stranger> {
    stranger::of(clues)
}

/// What lies in a directory that a download has not finished, if anything does.
#[cfg(feature = "safetensors")]
pub(super) fn unfinished(location: &Location) -> Option<String> {
    stranger::unfinished(location)
}

/// What a file is that a reader of one format has refused, if it begins like another format that this build reads.
#[cfg(feature = "safetensors")]
pub(super) fn other_format(clues: &Clues<'_>, own: &str) -> Option<Error> {
    let others = FORMATS.iter().filter(|format| format.name != own);
    let other =
        others.max_by_key(|format| (format.probe)(clues)).filter(|format| (format.probe)(clues) != Confidence::No)?;
    Some(Error::format(format!("by its content this is a file of {}: expected one of {own}", other.name)))
}

/// The name of the format that a file begins like.
pub(super) fn format_of(clues: &Clues<'_>) -> Option<&'static str> {
    likeliest(&probed(clues)).next().map(|format| format.name)
}

/// What is in the place of a file that is missing, with what helps: a link that leads nowhere, or a pointer beside it.
pub(super) fn in_place_of(location: &Location, name: &str) -> Option<String> {
    if let Some(target) = location.link(name) {
        return match stranger::of_link(&target) {
            Some(pointer) => Some(format!("it is a link to \"{}\", which is not there, {pointer}", Printable(&target))),
            None => Some(location.open_asset(name).err()?.message().to_owned()),
        };
    }
    let pointer = format!("{name}.dvc");
    // A host is asked for no file that it has not listed.
    let may_be_there = match name.rsplit_once('/') {
        Some((folder, _)) => location.has_folder(folder),
        None => location.listing().is_ok_and(|listing| listing.iter().any(|file| file.name == pointer)),
    };
    let source = may_be_there.then(|| location.open_if_present(&pointer).ok())???;
    let stranger = stranger(&Clues::of(&source).ok()?)?;
    Some(format!("there is \"{}\", which is {stranger}", Printable(source.name())))
}

/// The error for a file that is something else.
pub(super) fn refusal(stranger: &Stranger) -> Error {
    Error::format(stranger.instead_of(&format!("a model {}", of_known_format())))
}

fn of_known_format() -> String {
    format!("of a format that this build reads ({})", super::names())
}

/// The format that the ending of a file's name tells.
pub(super) fn by_extension(file_name: &str) -> Option<&'static Format> {
    let ends_with = |extension: &&str| file_name.strip_suffix(*extension).is_some_and(|stem| stem.ends_with('.'));
    FORMATS.iter().find(|format| format.extensions.iter().any(ends_with))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn format(name: &'static str) -> Format {
        Format {
            name,
            extensions: &[],
            has_graphs: false,
            has_sets: false,
            names_files: false,
            probe: |_| Confidence::No,
            entrances: |_| Vec::new(),
            lacking: |_, _| Ok(BTreeMap::new()),
            index: None,
            read: |_| Err(Error::format("never read")),
        }
    }

    fn entrance(file: &str, is_plain: bool) -> Entrance {
        Entrance { file: file.to_owned(), is_plain }
    }

    #[test]
    fn the_surest_formats_are_kept_in_their_order() {
        let [a, b, c] = ["a", "b", "c"].map(format);
        let names = |confidences: [Confidence; 3]| {
            let probed = [(&a, confidences[0]), (&b, confidences[1]), (&c, confidences[2])];
            likeliest(&probed).map(|format| format.name).collect::<String>()
        };
        assert_eq!(names([Confidence::Maybe, Confidence::Sure, Confidence::Sure]), "bc");
        assert_eq!(names([Confidence::Maybe, Confidence::No, Confidence::Maybe]), "ac");
        assert_eq!(names([Confidence::No; 3]), "");
    }

    #[test]
    fn of_several_formats_one_with_a_plain_name_is_chosen_and_both_are_named() {
        let [a, b] = ["a", "b"].map(format);
        let mut notes = Notes::default();
        let found = vec![(&a, entrance("w.a", false)), (&b, entrance("model.b", true))];
        assert_eq!(choose(&found, &mut notes).unwrap().map(|format| format.name), Some("b"));
        let notes = notes.finish().unwrap();
        assert_eq!(notes.len(), 1);
        assert!(notes[0].message.contains("w.a, model.b"), "{}", notes[0].message);

        let mut notes = Notes::default();
        let found = vec![(&a, entrance("w.a", false)), (&b, entrance("v.b", false))];
        let error = choose(&found, &mut notes).err().unwrap();
        assert_eq!(error.kind(), Kind::InvalidArgument);
        assert!(error.message().contains("(w.a, v.b): name one of them"), "{error}");
        let all = ["w.a", "x.a"].map(|file| (&a, entrance(file, false))).into_iter();
        let all = all.chain(["v.b", "u.b"].map(|file| (&b, entrance(file, false))));
        let error = choose(&all.collect::<Vec<_>>(), &mut notes).err().unwrap();
        assert!(error.message().contains("(w.a, x.a, v.b, u.b): name one of them"), "{error}");
        let many = (0..60).map(|at| (if at < 30 { &a } else { &b }, entrance(&format!("{at}.x"), false)));
        let error = choose(&many.collect::<Vec<_>>(), &mut notes).err().unwrap();
        assert!(error.message().contains("48.x, 49.x, … 10 more): name one of them"), "{error}");
        assert!(choose(&[(&a, entrance("w.a", false))], &mut notes).unwrap().is_some());
        assert!(notes.finish().unwrap().is_empty());
    }

    #[test]
    fn the_ends_of_a_file_are_clues() {
        let bytes: Vec<u8> = (0..100_000_u32).map(|byte| byte as u8).collect();
        let source = Source::from_memory("m", bytes.clone().into());
        let clues = Clues::of(&source).unwrap();
        assert_eq!((&*clues.head, clues.len()), (&bytes[..4096], 100_000));
        assert_eq!(clues.tail().unwrap(), bytes[100_000 - 65_558..]);
        let short = Source::from_memory("m", bytes[..3].to_vec().into());
        let clues = Clues::of(&short).unwrap();
        assert_eq!((&*clues.head, &*clues.tail().unwrap()), (&bytes[..3], &bytes[..3]));
    }
}
