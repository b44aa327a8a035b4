//! What goes wrong in production: other versions, other targets, half precision, labels, size.

use weighbridge::check::{CheckOptions, check};
use weighbridge::{Context, Finding, Kind, Model, OpenOptions, Policy, Severity};

use super::maker::*;
use super::{errors, findings, of_rule};

fn under(version: i64, nodes: Vec<Part>) -> Vec<u8> {
    let ends = [input("x", &[2, 8]), output("y", &[2, 8])];
    model(vec![ir(10), opset("", version), graph("g", ends.into_iter().chain(nodes).collect())])
}

fn node_under(version: i64, op: &str, inputs: &[&str], parts: Vec<Part>) -> Vec<u8> {
    under(version, vec![node(op, inputs, &["y"], parts)])
}

/// The one finding of a rule.
fn the(model: &[u8], rule: &str, target: &str) -> Finding {
    let mut found = findings(model, target);
    found.retain(|finding| finding.rule == rule);
    assert_eq!(found.len(), 1, "{rule}: {found:#?}");
    found.remove(0)
}

/// A finding in one line: what it says, and what to do.
fn text(finding: &Finding) -> String {
    format!("{}; {}", finding.message, finding.remedy.as_deref().unwrap_or_default())
}

#[test]
fn nodes_of_another_era_are_told_which() {
    let cases = [
        (
            node_under(17, "Gelu", &["x"], vec![]),
            "onnx.node.later",
            "version 20 of `ai.onnx`; 17 is imported; import version 20 or later, or write it as 0.5 * x * (1 + Erf",
        ),
        (node_under(23, "Swish", &["x"], vec![]), "onnx.node.later", "x * Sigmoid(alpha * x)"),
        (node_under(13, "HardSwish", &["x"], vec![]), "onnx.node.later", "x * HardSigmoid"),
        (
            node_under(16, "HammingWindow", &["x"], vec![]),
            "onnx.node.later",
            "the function by which the standard defines it, which consists of Sub",
        ),
        (
            node_under(20, "Squeeze", &["x"], vec![ints("axes", &[0])]),
            "onnx.attribute.era",
            "`axes` of `Squeeze` became an input at version 13; give `axes` as an input, or import a version before 13",
        ),
        (
            node_under(20, "ReduceSum", &["x"], vec![ints("axes", &[0])]),
            "onnx.attribute.era",
            "became an input at version 13",
        ),
        (
            node_under(20, "Slice", &["x", "x", "x"], vec![ints("starts", &[0])]),
            "onnx.attribute.era",
            "`starts` of `Slice` became an input at version 10",
        ),
        (
            node_under(13, "Split", &["x"], vec![ints("split", &[1])]),
            "onnx.attribute.era",
            "`split` of `Split` became an input at version 13",
        ),
        (
            node_under(12, "Dropout", &["x"], vec![float("ratio", 0.5)]),
            "onnx.attribute.era",
            "`ratio` of `Dropout` became an input at version 12",
        ),
        (
            node_under(20, "Relu", &["x"], vec![ints("consumed_inputs", &[0])]),
            "onnx.attribute.era",
            "was removed in version 6",
        ),
        (
            node_under(11, "ArgMax", &["x"], vec![int("select_last_index", 1)]),
            "onnx.attribute.era",
            "came with version 12",
        ),
        (
            node_under(10, "Upsample", &["x", "x"], vec![]),
            "onnx.node.deprecated",
            "since version 10 of `ai.onnx`; use `Resize`",
        ),
        (
            node_under(12, "ReduceSum", &["x", "x"], vec![]),
            "onnx.node.arity",
            "version 13 of the operator takes 2: `axes` is an input there, an attribute here",
        ),
        (
            node_under(9, "Slice", &["x", "x", "x"], vec![]),
            "onnx.node.arity",
            "version 10 of the operator takes 3: `starts` is an input",
        ),
        (node_under(20, "relu", &["x"], vec![]), "onnx.node.unknown", "`ai.onnx` has `Relu`"),
        (node_under(20, "ZipMap", &["x"], vec![]), "onnx.node.unknown", "`ai.onnx.ml` has `ZipMap`"),
    ];
    for (model, rule, expected) in cases {
        let actual = text(&the(&model, rule, ""));
        assert!(actual.contains(expected), "{actual}\nexpected: {expected}");
    }
}

