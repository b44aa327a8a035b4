//! The tensors that `weighbridge inspect` lists: which, in which order, and what it tells of each.

use clap::ValueEnum;
use serde::Serialize;
use weighbridge::digest::Digest;
use weighbridge::{Model, Tensor, memory};

use super::quantization::QuantizationDescription;
use crate::failure::Failure;
use crate::tensors::Files;

/// How many aliases are listed with a tensor: all tensors of a hostile file may be the same bytes.
const MOST_ALIASES: usize = 100;

/// The order of the list.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// By name
    Name,
    /// The largest first
    Bytes,
    /// As they lie in the files
    File,
}

/// Which tensors are listed.
#[derive(clap::Args)]
pub struct ListArgs {
    /// Leave out the list of tensors
    #[arg(long)]
    no_tensors: bool,
    /// List only tensors whose name matches; may be repeated
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// The order of the tensors
    #[arg(long, value_enum, default_value_t = Sort::Name)]
    sort: Sort,
}

impl ListArgs {
    /// The indices of the tensors, in their order; `None` if none are asked for.
    pub fn select(&self, model: &Model) -> Result<Option<Vec<usize>>, Failure> {
        if self.no_tensors {
            return Ok(None);
        }
        let tensors = model.tensors();
        let mut selected = match &self.include[..] {
            [] => memory::collect(0..tensors.len(), "the tensors")?,
            patterns => tensors.matching(patterns.iter().map(String::as_str))?,
        };
        let tensor = |index: &usize| tensors.get(*index);
        match self.sort {
            Sort::File => {}
            Sort::Name => selected.sort_unstable_by_key(|index| tensor(index).map(|tensor| tensor.name)),
            Sort::Bytes => selected.sort_unstable_by_key(|index| {
                tensor(index).map(|tensor| (std::cmp::Reverse(tensor.byte_len()), tensor.name))
            }),
        }
        Ok(Some(selected))
    }
}

/// The JSON form of a tensor.
#[derive(Serialize)]
pub struct TensorDescription<'a> {
    name: &'a str,
    dtype: &'a str,
    shape: &'a [i64],
    file: &'a str,
    /// `null` if no run of the file holds the contents: they are built from parts of `file`, or lie in pieces.
    offset: Option<u64>,
    bytes: u64,
    /// In elements; absent for a tensor that is stored contiguously, or in pieces.
    #[serde(skip_serializing_if = "Option::is_none")]
    strides: Option<&'a [i64]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantization: Option<QuantizationDescription<'a>>,
    /// Other tensors that are the same bytes of the file; absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

/// The listed tensors. Each is described when it is printed: a model may have hundreds of thousands.
pub struct TensorList<'a> {
    model: &'a Model,
    files: Files<'a>,
    selected: &'a [usize],
    /// By the index of the tensor.
    digests: Option<&'a [Digest]>,
}

impl<'a> TensorList<'a> {
    pub fn new(model: &'a Model, selected: &'a [usize], digests: Option<&'a [Digest]>) -> Self {
        Self { model, files: Files::of(model), selected, digests }
    }

    pub fn iter(&self) -> impl Iterator<Item = Tensor<'a>> + Clone {
        self.selected.iter().filter_map(|index| self.model.tensors().get(*index))
    }

    /// The digests that were asked for, each with the name of its tensor.
    pub fn digests(&self) -> impl Iterator<Item = (&'a Digest, &'a str)> {
        let digests = self.digests.unwrap_or_default();
        self.selected.iter().filter_map(|index| Some((digests.get(*index)?, self.model.tensors().get(*index)?.name)))
    }

    pub fn descriptions(&self) -> impl Iterator<Item = TensorDescription<'a>> + Clone {
        self.selected.iter().filter_map(|index| Some(self.describe(*index, self.model.tensors().get(*index)?)))
    }

    fn describe(&self, index: usize, tensor: Tensor<'a>) -> TensorDescription<'a> {
        let tensors = self.model.tensors();
        let aliases = tensors.aliases(index).take(MOST_ALIASES).filter_map(|other| tensors.get(other));
        TensorDescription {
            name: tensor.name,
            dtype: tensor.dtype.name(),
            shape: tensor.shape,
            file: self.files.name_of(&tensor),
            offset: self.model.place(&tensor).offset,
            bytes: tensor.byte_len(),
            strides: tensor.strides().filter(|strides| !strides.is_empty()),
            quantization: tensor.quantization.map(QuantizationDescription::from),
            aliases: aliases.map(|alias| alias.name).collect(),
            sha256: self.digests.map(|digests| digests[index].to_string()),
        }
    }
}
