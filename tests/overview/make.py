#!/usr/bin/env python3
"""Writes the models in `golden` beside this script, or those that are named: `make.py [SET]...`.

Weighbridge's own code takes no part: each model is made by the library that real ones of its kind
come from, and each NAME.expected.json says what that library, or torch, finds in the model before
it is quantized. An overview reads no tensor, so of safetensors files only the headers are kept.
"""

import os
import sys
import warnings
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # must be set before the imports: nothing here needs a network
os.environ["TOKENIZERS_PARALLELISM"] = "false"
warnings.filterwarnings("ignore")

from maker import common, graphs, packed, plain, quantized

MODULES = [plain, quantized, packed, graphs]


def main():
    """Makes every set, or those whose names are given."""
    common.GOLDEN = Path(__file__).parent / "golden"
    for module in MODULES:
        for name, make in vars(module).items():
            if name.startswith("make_") and (not sys.argv[1:] or name[5:] in sys.argv[1:]):
                print(name[5:])
                make()


if __name__ == "__main__":
    main()