#[test]
fn a_version_of_another_domain_is_recognized() {
    let relu = || graph("g", vec![input("x", &[1]), node("Relu", &["x"], &["y"], vec![]), output("y", &[1])]);
    let mistaken = model(vec![ir(10), opset("", 11), opset("ai.onnx.ml", 11), relu()]);
    assert!(text(&the(&mistaken, "onnx.opset.newer", "")).contains("11 looks like a version of `ai.onnx`"));
    let newer = model(vec![ir(10), opset("", 40), relu()]);
    assert!(text(&the(&newer, "onnx.opset.newer", "")).contains("40 is newer than 28"));
    let old = model(vec![ir(3), opset("", 13), relu()]);
    assert!(
        text(&the(&old, "onnx.opset.pair", ""))
            .contains("operator set 13, which came with onnx 1.8.0; save the model with ir_version 7")
    );
}

#[test]
fn targets_are_releases_or_operator_sets() {
    let relu = node_under(13, "Relu", &["x"], vec![]);
    for target in ["onnx-1.15", "onnx-1.15.0", "onnx-1.1", "opset-17", "opset-28", ""] {
        let _ = findings(&relu, target);
    }
    let model = Model::from_memory(relu.into(), &OpenOptions::default(), &Context::new()).unwrap();
    for target in ["onnx", "onnx-", "onnx-1", "onnx-1.99", "opset-0", "opset-29", "opset-x", "opset-+7", "tensorrt"] {
        let error = check(&model, &CheckOptions { target: target.to_owned(), ..Default::default() }).unwrap_err();
        assert!(error.message().contains("opset-1 to opset-28") && error.message().contains("onnx-1.15.0"), "{error}");
    }
}

#[test]
fn a_target_of_another_format_is_refused() {
    let model = Model::open("tests/golden/tiny-llama", &OpenOptions::default(), &Context::new()).unwrap();
    let error = check(&model, &CheckOptions { target: "onnx-1.15".to_owned(), ..Default::default() }).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidArgument);
    assert!(error.to_string().contains("for onnx models; the model is of the format safetensors"), "{error}");
    let error = check(&model, &CheckOptions { target: "tensorrt".to_owned(), ..Default::default() }).unwrap_err();
    assert!(error.message().contains("unknown target"), "{error}");
}

#[test]
fn a_target_says_what_it_cannot_express() {
    let gelu = node_under(20, "Gelu", &["x"], vec![]);
    assert!(errors(&findings(&gelu, "onnx-1.16")).is_empty());
    assert!(text(&the(&gelu, "onnx.target.ir", "onnx-1.14")).contains("ir_version is 10; onnx 1.14.1 reads 9 at most"));
    assert!(
        text(&the(&gelu, "onnx.target.opset", "onnx-1.14"))
            .contains("version 20 of `ai.onnx` is imported; onnx 1.14.1 has 19")
    );
    let op = text(&the(&gelu, "onnx.target.op", "onnx-1.14"));
    assert!(
        op.contains("`Gelu` came with version 20 of `ai.onnx`, after onnx 1.14.1")
            && op.contains("nodes: 1; write it as 0.5 * x"),
        "{op}"
    );
    assert!(of_rule(&gelu, "onnx.target.ir").is_empty());

    let sum = node_under(13, "ReduceSum", &["x", "x"], vec![]);
    let op = text(&the(&sum, "onnx.target.op", "opset-12"));
    assert!(op.contains("`ReduceSum` is of version 13; operator set 12 has version 11"), "{op}");
    assert!(op.contains("2 inputs instead of 1, where `axes` is an attribute"), "{op}");
    let relu = node_under(14, "Relu", &["x"], vec![]);
    assert_eq!(the(&relu, "onnx.target.convert", "opset-13").severity, Severity::Warning);

    let quantized = vec![
        input("x", &[2]),
        initializer_of("w", 22, &[2], &[0x21]),
        node("Relu", &["x"], &["y"], vec![]),
        output("y", &[2]),
    ];
    let quantized = model(vec![ir(10), opset("", 19), graph("g", quantized)]);
    assert!(
        text(&the(&quantized, "onnx.target.type", "onnx-1.15")).contains("element type I4 came with ir_version 10")
    );
}

