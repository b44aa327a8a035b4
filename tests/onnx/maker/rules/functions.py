"""Rules for a model's functions."""

from .. import wire
from ..build import (
    attr,
    branch,
    function,
    model,
    node,
    tensor,
)
from .shared import BAD, GOOD, F, calling, flag, identity, rule


@rule("functions.unique")
def _():
    yield "same name twice", BAD, calling([identity(), identity()])
    yield "same overload twice", BAD, calling([identity(overload="o"), identity(overload="o")])
    aliases = [identity(domain=""), identity(domain="ai.onnx")]
    yield "the default domain under both names", BAD, calling([identity(), *aliases])
    yield "another overload", GOOD, calling([identity(), identity(overload="o")], 10)
    yield "another domain", GOOD, calling([identity(), identity(domain="g")])
    yield "another name", GOOD, calling([identity(), identity("G")])
    yield "same name twice at IR 7", BAD, calling([identity(), identity()], 7)


@rule("functions.count")
def _():
    head = model(imports=F, nodes=[node("F", "x", "y", domain="f")], initializers=[])
    one = wire.block(25, identity().SerializeToString())
    yield "10,001 of them", BAD, [wire.literal(head.SerializeToString()), wire.repeat(one, 10_001)]


@rule("functions.acyclic")
def _():
    def through(op, callee):
        inner = branch([node(callee, "a", "r", domain="f")], "r")
        other = branch([node("Identity", "a", "s")], "s")
        if op == "If":
            given = [attr("then_branch", g=inner), attr("else_branch", g=other)]
            return [
                node("Constant", "", "c", attr("value", t=flag())),
                node("If", "c", "b", *given),
            ]
        if op == "Loop":
            body = branch(
                [node("Identity", "k", "l"), node(callee, "v", "u", domain="f")], "l u", "i k v"
            )
            return [node("Loop", "_ _ a", "b", attr("body", g=body))]
        if op == "Scan":
            body = branch([node(callee, "v", "u", domain="f")], "u", "v")
            return [node("Scan", "a", "b", attr("body", g=body), attr("num_scan_inputs", i=1))]
        if op == "graphs":
            several = attr("bodies", graphs=[other, inner])
            return [node("Many", "a", "b", several, domain="f")]
        nested = branch(through("Loop", callee), "b")
        nested.node[0].output[0] = nested.output[0].name = "z"
        given = [attr("then_branch", g=nested), attr("else_branch", g=other)]
        return [node("Constant", "", "c", attr("value", t=flag())), node("If", "c", "b", *given)]

    yield "calls itself", BAD, calling([identity(callee="F")])
    yield "two call each other", BAD, calling([identity(callee="G"), identity("G", "F")])
    three = [identity(callee="G"), identity("G", "H"), identity("H", "F")]
    yield "three in a circle", BAD, calling(three)
    yield "a circle that is not called", BAD, calling([identity(), identity("G", "G")])
    for op in ("If", "Loop", "Scan", "graphs", "If and Loop"):
        around = function("F", "a", "b", through(op, "F"), imports=F)
        yield f"calls itself through {op}", BAD, calling([around])
    two = [function(n, "a", "b", through("If", c), imports=F) for n, c in (("F", "G"), ("G", "F"))]
    yield "two call each other through If", BAD, calling(two)
    outside = function("F", "a", "b", through("If", "G"), imports=F)
    yield "calls another through If", GOOD, calling([outside, identity("G")])
    wide = function(
        "F",
        "a",
        "b",
        [node("G", "a", "p", domain="f"), node("H", "p", "b", domain="f")],
        imports=F,
    )
    yield "a diamond", GOOD, calling([wide, identity("G", "I"), identity("H", "I"), identity("I")])
    other = function("F", "a", "b", [node("F", "a", "b", domain="f", overload="o")], imports=F)
    yield "calls its own overload", GOOD, calling([other, identity(overload="o")], 10)
    yield "calls itself at IR 7", BAD, calling([identity(callee="F")], 7)
    for depth in (100, 101):
        calls = ["F", *(f"F{i}" for i in range(1, depth))]
        chain = [identity(*pair) for pair in zip(calls, [*calls[1:], None])]
        # The checker measures from where it happens to begin: the order in the file decides.
        yield f"calls {depth} deep", depth <= 100, calling(chain)
        yield f"calls {depth} deep, first one last", depth <= 100, calling(chain[::-1])


@rule("function.name")
def _():
    yield "none", BAD, calling([identity(), identity(None)])
    yield "empty", BAD, calling([identity(), identity("")])


