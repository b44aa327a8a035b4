"""What other programs say of a file. They run in a child process: some of the files here may end it.

`python -m maker.readers KIND` is that child: it takes one JSON request a line, answers with one line.
"""

import ctypes
import json
import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

# A reader that takes longer is stopped, and that is its answer.
SECONDS = 60

# A message is cut after so many characters.
LONGEST = 200


class Reader:
    """A child process that is asked about one file after another, and started again when it ends."""

    def __init__(self, kind):
        self.kind, self.child = kind, None

    def ask(self, folder, name="model.onnx"):
        """The answer for a model in a folder."""
        if self.child is None:
            command = [sys.executable, "-B", "-m", "maker.readers", self.kind]
            here = Path(__file__).resolve().parent.parent
            pipe = subprocess.PIPE
            self.child = subprocess.Popen(
                command, cwd=here, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
            )
        self.child.stdin.write(json.dumps([str(folder), name]).encode() + b"\n")
        self.child.stdin.flush()
        line = self._line()
        if line:
            return json.loads(line)
        status = self.child.wait()
        self.child = None
        return {"died": signal.Signals(-status).name if status < 0 else f"exit {status}"}

    def _line(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.child.stdout, selectors.EVENT_READ)
            if selector.select(SECONDS):
                return self.child.stdout.readline()
        self.child.kill()
        return b""

    def close(self):
        """Ends the child."""
        if self.child is not None:
            self.child.stdin.close()
            self.child.wait()


class Case:
    """Files in a new folder, gone at the end of the block."""

    def __init__(self, model, record):
        self.model, self.record = model, record

    def __enter__(self):
        self.outer = tempfile.TemporaryDirectory(prefix="case")
        folder = Path(self.outer.name) / "m"
        folder.mkdir()
        (folder / "model.onnx").write_bytes(self.model)
        for name in self.record.get("directories", []):
            (folder / name).mkdir(parents=True)
        for name, data in self.record.get("files", {}).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for name, target in self.record.get("symlinks", {}).items():
            (folder / name).symlink_to(target)
        for name, target in self.record.get("hard_links", {}).items():
            (folder / name).hardlink_to(folder / target)
        return folder

    def __exit__(self, *_):
        self.outer.cleanup()


def said(error, folder):
    """The first line of a message, without what differs from run to run."""
    return _steady(str(error).strip().split("\n")[0], folder)


def said_by_onnxruntime(error, folder):
    """ONNX Runtime's message in one line, without the places in its source."""
    text = " ".join(str(error).split()).replace(str(folder), "DIR")
    text = re.sub(r"\[ONNXRuntimeError\] : \d+ : ", "", text)
    text = re.sub(r' resolved path: "(?!DIR)[^"]*"', " resolved path elsewhere", text)
    while found := re.search(r"(/\S*/)?onnxruntime/\S+\.(cc|h):\d+ ", text):
        text = text[: found.start()] + text[signature_end(text, found.end()) :].lstrip()
    return _steady(text, folder)


def _steady(text, folder):
    # Where a text is not UTF-8, its place counts from before the folder's name.
    text = re.sub(r"in position \d+", "in its place", text.replace(str(folder), "DIR"))
    return text[:LONGEST].strip()


def signature_end(text, at):
    """Where the C++ function ends that is named in a message."""
    depth = 0
    for i in range(text.find("(", at), len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            rest = re.match(r"( const)?( \[with [^\]]*\])?", text[i + 1 :])
            return i + 1 + rest.end()
    return at


# --- the child -----------------------------------------------------------------------------------


def check(folder, name):
    """The verdict of onnx.checker for a file."""
    import onnx

    try:
        onnx.checker.check_model(os.path.join(folder, name))
    except Exception as error:  # noqa: BLE001
        return {"message": said(error, folder), "exception": type(error).__name__}
    return {"message": "ok"}


def check_here(folder, name):
    """The same for a file that is named without its folder."""
    import onnx

    os.chdir(folder)
    try:
        onnx.checker.check_model(name)
    except Exception as error:  # noqa: BLE001
        return {"message": said(error, folder), "exception": type(error).__name__}
    finally:
        os.chdir("/")
    return {"message": "ok"}


def to_array(folder, name):
    """What onnx.numpy_helper.to_array makes of the tensor "w", wherever it is."""
    import warnings

    import onnx

    from .expect import element_bytes, walk

    warnings.simplefilter("ignore")
    try:
        model = onnx.load(os.path.join(folder, name), load_external_data=False)
        for _, tensor in walk(model):
            if isinstance(tensor, onnx.TensorProto) and tensor.name == "w":
                if tensor.data_type == onnx.TensorProto.STRING:
                    array = onnx.numpy_helper.to_array(tensor, folder)
                    return {"strings": [str(s).encode().hex() for s in array.ravel()]}
                return {"hex": element_bytes(tensor, folder).hex()}
    except Exception as error:  # noqa: BLE001
        return {"error": f"{type(error).__name__}: {said(error, folder)}"}
    return {"error": "no tensor w"}


def onnxruntime(folder, name):
    """What ONNX Runtime computes as the model's only output, without any input."""
    import numpy as np
    import onnxruntime as ort

    ort.set_default_logger_severity(4)
    try:
        session = ort.InferenceSession(
            os.path.join(folder, name), providers=["CPUExecutionProvider"]
        )
        array = session.run(None, {})[0]
        if array.dtype == object:
            return {"strings": [str(s).encode().hex() for s in array.ravel()]}
        return {"hex": np.ascontiguousarray(array).tobytes().hex()}
    except Exception as error:  # noqa: BLE001
        return {"error": said_by_onnxruntime(error, folder)}


def serve(kind):
    """Answers requests until there are no more; what the libraries print is kept apart."""
    action = {"check": check, "check_here": check_here, "to_array": to_array}.get(kind, onnxruntime)
    answers = os.fdopen(os.dup(1), "wb")
    with tempfile.TemporaryFile() as printed:
        os.dup2(printed.fileno(), 1)
        for line in sys.stdin:
            answer = action(*json.loads(line))
            ctypes.CDLL(None).fflush(None)
            text = os.pread(printed.fileno(), 4096, 0).decode(errors="replace")
            os.lseek(1, 0, os.SEEK_SET)
            printed.truncate(0)
            if text:
                answer["printed"] = text.strip().split("\n")[0][:LONGEST]
            answers.write(json.dumps(answer).encode() + b"\n")
            answers.flush()


if __name__ == "__main__":
    serve(sys.argv[1])
