//! Graphs of formats that are not like ONNX: values without names of their own, control edges, several entries.

use bytes::Bytes;

use super::rows::{NodeRow, ValueRow};
use super::text::are_equal;
use super::*;
use crate::error::Kind;
use crate::quantization::{Parameters, Quantization, Scheme};

/// A builder over the text `"ab"`.
fn builder() -> GraphBuilder {
    GraphBuilder::new(Role::Entry, Bytes::from_static(b"ab"), Room::default())
}

fn node(builder: &mut GraphBuilder, name: std::ops::Range<usize>, control: &[u32]) {
    let operator = operator(builder, ["Op", "", ""]);
    builder.node(&IrNode { name, operator, inputs: &[], outputs: &[], control, attributes: 0 }).unwrap();
}

/// The row of an operator: its name, domain and overload.
fn operator(builder: &mut GraphBuilder, parts: [&str; 3]) -> u32 {
    let found = builder.find_operator(parts.map(str::as_bytes));
    found.unwrap_or_else(|| builder.add_operator(parts).unwrap())
}

fn per_tensor(scale: f64) -> Quantization {
    Quantization {
        scheme: Scheme::Tensor,
        scales: Parameters::Floats(vec![scale]),
        zero_points: Parameters::Ints(vec![3]),
    }
}

/// A model of graphs with these roles, each with the values `a` and `b`.
fn model(roles: &[Role]) -> Graphs {
    let mut graphs = Graphs::default();
    for role in roles {
        let mut builder = GraphBuilder::new(*role, Bytes::from_static(b"ab"), Room::default());
        let values = [0..1, 1..2].map(|name| builder.value(name, |_| Ok(())).unwrap());
        builder.input(values[0]).unwrap();
        builder.output(values[1]).unwrap();
        graphs.graphs.push(builder.finish().unwrap());
    }
    graphs
}

#[test]
fn rows_are_small() {
    assert_eq!((size_of::<NodeRow>(), size_of::<ValueRow>()), (32, 24));
}

#[test]
fn values_of_their_own_may_share_a_name_or_have_none() {
    let mut builder = builder();
    let values = [0..1, 0..1, 0..0, 0..0].map(|name| builder.add_value(name).unwrap());
    assert_eq!(values, [0, 1, 2, 3]);
    assert_eq!(builder.value(0..1, |_| Ok(())).unwrap(), 0, "a name means the first value that has it");
    assert_eq!(builder.value(1..2, |_| Ok(())).unwrap(), 4);
    let graph = builder.finish().unwrap();
    let names: Vec<&str> = graph.values().map(|value| value.name).collect();
    assert_eq!(names, ["a", "a", "", "", "b"]);
    assert_eq!((graph.find("a"), graph.find("b"), graph.find("")), (Some(0), Some(4), None));
}

#[test]
fn names_that_no_file_has_are_kept() {
    let mut builder = builder();
    let [first, second] = ["node:0", "größe"].map(|name| builder.keep(name).unwrap());
    let value = builder.add_value(second.clone()).unwrap();
    assert_eq!(builder.value(second, |_| Ok(())).unwrap(), value);
    assert_eq!(builder.value(0..2, |_| Ok(())).unwrap(), 1);
    node(&mut builder, first, &[]);
    let graph = builder.finish().unwrap();
    assert_eq!(graph.node(0).unwrap().name, "node:0");
    assert_eq!((graph.value(0).unwrap().name, graph.value(1).unwrap().name), ("größe", "ab"));
    assert_eq!((graph.find("größe"), graph.find("ab")), (Some(0), Some(1)));
}

#[test]
fn values_are_found_however_many_there_are() {
    let names: Vec<String> = (0..10_000).map(|index| format!("value_{index:05}")).collect();
    let mut builder = GraphBuilder::new(Role::Entry, Bytes::from(names.concat()), Room::default());
    for again in [false, true] {
        for (index, name) in names.iter().enumerate() {
            let start = index * name.len();
            let value = builder.value(start..start + name.len(), |_| Ok(())).unwrap();
            assert_eq!(value as usize, index, "{name}, again: {again}");
        }
    }
    let graph = builder.finish().unwrap();
    assert!(names.iter().enumerate().all(|(index, name)| graph.find(name) == Some(index as u32)));
    assert_eq!(graph.find("value_10000"), None);
}

