# SPDX-License-Identifier: MIT OR Apache-2.0
"""Bytes as arrays of numpy, which is needed only when one is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_NUMPY = {
    "BOOL": "bool_",
    "U8": "uint8",
    "I8": "int8",
    "U16": "uint16",
    "I16": "int16",
    "U32": "uint32",
    "I32": "int32",
    "U64": "uint64",
    "I64": "int64",
    "F16": "float16",
    "F32": "float32",
    "F64": "float64",
    "C64": "complex64",
    "C128": "complex128",
}
_ML_DTYPES = {
    "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
    "F8_E8M0": "float8_e8m0fnu",
}


def array(dtype: str, data: memoryview) -> Any:
    """The elements in one dimension."""
    numpy = import_module("numpy")
    if dtype in _NUMPY:
        return numpy.frombuffer(data, getattr(numpy, _NUMPY[dtype]))
    if dtype in _ML_DTYPES:
        return numpy.frombuffer(data, getattr(import_module("ml_dtypes"), _ML_DTYPES[dtype]))
    raise TypeError(f"numpy has no type for {dtype}: use the bytes")
