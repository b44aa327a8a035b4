# SPDX-License-Identifier: MIT OR Apache-2.0
"""The shared library, errors as exceptions, and objects of the library as objects of Python."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any, Optional

from . import _ffi as ffi


def _load() -> ctypes.CDLL:
    """Loads the library that WEIGHBRIDGE_LIBRARY names, the one in this package, or the one that the dynamic linker finds."""
    bundled = Path(__file__).with_name("libweighbridge.so")
    installed = f"libweighbridge.so.{ffi.WB_ABI_VERSION}"
    path = os.environ.get("WEIGHBRIDGE_LIBRARY") or (str(bundled) if bundled.exists() else installed)
    try:
        library = ffi.declare(ctypes.CDLL(path))
    except (OSError, AttributeError) as error:
        cure = "set WEIGHBRIDGE_LIBRARY to the path of libweighbridge.so"
        raise ImportError(f"cannot load the library of Weighbridge: {error}; {cure}") from error
    version = library.wb_abi_version()
    if version != ffi.WB_ABI_VERSION:
        raise ImportError(f"{path} has version {version} of the interface: expected {ffi.WB_ABI_VERSION}")
    return library


lib = _load()


class Error(Exception):
    """A call that failed. Its text is one line: the file, the subject, what was wrong and what was expected."""

    #: One of `ffi.WB_ERR_*`.
    code: int
    #: The name of the code, such as `"WB_ERR_FORMAT"`.
    name: str
    #: The file; empty if there is none.
    path: str = ""
    #: The tensor, node, key or option; empty if there is none.
    subject: str = ""
    #: Bytes from the start of the file.
    offset: Optional[int] = None
    #: `errno`, or the result of a driver or a callback; 0 if there is none.
    os_code: int = 0
    #: What was verified, if this is the end of a verification.
    report: Any = None

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code = code
        self.name = lib.wb_status_name(code).decode()


def call(function: Any, *arguments: Any) -> None:
    """Calls a function whose last parameter is an error, and raises that."""
    error = ctypes.POINTER(ffi.wb_error)()
    code = function(*arguments, ctypes.byref(error))
    if code == ffi.WB_OK:
        return
    try:
        raise _error(code, error)
    finally:
        lib.wb_error_release(error)


def _error(code: int, error: Any) -> Error:
    info = sized(ffi.wb_error_info)
    if lib.wb_error_get_info(error, info) != ffi.WB_OK:
        return Error(code, lib.wb_status_name(code).decode())
    made = Error(code, text(info.message))
    made.path, made.subject, made.os_code = text(info.path), text(info.subject), info.os_code
    made.offset = None if info.offset == 2**64 - 1 else info.offset
    return made


def sized(structure: Any, **fields: Any) -> Any:
    """A structure that states its size, with these fields set."""
    return structure(struct_size=ctypes.sizeof(structure), **fields)


def text(borrowed: Any) -> str:
    """Text of the library, which may have any characters."""
    return ctypes.string_at(borrowed.ptr, borrowed.len).decode()


def describe(function: Any, structure: Any, *arguments: Any) -> Any:
    """The structure that a function fills."""
    info = sized(structure)
    check(function, function(*arguments, info))
    return info


def find(function: Any, handle: Handle, name: str) -> Optional[int]:
    """The index of what has this name; None: there is no such thing."""
    encoded, index = name.encode(), ctypes.c_size_t()
    code = function(handle, encoded, len(encoded), ctypes.byref(index))
    if code == ffi.WB_ERR_NOT_FOUND:
        return None
    check(function, code)
    return index.value


def check(function: Any, code: int) -> None:
    """Raises unless a function without an error has succeeded."""
    if code != ffi.WB_OK:
        raise Error(code, f"{function.__name__}: {lib.wb_status_name(code).decode()}")


class Handle:
    """Owns a reference to an object of the library, and can be passed to its functions. The object lives as long as anything
    refers to this: a call that is in progress, or a view of its bytes."""

    def __init__(self, pointer: Any, release: Any):
        self._as_parameter_ = pointer
        self._release = release

    def __del__(self) -> None:
        self._release(self._as_parameter_)


def make(kind: Any, release: Any, function: Any, *arguments: Any) -> Handle:
    """What a function makes that has the place for it before its error."""
    pointer = ctypes.POINTER(kind)()
    call(function, *arguments, ctypes.byref(pointer))
    return Handle(pointer, release)


def view(address: Optional[int], length: int, owner: Handle) -> memoryview:
    """Bytes of the library, without a copy. The view keeps their owner."""
    if not length:
        return memoryview(b"")
    array = (ctypes.c_ubyte * length).from_address(address)
    array.owner = owner
    return memoryview(array).cast("B").toreadonly()
