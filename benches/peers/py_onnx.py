"""Opens or checks a model with the onnx package.

    py_onnx.py MODEL load|open|check

`load` reads external data, `open` leaves it; `check` checks a model that has been loaded without it.
"""

import os
import sys

import onnx
from bench import measure

path, what = sys.argv[1:]
bytes = sum(entry.stat().st_size for entry in os.scandir(os.path.dirname(path))) if what == "load" else 0

if what == "check":
    model = onnx.load(path, load_external_data=False)
    measure("check: onnx.checker", 0, lambda: onnx.checker.check_model(model))
else:
    measure(f"{what}: onnx.load", bytes, lambda: onnx.load(path, load_external_data=what == "load"))
