"""What the hostile files share."""

from .. import wire
from ..build import (
    FLOAT,
    external,
    model,
    node,
    tensor,
    value,
)

ACCEPT, REJECT, REPORT, UNDECIDED = "accept", "reject", "report", "undecided"

# What lies beside the model: 128 bytes of which no two are the same, so that bytes tell where they are from.
DATA = bytes(range(128))
FILE = {"files": {"w.bin": DATA}}

# The same, and a file above the model's folder: what leads there has to be refused, not missed.
ABOVE = {"files": {"w.bin": DATA, "../w.bin": DATA[::-1], "../v.bin": DATA[::-1]}}

# What the model of the cases on the wire hands out.
SAME = {"hex": DATA[:8].hex()}

GROUPS = []

# The fields of the messages that are written by hand.
MODEL_IR, MODEL_GRAPH, MODEL_OPSET, MODEL_FUNCTION = 1, 7, 8, 25
GRAPH_NODE, GRAPH_NAME, GRAPH_INITIALIZER, GRAPH_INPUT, GRAPH_OUTPUT = 1, 2, 5, 11, 12
NODE_INPUT, NODE_OUTPUT, NODE_OP, NODE_ATTRIBUTE = 1, 2, 4, 5
ATTRIBUTE_NAME, ATTRIBUTE_T, ATTRIBUTE_G = 1, 5, 6
TENSOR_DIMS, TENSOR_TYPE, TENSOR_FLOATS, TENSOR_NAME, TENSOR_RAW = 1, 2, 4, 8, 9


def row(name):
    """Enters a group: a row of the table of disagreements, or a kind of harm."""

    def enter(group):
        GROUPS.append((name, group))
        return group

    return enter


def giving(weight, **more):
    """A model that hands out its only weight."""
    return model(
        13 if weight.data_type > 22 else 10,
        (("", 21),),
        nodes=[node("Identity", "w", "y")],
        inputs=[],
        outputs=[value("y", weight.data_type, [None] * len(weight.dims))],
        initializers=[weight],
        **more,
    )


def outside(*entries, location="w.bin", length="16", data_type=FLOAT, dims=(4,), **more):
    """A model whose weight is in another file. Entries of other keys come last; None leaves one out."""
    usual = [("location", location), ("length", length)]
    usual = [(key, text) for key, text in usual if text is not None]
    return giving(external("w", data_type, dims, [*usual, *entries], **more))


def within(at, length=16):
    """The bytes of the file from a place on."""
    return {"hex": DATA[at : at + length].hex()}


def parts(weight=None, **more):
    """The model y = w by its fields: "head" of the model, "graph" without its weight, "weight"."""
    weight = weight or tensor("w", FLOAT, [2], raw_data=DATA[:8])
    made = giving(weight)
    body = made.graph
    body.ClearField("initializer")
    made.ClearField("graph")
    return made.SerializeToString(), body.SerializeToString(), weight.SerializeToString()


def with_weight(weight):
    """The model around the bytes of a tensor."""
    head, body, _ = parts()
    return head + wire.block(MODEL_GRAPH, body, wire.block(GRAPH_INITIALIZER, weight))


def with_graph(more):
    """The model with more bytes in its graph."""
    head, body, weight = parts()
    return head + wire.block(MODEL_GRAPH, body, wire.block(GRAPH_INITIALIZER, weight), more)


def with_model(more):
    """The model with more bytes at its end."""
    return with_weight(parts()[2]) + more
