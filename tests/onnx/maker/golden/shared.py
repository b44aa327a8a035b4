"""Small parts of the golden models."""

import numpy as np

from ..build import (
    FLOAT,
    INT64,
    model,
    tensor,
)


def weights(initializers, ir=14, imports=(("", 28),)):
    """A model that is only initializers."""
    return model(ir, imports, nodes=[], inputs=[], outputs=[], initializers=initializers)


def floats(name, numbers, dims=None):
    """A tensor of floats."""
    return tensor(name, FLOAT, [len(numbers)] if dims is None else dims, float_data=numbers)


def longs(numbers, dims=None, name=None):
    """A tensor of 64-bit integers."""
    return tensor(name, INT64, [len(numbers)] if dims is None else dims, int64_data=numbers)


def raw_longs(numbers, name=None):
    """The same, raw."""
    return tensor(name, INT64, [len(numbers)], raw_data=np.array(numbers, "<i8").tobytes())
