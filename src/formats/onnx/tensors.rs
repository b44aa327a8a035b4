//! All tensors of a model, and the files that they lie in.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};

use super::contents::{Recipe, build, count, is_six};
use super::external::External;
use super::label::Label;
use super::tensor::{Contents, IrTensor, List};
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Kind, Printable, Result};
use crate::formats::{BUILT_ALIGNMENT, WeightFile};
use crate::limits::Limits;
use crate::storage::{Location, Source};
use crate::tensor::{Layout, Packing, STRING_OFFSET, Span, TableBuilder, TensorTable};

/// Collects tensors in the order of the model.
pub(super) struct Tensors<'a> {
    location: &'a Location,
    model: Source,
    limits: &'a Limits,
    found: Vec<(Label, IrTensor, Place)>,
    /// External files by name, and their numbers in the list of weight files.
    external: HashMap<String, u32>,
    files: Vec<Source>,
    claims: BTreeMap<String, Vec<(Algorithm, Digest)>>,
    warnings: Vec<String>,
    /// Recipes of contents that are built, in groups: a group is built as a whole.
    groups: Vec<(u64, Vec<Recipe>)>,
    /// Bytes of memory that names, and contents that are built, will take.
    heap: u64,
}

#[derive(Clone, Copy)]
enum Place {
    Stored(Span),
    /// Group of recipes, and bytes from its start.
    Built(u32, u64, u64),
}

/// What the tensors have become.
pub(super) struct Loaded {
    pub table: TensorTable,
    /// For each tensor in the order of the model, where it is in the table.
    pub places: Vec<Option<usize>>,
    pub weights: Vec<WeightFile>,
    pub claims: BTreeMap<String, Vec<(Algorithm, Digest)>>,
    pub warnings: Vec<String>,
}

/// Nobody reads more.
const MAX_WARNINGS: usize = 1_000;

/// Contents that are built are built in groups of about so many bytes, when one of a group is wanted.
const GROUP: u64 = 1 << 20;

impl<'a> Tensors<'a> {
    pub(super) fn new(location: &'a Location, model: Source, limits: &'a Limits) -> Self {
        Self {
            location,
            files: vec![model.clone()],
            model,
            limits,
            found: Vec::new(),
            external: HashMap::new(),
            claims: BTreeMap::new(),
            warnings: Vec::new(),
            groups: Vec::new(),
            heap: 0,
        }
    }

    /// Adds a tensor, and returns how many came before it.
    pub(super) fn add(&mut self, label: Label, mut tensor: IrTensor) -> Result<u32> {
        self.limits.check_tensors(self.found.len() as u64 + 1)?;
        // Names are kept here, made unique, and kept in the table.
        self.take_heap(3 * label.name.len() as u64)?;
        let place = self.place(&label.name, &mut tensor).map_err(|e| e.subject(&*label.name))?;
        self.found.push((label, tensor, place));
        Ok(self.found.len() as u32 - 1)
    }

    fn place(&mut self, name: &str, tensor: &mut IrTensor) -> Result<Place> {
        match &mut tensor.contents {
            Contents::Stored(offset) => Ok(Place::Stored(Span { file: 0, offset: *offset, len: tensor.len })),
            Contents::External(external) => Ok(Place::Stored(self.external(external, name, tensor.len)?)),
            Contents::Listed(list, parts) => {
                let (list, parts) = (*list, std::mem::take(parts));
                let (count, bytes) = count(&self.model, tensor.dtype, list, &parts)?;
                let offset = parts.first().map_or(0, |part| part.offset);
                check_count(tensor, list, count).map_err(|e| e.offset(offset))?;
                let len = if list == List::String { tensor.len + bytes } else { tensor.len };
                self.built(Recipe { list, parts, dtype: tensor.dtype, len })
            }
        }
    }

    fn external(&mut self, external: &External, tensor: &str, len: u64) -> Result<Span> {
        let name = external.plain_location();
        let file = match self.external.get(&*name) {
            Some(file) => *file,
            None => {
                self.limits.check_files(self.files.len() as u64 + 1)?;
                let source = self.location.open_sidecar(&external.location).map_err(explain_missing)?;
                self.files.push(source);
                let file = self.files.len() as u32 - 1;
                self.external.insert(name.clone().into_owned(), file);
                file
            }
        };
        let source = &self.files[file as usize];
        let end = external.offset.checked_add(len);
        if end.is_none_or(|end| end > source.len()) {
            let message = format!(
                "the tensor needs {len} bytes from byte {}; the file has {}: an interrupted download, or another file",
                external.offset,
                source.len()
            );
            return Err(Error::format(message).path(source.path()).offset(external.offset));
        }
        let room = MAX_WARNINGS.saturating_sub(self.warnings.len());
        let warnings = external.warnings.iter().take(room);
        self.warnings.extend(warnings.map(|warning| format!("{}: {warning}", Printable(tensor))));
        if let Some(checksum) = external.checksum {
            self.claim(&name, checksum)?;
        }
        Ok(Span { file, offset: external.offset, len })
    }

