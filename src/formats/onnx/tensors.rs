//! All tensors of a model, and the files that they lie in.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::contents::{Recipe, build, count, is_six};
use super::external::External;
use super::label::Label;
use super::sidecar::{Wanted, other, too_short, unopened};
use super::tensor::{Contents, IrTensor, List};
use crate::digest::{Algorithm, Digest};
use crate::error::{Error, Printable, Result};
use crate::finding::Notes;
use crate::finding::rules::EXTERNAL_OTHER;
use crate::formats::{BUILT_ALIGNMENT, Claim, Claimed, DescribedBy, TABLE_ROW, UsedPart, WeightFile};
use crate::limits::Budget;
use crate::memory;
use crate::storage::{Location, Source, normal_name};
use crate::tensor::{Layout, Packing, STRING_OFFSET, Span, TableBuilder, TensorTable};

/// What memory is asked for.
const TENSORS: &str = "the tensors of the model";

/// Collects tensors in the order of the model.
pub(super) struct Tensors<'a> {
    location: &'a Location,
    model: Source,
    budget: &'a Budget,
    found: Vec<(Label, IrTensor, Place)>,
    /// External files by name, and their numbers in the list of weight files.
    external: HashMap<String, u32>,
    files: Vec<Source>,
    /// The numbers of external files that look like something else, and what they are.
    others: Vec<(u32, String)>,
    /// The SHA-1 of each external file that states one.
    checksums: BTreeMap<String, Digest>,
    /// Recipes of contents that are built, in groups: a group is built as a whole.
    groups: Vec<(u64, Vec<Recipe>)>,
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
    pub claims: Vec<Claim>,
}

/// Contents that are built are built in groups of about so many bytes, when one of a group is wanted.
const GROUP: u64 = 1 << 20;

impl<'a> Tensors<'a> {
    pub(super) fn new(location: &'a Location, model: Source, budget: &'a Budget) -> Self {
        Self {
            location,
            files: vec![model.clone()],
            others: Vec::new(),
            model,
            budget,
            found: Vec::new(),
            external: HashMap::new(),
            checksums: BTreeMap::new(),
            groups: Vec::new(),
        }
    }

    /// Adds a tensor, and returns how many came before it.
    pub(super) fn add(&mut self, label: Label, mut tensor: IrTensor) -> Result<u32> {
        self.budget.limits().check_tensors_so_far(self.found.len() as u64 + 1)?;
        self.budget.take_heap(cost_of(&label, &tensor))?;
        let place = self.place(&mut tensor).map_err(|e| e.with_subject(&*label.name))?;
        memory::push(&mut self.found, (label, tensor, place), TENSORS)?;
        Ok(self.found.len() as u32 - 1)
    }

    fn place(&mut self, tensor: &mut IrTensor) -> Result<Place> {
        match &mut tensor.contents {
            Contents::Stored(offset) => Ok(Place::Stored(Span { file: 0, offset: *offset, len: tensor.len })),
            Contents::External(external) => Ok(Place::Stored(self.external(external, tensor.len)?)),
            Contents::Listed(list, parts) => {
                let (list, parts) = (*list, std::mem::take(parts));
                let (count, bytes) = count(&self.model, tensor.dtype, list, &parts)?;
                let offset = parts.first().map_or(0, |part| part.offset);
                check_count(tensor, list, count).map_err(|e| e.with_offset(offset))?;
                let len = if list == List::String { tensor.len + bytes } else { tensor.len };
                self.built(Recipe::new(list, parts, tensor.dtype, len))
            }
        }
    }

    fn external(&mut self, external: &External, len: u64) -> Result<Span> {
        let name = normal_name(&external.location);
        let end = external.offset.checked_add(len);
        let file = match self.external.get(&*name) {
            Some(file) => *file,
            None => self.open(&name, end.unwrap_or(u64::MAX))?,
        };
        let source = &self.files[file as usize];
        if end.is_none_or(|end| end > source.len()) {
            return Err(too_short(&self.model, source, external.offset, len));
        }
        if let Some(checksum) = external.checksum {
            self.claim(&name, checksum)?;
        }
        Ok(Span { file, offset: external.offset, len })
    }

    /// Opens a file of which a tensor needs so many bytes, and returns its number.
    fn open(&mut self, name: &str, bytes: u64) -> Result<u32> {
        self.budget.limits().check_files_so_far(self.files.len() as u64 + 1)?;
        let wanted = Wanted { model: &self.model, name, bytes, used: &self.files };
        let source = self.location.open_sidecar(name).map_err(|e| unopened(e, self.location, &wanted))?;
        // A model may name itself, and is still one file.
        let is_model = name == self.model.name() && source.is_same_file(&self.model);
        let file = if is_model { 0 } else { self.files.len() as u32 };
        if !is_model {
            if let Some(other) = other(&source) {
                memory::push(&mut self.others, (file, other), TENSORS)?;
            }
            memory::push(&mut self.files, source, TENSORS)?;
        }
        self.external.try_reserve(1).map_err(|_| Error::out_of_memory(TENSORS, 1))?;
        self.external.insert(memory::text(name, TENSORS)?, file);
        Ok(file)
    }

    /// Keeps the SHA-1 that a tensor states of its file; all tensors have to agree.
    fn claim(&mut self, file: &str, checksum: Digest) -> Result<()> {
        match self.checksums.get(file) {
            None => _ = self.checksums.insert(memory::text(file, TENSORS)?, checksum),
            Some(other) if *other == checksum => {}
            Some(other) => {
                let file = Printable(file);
                let message = format!("its \"checksum\" of \"{file}\" is {checksum}; another tensor states {other}");
                return Err(Error::format(message));
            }
        }
        Ok(())
    }

