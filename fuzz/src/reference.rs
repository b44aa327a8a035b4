//! A model as the decoder sees it that prost makes from the schema of ONNX: it believes everything, and it is not the way
//! by which the library reads graphs and contents.

use std::collections::BTreeMap;

use prost::Message;
use weighbridge::graph::{Attribute, AttributeKind, Dim, Graph, NO_VALUE, Node, Stored, Type, TypeKind};
use weighbridge::{DType, Model};

use self::proto::tensor_shape_proto::dimension::Value as DimValue;
use self::proto::type_proto::Value as TypeValue;
use self::proto::*;

#[path = "../../src/formats/onnx/proto.rs"]
#[allow(dead_code, missing_docs, clippy::all, reason = "made by prost from the official schema")]
mod proto;

/// The element types in the order of their numbers, from 1 on (onnx.proto, TensorProto.DataType).
const DTYPES: [&str; 28] = [
    "F32",
    "U8",
    "I8",
    "U16",
    "I16",
    "I32",
    "I64",
    "STRING",
    "BOOL",
    "F16",
    "F64",
    "U32",
    "U64",
    "C64",
    "C128",
    "BF16",
    "F8_E4M3",
    "F8_E4M3FNUZ",
    "F8_E5M2",
    "F8_E5M2FNUZ",
    "U4",
    "I4",
    "F4",
    "F8_E8M0",
    "U2",
    "I2",
    "F6_E2M3",
    "F6_E3M2",
];

/// The kinds in the order of their numbers (onnx.proto, AttributeProto.AttributeType).
const KINDS: [AttributeKind; 15] = [
    AttributeKind::Undefined,
    AttributeKind::Float,
    AttributeKind::Int,
    AttributeKind::String,
    AttributeKind::Tensor,
    AttributeKind::Graph,
    AttributeKind::Floats,
    AttributeKind::Ints,
    AttributeKind::Strings,
    AttributeKind::Tensors,
    AttributeKind::Graphs,
    AttributeKind::SparseTensor,
    AttributeKind::SparseTensors,
    AttributeKind::Type,
    AttributeKind::Types,
];

/// What the library does not look into, in the words of the decoder's errors: text that is not kept, and messages.
const UNREAD: [&str; 3] = ["UTF-8", "ModelProto.training_info", "NodeProto.device_configurations"];

/// Compares a model without files beside it with what the decoder makes of its file.
pub fn compare(model: &Model, data: &[u8]) {
    let reference = match ModelProto::decode(data) {
        Ok(reference) => reference,
        Err(e) => {
            let message = e.to_string();
            let is_kept = !UNREAD.iter().any(|part| message.contains(part));
            let is_wanted = !message.contains("_data: ") || !has_unreadable(model);
            assert!(!is_kept || !is_wanted, "{e}");
            return;
        }
    };
    compare_model(model, &reference);
    let compare = Comparison { model };
    compare.graph(0, reference.graph.as_ref().expect("a graph"));
    assert_eq!(model.graphs().functions().len(), reference.functions.len());
    for (index, function) in reference.functions.iter().enumerate() {
        compare.function(index, function);
    }
}

/// Whether the type of a tensor is not known. Its contents are not looked at then.
fn has_unreadable(model: &Model) -> bool {
    let in_attribute = |attribute: Attribute<'_>| attribute.tensors().contains(&NO_VALUE);
    let in_graph = |graph: &Graph| {
        graph.initializers().iter().any(|initializer| initializer.contents == Stored::Unreadable)
            || graph.defaults().any(in_attribute)
            || graph.nodes().any(|node| graph.attributes(&node).any(in_attribute))
    };
    let sparse = model.graphs().sparse().iter();
    model.graphs().iter().any(in_graph)
        || sparse.flat_map(|sparse| [sparse.values, sparse.indices]).any(|t| t.is_none())
}

