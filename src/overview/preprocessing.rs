//! Where it is described how inputs have to be prepared.

use super::assets::Documents;
use super::brief;
use super::labels::has_parts;
use crate::error::Result;
use crate::memory;
use crate::model::Model;

/// What memory is asked for.
const PLACES: &str = "where the preprocessing is described";

/// Keys of metadata that say it; also all that begin with `Image.`, which the standard of ONNX defines.
const KEYS: &[&str] = &[
    "image_mean",
    "image_size",
    "image_std",
    "imgsz",
    "input_normalization",
    "input_size",
    "mean",
    "normalization",
    "preprocess",
    "preprocessing",
    "preprocessor_config",
    "standardization_mean",
    "standardization_std",
    "std",
];

/// Where configurations say it: of transformers, and of timm.
const CONFIGURATIONS: &[(&str, &[&str])] = &[
    ("preprocessor_config.json", &[]),
    ("processor_config.json", &["image_processor"]),
    ("config.json", &["pretrained_cfg", "mean"]),
];

/// The places: `preprocessor_config.json`, `metadata: mean`.
pub(super) fn preprocessing(model: &Model, documents: &Documents) -> Result<Vec<String>> {
    let of_model = model.metadata().iter().map(|(key, _)| key);
    let of_graph = model.graphs().get(0).into_iter().flat_map(|graph| &graph.metadata).map(|(key, _)| key.as_str());
    let is_known = |key: &str| KEYS.iter().any(|known| known.eq_ignore_ascii_case(key)) || key.starts_with("Image.");
    let keys = of_model.chain(of_graph).filter(|key| is_known(key));
    let keys = keys.map(|key| memory::format(format_args!("metadata: {}", brief(key)?), PLACES));
    let is_there = |(file, keys): &&(&str, &[&str])| documents.at(file, keys).is_some_and(has_parts);
    let files = CONFIGURATIONS.iter().filter(is_there);
    let files = files.map(|(file, keys)| {
        let separator = if keys.is_empty() { "" } else { ": " };
        memory::format(format_args!("{file}{separator}{}", keys.join(".")), PLACES)
    });
    memory::try_collect(files.chain(keys), PLACES)
}