@rule("function.domain")
def _():
    yield "none at IR 8", BAD, calling([identity(), identity("G", domain=None)])
    yield "none at IR 7", GOOD, calling([identity(), identity("G", domain=None)], 7)
    yield "empty", GOOD, calling([identity(), identity("G", domain="")])


@rule("function.opset-import")
def _():
    softmax = [node("Softmax", "a", "b")]

    def importing(imports, nodes, model_imports=F):
        return calling([function("F", "a", "b", nodes, imports=imports)], imports=model_imports)

    yield "op changed between the versions", BAD, importing((("", 12),), softmax)
    relu = [node("Identity", "a", "b")]
    yield "op did not change", GOOD, importing((("", 15),), relu, (("", 14), ("f", 1)))
    gelu = [node("Gelu", "a", "b")]
    yield "op only at the function's version", BAD, importing((("", 20),), gelu)
    upsample = [node("Scatter", "a a a", "b")]
    yield "op deprecated at the model's version", BAD, importing((("", 9),), upsample)
    yield "no import", BAD, importing((), relu)
    yield "import of another domain only", BAD, importing((("f", 1),), relu)
    yield "ai.onnx for the default domain", GOOD, importing((("ai.onnx", 13),), relu)
    yield (
        "domain that the model does not import",
        GOOD,
        importing((("", 13), ("g", 1)), [node("Other", "a", "b", domain="g")]),
    )
    custom = [node("Other", "a", "b", domain="g")]
    yield "custom op at another version", GOOD, importing((("g", 2),), custom, (*F, ("g", 1)))
    yield "version of 2^31", BAD, importing((("", 13), ("g", 1 << 31)), relu)
    yield "same domain twice", BAD, importing((("", 13), ("", 12)), relu)
    yield (
        "model does not import the default domain",
        GOOD,
        importing((("", 12),), softmax, (("f", 1),)),
    )


@rule("function.names")
def _():
    def made(inputs, outputs, nodes, **more):
        call = node("F", "x x", "y", domain="f") if len(inputs.split()) > 1 else None
        return calling([function("F", inputs, outputs, nodes, **more)], call=call)

    add = [node("Identity", "a", "b")]
    yield "input twice", BAD, made("a a", "b", add)
    yield "output twice", BAD, made("a", "b b", add)
    yield "attribute twice", BAD, made("a", "b", add, attribute=["k", "k"])
    defaults = [attr("k", f=1.0)]
    yield (
        "attribute with and without a default",
        BAD,
        made("a", "b", add, attribute=["k"], attribute_proto=defaults),
    )
    yield "default twice", BAD, made("a", "b", add, attribute_proto=defaults * 2)
    yield "output that no node makes", BAD, made("a", "c", add)
    yield "output that is an input", GOOD, made("a", "a", [])
    yield "input that is not used", GOOD, made("a c", "b", add)


@rule("function.topology")
def _():
    def body(*nodes):
        return calling([function("F", "a", "b", nodes, imports=F)])

    yield "unknown input", BAD, body(node("Identity", "q", "b"))
    yield "input of the model", BAD, body(node("Identity", "x", "b"))
    yield "made later", BAD, body(node("Relu", "c", "b"), node("Identity", "a", "c"))
    yield "omitted input", GOOD, body(node("Clip", "a _ _", "b"))


@rule("function.ssa")
def _():
    def body(*nodes):
        return calling([function("F", "a", "b", nodes, imports=F)])

    yield "made twice", BAD, body(node("Relu", "a", "b"), node("Abs", "a", "b"))
    yield "made under an input's name", BAD, body(node("Relu", "a", "b"), node("Abs", "b", "a"))
    yield "name of the model's", GOOD, body(node("Relu", "a", "x"), node("Abs", "x", "b"))


@rule("function.nodes")
def _():
    def body(*nodes):
        return calling([function("F", "a", "b", nodes, imports=F)])

    yield "unknown op", BAD, body(node("Nonesuch", "a", "b"))
    yield "too many inputs", BAD, body(node("Relu", "a a", "b"))
    yield "no inputs and no outputs", BAD, body(node("Relu", "a", "b"), node("Constant", "", ""))
    yield "unknown attribute", BAD, body(node("Relu", "a", "b", attr("k", i=1)))
    yield "experimental op", GOOD, body(node("Affine", "a", "b"))
    yield "function that is not there", GOOD, body(node("G", "a", "b", domain="f"))
    yield (
        "unknown op at IR 7",
        BAD,
        calling([function("F", "a", "b", [node("Nonesuch", "a", "b")])], 7),
    )
    constant = node("Constant", "", "c", attr("value", t=tensor(None, float_data=[1])))
    yield "tensor too short", BAD, body(constant, node("Add", "a c", "b"))
