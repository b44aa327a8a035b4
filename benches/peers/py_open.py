"""Opens a checkpoint with Python's safe_open, and looks at each tensor's dtype and shape.

    py_open.py DIR [pt|numpy]

The framework only names what get_tensor would return; no tensor is read. Importing it is not timed.
"""

import importlib
import sys

from bench import measure, shards
from safetensors import safe_open

framework = (sys.argv[2:] or ["pt"])[0]
importlib.import_module({"pt": "torch"}.get(framework, framework))
paths, bytes = shards(sys.argv[1])


def open_all():
    files = [safe_open(path, framework) for path in paths]
    for file in files:
        for name in file.keys():
            tensor = file.get_slice(name)
            tensor.get_dtype(), tensor.get_shape()
    return files


measure(f"open: safe_open, {framework}", bytes, open_all)
