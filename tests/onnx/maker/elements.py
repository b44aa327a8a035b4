"""Elements of every tensor type, in the forms that a file can hold them in."""

import numpy as np
from onnx import TensorProto

from .expect import BITS

# type -> (bits of an element, the field for its typed list, the numpy type of an entry of that list).
TYPES = {
    "FLOAT": (32, "float_data", "<f4"),
    "UINT8": (8, "int32_data", "<u1"),
    "INT8": (8, "int32_data", "<i1"),
    "UINT16": (16, "int32_data", "<u2"),
    "INT16": (16, "int32_data", "<i2"),
    "INT32": (32, "int32_data", "<i4"),
    "INT64": (64, "int64_data", "<i8"),
    "BOOL": (8, "int32_data", "<u1"),
    "FLOAT16": (16, "int32_data", "<u2"),
    "DOUBLE": (64, "double_data", "<f8"),
    "UINT32": (32, "uint64_data", "<u4"),
    "UINT64": (64, "uint64_data", "<u8"),
    "COMPLEX64": (64, "float_data", "<f4"),
    "COMPLEX128": (128, "double_data", "<f8"),
    "BFLOAT16": (16, "int32_data", "<u2"),
    "FLOAT8E4M3FN": (8, "int32_data", "<u1"),
    "FLOAT8E4M3FNUZ": (8, "int32_data", "<u1"),
    "FLOAT8E5M2": (8, "int32_data", "<u1"),
    "FLOAT8E5M2FNUZ": (8, "int32_data", "<u1"),
    "UINT4": (4, "int32_data", "<u1"),
    "INT4": (4, "int32_data", "<u1"),
    "FLOAT4E2M1": (4, "int32_data", "<u1"),
    "FLOAT8E8M0": (8, "int32_data", "<u1"),
    "UINT2": (2, "int32_data", "<u1"),
    "INT2": (2, "int32_data", "<u1"),
    "FLOAT6E2M3": (6, "int32_data", "<u1"),
    "FLOAT6E3M2": (6, "int32_data", "<u1"),
}


def number_of(name):
    """The number of a type."""
    return TensorProto.DataType.Value(name)


def random_bytes(name, count, rng):
    """So many elements as raw_data holds them. Floats are finite: a list could change a NaN."""
    bits, field, _ = TYPES[name]
    if name == "BOOL":
        return rng.integers(0, 2, count, dtype=np.uint8).tobytes()
    if field in ("float_data", "double_data"):
        numbers = rng.integers(-4000, 4000, count * (2 if name.startswith("COMPLEX") else 1)) / 16
        return numbers.astype(TYPES[name][2]).tobytes()
    codes = rng.integers(0, 256, (count * bits + 7) // 8, dtype=np.uint8)
    used = count * bits % 8
    if used:  # what is left of the last byte is zero
        codes[-1] &= (1 << used) - 1
    return codes.tobytes()


def as_raw(label, name, dims, data):
    """A tensor that holds these bytes in raw_data."""
    return TensorProto(name=label, data_type=number_of(name), dims=dims, raw_data=data)


def as_typed(label, name, dims, data):
    """A tensor that holds these bytes in the list of its type."""
    _, field, entry = TYPES[name]
    tensor = TensorProto(name=label, data_type=number_of(name), dims=dims)
    if name.startswith("FLOAT6"):  # not packed there: one code for each entry
        stream = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
        count = int(np.prod(dims))
        codes = np.packbits(stream[: count * 6].reshape(count, 6), axis=1, bitorder="little")
        entries = codes[:, 0].tolist()
    else:
        entries = np.frombuffer(data, entry).tolist()
    getattr(tensor, field).extend(entries)
    return tensor


def shapes(name):
    """Shapes to try: one with rows that do not fill bytes, a vector, a scalar."""
    return [[3, 3], [5], []] if number_of(name) in BITS else [[2, 3], []]
