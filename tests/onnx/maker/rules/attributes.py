"""Rules for attributes."""

from .. import wire
from ..build import (
    FLOAT,
    attr,
    branch,
    function,
    model,
    node,
    value,
    without,
)
from .shared import BAD, GOOD, F, calling, choice, one, rule, w


@rule("attribute.unique")
def _():
    yield "twice", BAD, one("Concat", "a", "y", attr("axis", i=0), attr("axis", i=0))
    yield (
        "twice on a custom op",
        BAD,
        one("C", "a", "y", attr("k", i=0), attr("k", f=0.0), domain="c", opset=1),
    )
    yield "twice in a subgraph", BAD, choice([node("Concat", "x", "t", *[attr("axis", i=0)] * 2)])


@rule("attribute.name")
def _():
    yield "empty", BAD, one("Concat", "a", "y", attr("axis", i=0), attr("", i=0))
    yield "none", BAD, one("Concat", "a", "y", attr("axis", i=0), without(attr("k", i=0), "name"))
    yield "empty on a custom op", BAD, one("C", "a", "y", attr("", i=0), domain="c", opset=1)


@rule("attribute.known")
def _():
    yield "unknown", BAD, one("Relu", "a", "y", attr("k", i=0))
    yield "differs by case", BAD, one("Concat", "a", "y", attr("axis", i=0), attr("Axis", i=0))
    yield "one underscore", BAD, one("Relu", "a", "y", attr("_k", i=0))
    yield "two underscores", GOOD, one("Relu", "a", "y", attr("__k", i=0))
    yield "only two underscores", GOOD, one("Relu", "a", "y", attr("__", i=0))
    yield "Squeeze axes at 13", BAD, one("Squeeze", "a", "y", attr("axes", ints=[0]))
    yield "Squeeze axes at 11", GOOD, one("Squeeze", "a", "y", attr("axes", ints=[0]), opset=11)
    yield "ReduceSum axes at 13", BAD, one("ReduceSum", "a", "y", attr("axes", ints=[0]))
    yield "ReduceSum axes at 11", GOOD, one("ReduceSum", "a", "y", attr("axes", ints=[0]), opset=11)
    yield "Dropout ratio at 12", BAD, one("Dropout", "a", "y", attr("ratio", f=0.5), opset=12)
    yield "Dropout ratio at 10", GOOD, one("Dropout", "a", "y", attr("ratio", f=0.5), opset=10)
    yield "Split split at 13", BAD, one("Split", "a", "y", attr("split", ints=[2]))
    yield (
        "Relu consumed_inputs at 6",
        BAD,
        one("Relu", "a", "y", attr("consumed_inputs", ints=[0]), opset=6),
    )
    yield (
        "Relu consumed_inputs at 1",
        GOOD,
        one("Relu", "a", "y", attr("consumed_inputs", ints=[0]), opset=1),
    )
    yield "Pad paddings at 1", GOOD, one("Pad", "a", "y", attr("paddings", ints=[0, 0]), opset=1)
    yield "Pad paddings at 2", BAD, one("Pad", "a", "y", attr("paddings", ints=[0, 0]), opset=2)
    yield "any on a custom op", GOOD, one("C", "a", "y", attr("k", i=0), domain="c", opset=1)
    yield (
        "LayerNormalization takes any",
        GOOD,
        one("LayerNormalization", "a b", "y", attr("k", i=0), opset=17),
    )


@rule("attribute.type")
def _():
    yield "of another type than declared", BAD, one("Concat", "a", "y", attr("axis", f=0.0))
    yield "list for a number", BAD, one("Concat", "a", "y", attr("axis", ints=[0]))
    yield "number for a list", BAD, one("Squeeze", "a", "y", attr("axes", i=0), opset=11)
    yield "string for a number", BAD, one("Cast", "a", "y", attr("to", s=b"FLOAT"))
    yield "number says float", BAD, one("Concat", "a", "y", attr("axis", "FLOAT", i=0))
    yield (
        "ints say tensor",
        BAD,
        one("C", "a", "y", attr("k", "TENSOR", ints=[1]), domain="c", opset=1),
    )
    yield "none", BAD, one("Concat", "a", "y", attr("axis", "", i=0))
    yield "none on a custom op", BAD, one("C", "a", "y", attr("k", "", i=0), domain="c", opset=1)
    yield "UNDEFINED", BAD, one("Concat", "a", "y", attr("axis", "UNDEFINED", i=0))
    strange = one("Concat", "a", "y", attr("axis", "", i=0)).SerializeToString()
    at = strange.index(b"\x0a\x04axis")
    yield (
        "99",
        BAD,
        patched(strange, at, b"\x0a\x04axis\x18\x00", b"\x0a\x04axis\x18\x00\xa0\x01\x63"),
    )
    old = [node("Affine", "x", "y", attr("alpha", "", f=1.0))]
    yield "none at IR 1", GOOD, model(1, (), nodes=old, initializers=[])
    yield "none at IR 2", BAD, model(2, (), nodes=old, initializers=[])
    both = [value("x"), value("w")]
    typeless = [node("Add", "x w", "y", attr("axis", "", i=0))]
    yield "none at IR 1, op with a schema", GOOD, model(1, (), nodes=typeless, inputs=both)


