"""What onnx.checker leaves to shape inference, and what it only prints."""

from onnx import TensorProto

from ..build import (
    BOOL,
    FLOAT,
    INT32,
    INT64,
    attr,
    branch,
    model,
    node,
    value,
)
from .shared import BAD, GOOD, choice, one, rule, w


@rule("inference.types")
def _():
    def pair(op, first, second, result, opset=13, **more):
        given = [value("a", first), value("b", second)]
        return model(
            imports=(("", opset),),
            nodes=[node(op, "a b", "y", **more)],
            inputs=given,
            outputs=[value("y", result)],
            initializers=[],
        )

    yield "Div of float and bool", BAD, pair("Div", FLOAT, BOOL, FLOAT)
    yield "Div of float and int32", BAD, pair("Div", FLOAT, INT32, FLOAT)
    yield "Add of bool and float", BAD, pair("Add", BOOL, FLOAT, FLOAT, 6)
    yield "Add into bool", BAD, pair("Add", FLOAT, FLOAT, BOOL, 6)
    yield "Add of other shapes", BAD, model(inputs=[value("x", FLOAT, [3])])
    yield (
        "initializer of another type than its input",
        BAD,
        model(inputs=[value("x"), value("w", INT64)]),
    )
    equation = [attr("equation", s=b"a,a->a")]
    for opset, valid in ((12, BAD), (28, GOOD)):
        made = pair(
            "Einsum", TensorProto.BFLOAT16, TensorProto.BFLOAT16, TensorProto.BFLOAT16, opset
        )
        made.graph.node[0].attribute.extend(equation)
        made.ir_version = 14
        yield f"Einsum of bfloat16 at {opset}", valid, made
    grouped = node("ConvTranspose", "a b", "y", attr("group", i=3))
    yield (
        "ConvTranspose of 32 channels in 3 groups",
        BAD,
        model(
            nodes=[grouped],
            inputs=[value("a", FLOAT, [1, 32, 4, 4]), value("b", FLOAT, [32, 8, 3, 3])],
            outputs=[value("y", FLOAT, [None] * 4)],
            initializers=[],
        ),
    )


@rule("inference.loop-inputs")
def _():
    def loop(ir, opset, extra, initializers):
        steps = [node("Identity", "k", "l"), node("Neg", "v", "u")]
        body = branch(steps, "l u", f"i k v {extra}", initializers)
        step = node("Loop", "n go x", "y", attr("body", g=body))
        given = [value("x"), value("n", INT64, []), value("go", BOOL, [])]
        return model(ir, (("", opset),), nodes=[step], inputs=given, initializers=[])

    yield "one more, an initializer, at IR 3", GOOD, loop(3, 8, "q", [w("q")])
    yield "one more, not an initializer, at IR 3", BAD, loop(3, 8, "q", [])
    yield "one more, an initializer, at IR 6", BAD, loop(6, 11, "q", [w("q")])
    yield "one that is an initializer too, at IR 6", BAD, loop(6, 11, "", [w("v")])


@rule("node.experimental")
def _():
    yield "Affine", GOOD, one("Affine", "a", "y")
    yield "ConstantFill", GOOD, one("ConstantFill", "", "y")
    yield "with any attributes and inputs", GOOD, one("Crop", "a b c", "y", attr("k", i=1))
    yield "in ai.onnx", GOOD, one("Affine", "a", "y", domain="ai.onnx", imports=(("ai.onnx", 13),))
    yield "in a branch", GOOD, choice([node("Affine", "x", "t")])
    yield "in another domain", GOOD, one("Affine", "a", "y", domain="c", opset=1)
