//! What numbers mean: the names of classes, and how inputs have to be prepared. Weights should not travel without them.

use super::collector::{Collector, Site, advise, quoted};
use super::lists::listed;
use super::signature::{inputs, outputs};
use super::subject::Subject;
use crate::dtype::DType;
use crate::error::Printable;
use crate::finding::rules::{LABELS, LABELS_MISSING, PREPROCESSING, PREPROCESSING_MISSING};
use crate::graph::{Graph, Value};
use crate::overview::{Labels, Meaning};

/// Operators that give scores or classes.
const CLASSIFIERS: &[&str] =
    &["ArgMax", "LinearClassifier", "LogSoftmax", "SVMClassifier", "Softmax", "TreeEnsembleClassifier", "ZipMap"];

/// Operators between scores and an output that do not change what the output is.
const WRAPPERS: &[&str] = &["Cast", "Flatten", "Identity", "Reshape", "Squeeze"];

/// How many wrappers are looked behind.
const MOST_WRAPPERS: usize = 8;

pub(super) fn check(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let Some(main) = subject.graphs.get(0) else { return };
    let Some(Meaning { labels, preprocessing }) = collector.note(Meaning::of(subject.model)) else { return };
    let image = inputs(main).find(is_image);
    if labels.is_empty() {
        report_missing_labels(main, image.is_some(), collector);
    } else {
        collector.add(LABELS, Site::MODEL, || format!("class labels: {}", listed(&labels, place_of)));
    }
    if !preprocessing.is_empty() {
        let places = || listed(&preprocessing, |place| Printable(place).to_string());
        collector.add(PREPROCESSING, Site::MODEL, || format!("preprocessing: {}", places()));
    } else if let Some(image) = image {
        collector.add(PREPROCESSING_MISSING, Site::MODEL, || {
            let name = quoted(image.name);
            let message = format!("input {name} looks like an image, but its preprocessing is not described");
            advise(message, "put size, order of channels, mean and deviation into metadata_props, or into `preprocessor_config.json`")
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
        advise(message, "put the names into metadata_props, under the key `names`, or into a file beside the model such as `labels.txt`")
    });
}

/// Where labels stand, and how many there are: `config.json: id2label (10)`.
fn place_of(Labels { count, source, .. }: &Labels) -> String {
    let count = count.map_or_else(String::new, |count| format!(" ({count})"));
    format!("{}{count}", Printable(source))
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
