//! How many weights each tensor holds.

use std::collections::BTreeMap;

use super::document::{Document, at, first_text};
use super::operators;
use super::quantization::{Method, Packed, Stated};
use super::schemes::{Names, Role, Scheme, Width};
use crate::dtype::DType;
use crate::error::{Kind, Result};
use crate::memory;
use crate::metadata::Metadata;
use crate::model::Model;
use crate::quantization::Parameters;
use crate::tensor::{Tensor, TensorTable};

/// What memory is asked for.
const COUNTS: &str = "the counts of weights";

/// Types of what is no weight: numbers that index, flags, texts.
const NO_WEIGHTS: &[DType] =
    &[DType::BOOL, DType::U16, DType::I16, DType::U32, DType::I32, DType::U64, DType::I64, DType::STRING];

/// Last parts of the names of floats that are no weights, but are computed.
const BUFFERS: &[&str] = &["inv_freq", "running_mean", "running_var"];

/// The weights of a model, tensor by tensor.
pub(super) struct Weights<'a> {
    tensors: &'a TensorTable,
    /// The name of the format, if it has graphs: they say how to use the weights, whichever library quantized them.
    of_graph: Option<&'static str>,
    /// By index of the tensor.
    counts: Vec<u64>,
    /// Quantized weights by method, bits and size of their groups.
    quantized: BTreeMap<(&'static str, Option<u64>, Option<u64>), u64>,
    /// Tensors of which nothing says how many weights an element holds.
    pub(super) unknown: usize,
}

impl<'a> Weights<'a> {
    pub(super) fn of(model: &'a Model, stated: Option<&Stated<'_>>) -> Result<Self> {
        let tensors = model.tensors();
        let of_graph = Some(model.format()).filter(|_| !model.graphs().is_empty());
        let counts = memory::collect(tensors.iter().map(|tensor| by_type(&tensor, of_graph.is_some())), COUNTS)?;
        let mut weights = Self { tensors, of_graph, counts, quantized: BTreeMap::new(), unknown: 0 };
        weights.apply_names(model, stated)?;
        operators::apply(model, &mut weights)?;
        weights.apply_parameters()?;
        Ok(weights)
    }

    /// How many weights the tensor with this index holds.
    pub(super) fn count(&self, tensor: usize) -> u64 {
        self.counts.get(tensor).copied().unwrap_or_default()
    }

    /// Says that a tensor holds no weights.
    pub(super) fn leave_out(&mut self, tensor: usize) {
        self.set(tensor, 0);
    }

    /// Says that an operator takes a tensor for quantized weights.
    pub(super) fn add_quantized(&mut self, tensor: usize, count: u64, group_size: Option<u64>) {
        if let Some(found) = self.tensors.get(tensor) {
            self.set(tensor, count);
            self.tally("", &found, count, group_size);
        }
    }

    fn set(&mut self, tensor: usize, count: u64) {
        if let Some(kept) = self.counts.get_mut(tensor) {
            *kept = count;
        }
    }

    fn tally(&mut self, method: &'static str, tensor: &Tensor<'_>, count: u64, group_size: Option<u64>) {
        let bits = (tensor.byte_len().saturating_mul(8)).checked_div(count).filter(|bits| *bits > 0);
        let total = self.quantized.entry((self.of_graph.unwrap_or(method), bits, group_size)).or_default();
        *total = total.saturating_add(count);
    }

    /// Corrects what types say by what names say.
    fn apply_names(&mut self, model: &Model, stated: Option<&Stated<'_>>) -> Result<()> {
        let mut names = Names::of(self.tensors);
        let mut classes = Classes::of(model);
        for (index, tensor) in self.tensors.iter().enumerate() {
            memory::check()?;
            match names.role(&tensor) {
                None => {}
                Some(Role::Beside) => self.leave_out(index),
                Some(Role::Weights { scheme, stem, scales }) => {
                    let packing = Packing { stated, scheme, stem, tensor, scales };
                    let count = packing.count(&mut names, &mut classes)?;
                    self.unknown += usize::from(count.is_none());
                    // No scheme has more than a weight for each bit.
                    let count = count.unwrap_or(tensor.elements()).min(tensor.byte_len().saturating_mul(8));
                    self.set(index, count);
                    self.tally(scheme.method, &tensor, count, None);
                }
            }
        }
        Ok(())
    }

    /// Corrects them by what the format says of the quantization of tensors.
    fn apply_parameters(&mut self) -> Result<()> {
        let tensors = self.tensors;
        for quantization in tensors.iter().filter_map(|tensor| tensor.quantization) {
            memory::check()?;
            for parameters in [&quantization.scales, &quantization.zero_points] {
                if let Parameters::Tensor(name) = parameters
                    && let Some(tensor) = tensors.find(name)
                {
                    self.leave_out(tensor);
                }
            }
        }
        Ok(())
    }

