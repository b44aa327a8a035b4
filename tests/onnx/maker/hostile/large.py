"""Files that ask for much more than they are: depth, numbers, counts."""

from .. import wire
from ..build import (
    FLOAT,
    graph,
    model,
    node,
    tensor,
    tensor_type,
    value,
    without,
)
from .shared import (
    ACCEPT,
    ATTRIBUTE_G,
    DATA,
    GRAPH_INITIALIZER,
    GRAPH_INPUT,
    GRAPH_NAME,
    GRAPH_NODE,
    MODEL_FUNCTION,
    MODEL_GRAPH,
    NODE_ATTRIBUTE,
    NODE_OP,
    NODE_OUTPUT,
    REJECT,
    TENSOR_DIMS,
    TENSOR_NAME,
    UNDECIDED,
    parts,
    row,
    with_model,
    with_weight,
)


@row("nested deep")
def _():
    head = wire.literal(parts()[0])
    name = wire.literal(wire.block(GRAPH_NAME, "g"))

    def graphs(count):
        levels = (GRAPH_NODE, NODE_ATTRIBUTE, ATTRIBUTE_G)
        return [head, wire.inside(MODEL_GRAPH, name, wire.nest(levels, count, name))]

    for count in (2, 30):
        yield f"graphs in attributes, {count}", ACCEPT, graphs(count), {}
    for count in (40, 1_000, 100_000):
        yield f"graphs in attributes, {count}", REJECT, graphs(count), {}
    whole = wire.literal(with_model(b""))
    deep = wire.nest((4, 1), 100_000, wire.literal(tensor_type().SerializeToString()))
    yield (
        "sequences in a type, 100000",
        REJECT,
        [whole, wire.inside(MODEL_GRAPH, wire.inside(GRAPH_INPUT, wire.inside(2, deep)))],
        {},
    )
    deep = wire.nest((4, 1), 100_000, wire.literal(tensor_type().SerializeToString()))
    alone = [head, wire.inside(MODEL_GRAPH, name, wire.inside(GRAPH_INPUT, wire.inside(2, deep)))]
    yield "sequences in a type of the only graph, 100000", REJECT, alone, {}
    body = wire.nest((GRAPH_NODE, NODE_ATTRIBUTE, ATTRIBUTE_G), 100_000, name)
    called = wire.inside(
        MODEL_FUNCTION, wire.inside(7, wire.inside(NODE_ATTRIBUTE, wire.inside(ATTRIBUTE_G, body)))
    )
    yield "graphs in a function, 100000", REJECT, [whole, called], {}
    # Brackets only: every length says that the rest of the file is within.
    brackets = wire.repeat(b"\x0a\xff\xff\xff\x7f\x2a\xff\xff\xff\x7f\x32\xff\xff\xff\x7f", 100_000)
    yield (
        "lengths beyond the file, 100000",
        REJECT,
        [head, wire.literal(b"\x3a\xff\xff\xff\x7f"), brackets],
        {},
    )


@row("many small messages")
def _():
    head = wire.literal(parts()[0])
    count = 5_000_000
    name = wire.literal(wire.block(GRAPH_NAME, "g"))
    for what, unit in (
        ("tensors", b"\x2a\x00"),
        ("nodes", b"\x0a\x00"),
        ("inputs", b"\x5a\x00"),
        ("value_infos", b"\x6a\x00"),
        ("sparse tensors", b"\x7a\x00"),
    ):
        yield (
            f"empty {what}, 10 MB",
            REJECT,
            [head, wire.inside(MODEL_GRAPH, name, wire.repeat(unit, count))],
            {},
        )
    yield (
        "empty opset_imports, 10 MB",
        REJECT,
        [wire.literal(with_model(b"")), wire.repeat(b"\x42\x00", count)],
        {},
    )
    yield (
        "empty functions, 10 MB",
        REJECT,
        [wire.literal(with_model(b"")), wire.repeat(b"\xca\x01\x00", count)],
        {},
    )
    empty_names = wire.inside(
        GRAPH_NODE, wire.literal(wire.block(NODE_OP, "Sum")), wire.repeat(b"\x0a\x00", count)
    )
    yield (
        "empty input names of one node, 10 MB",
        REJECT,
        [head, wire.inside(MODEL_GRAPH, name, empty_names)],
        {},
    )
    dims = wire.inside(
        GRAPH_INITIALIZER,
        wire.literal(wire.block(TENSOR_NAME, "w")),
        wire.inside(TENSOR_DIMS, wire.repeat(b"\x01", count)),
    )
    yield "5,000,000 dims of 1", REJECT, [head, wire.inside(MODEL_GRAPH, name, dims)], {}
    constant = wire.literal(wire.block(NODE_OP, "C") + wire.block(NODE_OUTPUT, "y"))
    attributes = wire.inside(GRAPH_NODE, constant, wire.repeat(b"\x2a\x00", count))
    yield (
        "empty attributes of one node, 10 MB",
        REJECT,
        [head, wire.inside(MODEL_GRAPH, name, attributes)],
        {},
    )


@row("numbers too large")
def _():
    bare = without(tensor("w", FLOAT, [], raw_data=DATA[:8]), "dims").SerializeToString()
    for name, dim in (("2^63", 1 << 63), ("2^64 - 1", (1 << 64) - 1), ("2^63 - 1", (1 << 63) - 1)):
        yield f"dim {name}", REJECT, with_weight(bare + wire.number(TENSOR_DIMS, dim)), {}
        packed = wire.block(TENSOR_DIMS, wire.varint(dim), b"\x02")
        yield f"dims {name} and 2, packed", REJECT, with_weight(bare + packed), {}
    wide = b"".join(wire.number(TENSOR_DIMS, 2) for _ in range(64))
    yield "64 dims of 2", REJECT, with_weight(bare + wide), {}
    shape = graph([node("Identity", "x", "y")], [value("x", FLOAT, [-(1 << 63)])], [value("y")], [])
    yield "negative dim of a value", UNDECIDED, model(whole=shape), {}
