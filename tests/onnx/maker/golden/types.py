"""Tensors of every type, from every field that may hold them, and sparse ones."""

import numpy as np

from .. import wire
from ..build import (
    FLOAT,
    STRING,
    attr,
    entry_list,
    model,
    node,
    sparse,
    tensor,
)
from ..elements import TYPES, as_raw, as_typed, number_of, random_bytes, shapes
from .shared import floats, longs, raw_longs, weights


def types():
    """Every type, in every field that may hold it."""
    rng = np.random.default_rng(1)
    raw, listed = [], []
    for name in TYPES:
        for dims in shapes(name):
            data = random_bytes(name, int(np.prod(dims)), rng)
            label = f"{name} {'x'.join(map(str, dims)) or 'scalar'}"
            raw.append(as_raw(label, name, dims, data))
            listed.append(as_typed(label, name, dims, data))
    text = tensor(
        "STRING 2x2", STRING, [2, 2], string_data=[b"", "größe".encode(), b"a\0b", b"s" * 70]
    )
    scalar = tensor("STRING scalar", STRING, [], string_data=["重量 🚚".encode()])
    yield "types-raw", weights(raw)
    yield "types-typed", weights([*listed, text, scalar])
    yield "types-unpacked", unpacked(weights([*listed, text, scalar]))
    yield "types-empty", weights(list(empty_tensors()))
    yield "types-ends", weights(list(ends_of_ranges()))


def empty_tensors():
    """No elements: no field at all, or an empty raw_data."""
    for name in [*TYPES, "STRING"]:
        yield tensor(f"{name} 0", number_of(name), [0])
        yield tensor(f"{name} 2x0x3", number_of(name), [2, 0, 3])
        if name != "STRING":
            yield tensor(f"{name} 0 raw", number_of(name), [0], raw_data=b"")
    yield tensor("dims of 2^40", FLOAT, [1 << 40, 0])


def ends_of_ranges():
    """The ends of the ranges of the types, in their lists."""
    for name, (bits, field, entry) in TYPES.items():
        if name.startswith(("INT", "UINT")) and bits >= 8:
            ends = np.iinfo(entry)
            yield tensor(name, number_of(name), [3], **{field: [ends.min, 1, ends.max]})
        elif field in ("float_data", "double_data"):
            ends = np.finfo(entry)
            numbers = [-0.0, float(ends.smallest_subnormal), float(ends.max), float("-inf")]
            count = 2 if name.startswith("COMPLEX") else 4
            yield tensor(name, number_of(name), [count], **{field: numbers})


def unpacked(made):
    """The same model with numbers one by one in its tensors' lists, and with packed dims."""
    graph_field = next(f for f in wire.fields(made.SerializeToString()) if f[0] == 7)
    other = b"".join(f[3] for f in wire.fields(made.SerializeToString()) if f[0] != 7)
    parts = [
        wire.block(5, _unpack(body)) if number == 5 else whole
        for number, _, body, whole in wire.fields(graph_field[2])
    ]
    return other + wire.block(7, *parts)


def _unpack(body):
    sizes = {4: (4, wire.FIXED32), 10: (8, wire.FIXED64)}
    dims, out = b"", b""
    for number, _, content, whole in wire.fields(body):
        if number == 1:
            dims += wire.varint(content)
        elif number in sizes:
            size, wire_type = sizes[number]
            for at in range(0, len(content), size):
                out += wire.tag(number, wire_type) + content[at : at + size]
        elif number in (5, 7, 11):
            at = 0
            while at < len(content):
                entry, at = wire.read_varint(content, at)
                out += wire.number(number, entry)
        else:
            out += whole
    return out + (wire.block(1, dims) if dims else b"")


def tensors():
    """Sparse tensors, and tensors with more than values."""
    yield (
        "sparse",
        weights_and_sparse(
            [
                sparse(floats("linear", [1, 2, 3]), longs([1, 5, 11]), [3, 4]),
                sparse(floats("coo", [1, 2, 3]), longs([0, 3, 1, 0, 2, 2], [3, 2]), [3, 4]),
                sparse(as_raw("raw", "FLOAT16", [2], b"\x00\x3c\x00\xc0"), raw_longs([0, 9]), [10]),
                sparse(as_typed("int8", "INT8", [1], b"\x80"), longs([1, 0, 1], [1, 3]), [2, 1, 2]),
                sparse(floats("none", []), longs([]), [5]),
                sparse(floats("no indices", []), None, [5, 5]),
                sparse(tensor("text", STRING, [1], string_data=[b"t"]), longs([3]), [4]),
            ]
        ),
    )
    with_words = tensor(
        "w", dims=[2], float_data=[1, 2], doc_string="two", metadata_props=entry_list([("k", "v")])
    )
    yield "tensor-properties", model(10, initializers=[with_words])
    constant = node("Constant", "", "c", attr("value", t=tensor(None, float_data=[3, 4])))
    yield "unnamed-constant", model(nodes=[constant, node("Add", "x c", "y")], initializers=[])


def weights_and_sparse(sparse_tensors):
    """A model with sparse initializers and one dense one."""
    return model(11, (("", 23),), nodes=[], outputs=[], sparse_initializer=sparse_tensors)
