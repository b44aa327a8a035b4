"""Attributes, subgraphs and functions."""

from onnx import (
    TypeProto,
)

from ..build import (
    BOOL,
    FLOAT,
    INT64,
    attr,
    branch,
    entry_list,
    function,
    model,
    node,
    sparse,
    tensor,
    tensor_type,
    typed,
    value,
)
from ..elements import as_raw
from .shared import floats, longs


def attributes():
    """Attributes of every kind, and tensors in them."""
    body = branch([node("Relu", "x", "r")], "r", initializers=[floats("inner", [7])])
    one = sparse(floats("s", [5]), longs([2]), [4])
    every = [
        attr("float", f=-0.5),
        attr("int", i=-(1 << 63)),
        attr("string", s=b"text \xff not UTF-8"),
        attr("tensor", t=floats("", [1, 2])),
        attr("graph", g=body),
        attr("type", tp=tensor_type(FLOAT, ["N", None, 3])),
        attr("sparse", sparse_tensor=one),
        attr("floats", floats=[0.5, float("inf"), -0.0]),
        attr("ints", ints=[0, -1, 1 << 62]),
        attr("strings", strings=[b"", b"a", "ü".encode()]),
        attr("tensors", tensors=[floats("a", [1]), longs([2], name="b")]),
        attr("graphs", graphs=[body, branch([node("Neg", "x", "m")], "m")]),
        attr(
            "types",
            type_protos=[tensor_type(), TypeProto(sequence_type={"elem_type": tensor_type()})],
        ),
        attr("sparses", sparse_tensors=[one, sparse(floats("z", []), None, [1])]),
        attr("no ints", "INTS"),
        attr("no strings", "STRINGS"),
        attr("documented", i=1, doc_string="what it is for"),
    ]
    custom = node("Anything", "x", "y", *every, domain="custom", name="all kinds")
    yield "attributes", model(imports=(("", 13), ("custom", 1)), nodes=[custom], initializers=[])
    constants = [
        node("Constant", "", "a", attr("value", t=as_raw("", "INT4", [3], b"\x21\x0f"))),
        node("Constant", "", "b", attr("sparse_value", sparse_tensor=one)),
        node("Constant", "", "c", attr("value_string", s=b"s")),
        node("Constant", "", "d", attr("value_ints", ints=[1, 2])),
        node("ConstantOfShape", "l", "e", attr("value", t=longs([9]))),
    ]
    yield (
        "constants",
        model(
            10,
            (("", 21),),
            nodes=constants,
            inputs=[value("l", INT64, [1])],
            outputs=[value("e", INT64, ["n"])],
            initializers=[],
        ),
    )


def subgraphs():
    """Control flow, two levels deep, with weights at every level."""
    inner_then = branch(
        [
            node("Constant", "", "k", attr("value", t=floats("k", [10, 20]))),
            node("Add", "outer k", "inner_sum"),
            node("Mul", "inner_sum deep", "inner_then"),
        ],
        [value("inner_then")],
        initializers=[floats("deep", [2, 3])],
        name="inner then",
    )
    inner_else = branch(
        [node("Add", "x w", "inner_else")], [value("inner_else")], name="inner else"
    )
    choose = node(
        "If", "keep", "chosen", attr("then_branch", g=inner_then), attr("else_branch", g=inner_else)
    )
    body = branch(
        [node("Add", "carried step", "outer"), choose, node("Identity", "keep", "keep_on")],
        [value("keep_on", BOOL, []), value("chosen"), value("outer")],
        [value("i", INT64, []), value("keep", BOOL, []), value("carried")],
        [floats("step", [0.5, 0.25])],
        name="body",
        metadata_props=entry_list([("level", "1")]),
    )
    yield (
        "loop-if",
        model(
            10,
            (("", 21),),
            nodes=[node("Loop", "trips go x", "y scanned", attr("body", g=body), name="loop")],
            outputs=[value("y"), value("scanned", FLOAT, [None, 2])],
            initializers=[
                floats("w", [1, 2]),
                longs([3], [], "trips"),
                tensor("go", BOOL, [], raw_data=b"\1"),
            ],
        ),
    )
    scan_body = branch(
        [node("Add", "sum_in next", "sum_out"), node("Identity", "sum_out", "each")],
        [value("sum_out"), value("each")],
        [value("sum_in"), value("next")],
        name="scan body",
    )
    scan = node(
        "Scan", "zero x", "total partial", attr("body", g=scan_body), attr("num_scan_inputs", i=1)
    )
    yield (
        "scan",
        model(
            nodes=[scan],
            inputs=[value("x", FLOAT, [3, 2])],
            outputs=[value("total"), value("partial", FLOAT, [3, 2])],
            initializers=[floats("zero", [0, 0])],
        ),
    )
    mapped = branch(
        [node("Neg", "e", "ne")], [value("ne", FLOAT, ["n"])], [value("e", FLOAT, ["n"])]
    )
    sequence = typed("s", TypeProto(sequence_type={"elem_type": tensor_type(FLOAT, ["n"])}))
    result = typed("t", sequence.type)
    yield (
        "sequence-map",
        model(
            imports=(("", 17),),
            nodes=[node("SequenceMap", "s", "t", attr("body", g=mapped))],
            inputs=[sequence],
            outputs=[result],
            initializers=[],
        ),
    )


def functions():
    """Functions of the model: calls between them, overloads, tensors and subgraphs in them."""
    scale = function(
        "Scale",
        "a",
        "b",
        [
            node("Constant", "", "k", attr("value", t=floats("k", [2, 4]))),
            node("Constant", "", "c", attr("value_float", "FLOAT", ref_attr_name="factor")),
            node("Mul", "a k", "ak"),
            node("Mul", "ak c", "b"),
        ],
        attribute=["factor"],
        doc_string="b = a k factor",
        metadata_props=entry_list([("from", "here")]),
    )
    overloaded = function(
        "Scale",
        "a",
        "b",
        [node("Identity", "a", "b")],
        overload="none",
        attribute_proto=[attr("table", t=longs([1, 2])), attr("factor", f=1.5)],
    )
    then_branch = branch([node("Scale", "p", "t", attr("factor", f=3.0), domain="f")], "t")
    else_branch = branch([node("Constant", "", "e", attr("value", t=floats("e", [0, 0])))], "e")
    caller = function(
        "Caller",
        "p q",
        "r",
        [
            node(
                "If",
                "q",
                "s",
                attr("then_branch", g=then_branch),
                attr("else_branch", g=else_branch),
            ),
            node("Scale", "s", "r", domain="f", overload="none"),
        ],
        domain="g",
        imports=(("", 13), ("f", 1)),
        value_info=[value("s"), value("r")],
    )
    yield (
        "functions",
        model(
            10,
            (("", 13), ("f", 1), ("g", 2)),
            [scale, overloaded, caller],
            nodes=[node("Caller", "x go", "y", domain="g", name="call")],
            inputs=[value("x"), value("go", BOOL, [])],
        ),
    )
