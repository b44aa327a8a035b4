//! Writes small ONNX models, field by field (onnx.proto), so that tests can break any rule.

use crate::protobuf;

/// One message: its fields in the order in which they are added.
#[derive(Clone, Default)]
pub struct Message(Vec<u8>);

pub const FLOAT: i64 = 1;
pub const INT64: i64 = 7;
pub const BOOL: i64 = 9;
pub const FLOAT16: i64 = 10;

impl Message {
    pub fn int(mut self, field: u64, value: i64) -> Self {
        self.0.extend(protobuf::number(field, value as u64));
        self
    }

    pub fn float(mut self, field: u64, value: f32) -> Self {
        self.0.extend(protobuf::varint(field << 3 | 5));
        self.0.extend(value.to_le_bytes());
        self
    }

    pub fn bytes(mut self, field: u64, value: &[u8]) -> Self {
        self.0.extend(protobuf::field(field, value));
        self
    }

    pub fn text(self, field: u64, value: &str) -> Self {
        self.bytes(field, value.as_bytes())
    }

    pub fn message(self, field: u64, value: &Message) -> Self {
        self.bytes(field, &value.0)
    }

    pub fn each(self, values: impl IntoIterator<Item = impl Fn(Self) -> Self>) -> Self {
        values.into_iter().fold(self, |message, add| add(message))
    }

    pub fn encode(&self) -> Vec<u8> {
        self.0.clone()
    }
}

/// What is added to a message by one of the functions below.
pub type Part = Box<dyn Fn(Message) -> Message>;

fn part(field: u64, message: Message) -> Part {
    Box::new(move |to| to.message(field, &message))
}

// Parts of a model.

pub fn ir(version: i64) -> Part {
    Box::new(move |model| model.int(1, version))
}

pub fn opset(domain: &str, version: i64) -> Part {
    part(8, Message::default().text(1, domain).int(2, version))
}

pub fn metadata(key: &str, value: &str) -> Part {
    part(14, Message::default().text(1, key).text(2, value))
}

pub fn training() -> Part {
    part(20, Message::default())
}

pub fn graph(name: &str, parts: Vec<Part>) -> Part {
    part(7, graph_message(name, parts))
}

/// A function of the domain `f`: inputs, outputs, attributes, and nodes and operator sets as parts.
pub fn function(name: &str, inputs: &[&str], outputs: &[&str], attributes: &[&str], parts: Vec<Part>) -> Part {
    let mut message = Message::default().text(1, name).text(10, "f");
    for (field, names) in [(4, inputs), (5, outputs), (6, attributes)] {
        message = names.iter().fold(message, |message, name| message.text(field, name));
    }
    part(25, message.each(parts))
}

/// An operator set that a function imports.
pub fn function_opset(domain: &str, version: i64) -> Part {
    part(9, Message::default().text(1, domain).int(2, version))
}

/// A node of a function.
pub fn function_node(op: &str, inputs: &[&str], outputs: &[&str], parts: Vec<Part>) -> Part {
    part(7, node_message(op, inputs, outputs, parts))
}

/// The model that consists of these parts.
pub fn model(parts: Vec<Part>) -> Vec<u8> {
    Message::default().each(parts).encode()
}

/// A model of one graph under operator set 20.
pub fn simple(parts: Vec<Part>) -> Vec<u8> {
    model(vec![ir(10), opset("", 20), graph("g", parts)])
}

/// A model of one node between `x` and `y`, which have the shape [2, 8], under a version of the operator set.
pub fn node_under(version: i64, op: &str, inputs: &[&str], parts: Vec<Part>) -> Vec<u8> {
    let parts = vec![input("x", &[2, 8]), output("y", &[2, 8]), node(op, inputs, &["y"], parts)];
    model(vec![ir(10), opset("", version), graph("g", parts)])
}

// Parts of a graph.

pub fn graph_message(name: &str, parts: Vec<Part>) -> Message {
    Message::default().text(2, name).each(parts)
}

pub fn input(name: &str, dims: &[i64]) -> Part {
    part(11, value_message(name, FLOAT, dims))
}

pub fn input_of(name: &str, elements: i64, dims: &[i64]) -> Part {
    part(11, value_message(name, elements, dims))
}

pub fn output(name: &str, dims: &[i64]) -> Part {
    part(12, value_message(name, FLOAT, dims))
}

/// An input (11), an output (12) or another value (13) that is a message by itself.
pub fn value(field: u64, message: Message) -> Part {
    part(field, message)
}

