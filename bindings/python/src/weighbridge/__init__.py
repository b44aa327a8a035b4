# SPDX-License-Identifier: MIT OR Apache-2.0
"""Opens, verifies and loads machine-learning models: safetensors and ONNX.

    import weighbridge

    with weighbridge.Model("path/to/checkpoint") as model:
        for tensor in model:
            print(tensor.name, tensor.dtype, tensor.shape, tensor.data[:16].hex())

`tensor.data` is no copy. `close`, and the end of `with`, give up a reference: what is in use, such as a view of a tensor or a
call on another thread, stays valid, and files are closed and memory is freed with the last of it. An object that has been closed
raises `ValueError`, and a call that fails raises `Error`. Everything may be used on several threads at once.

What is not here is in `weighbridge.ffi`, the C interface, which `weighbridge.h` documents, and `weighbridge.lib`, the library.
"""

from __future__ import annotations

from ctypes import POINTER, byref, c_size_t, c_void_p, cast
from functools import partial
from os import PathLike, fsencode
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple, Union

from . import _ffi as ffi
from ._library import Error, Handle, call, describe, find, lib, make, sized, text, view
from ._numpy import array

__all__ = ["Context", "Error", "Line", "Model", "Placement", "Tensor", "ffi", "lib"]
__version__ = f"{ffi.WB_VERSION_MAJOR}.{ffi.WB_VERSION_MINOR}.{ffi.WB_VERSION_PATCH}"

_POLICIES = {
    "if-present": ffi.WB_VERIFY_IF_PRESENT,
    "required": ffi.WB_VERIFY_REQUIRED,
    "none": ffi.WB_VERIFY_NONE,
}
_SUBJECTS = {ffi.WB_SUBJECT_FILE: "file", ffi.WB_SUBJECT_TENSOR: "tensor", ffi.WB_SUBJECT_RUN: "run"}
_OUTCOMES = {
    ffi.WB_OUTCOME_UNCOVERED: "uncovered",
    ffi.WB_OUTCOME_MATCH: "match",
    ffi.WB_OUTCOME_MISMATCH: "mismatch",
}


class Tensor:
    """A tensor of a model or of a placement."""

    __slots__ = ("name", "dtype", "shape", "nbytes", "_open")

    def __init__(self, info: Any, open_bytes: Callable[[], memoryview]):
        self.name: str = text(info.name)
        #: The type of the elements, such as `"F32"`.
        self.dtype: str = lib.wb_dtype_name(info.dtype).decode()
        self.shape: Tuple[int, ...] = tuple(info.shape[: info.rank])
        #: The size in bytes.
        self.nbytes: int = info.bytes
        self._open = open_bytes

    @property
    def data(self) -> memoryview:
        """The bytes, contiguous and in row-major order, which cannot be written. They are a copy only of a model that is opened
        with `read`, and of a tensor that is stored in another form."""
        return self._open()

    def numpy(self) -> Any:
        """The same bytes as an array of numpy; `TypeError` for types that it does not have. Needs ml_dtypes for BF16 and F8."""
        return array(self.dtype, self.data).reshape(self.shape)

    def __repr__(self) -> str:
        return f"<Tensor {self.name!r} {self.dtype} {list(self.shape)}>"


class Line(NamedTuple):
    """A line of a report: a subject, and whether it is what a manifest expects."""

    #: `"file"`, `"tensor"`, or `"run"` for a part of a file.
    kind: str
    subject: str
    #: `"match"`, `"mismatch"` or `"uncovered"`.
    outcome: str
    #: Where the expectation comes from, such as `"SHA256SUMS"`; empty if uncovered.
    source: str
    algorithm: str
    expected: str
    actual: str
    #: For a mismatch, what differs.
    reason: str
    #: Whether a match satisfies the policy `required`.
    covers: bool


class _Object:
    """Holds a reference to an object of the library until it is closed."""

    _held: Optional[Handle]

    @property
    def _handle(self) -> Handle:
        handle = self._held
        if handle is None:
            raise ValueError(f"the {type(self).__name__.lower()} is closed")
        return handle

    def close(self) -> None:
        """Gives up the reference. May be called again."""
        self._held = None

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


class Context(_Object):
    """What a program provides to the library: so many threads, or one for each processor. Without a context there are none beside
    the one that calls. A context may be closed while models use it."""

    def __init__(self, threads: Optional[int] = None):
        threads = ffi.WB_THREADS_ALL if threads is None else threads
        options = sized(ffi.wb_context_options, max_threads=threads)
        self._held = make(ffi.wb_context, lib.wb_context_release, lib.wb_context_create, options)


class _Tensors(_Object):
    """Tensors, by their positions and names."""

    _count: Callable[[Handle], int]
    _find: Any
    _tensor: Callable[[int], Tensor]

    def __len__(self) -> int:
        return self._count(self._handle)

    def __iter__(self) -> Iterator[Tensor]:
        return map(self._tensor, range(len(self)))

    def __contains__(self, name: str) -> bool:
        return find(self._find, self._handle, name) is not None

    def __getitem__(self, key: Union[int, str]) -> Tensor:
        if not isinstance(key, str):
            return self._tensor(range(len(self))[key])
        index = find(self._find, self._handle, key)
        if index is None:
            raise KeyError(key)
        return self._tensor(index)


