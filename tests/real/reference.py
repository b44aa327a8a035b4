#!/usr/bin/env python3
"""Writes FOLDER/expected.jsonl: what onnx and safetensors read in the models that are there.

A line has `file`, below FOLDER. For an ONNX model it has `model`, in the form of `../onnx/README.md`,
and `checker`: "ok", or what onnx.checker says. For a safetensors file it has `metadata` and `tensors`.
"""

import argparse
import hashlib
import json
import struct
import sys
from pathlib import Path

import onnx
import safetensors

from models import HERE, packages

sys.path.append(str(HERE.parent / "onnx"))
from maker.expect import describe


def main():
    """Describes every model of the list."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="where fetch.py put the models")
    folder = parser.parse_args().folder
    with open(folder / "expected.jsonl", "w") as out:
        for package in packages():
            for place in map(package.place, package.files):
                read = read_safetensors if place.endswith(".safetensors") else read_onnx
                line = {"file": place} | read(folder / place)
                out.write(json.dumps(line, separators=(",", ":")) + "\n")


def read_onnx(path):
    """A model, and whether it passes the checker of its own package."""
    model = onnx.load(path, load_external_data=False)
    try:
        onnx.checker.check_model(path)
        checker = "ok"
    except onnx.checker.ValidationError as error:
        checker = str(error).splitlines()[0]
    return {"checker": checker, "model": describe(model, path.parent)}


def read_safetensors(path):
    """The metadata and tensors of a file, by name."""
    raw = path.read_bytes()
    header = json.loads(raw[8 : 8 + struct.unpack("<Q", raw[:8])[0]])
    tensors = [
        {
            "name": name,
            "dtype": tensor["dtype"],
            "shape": tensor["shape"],
            "bytes": len(tensor["data"]),
            "sha256": hashlib.sha256(tensor["data"]).hexdigest(),
        }
        for name, tensor in sorted(safetensors.deserialize(raw))
    ]
    return {"metadata": header.get("__metadata__", {}), "tensors": tensors}


if __name__ == "__main__":
    main()
