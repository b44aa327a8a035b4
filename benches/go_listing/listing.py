"""Measures how long it takes to list 10,000 tensors in Go and in C, in turn, and prints the best rounds and their ratio.

    python3 benches/go_listing/listing.py [ROUNDS]      needs cargo, go and cc; builds the release library
"""

import json
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
LIBRARY = TARGET / "release"
FOLDER = TARGET / "go_listing"
TENSORS = 10_000


def build():
    """The release library, and a program in each language that is linked to it."""
    arguments = ["rustc", "--quiet", "--release", "--package", "weighbridge-capi", "--lib", "--crate-type", "cdylib"]
    subprocess.run(["cargo", *arguments], cwd=ROOT, check=True)
    include, link = f"-I{ROOT / 'include'}", f"-L{LIBRARY} -lweighbridge_capi -Wl,-rpath,{LIBRARY}"
    source = ROOT / "benches/go_listing/listing.c"
    subprocess.run(["cc", "-O2", "-o", FOLDER / "listing", source, include, *link.split()], check=True)
    flags = {"CGO_CFLAGS": f"-O2 {include}", "CGO_LDFLAGS": link}
    arguments = ["test", "-c", "-o", FOLDER / "listing.test", "-tags", "weighbridge_custom", "."]
    subprocess.run(["go", *arguments], cwd=ROOT / "go", env={**os.environ, **flags}, check=True)


def make_model(path):
    """A model with the names and shapes of a mixture of experts, and elements of no bytes."""
    names = (f"model.layers.{i // 250}.mlp.experts.{i % 250}.up_proj.weight" for i in range(TENSORS))
    header = {name: {"dtype": "BF16", "shape": [1, 2], "data_offsets": [4 * i, 4 * i + 4]} for i, name in enumerate(names)}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(4 * TENSORS))


def in_c(model):
    """The seconds of the fastest time, and of all times on average."""
    done = subprocess.run([FOLDER / "listing", model], capture_output=True, check=True)
    return [float(seconds) for seconds in done.stdout.split()]


def in_go(model):
    """As in_c. The average includes the garbage collector."""
    command = [FOLDER / "listing.test", "-test.run=^$", "-test.bench=Listing", "-test.benchtime=500x"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "WEIGHBRIDGE_LISTING": model},
                          cwd=ROOT / "go")
    return [float(re.search(rf"([\d.]+) {unit}/op", done.stdout)[1]) / 1e9 for unit in ("best-ns", "ns")]


def main(rounds):
    FOLDER.mkdir(parents=True, exist_ok=True)
    build()
    model = FOLDER / "model.safetensors"
    make_model(model)
    measured = [(in_c(model), in_go(model)) for _ in range(rounds)]
    for number, title in enumerate(("fastest", "average")):
        c, go = (min(times[number] for times in language) for language in zip(*measured))
        print(f"{TENSORS} tensors, {title}: C {c * 1e6:.0f} µs, Go {go * 1e6:.0f} µs, ratio {go / c:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