    /// Notes the SHA-1 that a tensor states of its file; all tensors have to agree.
    fn claim(&mut self, file: &str, checksum: Digest) -> Result<()> {
        let claims = self.claims.entry(file.to_owned()).or_default();
        match claims.first() {
            None => claims.push((Algorithm::Sha1, checksum)),
            Some((_, other)) if *other == checksum => {}
            Some((_, other)) => {
                let message = format!("its \"checksum\" of \"{file}\" is {checksum}; another tensor states {other}");
                return Err(Error::format(message));
            }
        }
        Ok(())
    }

    fn take_heap(&mut self, bytes: u64) -> Result<()> {
        self.heap = self.heap.saturating_add(bytes);
        self.limits.check_heap(self.heap)
    }

    fn built(&mut self, recipe: Recipe) -> Result<Place> {
        let room = recipe.len.checked_next_multiple_of(u64::from(BUILT_ALIGNMENT)).unwrap_or(u64::MAX);
        self.take_heap(room)?;
        if self.groups.last().is_none_or(|(len, _)| *len + room > GROUP) {
            self.groups.push((0, Vec::new()));
        }
        let group = self.groups.len() as u32 - 1;
        let Some((len, recipes)) = self.groups.last_mut() else { return Ok(Place::Built(0, 0, 0)) };
        let place = Place::Built(group, *len, recipe.len);
        *len += room;
        recipes.push(recipe);
        Ok(place)
    }

    /// Makes the table.
    pub(super) fn finish(self) -> Result<Loaded> {
        let stored = self.files.len() as u32;
        let mut weights: Vec<WeightFile> = self.files.into_iter().map(|source| plain(source, None)).collect();
        for (len, recipes) in self.groups {
            let (name, model) = (self.model.name().to_owned(), self.model.clone());
            let make = move || build(&model, &recipes).map_err(|e| e.path(model.path()));
            weights.push(plain(Source::built(&name, len, Box::new(make)), Some(0)));
        }
        let mut table = TableBuilder::new(self.limits);
        let mut found = self.found;
        number_equal_names(&mut found);
        for (Label { name, .. }, tensor, place) in &found {
            let span = match *place {
                Place::Stored(span) => span,
                Place::Built(group, offset, len) => Span { file: stored + group, offset, len },
            };
            let pushed = table.push_packed(name, tensor.dtype, &tensor.shape, span, Packing::Padded);
            pushed.map_err(|e| e.subject(name))?;
        }
        let lengths = weights.iter().map(|file| file.source.len()).collect();
        let table = table.finish_file(&Layout::Within(lengths))?;
        let places = found.iter().map(|(label, ..)| table.find(&label.name)).collect();
        Ok(Loaded { table, places, weights, claims: self.claims, warnings: self.warnings })
    }
}

/// A file that is not there is worth words of its own: it is the most common damage.
fn explain_missing(error: Error) -> Error {
    if error.kind() != Kind::NotFound {
        return error;
    }
    let message = "the file with the contents of tensors is missing: an incomplete download";
    Error::new(Kind::NotFound, message).path(error.place().path.clone().unwrap_or_default())
}

fn plain(source: Source, base: Option<usize>) -> WeightFile {
    WeightFile { source, headers: Vec::new(), base }
}

/// Numbers those of the names that were made which are not the only ones. Two equal names that the model gives are left
/// for the table to refuse.
fn number_equal_names(found: &mut [(Label, IrTensor, Place)]) {
    if found.iter().all(|(label, ..)| label.is_given) {
        return;
    }
    let given = found.iter().map(|(label, ..)| label).filter(|label| label.is_given);
    let mut taken: HashSet<String> = given.map(|label| label.name.clone()).collect();
    let mut last: HashMap<String, u64> = HashMap::new();
    for (label, ..) in found.iter_mut().filter(|(label, ..)| !label.is_given) {
        if taken.insert(label.name.clone()) {
            continue;
        }
        let number = last.entry(label.name.clone()).or_insert(1);
        loop {
            *number += 1;
            let numbered = format!("{}#{number}", label.name);
            if taken.insert(numbered.clone()) {
                label.name = numbered;
                break;
            }
        }
    }
}

fn check_count(tensor: &IrTensor, list: List, count: u64) -> Result<()> {
    let IrTensor { dtype, shape, len, .. } = tensor;
    let bits = dtype.bytes_of(8).unwrap_or(8);
    let (expected, each) = match list {
        List::String => (len / STRING_OFFSET - 1, ""),
        List::Float => (len / 4, ""),
        List::Double => (len / 8, ""),
        _ if is_six(*dtype) => (shape.iter().product(), ""),
        _ if bits < 8 => (*len, ": each has one byte of elements, the first one in its lowest bits"),
        _ => (len / dtype.bytes_of(1).unwrap_or(1), ""),
    };
    if count == expected {
        return Ok(());
    }
    let message = format!("its list has {count} values; {dtype} of shape {shape:?} needs {expected}{each}");
    Err(Error::format(message))
}