fn compare_model(model: &Model, reference: &ModelProto) {
    let graphs = model.graphs();
    assert_eq!(graphs.ir_version(), reference.ir_version);
    let (about, facts) = (&graphs.about, graphs.onnx.as_ref().expect("facts of ONNX"));
    let producer = (about.producer.as_str(), about.producer_version.as_str());
    assert_eq!(producer, (reference.producer_name(), reference.producer_version()));
    assert_eq!((facts.domain.as_str(), facts.model_version), (reference.domain(), reference.model_version()));
    assert_eq!(about.documentation, reference.doc_string());
    compare_opsets(graphs.opsets(), &reference.opset_import);
    let mut metadata = BTreeMap::new();
    for entry in &reference.metadata_props {
        metadata.entry(entry.key().to_owned()).or_insert_with(|| entry.value().to_owned());
    }
    let seen = model.metadata().iter().map(|(key, value)| (key, value.as_text().unwrap()));
    assert!(seen.eq(metadata.iter().map(|(key, value)| (key.as_str(), value.as_str()))));
}

fn compare_opsets(opsets: &[weighbridge::graph::Opset], reference: &[OperatorSetIdProto]) {
    let opsets = opsets.iter().map(|opset| (opset.domain.as_str(), opset.version));
    assert!(opsets.eq(reference.iter().map(|opset| (plain(opset.domain()), opset.version()))));
}

/// The default domain has two spellings.
fn plain(domain: &str) -> &str {
    if domain == "ai.onnx" { "" } else { domain }
}

fn names(graph: &Graph, values: &[u32]) -> Vec<String> {
    values.iter().map(|value| graph.value(*value).map_or("", |value| value.name).to_owned()).collect()
}

fn compare_metadata(graph: &Graph, reference: &[StringStringEntryProto]) {
    let metadata = graph.metadata.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    assert!(metadata.eq(reference.iter().map(|entry| (entry.key(), entry.value()))));
}

struct Comparison<'a> {
    model: &'a Model,
}