#[test]
fn control_flow_is_found_anywhere() {
    let body = || graph_message("b", vec![node("Neg", &["x"], &["t"], vec![]), output("t", &[1])]);
    let inner = node(
        "If",
        &["c"],
        &["t"],
        vec![named("inner"), subgraph("then_branch", &body()), subgraph("else_branch", &body())],
    );
    let outer = graph_message("o", vec![inner, output("t", &[1])]);
    let nodes = vec![
        input_of("c", BOOL, &[]),
        node(
            "If",
            &["c"],
            &["y"],
            vec![named("outer"), subgraph("then_branch", &outer), subgraph("else_branch", &body())],
        ),
    ];
    let found = of_rule(&under(20, nodes), "onnx.control.flow");
    let paths: Vec<_> = found.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(paths, ["main/outer", "main/outer.then_branch/inner"]);
    let custom = node("Map", &["x"], &["y"], vec![domain("c"), subgraph("body", &body())]);
    let custom = model(vec![
        ir(10),
        opset("", 20),
        opset("c", 1),
        graph("g", vec![input("x", &[1]), custom, output("y", &[1])]),
    ]);
    assert_eq!(the(&custom, "onnx.control.graph", "").path, "main/Map#0");
}

/// A decomposed layer normalization, and the bytes of its epsilon.
fn decomposed(elements: i64, epsilon: &[u8]) -> Vec<u8> {
    simple(vec![
        input_of("x", elements, &[2, 8]),
        initializer_of("two", elements, &[], if elements == FLOAT16 { &[0, 0x40] } else { &[0, 0, 0, 0x40] }),
        initializer_of("eps", elements, &[], epsilon),
        node("ReduceMean", &["x"], &["mean"], vec![]),
        node("Sub", &["x", "mean"], &["d"], vec![]),
        node("Pow", &["d", "two"], &["p"], vec![]),
        node("ReduceMean", &["p"], &["var"], vec![]),
        node("Add", &["var", "eps"], &["sum"], vec![]),
        node("Sqrt", &["sum"], &["root"], vec![named("root")]),
        node("Div", &["d", "root"], &["y"], vec![]),
        value(12, value_message("y", elements, &[2, 8])),
    ])
}

#[test]
fn variances_in_half_precision_are_found() {
    let half = decomposed(FLOAT16, &[0, 0]);
    assert_eq!(the(&half, "onnx.precision.variance", "").path, "main/root");
    assert!(the(&half, "onnx.precision.variance", "").message.contains("a variance"));
    assert_eq!(the(&half, "onnx.precision.epsilon", "").path, "main/root");
    assert!(of_rule(&decomposed(FLOAT16, &[1, 0]), "onnx.precision.epsilon").is_empty());
    let single = decomposed(FLOAT, &1e-12_f32.to_le_bytes());
    assert!(of_rule(&single, "onnx.precision.variance").is_empty());
    assert!(of_rule(&single, "onnx.precision.epsilon").is_empty());
}

#[test]
fn fused_normalization_in_half_precision_is_found() {
    let layer = |parts: Vec<Part>| {
        let cast = node("Cast", &["x"], &["h"], vec![int("to", FLOAT16)]);
        under(17, vec![cast, initializer("s", &[8], &[1.0; 8]), node("LayerNormalization", &["h", "s"], &["y"], parts)])
    };
    let stash = layer(vec![int("stash_type", FLOAT16), float("epsilon", 1e-12)]);
    assert!(the(&stash, "onnx.precision.stash", "").message.contains("stash_type 10 (F16)"));
    the(&stash, "onnx.precision.epsilon", "");
    the(&stash, "onnx.precision.cast", "");
    let plain = layer(vec![int("stash_type", 1), float("epsilon", 1e-12)]);
    assert!(of_rule(&plain, "onnx.precision.stash").is_empty());
    assert!(of_rule(&plain, "onnx.precision.epsilon").is_empty());
}

