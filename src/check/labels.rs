//! What numbers mean: the names of classes, and how inputs have to be prepared. Weights should not travel without them.

use super::collector::{Collector, Site, advise, quoted};
use super::lists::listed;
use super::signature::{inputs, outputs};
use super::subject::Subject;
use crate::dtype::DType;
use crate::error::Result;
use crate::finding::rules::{LABELS, LABELS_MISSING, PREPROCESSING, PREPROCESSING_MISSING};
use crate::graph::{Attribute, Graph, Node, Value};
use crate::memory;
use crate::overview::LABEL_KEYS;

/// What memory is asked for.
const LABELS_FOUND: &str = "the labels of the classes";

/// Keys of metadata that say how inputs are prepared; also all that begin with `Image.`, which the standard defines.
const PREPROCESSING_KEYS: &[&str] = &[
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

/// The domain of the operators of classic machine learning, which know the names of their classes.
const CLASSIC_DOMAIN: &str = "ai.onnx.ml";

/// Operators that give scores or classes.
const CLASSIFIERS: &[&str] =
    &["ArgMax", "LinearClassifier", "LogSoftmax", "SVMClassifier", "Softmax", "TreeEnsembleClassifier", "ZipMap"];

/// Operators between scores and an output that do not change what the output is.
const WRAPPERS: &[&str] = &["Cast", "Flatten", "Identity", "Reshape", "Squeeze"];

/// How many wrappers are looked behind.
const MOST_WRAPPERS: usize = 8;

pub(super) fn check(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let Some(main) = subject.graphs.get(0) else { return };
    let found = labels(subject, main).and_then(|labels| Ok((labels, preprocessing(subject, main)?)));
    let Some((labels, preprocessing)) = collector.note(found) else { return };
    let image = inputs(main).find(is_image);
    if labels.is_empty() {
        report_missing_labels(main, image.is_some(), collector);
    } else {
        collector.add(LABELS, Site::MODEL, || format!("class labels: {}", listed(&labels, String::clone)));
    }
    if !preprocessing.is_empty() {
        let keys = || listed(&preprocessing, |key| metadata_text(key));
        collector.add(PREPROCESSING, Site::MODEL, || format!("preprocessing: {}", keys()));
    } else if let Some(image) = image {
        collector.add(PREPROCESSING_MISSING, Site::MODEL, || {
            let name = quoted(image.name);
            let message = format!("input {name} looks like an image, but its preprocessing is not described");
            advise(message, "put size, order of channels, mean and deviation into metadata_props")
        });
    }
}

fn report_missing_labels(main: &Graph, is_of_image: bool, collector: &mut Collector<'_>) {
    // Whole numbers are tokens in most models, and the output is then a choice from the vocabulary.
    if inputs(main).any(|input| is_whole(&input)) {
        return;
    }
    let Some(output) = outputs(main).find(|output| is_classification(main, output, is_of_image)) else { return };
    collector.add(LABELS_MISSING, Site::MODEL, || {
        let name = quoted(output.name);
        let message = format!("output {name} looks like classes, but the model has no names for them");
        advise(message, "put the names into metadata_props, under the key `names`")
    });
}

/// Where the names of the classes are.
fn labels(subject: &Subject<'_>, main: &Graph) -> Result<Vec<String>> {
    let is_label = |key: &str| LABEL_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key));
    let keys = metadata(subject, main).filter(|key| is_label(key));
    let named = outputs(main).filter(|output| is_list_of_labels(output.name));
    let named = named.map(|output| format!("the name of output {}", quoted(output.name)));
    let mut found: Vec<String> = memory::collect(keys.map(metadata_text).chain(named), LABELS_FOUND)?;
    if subject.graphs.opset(0, CLASSIC_DOMAIN).is_none() {
        return Ok(found);
    }
    for node in main.nodes().filter(|node| node.domain == CLASSIC_DOMAIN) {
        let labels = main.attributes(&node).find(|attribute| names_classes(main, &node, attribute));
        if let Some(attribute) = labels {
            memory::check()?;
            let text = format!("{} of {}", quoted(attribute.name), quoted(node.op));
            memory::push(&mut found, text, LABELS_FOUND)?;
        }
    }
    Ok(found)
}

