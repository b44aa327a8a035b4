"""Mutations of valid models, each of which breaks one rule, and the valid ones beside them.

A group has the rule's name. It yields (name, whether the file is valid by the specification, model), and
what else is in the model's folder where that matters.
"""

from . import attributes, external, functions, graphs, inference, models, nodes, sparse, tensors
from .shared import GROUPS

__all__ = [
    "GROUPS",
    "attributes",
    "external",
    "functions",
    "graphs",
    "inference",
    "models",
    "nodes",
    "sparse",
    "tensors",
]
