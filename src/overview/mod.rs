//! What an operator wants to know of a model first: how many weights it has and in which types, what kind of model it is, how it
//! was quantized, and what lies beside the weights.
//!
//! ```
//! use weighbridge::overview::Overview;
//! use weighbridge::{Context, Model, OpenOptions};
//!
//! # fn main() -> weighbridge::Result<()> {
//! let model = Model::open("tests/golden/tiny-llama", &OpenOptions::default(), &Context::new())?;
//! let overview = Overview::of(&model)?;
//! assert_eq!(overview.architecture.as_deref(), Some("LlamaForCausalLM"));
//! assert_eq!(overview.context_length, Some(128));
//! assert_eq!(overview.dtypes["BF16"].bytes, overview.bytes);
//! # Ok(())
//! # }
//! ```
//!
//! The contents of tensors are never read. Of the other files only those that state these facts are read, each up to 4 MiB, and
//! checked if a manifest covers them. What cannot be used is left out, and [`Overview::notes`] says why.
//!
//! # How parameters are counted
//!
//! The count is `sum(p.numel() for p in model.parameters())` of PyTorch before the model was quantized, as far as names, types
//! and shapes tell:
//!
//! * Elements of floats, complex numbers, block types and integers of up to 8 bits are parameters. Wider integers, `BOOL` and
//!   `STRING` are not: they index, select or describe. Tensors that are the same bytes of a file count once.
//! * Tensors called `running_mean`, `running_var` and `inv_freq` are not parameters: they are computed.
//! * Where a library stores a weight in several tensors, the weights count, however many of them share an element. The scales,
//!   zero points, tables and indices beside them do not. How many weights an element holds follows from the shapes (GPTQ, AWQ,
//!   HQQ, Quanto), is fixed (4 bits of bitsandbytes, MXFP4, NVFP4), or is what the configuration states (MLX,
//!   compressed-tensors).
//! * In graphs, tensors that an operator takes as quantized weights or their biases are parameters whatever their type, and those
//!   that it takes as scales, zero points or running statistics are not. Tensors without dimensions are constants and not
//!   parameters.
//! * Where the format says how a tensor is quantized, its elements are parameters, and the tensors with its scales are not.
//!
//! This cannot tell other buffers of floats from parameters, such as tables of positions that are computed, and does not know how
//! every method packs weights, which is noted. Coefficients that operators of classic machine learning have as attributes do not
//! count.

#![forbid(unsafe_code)]

mod assets;
mod document;
mod facts;
mod label_files;
mod labels;
mod licence;
mod operators;
mod preprocessing;
mod quantization;
mod schemes;
mod tokenizer;
mod totals;
mod weights;

use std::collections::BTreeMap;

pub use labels::Labels;
pub use quantization::Method;
pub use totals::Total;

use crate::error::Result;
use crate::finding::Finding;
use crate::finding::rules::PARAMETERS_UNCERTAIN;
use crate::memory;
use crate::model::Model;
use assets::{Assets, Documents};
use quantization::Stated;
use weights::Weights;

/// What a model is, in a few numbers and words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overview {
    /// Weights before they were quantized: see the [module](self).
    pub parameters: u64,
    /// Bytes of all tensors; those that several tensors share count once.
    pub bytes: u64,
    /// The same by the type in which they are stored, by its name.
    pub dtypes: BTreeMap<&'static str, Total>,
    /// What configurations or the metadata call the architecture, such as `LlamaForCausalLM`; for an adapter its kind, such as
    /// `LORA`.
    pub architecture: Option<String>,
    /// The model that an adapter belongs to.
    pub base_model: Option<String>,
    /// How the weights are quantized; `None` if nothing says that they are.
    pub quantization: Option<Method>,
    /// How many tokens the model reads at once, as its configuration says, without regard to a scaling of positions.
    pub context_length: Option<u64>,
    /// Whether tensors share weights, as the embedding of the input and the head that gives the output often do; `None` if
    /// nothing tells.
    pub tied: Option<bool>,
    /// The names of the classes that the model tells apart.
    pub labels: Option<Labels>,
    /// The files of the tokenizer, such as `tokenizer.json` or `vocab.json+merges.txt`.
    pub tokenizer: Option<String>,
    /// The licence as the model card or the metadata names it, or else the name of the file with its text.
    pub licence: Option<String>,
    /// What could not be used, and which of these facts are uncertain.
    pub notes: Vec<Finding>,
}

impl Overview {
    /// Gathers the facts.
    ///
    /// [`Kind::OutOfMemory`](crate::Kind::OutOfMemory) is the only error: files that cannot be used are left out, with a note.
    pub fn of(model: &Model) -> Result<Self> {
        model.context().log_failure("overview", Self::gather(model))
    }

    fn gather(model: &Model) -> Result<Self> {
        let mut assets = Assets::of(model);
        let documents = Documents::read(&mut assets)?;
        let stated = Stated::of(&documents)?;
        let weights = Weights::of(model, stated.as_ref())?;
        note_uncertain(&weights, stated.as_ref(), &mut assets)?;
        let dtypes = totals::by_type(model.tensors(), &weights)?;
        let architecture = facts::architecture(model, &documents);
        Ok(Self {
            parameters: dtypes.values().fold(0, |sum, total| sum.saturating_add(total.parameters)),
            bytes: dtypes.values().fold(0, |sum, total| sum.saturating_add(total.bytes)),
            dtypes,
            architecture: architecture.map(brief).transpose()?,
            base_model: facts::base_model(&documents).map(brief).transpose()?,
            quantization: stated.map(|stated| stated.method()).transpose()?.or_else(|| weights.method()),
            context_length: facts::context_length(&documents),
            tied: facts::tied(model, &documents, architecture, &mut assets)?,
            labels: labels::labels(model, &documents, &mut assets)?.into_iter().next(),
            tokenizer: tokenizer::tokenizer(model)?,
            licence: licence::licence(model, &mut assets)?,
            notes: assets.into_notes()?,
        })
    }
}

/// Where it is said what the numbers of a model mean.
pub(crate) struct Meaning {
    /// The names of the classes, by each place where they stand.
    pub labels: Vec<Labels>,
    /// Where it is described how inputs are prepared: files, and keys of the metadata.
    pub preprocessing: Vec<String>,
}

impl Meaning {
    /// Looks where an overview does; what cannot be used is left out.
    pub(crate) fn of(model: &Model) -> Result<Self> {
        let mut assets = Assets::of(model);
        let documents = Documents::read(&mut assets)?;
        let labels = labels::labels(model, &documents, &mut assets)?;
        Ok(Self { labels, preprocessing: preprocessing::preprocessing(model, &documents)? })
    }
}

/// Says why the number of parameters may be wrong.
fn note_uncertain(weights: &Weights<'_>, stated: Option<&Stated<'_>>, assets: &mut Assets<'_>) -> Result<()> {
    let count = weights.unknown;
    if count > 0 {
        assets.note(PARAMETERS_UNCERTAIN, format_args!(
            "the parameters are uncertain: nothing says how many weights an element of {count} packed tensors holds, so it \
             counts as one"
        ))?;
    }
    match stated.filter(|_| weights.method().is_none()) {
        None => Ok(()),
        Some(stated) => assets.note(PARAMETERS_UNCERTAIN, format_args!(
            "the parameters are uncertain: {} says that the weights are quantized, but no tensor is packed in a way that is \
             known",
            stated.file()
        )),
    }
}

/// A text from a file, cut if it is no name.
fn brief(text: &str) -> Result<String> {
    const LONGEST: usize = 256;
    memory::text(&text[..text.floor_char_boundary(LONGEST)], "a text of an overview")
}
