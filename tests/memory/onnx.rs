//! ONNX models of ten megabytes each.
//!
//! The text of a model lies in memory without a file that no allocator sees: as many bytes as the file has, and one read
//! more. All that is counted comes on top of these 10 MiB.

use super::protobuf::{field, number, varint};
use super::{Row, SIZE, short};

const FILE: &str = "model.onnx";

/// A field of protobuf that is a message of these fields.
fn message(tag: u64, fields: &[Vec<u8>]) -> Vec<u8> {
    field(tag, fields.concat())
}

/// The same fields again and again, as many as fit.
fn same(field: &[u8], bytes: usize) -> Vec<u8> {
    field.repeat(bytes / field.len())
}

/// Fields of nothing, as many as fit: two or three bytes each.
fn empty(tag: u64) -> Vec<u8> {
    same(&field(tag, ""), SIZE)
}

/// Fields with different short names, as many as fit.
fn named(item: impl Fn(&str) -> Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SIZE + 1024);
    for number in 1.. {
        bytes.extend(item(&short(number)));
        if bytes.len() >= SIZE {
            break;
        }
    }
    bytes
}

/// Messages inside each other, 100,000 deep, by the keys of their fields, the innermost first.
fn deep(keys: &[u8]) -> Vec<u8> {
    let mut reversed = Vec::new();
    for key in keys.iter().cycle().take(100_000 / keys.len() * keys.len()) {
        reversed.extend(varint(reversed.len() as u64).iter().rev());
        reversed.push(*key);
    }
    reversed.reverse();
    reversed
}

