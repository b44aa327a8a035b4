"""Bytes that no writer makes."""

from onnx import TypeProto

from .. import wire
from ..build import (
    FLOAT,
    INT32,
    attr,
    external,
    node,
    tensor,
    tensor_type,
    without,
)
from .shared import (
    ACCEPT,
    ATTRIBUTE_NAME,
    ATTRIBUTE_T,
    DATA,
    FILE,
    GRAPH_INITIALIZER,
    GRAPH_INPUT,
    GRAPH_NAME,
    GRAPH_NODE,
    MODEL_GRAPH,
    MODEL_IR,
    MODEL_OPSET,
    NODE_ATTRIBUTE,
    NODE_INPUT,
    NODE_OP,
    NODE_OUTPUT,
    REJECT,
    SAME,
    TENSOR_DIMS,
    TENSOR_FLOATS,
    TENSOR_NAME,
    TENSOR_RAW,
    TENSOR_TYPE,
    UNDECIDED,
    giving,
    parts,
    row,
    with_graph,
    with_model,
    with_weight,
)


@row("wire: cut short")
def _():
    whole = with_model(b"")
    yield "empty file", REJECT, b"", {}
    yield "within a varint", REJECT, with_model(b"\x08\x80"), {}
    yield "after a tag", REJECT, with_model(b"\x12"), {}
    yield "within a tag", REJECT, with_model(b"\x92"), {}
    yield "within a length", REJECT, with_model(b"\x12\x80"), {}
    yield "within fixed32", REJECT, with_model(wire.tag(900, wire.FIXED32) + b"\0\0\0"), {}
    yield "within fixed64", REJECT, with_model(wire.tag(900, wire.FIXED64) + bytes(7)), {}
    yield "one byte less", REJECT, whole[:-1], {}
    yield "half", REJECT, whole[: len(whole) // 2], {}
    yield (
        "varint within packed floats",
        REJECT,
        with_weight(parts()[2][:-10] + wire.block(5, b"\x01\x80")),
        {},
    )
    yield (
        "packed floats of 7 bytes",
        REJECT,
        with_weight(
            tensor("w", FLOAT, [2]).SerializeToString() + wire.block(TENSOR_FLOATS, bytes(7))
        ),
        {},
    )


@row("wire: after the end")
def _():
    yield "a zero", REJECT, with_model(b"\0"), {}
    yield "zeros", REJECT, with_model(bytes(64)), {}
    yield "a zero, then anything", REJECT, with_model(b"\0not a field"), {}
    yield "end of a group, then anything", REJECT, with_model(b"\x0cnot a field"), {}
    yield "a line feed", REJECT, with_model(b"\n"), {}
    yield "another model", REJECT, with_model(with_model(b"")), {}


@row("wire: length")
def _():
    whole = with_model(b"")
    yield "one beyond the file", REJECT, whole + b"\x12\x01", {}
    yield "2^31 - 1", REJECT, whole + b"\x12" + wire.varint((1 << 31) - 1), {}
    yield "2^32", REJECT, whole + b"\x12" + wire.varint(1 << 32), {}
    yield "2^63", REJECT, whole + b"\x12" + wire.varint(1 << 63), {}
    yield "2^64 - 1", REJECT, whole + b"\x12" + wire.varint(-1), {}
    # The string in the weight is longer than the weight, and would end within the graph.
    head, body, weight = parts()
    bad = wire.block(GRAPH_INITIALIZER, weight, wire.tag(12, wire.BYTES), b"\x03") + body
    yield "beyond the parent", REJECT, head + wire.block(MODEL_GRAPH, bad), {}
    yield "beyond the parent by one", REJECT, with_weight(weight + b"\x62\x01"), {}


@row("wire: varint")
def _():
    yield "of 11 bytes", REJECT, with_model(b"\x28" + b"\x80" * 10 + b"\x01"), {}
    yield "of 10 bytes, more than 64 bits", REJECT, with_model(b"\x28" + b"\xff" * 9 + b"\x02"), {}
    yield "of 10 bytes", ACCEPT, with_model(b"\x28" + b"\xff" * 9 + b"\x01"), SAME
    yield "with needless bytes", ACCEPT, with_model(b"\x28\x81\x80\x00"), SAME
    yield "length with needless bytes", ACCEPT, with_model(b"\x12\x81\x80\x00p"), SAME
    yield "tag of 6 bytes", REJECT, with_model(b"\xa8\x80\x80\x80\x80\x01\x01"), {}
    typed_high = without(
        tensor("w", FLOAT, [2], raw_data=DATA[:8]), "data_type"
    ).SerializeToString()
    yield (
        "data_type of 2^32 + 1",
        UNDECIDED,
        with_weight(typed_high + wire.number(TENSOR_TYPE, (1 << 32) + 1)),
        {},
    )


@row("wire: field number")
def _():
    for name, where in (("model", with_model), ("graph", with_graph)):
        yield f"0 in the {name}", REJECT, where(b"\x02\x01a"), {}
        yield f"0 as a varint in the {name}", REJECT, where(b"\x00\x01"), {}
    yield "0 in a tensor", REJECT, with_weight(parts()[2] + b"\x02\x01a"), {}
    yield "2^29 - 1", ACCEPT, with_model(wire.block((1 << 29) - 1, b"a")), SAME
    yield "2^29", REJECT, with_model(wire.block(1 << 29, b"a")), {}
    yield "unknown", ACCEPT, with_model(wire.block(900, b"a") + wire.number(901, 1)), SAME


@row("wire: type")
def _():
    yield "6", REJECT, with_model(wire.tag(900, 6) + b"\x01"), {}
    yield "7", REJECT, with_model(wire.tag(900, 7) + b"\x01"), {}
    weight = parts()[2]
    for name, where, bytes_there in (
        ("graph as a number", with_model, wire.number(MODEL_GRAPH, 1)),
        ("ir_version as text", with_model, wire.block(MODEL_IR, b"\x08")),
        ("ir_version as fixed64", with_model, wire.tag(MODEL_IR, wire.FIXED64) + bytes(8)),
        ("producer as a number", with_model, wire.number(2, 1)),
        ("opset_import as a number", with_model, wire.number(MODEL_OPSET, 1)),
        ("node as a number", with_graph, wire.number(GRAPH_NODE, 1)),
        (
            "initializer as fixed32",
            with_graph,
            wire.tag(GRAPH_INITIALIZER, wire.FIXED32) + bytes(4),
        ),
    ):
        yield name, REJECT, where(bytes_there), {}
    for name, bytes_there in (
        ("dims as fixed64", wire.tag(TENSOR_DIMS, wire.FIXED64) + bytes(8)),
        ("raw_data as a number", wire.number(TENSOR_RAW, 1)),
        ("floats as varints", wire.number(TENSOR_FLOATS, 1)),
        ("floats as fixed64", wire.tag(TENSOR_FLOATS, wire.FIXED64) + bytes(8)),
        ("data_type as text", wire.block(TENSOR_TYPE, b"\x01")),
        ("name as fixed32", wire.tag(TENSOR_NAME, wire.FIXED32) + b"wwww"),
    ):
        yield name, REJECT, with_weight(weight + bytes_there), {}


@row("wire: group")
def _():
    start, end = wire.tag(900, wire.START_GROUP), wire.tag(900, wire.END_GROUP)
    yield "unknown, empty", UNDECIDED, with_model(start + end), SAME
    yield "unknown, with fields", UNDECIDED, with_model(start + wire.number(1, 1) + end), SAME
    yield "without its end", REJECT, with_model(start), {}
    yield "without its start", REJECT, with_model(end), {}
    yield "with another's end", REJECT, with_model(start + wire.tag(901, wire.END_GROUP)), {}
    yield (
        "as the graph",
        REJECT,
        with_model(wire.tag(7, wire.START_GROUP) + wire.tag(7, wire.END_GROUP)),
        {},
    )
    yield "ends outside its message", REJECT, with_graph(start) + end, {}
    whole = wire.literal(with_model(b""))
    for count in (101, 100_000):
        yield (
            f"{count} deep",
            REJECT,
            [whole, wire.repeat(start, count), wire.repeat(end, count)],
            {},
        )
    yield "100000 starts", REJECT, [whole, wire.repeat(start, 100_000)], {}


@row("wire: field given twice")
def _():
    whole = with_model(b"")
    head, body, weight = parts()
    rest = wire.block(MODEL_GRAPH, wire.block(GRAPH_INITIALIZER, weight))
    yield "graph, in two halves", REJECT, head + wire.block(MODEL_GRAPH, body) + rest, {}
    yield "graph, the second empty", REJECT, whole + wire.block(MODEL_GRAPH), {}
    again = wire.block(MODEL_GRAPH, body, wire.block(GRAPH_INITIALIZER, weight))
    yield "graph, the same", REJECT, whole + again, {}
    yield "ir_version", REJECT, whole + wire.number(MODEL_IR, 9), {}
    yield "producer_name", REJECT, whole + wire.block(2, "a") + wire.block(2, "b"), {}
    yield "doc_string", REJECT, whole + wire.block(6, "a") + wire.block(6, "b"), {}
    yield "graph name", REJECT, with_graph(wire.block(GRAPH_NAME, "h")), {}
    for name, extra in (
        ("name", wire.block(TENSOR_NAME, "w")),
        ("data_type", wire.number(TENSOR_TYPE, FLOAT)),
        ("another data_type", wire.number(TENSOR_TYPE, INT32)),
        ("raw_data", wire.block(TENSOR_RAW, DATA[8:16])),
    ):
        yield f"tensor {name}", REJECT, with_weight(weight + extra), {}
    twice = external("w", entries=[("location", "w.bin")]).SerializeToString()
    location = wire.number(14, 0)
    yield "tensor data_location", REJECT, with_weight(twice + location), FILE
    keyed = wire.block(
        13, wire.block(1, "location"), wire.block(2, "w.bin"), wire.block(2, "v.bin")
    )
    outer = without(external("w"), "external_data").SerializeToString()
    yield (
        "value of an entry",
        REJECT,
        with_weight(outer + keyed),
        {"files": {"w.bin": DATA, "v.bin": DATA}},
    )
    entry = wire.block(
        GRAPH_NODE, node("Identity", "w", "z").SerializeToString(), wire.block(NODE_OP, "Neg")
    )
    yield "op_type", REJECT, with_graph(entry), {}
    constant = attr("value", t=tensor(None, FLOAT, [1], float_data=[1])).SerializeToString()
    t = wire.block(ATTRIBUTE_T, tensor(None, FLOAT, [1], float_data=[2]).SerializeToString())
    operation = node("Constant", "", "z").SerializeToString() + wire.block(
        NODE_ATTRIBUTE, constant, t
    )
    yield "tensor of an attribute", REJECT, with_graph(wire.block(GRAPH_NODE, operation)), {}
    both = tensor_type(FLOAT, [2]).SerializeToString()
    other = TypeProto(sequence_type={"elem_type": tensor_type()}).SerializeToString()
    info = wire.block(GRAPH_INPUT, wire.block(1, "x"), wire.block(2, both + other))
    yield "two kinds of type", REJECT, with_graph(info), {}
    dim = wire.block(1, wire.number(1, 2), wire.block(2, "n"))
    shaped = wire.block(1, wire.number(1, FLOAT), wire.block(2, dim))
    info = wire.block(GRAPH_INPUT, wire.block(1, "x"), wire.block(2, shaped))
    yield "number and name of a dim", REJECT, with_graph(info), {}
    shaped = wire.block(1, wire.number(1, FLOAT), wire.block(2), wire.block(2))
    info = wire.block(GRAPH_INPUT, wire.block(1, "x"), wire.block(2, shaped))
    yield "shape", REJECT, with_graph(info), {}
    untyped = without(tensor("w", FLOAT, [], raw_data=DATA[:24]), "dims").SerializeToString()
    chunks = wire.block(TENSOR_DIMS, b"\x02") + wire.block(TENSOR_DIMS, b"\x03")
    yield (
        "dims in two packed parts",
        ACCEPT,
        with_weight(untyped + chunks),
        {"hex": DATA[:24].hex()},
    )
    mixed = wire.number(TENSOR_DIMS, 2) + wire.block(TENSOR_DIMS, b"\x03")
    yield (
        "dims once plain, once packed",
        ACCEPT,
        with_weight(untyped + mixed),
        {"hex": DATA[:24].hex()},
    )
    bare = tensor("w", FLOAT, [2]).SerializeToString()
    two = wire.block(TENSOR_FLOATS, DATA[:4]) + wire.block(TENSOR_FLOATS, DATA[4:8])
    yield "floats in two packed parts", ACCEPT, with_weight(bare + two), {"hex": DATA[:8].hex()}


@row("wire: text that is not UTF-8")
def _():
    bad = b"\xff\xfe"
    weight = without(tensor("w", FLOAT, [2], raw_data=DATA[:8]), "name").SerializeToString()
    yield "graph name", REJECT, without_graph_name(bad), {}
    yield (
        "tensor name",
        REJECT,
        with_graph(wire.block(GRAPH_INITIALIZER, weight, wire.block(TENSOR_NAME, bad))),
        {},
    )
    yield (
        "op_type",
        REJECT,
        with_graph(wire.block(GRAPH_NODE, wire.block(NODE_OP, bad), wire.block(NODE_OUTPUT, "z"))),
        {},
    )
    relu = wire.block(NODE_OP, "Relu")
    yield (
        "node input",
        REJECT,
        with_graph(
            wire.block(GRAPH_NODE, relu, wire.block(NODE_INPUT, bad), wire.block(NODE_OUTPUT, "z"))
        ),
        {},
    )
    yield (
        "node output",
        REJECT,
        with_graph(
            wire.block(GRAPH_NODE, relu, wire.block(NODE_INPUT, "w"), wire.block(NODE_OUTPUT, bad))
        ),
        {},
    )
    named = wire.block(ATTRIBUTE_NAME, bad) + wire.number(20, 2) + wire.number(3, 1)
    yield (
        "attribute name",
        REJECT,
        with_graph(
            wire.block(
                GRAPH_NODE, relu, wire.block(NODE_OUTPUT, "z"), wire.block(NODE_ATTRIBUTE, named)
            )
        ),
        {},
    )
    shaped = wire.block(1, wire.number(1, FLOAT), wire.block(2, wire.block(1, wire.block(2, bad))))
    yield (
        "dim_param",
        REJECT,
        with_graph(wire.block(GRAPH_INPUT, wire.block(1, "x"), wire.block(2, shaped))),
        {},
    )
    yield "value name", REJECT, with_graph(wire.block(GRAPH_INPUT, wire.block(1, bad))), {}
    yield "producer_name", REJECT, with_model(wire.block(2, bad)), {}
    yield "doc_string", REJECT, with_model(wire.block(6, bad)), {}
    yield (
        "metadata key",
        REJECT,
        with_model(wire.block(14, wire.block(1, bad), wire.block(2, "v"))),
        {},
    )
    yield (
        "metadata value",
        REJECT,
        with_model(wire.block(14, wire.block(1, "k"), wire.block(2, bad))),
        {},
    )
    yield (
        "domain of an opset",
        REJECT,
        with_model(wire.block(MODEL_OPSET, wire.block(1, bad), wire.number(2, 1))),
        {},
    )
    outer = without(external("w"), "external_data").SerializeToString()
    located = wire.block(13, wire.block(1, "location"), wire.block(2, b"w\xff.bin"))
    yield "location", REJECT, with_weight(outer + located), FILE
    yield "surrogate", REJECT, with_model(wire.block(2, b"\xed\xa0\x80")), {}
    yield "overlong", REJECT, with_model(wire.block(2, b"\xc0\xaf")), {}


def without_graph_name(name):
    """The model with another name of its graph."""
    head, _, weight = parts()
    made = giving(tensor("w", FLOAT, [2], raw_data=DATA[:8])).graph
    made.ClearField("initializer")
    made.ClearField("name")
    named = made.SerializeToString() + wire.block(GRAPH_NAME, name)
    return head + wire.block(MODEL_GRAPH, named, wire.block(GRAPH_INITIALIZER, weight))


@row("wire: not this format")
def _():
    for name, data in (
        ("a web page", b"<!DOCTYPE html>\n<html><head><title>404</title></head></html>\n"),
        (
            "a Git LFS pointer",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n",
        ),
        ("zeros", bytes(64)),
        ("JSON", b'{"irVersion": "8", "graph": {"name": "g"}}'),
        ("text form", b'ir_version: 8\ngraph { name: "g" }\n'),
        (
            "a graph without its model",
            giving(tensor("w", FLOAT, [1], float_data=[1])).graph.SerializeToString(),
        ),
    ):
        yield name, REJECT, data, {}
