"""Writes runtimes.rs: what each release of ONNX Runtime reads.

    cargo xtask runtimes

The facts are measured: each release that PyPI has a wheel of is installed and loads models of rising versions. A release is run
by the first interpreter that it has a wheel for; all of `INTERPRETERS` must be there.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import onnx
from onnx import TensorProto, helper

# The newest releases have wheels for the first one, the oldest for the last one.
INTERPRETERS = ["python3.11", "python3.8"]

HEAD = """\
//! The releases of ONNX Runtime. Made by `cargo xtask runtimes` from the wheels on PyPI, each of which loaded models of rising
//! versions: do not edit.

use super::schema::Release;

/// Every release that could be run, from the oldest on.
pub(super) static RUNTIMES: &[Release] = &["""

# Prints the names of the models in a folder that a release loads.
PROBE = """
import json, pathlib, sys
release, models = sys.argv[1:]
sys.path.insert(0, release)
import onnxruntime
quiet = onnxruntime.SessionOptions()
quiet.log_severity_level = 4
onnxruntime.set_default_logger_severity(4)

def loads(model):
    try:
        onnxruntime.InferenceSession(model.read_bytes(), quiet, providers=["CPUExecutionProvider"])
    except Exception:
        return False
    return True

print(json.dumps([model.name for model in pathlib.Path(models).iterdir() if loads(model)]))
"""


def model(node, kind, ir, opsets):
    """A model of one node, which has been the same since the first version of its operator set."""
    ends = [helper.make_tensor_value_info(name, kind, [1, 4]) for name in "xy"]
    graph = helper.make_graph([node], "g", ends[:1], ends[1:])
    imports = [helper.make_opsetid(*opset) for opset in opsets]
    return helper.make_model(graph, opset_imports=imports, ir_version=ir).SerializeToString()


def write_models(folder):
    """Models of all versions that onnx knows, and of one that it does not."""
    invert = helper.make_node("Not", ["x"], ["y"])
    scale = helper.make_node("Normalizer", ["x"], ["y"], domain="ai.onnx.ml")
    known = lambda domain: max(version for name, version in helper.OP_SET_ID_VERSION_MAP if name == domain)
    for ir in range(3, onnx.IR_VERSION + 2):
        (folder / f"ir-{ir}").write_bytes(model(invert, TensorProto.BOOL, ir, [("", 7)]))
    for main in range(1, known("ai.onnx") + 2):
        (folder / f"main-{main}").write_bytes(model(invert, TensorProto.BOOL, 3, [("", main)]))
    for ml in range(1, known("ai.onnx.ml") + 2):
        (folder / f"ml-{ml}").write_bytes(model(scale, TensorProto.FLOAT, 3, [("", 7), ("ai.onnx.ml", ml)]))


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def releases(python):
    """The releases that an interpreter has wheels of."""
    listed = run(python, "-m", "pip", "index", "versions", "onnxruntime")
    return re.search("Available versions: (.*)", listed)[1].split(", ")


def newest(loaded, prefix):
    """The newest version that loads, if all before it do."""
    versions = sorted(int(name.split("-")[1]) for name in loaded if name.startswith(prefix + "-"))
    assert versions == list(range(versions[0], versions[-1] + 1)), (prefix, versions)
    return versions[-1]


def measure(python, release, models):
    with tempfile.TemporaryDirectory() as folder:
        package = f"onnxruntime=={release}"
        run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--target", folder, package)
        loaded = json.loads(run(python, "-c", PROBE, folder, str(models)))
    return {prefix: newest(loaded, prefix) for prefix in ("ir", "main", "ml")}


def environment(interpreter, folder):
    """An interpreter that has what all releases need."""
    run(interpreter, "-m", "venv", str(folder))
    python = str(folder / "bin/python")
    run(python, "-m", "pip", "install", "--quiet", "--upgrade", "pip")
    run(python, "-m", "pip", "install", "--quiet", "numpy<2")
    return python


def main():
    rows = {}
    with tempfile.TemporaryDirectory() as temporary:
        models = Path(temporary, "models")
        models.mkdir()
        write_models(models)
        environments = {name: environment(name, Path(temporary, name)) for name in INTERPRETERS}
        for interpreter, python in environments.items():
            for release in releases(python):
                if release not in rows:
                    print(f"onnxruntime {release}", file=sys.stderr)
                    rows[release] = {**measure(python, release, models), "by": interpreter}
    print(HEAD)
    for release in sorted(rows, key=lambda name: [int(part) for part in name.split(".")]):
        row = rows[release]
        fields = f"ir: {row['ir']}, main: {row['main']}, ml: {row['ml']}, training: 0"
        print(f'    Release {{ name: "{release}", {fields} }}, // {row["by"]}')
    print("];")


if __name__ == "__main__":
    main()
