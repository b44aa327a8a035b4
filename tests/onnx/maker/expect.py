"""What a reader must find in a model, as the onnx package's own reader finds it.

`README.md` beside `make.py` documents the form.
"""

import hashlib

import numpy as np
from onnx import AttributeProto, TensorProto, numpy_helper

from .build import KINDS

# The types whose elements are smaller than a byte.
BITS = {
    TensorProto.UINT4: 4,
    TensorProto.INT4: 4,
    TensorProto.FLOAT4E2M1: 4,
    TensorProto.UINT2: 2,
    TensorProto.INT2: 2,
    TensorProto.FLOAT6E2M3: 6,
    TensorProto.FLOAT6E3M2: 6,
}

TYPED_FIELDS = [
    "float_data",
    "int32_data",
    "string_data",
    "int64_data",
    "double_data",
    "uint64_data",
]

# Up to so many bytes of a tensor are written out.
SHORT = 64


def describe(model, folder):
    """One model, whose data files lie in the folder."""
    found = {
        "ir_version": model.ir_version,
        "producer_name": model.producer_name,
        "producer_version": model.producer_version,
        "domain": model.domain,
        "model_version": model.model_version or "",
        "doc_string": model.doc_string,
        "opset_import": _opsets(model),
        "metadata_props": _properties(model.metadata_props),
        "graph": _graph(model.graph),
        "functions": [_function(f) for f in model.functions],
        "training_info": [_training(t) for t in model.training_info],
        "configuration": [c.name for c in model.configuration],
    }
    tensors, sparse_tensors = [], []
    for path, message in walk(model):
        if isinstance(message, TensorProto):
            tensors.append(_tensor(path, message, folder))
        else:
            sparse_tensors.append(_sparse(path, message))
    return _filled(found) | {"tensors": tensors} | _filled({"sparse_tensors": sparse_tensors})


def walk(model):
    """Every tensor and sparse tensor of a model, each with the path to it, in order of the path."""
    yield from _walk_graph(["graph"], model.graph)
    for i, function in enumerate(model.functions):
        path = ["functions", i]
        yield from _walk_attributes([*path, "attribute_proto"], function.attribute_proto)
        yield from _walk_nodes([*path, "node"], function.node)
    for i, training in enumerate(model.training_info):
        for part in ("initialization", "algorithm"):
            yield from _walk_graph(["training_info", i, part], getattr(training, part))


def _walk_graph(path, graph):
    for i, tensor in enumerate(graph.initializer):
        yield [*path, "initializer", i], tensor
    for i, sparse in enumerate(graph.sparse_initializer):
        yield from _walk_sparse([*path, "sparse_initializer", i], sparse)
    yield from _walk_nodes([*path, "node"], graph.node)


def _walk_nodes(path, nodes):
    for i, node in enumerate(nodes):
        yield from _walk_attributes([*path, i, "attribute"], node.attribute)


def _walk_attributes(path, attributes):
    for attribute in attributes:
        here = [*path, attribute.name]
        if attribute.HasField("t"):
            yield [*here, "t"], attribute.t
        for i, tensor in enumerate(attribute.tensors):
            yield [*here, "tensors", i], tensor
        if attribute.HasField("sparse_tensor"):
            yield from _walk_sparse([*here, "sparse_tensor"], attribute.sparse_tensor)
        for i, sparse in enumerate(attribute.sparse_tensors):
            yield from _walk_sparse([*here, "sparse_tensors", i], sparse)
        if attribute.HasField("g"):
            yield from _walk_graph([*here, "g"], attribute.g)
        for i, graph in enumerate(attribute.graphs):
            yield from _walk_graph([*here, "graphs", i], graph)


def _walk_sparse(path, sparse):
    yield path, sparse
    for part in ("values", "indices"):
        if sparse.HasField(part):
            yield [*path, part], getattr(sparse, part)


# --- tensors -------------------------------------------------------------------------------------


def _tensor(path, tensor, folder):
    found = {"path": path, "name": tensor.name}
    found |= {"data_type": type_name(tensor.data_type), "dims": list(tensor.dims)}
    found |= {"storage": storage(tensor)}
    if tensor.data_type == TensorProto.STRING:
        found["strings"] = [element.hex() for element in tensor.string_data]
        decoded = [element.decode() for element in tensor.string_data]
        assert numpy_helper.to_array(tensor).ravel().tolist() == decoded, path
    else:
        data = element_bytes(tensor, folder)
        if tensor.raw_data and tensor.data_location != TensorProto.EXTERNAL:
            assert data == tensor.raw_data, path
        found |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        if len(data) <= SHORT:
            found["hex"] = data.hex()
    more = {
        "doc_string": tensor.doc_string,
        "metadata_props": _properties(tensor.metadata_props),
        "external_data": _properties(tensor.external_data),
    }
    return found | _filled(more)


def storage(tensor):
    """The field that a tensor's elements are in; "" if there is none."""
    if tensor.data_location == TensorProto.EXTERNAL:
        return "external_data"
    if tensor.HasField("raw_data"):
        return "raw_data"
    return next((field for field in TYPED_FIELDS if getattr(tensor, field)), "")


def element_bytes(tensor, folder):
    """The elements as little-endian bytes without gaps; those below a byte packed, low bits first."""
    array = numpy_helper.to_array(tensor, str(folder))
    bits = BITS.get(tensor.data_type)
    if bits is None:
        return numpy_helper.tobytes_little_endian(array)
    codes = array.reshape(-1).view(np.uint8)
    stream = np.unpackbits(codes[:, None], axis=1, count=bits, bitorder="little")
    return np.packbits(stream.reshape(-1), bitorder="little").tobytes()


