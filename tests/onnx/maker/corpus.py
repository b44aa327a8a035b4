"""The onnx package's own models: those it ships, and those its node cases make."""

import warnings
from pathlib import Path

import numpy as np
import onnx
from onnx import backend

SHIPPED, GENERATED = "onnx.backend.test.data", "onnx.backend.test.case"

# A committed model has at most so many bytes.
SMALL = 20_000


def shipped():
    """The models in the package: (name, bytes)."""
    root = Path(backend.__file__).parent / "test" / "data"
    for path in sorted(root.rglob("*.onnx")):
        name = path.relative_to(root).with_suffix("").as_posix().removesuffix("/model")
        yield name.replace("/", "-"), path.read_bytes()


def generated():
    """The models that the package's cases make: (name, bytes). What is random comes from a seed."""
    from onnx.backend.test.case import model as models
    from onnx.backend.test.case import node as nodes

    np.random.seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = nodes.collect_testcases() + models.collect_testcases()
    for case in sorted(cases, key=lambda case: (case.name, case.kind)):
        if case.model is not None:  # the "real" ones are only addresses
            yield case.name, case.model.SerializeToString(deterministic=True)


def write_all(collection):
    """Every model of both."""
    for source, models in ((SHIPPED, shipped()), (GENERATED, generated())):
        for name, data in models:
            folder = "data" if source == SHIPPED else "case"
            collection.add(f"{folder}/{name}.onnx", data, source)


def write_selection(collection):
    """The smallest models that together show everything that any small one shows."""
    for source, models in ((SHIPPED, shipped()), (GENERATED, generated())):
        folder = "data" if source == SHIPPED else "case"
        for name, data in select([(n, d) for n, d in models if len(d) <= SMALL]):
            collection.add(f"{folder}/{name}.onnx", data, source)


def select(models):
    """Takes the smallest model first, then each that shows something new; drops what later ones cover."""
    shown = {name: set(features(onnx.load_from_string(data))) for name, data in models}
    models = sorted(models, key=lambda model: (len(model[1]), model[0]))
    taken, seen = [], set()
    for name, data in models:
        if not shown[name] <= seen:
            taken.append((name, data))
            seen |= shown[name]
    for model in list(taken):
        others = set().union(*(shown[name] for name, _ in taken if name != model[0]))
        if shown[model[0]] <= others:
            taken.remove(model)
    return sorted(taken)


def features(model):
    """What is worth seeing in a model, as hashable facts."""
    yield "ir", model.ir_version
    yield "functions", len(model.functions) > 0
    for opset in model.opset_import:
        yield "domain", opset.domain
    yield from _graph_features(model.graph, 0)


def _graph_features(graph, depth):
    yield "depth", depth
    yield "initializers", len(graph.initializer) > 0
    for value in [*graph.input, *graph.output, *graph.value_info]:
        yield from _type_features(value.type)
    for tensor in graph.initializer:
        yield "tensor", tensor.data_type
    for node in graph.node:
        yield "op", node.domain, node.op_type
        yield "omitted", "" in node.input, "" in node.output
        for attribute in node.attribute:
            yield "attribute", attribute.type
            if attribute.HasField("t"):
                yield "attribute tensor", attribute.t.data_type
            for subgraph in [attribute.g, *attribute.graphs] if attribute.type in (5, 10) else []:
                yield from _graph_features(subgraph, depth + 1)


def _type_features(kind):
    which = kind.WhichOneof("value")
    yield "type", which
    if which in ("tensor_type", "sparse_tensor_type"):
        content = getattr(kind, which)
        yield "elem", content.elem_type
        yield "rank", content.HasField("shape") and len(content.shape.dim)
        for dim in content.shape.dim:
            yield "dim", dim.WhichOneof("value")
    elif which in ("sequence_type", "optional_type"):
        yield from _type_features(getattr(kind, which).elem_type)
