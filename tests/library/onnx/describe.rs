//! A model in the form of `golden/expected.jsonl`; see `README.md`.

use serde_json::{Map, Value, json};
use weighbridge::graph::{Attribute, AttributeKind, Dim, Graph, NO_VALUE, Stored, Type, TypeKind};
use weighbridge::{DType, Graphs, Metadata, Model};

/// The name of an element type in onnx.proto.
pub fn data_type(dtype: DType) -> &'static str {
    match dtype.name() {
        "F32" => "FLOAT",
        "U8" => "UINT8",
        "I8" => "INT8",
        "U16" => "UINT16",
        "I16" => "INT16",
        "I32" => "INT32",
        "I64" => "INT64",
        "STRING" => "STRING",
        "BOOL" => "BOOL",
        "F16" => "FLOAT16",
        "F64" => "DOUBLE",
        "U32" => "UINT32",
        "U64" => "UINT64",
        "C64" => "COMPLEX64",
        "C128" => "COMPLEX128",
        "BF16" => "BFLOAT16",
        "F8_E4M3" => "FLOAT8E4M3FN",
        "F8_E4M3FNUZ" => "FLOAT8E4M3FNUZ",
        "F8_E5M2" => "FLOAT8E5M2",
        "F8_E5M2FNUZ" => "FLOAT8E5M2FNUZ",
        "U4" => "UINT4",
        "I4" => "INT4",
        "F4" => "FLOAT4E2M1",
        "F8_E8M0" => "FLOAT8E8M0",
        "U2" => "UINT2",
        "I2" => "INT2",
        "F6_E2M3" => "FLOAT6E2M3",
        "F6_E3M2" => "FLOAT6E3M2",
        other => panic!("{other} is not of ONNX"),
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Says which part of a model differs, not only that one does.
pub fn assert_same(file: &str, seen: &Value, expected: &Value) {
    fn differ<'a>(path: String, seen: &'a Value, expected: &'a Value) -> Option<String> {
        match (seen, expected) {
            (Value::Object(a), Value::Object(b)) => {
                let mut keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
                let of = |object: &'a Map<String, Value>, key: &str| object.get(key).unwrap_or(&Value::Null);
                keys.find_map(|key| differ(format!("{path}.{key}"), of(a, key), of(b, key)))
            }
            (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
                let pairs = a.iter().zip(b).enumerate();
                pairs.into_iter().find_map(|(index, (a, b))| differ(format!("{path}[{index}]"), a, b))
            }
            _ => (seen != expected).then(|| format!("{path}: {seen}, expected {expected}")),
        }
    }
    if let Some(difference) = differ(file.to_owned(), seen, expected) {
        panic!("{difference}");
    }
}

/// An object without what is empty.
fn object(entries: Vec<(&str, Value)>) -> Value {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        _ => false,
    };
    let entries = entries.into_iter().filter(|(_, value)| !is_empty(value));
    Value::Object(entries.map(|(key, value)| (key.to_owned(), value)).collect())
}

pub fn model(model: &Model) -> Value {
    let graphs = model.graphs();
    let functions: Vec<Value> = (0..graphs.functions().len()).map(|index| function(graphs, index)).collect();
    let (about, facts) = (&graphs.about, graphs.onnx.as_ref().unwrap());
    let version = facts.model_version;
    object(vec![
        ("ir_version", graphs.ir_version().map_or(Value::Null, Value::from)),
        ("producer_name", about.producer.clone().into()),
        ("producer_version", about.producer_version.clone().into()),
        ("domain", facts.domain.clone().into()),
        ("model_version", if version == 0 { Value::Null } else { version.into() }),
        ("doc_string", about.documentation.clone().into()),
        ("opset_import", opsets(graphs.opsets())),
        ("metadata_props", texts(model.metadata())),
        ("graph", graph(graphs, 0)),
        ("functions", functions.into()),
    ])
}

fn opsets(opsets: &[weighbridge::graph::Opset]) -> Value {
    opsets.iter().map(|opset| json!([opset.domain, opset.version])).collect()
}

fn texts(metadata: &Metadata) -> Value {
    metadata.iter().map(|(key, value)| json!([key, value.as_text().unwrap()])).collect()
}

fn pairs(pairs: &[(String, String)]) -> Value {
    pairs.iter().map(|(key, value)| json!([key, value])).collect()
}

