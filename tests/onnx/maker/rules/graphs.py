"""Rules for graphs."""

from onnx import TensorProto, TypeProto, ValueInfoProto

from ..build import (
    FLOAT,
    INT64,
    attr,
    branch,
    model,
    node,
    tensor,
    tensor_type,
    typed,
    value,
    without,
)
from .shared import (
    BAD,
    GOOD,
    choice,
    rule,
    thin,
    w,
)


@rule("graph.name")
def _():
    yield "none", BAD, model(name=None)
    yield "empty", BAD, model(name="")
    yield "none in a subgraph", BAD, choice([node("Neg", "x", "t")], name=None)
    yield "empty in a subgraph", BAD, choice([node("Neg", "x", "t")], name="")


def relu(inputs=None, outputs=None, **more):
    """y = Relu(x), with other inputs or outputs."""
    return model(
        nodes=[node("Identity", "x", "y")], inputs=inputs, outputs=outputs, initializers=[], **more
    )


@rule("graph.value-info")
def _():
    for side in ("inputs", "outputs"):
        name = "x" if side == "inputs" else "y"
        yield f"name empty, {side}", BAD, relu(**{side: [value(name), value("")]})
        yield f"no name, {side}", BAD, relu(**{side: [value(name), without(value("z"), "name")]})
        yield f"no type, {side}", BAD, relu(**{side: [ValueInfoProto(name=name)]})
        yield f"no element type, {side}", BAD, relu(**{side: [value(name, None)]})
        yield f"no shape, {side}", BAD, relu(**{side: [value(name, dims=None)]})
        yield f"type of no kind, {side}", BAD, relu(**{side: [typed(name, TypeProto())]})
        yield f"scalar, {side}", GOOD, relu(**{side: [value(name, dims=[])]})
        yield f"unknown dims, {side}", GOOD, relu(**{side: [value(name, dims=[None, "n", 0])]})
    kinds = {
        "sequence": TypeProto(sequence_type={"elem_type": tensor_type()}),
        "optional": TypeProto(optional_type={"elem_type": tensor_type()}),
        "map": TypeProto(map_type={"key_type": INT64, "value_type": tensor_type()}),
        "sparse tensor": TypeProto(sparse_tensor_type={"elem_type": FLOAT, "shape": {}}),
        "opaque": TypeProto(opaque_type={"domain": "d", "name": "n"}),
        "sequence of rankless tensors": TypeProto(
            sequence_type={"elem_type": tensor_type(FLOAT, None)}
        ),
    }
    for name, kind in kinds.items():
        yield name, GOOD, relu([typed("x", kind)])
    broken = {
        "sequence without element type": TypeProto(sequence_type={}),
        "optional without element type": TypeProto(optional_type={}),
        "map without key type": TypeProto(map_type={"value_type": tensor_type()}),
        "map without value type": TypeProto(map_type={"key_type": INT64}),
        "sparse tensor without element type": TypeProto(sparse_tensor_type={"shape": {}}),
        "sparse tensor without shape": TypeProto(sparse_tensor_type={"elem_type": FLOAT}),
        "opaque without name": TypeProto(opaque_type={"domain": "d"}),
        "sequence of nothing": TypeProto(sequence_type={"elem_type": {}}),
        "map with float keys": TypeProto(map_type={"key_type": FLOAT, "value_type": tensor_type()}),
    }
    for name, kind in broken.items():
        yield name, BAD, relu([typed("x", kind)])
    yield "element type 0", BAD, relu([value("x", TensorProto.UNDEFINED)])
    yield "element type 99", BAD, relu([value("x", 99)])
    yield "negative dim", BAD, relu([value("x", dims=[-1])])
    yield "nameless value_info", BAD, relu(value_info=[without(value("h"), "name")])
    yield "value_info without type", GOOD, relu(value_info=[ValueInfoProto(name="h")])
    yield "subgraph output without type", GOOD, choice([node("Neg", "x", "t")])
    nameless = [node("Neg", "x", "t")], [ValueInfoProto(name="t"), ValueInfoProto()]
    yield "subgraph output without name", BAD, choice(*nameless)


