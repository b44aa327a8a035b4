"""Weights in other files."""

import hashlib
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import (
    TensorProto,
    numpy_helper,
)

from ..build import (
    BOOL,
    FLOAT,
    attr,
    branch,
    entry_list,
    function,
    model,
    node,
    sparse,
    tensor,
    value,
)
from ..elements import TYPES, as_raw, random_bytes, shapes
from .shared import longs, weights


class DataFile:
    """A file of weights that grows, and the tensors that lie in it."""

    def __init__(self, location, alignment=4096):
        self.location, self.alignment, self.data = location, alignment, b""

    def put(self, inline, length=True, offset=True):
        """Moves the raw data of a tensor into this file."""
        self.data += b"\0" * (-len(self.data) % self.alignment)
        entries = [("location", self.location)]
        entries += [("offset", str(len(self.data)))] * offset
        entries += [("length", str(len(inline.raw_data)))] * length
        self.data += inline.raw_data
        moved = TensorProto()
        moved.CopyFrom(inline)
        moved.ClearField("raw_data")
        moved.data_location = TensorProto.EXTERNAL
        moved.external_data.extend(entry_list(entries))
        return moved


def random_tensor(label, name, dims, seed):
    """A raw tensor of random elements."""
    return as_raw(
        label, name, dims, random_bytes(name, int(np.prod(dims)), np.random.default_rng(seed))
    )


def external():
    """Data in other files."""
    one = DataFile("model.onnx_data")
    held = [
        one.put(random_tensor("first", "FLOAT", [10, 10], 20)),
        one.put(random_tensor("second", "INT8", [7], 21)),
        one.put(random_tensor("third", "INT4", [3, 3], 22)),
        one.put(random_tensor("fourth", "FLOAT16", [2, 2], 23)),
    ]
    yield "one-file/model", weights(held, 10, (("", 21),)), {one.location: one.data}

    several = [DataFile("a.bin"), DataFile("b file ü.bin"), DataFile("c")]
    held = [f.put(random_tensor(f.location, "FLOAT", [4], 30 + i)) for i, f in enumerate(several)]
    held.append(tensor("inline", float_data=[1, 2]))
    yield (
        "several-files/model",
        weights(held, 8, (("", 13),)),
        {f.location: f.data for f in several},
    )

    deep = DataFile("weights/part-1/w.bin", 1)
    held = [
        deep.put(random_tensor("d", "DOUBLE", [3], 40)),
        deep.put(random_tensor("e", "UINT8", [5], 41)),
    ]
    yield "subdirectory/model", weights(held, 8, (("", 13),)), {deep.location: deep.data}

    summed = [DataFile("sum.bin"), DataFile("other.bin")]
    held = [
        summed[0].put(random_tensor("s", "FLOAT", [4], 50)),
        summed[0].put(random_tensor("t", "INT64", [2], 51)),
    ]
    held.append(summed[1].put(random_tensor("u", "FLOAT", [4], 52)))
    for moved in held:
        file = next(f for f in summed if f.location == moved.external_data[0].value)
        moved.external_data.extend(entry_list([("checksum", hashlib.sha1(file.data).hexdigest())]))
    yield "checksum/model", weights(held, 8, (("", 13),)), {f.location: f.data for f in summed}

    made, files = everywhere()
    yield "everywhere/model", made, files

    every = DataFile("types.bin", 1)
    held = [
        every.put(random_tensor(f"{name} {i}", name, dims, 60 + i))
        for name in TYPES
        for i, dims in enumerate(shapes(name))
    ]
    yield "types/model", weights(held), {every.location: every.data}

    yield "ranges/model", *ranges()


def ranges():
    """Ranges that are shared, that overlap, that are empty, and what may be left out."""
    file, whole = DataFile("ranges.bin", 1), DataFile("whole.bin", 1)
    first = file.put(random_tensor("first", "FLOAT", [3], 70))
    again, overlap = TensorProto(), TensorProto()
    again.CopyFrom(first)
    again.name = "the same bytes"
    overlap.CopyFrom(file.put(random_tensor("two bytes back", "INT16", [2], 71)))
    overlap.external_data[1].value = "10"
    nothing = file.put(tensor("nothing", FLOAT, [0], raw_data=b""))
    # The onnx package reads to the end of the file where there is no length: these have to end there.
    rest = file.put(random_tensor("no length", "FLOAT", [2], 72), length=False)
    alone = whole.put(random_tensor("location alone", "FLOAT", [2], 73), length=False, offset=False)
    held = [first, again, overlap, nothing, rest, alone]
    return weights(held, 8, (("", 13),)), {f.location: f.data for f in (file, whole)}


def everywhere():
    """External tensors in initializers, attributes, subgraphs, sparse values and functions."""
    file = DataFile("all.bin", 64)

    def put(name, seed):
        return file.put(random_tensor(name, "FLOAT", [2], seed))

    def constant(output, seed):
        return node("Constant", "", output, attr("value", t=put(output, seed)))

    then_branch = branch(
        [constant("c1", 81), node("Add", "c1 i1", "t")], "t", initializers=[put("i1", 82)]
    )
    else_branch = branch([constant("e", 83)], "e")
    choose = node(
        "If", "go", "s", attr("then_branch", g=then_branch), attr("else_branch", g=else_branch)
    )
    several = node(
        "Many", "s", "m", attr("all", tensors=[put("m0", 84), put("m1", 85)]), domain="custom"
    )
    called = function("F", "a", "b", [constant("k", 86), node("Add", "a k", "b")])
    made = model(
        9,
        (("", 13), ("f", 1), ("custom", 1)),
        [called],
        nodes=[choose, several, node("F", "m", "y", domain="f")],
        inputs=[value("go", BOOL, [])],
        initializers=[put("w", 87)],
        sparse_initializer=[sparse(put("thin", 88), longs([0, 3]), [4])],
    )
    return made, {file.location: file.data}


def everywhere_small():
    """A model and two data files, one of them in a directory, for the cache layout."""
    near, far = DataFile("model.onnx_data"), DataFile("more/far.bin", 1)
    held = [
        near.put(random_tensor("near", "FLOAT", [4], 90)),
        far.put(random_tensor("far", "INT8", [9], 91)),
    ]
    return weights(held, 8, (("", 13),)), {f.location: f.data for f in (near, far)}


def saved():
    """What `onnx.save_model` itself writes."""
    for name, options in (
        ("saved-one-file", {"all_tensors_to_one_file": True, "location": "all.data"}),
        ("saved-file-each", {"all_tensors_to_one_file": False}),
    ):
        arrays = {"a": np.arange(6, dtype="<f4").reshape(2, 3), "b": np.arange(300, dtype="<i8")}
        held = [numpy_helper.from_array(array, key) for key, array in arrays.items()]
        constant = node(
            "Constant", "", "y", attr("value", t=numpy_helper.from_array(arrays["a"], "c"))
        )
        made = model(
            inputs=[], nodes=[constant], outputs=[value("y", FLOAT, [2, 3])], initializers=held
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            onnx.save_model(
                made,
                path,
                save_as_external_data=True,
                size_threshold=0,
                convert_attribute=True,
                **options,
            )
            files = {p.name: p.read_bytes() for p in sorted(Path(folder).iterdir())}
        yield f"{name}/model", files.pop("model.onnx"), files
