"""What the rules share: how a group is entered, and small models to change."""

from ..build import (
    BOOL,
    FLOAT,
    INT64,
    attr,
    branch,
    function,
    model,
    node,
    sparse,
    tensor,
    value,
)

GROUPS = []
GOOD, BAD = True, False


def rule(name):
    """Enters a group under the name of its rule."""

    def enter(group):
        GROUPS.append((name, group))
        return group

    return enter


F = (("", 13), ("f", 1))


def calling(functions, ir=8, imports=F, call=None):
    """A model whose only node calls the function F."""
    call = call or node("F", "x", "y", domain="f")
    return model(ir, imports, functions, nodes=[call], initializers=[])


def identity(name="F", callee=None, domain="f", imports=F, **more):
    """A function that passes its input on, by way of another function if one is named."""
    step = node(callee, "a", "b", domain="f") if callee else node("Identity", "a", "b")
    return function(name, "a", "b", [step], domain, imports, **more)


def flag():
    """A true scalar."""
    return tensor(None, BOOL, [], raw_data=b"\1")


def choice(then_nodes, then_out="t", else_nodes=None, **more):
    """A model with an If; "go" chooses, "x" and "w" are there for both branches."""
    else_nodes = [node("Identity", "x", "e")] if else_nodes is None else else_nodes
    given = [
        attr("then_branch", g=branch(then_nodes, then_out, **more)),
        attr("else_branch", g=branch(else_nodes, "e")),
    ]
    return model(nodes=[node("If", "go", "y", *given)], inputs=[value("x"), value("go", BOOL, [])])


def w(name="w"):
    """The usual initializer."""
    return tensor(name, float_data=[1, 2])


def thin(name="s", numbers=(5,), at=(1,), dims=(4,)):
    """A sparse tensor."""
    indices = tensor(None, INT64, [len(at)], int64_data=at)
    return sparse(tensor(name, FLOAT, [len(numbers)], float_data=numbers), indices, dims)


def one(op_type, inputs, outputs, *attributes, opset=13, ir=8, **more):
    """A model of one node, of the default domain unless another is named, on inputs of any name."""
    domain = more.pop("domain", "")
    imports = more.pop(
        "imports", ((domain, opset),) if domain == "" else (("", 13), (domain, opset))
    )
    made = node(op_type, inputs, outputs, *attributes, domain=domain, **more)
    given = [value(name) for name in dict.fromkeys(made.input) if name]
    results = [value(name) for name in dict.fromkeys(made.output) if name]
    return model(ir, imports, nodes=[made], inputs=given, outputs=results, initializers=[])


def holding(*tensors, ir=14, **more):
    """A model with other initializers beside the usual one."""
    return model(ir, (("", 24),), initializers=[w(), *tensors], **more)


def inner(bad):
    """The same tensor in the places where a tensor can be: (place, model)."""
    yield "attribute", one("Constant", "", "y", attr("value", t=bad), opset=24, ir=14)
    yield (
        "attribute list",
        one("C", "a", "y", attr("k", tensors=[w(), bad]), domain="c", opset=1, ir=14),
    )
    constant = node("Constant", "", "t", attr("value", t=bad))
    yield "subgraph", choice([constant])


FILE = {"files": {"w.bin": bytes(range(16))}}


ABOVE = {"files": FILE["files"] | {"../w.bin": bytes(16)}}


AT = (("location", "w.bin"),)
