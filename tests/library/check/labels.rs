//! The names of classes, and how inputs have to be prepared.

use bytes::Bytes;
use weighbridge::check::{CheckOptions, check};
use weighbridge::overview::Overview;
use weighbridge::{Context, Model, OpenOptions};

use super::{of_rule, the};
use crate::maker::*;

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
    assert_eq!(the(&described, "model.labels", "").message, "class labels: metadata: names (1)");
    let preprocessing = the(&described, "model.preprocessing", "");
    assert_eq!(preprocessing.message, "preprocessing: metadata: Image.NominalPixelRange");
    for rule in ["model.labels.missing", "model.preprocessing.missing"] {
        assert!(of_rule(&described, rule).is_empty(), "{rule}");
    }
    let mapped = vec![
        input("x", &[1, 2]),
        node("ZipMap", &["x"], &["y"], vec![domain("ai.onnx.ml"), strings("classlabels_strings", &["a", "b"])]),
        output("y", &[1, 2]),
    ];
    let mapped = model(vec![ir(10), opset("", 20), opset("ai.onnx.ml", 3), graph("g", mapped)]);
    assert_eq!(the(&mapped, "model.labels", "").message, "class labels: ZipMap: classlabels_strings (2)");
}

/// An encoder lists classes if it makes an output, and if its domain is imported.
#[test]
fn an_encoder_of_labels_may_list_the_classes() {
    let found = |labels: &[&str], made: &str, opsets: Vec<Part>| {
        let parts = vec![
            input("x", &[1, 2]),
            node("LabelEncoder", &["x"], &["encoded"], vec![domain("ai.onnx.ml"), strings("values_strings", labels)]),
            node("Identity", &["encoded"], &["same"], vec![]),
            output(made, &[1, 2]),
        ];
        let model = model([ir(10), opset("", 20), graph("g", parts)].into_iter().chain(opsets).collect());
        of_rule(&model, "model.labels").into_iter().map(|finding| finding.message).collect::<Vec<_>>()
    };
    let imported = || vec![opset("ai.onnx.ml", 3)];
    assert_eq!(found(&["a", "b"], "encoded", imported()), ["class labels: LabelEncoder: values_strings (2)"]);
    assert!(found(&["a", "b"], "same", imported()).is_empty());
    assert!(found(&[], "encoded", imported()).is_empty());
    assert!(found(&["a", "b"], "encoded", vec![]).is_empty());
}

/// The findings of these rules on a directory with a model that takes an image and gives classes, and with these files.
fn beside(files: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let classifier = scores(vec![input("image", &[-1, 3, 224, 224])], "image", vec![]);
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), Bytes::copy_from_slice(text.as_bytes())));
    let blobs = [("model.onnx".to_owned(), Bytes::from(classifier))].into_iter().chain(files);
    let model = Model::from_blobs(blobs, "", &OpenOptions::default(), &Context::new()).unwrap();
    let overview = Overview::of(&model).unwrap();
    let found = check(&model, &CheckOptions::default()).unwrap();
    let labels = found.iter().find(|finding| finding.rule == "model.labels").map(|finding| &finding.message);
    // The two never contradict each other.
    match (&overview.labels, labels) {
        (None, None) => {}
        (Some(known), Some(told)) => assert!(told.contains(&known.source), "{told}: {known:?}"),
        different => panic!("{different:?}"),
    }
    let is_of_these = |rule: &str| rule.starts_with("model.labels") || rule.starts_with("model.preprocessing");
    found.into_iter().filter(|finding| is_of_these(finding.rule)).map(|found| (found.rule, found.message)).collect()
}

#[test]
fn labels_and_preprocessing_that_lie_beside_the_model_count() {
    let rules = |files: &[(&str, &str)]| beside(files).into_iter().map(|(rule, _)| rule).collect::<Vec<_>>();
    let (labels, image) = ("model.labels", "model.preprocessing");
    assert_eq!(rules(&[]), ["model.labels.missing", "model.preprocessing.missing"]);
    let preprocessor = ("preprocessor_config.json", r#"{"image_mean": [0.5, 0.5, 0.5], "size": 224}"#);
    let config = ("config.json", r#"{"id2label": {"0": "cat", "1": "dog"}, "architecture": "resnet"}"#);
    let told = [
        (labels, "class labels: config.json: id2label (2)".to_owned()),
        (image, "preprocessing: preprocessor_config.json".to_owned()),
    ];
    assert_eq!(beside(&[config, preprocessor]), told);
    let timm = r#"{"label_names": ["a"], "pretrained_cfg": {"mean": [0.5]}}"#;
    let told = beside(&[("config.json", timm), ("labels.txt", "cat\r\ndog\n\n")]);
    assert_eq!(told[0].1, "class labels: config.json: label_names (1), labels.txt (2)");
    assert_eq!(told[1].1, "preprocessing: config.json: pretrained_cfg.mean");
    let processor = ("processor_config.json", r#"{"image_processor": {"size": 224}}"#);
    assert_eq!(beside(&[config, processor])[1].1, "preprocessing: processor_config.json: image_processor");
    for nothing in [
        ("config.json", r#"{"id2label": {}, "pretrained_cfg": {}}"#),
        ("preprocessor_config.json", "{}"),
        ("preprocessor_config.json", "broken"),
        ("labels.txt", "\n"),
        ("vocab.txt", "a\nb"),
        ("processor_config.json", r#"{"processor_class": "P"}"#),
    ] {
        assert_eq!(rules(&[nothing]), ["model.labels.missing", "model.preprocessing.missing"], "{nothing:?}");
    }
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
        assert_eq!(the(&with(key), "model.labels", "").message, format!("class labels: metadata: {key}"));
    }
    assert!(lacks(&with("producer"), "model.labels.missing"));
}

#[test]
fn the_name_of_an_output_may_list_its_classes() {
    let name = r#"{"0": "timer", "1": "weather"}"#;
    let parts = vec![input("x", &[1, 2]), node("Softmax", &["x"], &[name], vec![]), output(name, &[1, 2])];
    let model = simple(parts);
    assert!(!lacks(&model, "model.labels.missing"));
    assert!(the(&model, "model.labels", "").message.starts_with("class labels: the name of output {"));
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