@rule("graph.inputs-unique")
def _():
    yield "twice", BAD, relu([value("x"), value("x")])
    yield "twice with another type", BAD, relu([value("x"), value("x", INT64, [1])])
    twice = {"inputs": [ValueInfoProto(name="q"), ValueInfoProto(name="q")]}
    yield "twice in a subgraph", BAD, choice([node("Neg", "x", "t")], **twice)
    yield "differ by case", GOOD, relu([value("x"), value("X")])


@rule("graph.initializer-name")
def _():
    yield "none", BAD, model(initializers=[w(), tensor(None, float_data=[1, 2])])
    yield "empty", BAD, model(initializers=[w(), tensor("", float_data=[1, 2])])
    yield "none, sparse", BAD, model(sparse_initializer=[thin(None)])
    yield "empty, sparse", BAD, model(sparse_initializer=[thin("")])
    unnamed = {"initializers": [tensor("", float_data=[1, 2])]}
    yield "empty in a subgraph", BAD, choice([node("Neg", "x", "t")], **unnamed)


@rule("graph.initializers-unique")
def _():
    yield "twice", BAD, model(initializers=[w(), w()])
    yield "twice, sparse", BAD, model(sparse_initializer=[thin(), thin()])
    yield "dense and sparse", BAD, model(sparse_initializer=[thin("w")])
    yield "twice in a subgraph", BAD, choice([node("Neg", "x", "t")], initializers=[w("q"), w("q")])
    yield "same name as an input", GOOD, model(initializers=[w(), w("x")])
    yield "sparse with an input's name", GOOD, model(sparse_initializer=[thin("x")])
    yield (
        "indices with another's name",
        GOOD,
        model(sparse_initializer=[thin(), thin_with_named_indices()]),
    )


def thin_with_named_indices():
    """A sparse tensor whose indices have the name of an initializer."""
    made = thin("r")
    made.indices.name = "w"
    return made


@rule("graph.initializer-is-input")
def _():
    both = [value("x"), value("w")]
    old = [node("Sum", "x w", "y")]
    for ir, imports in ((1, ()), (2, ()), (3, (("", 8),))):
        yield f"not an input at IR {ir}", BAD, model(ir, imports, nodes=old)
        yield f"an input at IR {ir}", GOOD, model(ir, imports, nodes=old, inputs=both)
    yield "not an input at IR 4", GOOD, model(4, (("", 9),))
    yield "an input at IR 4", GOOD, model(4, (("", 9),), inputs=both)

    def in_subgraph(ir, inputs):
        made = choice([node("Add", "q x", "t")], initializers=[w("q")], inputs=inputs)
        made.ir_version = ir
        made.graph.input.append(value("w"))
        return made

    yield "subgraph, not an input at IR 3", BAD, in_subgraph(3, "")
    yield "subgraph, not an input at IR 4", GOOD, in_subgraph(4, "")


