//! What goes wrong in production: other versions, half precision, size.

use weighbridge::check::{CheckOptions, check};
use weighbridge::{Context, Model, OpenOptions, Policy};

use super::{errors, of_rule, text, the};
use crate::maker::*;

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
        let norm = node("LayerNormalization", &["h", "s"], &["y"], parts);
        simple(vec![input("x", &[2, 8]), cast, initializer("s", &[8], &[1.0; 8]), norm, output("y", &[2, 8])])
    };
    let stash = layer(vec![int("stash_type", FLOAT16), float("epsilon", 1e-12)]);
    assert!(the(&stash, "onnx.precision.stash", "").message.contains("stash_type 10, F16"));
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
    assert_eq!(the(&model, "model.signature", "").message, "takes `x` F32 [n, 3, ?]; makes `y` F32 [n]");
    let dynamic: Vec<_> =
        of_rule(&model, "model.signature.dynamic").into_iter().map(|finding| finding.message).collect();
    assert_eq!(dynamic, ["dynamic axes: `n` (x[0], y[0]); some without a name: x[2]"]);
    let scalar = simple(vec![input("x", &[]), node("Relu", &["x"], &["y"], vec![]), output("y", &[])]);
    assert_eq!(the(&scalar, "model.signature", "").message, "takes `x` F32 []; makes `y` F32 []");
    let mute = simple(vec![input("x", &[1]), node("Relu", &["x"], &["y"], vec![])]);
    the(&mute, "model.signature.outputs", "");
}

#[test]
fn types_inside_types_are_told() {
    let model = std::fs::read("tests/onnx/golden/made/value-types.onnx").unwrap();
    let message = the(&model, "model.signature", "").message;
    for ty in ["`sequence` sequence(I64 [n])", "optional(sequence(I64 [n]))", "sequence(map(I64, I64 [n]))"] {
        assert!(message.contains(ty), "{message}");
    }
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
    assert!(text(&found).contains("`a`, `b`; store each once: it saves 2048 bytes"), "{found}");
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
