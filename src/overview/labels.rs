//! The names of the classes that a model tells apart.

use super::assets::Documents;
use super::brief;
use super::document::Document;
use crate::error::{Kind, Result};
use crate::graph::Attribute;
use crate::memory;
use crate::metadata::{Datum, Map};
use crate::model::Model;

/// What memory is asked for.
const LABELS: &str = "the labels of the classes";

/// How many labels are kept.
const MOST: usize = 3;

/// Longer texts are not searched for labels.
const LONGEST: usize = 4 << 20;

/// Keys of metadata that name the classes, by convention of exporters: `names` is that of Ultralytics, `class_names` that of
/// Deepness, `character` that of PaddleOCR, whose classes are characters.
pub(crate) const LABEL_KEYS: &[&str] = &[
    "categories",
    "character",
    "characters",
    "charset",
    "class_indices",
    "class_labels",
    "class_names",
    "classes",
    "id2label",
    "label_map",
    "label_names",
    "labels",
    "names",
];

/// The names of the classes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Labels {
    /// How many there are; `None` if what names them is in no form that is known here.
    pub count: Option<usize>,
    /// The first few.
    pub first: Vec<String>,
    /// Where they stand: `config.json: id2label`, `metadata: names`, or an operator and its attribute.
    pub source: String,
}

pub(super) fn labels(model: &Model, documents: &Documents) -> Result<Option<Labels>> {
    for key in ["id2label", "label_names"] {
        if let Some(value) = documents.at("config.json", &[key]).filter(|value| has_parts(*value)) {
            return of_value(value, format!("config.json: {key}")).map(Some);
        }
    }
    match of_metadata(model)? {
        Some(labels) => Ok(Some(labels)),
        None => of_classifier(model),
    }
}

fn has_parts(value: Datum<'_>) -> bool {
    match value {
        Datum::Map(map) => !map.is_empty(),
        Datum::List(list) => !list.is_empty(),
        _ => false,
    }
}

/// The labels of a list, or of a map from their numbers.
fn of_value(value: Datum<'_>, source: String) -> Result<Labels> {
    let (count, first) = match value {
        Datum::Map(map) => (Some(map.len()), first_by_number(map)?),
        Datum::List(list) => (Some(list.len()), first_of(list.iter().filter_map(Datum::as_text))?),
        _ => (None, Vec::new()),
    };
    Ok(Labels { count, first, source })
}

fn first_of<'a>(labels: impl Iterator<Item = &'a str>) -> Result<Vec<String>> {
    memory::try_collect(labels.take(MOST).map(brief), LABELS)
}

/// The labels of the smallest numbers: as texts, `10` comes before `2`.
fn first_by_number(map: Map<'_>) -> Result<Vec<String>> {
    let numbered = map.iter().filter_map(|(number, label)| Some((number.parse::<u64>().ok()?, label.as_text()?)));
    let mut sorted: Vec<(u64, &str)> = memory::collect(numbered, LABELS)?;
    sorted.sort_unstable();
    first_of(sorted.into_iter().map(|(_, label)| label))
}

/// The labels in the metadata of the model or of its main graph.
fn of_metadata(model: &Model) -> Result<Option<Labels>> {
    let of_model = model.metadata().iter();
    let of_graph = model.graphs().get(0).into_iter().flat_map(|graph| &graph.metadata);
    let of_graph = of_graph.map(|(key, value)| (key.as_str(), Datum::Text(value)));
    let is_label = |key: &str| LABEL_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key));
    let found = of_model.chain(of_graph).find(|(key, _)| is_label(key));
    let Some((key, value)) = found else { return Ok(None) };
    let source = memory::format(format_args!("metadata: {}", brief(key)?), LABELS)?;
    match value {
        Datum::Text(text) if text.len() <= LONGEST => of_text(text, source).map(Some),
        value => of_value(value, source).map(Some),
    }
}

/// The labels in a text: JSON, or what Python writes for a list or a dictionary.
fn of_text(text: &str, source: String) -> Result<Labels> {
    match Document::read(text.as_bytes()) {
        Ok(document) if has_parts(document.root()) => of_value(document.root(), source),
        Err(e) if e.kind() == Kind::OutOfMemory => Err(e),
        _ => {
            let count = Some(quoted(text).count()).filter(|count| *count > 0);
            Ok(Labels { count, first: first_of(quoted(text))?, source })
        }
    }
}

/// The texts between quotes. Behind a backslash a quote does not end one.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(['"', '\''])?;
        let (quote, inside) = rest[start..].split_at(1);
        let mut is_escaped = false;
        let end = inside.find(|c: char| {
            let ends = !is_escaped && quote.starts_with(c);
            is_escaped = c == '\\' && !is_escaped;
            ends
        })?;
        rest = &inside[end + 1..];
        Some(&inside[..end])
    })
}

/// The labels that an operator of classic machine learning knows.
fn of_classifier(model: &Model) -> Result<Option<Labels>> {
    const DOMAIN: &str = "ai.onnx.ml";
    let Some(main) = model.graphs().get(0) else { return Ok(None) };
    let is_labels = |attribute: &Attribute<'_>| attribute.name.starts_with("classlabels_");
    let found = main.nodes().filter(|node| node.domain == DOMAIN).find_map(|node| {
        let attribute = main.attributes(&node).find(is_labels)?;
        Some((node.op, attribute))
    });
    let Some((op, attribute)) = found else { return Ok(None) };
    let texts = attribute.strings().filter_map(|text| std::str::from_utf8(text).ok());
    let mut first = first_of(texts)?;
    if first.is_empty() {
        first = memory::collect(attribute.ints().iter().take(MOST).map(i64::to_string), LABELS)?;
    }
    let source = memory::format(format_args!("{}: {}", brief(op)?, brief(attribute.name)?), LABELS)?;
    Ok(Some(Labels { count: Some(attribute.len()), first, source }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_found_in_json_and_in_what_python_writes() {
        for (text, count, first) in [
            (r#"["a","b","c","d"]"#, Some(4), "a b c"),
            (r#"{"10":"k","2":"c","0":"a"}"#, Some(3), "a c k"),
            ("{0: 'person', 1: \"driver's seat\", 2: 'b\\'s'}", Some(3), "person driver's seat b\\'s"),
            ("['x', 'y']", Some(2), "x y"),
            ("a, b", None, ""),
            ("'unfinished", None, ""),
            ("[]", None, ""),
        ] {
            let labels = of_text(text, String::new()).unwrap();
            assert_eq!((labels.count, &*labels.first.join(" ")), (count, first), "{text}");
        }
    }
}