/// A tensor value. A dimension of -1 is the symbol `n`, one of -2 says nothing.
pub fn value_message(name: &str, elements: i64, dims: &[i64]) -> Message {
    let shape = dims.iter().fold(Message::default(), |shape, dim| {
        let dim = match dim {
            -2 => Message::default(),
            -1 => Message::default().text(2, "n"),
            _ => Message::default().int(1, *dim),
        };
        shape.message(1, &dim)
    });
    let tensor = Message::default().int(1, elements).message(2, &shape);
    Message::default().text(1, name).message(2, &Message::default().message(1, &tensor))
}

pub fn initializer(name: &str, dims: &[i64], floats: &[f32]) -> Part {
    part(5, tensor_message(name, FLOAT, dims, &bytes_of(floats)))
}

pub fn initializer_of(name: &str, elements: i64, dims: &[i64], raw: &[u8]) -> Part {
    part(5, tensor_message(name, elements, dims, raw))
}

pub fn tensor_message(name: &str, elements: i64, dims: &[i64], raw: &[u8]) -> Message {
    let message = dims.iter().fold(Message::default(), |message, dim| message.int(1, *dim));
    let message = message.int(2, elements).text(8, name);
    if raw.is_empty() { message } else { message.bytes(9, raw) }
}

/// Says that a value is quantized by another one.
pub fn quantization_annotation(of: &str, parameter: &str, by: &str) -> Part {
    part(14, Message::default().text(1, of).message(2, &Message::default().text(1, parameter).text(2, by)))
}

/// A sparse initializer of floats: its shape, and its indices with their shape.
pub fn sparse(name: &str, shape: &[i64], values: &[f32], indices: Option<(&[i64], &[i64])>) -> Part {
    let values = tensor_message(name, FLOAT, &[values.len() as i64], &bytes_of(values));
    let mut message = Message::default().message(1, &values);
    if let Some((dims, indices)) = indices {
        let raw: Vec<u8> = indices.iter().flat_map(|index| index.to_le_bytes()).collect();
        message = message.message(2, &tensor_message("", INT64, dims, &raw));
    }
    part(15, shape.iter().fold(message, |message, dim| message.int(3, *dim)))
}

fn bytes_of(floats: &[f32]) -> Vec<u8> {
    floats.iter().flat_map(|float| float.to_le_bytes()).collect()
}

pub fn node(op: &str, inputs: &[&str], outputs: &[&str], parts: Vec<Part>) -> Part {
    part(1, node_message(op, inputs, outputs, parts))
}

fn node_message(op: &str, inputs: &[&str], outputs: &[&str], parts: Vec<Part>) -> Message {
    let message = inputs.iter().fold(Message::default(), |message, input| message.text(1, input));
    outputs.iter().fold(message, |message, output| message.text(2, output)).text(4, op).each(parts)
}

// Parts of a node.

pub fn named(name: &str) -> Part {
    let name = name.to_owned();
    Box::new(move |node| node.text(3, &name))
}

pub fn domain(domain: &str) -> Part {
    let domain = domain.to_owned();
    Box::new(move |node| node.text(7, &domain))
}

pub fn attribute(message: Message) -> Part {
    part(5, message)
}

pub fn int(name: &str, value: i64) -> Part {
    attribute(Message::default().text(1, name).int(3, value).int(20, 2))
}

pub fn ints(name: &str, values: &[i64]) -> Part {
    let message = values.iter().fold(Message::default().text(1, name), |message, value| message.int(8, *value));
    attribute(message.int(20, 7))
}

pub fn float(name: &str, value: f32) -> Part {
    attribute(Message::default().text(1, name).float(2, value).int(20, 1))
}

pub fn string(name: &str, value: &str) -> Part {
    attribute(Message::default().text(1, name).text(4, value).int(20, 3))
}

pub fn strings(name: &str, values: &[&str]) -> Part {
    let message = values.iter().fold(Message::default().text(1, name), |message, value| message.text(9, value));
    attribute(message.int(20, 8))
}

pub fn subgraph(name: &str, graph: &Message) -> Part {
    attribute(Message::default().text(1, name).message(6, graph).int(20, 5))
}

/// An attribute of a whole number that takes its value from the call of the function around.
pub fn reference(name: &str, of: &str) -> Part {
    attribute(Message::default().text(1, name).int(20, 2).text(21, of))
}