/// Whether a name is an object of JSON, which some exporters give an output to list its classes.
fn is_list_of_labels(name: &str) -> bool {
    name.starts_with('{') && name.ends_with('}') && name.contains(':')
}

/// Whether an attribute lists classes: those of classifiers do, and that of an encoder that makes an output.
fn names_classes(main: &Graph, node: &Node<'_>, attribute: &Attribute<'_>) -> bool {
    let makes_output = || node.outputs.iter().filter_map(|value| main.value(*value)).any(|value| value.is_output);
    let is_list = attribute.name.starts_with("classlabels_");
    let is_encoder = attribute.name == "values_strings" && node.op == "LabelEncoder" && makes_output();
    (is_list || is_encoder) && (attribute.strings().len() > 0 || !attribute.ints().is_empty())
}

/// Where it is said how inputs have to be prepared.
fn preprocessing<'a>(subject: &Subject<'a>, main: &'a Graph) -> Result<Vec<&'a str>> {
    let is_known = |key: &str| PREPROCESSING_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key));
    let keys = metadata(subject, main).filter(|key| key.starts_with("Image.") || is_known(key));
    memory::collect(keys, LABELS_FOUND)
}

fn metadata<'a>(subject: &Subject<'a>, main: &'a Graph) -> impl Iterator<Item = &'a str> {
    let of_model = subject.metadata.iter().map(|(key, _)| key);
    of_model.chain(main.metadata.iter().map(|(key, _)| key.as_str()))
}

fn metadata_text(key: &str) -> String {
    format!("{} in the metadata", quoted(key))
}

/// Whether an input is a picture: it says so, or has the shape of one.
///
/// A picture of one channel has the shape of a spectrogram or a mask, so only its name tells.
fn is_image(input: &Value<'_>) -> bool {
    let Some(ty) = input.ty else { return false };
    if ty.denotation == "IMAGE" {
        return true;
    }
    let Some(&[_, a, b, c]) = ty.shape.filter(|_| !is_whole(input)) else { return false };
    match (a, c) {
        (3, _) => is_side(b) && is_side(c),
        (_, 3) => is_side(a) && is_side(b),
        (1, _) => is_side(b) && is_side(c) && is_called_image(input.name),
        (_, 1) => is_side(a) && is_side(b) && is_called_image(input.name),
        _ => false,
    }
}

/// Whether a size may be that of a side of a picture.
fn is_side(size: i64) -> bool {
    /// Smaller than any picture that a model is made for.
    const SMALLEST: i64 = 16;
    size == -1 || size >= SMALLEST
}

fn is_called_image(name: &str) -> bool {
    let has = |word: &str| name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    ["image", "img", "photo", "picture", "pixel"].into_iter().any(has)
}

/// Whether an input is whole numbers of 32 or 64 bits: pictures and sounds are not.
fn is_whole(input: &Value<'_>) -> bool {
    matches!(input.ty.and_then(|ty| ty.dtype), Some(DType::I32 | DType::I64))
}

/// Whether an output is scores of classes, or classes: by what makes it, or by its shape if the input is a picture.
fn is_classification(main: &Graph, output: &Value<'_>, is_of_image: bool) -> bool {
    let mut current = *output;
    for _ in 0..MOST_WRAPPERS {
        let Some(node) = current.producer.and_then(|producer| main.node(producer)) else { break };
        if CLASSIFIERS.contains(&node.op) {
            return true;
        }
        let next = node.inputs.first().and_then(|input| main.value(*input));
        match next.filter(|_| WRAPPERS.contains(&node.op)) {
            Some(next) => current = next,
            None => break,
        }
    }
    is_of_image && matches!(output.ty.and_then(|ty| ty.shape), Some(&[_, classes]) if classes > 1)
}
