"""Short builders of ONNX messages. Unlike `onnx.helper` they set only what they are told, right or wrong."""

from onnx import (
    AttributeProto,
    FunctionProto,
    GraphProto,
    ModelProto,
    NodeProto,
    OperatorSetIdProto,
    SparseTensorProto,
    StringStringEntryProto,
    TensorProto,
    TensorShapeProto,
    TypeProto,
    ValueInfoProto,
)

FLOAT, INT64, INT32, BOOL = (
    TensorProto.FLOAT,
    TensorProto.INT64,
    TensorProto.INT32,
    TensorProto.BOOL,
)
STRING = TensorProto.STRING

# The field of an attribute -> its kind.
KINDS = {
    "f": "FLOAT",
    "i": "INT",
    "s": "STRING",
    "t": "TENSOR",
    "g": "GRAPH",
    "tp": "TYPE_PROTO",
    "sparse_tensor": "SPARSE_TENSOR",
    "floats": "FLOATS",
    "ints": "INTS",
    "strings": "STRINGS",
    "tensors": "TENSORS",
    "graphs": "GRAPHS",
    "type_protos": "TYPE_PROTOS",
    "sparse_tensors": "SPARSE_TENSORS",
}


def attr(name, kind=None, **value):
    """An attribute; its kind follows from the field that is given, unless it is named. "" leaves it out."""
    made = AttributeProto(name=name, **value)
    if kind is None:
        kind = KINDS[next(field for field in value if field in KINDS)]
    if kind != "":
        made.type = AttributeProto.AttributeType.Value(kind)
    return made


def node(op_type, inputs, outputs, *attributes, **more):
    """A node. Names are in one text, with spaces between; "_" is an omitted one."""
    return NodeProto(
        op_type=op_type, input=names(inputs), output=names(outputs), attribute=attributes, **more
    )


def names(text):
    """The names in a text; "_" is the empty one."""
    return ["" if name == "_" else name for name in text.split()]


def shape(dims):
    """A shape of numbers, names, and None for nothing known."""
    made = TensorShapeProto()
    for dim in dims:
        one = made.dim.add()
        if isinstance(dim, str):
            one.dim_param = dim
        elif dim is not None:
            one.dim_value = dim
    return made


def tensor_type(elem_type=FLOAT, dims=(2,)):
    """A tensor's type; None for dims leaves the shape out, None for the element type leaves that out."""
    made = TypeProto(tensor_type=TypeProto.Tensor())
    if elem_type is not None:
        made.tensor_type.elem_type = elem_type
    if dims is not None:
        made.tensor_type.shape.CopyFrom(shape(dims))
    return made


def value(name, elem_type=FLOAT, dims=(2,), **more):
    """A named tensor of a graph."""
    return ValueInfoProto(name=name, type=tensor_type(elem_type, dims), **more)


def typed(name, kind):
    """A named value of any type."""
    return ValueInfoProto(name=name, type=kind)


def tensor(name, data_type=FLOAT, dims=(2,), **data):
    """A tensor. None leaves its name or its type out."""
    made = TensorProto(dims=dims, **data)
    if name is not None:
        made.name = name
    if data_type is not None:
        made.data_type = data_type
    return made


def external(name, data_type=FLOAT, dims=(4,), entries=(("location", "w.bin"),), **more):
    """A tensor that lies in another file."""
    return tensor(
        name,
        data_type,
        dims,
        data_location=TensorProto.EXTERNAL,
        external_data=entry_list(entries),
        **more,
    )


def entry_list(entries):
    """Key and value pairs, as messages."""
    return [StringStringEntryProto(key=key, value=text) for key, text in entries]


def opsets(pairs):
    """Imported operator sets."""
    return [OperatorSetIdProto(domain=domain, version=version) for domain, version in pairs]


def sparse(values, indices, dims):
    """A sparse tensor; None leaves a part out."""
    made = SparseTensorProto(dims=dims)
    if values is not None:
        made.values.CopyFrom(values)
    if indices is not None:
        made.indices.CopyFrom(indices)
    return made


def graph(nodes=None, inputs=None, outputs=None, initializers=None, name="g", **more):
    """A graph. What is not given is that of y = x + w, where w is an initializer."""
    if nodes is None:
        nodes = [node("Add", "x w", "y", name="n")]
    if inputs is None:
        inputs = [value("x")]
    if outputs is None:
        outputs = [value("y")]
    if initializers is None:
        initializers = [tensor("w", float_data=[1, 2])]
    made = GraphProto(node=nodes, input=inputs, output=outputs, initializer=initializers, **more)
    if name is not None:
        made.name = name
    return made


def branch(nodes, outputs, inputs=(), initializers=(), name="b", **more):
    """A subgraph. A plain text of names stands for values without a type."""
    outputs, inputs = (
        [ValueInfoProto(name=n) for n in names(v)] if isinstance(v, str) else v
        for v in (outputs, inputs)
    )
    return graph(nodes, inputs or [], outputs, initializers, name, **more)


def function(name, inputs, outputs, nodes, domain="f", imports=(("", 13),), **more):
    """A function of a model. None leaves the name or the domain out."""
    made = FunctionProto(
        input=names(inputs), output=names(outputs), node=nodes, opset_import=opsets(imports), **more
    )
    if name is not None:
        made.name = name
    if domain is not None:
        made.domain = domain
    return made


def model(ir=8, imports=(("", 13),), functions=(), whole=None, more=None, **graph_parts):
    """A model of y = x + w, with other parts of its graph, or with a whole other one (False: none).

    None leaves the IR version out.
    """
    made = ModelProto(opset_import=opsets(imports), functions=functions, **(more or {}))
    if whole is not False:
        made.graph.CopyFrom(graph(**graph_parts) if whole is None else whole)
    if ir is not None:
        made.ir_version = ir
    return made


def without(message, *fields):
    """The message without some of its fields."""
    for field in fields:
        message.ClearField(field)
    return message