#[test]
fn the_signature_is_told() {
    let parts = vec![
        input("x", &[-1, 3, -2]),
        input("w", &[2]),
        initializer("w", &[2], &[1.0, 2.0]),
        node("Relu", &["x"], &["y"], vec![]),
        output("y", &[-1]),
    ];
    let model = simple(parts);
    assert_eq!(the(&model, "model.signature", "").message, "takes `x` F32[n, 3, ?]; makes `y` F32[n]");
    let dynamic: Vec<_> =
        of_rule(&model, "model.signature.dynamic").into_iter().map(|finding| finding.message).collect();
    assert_eq!(dynamic, ["dynamic axes: `n` (x[0], y[0])", "dynamic axes without a name: x[2]"]);
    let scalar = simple(vec![input("x", &[]), node("Relu", &["x"], &["y"], vec![]), output("y", &[])]);
    assert_eq!(the(&scalar, "model.signature", "").message, "takes `x` F32[]; makes `y` F32[]");
    let mute = simple(vec![input("x", &[1]), node("Relu", &["x"], &["y"], vec![])]);
    the(&mute, "model.signature.outputs", "");
}

#[test]
fn types_inside_types_are_told() {
    let model = std::fs::read("tests/onnx/golden/made/value-types.onnx").unwrap();
    let message = the(&model, "model.signature", "").message;
    for ty in ["`sequence` sequence(I64[n])", "optional(sequence(I64[n]))", "sequence(map(I64, I64[n]))"] {
        assert!(message.contains(ty), "{message}");
    }
}

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
    for rule in ["model.labels.missing", "model.preprocessing.missing", "model.facts.missing"] {
        the(&bare, rule, "");
    }
    let described =
        classifier(vec![metadata("names", "{0: 'cat'}"), metadata("Image.NominalPixelRange", "Normalized_0_1")]);
    assert_eq!(the(&described, "model.labels", "").message, "class labels: `names` in the metadata");
    the(&described, "model.preprocessing", "");
    for rule in ["model.labels.missing", "model.preprocessing.missing", "model.facts.missing"] {
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

#[test]
fn weights_that_are_there_twice_are_found() {
    let mut other = vec![1.0; 512];
    other[511] = 2.0;
    let parts = vec![
        input("x", &[1]),
        initializer("a", &[512], &[1.0; 512]),
        initializer("b", &[512], &[1.0; 512]),
        initializer("c", &[256, 2], &[1.0; 512]),
        initializer("d", &[512], &other),
        node("Relu", &["x"], &["y"], vec![]),
        output("y", &[1]),
    ];
    let model = simple(parts);
    let found = the(&model, "model.size.duplicate", "");
    assert!(text(&found).contains("`a`, `b`; share one: it saves 2048 bytes"), "{found}");
    let size = the(&model, "model.size", "").message;
    assert_eq!(size, "weights by type: F32 8192 bytes in 4 tensors; by place: main graph 8192 bytes in 4 tensors");
}

#[test]
fn bytes_that_may_not_be_read_are_told() {
    let parts = vec![
        input("x", &[1]),
        initializer("a", &[512], &[1.0; 512]),
        initializer("b", &[512], &[1.0; 512]),
        sparse("s", &[4], &[1.0, 2.0], Some((&[2], &[2, 1]))),
        node("Relu", &["x"], &["y"], vec![]),
        output("y", &[1]),
    ];
    let options = OpenOptions { policy: Policy::Required, ..OpenOptions::default() };
    let model = Model::from_memory(simple(parts).into(), &options, &Context::new()).unwrap();
    let found = check(&model, &CheckOptions::default()).unwrap();
    for rule in ["onnx.sparse.unread", "model.size.unread"] {
        assert!(found.iter().any(|finding| finding.rule == rule), "{rule}: {found:#?}");
    }
    assert!(errors(&found).is_empty());
}
