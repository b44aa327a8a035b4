//! What graphs store is compared as tensors, wherever it lies.

use weighbridge::diff::diff;
use weighbridge::{Context, Model, OpenOptions};

use super::difference;
use crate::maker::*;

/// The names of the tensors whose bytes differ between two models with the same graphs.
fn changed(a: &[u8], b: &[u8]) -> Vec<String> {
    let difference = difference(a, b);
    assert_eq!((difference.graphs, difference.added.len(), difference.removed.len()), (None, 0, 0));
    let model = super::open(a).unwrap();
    let name = |index: usize| model.tensors().get(index).unwrap().name.to_owned();
    assert!(difference.changed.iter().all(|changed| changed.what().eq(["bytes"])));
    difference.changed.iter().map(|changed| name(changed.a)).collect()
}

fn constant(name: &str, raw: u8) -> Part {
    let tensor = tensor_message("", 2, &[1], &[raw]);
    let value = Message::default().text(1, "value").message(5, &tensor).int(20, 4);
    node("Constant", &[], &[&name.to_uppercase()], vec![named(name), attribute(value)])
}

#[test]
fn tensors_of_attributes_subgraphs_and_functions_are_compared() {
    let inner = |raw| graph_message("i", vec![initializer_of("w", 2, &[1], &[raw])]);
    let in_subgraph = |raw| simple(vec![node("If", &["c"], &["y"], vec![named("if"), subgraph("then", &inner(raw))])]);
    let in_function = |raw| {
        let value = Message::default().text(1, "value").message(5, &tensor_message("", 2, &[1], &[raw])).int(20, 4);
        let node = function_node("Constant", &[], &["c"], vec![attribute(value)]);
        model(vec![ir(10), opset("", 20), graph("g", vec![]), function("F", &[], &["c"], &[], vec![node])])
    };
    assert_eq!(changed(&simple(vec![constant("c", 1)]), &simple(vec![constant("c", 2)])), ["c.value"]);
    assert_eq!(changed(&in_subgraph(1), &in_subgraph(2)), ["if.then/w"]);
    assert_eq!(changed(&in_function(1), &in_function(2)), ["f::F/Constant#0.value"]);
}

/// Names are what tensors are matched by, and where one is used counts: here both models have the same two tensors.
#[test]
fn constants_that_changed_places_are_found() {
    let model = |names: [(&str, u8); 2]| {
        let [first, second] = names.map(|(name, raw)| {
            let tensor = tensor_message("", 2, &[1], &[raw]);
            (name.to_owned(), Message::default().text(1, "value").message(5, &tensor).int(20, 4))
        });
        let of = |output: &str, (name, value): (String, Message)| {
            node("Constant", &[], &[output], vec![named(&name), attribute(value)])
        };
        simple(vec![of("y", first), of("z", second), output("y", &[1]), output("z", &[1])])
    };
    let difference = difference(&model([("a", 1), ("b", 2)]), &model([("b", 2), ("a", 1)]));
    assert!(difference.added.is_empty() && difference.removed.is_empty() && difference.changed.is_empty());
    assert_eq!(difference.graphs.unwrap().to_string(), "main, node 0 (Constant): attribute value");
}

#[test]
fn sparse_tensors_are_compared() {
    let model = |value: f32, place: i64| simple(vec![sparse("s", &[9], &[value], Some((&[1], &[place])))]);
    assert_eq!(changed(&model(1.0, 0), &model(2.0, 0)), ["s.values"]);
    assert_eq!(changed(&model(1.0, 0), &model(1.0, 1)), ["s.indices"]);
}

/// Strings are bytes, whether they are text or not.
#[test]
fn strings_of_tensors_are_compared() {
    let model = |strings: [&[u8]; 2]| {
        let tensor = Message::default().int(1, 2).int(2, 8).text(8, "words");
        let tensor = strings.iter().fold(tensor, |tensor, string| tensor.bytes(6, string));
        simple(vec![Box::new(move |graph| graph.message(5, &tensor))])
    };
    assert_eq!(changed(&model([b"ab", b"c"]), &model([b"a", b"bc"])), ["words"]);
    assert_eq!(changed(&model([&[0xff], b"c"]), &model([&[0xfe], b"c"])), ["words"]);
    assert!(changed(&model([&[0xff], b"c"]), &model([&[0xff], b"c"])).is_empty());
}

/// The same integers stand for other numbers under another scale.
#[test]
fn quantization_of_tensors_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data"), [7; 4]).unwrap();
    let model = |scale: f32| {
        let path = folder.path().join(format!("{scale}.trial"));
        let tensor = format!(
            r#"{{"name": "w", "dtype": "I8", "shape": [4], "quantization": {{"scales": [{scale}]}},
                "runs": [{{"file": 0, "offset": 0, "len": 4}}]}}"#
        );
        std::fs::write(&path, format!(r#"{{"trial": 1, "files": ["data"], "tensors": [{tensor}]}}"#)).unwrap();
        Model::open(&path, &OpenOptions::default(), &Context::new()).unwrap()
    };
    assert!(diff(&model(0.5), &model(0.5)).unwrap().is_empty());
    let difference = diff(&model(0.5), &model(0.25)).unwrap();
    assert_eq!(difference.changed.iter().flat_map(|changed| changed.what()).collect::<Vec<_>>(), ["layout"]);
}
