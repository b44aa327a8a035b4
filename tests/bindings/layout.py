"""Prints the constants of a module that was made for ctypes, and the sizes and offsets of its structures."""

import ctypes
import runpy
import sys

for name, item in runpy.run_path(sys.argv[1]).items():
    if name.startswith("WB_"):
        print(name, ctypes.c_int64(item).value)
    elif name.startswith("wb_") and issubclass(item, (ctypes.Structure, ctypes.Union)) and hasattr(item, "_fields_"):
        print(name, ctypes.sizeof(item))
        for field, _ in item._fields_:
            place = getattr(item, field)
            # Words of Python have an underscore behind them.
            print(f"{name}.{field.rstrip('_')}", place.offset, place.size)
