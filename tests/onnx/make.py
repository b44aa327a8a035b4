#!/usr/bin/env python3
"""Makes the ONNX test data beside this script, or below the folder given with --into.

Weighbridge's own code takes no part: the onnx package and ONNX Runtime say what is in every file. What
is random comes from fixed seeds; two runs write the same bytes. `README.md` says what the forms mean.
"""

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

from maker import corpus, golden, hostile, mutations
from maker.collection import Collection

HERE = Path(__file__).resolve().parent


def make_golden(out):
    """The committed valid models: a selection of the onnx package's, and those made here."""
    collection = Collection(out / "golden")
    corpus.write_selection(collection)
    golden.write_all(collection)
    print(f"golden: {collection.close()} models")


def make_mutations(out):
    """The mutations, and the verdict of onnx.checker on each."""
    records, differences = mutations.write_all(out / "mutations")
    verdicts = Counter("ok" if record["checker"] == "ok" else "error" for record in records)
    print(f"mutations: {len(records)}, of which the checker passes {verdicts['ok']};")
    print(f"           {len(differences)} verdicts differ from the specification")


def make_hostile(out):
    """The hostile files, and what three readers say of each."""
    records = hostile.write_all(out / "hostile")
    print(f"hostile: {len(records)}, {dict(Counter(record['policy'] for record in records))}")


def make_full(out):
    """Every model of the onnx package, for the full test; the folder is not committed."""
    collection = Collection(out)
    corpus.write_all(collection)
    print(f"full: {collection.close()} models")


def main():
    """Makes what is asked for; without an argument, all that is committed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--into", type=Path, default=HERE, help="the folder to write to")
    what = parser.add_subparsers(dest="what")
    for name in ("all", "golden", "mutations", "hostile"):
        what.add_parser(name)
    what.add_parser("full").add_argument(
        "folder", type=Path, help="made anew: it must not be in use"
    )
    options = parser.parse_args()
    if options.what == "full":
        make_full(options.folder)
        return
    for name, action in (
        ("golden", make_golden),
        ("mutations", make_mutations),
        ("hostile", make_hostile),
    ):
        if options.what in (None, "all", name):
            action(options.into)


if __name__ == "__main__":
    main()