impl Comparison<'_> {
    fn graph(&self, index: usize, reference: &GraphProto) {
        let graph = self.model.graphs().get(index).expect("a graph");
        assert_eq!((graph.name.as_str(), graph.documentation.as_str()), (reference.name(), reference.doc_string()));
        compare_metadata(graph, &reference.metadata_props);
        let (inputs, outputs) = (&reference.input, &reference.output);
        let names_of = |infos: &[ValueInfoProto]| infos.iter().map(|info| info.name().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(graph, graph.inputs()), names_of(inputs));
        assert_eq!(names(graph, graph.outputs()), names_of(outputs));
        compare_infos(graph, inputs.iter().chain(outputs), &reference.value_info);
        self.nodes(graph, &reference.node);
        self.initializers(graph, reference);
    }

    fn function(&self, index: usize, reference: &FunctionProto) {
        let function = &self.model.graphs().functions()[index];
        assert_eq!((function.name.as_str(), function.overload.as_str()), (reference.name(), reference.overload()));
        assert_eq!((function.domain.as_str(), &function.attributes), (plain(reference.domain()), &reference.attribute));
        compare_opsets(self.model.graphs().function_opsets(index), &reference.opset_import);
        let body = self.model.graphs().get(function.graph).expect("a body");
        assert_eq!(body.documentation, reference.doc_string());
        compare_metadata(body, &reference.metadata_props);
        assert_eq!(names(body, body.inputs()), reference.input);
        assert_eq!(names(body, body.outputs()), reference.output);
        compare_infos(body, [].iter(), &reference.value_info);
        let defaults: Vec<_> = body.defaults().collect();
        self.attributes(body, &defaults, &reference.attribute_proto);
        self.nodes(body, &reference.node);
        assert!(body.initializers().is_empty());
    }

    fn nodes(&self, graph: &Graph, reference: &[NodeProto]) {
        assert_eq!(graph.node_count(), reference.len());
        for (node, reference) in graph.nodes().zip(reference) {
            let Node { name, op, domain, overload, inputs, outputs, .. } = node;
            assert_eq!((name, op), (reference.name(), reference.op_type()));
            assert_eq!((domain, overload), (plain(reference.domain()), reference.overload()));
            assert_eq!(names(graph, inputs), reference.input);
            assert_eq!(names(graph, outputs), reference.output);
            let attributes: Vec<_> = graph.attributes(&node).collect();
            self.attributes(graph, &attributes, &reference.attribute);
        }
    }

    fn attributes(&self, graph: &Graph, attributes: &[Attribute<'_>], reference: &[AttributeProto]) {
        assert_eq!(attributes.len(), reference.len());
        for (attribute, reference) in attributes.iter().zip(reference) {
            assert_eq!((attribute.name, attribute.reference), (reference.name(), reference.ref_attr_name()));
            let declared = usize::try_from(reference.r#type.unwrap_or_default()).ok();
            let declared = declared.and_then(|number| KINDS.get(number)).copied().unwrap_or(KINDS[0]);
            if declared != AttributeKind::Undefined {
                assert_eq!(attribute.kind, declared);
            }
            if attribute.reference.is_empty() {
                self.contents(graph, attribute, reference);
            } else {
                assert!(attribute.is_empty());
            }
        }
    }

    fn contents(&self, graph: &Graph, attribute: &Attribute<'_>, reference: &AttributeProto) {
        let bits = |floats: &[f32]| floats.iter().map(|float| float.to_bits()).collect::<Vec<_>>();
        match attribute.kind {
            AttributeKind::Undefined => assert!(attribute.is_empty()),
            AttributeKind::Float => assert_eq!(bits(attribute.floats()), bits(&[reference.f()])),
            AttributeKind::Int => assert_eq!(attribute.ints(), [reference.i()]),
            AttributeKind::String => assert!(attribute.strings().eq([reference.s()])),
            AttributeKind::Floats => assert_eq!(bits(attribute.floats()), bits(&reference.floats)),
            AttributeKind::Ints => assert_eq!(attribute.ints(), reference.ints),
            AttributeKind::Strings => assert!(attribute.strings().eq(reference.strings.iter().map(|string| &**string))),
            AttributeKind::Tensor => self.tensors(attribute, reference.t.as_slice()),
            AttributeKind::Tensors => self.tensors(attribute, &reference.tensors),
            AttributeKind::Graph => self.graphs(attribute, reference.g.as_slice()),
            AttributeKind::Graphs => self.graphs(attribute, &reference.graphs),
            AttributeKind::SparseTensor => self.sparse(attribute, reference.sparse_tensor.as_slice()),
            AttributeKind::SparseTensors => self.sparse(attribute, &reference.sparse_tensors),
            AttributeKind::Type => compare_types(graph, attribute, reference.tp.as_slice()),
            AttributeKind::Types => compare_types(graph, attribute, &reference.type_protos),
        }
    }

    fn tensors(&self, attribute: &Attribute<'_>, reference: &[TensorProto]) {
        assert_eq!(attribute.tensors().len(), reference.len());
        for (tensor, reference) in attribute.tensors().iter().zip(reference) {
            self.tensor((*tensor != NO_VALUE).then_some(*tensor as usize), reference);
        }
    }

    fn graphs(&self, attribute: &Attribute<'_>, reference: &[GraphProto]) {
        assert_eq!(attribute.graphs().len(), reference.len());
        for (graph, reference) in attribute.graphs().iter().zip(reference) {
            self.graph(*graph as usize, reference);
        }
    }

    fn sparse(&self, attribute: &Attribute<'_>, reference: &[SparseTensorProto]) {
        assert_eq!(attribute.sparse().len(), reference.len());
        for (sparse, reference) in attribute.sparse().iter().zip(reference) {
            self.sparse_tensor(*sparse as usize, reference);
        }
    }

    fn sparse_tensor(&self, index: usize, reference: &SparseTensorProto) {
        let sparse = &self.model.graphs().sparse()[index];
        assert_eq!(sparse.shape, reference.dims);
        for (tensor, reference) in [(sparse.values, &reference.values), (sparse.indices, &reference.indices)] {
            match reference {
                Some(reference) => self.tensor(tensor, reference),
                None => assert_eq!(tensor, None),
            }
        }
    }

    fn initializers(&self, graph: &Graph, reference: &GraphProto) {
        let (dense, sparse) = graph.initializers().split_at(reference.initializer.len());
        for (initializer, reference) in dense.iter().zip(&reference.initializer) {
            assert_eq!(names(graph, &[initializer.value]), [reference.name()]);
            match initializer.contents {
                Stored::Dense(tensor) => self.tensor(Some(tensor), reference),
                Stored::Unreadable => self.tensor(None, reference),
                Stored::Sparse(_) => panic!("a dense tensor has become sparse"),
            }
        }
        assert_eq!(sparse.len(), reference.sparse_initializer.len());
        for (initializer, reference) in sparse.iter().zip(&reference.sparse_initializer) {
            let name = reference.values.as_ref().map_or("", |values| values.name());
            assert_eq!(names(graph, &[initializer.value]), [name]);
            let Stored::Sparse(sparse) = initializer.contents else { panic!("a sparse tensor has become dense") };
            self.sparse_tensor(sparse, reference);
        }
    }

    /// A tensor that the library has, or has not because its element type is not known.
    fn tensor(&self, index: Option<usize>, reference: &TensorProto) {
        let code = reference.data_type.unwrap_or_default();
        let name = dtype_name(code);
        let Some((index, name)) = index.zip(name) else {
            assert!(index.is_none() && name.is_none());
            return;
        };
        let tensor = self.model.tensors().get(index).expect("a tensor");
        assert_eq!((tensor.dtype.name(), tensor.shape), (name, &*reference.dims));
        assert_eq!(self.model.bytes(index).unwrap(), contents(tensor.dtype, reference));
    }
}

fn dtype_name(code: i32) -> Option<&'static str> {
    let position = usize::try_from(code.checked_sub(1)?).ok()?;
    DTYPES.get(position).copied()
}

