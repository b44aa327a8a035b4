#!/usr/bin/env python3
"""Writes the golden element casts beside this script: what numpy and ml_dtypes make of each value.

Weighbridge's own code takes no part. All numbers are little-endian, and two runs write the same bytes.

f16.bin, bf16.bin
    For each code from 0 to 0x7fff its value as F32 (u32). The codes from 0x8000 on differ by the sign
    alone, which is checked here.
f16_rounding.bin, bf16_rounding.bin
    For each finite code from 0 on one byte. Bit i is set if point i of those between its value and that
    of the next code (see `points`) rounds to the next code, and unset if it rounds to this code. It is
    checked here that both signs do the same.
f32.bin
    Rows of an F32 (u32), and the F16 and the BF16 that it rounds to (u16 each).
f8_e4m3.bin, f8_e5m2.bin
    For each code its value as F32 (u32), F16 and BF16 (u16 each).
"""

import random
from pathlib import Path

import ml_dtypes
import numpy as np

HERE = Path(__file__).resolve().parent
F16, BF16 = np.dtype("<f2"), np.dtype(ml_dtypes.bfloat16)
F32, F64 = np.dtype("<f4"), np.dtype("<f8")
U8, U16, U32 = np.dtype("u1"), np.dtype("<u2"), np.dtype("<u4")
SIGN = 0x8000
RANDOM_ROWS = 20_000

# Zero, subnormals of F32, the ends of the ranges, infinity, and NaNs with their payload in bits that F16
# or BF16 has, in bits that it lacks, and in both.
SPECIAL = [
    *(0x00000000, 0x00000001, 0x00000002, 0x00007FFF, 0x00008000, 0x00008001, 0x00010000, 0x00018000),
    *(0x003FFFFF, 0x00400000, 0x007FFFFF, 0x00800000, 0x00800001, 0x32FFFFFF, 0x33000000, 0x33000001),
    *(0x33800000, 0x387FC000, 0x387FDFFF, 0x387FE000, 0x387FFFFF, 0x38800000, 0x477FDFFF, 0x477FE000),
    *(0x477FEFFF, 0x477FF000, 0x477FFFFF, 0x47800000, 0x7F7EFFFF, 0x7F7F0000, 0x7F7F7FFF, 0x7F7F8000),
    *(0x7F7F8001, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7F801FFF, 0x7F802000, 0x7F807FFF, 0x7F808000),
    *(0x7F80FFFF, 0x7F810000, 0x7FA00000, 0x7FA55AA5, 0x7FBFFFFF, 0x7FC00000, 0x7FC00001, 0x7FD55555),
    *(0x7FFFDFFF, 0x7FFFE000, 0x7FFF7FFF, 0x7FFFFFFF),
]


def write(name, rows):
    """Writes a file and says so."""
    (HERE / name).write_bytes(rows.tobytes())
    print(f"{name}: {rows.nbytes} bytes")


def make_widening(name, dtype):
    """Every value of a type as F32."""
    codes = np.arange(SIGN, dtype=U16)
    positive = codes.view(dtype).astype(F32)
    negative = (codes | U16.type(SIGN)).view(dtype).astype(F32)
    assert np.array_equal(-positive, negative, equal_nan=True)
    assert not np.signbit(positive).any() and np.signbit(negative).all()
    write(f"{name}.bin", positive)


def points(low, high):
    """Six F32 from one value on to the next: the value, the middle, and the neighbours of all three."""
    middle = ((low + high) / 2).astype(F32)
    below, above = F32.type(-np.inf), F32.type(np.inf)
    first, last = low.astype(F32), high.astype(F32)
    yield first
    yield np.nextafter(first, above)
    yield np.nextafter(middle, below)
    yield middle
    yield np.nextafter(middle, above)
    yield np.nextafter(last, below)


def make_rounding(name, dtype, infinity, after_largest):
    """Which way the points between neighbours round. The largest value is followed by the one that would be next if
    the type had a larger exponent (IEEE 754-2019, section 7.4)."""
    codes = np.arange(infinity, dtype=U16)
    low = codes.view(dtype).astype(F64)
    high = np.append(low[1:], after_largest)
    rounds_up = np.zeros(len(codes), U8)
    for i, point in enumerate(points(low, high)):
        rounded = point.astype(dtype).view(U16)
        assert np.array_equal((-point).astype(dtype).view(U16), rounded | U16.type(SIGN))
        assert ((rounded == codes) | (rounded == codes + 1)).all()
        rounds_up |= (rounded - codes).astype(U8) << i
    write(f"{name}_rounding.bin", rounds_up)


def random_f32(source):
    """Any bits; every other time with an exponent near those of F16."""
    bits = source.getrandbits(32)
    return bits & 0x807FFFFF | source.randrange(98, 146) << 23 if source.getrandbits(1) else bits


def make_narrowing():
    """F32 of all kinds as F16 and BF16."""
    source = random.Random(16)
    signs = (0, 0x80000000)
    values = [value | sign for value in SPECIAL for sign in signs]
    values += [random_f32(source) for _ in range(RANDOM_ROWS)]
    rows = np.zeros(len(values), [("f32", U32), ("f16", U16), ("bf16", U16)])
    rows["f32"] = values
    rows["f16"] = rows["f32"].view(F32).astype(F16).view(U16)
    rows["bf16"] = rows["f32"].view(F32).astype(BF16).view(U16)
    write("f32.bin", rows)


def make_f8(name, dtype):
    """Every value of an 8-bit type in the wider ones."""
    values = np.arange(256, dtype=U8).view(dtype)
    rows = np.zeros(256, [("f32", F32), ("f16", F16), ("bf16", U16)])
    rows["f32"], rows["f16"] = values.astype(F32), values.astype(F16)
    rows["bf16"] = values.astype(BF16).view(U16)
    assert np.array_equal(rows["f16"].astype(F32), rows["f32"], equal_nan=True)
    assert np.array_equal(rows["bf16"].view(BF16).astype(F32), rows["f32"], equal_nan=True)
    write(f"{name}.bin", rows)


def main():
    """Makes all files."""
    # Overflow is wanted, and so are the NaNs.
    with np.errstate(all="ignore"):
        make_widening("f16", F16)
        make_widening("bf16", BF16)
        make_rounding("f16", F16, 0x7C00, 2.0**16)
        make_rounding("bf16", BF16, 0x7F80, 2.0**128)
        make_narrowing()
        make_f8("f8_e4m3", np.dtype(ml_dtypes.float8_e4m3fn))
        make_f8("f8_e5m2", np.dtype(ml_dtypes.float8_e5m2))


if __name__ == "__main__":
    main()
