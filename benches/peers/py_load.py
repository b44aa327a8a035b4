"""Loads a checkpoint with safetensors.torch.load_file.

    py_load.py DIR [mmap|pread]

By default load_file maps the file, and its tensors are views of the page cache: to be in memory of
their own, each is cloned (torch copies the large ones on several threads). The pread backend reads
into memory that the tensors own, so nothing is left to clone.
"""

import sys

from bench import measure, shards
from safetensors.torch import load_file

paths, bytes = shards(sys.argv[1])
backend = (sys.argv[2:] or ["mmap"])[0]


def load():
    tensors = {}
    for path in paths:
        for name, tensor in load_file(path, backend=backend).items():
            tensors[name] = tensor.clone() if backend == "mmap" else tensor
    return tensors


measure(f"load: safetensors.torch, {backend}", bytes, load)