fn graph(graphs: &Graphs, index: usize) -> Value {
    let graph = graphs.get(index).unwrap();
    let name = |value: u32| graph.value(value).unwrap().name.to_owned();
    let initializers = |is_wanted: fn(&Stored) -> bool| -> Value {
        let wanted = graph.initializers().iter().filter(|initializer| is_wanted(&initializer.contents));
        wanted.map(|initializer| name(initializer.value)).collect()
    };
    let typed = |value: &weighbridge::graph::Value<'_>| value.ty.is_some() && !value.is_input && !value.is_output;
    let mut infos: Vec<Value> = graph.values().filter(typed).map(|value| value_info(graph, value.index)).collect();
    infos.sort_by_key(|info| info["name"].to_string());
    object(vec![
        ("name", graph.name.clone().into()),
        ("doc_string", graph.documentation.clone().into()),
        ("inputs", graph.inputs().iter().map(|value| value_info(graph, *value)).collect()),
        ("outputs", graph.outputs().iter().map(|value| value_info(graph, *value)).collect()),
        ("value_info", infos.into()),
        ("initializers", initializers(|stored| !matches!(stored, Stored::Sparse(_)))),
        ("sparse_initializers", initializers(|stored| matches!(stored, Stored::Sparse(_)))),
        ("nodes", nodes(graphs, graph)),
        ("metadata_props", pairs(&graph.metadata)),
    ])
}

fn function(graphs: &Graphs, index: usize) -> Value {
    let function = &graphs.functions()[index];
    let body = graphs.get(function.graph).unwrap();
    let names = |values: &[u32]| -> Value { values.iter().map(|value| body.value(*value).unwrap().name).collect() };
    let mut infos: Vec<Value> =
        body.values().filter(|value| value.ty.is_some()).map(|value| value_info(body, value.index)).collect();
    infos.sort_by_key(|info| info["name"].to_string());
    object(vec![
        ("name", function.name.clone().into()),
        ("domain", function.domain.clone().into()),
        ("overload", function.overload.clone().into()),
        ("doc_string", body.documentation.clone().into()),
        ("inputs", names(body.inputs())),
        ("outputs", names(body.outputs())),
        ("attributes", function.attributes.clone().into()),
        ("attribute_protos", body.defaults().map(|default| attribute(graphs, &default)).collect()),
        ("opset_import", opsets(graphs.function_opsets(index))),
        ("value_info", infos.into()),
        ("nodes", nodes(graphs, body)),
        ("metadata_props", pairs(&body.metadata)),
    ])
}

fn nodes(graphs: &Graphs, graph: &Graph) -> Value {
    let names = |values: &[u32]| -> Value {
        let name = |value: &u32| if *value == NO_VALUE { "" } else { graph.value(*value).unwrap().name };
        values.iter().map(name).collect()
    };
    let node = |node: weighbridge::graph::Node<'_>| {
        object(vec![
            ("name", node.name.into()),
            ("op_type", node.op.into()),
            ("domain", node.domain.into()),
            ("overload", node.overload.into()),
            ("inputs", names(node.inputs)),
            ("outputs", names(node.outputs)),
            ("attributes", graph.attributes(&node).map(|held| attribute(graphs, &held)).collect()),
        ])
    };
    graph.nodes().map(node).collect()
}

