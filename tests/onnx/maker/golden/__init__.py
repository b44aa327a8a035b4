"""The committed valid models that are made here, one for each thing that a reader has to know."""

from .external import everywhere_small, external, saved
from .graphs import attributes, functions, subgraphs
from .names import names, values
from .types import tensors, types
from .versions import versions

MADE = "made with protobuf"
GROUPS = [types, tensors, attributes, subgraphs, functions, versions, names, values]


def write_all(collection):
    """Every model of this file."""
    for group in [*GROUPS, external]:
        for name, *parts in group():
            folder = "external" if group is external else "made"
            collection.add(f"{folder}/{name}.onnx", parts[0], MADE, *parts[1:])
    for name, made, files in saved():
        collection.add(f"external/{name}.onnx", made, "onnx.save_model", files)
    collection.add_linked("external/hf-cache", "0123abcd", *everywhere_small(), MADE)
