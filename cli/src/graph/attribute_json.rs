//! The attributes of a node for programs, and what is stored in a graph.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use weighbridge::Model;
use weighbridge::graph::{Attribute, AttributeKind, Stored};

use crate::answer::Items;

/// `{"name": "axis", "type": "int", "value": 1}`; in the body of a function `reference` in place of the value, if it is that of the
/// call.
pub struct AttributeDescription<'a> {
    pub model: &'a Model,
    pub attribute: Attribute<'a>,
}

impl Serialize for AttributeDescription<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { attribute, .. } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", attribute.name)?;
        map.serialize_entry("type", type_name(attribute.kind))?;
        match attribute.reference {
            "" => self.value(&mut map)?,
            reference => map.serialize_entry("reference", reference)?,
        }
        map.end()
    }
}

impl AttributeDescription<'_> {
    fn value<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let Self { model, attribute } = self;
        let dense = |index: &u32| StoredDescription::of(model, Stored::Dense(*index as usize));
        let sparse = |index: &u32| StoredDescription::of(model, Stored::Sparse(*index as usize));
        let text = |bytes: &'_ [u8]| String::from_utf8_lossy(bytes).into_owned();
        match attribute.kind {
            AttributeKind::Float => one(map, attribute.floats().iter().map(Number)),
            AttributeKind::Floats => all(map, attribute.floats().iter().map(Number)),
            AttributeKind::Int => one(map, attribute.ints().iter()),
            AttributeKind::Ints => all(map, attribute.ints().iter()),
            AttributeKind::String => one(map, attribute.strings().map(text)),
            AttributeKind::Strings => all(map, attribute.strings().map(text)),
            AttributeKind::Tensor => one(map, attribute.tensors().iter().map(dense)),
            AttributeKind::Tensors => all(map, attribute.tensors().iter().map(dense)),
            AttributeKind::SparseTensor => one(map, attribute.sparse().iter().map(sparse)),
            AttributeKind::SparseTensors => all(map, attribute.sparse().iter().map(sparse)),
            AttributeKind::Graph => one(map, attribute.graphs().iter()),
            AttributeKind::Graphs => all(map, attribute.graphs().iter()),
            AttributeKind::Type => one(map, attribute.types().map(|ty| ty.to_string())),
            AttributeKind::Types => all(map, attribute.types().map(|ty| ty.to_string())),
            AttributeKind::Undefined => Ok(()),
        }
    }
}

/// The only item, or null.
fn one<M: SerializeMap, T: Serialize>(map: &mut M, mut items: impl Iterator<Item = T>) -> Result<(), M::Error> {
    map.serialize_entry("value", &items.next())
}

fn all<M: SerializeMap, T: Serialize>(map: &mut M, items: impl Iterator<Item = T> + Clone) -> Result<(), M::Error> {
    map.serialize_entry("value", &Items(items))
}

/// As ONNX calls it, in lower case.
fn type_name(kind: AttributeKind) -> &'static str {
    match kind {
        AttributeKind::Undefined => "undefined",
        AttributeKind::Float => "float",
        AttributeKind::Int => "int",
        AttributeKind::String => "string",
        AttributeKind::Tensor => "tensor",
        AttributeKind::Graph => "graph",
        AttributeKind::SparseTensor => "sparse_tensor",
        AttributeKind::Type => "type_proto",
        AttributeKind::Floats => "floats",
        AttributeKind::Ints => "ints",
        AttributeKind::Strings => "strings",
        AttributeKind::Tensors => "tensors",
        AttributeKind::Graphs => "graphs",
        AttributeKind::SparseTensors => "sparse_tensors",
        AttributeKind::Types => "type_protos",
    }
}

/// A number; text for what JSON has no number for: `"NaN"`, `"inf"`, `"-inf"`.
struct Number<'a>(&'a f32);

impl Serialize for Number<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() { serializer.serialize_f32(*self.0) } else { serializer.collect_str(self.0) }
    }
}

/// A tensor by its element type and shape; both are null if it cannot be read.
#[derive(Serialize)]
pub struct StoredDescription<'a> {
    dtype: Option<&'static str>,
    shape: Option<&'a [i64]>,
    #[serde(skip_serializing_if = "is_false")]
    sparse: bool,
}

impl<'a> StoredDescription<'a> {
    pub fn of(model: &'a Model, contents: Stored) -> Self {
        let (tensors, all_sparse) = (model.tensors(), model.graphs().sparse());
        let dense = |index: usize| tensors.get(index);
        match contents {
            Stored::Dense(index) => {
                let tensor = dense(index);
                let dtype = tensor.map(|tensor| tensor.dtype.name());
                Self { dtype, shape: tensor.map(|tensor| tensor.shape), sparse: false }
            }
            Stored::Sparse(index) => {
                let sparse = all_sparse.get(index);
                let values = sparse.and_then(|sparse| sparse.values).and_then(dense);
                let shape = sparse.map(|sparse| &*sparse.shape);
                Self { dtype: values.map(|values| values.dtype.name()), shape, sparse: true }
            }
            Stored::Unreadable => Self { dtype: None, shape: None, sparse: false },
        }
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}
