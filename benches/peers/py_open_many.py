"""Opens one file of very many tensors with Python's safe_open, as py_open.py does.

    py_open_many.py FILE [pt|numpy]
"""

import importlib
import os
import sys

from bench import measure
from safetensors import safe_open

path = sys.argv[1]
framework = (sys.argv[2:] or ["pt"])[0]
importlib.import_module({"pt": "torch"}.get(framework, framework))


def open_one():
    file = safe_open(path, framework)
    for name in file.keys():
        tensor = file.get_slice(name)
        tensor.get_dtype(), tensor.get_shape()
    return file


measure(f"open many: safe_open, {framework}", os.path.getsize(path), open_one)
