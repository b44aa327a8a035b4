"""Rules for the model itself."""

from ..build import (
    entry_list,
    model,
    node,
    value,
)
from .shared import BAD, GOOD, rule


@rule("model.ir-version")
def _():
    yield "none", BAD, model(None)
    yield "zero", BAD, model(0)
    yield "one above the newest", BAD, model(15)
    yield "largest number", BAD, model((1 << 63) - 1)
    both = [value("x"), value("w")]
    yield "negative", BAD, model(-1, (), inputs=both, nodes=[node("Sum", "x w", "y")])
    for ir in (1, 2):
        yield f"{ir}", GOOD, model(ir, (), inputs=both, nodes=[node("Sum", "x w", "y")])
    yield "3", GOOD, model(3, (("", 8),), inputs=both)
    for ir in range(4, 15):
        yield f"{ir}", GOOD, model(ir)


@rule("model.opset-import")
def _():
    for ir in (3, 4, 8, 14):
        yield f"none at IR {ir}", BAD, model(ir, (), inputs=[value("x"), value("w")])
    for ir in (1, 2):
        yield f"one at IR {ir}", BAD, model(ir, (("", 1),), inputs=[value("x"), value("w")])
    yield "only another domain", BAD, model(imports=(("custom", 1),))
    yield "ai.onnx for the default domain", GOOD, model(imports=(("ai.onnx", 13),))
    yield "same domain twice, same version", BAD, model(imports=(("", 13), ("", 13)))
    yield "same domain twice, another version", BAD, model(imports=(("", 13), ("", 14)))
    yield "default domain under both names", BAD, model(imports=(("", 13), ("ai.onnx", 14)))
    relu = [node("Relu", "x", "y")]
    yield "unused domains", GOOD, model(imports=(("", 13), ("a", 1), ("b", 2)), nodes=relu)


@rule("model.opset-version")
def _():
    yield "2^31", BAD, model(imports=(("", 1 << 31),))
    yield "2^63 - 1", BAD, model(imports=(("", (1 << 63) - 1),))
    yield "-2^31 - 1", BAD, model(imports=(("", -(1 << 31) - 1),))
    yield "2^31 of a domain that is not used", BAD, model(imports=(("", 13), ("custom", 1 << 31)))
    yield "0", BAD, model(imports=(("", 0),))
    yield "-1", BAD, model(imports=(("", -1),))
    none = model()
    none.opset_import[0].ClearField("version")
    yield "none", BAD, none
    yield "newest", GOOD, model(14, (("", 28),))
    yield "newer than any", BAD, model(14, (("", 29),))
    yield "2^31 - 1", BAD, model(14, (("", (1 << 31) - 1),))


@rule("model.metadata-unique")
def _():
    for name, entries in (
        ("twice", [("k", "1"), ("k", "2")]),
        ("twice the same", [("k", "1"), ("k", "1")]),
        ("empty twice", [("", "1"), ("", "2")]),
        ("with others between", [("k", "1"), ("l", "1"), ("k", "2")]),
    ):
        yield name, BAD, model(more={"metadata_props": entry_list(entries)})
    props = entry_list([("k", "1"), ("K", "1"), ("", "")])
    yield "different ones", GOOD, model(more={"metadata_props": props})
    yield "one", GOOD, model(more={"metadata_props": entry_list([("k", "1")])})


@rule("model.graph")
def _():
    yield "none", BAD, model(whole=False)
    yield "empty file", BAD, b""
    yield "not a model", BAD, b"\xff\xff\xff\xff\xff not a protobuf"