def _sparse(path, sparse):
    found = {"path": path, "name": sparse.values.name, "dims": list(sparse.dims)}
    found["values"] = sparse.values.dims[0]
    if sparse.HasField("indices"):
        found["indices_dims"] = list(sparse.indices.dims)
    return found


# --- the graph -----------------------------------------------------------------------------------


def _graph(graph):
    return _filled(
        {
            "name": graph.name,
            "doc_string": graph.doc_string,
            "inputs": [_value(v) for v in graph.input],
            "outputs": [_value(v) for v in graph.output],
            "value_info": [_value(v) for v in graph.value_info],
            "initializers": [t.name for t in graph.initializer],
            "sparse_initializers": [s.values.name for s in graph.sparse_initializer],
            "nodes": [_node(n) for n in graph.node],
            "metadata_props": _properties(graph.metadata_props),
            "quantization_annotation": [
                {
                    "tensor_name": a.tensor_name,
                    "quant_parameter_tensor_names": _properties(a.quant_parameter_tensor_names),
                }
                for a in graph.quantization_annotation
            ],
        }
    )


def _node(node):
    return _filled(
        {
            "name": node.name,
            "op_type": node.op_type,
            "domain": node.domain,
            "overload": node.overload,
            "doc_string": node.doc_string,
            "inputs": list(node.input),
            "outputs": list(node.output),
            "attributes": [_attribute(a) for a in node.attribute],
            "metadata_props": _properties(node.metadata_props),
        }
    )


def _function(function):
    return _filled(
        {
            "name": function.name,
            "domain": function.domain,
            "overload": function.overload,
            "doc_string": function.doc_string,
            "inputs": list(function.input),
            "outputs": list(function.output),
            "attributes": list(function.attribute),
            "attribute_protos": [_attribute(a) for a in function.attribute_proto],
            "opset_import": _opsets(function),
            "value_info": [_value(v) for v in function.value_info],
            "nodes": [_node(n) for n in function.node],
            "metadata_props": _properties(function.metadata_props),
        }
    )


def _training(training):
    return _filled(
        {
            "initialization": _graph(training.initialization),
            "algorithm": _graph(training.algorithm),
            "initialization_binding": _properties(training.initialization_binding),
            "update_binding": _properties(training.update_binding),
        }
    )


def _attribute(attribute):
    kind = AttributeProto.AttributeType.Name(attribute.type)
    if kind == "UNDEFINED":  # as IR version 1 has it
        kind = next(k for f, k in KINDS.items() if _is_set(attribute, f))
    field = next(f for f, k in KINDS.items() if k == kind)
    found = {"name": attribute.name, "kind": kind}
    found |= _filled({"ref": attribute.ref_attr_name, "doc_string": attribute.doc_string})
    if attribute.ref_attr_name:
        return found
    content = getattr(attribute, field)
    if kind == "FLOAT":
        found["bits"] = _float_bits([content])[0]
    elif kind == "FLOATS":
        found["bits"] = _float_bits(content)
    elif kind == "INT":
        found["value"] = content
    elif kind == "INTS":
        found["value"] = list(content)
    elif kind == "STRING":
        found["hex"] = content.hex()
    elif kind == "STRINGS":
        found["hex"] = [one.hex() for one in content]
    elif kind == "GRAPH":
        found["graph"] = _graph(content)
    elif kind == "GRAPHS":
        found["graphs"] = [_graph(one) for one in content]
    elif kind == "TYPE_PROTO":
        found["type"] = _type(content)
    elif kind == "TYPE_PROTOS":
        found["types"] = [_type(one) for one in content]
    elif kind in ("TENSORS", "SPARSE_TENSORS"):
        found["count"] = len(content)
    return found


def _is_set(attribute, field):
    is_list = field.endswith("s") and field != "s"
    return len(getattr(attribute, field)) > 0 if is_list else attribute.HasField(field)


def _float_bits(numbers):
    return np.array(list(numbers), dtype="<f4").view("<u4").tolist()


def _value(value):
    found = {"name": value.name}
    if value.HasField("type"):
        found["type"] = _type(value.type)
    more = {"doc_string": value.doc_string, "metadata_props": _properties(value.metadata_props)}
    return found | _filled(more)


def _type(kind):
    which = kind.WhichOneof("value")
    if which is None:
        return _filled({"denotation": kind.denotation})
    found = {"kind": which.removesuffix("_type")}
    content = getattr(kind, which)
    if which in ("tensor_type", "sparse_tensor_type"):
        found["elem_type"] = type_name(content.elem_type)
        if content.HasField("shape"):
            found["shape"] = [_dim(d) for d in content.shape.dim]
    elif which in ("sequence_type", "optional_type"):
        found["elem"] = _type(content.elem_type)
    elif which == "map_type":
        found |= {"key": type_name(content.key_type), "value": _type(content.value_type)}
    else:
        found |= {"domain": content.domain, "name": content.name}
    return found | _filled({"denotation": kind.denotation})


def _dim(dim):
    """A number, a name, or null; with its denotation, if it has one, in an object."""
    which = dim.WhichOneof("value")
    size = None if which is None else getattr(dim, which)
    return {"dim": size, "denotation": dim.denotation} if dim.denotation else size


def type_name(data_type):
    """The name of an element type, or its number if it has none."""
    known = data_type in TensorProto.DataType.values()
    return TensorProto.DataType.Name(data_type) if known else data_type


def _opsets(message):
    return [[o.domain, o.version] for o in message.opset_import]


def _properties(entries):
    return [[entry.key, entry.value] for entry in entries]


def _filled(found):
    """Without what is empty: a text, a list, an object."""
    return {key: value for key, value in found.items() if value not in ("", [], {})}
