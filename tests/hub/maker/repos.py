"""The repositories that are downloaded: small models, written by the packages of their formats."""

import fnmatch
import hashlib
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import safetensors.numpy
from huggingface_hub.utils.sha import git_hash
from onnx import TensorProto, helper, numpy_helper

WEIGHTS = ("*.safetensors", "*.onnx", "*.onnx_data", "*.npy")
SHARDS = "model-0000{}-of-00002.safetensors"


@dataclass
class Repo:
    """A repository: its commits, each a dictionary of files, and the names that lead to them."""

    name: str
    kind: str = "model"
    is_xet: bool = False
    commits: dict = field(default_factory=dict)
    refs: dict = field(default_factory=dict)

    def commit(self, files, *refs):
        """Adds a commit with these files, to which `refs` lead from now on; returns its name."""
        names = {path: git_hash(data) for path, data in files.items()}
        commit = hashlib.sha1(json.dumps([self.name, names]).encode()).hexdigest()
        self.commits[commit] = files
        self.refs |= {ref: commit for ref in refs}
        return commit

    def resolve(self, revision):
        """The commit that a branch, a tag, a pull request or its own name leads to, or None."""
        commit = self.refs.get(revision, revision)
        return commit if commit in self.commits else None


def is_lfs(files, path):
    """Whether .gitattributes says that this file is kept outside git."""
    lines = files[".gitattributes"].decode().splitlines()
    return any(fnmatch.fnmatch(Path(path).name, line.split()[0]) for line in lines)


def pointer(data):
    """What git keeps in the place of a file that it does not keep itself."""
    sha256 = hashlib.sha256(data).hexdigest()
    lines = [
        "version https://git-lfs.github.com/spec/v1",
        f"oid sha256:{sha256}",
        f"size {len(data)}",
    ]
    return ("\n".join(lines) + "\n").encode()


def text_files(title, lfs=WEIGHTS):
    """The files that every repository has."""
    attributes = [f"{pattern} filter=lfs diff=lfs merge=lfs -text\n" for pattern in lfs]
    readme = f"---\nlicense: mit\n---\n# {title}\n"
    return {".gitattributes": "".join(attributes).encode(), "README.md": readme.encode()}


def language_model(seed=0, rows=8, lfs=WEIGHTS):
    """A model of two shards with their index, a tokenizer, and an ONNX export in a folder."""
    config = {"architectures": ["TinyForCausalLM"], "hidden_size": 8, "model_type": "tiny"}
    tokenizer = {
        "version": "1.0",
        "model": {"type": "WordLevel", "vocab": {"<unk>": 0, "weigh": 1}},
    }
    files = text_files("Tiny", lfs)
    files |= {"config.json": as_json(config), "tokenizer.json": as_json(tokenizer)}
    files |= sharded(seed, rows)
    return files | exported(seed)


def sharded(seed, rows):
    """Two shards and their index. A seed changes the second shard alone, as a fine-tuning might."""
    shards = [
        {
            "embed.weight": numbers(0, [6, 8], np.float16),
            "layers.0.weight": numbers(1, [8, 8], np.float32),
            "layers.0.steps": np.arange(-1, 3, dtype=np.int64),
        },
        {
            "head.bias": numbers(seed + 2, [rows], np.float32),
            "head.weight": numbers(seed + 3, [rows, 8], np.float16),
        },
    ]
    files = {
        SHARDS.format(1 + index): safetensors.numpy.save(tensors, {"format": "pt"})
        for index, tensors in enumerate(shards)
    }
    size = sum(array.nbytes for tensors in shards for array in tensors.values())
    weight_map = {name: file for file, tensors in zip(files, shards) for name in tensors}
    index = {"metadata": {"total_size": size}, "weight_map": weight_map}
    return files | {"model.safetensors.index.json": as_json(index)}


def exported(seed):
    """A matrix product and a sum in ONNX, whose weights lie in a file beside the model."""
    weights = {"weight": numbers(seed + 4, [8, 4], np.float32), "bias": numbers(5, [4], np.float32)}
    nodes = [
        helper.make_node("MatMul", ["x", "weight"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["y"]),
    ]
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", width])
        for name, width in (("x", 8), ("y", 4))
    ]
    initializers = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    graph = helper.make_graph(nodes, "tiny", values[:1], values[1:], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        external = {"location": "model.onnx_data", "size_threshold": 0}
        onnx.save_model(model, path, save_as_external_data=True, **external)
        return {f"onnx/{file.name}": file.read_bytes() for file in sorted(Path(folder).iterdir())}


def data_set():
    """A data set: an array of numbers in a folder."""
    with tempfile.TemporaryFile() as file:
        np.save(file, numbers(6, [4, 4], np.float32))
        file.seek(0)
        return text_files("Scales") | {"data/train.npy": file.read()}


def numbers(seed, shape, dtype):
    """Random multiples of 1/256 below 1 in size, which every type of floats has."""
    return (np.random.default_rng(seed).integers(-255, 256, shape) / 256).astype(dtype)


def as_json(value):
    """A JSON file as `save_pretrained` writes it."""
    return (json.dumps(value, indent=2) + "\n").encode()
