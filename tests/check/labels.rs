//! The names of classes, and how inputs have to be prepared.

use super::maker::*;
use super::{of_rule, the};

#[test]
fn labels_and_preprocessing_are_missed() {
    let classifier = |more: Vec<Part>| {
        let parts = vec![
            input("image", &[-1, 3, 224, 224]),
            node("Flatten", &["image"], &["f"], vec![]),
            node("Softmax", &["f"], &["y"], vec![]),
            output("y", &[-1, 10]),
        ];
        model([ir(10), opset("", 20), graph("g", parts)].into_iter().chain(more).collect())
    };
    let bare = classifier(vec![]);
    for rule in ["model.labels.missing", "model.preprocessing.missing"] {
        the(&bare, rule, "");
    }
    let described =
        classifier(vec![metadata("names", "{0: 'cat'}"), metadata("Image.NominalPixelRange", "Normalized_0_1")]);
    assert_eq!(the(&described, "model.labels", "").message, "class labels: `names` in the metadata");
    the(&described, "model.preprocessing", "");
    for rule in ["model.labels.missing", "model.preprocessing.missing"] {
        assert!(of_rule(&described, rule).is_empty(), "{rule}");
    }
    let mapped = vec![
        input("x", &[1, 2]),
        node("ZipMap", &["x"], &["y"], vec![domain("ai.onnx.ml"), strings("classlabels_strings", &["a", "b"])]),
        output("y", &[1, 2]),
    ];
    let mapped = model(vec![ir(10), opset("", 20), opset("ai.onnx.ml", 3), graph("g", mapped)]);
    assert!(the(&mapped, "model.labels", "").message.contains("`classlabels_strings` of `ZipMap`"));
}

/// A model that makes scores of 10 classes of these inputs.
fn scores(inputs: Vec<Part>, of: &str, more: Vec<Part>) -> Vec<u8> {
    let nodes = [node("Softmax", &[of], &["y"], vec![]), output("y", &[-1, 10])];
    let parts = graph("g", inputs.into_iter().chain(nodes).collect());
    model([ir(10), opset("", 20), parts].into_iter().chain(more).collect())
}

fn lacks(model: &[u8], rule: &str) -> bool {
    !of_rule(model, rule).is_empty()
}

#[test]
fn labels_are_found_under_the_keys_of_exporters() {
    let with = |key: &str| scores(vec![input("x", &[1, 10])], "x", vec![metadata(key, "a\nb")]);
    for key in ["names", "classes", "class_names", "labels", "character", "charset", "id2label"] {
        assert!(!lacks(&with(key), "model.labels.missing"), "{key}");
        assert_eq!(the(&with(key), "model.labels", "").message, format!("class labels: `{key}` in the metadata"));
    }
    assert!(lacks(&with("producer"), "model.labels.missing"));
}

#[test]
fn the_name_of_an_output_may_list_its_classes() {
    let name = r#"{"0": "timer", "1": "weather"}"#;
    let parts = vec![input("x", &[1, 2]), node("Softmax", &["x"], &[name], vec![]), output(name, &[1, 2])];
    let model = simple(parts);
    assert!(!lacks(&model, "model.labels.missing"));
    assert!(the(&model, "model.labels", "").message.starts_with("class labels: the name of output `{"));
}

#[test]
fn a_choice_from_a_vocabulary_is_no_classification() {
    assert!(lacks(&scores(vec![input("x", &[1, 10])], "x", vec![]), "model.labels.missing"));
    let decoder = vec![input_of("prefix", INT64, &[-1, -1]), input("memory", &[-1, 10])];
    assert!(!lacks(&scores(decoder, "memory", vec![]), "model.labels.missing"));
}

#[test]
fn only_pictures_are_missed_their_preprocessing() {
    let missed = |name: &str, elements: i64, dims: &[i64]| {
        let model = scores(vec![input_of(name, elements, dims)], name, vec![]);
        lacks(&model, "model.preprocessing.missing")
    };
    assert!(missed("x", FLOAT, &[-1, 3, -1, -1]));
    assert!(missed("x", FLOAT, &[-1, 224, 224, 3]));
    assert!(missed("input_image", FLOAT, &[1, 1, 28, 28]));
    assert!(missed("Img", FLOAT, &[1, 64, -1, 1]));
    // A spectrogram, a mask, latents, a batch of tokens, a few features.
    assert!(!missed("input_1", FLOAT, &[-1, 76, 32, 1]));
    assert!(!missed("mask", FLOAT, &[1, 1, 128, 128]));
    assert!(!missed("sample", FLOAT, &[2, 4, 64, 64]));
    assert!(!missed("tokens", INT64, &[1, 3, 64, 64]));
    assert!(!missed("x", FLOAT, &[1, 3, 4, 4]));
}