#[test]
fn operators_and_attributes_may_come_in_any_order() {
    let operators = [["A", "", ""], ["B", "", ""], ["A", "d", ""], ["A", "", "o"], ["A", "d", "o"]];
    let names = ["", "axis", "perm", "axes", "to"];
    // Each comes after each, itself included.
    let order: Vec<usize> = (0..200).map(|index| index * index / 22 % 5).collect();
    let mut builder = builder();
    for index in &order {
        let name = builder.find_word(names[*index].as_bytes());
        let name = name.unwrap_or_else(|| builder.word(names[*index]).unwrap());
        builder.attribute(name, Word::default(), AttributeData::Int(0)).unwrap();
        let operator = operator(&mut builder, operators[*index]);
        let node = IrNode { name: 0..0, operator, inputs: &[], outputs: &[], control: &[], attributes: 1 };
        builder.node(&node).unwrap();
    }
    let graph = builder.finish().unwrap();
    for (node, index) in graph.nodes().zip(&order) {
        assert_eq!([node.op, node.domain, node.overload], operators[*index]);
        assert_eq!(graph.attribute_at(&node, 0).unwrap().name, names[*index]);
    }
}

#[test]
fn control_edges_may_lead_back_and_forth() {
    let mut builder = builder();
    for control in [&[][..], &[2], &[0, 1]] {
        node(&mut builder, 0..0, control);
    }
    let graph = builder.finish().unwrap();
    let control: Vec<&[u32]> = graph.nodes().map(|node| node.control).collect();
    assert_eq!(control, [&[][..], &[2], &[0, 1]]);
}

#[test]
fn control_edges_from_nowhere_are_refused() {
    let mut builder = builder();
    node(&mut builder, 0..0, &[1]);
    let error = builder.finish().unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::Format, "a node waits for node 1; there are 1"));
}

#[test]
fn quantization_of_values_is_found_in_any_order() {
    let mut builder = builder();
    let values = [0..1, 1..2, 0..2].map(|name| builder.value(name, |_| Ok(())).unwrap());
    for (value, scale) in [(2, 0.5), (0, 0.25), (2, 8.0)] {
        builder.set_quantization(value, per_tensor(scale)).unwrap();
    }
    let graph = builder.finish().unwrap();
    let found = values.map(|value| graph.value(value).unwrap().quantization.cloned());
    assert_eq!(found, [Some(per_tensor(0.25)), None, Some(per_tensor(0.5))], "of two the first counts");
}

#[test]
fn quantization_of_no_value_is_refused() {
    let mut builder = builder();
    builder.set_quantization(0, per_tensor(1.0)).unwrap();
    let error = builder.finish().unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::Format, "value 0 is quantized, and the graph has 0 values"));
}

#[test]
fn a_model_may_have_several_entries() {
    let subgraph = Role::Subgraph { graph: 2, node: 0, attribute: 0 };
    let graphs = model(&[Role::Entry, Role::Function(0), Role::Entry, subgraph]);
    assert_eq!(graphs.entries().collect::<Vec<_>>(), [0, 2]);
    assert_eq!(
        (graphs.function_around(1), graphs.function_around(2), graphs.function_around(3)),
        (Some(0), None, None)
    );
    assert_eq!(graphs.outer(3, "a"), Some((2, 0)));
}

#[test]
fn signatures_have_names_of_their_own() {
    let mut graphs = model(&[Role::Entry, Role::Entry]);
    graphs.add_own_signature("", 0).unwrap();
    graphs.add_signature("serve", 1, [&[("tokens", 0), ("mask", 0)], &[("logits", 1)]]).unwrap();
    let told: Vec<_> = graphs.signatures().map(|signature| (signature.key, signature.graph)).collect();
    assert_eq!(told, [("", 0), ("serve", 1)]);
    let serve = graphs.signature(1).unwrap();
    let inputs: Vec<_> = serve.inputs().map(|input| (input.name, input.value)).collect();
    assert_eq!(inputs, [("tokens", 0), ("mask", 0)]);
    assert_eq!(serve.output(0), Some(NamedValue { name: "logits", value: 1 }));
    assert_eq!((serve.output(1), serve.input(9), graphs.signature(2).map(|found| found.graph)), (None, None, None));
    let own = graphs.signature(0).unwrap();
    assert_eq!((own.input(0).unwrap().name, own.output(0).unwrap().name), ("a", "b"));
}

#[test]
fn signatures_of_values_that_are_not_there_are_refused() {
    let mut graphs = model(&[Role::Entry]);
    let error = graphs.add_signature("serve", 0, [&[("x", 2)], &[]]).unwrap_err();
    assert_eq!(error.kind(), Kind::Format);
    assert_eq!(error.message(), "signature input or output x is value 2; the graph has 2 values");
}

#[test]
fn names_are_equal_only_if_every_byte_is() {
    for len in 0..40 {
        let name: Vec<u8> = (0..len).collect();
        assert!(are_equal(&name, &name.clone()));
        assert!(!are_equal(&name, &[&name[..], b"x"].concat()));
        for at in 0..name.len() {
            let mut other = name.clone();
            other[at] ^= 0x80;
            assert!(!are_equal(&name, &other), "byte {at} of {len}");
        }
    }
}