fn attribute(graphs: &Graphs, attribute: &Attribute<'_>) -> Value {
    let kind = match attribute.kind {
        AttributeKind::SparseTensor => "SPARSE_TENSOR".to_owned(),
        AttributeKind::SparseTensors => "SPARSE_TENSORS".to_owned(),
        AttributeKind::Type => "TYPE_PROTO".to_owned(),
        AttributeKind::Types => "TYPE_PROTOS".to_owned(),
        other => format!("{other:?}").to_uppercase(),
    };
    let mut entries = vec![("name", Value::from(attribute.name)), ("kind", kind.into())];
    let bits: Vec<u32> = attribute.floats().iter().map(|float| float.to_bits()).collect();
    let strings: Vec<String> = attribute.strings().map(hex).collect();
    let inner: Vec<Value> = attribute.graphs().iter().map(|index| graph(graphs, *index as usize)).collect();
    let types: Vec<Value> = attribute.types().map(type_of).collect();
    let count = attribute.tensors().len() + attribute.sparse().len();
    let one = |list: Vec<Value>| list.into_iter().next().unwrap_or_default();
    let value = match attribute.kind {
        _ if !attribute.reference.is_empty() => Some(("ref", attribute.reference.into())),
        AttributeKind::Int => Some(("value", attribute.ints()[0].into())),
        AttributeKind::Ints => Some(("value", attribute.ints().into())),
        AttributeKind::Float => Some(("bits", bits[0].into())),
        AttributeKind::Floats => Some(("bits", bits.into())),
        AttributeKind::String => Some(("hex", strings[0].clone().into())),
        AttributeKind::Strings => Some(("hex", strings.into())),
        AttributeKind::Graph => Some(("graph", one(inner))),
        AttributeKind::Graphs => Some(("graphs", inner.into())),
        AttributeKind::Type => Some(("type", one(types))),
        AttributeKind::Types => Some(("types", types.into())),
        AttributeKind::Tensors | AttributeKind::SparseTensors => Some(("count", count.into())),
        _ => None,
    };
    entries.extend(value);
    Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn value_info(graph: &Graph, value: u32) -> Value {
    let value = graph.value(value).unwrap();
    let mut entries = vec![("type", value.ty.map_or(Value::Null, type_of))];
    entries.push(("name", value.name.into()));
    let mut info = object(entries);
    info.as_object_mut().unwrap().insert("name".to_owned(), value.name.into());
    info
}

fn type_of(ty: Type<'_>) -> Value {
    let element = || ty.element().map_or(Value::Null, type_of);
    let elem_type = ty.dtype.map_or("UNDEFINED", data_type);
    let shape = || {
        let dims = ty.dims().zip(ty.dim_denotations()).map(|(dim, denotation)| {
            let dim = match dim {
                Dim::Known(size) => json!(size),
                Dim::Symbol(name) => json!(name),
                Dim::Unknown => Value::Null,
            };
            if denotation.is_empty() { dim } else { json!({"dim": dim, "denotation": denotation}) }
        });
        dims.collect::<Vec<Value>>()
    };
    let mut entries = Map::new();
    let mut insert = |key: &str, value: Value| _ = entries.insert(key.to_owned(), value);
    match ty.kind {
        TypeKind::Tensor | TypeKind::SparseTensor => {
            insert("kind", if ty.kind == TypeKind::Tensor { "tensor" } else { "sparse_tensor" }.into());
            insert("elem_type", elem_type.into());
            if ty.shape.is_some() {
                insert("shape", shape().into());
            }
        }
        TypeKind::Sequence => {
            insert("kind", "sequence".into());
            insert("elem", element());
        }
        TypeKind::Optional => {
            insert("kind", "optional".into());
            insert("elem", element());
        }
        TypeKind::Map => {
            insert("kind", "map".into());
            insert("key", elem_type.into());
            insert("value", element());
        }
        TypeKind::Opaque => {
            insert("kind", "opaque".into());
            insert("domain", ty.opaque.0.into());
            insert("name", ty.opaque.1.into());
        }
        TypeKind::Unknown => (),
    }
    if !ty.denotation.is_empty() {
        insert("denotation", ty.denotation.into());
    }
    Value::Object(entries)
}

/// The tensor at a path of messages; `None` in training graphs, which are not read.
pub fn resolve(model: &Model, path: &[Value]) -> Option<usize> {
    let graphs = model.graphs();
    let number = |at: usize| path[at].as_u64().unwrap() as usize;
    let word = |at: usize| path.get(at).and_then(Value::as_str).unwrap_or_default();
    let (mut graph, mut at) = match word(0) {
        "graph" => (graphs.get(0)?, 1),
        "functions" => (graphs.get(graphs.functions()[number(1)].graph)?, 2),
        "training_info" => return None,
        other => panic!("{other}"),
    };
    let sparse = |index: usize, part: &str| {
        let sparse = &graphs.sparse()[index];
        if part == "values" { sparse.values } else { sparse.indices }
    };
    loop {
        let is_dense = |stored: &&weighbridge::graph::Initializer| !matches!(stored.contents, Stored::Sparse(_));
        let attribute = match word(at) {
            "initializer" => match graph.initializers().iter().filter(is_dense).nth(number(at + 1))?.contents {
                Stored::Dense(index) => return Some(index),
                other => panic!("{other:?}"),
            },
            "sparse_initializer" => {
                let mut others = graph.initializers().iter().filter(|stored| !is_dense(stored));
                match others.nth(number(at + 1))?.contents {
                    Stored::Sparse(index) => return sparse(index, word(at + 2)),
                    other => panic!("{other:?}"),
                }
            }
            "node" => {
                let node = graph.node(number(at + 1))?;
                let name = word(at + 3);
                at += 4;
                graph.attribute(&node, name)?
            }
            "attribute_proto" => {
                let name = word(at + 1);
                at += 2;
                graph.defaults().find(|default| default.name == name)?
            }
            other => panic!("{other}"),
        };
        match word(at) {
            "t" => return Some(attribute.tensors()[0] as usize),
            "tensors" => return Some(attribute.tensors()[number(at + 1)] as usize),
            "sparse_tensor" => return sparse(attribute.sparse()[0] as usize, word(at + 1)),
            "sparse_tensors" => return sparse(attribute.sparse()[number(at + 1)] as usize, word(at + 2)),
            "g" => {
                graph = graphs.get(attribute.graphs()[0] as usize)?;
                at += 1;
            }
            "graphs" => {
                graph = graphs.get(attribute.graphs()[number(at + 1)] as usize)?;
                at += 2;
            }
            other => panic!("{other}"),
        }
    }
}