    fn built(&mut self, recipe: Recipe) -> Result<Place> {
        let room = recipe.len.checked_next_multiple_of(u64::from(BUILT_ALIGNMENT)).unwrap_or(u64::MAX);
        self.budget.take_heap(room)?;
        if self.groups.last().is_none_or(|(len, _)| *len + room > GROUP) {
            memory::push(&mut self.groups, (0, Vec::new()), TENSORS)?;
        }
        let group = self.groups.len() as u32 - 1;
        let Some((len, recipes)) = self.groups.last_mut() else { return Ok(Place::Built(0, 0, 0)) };
        let place = Place::Built(group, *len, recipe.len);
        *len += room;
        memory::push(recipes, recipe, TENSORS)?;
        Ok(place)
    }

    /// Says of files that look like something else what they are.
    pub(super) fn note_others(&self, notes: &mut Notes) {
        for (file, other) in &self.others {
            let message = format!("its bytes are taken for the contents of tensors, but {other}");
            notes.add(EXTERNAL_OTHER, self.files[*file as usize].name(), message);
        }
    }

    /// Makes the table.
    pub(super) fn finish(self) -> Result<Loaded> {
        let stored = self.files.len() as u32;
        let mut weights: Vec<WeightFile> = memory::list(self.files.len() + self.groups.len(), TENSORS)?;
        weights.extend(self.files.into_iter().map(outer));
        weights[0].described_by = DescribedBy::Itself;
        for (len, recipes) in self.groups {
            memory::check()?;
            let used = recipes.iter().map(|recipe| UsedPart::Witness(Arc::clone(&recipe.used)));
            memory::reserve(&mut weights[0].used, recipes.len(), TENSORS)?;
            weights[0].used.extend(used);
            let (name, context, model) = (self.model.name(), self.model.context(), self.model.clone());
            let make = move || build(&model, &recipes).map_err(|e| e.with_path(model.path()));
            let source = Source::built(name, len, Box::new(make), context);
            weights.push(WeightFile { source, used: Vec::new(), base: Some(0), described_by: DescribedBy::Itself });
        }
        let mut table = TableBuilder::new(self.budget.limits());
        let mut found = self.found;
        number_equal_names(&mut found)?;
        for (Label { name, .. }, tensor, place) in &found {
            let span = match *place {
                Place::Stored(span) => span,
                Place::Built(group, offset, len) => Span { file: stored + group, offset, len },
            };
            let pushed = table.push_packed(name, tensor.dtype, &tensor.shape, span, Packing::Padded);
            pushed.map_err(|e| e.with_subject(name))?;
        }
        let lengths = memory::collect(weights.iter().map(|file| file.source.len()), TENSORS)?;
        let table = table.finish_file(&Layout::Within(lengths))?;
        let places = memory::collect(found.iter().map(|(label, ..)| table.find(&label.name)), TENSORS)?;
        let claims = self.checksums.into_iter().map(|(file, digest)| sha1_of(file, digest));
        let claims = memory::collect(claims, TENSORS)?;
        Ok(Loaded { table, places, weights, claims })
    }
}

/// Bytes of memory for a tensor and its name until the table is made: lists may have just doubled, and a name that was made is
/// kept here, made unique, and kept in the table.
fn cost_of(label: &Label, tensor: &IrTensor) -> u64 {
    let row = 2 * size_of::<(Label, IrTensor, Place)>() as u64 + 2 * TABLE_ROW + size_of::<Option<usize>>() as u64;
    let shape = 16 + 2 * size_of_val(&*tensor.shape) as u64;
    // A short text of its own takes as much as its allocation does at least.
    let name = 16 + label.name.len() as u64;
    let unique = if label.is_given { 0 } else { 3 * (size_of::<String>() as u64 + name) };
    row + shape + 2 * name + unique
}

fn sha1_of(file: String, digest: Digest) -> Claim {
    Claim { of: Claimed::File(file), algorithm: Algorithm::Sha1, digest }
}

/// A file of external data: the model, which is the first file, says what lies in it.
fn outer(source: Source) -> WeightFile {
    WeightFile { source, used: Vec::new(), base: None, described_by: DescribedBy::Weights(0) }
}

/// Numbers those of the names that were made which are not the only ones. Two equal names that the model gives are left
/// for the table to refuse.
fn number_equal_names(found: &mut [(Label, IrTensor, Place)]) -> Result<()> {
    if found.iter().all(|(label, ..)| label.is_given) {
        return Ok(());
    }
    let no_memory = |_| Error::out_of_memory(TENSORS, 1);
    let given = found.iter().map(|(label, ..)| label).filter(|label| label.is_given);
    let mut taken: HashSet<String> = HashSet::new();
    // Each name is taken once: one that is made replaces another.
    taken.try_reserve(found.len()).map_err(no_memory)?;
    for label in given {
        taken.insert(memory::text(&label.name, TENSORS)?);
    }
    let mut last: HashMap<String, u64> = HashMap::new();
    for (label, ..) in found.iter_mut().filter(|(label, ..)| !label.is_given) {
        memory::check()?;
        if taken.insert(memory::text(&label.name, TENSORS)?) {
            continue;
        }
        last.try_reserve(1).map_err(no_memory)?;
        let number = last.entry(memory::text(&label.name, TENSORS)?).or_insert(1);
        loop {
            *number += 1;
            let numbered = memory::format(format_args!("{}#{number}", label.name), TENSORS)?;
            if taken.insert(memory::text(&numbered, TENSORS)?) {
                label.name = numbered;
                break;
            }
        }
    }
    Ok(())
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
