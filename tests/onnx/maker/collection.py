"""A folder of valid models with what a reader must find in each."""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import onnx

from .expect import describe


class Collection:
    """Models below a folder, and the lines of its `expected.jsonl`."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.lines = {}
        shutil.rmtree(self.folder, ignore_errors=True)

    def add(self, name, model, source, files=None):
        """Writes a model, a message or its bytes, with the data files beside it; describes it."""
        path = self.folder / name
        _write(path, model, files or {})
        self._expect(name, path, {"source": source})

    def add_linked(self, root, rev, model, files, source):
        """Writes a model as a Hugging Face cache holds it, blobs only: the test makes the links."""
        names = {"onnx/model.onnx": _serialized(model)}
        names |= {f"onnx/{name}": data for name, data in files.items()}
        links = {}
        for name, data in names.items():
            blob = f"blobs/{_sha256(data)}"
            _write_bytes(self.folder / root / blob, data)
            up = "../" * (2 + name.count("/"))
            links[f"snapshots/{rev}/{name}"] = up + blob
        opened = f"{root}/snapshots/{rev}/onnx/model.onnx"
        with tempfile.TemporaryDirectory() as flat:  # onnx refuses every link
            path = Path(flat) / "model.onnx"
            _write(path, model, files)
            self._expect(opened, path, {"source": source, "root": root, "links": links})

    def _expect(self, name, path, head):
        assert name not in self.lines, name
        onnx.checker.check_model(path)
        model = onnx.load(path, load_external_data=False)
        self.lines[name] = {"file": name} | head | describe(model, path.parent)

    def close(self):
        """Writes the expectations, one line for each model, sorted by file."""
        write_lines(self.folder / "expected.jsonl", [self.lines[n] for n in sorted(self.lines)])
        return len(self.lines)


def write_lines(path, records):
    """Writes JSON lines, in ASCII so that nothing in them is invisible."""
    lines = (json.dumps(record, separators=(",", ":")) + "\n" for record in records)
    _write_bytes(path, "".join(lines).encode())


def _write(path, model, files):
    _write_bytes(path, _serialized(model))
    for name, data in files.items():
        _write_bytes(path.parent / name, data)


def _write_bytes(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _serialized(model):
    return model if isinstance(model, bytes) else model.SerializeToString(deterministic=True)


def _sha256(data):
    return hashlib.sha256(data).hexdigest()
