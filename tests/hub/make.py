#!/usr/bin/env python3
"""Writes the archives of caches beside this script, or into the folder given as argument.

huggingface_hub makes every cache, by downloading from a stand-in for the Hub on this machine; it
and the packages of the formats say what is in them. Weighbridge's own code takes no part.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True


def make_all(out, work):
    """Makes every archive, and beside it what is in it."""
    from maker import archive, expected, layouts, server

    for name, make in layouts.LAYOUTS.items():
        made, unpacked = work / name / "made", work / name / "unpacked"
        made.mkdir(parents=True)
        hub = server.Hub(work / name)
        repos = make(hub, made)
        archive.pack(made, out / f"{name}.tar")
        archive.unpack(out / f"{name}.tar", unpacked)
        content = expected.describe(hub, repos, unpacked)
        (out / f"{name}.expected.json").write_text(json.dumps(content, indent=1) + "\n")


def main():
    """Makes everything, with the settings of huggingface_hub away from those of the user."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    out.mkdir(parents=True, exist_ok=True)
    os.umask(0o022)
    with tempfile.TemporaryDirectory() as work:
        # They are read when it is imported.
        os.environ |= {"HF_HOME": f"{work}/home", "HF_HUB_DISABLE_TELEMETRY": "1"}
        os.environ |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_VERBOSITY": "error"}
        make_all(out, Path(work))


if __name__ == "__main__":
    main()