    /// How most of the quantized weights are quantized.
    pub(super) fn method(&self) -> Option<Method> {
        let most = self.quantized.iter().max_by_key(|(_, count)| **count)?;
        let (method, bits, group_size) = *most.0;
        let source = if self.of_graph.is_some() { "graph" } else { "tensors" };
        let bits = bits.filter(|_| self.unknown == 0);
        Some(Method { method: method.to_owned(), bits, group_size, source: source.to_owned() })
    }
}

/// How many weights a tensor holds, by its type. In a graph a single number is a constant of a formula.
fn by_type(tensor: &Tensor<'_>, is_graph: bool) -> u64 {
    let last = tensor.name.rsplit('.').next().unwrap_or_default();
    let is_weight = !NO_WEIGHTS.contains(&tensor.dtype) && !BUFFERS.contains(&last);
    let is_constant = is_graph && tensor.shape.is_empty();
    if tensor.quantization.is_some() || is_weight && !is_constant { tensor.elements() } else { 0 }
}

/// A tensor whose elements may hold several weights.
struct Packing<'a, 's> {
    stated: Option<&'s Stated<'s>>,
    scheme: &'static Scheme,
    stem: &'a str,
    tensor: Tensor<'a>,
    scales: Tensor<'a>,
}

impl<'a> Packing<'a, '_> {
    /// How many weights they hold; `None` if nothing says it.
    fn count(&self, names: &mut Names<'a>, classes: &mut Classes<'_>) -> Result<Option<u64>> {
        Ok(match self.scheme.width {
            Width::Element => Some(self.tensor.elements()),
            Width::Bits(bits) => Some(self.of_bits(bits)),
            Width::ZeroPoints => self.by_zero_points(names).or_else(|| self.by_stated()),
            Width::Groups => self.by_groups().or_else(|| self.by_stated()),
            Width::Metadata => Some(self.by_metadata(classes)?),
            Width::Stated => self.by_stated(),
        })
    }

    fn of_bits(&self, bits: u64) -> u64 {
        self.tensor.byte_len().saturating_mul(8) / bits
    }

    /// There is a zero point for each scale. If they are integers, they are packed as the weights are.
    fn by_zero_points(&self, names: &mut Names<'a>) -> Option<u64> {
        let (scales, zeros) = (names.find(self.stem, "scales")?, names.find(self.stem, "qzeros")?);
        if zeros.dtype != self.tensor.dtype {
            return None;
        }
        let weights = u128::from(self.tensor.elements()).checked_mul(scales.elements().into())?;
        weights.checked_div(zeros.elements().into())?.try_into().ok()
    }

    fn by_groups(&self) -> Option<u64> {
        let [groups, 1] = *self.scales.shape else { return None };
        u64::try_from(groups).ok()?.checked_mul(u64::try_from(*self.tensor.shape.last()?).ok()?)
    }

    /// torchao says of each weight of which class it was. Those of one class have two weights in a byte.
    fn by_metadata(&self, classes: &mut Classes<'_>) -> Result<u64> {
        let Some((module, weight)) = self.stem.rsplit_once("._") else { return Ok(self.tensor.elements()) };
        let key = memory::format(format_args!("{module}.{weight}"), COUNTS)?;
        Ok(if classes.is_of_half_bytes(&key)? { self.of_bits(4) } else { self.tensor.elements() })
    }

    fn by_stated(&self) -> Option<u64> {
        let packed = Packed {
            bytes: self.tensor.byte_len(),
            rows: self.tensor.shape.first().map_or(1, |rows| *rows as u64),
            scales: self.scales.elements(),
        };
        let bits = self.stated?.bits_of(self.stem.trim_end_matches('.'), &packed)?;
        Some(self.of_bits(bits))
    }
}

/// What the metadata says of tensors, of which each entry is read once: the names of many tensors may lead to one.
struct Classes<'a> {
    metadata: &'a Metadata,
    /// By the index of the entry, whether weights of its class have half a byte.
    known: BTreeMap<usize, bool>,
}

impl<'a> Classes<'a> {
    fn of(model: &'a Model) -> Self {
        Self { metadata: model.metadata(), known: BTreeMap::new() }
    }

    fn is_of_half_bytes(&mut self, key: &str) -> Result<bool> {
        const HALF_BYTES: &str = "Int4Tensor";
        let Some(entry) = self.metadata.find(key) else { return Ok(false) };
        if let Some(known) = self.known.get(&entry) {
            return Ok(*known);
        }
        let text = self.metadata.get(entry).and_then(|(_, value)| value.as_text());
        let document = match text.map(|text| Document::read(text.as_bytes())) {
            Some(Err(e)) if e.kind() == Kind::OutOfMemory => return Err(e),
            document => document.and_then(Result::ok),
        };
        let class = document.as_ref().and_then(|document| at(document.root(), &["_type"])).and_then(first_text);
        let is_half = class == Some(HALF_BYTES);
        memory::check()?;
        self.known.insert(entry, is_half);
        Ok(is_half)
    }
}