def patched(data, at, old, new):
    """A model whose node's attribute has other bytes: the lengths around it are made anew."""
    assert data[at : at + len(old)] == old
    return wire_replace(data, old, new)


def wire_replace(data, old, new):
    """Replaces the body of a field, at whatever depth, and the lengths of all that is around it."""
    if data == old:
        return new
    out = b""
    for number, wire_type, content, whole in wire.fields(data):
        if wire_type == wire.BYTES and old in content and number in (1, 5, 7):
            whole = wire.block(number, wire_replace(content, old, new))
        out += whole
    return out


@rule("attribute.one-value")
def _():
    for name, kind, fields in (
        ("int and float", "INT", {"i": 1, "f": 1.0}),
        ("int and ints", "INT", {"i": 1, "ints": [1]}),
        ("floats and strings", "FLOATS", {"floats": [1.0], "strings": [b"s"]}),
        ("tensor and tensors", "TENSOR", {"t": w(), "tensors": [w()]}),
    ):
        yield name, BAD, one("C", "a", "y", attr("k", kind, **fields), domain="c", opset=1)
    untyped = node("Affine", "x", "y", attr("k", "", i=1, f=1.0))
    yield (
        "int and float without a type, at IR 1",
        BAD,
        model(1, (), nodes=[untyped], initializers=[]),
    )
    yield "INT without one", BAD, one("Concat", "a", "y", attr("axis", "INT"))
    yield "FLOAT without one", BAD, one("Elu", "a", "y", attr("alpha", "FLOAT"))
    yield "INTS without one", GOOD, one("Constant", "", "y", attr("value_ints", "INTS"))
    yield "FLOATS without one", GOOD, one("Constant", "", "y", attr("value_floats", "FLOATS"))
    yield "TENSOR without one", BAD, one("Constant", "", "y", attr("value", "TENSOR"))
    yield (
        "SPARSE_TENSOR without one",
        BAD,
        one("Constant", "", "y", attr("sparse_value", "SPARSE_TENSOR")),
    )
    then_branch = attr("then_branch", "GRAPH")
    else_branch = attr("else_branch", g=branch([node("Identity", "a", "e")], "e"))
    yield "GRAPH without one", BAD, one("If", "a", "y", then_branch, else_branch)
    yield (
        "TYPE_PROTO without one",
        BAD,
        one("Optional", "", "y", attr("type", "TYPE_PROTO"), opset=15),
    )
    yield (
        "TENSOR without one on a custom op",
        BAD,
        one("C", "a", "y", attr("k", "TENSOR"), domain="c", opset=1),
    )


@rule("attribute.required")
def _():
    yield "Cast without to", BAD, one("Cast", "a", "y")
    yield "Cast with to", GOOD, one("Cast", "a", "y", attr("to", i=FLOAT))
    yield "Concat without axis", BAD, one("Concat", "a", "y")
    yield "Concat without axis at 1", GOOD, one("Concat", "a", "y", opset=1)
    yield (
        "If without else",
        BAD,
        one("If", "a", "y", attr("then_branch", g=branch([node("Identity", "a", "t")], "t"))),
    )
    yield "Loop without body", BAD, one("Loop", "a b c", "y")
    yield "LeakyRelu without alpha", GOOD, one("LeakyRelu", "a", "y")
    yield "Constant without any value", BAD, one("Constant", "", "y")
    yield (
        "Constant with two values",
        BAD,
        one("Constant", "", "y", attr("value_float", f=1.0), attr("value_int", i=1)),
    )


@rule("attribute.reference")
def _():
    referring = attr("alpha", "FLOAT", ref_attr_name="k")
    loaded = attr("alpha", f=1.0, ref_attr_name="k")

    def body(given, declared=("k",)):
        step = node("Elu", "a", "b", given)
        return calling([function("F", "a", "b", [step], imports=F, attribute=declared)])

    yield "in a function", GOOD, body(referring)
    yield "in a function, with a value", BAD, body(loaded)
    yield "in a function, to an attribute it lacks", BAD, body(referring, [])
    yield "in the graph", BAD, one("Elu", "a", "y", referring)
    yield "in the graph, with a value", BAD, one("Elu", "a", "y", loaded)
    yield "in a branch, with a value", BAD, choice([node("Elu", "x", "t", loaded)])
    required = attr("axis", "INT", ref_attr_name="k")
    step = node("Concat", "a", "b", required)
    yield (
        "required, in a function",
        GOOD,
        calling([function("F", "a", "b", [step], imports=F, attribute=["k"])]),
    )
    mistyped = attr("alpha", "INT", ref_attr_name="k")
    yield "of the wrong type", BAD, body(mistyped)
