//! What a release of ONNX or of ONNX Runtime, or an operator set, makes of a model.

use weighbridge::check::{CheckOptions, check};
use weighbridge::{Context, Kind, Model, OpenOptions, Severity};

use super::{errors, findings, of_rule, text, the};
use crate::maker::*;

#[test]
fn targets_are_releases_or_operator_sets() {
    let relu = node_under(13, "Relu", &["x"], vec![]);
    for target in ["onnx-1.15", "onnx-1.15.0", "onnx-1.1", "opset-17", "opset-28", "onnxruntime-1.17", ""] {
        let _ = findings(&relu, target);
    }
    let model = Model::from_memory(relu.into(), &OpenOptions::default(), &Context::new()).unwrap();
    let unknown = [
        "onnx",
        "onnx-",
        "onnx-1",
        "onnx-1.99",
        "opset-0",
        "opset-29",
        "opset-x",
        "opset-+7",
        "onnxruntime-1.1",
        "onnxruntime-1",
        "tensorrt-8.6",
    ];
    for target in unknown {
        let error = check(&model, &CheckOptions { target: target.to_owned(), ..Default::default() }).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument);
        for known in ["opset-1 to opset-28", "onnx-1.0 to onnx-1.", "onnxruntime-1.2.0 to onnxruntime-1."] {
            assert!(error.message().contains(known), "{error}");
        }
        // Where it is shown, a message is cut.
        assert!(error.message().len() < 400, "{error}");
        assert_eq!(error.message().contains("TensorRT is none"), target.starts_with("tensorrt"), "{error}");
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
        op.contains("`Gelu` came with version 20 of `ai.onnx`; onnx 1.14.1 has version 19")
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

/// What a target says of a node: that it fits an older version, or why not.
fn verdict(model: &[u8], target: &str) -> Result<String, String> {
    let found = findings(model, target);
    let of = |rule: &str| found.iter().find(|finding| finding.rule == rule).map(|finding| finding.message.clone());
    of("onnx.target.op").map_or_else(|| Ok(of("onnx.target.convert").unwrap()), Err)
}

fn max_pool(version: i64, parts: Vec<Part>) -> Vec<u8> {
    let parts = [ints("kernel_shape", &[2, 2])].into_iter().chain(parts).collect();
    node_under(version, "MaxPool", &["x"], parts)
}

#[test]
fn attributes_that_say_what_an_older_version_does_are_no_obstacle() {
    let reshape = |allowzero| node_under(14, "Reshape", &["x", "x"], vec![int("allowzero", allowzero)]);
    let fits = verdict(&reshape(0), "opset-13").unwrap();
    assert!(fits.ends_with("`Reshape` 13 for 14 (1 node; leave out `allowzero`)"), "{fits}");
    assert!(verdict(&reshape(1), "opset-13").unwrap_err().ends_with("attribute `allowzero` is not known"));

    let defaults = vec![int("ceil_mode", 0), ints("dilations", &[1, 1])];
    let fits = verdict(&max_pool(12, defaults), "opset-9").unwrap();
    assert!(fits.ends_with("`MaxPool` 8 for 12 (1 node; leave out `ceil_mode`, `dilations`)"), "{fits}");
    let others = vec![int("ceil_mode", 1), ints("dilations", &[2, 1])];
    let reasons = verdict(&max_pool(12, others), "opset-9").unwrap_err();
    assert!(reasons.ends_with("attribute `ceil_mode` is not known; attribute `dilations` is not known"), "{reasons}");

    for (op, parts) in [
        ("Cast", vec![int("to", FLOAT), int("saturate", 1)]),
        ("DepthToSpace", vec![int("blocksize", 2), string("mode", "DCR")]),
        ("BatchNormalization", vec![int("training_mode", 0)]),
    ] {
        let inputs = if op == "BatchNormalization" { &["x"; 5][..] } else { &["x"] };
        let fits = verdict(&node_under(20, op, inputs, parts), "opset-10");
        assert!(fits.as_ref().is_ok_and(|fits| fits.contains("; leave out `")), "{op}: {fits:?}");
    }
}

#[test]
fn a_version_that_means_something_else_does_not_fit() {
    let softmax = |parts| node_under(13, "Softmax", &["x"], parts);
    let flattened = "before version 13 the input is flattened at `axis`";
    assert!(verdict(&softmax(vec![]), "opset-12").unwrap_err().contains(flattened));
    assert!(verdict(&softmax(vec![int("axis", 1)]), "opset-12").unwrap_err().contains(flattened));
    assert!(verdict(&softmax(vec![int("axis", -1)]), "opset-12").is_ok());
    let negative = verdict(&softmax(vec![int("axis", -1)]), "opset-10").unwrap_err();
    assert!(negative.contains("`axis` may not be negative before version 11"), "{negative}");
    assert!(verdict(&node_under(13, "Gather", &["x", "x"], vec![int("axis", -1)]), "opset-10").is_ok());

    let align = |mode: &str| {
        let parts = vec![string("coordinate_transformation_mode", mode)];
        verdict(&node_under(16, "RoiAlign", &["x", "x", "x"], parts), "opset-15")
    };
    assert!(align("output_half_pixel").unwrap().ends_with("leave out `coordinate_transformation_mode`)"));
    assert!(align("half_pixel").unwrap_err().contains("the coordinates are those of `output_half_pixel`"));

    let quantize = |scales: i64| {
        let parts = vec![
            input("x", &[2, 8]),
            initializer("scale", &[scales], &vec![1.0; scales as usize]),
            node("QuantizeLinear", &["x", "scale"], &["y"], vec![int("axis", 1)]),
            output("y", &[2, 8]),
        ];
        verdict(&model(vec![ir(7), opset("", 13), graph("g", parts)]), "opset-12")
    };
    assert!(quantize(1).unwrap().contains("leave out `axis`"));
    assert!(quantize(8).unwrap_err().contains("one scale for the whole tensor"));
}

#[test]
fn operators_that_fit_are_told_together() {
    let parts = vec![
        input("x", &[2]),
        node("Relu", &["x"], &["a"], vec![named("first")]),
        node("Relu", &["a"], &["b"], vec![]),
        node("Identity", &["b"], &["y"], vec![]),
        output("y", &[2]),
    ];
    let found = the(&model(vec![ir(7), opset("", 14), graph("g", parts)]), "onnx.target.convert", "opset-12");
    assert_eq!(found.path, "main/first");
    let both = "which the nodes fit: `Identity` 1 for 14 (1 node), `Relu` 6 for 14 (2 nodes)";
    assert!(found.message.ends_with(both), "{found}");
}

/// A model that a version of the representation and versions of operator sets tell apart.
fn of_versions(version: i64, main: i64, ml: i64) -> Vec<u8> {
    let parts =
        vec![input("x", &[2]), node("Normalizer", &["x"], &["y"], vec![domain("ai.onnx.ml")]), output("y", &[2])];
    model(vec![ir(version), opset("", main), opset("ai.onnx.ml", ml), graph("g", parts)])
}

#[test]
fn releases_of_onnx_runtime_read_what_they_were_seen_to_load() {
    let rules = |model: &[u8], target: &str| -> Vec<&str> {
        errors(&findings(model, target)).into_iter().map(|finding| finding.rule).collect()
    };
    for (target, version, main, ml) in [
        ("onnxruntime-1.8", 7, 14, 2),
        ("onnxruntime-1.10.0", 8, 15, 2),
        ("onnxruntime-1.17", 9, 20, 4),
        ("onnxruntime-1.17.1", 9, 20, 4),
        ("onnxruntime-1.24", 13, 25, 5),
        ("onnxruntime-1.32", 14, 28, 5),
    ] {
        assert!(rules(&of_versions(version, main, ml), target).is_empty(), "{target}");
        if version < 14 {
            assert_eq!(rules(&of_versions(version + 1, main, ml), target), ["onnx.target.ir"], "{target}");
            assert_eq!(rules(&of_versions(version, main + 1, ml), target), ["onnx.target.opset"], "{target}");
        }
        if ml < 5 {
            assert_eq!(rules(&of_versions(version, main, ml + 1), target), ["onnx.target.opset"], "{target}");
        }
    }
    let told = text(&the(&of_versions(10, 20, 4), "onnx.target.ir", "onnxruntime-1.17"));
    assert!(told.starts_with("ir_version is 10; ONNX Runtime 1.17.3 reads 9 at most; "), "{told}");
}

/// A node of another domain, which is imported in this version, in a model that imports one more domain.
fn foreign(op: &str, of: &str, version: i64) -> Vec<u8> {
    let parts = vec![input("x", &[2]), node(op, &["x"], &["y"], vec![domain(of)]), output("y", &[2])];
    model(vec![ir(8), opset("", 17), opset(of, version), opset("nobody", 1), graph("g", parts)])
}

#[test]
fn a_runtime_needs_all_operators() {
    let plugin = foreign("EfficientNMS_TRT", "TRT", 1);
    let found = the(&plugin, "onnx.target.domain", "onnxruntime-1.17");
    assert_eq!((found.severity, found.path.as_str()), (Severity::Error, "main/EfficientNMS_TRT#0"));
    assert_eq!(found.message, "ONNX Runtime 1.17.3 has no operators of domain `TRT`: `EfficientNMS_TRT` (1 node)");
    // A release of ONNX says nothing of other people's operators.
    assert!(errors(&findings(&plugin, "onnx-1.15")).is_empty());

    let contrib = foreign("FusedGelu", "com.microsoft", 1);
    let found = the(&contrib, "onnx.target.contrib", "onnxruntime-1.17");
    assert_eq!(found.severity, Severity::Info);
    assert!(errors(&findings(&contrib, "onnxruntime-1.17")).is_empty());
    let newer = foreign("FusedGelu", "com.microsoft", 2);
    assert!(the(&newer, "onnx.target.opset", "onnxruntime-1.17").message.contains("version 2 of `com.microsoft`"));

    let training = foreign("Adam", "ai.onnx.preview.training", 1);
    the(&training, "onnx.target.domain", "onnxruntime-1.17");
    let call = vec![input("x", &[1]), node("F", &["x"], &["y"], vec![domain("f")]), output("y", &[1])];
    let body = vec![function_opset("", 17), function_node("Relu", &["a"], &["b"], vec![])];
    let own = vec![ir(8), opset("", 17), opset("f", 1), graph("g", call), function("F", &["a"], &["b"], &[], body)];
    assert!(errors(&findings(&model(own), "onnxruntime-1.17")).is_empty());
}

#[test]
fn a_plugin_has_a_domain_that_is_imported() {
    let plugin = |of: &str, imports: Vec<Part>| {
        let outputs = ["num", "boxes", "scores", "classes"].map(|name| output(name, &[1]));
        let parts = vec![named("nms"), domain(of), int("background_class", -1), float("score_threshold", 0.25)];
        let node = node("EfficientNMS_TRT", &["b", "s"], &["num", "boxes", "scores", "classes"], parts);
        let ends = [input("b", &[1, 100, 4]), input("s", &[1, 100, 80]), node].into_iter().chain(outputs);
        let head = [ir(8), opset("", 11)].into_iter().chain(imports);
        model(head.chain([graph("g", ends.collect())]).collect())
    };
    let imported = plugin("TRT", vec![opset("TRT", 1)]);
    let told = the(&imported, "onnx.node.custom", "");
    assert_eq!((told.severity, told.path.as_str()), (Severity::Info, "main/nms"));
    assert!(told.message.ends_with("`EfficientNMS_TRT` of domain `TRT` (1 node)"), "{told}");
    assert!(errors(&findings(&imported, "")).is_empty());
    let told = the(&plugin("TRT", vec![]), "onnx.node.domain", "");
    assert_eq!(told.severity, Severity::Error);
    assert!(told.remedy.as_ref().is_some_and(|remedy| remedy.starts_with("import `TRT` in `opset_import`")), "{told}");
    let told = text(&the(&plugin("", vec![]), "onnx.node.unknown", ""));
    assert!(told.contains("specific to a runtime must use the domain of that runtime"), "{told}");
}

#[test]
fn all_operators_of_others_are_one_finding() {
    let parts = vec![
        input("x", &[1, 32]),
        node("MatMulNBits", &["x"], &["a"], vec![domain("com.microsoft")]),
        node("Foo", &["a"], &["b"], vec![domain("nobody")]),
        node("MatMulNBits", &["b"], &["y"], vec![domain("com.microsoft")]),
        output("y", &[1, 4]),
    ];
    let imports = vec![ir(8), opset("", 17), opset("com.microsoft", 1), opset("nobody", 1), graph("g", parts)];
    let told = the(&model(imports), "onnx.node.custom", "");
    assert!(
        told.message.ends_with("`MatMulNBits` of domain `com.microsoft` (2 nodes), `Foo` of domain `nobody` (1 node)"),
        "{told}"
    );
}
