#!/usr/bin/env python3
"""Writes the archives of stores beside this script, or into the folder given as argument.

git with git-lfs, oras, skopeo and umoci make every store but that of Ollama, and say what is in
them. Weighbridge's own code takes no part.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True


def make_all(out, work):
    """Makes every archive, and beside it what is in it."""
    from maker import archive, clones, layouts, ollama

    for module in (clones, layouts, ollama):
        for name, make in module.STORES.items():
            made, unpacked = work / name / "made", work / name / "unpacked"
            made.mkdir(parents=True)
            make(made)
            archive.pack(made, out / f"{name}.tar")
            archive.unpack(out / f"{name}.tar", unpacked)
            content = module.describe(unpacked)
            (out / f"{name}.expected.json").write_text(json.dumps(content, indent=1) + "\n")


def main():
    """Makes everything, with the settings of the tools away from those of the user."""
    out = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else Path(__file__).resolve().parent
    out.mkdir(parents=True, exist_ok=True)
    os.umask(0o022)
    with tempfile.TemporaryDirectory() as work:
        os.environ |= {"HOME": work, "XDG_CONFIG_HOME": work, "GIT_CONFIG_NOSYSTEM": "1"}
        make_all(out, Path(work))


if __name__ == "__main__":
    main()
