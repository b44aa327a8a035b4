//! What configurations and metadata say of a model in a word or a number.

use super::assets::{Assets, Documents};
use super::document::{first_text, whole};
use crate::error::Result;
use crate::finding::rules::TIED_STORED;
use crate::metadata::Datum;
use crate::model::Model;

const CONFIG: &str = "config.json";
const ADAPTER: &str = "adapter_config.json";

/// Where configurations name the architecture: of transformers, of diffusers, of timm, of onnxruntime-genai.
const ARCHITECTURES: &[(&str, &[&str])] = &[
    (CONFIG, &["architectures"]),
    (CONFIG, &["model_type"]),
    (CONFIG, &["_class_name"]),
    (CONFIG, &["architecture"]),
    ("genai_config.json", &["model", "type"]),
    (ADAPTER, &["peft_type"]),
];

/// Keys of metadata that name the architecture: of the Stability AI model specification, of GGUF, of kohya's scripts.
const ARCHITECTURE_KEYS: &[&str] =
    &["modelspec.architecture", "general.architecture", "ss_base_model_version", "architecture", "model_type"];

/// The architecture. Configurations of an adapter and of its base may lie in one folder: the name of the weights tells which one
/// counts.
pub(super) fn architecture<'a>(model: &'a Model, documents: &'a Documents) -> Option<&'a str> {
    let of_row = |(file, keys): &(&str, &[&str])| documents.at(file, keys).and_then(first_text);
    let of_adapter = || documents.at(ADAPTER, &["peft_type"]).and_then(first_text).filter(|_| is_adapter(model));
    let of_config = || ARCHITECTURES.iter().find_map(of_row);
    of_adapter().or_else(of_config).or_else(|| metadata_text(model, ARCHITECTURE_KEYS))
}

fn is_adapter(model: &Model) -> bool {
    model.files().any(|file| file.name().starts_with("adapter_"))
}

/// The model that an adapter belongs to.
pub(super) fn base_model(documents: &Documents) -> Option<&str> {
    documents.at(ADAPTER, &["base_model_name_or_path"]).and_then(first_text)
}

/// The text under the first of these keys that the metadata has.
pub(super) fn metadata_text<'a>(model: &'a Model, keys: &[&str]) -> Option<&'a str> {
    let metadata = model.metadata();
    let of_key = |key: &&str| metadata.get(metadata.find(key)?)?.1.as_text();
    keys.iter().find_map(of_key).filter(|text| !text.is_empty())
}

/// Where a configuration describes the part of a model that reads or writes text.
const TEXT_PARTS: &[&[&str]] =
    &[&[], &["text_config"], &["llm_config"], &["language_config"], &["thinker_config", "text_config"], &["decoder"]];

/// What the length of the context is called there.
const LENGTHS: &[&str] = &[
    "max_position_embeddings",
    "n_positions",
    "max_sequence_length",
    "max_seq_len",
    "seq_length",
    "n_ctx",
    "max_target_positions",
];

/// The number of tokens that the model reads at once.
pub(super) fn context_length(documents: &Documents) -> Option<u64> {
    /// Tokenizers that have no limit write 10^30.
    const MOST: u64 = 1_000_000_000;
    let number = |file, keys: &[&str]| documents.at(file, keys).and_then(whole).filter(|number| *number <= MOST);
    let of_part = |part: &&[&str]| LENGTHS.iter().find_map(|key| number(CONFIG, &[*part, &[key]].concat()));
    TEXT_PARTS
        .iter()
        .find_map(of_part)
        .or_else(|| number("genai_config.json", &["model", "context_length"]))
        .or_else(|| number("tokenizer_config.json", &["model_max_length"]))
}

/// Whether tensors share weights: as the configuration says of the embedding and the head, or else as the tensors show. `None` if
/// neither tells.
pub(super) fn tied(
    model: &Model,
    documents: &Documents,
    architecture: Option<&str>,
    assets: &mut Assets<'_>,
) -> Result<Option<bool>> {
    let flag = |part: &&[&str]| match documents.at(CONFIG, &[*part, &["tie_word_embeddings"]].concat()) {
        Some(Datum::Bool(is_tied)) => Some(is_tied),
        _ => None,
    };
    let is_shared = shares_contents(model);
    let stated = TEXT_PARTS.iter().find_map(flag);
    if stated == Some(true) && !is_shared && model.tensors().find("lm_head.weight").is_some() {
        assets.note(
            TIED_STORED,
            format_args!(
                "{CONFIG} says that the head is the embedding, but lm_head.weight is stored beside it, and is counted"
            ),
        )?;
    }
    let is_headless = || architecture.is_some_and(writes_text) && !has_head(model);
    Ok(stated.or_else(|| (is_shared || is_headless()).then_some(true)))
}

/// Whether two tensors are the same bytes of a file. The table is sorted by place: such tensors follow each other.
fn shares_contents(model: &Model) -> bool {
    let spans = || model.tensors().iter().map(|tensor| tensor.contents.run().filter(|run| run.len > 0));
    spans().zip(spans().skip(1)).any(|(one, next)| one.is_some() && one == next)
}

/// Whether models of this architecture have a head as wide as their vocabulary.
fn writes_text(architecture: &str) -> bool {
    ["CausalLM", "LMHead", "ConditionalGeneration"].iter().any(|ending| architecture.contains(ending))
}

/// Whether any tensor may be the head, by the usual names.
fn has_head(model: &Model) -> bool {
    const HEADS: [&str; 5] = ["lm_head", "embed_out", "output_layer", "output", "head"];
    model.tensors().iter().any(|tensor| tensor.name.split('.').any(|part| HEADS.contains(&part)))
}