class Placement(_Tensors):
    """Tensors that `Model.load` has placed in host memory. It does not need the model any more."""

    _count = lib.wb_placement_tensor_count
    _find = lib.wb_placement_tensor_find

    def __init__(self, handle: Handle):
        self._held = handle

    def _tensor(self, index: int) -> Tensor:
        info = describe(lib.wb_placement_tensor_info, ffi.wb_placed_tensor_info, self._handle, index)
        return Tensor(info, partial(self._view, info.data, info.bytes))

    def _view(self, address: int, length: int) -> memoryview:
        return view(address, length, self._handle)


class Model(_Tensors):
    """An open model: a file, an index or a directory. Its tensors are in the order in which they are stored.

    With the policy `"required"` every file must be covered by a manifest, and the bytes of tensors are refused until `verify` or
    `load` has checked them. With `read`, files are never mapped: if another process truncates a mapped file, the next use of its
    bytes ends the process. `manifest` is the text of one from a trusted source.
    """

    _count = lib.wb_model_tensor_count
    _find = lib.wb_model_tensor_find

    def __init__(
        self,
        path: Union[str, "PathLike[str]"],
        *,
        context: Optional[Context] = None,
        policy: str = "if-present",
        read: bool = False,
        manifest: Optional[bytes] = None,
    ):
        if policy not in _POLICIES:
            raise ValueError(f"the policy is {policy!r}: expected one of {', '.join(_POLICIES)}")
        options = sized(ffi.wb_open_options, verify=_POLICIES[policy], flags=ffi.WB_OPEN_READ if read else 0)
        if manifest is not None:
            options.manifest, options.manifest_len = cast(manifest, c_void_p), len(manifest)
        name, host = fsencode(path), context._handle if context else None
        self._held = make(ffi.wb_model, lib.wb_model_release, lib.wb_model_open, host, name, len(name), options)

    def _tensor(self, index: int) -> Tensor:
        info = describe(lib.wb_model_tensor_info, ffi.wb_tensor_info, self._handle, index)
        return Tensor(info, partial(self._bytes, lib.wb_model_tensor_buffer, index))

    def _bytes(self, function: Any, index: int) -> memoryview:
        buffer = make(ffi.wb_buffer, lib.wb_buffer_release, function, self._handle, index)
        length = c_size_t()
        address = lib.wb_buffer_data(buffer, byref(length))
        return view(address, length.value, buffer)

    @property
    def format(self) -> str:
        """The name of the format, such as `"safetensors"`."""
        return lib.wb_model_format(self._handle).decode()

    @property
    def metadata(self) -> Dict[str, str]:
        """What the model says about itself: text as it is, other values as JSON."""
        handle = self._handle
        indices = range(lib.wb_model_metadata_count(handle))
        entries = (describe(lib.wb_model_metadata_info, ffi.wb_metadata_info, handle, index) for index in indices)
        return {text(entry.key): text(entry.text) for entry in entries}

    @property
    def assets(self) -> List[str]:
        """The names of the other files of the model's directory, such as `"config.json"`."""
        handle = self._handle
        indices = range(lib.wb_model_asset_count(handle))
        return [text(describe(lib.wb_model_asset_info, ffi.wb_asset_info, handle, index).name) for index in indices]

    def asset(self, name: str) -> memoryview:
        """Reads an asset. If a manifest covers it, it is checked."""
        index = find(lib.wb_model_asset_find, self._handle, name)
        if index is None:
            raise KeyError(name)
        return self._bytes(lib.wb_model_asset_buffer, index)

    def verify(self) -> List[Line]:
        """Checks every file against the manifests. A mismatch is an `Error`, whose `report` has all lines."""
        report = POINTER(ffi.wb_report)()
        try:
            call(lib.wb_model_verify, self._handle, None, byref(report))
            return _lines(report)
        except Error as error:
            error.report = _lines(report)
            raise
        finally:
            lib.wb_report_release(report)

    def load(self) -> Placement:
        """Loads all tensors into one range of host memory, and checks them in the same pass."""
        return Placement(make(ffi.wb_placement, lib.wb_placement_release, lib.wb_model_load, self._handle, None))


def _lines(report: Any) -> List[Line]:
    indices = range(lib.wb_report_line_count(report))
    return [_line(describe(lib.wb_report_line_info, ffi.wb_line_info, report, index)) for index in indices]


def _line(info: Any) -> Line:
    return Line(
        kind=_SUBJECTS.get(info.subject_kind, "unknown"),
        subject=text(info.subject),
        outcome=_OUTCOMES.get(info.outcome, "unknown"),
        source=text(info.source),
        algorithm=text(info.algorithm),
        expected=text(info.expected),
        actual=text(info.actual),
        reason=text(info.reason),
        covers=bool(info.covers),
    )
