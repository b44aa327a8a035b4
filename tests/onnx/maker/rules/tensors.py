"""Rules for tensors that are in the model."""

from onnx import TensorProto

from ..build import (
    BOOL,
    FLOAT,
    INT32,
    STRING,
    tensor,
)
from ..elements import TYPES, number_of
from .shared import BAD, GOOD, holding, inner, rule


@rule("tensor.data-type")
def _():
    bytes_of = {"raw_data": bytes(8)}
    yield "none", BAD, holding(tensor("t", None, **bytes_of))
    yield "UNDEFINED", BAD, holding(tensor("t", 0, **bytes_of))
    yield "UNDEFINED without elements", BAD, holding(tensor("t", 0, [0]))
    yield "99, raw", BAD, holding(tensor("t", 99, **bytes_of))
    yield "99, listed", BAD, holding(tensor("t", 99, int32_data=[1, 2]))
    yield "29, listed", BAD, holding(tensor("t", 29, int32_data=[1, 2]))
    yield "-1, raw", BAD, holding(tensor("t", -1, **bytes_of))
    for place, made in inner(tensor(None, 0, **bytes_of)):
        yield f"UNDEFINED in {place}", BAD, made


@rule("tensor.one-field")
def _():
    yield "none", BAD, holding(tensor("t"))
    yield "raw and floats", BAD, holding(tensor("t", raw_data=bytes(8), float_data=[1, 2]))
    yield "floats and int64s", BAD, holding(tensor("t", float_data=[1, 2], int64_data=[1, 2]))
    yield (
        "int32s and strings",
        BAD,
        holding(tensor("t", INT32, int32_data=[1, 2], string_data=[b"a", b"b"])),
    )
    yield "no elements but raw", BAD, holding(tensor("t", dims=[0], raw_data=bytes(4)))
    yield "no elements but floats", BAD, holding(tensor("t", dims=[2, 0], float_data=[1]))
    yield "empty raw beside floats", BAD, holding(tensor("t", raw_data=b"", float_data=[1, 2]))
    yield "no elements, empty raw", GOOD, holding(tensor("t", dims=[0], raw_data=b""))
    yield "no elements", GOOD, holding(tensor("t", dims=[3, 0]))
    yield "scalar without a value", BAD, holding(tensor("t", dims=[]))
    for place, made in inner(tensor(None, raw_data=bytes(8), float_data=[1, 2])):
        yield f"raw and floats in {place}", BAD, made


@rule("tensor.field-matches")
def _():
    wrong = {
        "float_data": [1.0, 2.0],
        "int32_data": [1, 2],
        "int64_data": [1, 2],
        "double_data": [1.0, 2.0],
        "uint64_data": [1, 2],
        "string_data": [b"a", b"b"],
    }
    for name in [*TYPES, "STRING"]:
        right = "string_data" if name == "STRING" else TYPES[name][1]
        used = {"float_data": "int32_data", "int32_data": "int64_data"}.get(right, "float_data")
        yield f"{name} in {used}", BAD, holding(tensor("t", number_of(name), **{used: wrong[used]}))
    yield "UINT32 in int32_data", BAD, holding(tensor("t", TensorProto.UINT32, int32_data=[1, 2]))
    yield "UINT8 in uint64_data", BAD, holding(tensor("t", TensorProto.UINT8, uint64_data=[1, 2]))
    yield "STRING in raw_data", BAD, holding(tensor("t", STRING, [1], raw_data=b"a"))
    for place, made in inner(tensor(None, STRING, [1], raw_data=b"a")):
        yield f"STRING in raw_data in {place}", BAD, made