/// The bytes of a tensor from the one field that has them.
fn contents(dtype: DType, reference: &TensorProto) -> Vec<u8> {
    if let Some(raw) = &reference.raw_data {
        return raw.to_vec();
    }
    let ints = &reference.int32_data;
    let low_bytes = |width: usize| ints.iter().flat_map(|number| number.to_le_bytes()[..width].to_vec()).collect();
    match dtype.name() {
        "F32" | "C64" => reference.float_data.iter().flat_map(|number| number.to_le_bytes()).collect(),
        "F64" | "C128" => reference.double_data.iter().flat_map(|number| number.to_le_bytes()).collect(),
        "I64" => reference.int64_data.iter().flat_map(|number| number.to_le_bytes()).collect(),
        "U64" => reference.uint64_data.iter().flat_map(|number| number.to_le_bytes()).collect(),
        "U32" => reference.uint64_data.iter().flat_map(|number| (*number as u32).to_le_bytes()).collect(),
        "STRING" => strings(reference),
        "BOOL" => ints.iter().map(|number| u8::from(number & 0xff != 0)).collect(),
        "F6_E2M3" | "F6_E3M2" => sixes(ints),
        "I32" => low_bytes(4),
        "U16" | "I16" | "F16" | "BF16" => low_bytes(2),
        _ => low_bytes(1),
    }
}

/// Offsets, then the bytes.
fn strings(reference: &TensorProto) -> Vec<u8> {
    let mut end = 0_u64;
    let mut bytes = end.to_le_bytes().to_vec();
    for string in &reference.string_data {
        end += string.len() as u64;
        bytes.extend(end.to_le_bytes());
    }
    bytes.extend(reference.string_data.iter().flatten());
    bytes
}