@rule("graph.topology")
def _():
    yield "unknown input", BAD, model(nodes=[node("Add", "x q", "y")])
    late = [node("Add", "z w", "y"), node("Neg", "x", "z")]
    yield "made later", BAD, model(nodes=late)
    yield "made earlier", GOOD, model(nodes=late[::-1])
    yield "its own output", BAD, model(nodes=[node("Add", "x y", "y")])
    yield (
        "unknown input of a custom op",
        BAD,
        model(imports=(("", 13), ("c", 1)), nodes=[node("C", "q", "y", domain="c")]),
    )
    yield "unknown in a subgraph", BAD, choice([node("Neg", "q", "t")])
    yield "outer name in a subgraph", GOOD, choice([node("Neg", "w", "t")])
    yield (
        "of the other branch",
        BAD,
        choice([node("Neg", "x", "t")], else_nodes=[node("Neg", "t", "e")]),
    )
    inner = choice([node("Neg", "x", "t")])
    inner.graph.node.append(node("Neg", "t", "z"))
    yield "of a branch, from outside", BAD, inner
    later = choice([node("Neg", "z", "t")])
    later.graph.node.append(node("Neg", "x", "z"))
    yield "outer name made later", BAD, later
    sooner = choice([node("Neg", "z", "t")])
    sooner.graph.node.insert(0, node("Neg", "x", "z"))
    yield "outer name made earlier", GOOD, sooner
    deep = attr("then_branch", g=branch([node("Neg", "p", "u")], "u"))
    other = attr("else_branch", g=branch([node("Neg", "w", "v")], "v"))
    for name, valid, nodes in (
        ("two levels up", GOOD, [node("Neg", "x", "p"), node("If", "go", "t", deep, other)]),
        (
            "two levels up, made later",
            BAD,
            [node("If", "go", "t", deep, other), node("Neg", "x", "p")],
        ),
    ):
        yield name, valid, choice(nodes)
    yield (
        "sparse initializer",
        GOOD,
        model(nodes=[node("Add", "x s", "y")], sparse_initializer=[thin()]),
    )
    yield "omitted input", GOOD, model(nodes=[node("Clip", "x _ w", "y")])


@rule("graph.ssa")
def _():
    yield "two nodes", BAD, model(nodes=[node("Neg", "x", "y"), node("Abs", "x", "y")])
    yield "one node twice", BAD, model(nodes=[node("Split", "x", "y y")])
    yield "an input", BAD, model(nodes=[node("Neg", "w", "x"), node("Neg", "x", "y")])
    yield "an initializer", BAD, model(nodes=[node("Neg", "x", "w"), node("Neg", "w", "y")])
    yield (
        "a sparse initializer",
        BAD,
        model(nodes=[node("Neg", "x", "s"), node("Neg", "x", "y")], sparse_initializer=[thin()]),
    )
    yield "omitted outputs", GOOD, model(nodes=[node("Dropout", "x", "y _")])
    yield "outer name in a subgraph", BAD, choice([node("Neg", "w", "x"), node("Neg", "x", "t")])
    yield "the If's own output", GOOD, choice([node("Neg", "x", "y")], "y")
    yield (
        "same names in both branches",
        GOOD,
        choice([node("Neg", "x", "e")], "e", [node("Abs", "x", "e")]),
    )
    late = choice([node("Neg", "x", "z"), node("Neg", "z", "t")])
    late.graph.node.append(node("Neg", "x", "z"))
    yield "subgraph's name made outside later", GOOD, late
    for name, valid, own in (
        ("subgraph input with its own name", GOOD, "v"),
        ("subgraph input with an outer name", BAD, "x"),
    ):
        body = branch([node("Identity", "k", "l"), node("Neg", own, "u")], "l u", f"i k {own}")
        yield name, valid, model(nodes=[node("Loop", "_ _ x", "y", attr("body", g=body))])
    yield (
        "subgraph initializer with an outer name",
        BAD,
        choice([node("Neg", "x", "t")], initializers=[w("w")]),
    )


@rule("graph.outputs")
def _():
    yield "not made", BAD, model(outputs=[value("y"), value("z")])
    yield "an input", GOOD, model(outputs=[value("y"), value("x")])
    yield "an initializer", GOOD, model(outputs=[value("y"), value("w")])
    yield (
        "a sparse initializer",
        GOOD,
        model(outputs=[value("y"), value("s")], sparse_initializer=[thin()]),
    )
    yield "twice", BAD, model(outputs=[value("y"), value("y")])
    yield "none", GOOD, model(outputs=[])
    yield "outer name, from a branch", BAD, choice([], "x")
    yield "made only in a branch", BAD, choice_output()
    yield "value_info only", BAD, model(outputs=[value("h")], value_info=[value("h")])


def choice_output():
    """A model that gives out what only a branch makes."""
    made = choice([node("Neg", "x", "t")])
    made.graph.output.append(value("t"))
    return made