@rule("tensor.size")
def _():
    for name, (bits, field, _) in TYPES.items():
        count = 10
        size = (count * bits + 7) // 8
        number = number_of(name)
        yield (
            f"{name} raw, one byte short",
            BAD,
            holding(tensor("t", number, [count], raw_data=bytes(size - 1))),
        )
        entries = {4: 2, 2: 1}.get(bits, count * (2 if name.startswith("COMPLEX") else 1))
        yield (
            f"{name} listed, one short",
            BAD,
            holding(
                tensor(
                    "t",
                    number,
                    [17 if bits == 2 else count],
                    **{field: [0] * (entries - (bits != 2))},
                )
            ),
        )
    yield "STRING, one short", BAD, holding(tensor("t", STRING, [3], string_data=[b"", b""]))
    yield "FLOAT raw, one byte more", BAD, holding(tensor("t", FLOAT, [2], raw_data=bytes(9)))
    yield "FLOAT listed, one more", BAD, holding(tensor("t", FLOAT, [2], float_data=[1, 2, 3]))
    yield "STRING, one more", BAD, holding(tensor("t", STRING, [1], string_data=[b"", b""]))
    for name in ("INT4", "UINT2"):
        number, per = number_of(name), 8 // TYPES[name][0]
        packed = 32 // TYPES[name][0]
        yield (
            f"{name} listed, {per} to an entry",
            GOOD,
            holding(tensor("t", number, [10], int32_data=[0] * -(-10 // per))),
        )
        yield (
            f"{name} listed, {packed} to an entry",
            BAD,
            holding(tensor("t", number, [10], int32_data=[0] * -(-10 // packed))),
        )
        yield (
            f"{name} listed, 1 to an entry",
            BAD,
            holding(tensor("t", number, [10], int32_data=[0] * 10)),
        )
    for place, made in inner(tensor(None, raw_data=bytes(7))):
        yield f"FLOAT raw, one byte short in {place}", BAD, made


@rule("tensor.dims")
def _():
    yield "negative", BAD, holding(tensor("t", dims=[-1, 4], raw_data=bytes(16)))
    yield "negative beside zero", BAD, holding(tensor("t", dims=[0, -1]))
    yield "2^62 x 2^62", BAD, holding(tensor("t", dims=[1 << 62, 1 << 62], raw_data=b"\0"))
    yield (
        "2^62 of doubles",
        BAD,
        holding(tensor("t", TensorProto.DOUBLE, [1 << 62], raw_data=b"\0")),
    )
    yield (
        "2^62 of complex, listed",
        BAD,
        holding(tensor("t", TensorProto.COMPLEX64, [1 << 62], float_data=[1])),
    )
    yield "2^62 x 2^62 x 0", BAD, holding(tensor("t", dims=[1 << 62, 1 << 62, 0]))
    yield "0 x 2^62 x 2^62", BAD, holding(tensor("t", dims=[0, 1 << 62, 1 << 62]))
    yield "2^62 x 0", GOOD, holding(tensor("t", dims=[1 << 62, 0]))


@rule("tensor.padding")
def _():
    six = TensorProto.FLOAT6E2M3
    for count, last in ((1, 0x40), (2, 0x10), (3, 0x04)):
        data = bytes((count * 6 + 7) // 8 - 1) + bytes([last])
        yield f"FLOAT6 of {count}, raw", BAD, holding(tensor("t", six, [count], raw_data=data))
    yield "FLOAT6 of 4, raw", GOOD, holding(tensor("t", six, [4], raw_data=b"\xff\xff\xff"))
    yield "FLOAT6 listed, 64", BAD, holding(tensor("t", six, [1], int32_data=[64]))
    yield "FLOAT6 listed, -1", BAD, holding(tensor("t", six, [1], int32_data=[-1]))
    yield "FLOAT6 listed, 63", GOOD, holding(tensor("t", six, [1], int32_data=[63]))
    yield "INT4 of 1, raw", BAD, holding(tensor("t", TensorProto.INT4, [1], raw_data=b"\xf0"))
    yield "UINT2 of 1, raw", BAD, holding(tensor("t", TensorProto.UINT2, [1], raw_data=b"\xfc"))
    yield "BOOL of 2, raw", BAD, holding(tensor("t", BOOL, [1], raw_data=b"\2"))
