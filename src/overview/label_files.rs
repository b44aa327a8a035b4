//! Files beside the weights that list the classes, by their usual names.

use std::str;

use bytes::Bytes;
use glob::{MatchOptions, Pattern};

use super::assets::Assets;
use super::document::Document;
use super::labels::{LABELS, Labels, first_of, has_parts, of_value};
use crate::error::Result;
use crate::memory;
use crate::model::Model;

/// Files that are read: a model has one.
const MOST: usize = 4;

/// How such a file is read; `None` if it lists nothing.
type Read = fn(&mut Assets<'_>, &str) -> Result<Option<Labels>>;

/// The names, in which `*` stands for any characters, whatever their case. Vocabularies list no classes.
const FILES: &[(&str, Read)] = &[
    ("id2label.json", of_json),
    ("*label_map*.json", of_json),
    ("labels.json", of_json),
    ("classes.json", of_json),
    ("class_names.json", of_json),
    ("labels.txt", of_lines),
    ("*_labels.txt", of_lines),
    ("labelmap.txt", of_lines),
    ("classes.txt", of_lines),
    // `imagenet_classes.txt`, of PyTorch.
    ("*_classes.txt", of_lines),
    ("class_names.txt", of_lines),
    // Of ILSVRC.
    ("synset*.txt", of_lines),
    // Darknet: `coco.names`.
    ("*.names", of_lines),
    // PaddleOCR, whose classes are characters: `ppocr_keys_v1.txt`.
    ("ppocr*.txt", of_lines),
];

/// Adds the labels of the files that the model has.
pub(super) fn find(model: &Model, assets: &mut Assets<'_>, found: &mut Vec<Labels>) -> Result<()> {
    const ANY_CASE: MatchOptions =
        MatchOptions { case_sensitive: false, require_literal_separator: true, require_literal_leading_dot: true };
    let mut read = 0;
    for (name, form) in FILES {
        let Ok(pattern) = Pattern::new(name) else { continue };
        let names = model.assets().iter().filter(|asset| pattern.matches_with(asset, ANY_CASE));
        for asset in names.take(MOST - read) {
            read += 1;
            if let Some(labels) = form(assets, asset)? {
                memory::push(found, labels, LABELS)?;
            }
        }
    }
    Ok(())
}

/// A list, or a map from numbers or to them.
fn of_json(assets: &mut Assets<'_>, name: &str) -> Result<Option<Labels>> {
    let document = assets.document(name)?;
    let value = document.as_ref().map(Document::root).filter(|value| has_parts(*value));
    value.map(|value| of_value(value, memory::text(name, LABELS)?)).transpose()
}

/// A label on each line.
fn of_lines(assets: &mut Assets<'_>, name: &str) -> Result<Option<Labels>> {
    let text: Option<Bytes> = assets.text(name)?;
    let text = text.as_deref().map_or(Ok(""), str::from_utf8).unwrap_or_default();
    let lines = text.trim_start_matches('\u{feff}').lines().filter(|line| !line.is_empty());
    let count = lines.clone().count();
    let labels = || Ok(Labels { count: Some(count), first: first_of(lines)?, source: memory::text(name, LABELS)? });
    (count > 0).then(labels).transpose()
}
