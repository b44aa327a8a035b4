"""Rules for sparse tensors."""

from ..build import (
    FLOAT,
    INT32,
    INT64,
    STRING,
    attr,
    external,
    sparse,
    tensor,
    without,
)
from .shared import AT, BAD, GOOD, holding, one, rule


def floats(count, dims=None, name="s", **data):
    """The values of a sparse tensor."""
    return tensor(
        name, FLOAT, [count] if dims is None else dims, **(data or {"float_data": [1.0] * count})
    )


def at(numbers, dims=None, data_type=INT64, **data):
    """The indices of a sparse tensor."""
    dims = [len(numbers)] if dims is None else dims
    return tensor(None, data_type, dims, **(data or {"int64_data": numbers}))


def scattered(*parts):
    """A model with one sparse initializer."""
    return holding(sparse_initializer=[sparse(*parts)])


@rule("sparse.values")
def _():
    yield "none", BAD, scattered(None, at([1]), [4])
    yield "rank 0", BAD, scattered(floats(1, []), at([1]), [4])
    yield "rank 2", BAD, scattered(floats(2, [1, 2]), at([1]), [4])
    yield "too short", BAD, scattered(floats(1, [2]), at([1, 2]), [4])
    yield "without a type", BAD, scattered(without(floats(1), "data_type"), at([1]), [4])
    yield "raw", GOOD, scattered(floats(0, [1], raw_data=bytes(4)), at([1]), [4])
    yield "strings", GOOD, scattered(tensor("s", STRING, [1], string_data=[b"t"]), at([1]), [4])


@rule("sparse.dims")
def _():
    yield "none", BAD, scattered(floats(1), at([0]), [])
    yield "zero", BAD, scattered(floats(1), at([0]), [4, 0])
    yield "zero and no values", BAD, scattered(floats(0), at([]), [0])
    yield "negative", BAD, scattered(floats(1), at([0]), [-4])
    yield "2^62 x 2^62", BAD, scattered(floats(1), at([0]), [1 << 62, 1 << 62])
    yield "2^32 x 2^32", BAD, scattered(floats(1), at([0]), [1 << 32, 1 << 32])
    # The product is 2^64 + 2^32: 64 bits keep 2^32 of it.
    yield "2^32 x (2^32 + 1)", BAD, scattered(floats(1), at([0]), [1 << 32, (1 << 32) + 1])


@rule("sparse.indices")
def _():
    yield "linear", GOOD, scattered(floats(3), at([0, 5, 11]), [3, 4])
    yield "by coordinates", GOOD, scattered(floats(3), at([0, 3, 1, 0, 2, 2], [3, 2]), [3, 4])
    yield "raw", GOOD, scattered(floats(1), at([0], raw_data=bytes(8)), [3])
    yield "none, and no values", GOOD, scattered(floats(0), None, [3])
    yield "none", BAD, scattered(floats(1), None, [3])
    yield "INT32", BAD, scattered(floats(1), at([1], None, INT32, int32_data=[1]), [3])
    yield "FLOAT", BAD, scattered(floats(1), at([1], None, FLOAT, float_data=[1]), [3])
    yield "rank 0", BAD, scattered(floats(1), at([1], []), [3])
    yield "rank 3", BAD, scattered(floats(1), at([1], [1, 1, 1]), [3])
    yield "too few", BAD, scattered(floats(2), at([1]), [3])
    yield "too many", BAD, scattered(floats(1), at([1, 2]), [3])
    yield "raw, too short", BAD, scattered(floats(1), at([0], raw_data=bytes(7)), [3])
    yield "data shorter than dims", BAD, scattered(floats(2), at([1], [2]), [3])
    yield "coordinates of too few", BAD, scattered(floats(3), at([0, 3, 1, 0], [2, 2]), [3, 4])
    yield "coordinates of wrong rank", BAD, scattered(floats(2), at([0, 1], [2, 1]), [3, 4])
    yield "external", BAD, holding(sparse_initializer=[outside()]), {"files": {"w.bin": bytes(8)}}


def outside():
    """A sparse tensor whose indices are in another file."""
    return sparse(floats(1), external(None, INT64, [1], AT), [4])


@rule("sparse.index-range")
def _():
    yield "past the end", BAD, scattered(floats(1), at([12]), [3, 4])
    yield "last", GOOD, scattered(floats(1), at([11]), [3, 4])
    yield "negative", BAD, scattered(floats(1), at([-1]), [3, 4])
    yield "coordinate past the end", BAD, scattered(floats(1), at([0, 4], [1, 2]), [3, 4])
    yield "coordinate negative", BAD, scattered(floats(1), at([0, -1], [1, 2]), [3, 4])
    yield "largest number", BAD, scattered(floats(1), at([(1 << 63) - 1]), [3, 4])


@rule("sparse.index-order")
def _():
    yield "descending", BAD, scattered(floats(2), at([5, 1]), [3, 4])
    yield "twice", BAD, scattered(floats(2), at([5, 5]), [3, 4])
    yield "coordinates descending", BAD, scattered(floats(2), at([1, 0, 0, 1], [2, 2]), [3, 4])
    yield "coordinates twice", BAD, scattered(floats(2), at([1, 1, 1, 1], [2, 2]), [3, 4])
    yield "coordinates by column", BAD, scattered(floats(2), at([1, 0, 0, 3], [2, 2]), [3, 4])


@rule("sparse.in-attribute")
def _():
    def constant(made):
        return one("Constant", "", "y", attr("sparse_value", sparse_tensor=made))

    yield "good", GOOD, constant(sparse(floats(1), at([1]), [4]))
    yield "index past the end", BAD, constant(sparse(floats(1), at([4]), [4]))
    yield "no name", GOOD, constant(sparse(floats(1, name=None), at([1]), [4]))
    listed = attr(
        "k", sparse_tensors=[sparse(floats(1), at([1]), [4]), sparse(floats(1), at([4]), [4])]
    )
    yield "index past the end in a list", BAD, one("C", "a", "y", listed, domain="c", opset=1)