/// A stream of six bits each.
fn sixes(numbers: &[i32]) -> Vec<u8> {
    let mut bytes = vec![0; (6 * numbers.len()).div_ceil(8)];
    for (index, number) in numbers.iter().enumerate() {
        for bit in (0..6).filter(|bit| number >> bit & 1 == 1) {
            bytes[(6 * index + bit) / 8] |= 1 << ((6 * index + bit) % 8);
        }
    }
    bytes
}

/// The values of inputs, outputs and other descriptions are there; what is said of an input or output in one place only
/// is what the value has.
fn compare_infos<'a>(graph: &Graph, ends: impl Iterator<Item = &'a ValueInfoProto>, others: &[ValueInfoProto]) {
    let mut infos: BTreeMap<&str, Vec<&ValueInfoProto>> = BTreeMap::new();
    for info in ends.filter(|info| !info.name().is_empty()) {
        infos.entry(info.name()).or_default().push(info);
    }
    for (name, infos) in infos {
        let value = graph.find(name).and_then(|value| graph.value(value)).expect("an input or output");
        if let [info] = infos[..] {
            compare_type(value.ty, info.r#type.as_ref());
        }
    }
    for name in others.iter().map(|info| info.name()).filter(|name| !name.is_empty()) {
        assert!(graph.find(name).is_some());
    }
}

fn compare_types(graph: &Graph, attribute: &Attribute<'_>, reference: &[TypeProto]) {
    assert_eq!(attribute.types().len(), reference.len());
    for (ty, reference) in attribute.types().zip(reference) {
        assert!((ty.index as usize) < graph.type_count());
        compare_type(Some(ty), Some(reference));
    }
}

fn compare_type(ty: Option<Type<'_>>, reference: Option<&TypeProto>) {
    let Some((ty, reference)) = ty.zip(reference) else {
        assert!(ty.is_none() && reference.is_none());
        return;
    };
    assert_eq!(ty.denotation, reference.denotation());
    let (kind, code, shape, element) = match &reference.value {
        Some(TypeValue::TensorType(tensor)) => (TypeKind::Tensor, tensor.elem_type(), tensor.shape.as_ref(), None),
        Some(TypeValue::SparseTensorType(tensor)) => {
            (TypeKind::SparseTensor, tensor.elem_type(), tensor.shape.as_ref(), None)
        }
        Some(TypeValue::SequenceType(of)) => (TypeKind::Sequence, 0, None, of.elem_type.as_deref()),
        Some(TypeValue::OptionalType(of)) => (TypeKind::Optional, 0, None, of.elem_type.as_deref()),
        Some(TypeValue::MapType(map)) => (TypeKind::Map, map.key_type(), None, map.value_type.as_deref()),
        Some(TypeValue::OpaqueType(opaque)) => {
            assert_eq!(ty.opaque, (opaque.domain(), opaque.name()));
            (TypeKind::Opaque, 0, None, None)
        }
        None => (TypeKind::Unknown, 0, None, None),
    };
    assert_eq!((ty.kind, ty.code), (kind, code));
    assert_eq!(ty.dtype.map(|dtype| dtype.name()), dtype_name(code));
    compare_shape(&ty, shape);
    compare_type(ty.element(), element);
}

fn compare_shape(ty: &Type<'_>, reference: Option<&TensorShapeProto>) {
    assert_eq!(ty.shape.map(<[i64]>::len), reference.map(|shape| shape.dim.len()));
    let reference = reference.map_or(&[][..], |shape| &shape.dim);
    for ((dim, meaning), reference) in ty.dims().zip(ty.dim_denotations()).zip(reference) {
        let expected = match &reference.value {
            Some(DimValue::DimValue(size)) if *size >= 0 => Dim::Known(*size),
            Some(DimValue::DimParam(symbol)) if !symbol.is_empty() => Dim::Symbol(symbol),
            _ => Dim::Unknown,
        };
        assert_eq!((dim, meaning), (expected, reference.denotation()));
    }
}
