"""Names and values."""

from onnx import (
    TypeProto,
)

from .. import wire
from ..build import (
    BOOL,
    FLOAT,
    INT64,
    STRING,
    attr,
    branch,
    entry_list,
    model,
    node,
    tensor_type,
    typed,
    value,
)
from .shared import floats


def names():
    """Odd names, and everything that a person may write into a model."""
    odd = [
        "a b",
        "ü/重量:0",
        "x.y/z",
        "l" * 300,
        "tab\tand\nline",
        "🚚",
        '"quoted"',
        "caf\u00e9",
        "cafe\u0301",
    ]
    chain = [
        node("Relu", "_", "_", name="twice", doc_string="node names need not differ")
        for _ in range(len(odd) + 1)
    ]
    for i, step in enumerate(chain):
        step.input[0] = ([*odd, "y"])[i - 1] if i else "x"
        step.output[0] = ([*odd, "y"])[i]
    yield (
        "names",
        model(
            10,
            (("", 21),),
            nodes=chain,
            inputs=[value("x", doc_string="input", metadata_props=entry_list([("unit", "kg")]))],
            initializers=[],
            name="größe",
            doc_string="a graph\nof two lines",
            metadata_props=entry_list([("k", "v"), ("k", "again: only the model's must differ")]),
        ),
    )
    props = [
        ("names", "{0: 'lorry', 1: 'van'}"),
        ("stride", "32"),
        ("Image.BitmapPixelFormat", "Rgb8"),
    ]
    labels = attr("classlabels_strings", strings=[b"lorry", b"van"])
    zipped = TypeProto(
        sequence_type={
            "elem_type": {"map_type": {"key_type": STRING, "value_type": tensor_type(FLOAT, [])}}
        }
    )
    yield (
        "labels",
        model(
            imports=(("", 13), ("ai.onnx.ml", 2)),
            nodes=[node("ZipMap", "x", "y", labels, domain="ai.onnx.ml")],
            inputs=[value("x", FLOAT, ["n", 2])],
            outputs=[typed("y", zipped)],
            initializers=[],
            more={"metadata_props": entry_list(props)},
        ),
    )
    yield (
        "domains",
        model(
            imports=(
                ("ai.onnx", 13),
                ("com.microsoft", 1),
                ("ai.onnx.preview.training", 1),
                ("unused", 9),
            ),
            nodes=[node("Relu", "x", "r"), node("FusedThing", "r w", "y", domain="com.microsoft")],
        ),
    )
    omitted = [
        node("Clip", "x _ top", "c"),
        node("Dropout", "c", "d"),
        node("LSTM", "l lw lr _ _ start", "_ h _", attr("hidden_size", i=1)),
    ]
    yield (
        "omitted",
        model(
            nodes=omitted,
            inputs=[value("x"), value("l", FLOAT, [1, 1, 1]), value("start", FLOAT, [1, 1, 1])],
            outputs=[value("d"), value("h", FLOAT, [1, 1, 1])],
            initializers=[
                floats("top", [1], []),
                floats("lw", [1, 2, 3, 4], [1, 4, 1]),
                floats("lr", [1, 2, 3, 4], [1, 4, 1]),
            ],
        ),
    )
    many = " ".join(f"x{i}" for i in range(200))
    yield (
        "many-inputs",
        model(
            nodes=[node("Sum", many, "y")], inputs=[value(n) for n in many.split()], initializers=[]
        ),
    )
    yield "nothing", model(nodes=[], inputs=[], outputs=[], initializers=[])
    yield "straight-through", model(nodes=[], outputs=[value("x"), value("w")])
    late = [node("Relu", "x", "a"), node("If", "go", "y")]
    for side in ("then_branch", "else_branch"):
        inner = branch([node("Neg", "a", "same"), node("Abs", "same", "out")], "out", name=side)
        late[1].attribute.append(attr(side, g=inner))
    yield "siblings", model(nodes=late, inputs=[value("x"), value("go", BOOL, [])], initializers=[])
    yield "unknown-fields", with_unknown_fields(model())
    yield "reversed-fields", reversed_fields(model())
    yield (
        "experimental",
        model(nodes=[node("Affine", "x", "y", attr("alpha", f=2.0))], initializers=[]),
    )


def with_unknown_fields(made):
    """The model with fields that no version of the format has, in the model, the graph and a tensor."""
    extra = (
        wire.number(900, 7) + wire.block(901, b"new") + wire.tag(902, wire.FIXED32) + b"\1\2\3\4"
    )
    extra += wire.tag(903, wire.FIXED64) + bytes(8)
    out = extra
    for number, _, body, whole in wire.fields(made.SerializeToString()):
        if number == 7:
            inside = [
                wire.block(5, extra, part) if n == 5 else entire
                for n, _, part, entire in wire.fields(body)
            ]
            whole = wire.block(7, *inside, extra)
        out += whole
    return out


def reversed_fields(made):
    """The model with its fields, and its graph's, in the opposite order."""
    out = b""
    for number, _, body, whole in wire.fields(made.SerializeToString()):
        if number == 7:
            whole = wire.block(7, *[entire for *_, entire in reversed(list(wire.fields(body)))])
        out = whole + out
    return out


def values():
    """Types and shapes of values."""
    batch = value("x", FLOAT, ["N", 3, None, 0])
    for dim, meaning in zip(batch.type.tensor_type.shape.dim, ("DATA_BATCH", "DATA_CHANNEL")):
        dim.denotation = meaning
    batch.type.denotation = "IMAGE"
    unknown = value("u", FLOAT, ["N", "N", "a + 1", 1 << 40])
    yield (
        "shapes",
        model(
            nodes=[node("Relu", "x", "y"), node("Abs", "y", "hidden"), node("Neg", "u", "v")],
            inputs=[batch, unknown],
            outputs=[value("y", FLOAT, ["N", 3, "h", 0]), value("v", FLOAT, [])],
            initializers=[],
            value_info=[value("hidden", FLOAT, ["N", None]), value("no shape", FLOAT, None)],
        ),
    )
    plain = tensor_type(INT64, ["n"])
    sequence = TypeProto(sequence_type={"elem_type": plain}, denotation="LIST")
    kinds = {
        "sequence": sequence,
        "optional": TypeProto(optional_type={"elem_type": sequence}),
        "map": TypeProto(map_type={"key_type": STRING, "value_type": plain}),
        "maps": TypeProto(
            sequence_type={"elem_type": {"map_type": {"key_type": INT64, "value_type": plain}}}
        ),
        "sparse": TypeProto(
            sparse_tensor_type={"elem_type": FLOAT, "shape": {"dim": [{"dim_value": 3}]}}
        ),
        "opaque": TypeProto(opaque_type={"domain": "custom", "name": "Thing"}),
        "rankless": TypeProto(sequence_type={"elem_type": tensor_type(FLOAT, None)}),
    }
    yield (
        "value-types",
        model(
            nodes=[node("Identity", name, f"{name}_out") for name in kinds],
            inputs=[typed(name, kind) for name, kind in kinds.items()],
            outputs=[typed(f"{name}_out", kind) for name, kind in kinds.items()],
            initializers=[],
        ),
    )
