"""Rules for nodes, but for their attributes."""

from ..build import (
    attr,
    model,
    node,
    without,
)
from .shared import BAD, GOOD, choice, identity, one, rule


@rule("node.op-type")
def _():
    yield "empty", BAD, one("", "x", "y")
    yield "none", BAD, model(nodes=[without(node("Add", "x w", "y"), "op_type")])


@rule("node.has-values")
def _():
    yield (
        "no inputs and no outputs",
        BAD,
        model(nodes=[node("Add", "x w", "y"), node("Neg", "", "")]),
    )
    yield (
        "custom op without any",
        BAD,
        model(
            imports=(("", 13), ("c", 1)),
            nodes=[node("Add", "x w", "y"), node("C", "", "", domain="c")],
        ),
    )
    yield "only outputs", GOOD, one("Constant", "", "y", attr("value_float", f=1.0))
    yield (
        "custom op with inputs alone",
        GOOD,
        model(
            imports=(("", 13), ("c", 1)),
            nodes=[node("Add", "x w", "y"), node("C", "y", "", domain="c")],
        ),
    )


@rule("node.domain")
def _():
    yield "not imported", BAD, one("C", "x", "y", domain="c", imports=(("", 13),))
    yield "default domain not imported", BAD, one("Neg", "x", "y", imports=(("c", 1),))
    yield (
        "default domain imported as ai.onnx",
        GOOD,
        one("Neg", "x", "y", imports=(("ai.onnx", 13),)),
    )
    yield (
        "ai.onnx imported as the default",
        GOOD,
        one("Neg", "x", "y", domain="ai.onnx", imports=(("", 13),)),
    )
    yield (
        "ai.onnx on both sides",
        GOOD,
        one("Neg", "x", "y", domain="ai.onnx", imports=(("ai.onnx", 13),)),
    )
    yield (
        "ai.onnx.ml not imported",
        BAD,
        one("Binarizer", "x", "y", domain="ai.onnx.ml", imports=(("", 13),)),
    )
    yield "custom", GOOD, one("C", "x", "y", domain="c", opset=1)
    yield "custom, and no other imported", GOOD, one("C", "x", "y", domain="c", imports=(("c", 1),))
    yield "differs by case", BAD, one("C", "x", "y", domain="c", imports=(("C", 1),))
    yield "custom at version 0", GOOD, one("C", "x", "y", domain="c", opset=0)


@rule("node.op-known")
def _():
    yield "unknown", BAD, one("Nonesuch", "x", "y")
    yield "differs by case", BAD, one("relu", "x", "y")
    yield "introduced later", BAD, one("Gelu", "x", "y")
    yield "introduced here", GOOD, one("Gelu", "x", "y", opset=20)
    yield "newer opset than any", BAD, one("Nonesuch", "x", "y", opset=99)
    yield "unknown in ai.onnx.ml", BAD, one("Nonesuch", "x", "y", domain="ai.onnx.ml", opset=3)
    for domain in ("ai.onnx.training", "ai.onnx.preview.training", "ai.onnx.preview"):
        yield f"unknown in {domain}", BAD, one("Nonesuch", "x", "y", domain=domain, opset=1)
    yield "unknown in a custom domain", GOOD, one("Nonesuch", "x", "y", domain="c", opset=1)
    yield "of another domain", BAD, one("Binarizer", "x", "y")
    yield "known, in ai.onnx.ml", GOOD, one("Binarizer", "x", "y", domain="ai.onnx.ml", opset=1)
    yield "unknown in a subgraph", BAD, choice([node("Nonesuch", "x", "t")])
    yield "ai.onnx.ml at version 0", BAD, one("Binarizer", "x", "y", domain="ai.onnx.ml", opset=0)
    yield (
        "a function of the model in the default domain",
        GOOD,
        model(
            functions=[identity("Mine", domain="", imports=(("", 13),))],
            nodes=[node("Mine", "x", "y")],
        ),
    )


