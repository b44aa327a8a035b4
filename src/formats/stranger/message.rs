//! Formats that are protobuf messages, which have no signature: they are told by the first fields.

use super::Stranger;

/// What a message is.
pub(super) fn of(head: &[u8]) -> Option<Stranger> {
    match () {
        () if is_core_ml(head) => {
            Some(Stranger::signed("a model of Core ML", "open the model that it was converted from"))
        }
        () if is_saved_model(head) => Some(Stranger::signed("a SavedModel of TensorFlow", TF2ONNX)),
        () if is_graph_def(head) => Some(Stranger::signed("a graph of TensorFlow", TF2ONNX)),
        () => None,
    }
}

const TF2ONNX: &str = "convert it to ONNX with tf2onnx";

/// Keys of fields that are text or messages.
const FIRST: u8 = 0x0a;
const SECOND: u8 = 0x12;
const THIRD: u8 = 0x1a;
const TENTH: u8 = 0x52;

/// coremltools, mlmodel/format/Model.proto: a version, and the description of the model, which begins with that of an input or
/// output: its name, and more of it.
fn is_core_ml(head: &[u8]) -> bool {
    let is_feature = |feature: &[u8]| {
        field(feature, FIRST).is_some_and(|(name, rest)| is_name(name) && matches!(rest, [SECOND | THIRD, ..]))
    };
    let description = head.strip_prefix(b"\x08").and_then(|rest| field(rest.get(1..)?, SECOND));
    description.is_some_and(|(description, _)| {
        [FIRST, TENTH].iter().any(|key| field(description, *key).is_some_and(|(feature, _)| is_feature(feature)))
    })
}

/// tensorflow, core/protobuf/saved_model.proto: version 1, and a graph, which begins with the list of the operators.
fn is_saved_model(head: &[u8]) -> bool {
    let graph = head.strip_prefix(b"\x08\x01").and_then(|rest| field(rest, SECOND));
    let about = graph.and_then(|(graph, _)| field(graph, FIRST));
    let operators = about.and_then(|(about, _)| field(about, SECOND));
    let operator = operators.and_then(|(operators, _)| field(operators, FIRST));
    operator.and_then(|(operator, _)| field(operator, FIRST)).is_some_and(|(name, _)| is_name(name))
}

/// tensorflow, core/framework/graph.proto: nodes, which begin with their names and operators.
fn is_graph_def(head: &[u8]) -> bool {
    let name = field(head, FIRST).and_then(|(node, _)| field(node, FIRST));
    let operator = name.filter(|(name, _)| is_name(name)).and_then(|(_, rest)| field(rest, SECOND));
    operator.is_some_and(|(operator, _)| is_name(operator) && operator[0].is_ascii_uppercase())
}

/// The contents of a field with this key at the start of a message, as far as they are there, and what comes after them.
fn field(message: &[u8], key: u8) -> Option<(&[u8], &[u8])> {
    let rest = message.strip_prefix(&[key])?;
    let width = rest.iter().position(|byte| *byte < 0x80).filter(|last| *last < 5)? + 1;
    let (digits, rest) = rest.split_at(width);
    let len = digits.iter().rev().fold(0_u64, |len, digit| len << 7 | u64::from(digit & 0x7f));
    Some(rest.split_at(rest.len().min(len as usize)))
}

fn is_name(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contents_of_a_field_end_with_it_or_with_the_bytes() {
        assert_eq!(field(b"\x0a\x02abc", FIRST), Some((&b"ab"[..], &b"c"[..])));
        assert_eq!(field(b"\x0a\xff\xff\xff\xff\x7fabc", FIRST), Some((&b"abc"[..], &b""[..])));
        assert_eq!(field(b"\x0a\x82\x80\x00ab", FIRST), Some((&b"ab"[..], &b""[..])));
        for bad in [&b""[..], b"\x0a", b"\x0a\x80", b"\x12\x01a", b"\x0a\x80\x80\x80\x80\x80\x01a"] {
            assert_eq!(field(bad, FIRST), None);
        }
    }
}
