//! The names of the classes that a model tells apart.

use super::assets::{Assets, Documents};
use super::brief;
use super::document::Document;
use super::label_files;
use crate::error::{Kind, Result};
use crate::graph::{Attribute, Graph, Node};
use crate::memory;
use crate::metadata::{Datum, Map};
use crate::model::Model;
use crate::sort;

/// What memory is asked for.
pub(super) const LABELS: &str = "the labels of the classes";

/// How many labels are kept.
const MOST: usize = 3;

/// Longer texts are not searched for labels.
const LONGEST: usize = 4 << 20;

/// Keys of metadata that name the classes, by convention of exporters: `names` is that of Ultralytics, `class_names` that of
/// Deepness, `character` that of PaddleOCR, whose classes are characters.
const LABEL_KEYS: &[&str] = &[
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
    /// Where they stand: `config.json: id2label`, `metadata: names`, an operator and its attribute, the name of an output, or a file
    /// such as `labels.txt`.
    pub source: String,
}

/// The labels by every place where they stand; the first one counts.
pub(super) fn labels(model: &Model, documents: &Documents, assets: &mut Assets<'_>) -> Result<Vec<Labels>> {
    let mut found = of_config(documents)?;
    of_metadata(model, &mut found)?;
    if let Some(main) = model.graphs().get(0) {
        of_outputs(main, &mut found)?;
        of_operators(model, main, &mut found)?;
    }
    label_files::find(model, assets, &mut found)?;
    Ok(found)
}

fn of_config(documents: &Documents) -> Result<Vec<Labels>> {
    let mut found = Vec::new();
    for key in ["id2label", "label_names"] {
        if let Some(value) = documents.at("config.json", &[key]).filter(|value| has_parts(*value)) {
            memory::push(&mut found, of_value(value, format!("config.json: {key}"))?, LABELS)?;
        }
    }
    Ok(found)
}

pub(super) fn has_parts(value: Datum<'_>) -> bool {
    match value {
        Datum::Map(map) => !map.is_empty(),
        Datum::List(list) => !list.is_empty(),
        _ => false,
    }
}

/// The labels of a list, or of a map from their numbers.
pub(super) fn of_value(value: Datum<'_>, source: String) -> Result<Labels> {
    let (count, first) = match value {
        Datum::Map(map) => (Some(map.len()), first_by_number(map)?),
        Datum::List(list) => (Some(list.len()), first_of(list.iter().filter_map(Datum::as_text))?),
        _ => (None, Vec::new()),
    };
    Ok(Labels { count, first, source })
}

pub(super) fn first_of<'a>(labels: impl Iterator<Item = &'a str>) -> Result<Vec<String>> {
    memory::try_collect(labels.take(MOST).map(brief), LABELS)
}

/// The labels of the smallest numbers: as texts, `10` comes before `2`. A label may also be the key of its number.
fn first_by_number(map: Map<'_>) -> Result<Vec<String>> {
    let numbered = map.iter().filter_map(|(key, value)| match (key.parse(), value) {
        (Ok(number), Datum::Text(label)) => Some((number, label)),
        (_, Datum::U64(number)) => Some((number, key)),
        _ => None,
    });
    let mut sorted: Vec<(u64, &str)> = memory::collect(numbered, LABELS)?;
    sort::sort(&mut sorted);
    first_of(sorted.into_iter().map(|(_, label)| label))
}

/// The labels in the metadata of the model or of its main graph.
fn of_metadata(model: &Model, found: &mut Vec<Labels>) -> Result<()> {
    let of_graph = model.graphs().get(0).into_iter().flat_map(|graph| &graph.metadata);
    let of_graph = of_graph.map(|(key, value)| (key.as_str(), Datum::Text(value)));
    let is_label = |key: &str| LABEL_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key));
    for (key, value) in model.metadata().iter().chain(of_graph).filter(|(key, _)| is_label(key)) {
        let source = memory::format(format_args!("metadata: {}", brief(key)?), LABELS)?;
        let labels = match value {
            Datum::Text(text) if text.len() <= LONGEST => of_text(text, source)?,
            value => of_value(value, source)?,
        };
        memory::push(found, labels, LABELS)?;
    }
    Ok(())
}

/// The labels in the names of outputs: some exporters give an output an object of JSON for a name.
fn of_outputs(main: &Graph, found: &mut Vec<Labels>) -> Result<()> {
    let names = main.outputs().iter().filter_map(|value| main.value(*value)).map(|value| value.name);
    let is_object = |name: &&str| name.starts_with('{') && name.ends_with('}') && name.contains(':');
    for name in names.filter(is_object) {
        let source = memory::format(format_args!("the name of output {}", brief(name)?), LABELS)?;
        memory::push(found, of_text(name, source)?, LABELS)?;
    }
    Ok(())
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

/// The labels that operators of classic machine learning know.
fn of_operators(model: &Model, main: &Graph, found: &mut Vec<Labels>) -> Result<()> {
    const DOMAIN: &str = "ai.onnx.ml";
    let nodes = main.nodes().filter(|node| node.domain == DOMAIN);
    for node in nodes.filter(|_| model.graphs().opset(0, DOMAIN).is_some()) {
        let attribute = main.attributes(&node).find(|attribute| names_classes(main, &node, attribute));
        if let Some(attribute) = attribute {
            memory::check()?;
            memory::push(found, of_attribute(&node, &attribute)?, LABELS)?;
        }
    }
    Ok(())
}

/// Whether an attribute lists classes: those of classifiers do, and that of an encoder that makes an output.
fn names_classes(main: &Graph, node: &Node<'_>, attribute: &Attribute<'_>) -> bool {
    let makes_output = || node.outputs.iter().filter_map(|value| main.value(*value)).any(|value| value.is_output);
    let is_list = attribute.name.starts_with("classlabels_");
    let is_encoder = attribute.name == "values_strings" && node.op == "LabelEncoder" && makes_output();
    (is_list || is_encoder) && (attribute.strings().len() > 0 || !attribute.ints().is_empty())
}

fn of_attribute(node: &Node<'_>, attribute: &Attribute<'_>) -> Result<Labels> {
    let texts = attribute.strings().filter_map(|text| std::str::from_utf8(text).ok());
    let mut first = first_of(texts)?;
    if first.is_empty() {
        first = memory::collect(attribute.ints().iter().take(MOST).map(i64::to_string), LABELS)?;
    }
    let source = memory::format(format_args!("{}: {}", brief(node.op)?, brief(attribute.name)?), LABELS)?;
    Ok(Labels { count: Some(attribute.len()), first, source })
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
            (r#"{"c":2,"a":0,"b":1,"d":10}"#, Some(4), "a b c"),
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