type Files = Vec<(&'static str, Vec<u8>)>;

fn model(fields: &[Vec<u8>]) -> Files {
    vec![(FILE, [number(1, 8), message(8, &[number(2, 17)]), fields.concat()].concat())]
}

fn beside_graph(fields: Vec<u8>) -> Files {
    model(&[field(7, ""), fields])
}

fn graph(fields: Vec<u8>) -> Files {
    model(&[message(7, &[field(2, "g"), fields])])
}

fn node(fields: &[Vec<u8>]) -> Files {
    graph(message(1, &[field(4, "A"), fields.concat()]))
}

fn attribute(kind: u64, fields: Vec<u8>) -> Files {
    node(&[message(5, &[field(1, "a"), number(20, kind), fields])])
}

fn tensor(dims: &[u64], dtype: u64, contents: Vec<u8>) -> Files {
    let dims: Vec<_> = dims.iter().map(|dim| number(1, *dim)).collect();
    graph(message(5, &[field(8, "w"), dims.concat(), number(2, dtype), contents]))
}

/// A tensor of no elements.
fn small_tensor(tag: u64, name: &str) -> Vec<u8> {
    message(tag, &[number(1, 0), number(2, 1), field(8, name)])
}

/// The models, a few at a time.
pub const MODELS: [fn() -> Vec<Row>; 6] = [empty_parts, numbers, nested, named_parts, other_parts, long_names];

/// Messages of nothing take two bytes in a file, and hundreds in memory.
fn empty_parts() -> Vec<Row> {
    vec![
        ("onnx: empty tensors", graph(empty(5)), false, 1),
        ("onnx: empty sparse tensors", graph(empty(15)), false, 1),
        ("onnx: empty nodes", graph(empty(1)), false, 1),
        ("onnx: empty values", graph(empty(13)), false, 1),
        ("onnx: empty metadata of a graph", graph(empty(16)), false, 1),
        ("onnx: empty metadata", beside_graph(empty(14)), false, 1),
        ("onnx: empty functions", beside_graph(empty(25)), false, 1),
        ("onnx: empty operator sets", beside_graph(empty(8)), false, 1),
        ("onnx: empty training", beside_graph(empty(20)), false, 1),
        ("onnx: empty inputs", node(&[empty(1)]), false, 1),
        ("onnx: empty attributes", node(&[empty(5)]), false, 1),
        ("onnx: empty strings of an attribute", attribute(8, empty(9)), false, 1),
        ("onnx: empty graphs of an attribute", attribute(10, empty(11)), false, 1),
        ("onnx: empty types of an attribute", attribute(14, empty(15)), false, 1),
        ("onnx: empty strings of a tensor", tensor(&[SIZE as u64 / 2], 8, empty(6)), false, 176),
    ]
}

fn numbers() -> Vec<Row> {
    let ones = vec![1; SIZE];
    let each = same(&number(7, 1), SIZE);
    vec![
        ("onnx: packed numbers", tensor(&[SIZE as u64], 7, field(7, &ones)), true, 2),
        ("onnx: numbers one by one", tensor(&[SIZE as u64 / 2], 7, each), false, 176),
        ("onnx: packed numbers of an attribute", attribute(7, field(8, &ones)), false, 1),
        ("onnx: dimensions", tensor(&[], 1, field(1, &ones)), false, 1),
        ("onnx: 2^63 elements", tensor(&[1 << 63], 1, Vec::new()), false, 1),
        ("onnx: 2^62 elements, 2^62 times", tensor(&[1 << 62, 1 << 62], 1, Vec::new()), false, 1),
        ("onnx: 2^62 elements in no bytes", tensor(&[0, 1 << 62, 1 << 62], 1, Vec::new()), false, 1),
    ]
}

fn nested() -> Vec<Row> {
    // GraphProto.node, NodeProto.attribute, AttributeProto.g; ValueInfoProto.type, TypeProto.sequence_type, its elem_type.
    let types = message(11, &[field(1, "x"), field(2, deep(&[0x0a, 0x22]))]);
    vec![
        ("onnx: graphs in graphs, 100,000 deep", graph(deep(&[0x32, 0x2a, 0x0a])), false, 1),
        ("onnx: types in types, 100,000 deep", graph(types), false, 1),
    ]
}

fn named_parts() -> Vec<Row> {
    let node_of = |output: &str, op: &str| message(1, &[field(2, output), field(4, op)]);
    let shape = field(2, same(&field(1, ""), 120));
    let ty = message(2, &[message(1, &[number(1, 1), shape])]);
    vec![
        ("onnx: nodes", graph(named(|name| node_of(name, "A"))), true, 96),
        ("onnx: nodes of different operators", graph(named(|name| node_of(name, name))), true, 128),
        ("onnx: inputs of a node", node(&[named(|name| field(1, name))]), true, 96),
        ("onnx: values", graph(named(|name| message(13, &[field(1, name)]))), true, 112),
        ("onnx: values of many dimensions", graph(named(|name| message(13, &[field(1, name), ty.clone()]))), false, 1),
        ("onnx: tensors", graph(named(|name| small_tensor(5, name))), false, 1),
        ("onnx: tensors of one name", graph(same(&small_tensor(5, "w"), SIZE)), false, 1),
        ("onnx: metadata", beside_graph(named(|name| message(14, &[field(1, name)]))), true, 240),
        ("onnx: metadata of one key", beside_graph(same(&message(14, &[field(1, "k")]), SIZE)), true, 144),
    ]
}

fn other_parts() -> Vec<Row> {
    let keys = named(|name| message(13, &[field(1, name)]));
    vec![
        ("onnx: unknown fields", beside_graph(same(&number(100, 0), SIZE)), true, 1),
        ("onnx: one unknown field", beside_graph(field(100, vec![0; SIZE])), true, 1),
        ("onnx: keys of external data", tensor(&[0], 1, [number(14, 1), keys].concat()), false, 48),
    ]
}

/// Names that go into the names of many other things.
fn long_names() -> Vec<Row> {
    let long = "y".repeat(SIZE / 2);
    let half = |field: &[u8]| same(field, SIZE / 2);
    let node = |attribute: &[Vec<u8>]| node(&[field(3, &long), attribute.concat()]);
    let constant = message(7, &[message(5, &[number(20, 4), small_tensor(5, "")])]);
    vec![
        ("onnx: attributes of a node of a long name", node(&[half(&field(5, ""))]), false, 1),
        (
            "onnx: tensors of a node of a long name",
            node(&[message(5, &[number(20, 9), half(&small_tensor(10, ""))])]),
            false,
            1,
        ),
        (
            "onnx: graphs of a node of a long name",
            node(&[message(5, &[number(20, 10), half(&field(11, ""))])]),
            false,
            1,
        ),
        (
            "onnx: tensors of a function of a long name",
            beside_graph(message(25, &[field(1, &long), half(&constant)])),
            false,
            1,
        ),
    ]
}

/// Tensors of nothing in the lists of attributes, whose names the library makes; and contents that make the file long enough
/// for so many.
pub fn tensors_and_a_hole() -> Files {
    let attribute = message(5, &[field(1, "a"), number(20, 9), same(&small_tensor(10, ""), SIZE / 8)]);
    let node = message(1, &[field(4, "A"), attribute]);
    let hole = [number(1, 10 * SIZE as u64), number(2, 2), field(8, "hole"), field(9, vec![0; 10 * SIZE])];
    graph([node, message(5, &hole)].concat())
}
