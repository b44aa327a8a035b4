//! ONNX: one file of graphs and weights, or one file and weights in others beside it.
//!
//! A model is one protobuf message (onnx.proto; docs/IR.md). The pre-scan of [`protobuf`](super::protobuf) leaves the
//! contents of tensors where they are; graphs are read straight into the rows of [`crate::graph`], and prost decodes
//! small messages that hold no others: operator sets.

mod attribute;
mod contents;
mod directory;
mod external;
mod found;
mod function;
mod graph;
mod hashed_range;
mod label;
mod model;
mod node;
#[allow(dead_code, missing_docs, clippy::all, reason = "made by prost from the official schema")]
mod proto;
mod renamed;
mod schema;
mod sidecar;
mod tensor;
mod tensors;
mod types;

use std::collections::BTreeMap;

use super::{Clues, Confidence, Format};
use crate::formats::protobuf::{Kind, Value, fields};

pub(super) const FORMAT: Format = Format {
    name: "onnx",
    extensions: &["onnx"],
    has_graphs: true,
    has_sets: false,
    names_files: true,
    probe,
    entrances: directory::entrances,
    lacking: |_, _| Ok(BTreeMap::new()),
    index: None,
    read: model::read,
};

/// There is no magic number. A model begins with fields of its message, and says early which version it is of.
fn probe(clues: &Clues<'_>) -> Confidence {
    const IR_VERSION: u32 = 1;
    const HIGHEST_VERSION: i64 = 10_000;
    let message = &schema::SCHEMA.messages[schema::SCHEMA.root];
    let mut is_told = false;
    for (number, value) in fields(&clues.head, 0..clues.head.len()) {
        // A later version may have more fields.
        let Some(Some(field)) = message.fields.get(number as usize) else { continue };
        let fits = match field.kind {
            Kind::Varint => matches!(value, Value::Varint(_)),
            _ => matches!(value, Value::Delimited(_)),
        };
        let is_version = number == IR_VERSION && (1..=HIGHEST_VERSION).contains(&value.int());
        if !fits || (number == IR_VERSION && !is_version) {
            return Confidence::No;
        }
        is_told |= is_version;
    }
    if is_told { Confidence::Maybe } else { Confidence::No }
}
