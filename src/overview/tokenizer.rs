//! Which files are the tokenizer.

use crate::error::Result;
use crate::memory;
use crate::model::Model;

/// The files of tokenizers, those of one row together; an earlier row is preferred.
const FILES: &[&[&str]] = &[
    &["tokenizer.json"],
    &["tekken.json"],
    &["tokenizer.model"],
    &["spiece.model"],
    &["sentencepiece.bpe.model"],
    &["source.spm", "target.spm"],
    &["vocab.json", "merges.txt"],
    &["vocab.txt"],
    &["vocab.json"],
];

/// The ending of the files of tiktoken.
const TIKTOKEN: &str = ".tiktoken";

/// The names of the files, joined by `+`; `None` if the model has no tokenizer.
pub(super) fn tokenizer(model: &Model) -> Result<Option<String>> {
    let has_all = |files: &&&[&str]| files.iter().all(|file| model.find_asset(file).is_some());
    if let Some(files) = FILES.iter().find(has_all) {
        return Ok(Some(files.join("+")));
    }
    let tiktoken = model.assets().iter().find(|name| name.ends_with(TIKTOKEN));
    tiktoken.map(|name| memory::text(name, "the name of a tokenizer")).transpose()
}