@rule("node.op-deprecated")
def _():
    scales = attr("scales", floats=[1.0])
    yield "Upsample at 10", BAD, one("Upsample", "x s", "y", opset=10)
    yield "Upsample at 9", GOOD, one("Upsample", "x s", "y", opset=9)
    yield "Upsample at 7", GOOD, one("Upsample", "x", "y", scales, opset=7)
    yield "Upsample at 28", BAD, one("Upsample", "x s", "y", opset=28, ir=14)
    yield "Scatter at 11", BAD, one("Scatter", "x i u", "y", opset=11)
    yield "Scatter at 10", GOOD, one("Scatter", "x i u", "y", opset=10)
    groups = attr("num_groups", i=1)
    yield "GroupNormalization at 18", BAD, one("GroupNormalization", "x s b", "y", groups, opset=18)
    yield (
        "GroupNormalization at 21",
        GOOD,
        one("GroupNormalization", "x s b", "y", groups, opset=21, ir=10),
    )
    for op in ("Classifier", "Regressor"):
        outputs = "y z" if op == "Classifier" else "y"
        for version in (5, 3):
            yield (
                f"TreeEnsemble{op} at {version}",
                version == 3,
                one(f"TreeEnsemble{op}", "x", outputs, domain="ai.onnx.ml", opset=version),
            )


@rule("node.arity")
def _():
    for name, valid, made in (
        ("Add of one", BAD, one("Add", "a", "y")),
        ("Add of three", BAD, one("Add", "a b c", "y")),
        ("Add of none", BAD, one("Add", "", "y")),
        ("Relu with two outputs", BAD, one("Relu", "a", "y z")),
        ("Relu without output", BAD, model(nodes=[node("Add", "x w", "y"), node("Relu", "x", "")])),
        ("Clip of four", BAD, one("Clip", "a b c d", "y")),
        ("Clip of one", GOOD, one("Clip", "a", "y")),
        ("Concat of none", BAD, one("Concat", "", "y", attr("axis", i=0))),
        ("Concat of one", GOOD, one("Concat", "a", "y", attr("axis", i=0))),
        ("Concat of five", GOOD, one("Concat", "a b c d e", "y", attr("axis", i=0))),
        ("Conv of one", BAD, one("Conv", "a", "y")),
        ("Split into three", GOOD, one("Split", "a", "y z u")),
        ("Dropout with three outputs", BAD, one("Dropout", "a", "y z u")),
        ("Constant with an input", BAD, one("Constant", "a", "y", attr("value_float", f=1.0))),
        ("Pad of one at 11", BAD, one("Pad", "a", "y", opset=11)),
        ("Pad of one at 2", GOOD, one("Pad", "a", "y", attr("pads", ints=[0, 0]), opset=2)),
        ("Squeeze of two at 12", BAD, one("Squeeze", "a b", "y", opset=12)),
        ("Squeeze of two at 13", GOOD, one("Squeeze", "a b", "y", opset=13)),
        (
            "ai.onnx.preview's op of one",
            BAD,
            one("FlexAttention", "a", "y", domain="ai.onnx.preview", opset=1),
        ),
    ):
        yield name, valid, made
    for version, counts in ((7, (1, 2, 5)), (9, (1, 3, 5)), (14, (1, 2, 3)), (15, (1, 2, 3))):
        for count in counts:
            # By the count alone the ones in the middle are in range: versions name the counts allowed.
            valid = count in ((1, 5) if version < 14 else (1, 3))
            results = " ".join(f"y{i}" for i in range(count))
            yield (
                f"BatchNormalization-{version} with {count} outputs",
                valid,
                one("BatchNormalization", "a b c d e", results, opset=version),
            )


@rule("node.omitted")
def _():
    yield "single input", BAD, one("Add", "a _", "y")
    yield "only input", BAD, one("Relu", "_", "y")
    yield "single output", BAD, model(nodes=[node("Add", "x w", "y"), node("Relu", "x", "_")])
    yield "optional input", GOOD, one("Clip", "a _ b", "y")
    yield "optional output", GOOD, one("Dropout", "a", "y _")
    yield "optional output before another", GOOD, lstm()
    yield "variadic input", BAD, one("Sum", "a _", "y")
    yield "first variadic input", BAD, one("Sum", "_ a", "y")
    yield "required input of Clip", BAD, one("Clip", "_ a", "y")
    yield "custom op", GOOD, one("C", "_ a", "y _", domain="c", opset=1)


def lstm():
    """An LSTM whose first output is omitted."""
    return one("LSTM", "a b c", "_ y", attr("hidden_size", i=1))
