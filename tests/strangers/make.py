#!/usr/bin/env python3
"""Writes files that are no models of ours into `files` beside this script, or into the folder given as argument.

The writers of their own formats make them all: Python packages, and programs that README.md lists. Some of the packages
cannot be loaded into one process, so each of the functions below runs in one of its own.
"""

import bz2
import gzip
import io
import lzma
import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np

WEIGHT = np.arange(4, dtype=np.float32)

# What is archived, compressed and encrypted.
TEXT = b"weight\n" * 8


def make_archives(out):
    """tar in the formats of GNU, POSIX and the seventh edition of Unix, zip, 7z."""
    import py7zr

    tarfile.RECORDSIZE = tarfile.BLOCKSIZE  # ten kilobytes of zeros otherwise
    for name, form in [("gnu.tar", tarfile.GNU_FORMAT), ("pax.tar", tarfile.PAX_FORMAT)]:
        with tarfile.open(out / name, "w", format=form) as archive:
            member = tarfile.TarInfo("model.bin")
            member.size = len(TEXT)
            archive.addfile(member, io.BytesIO(TEXT))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "model.bin").write_bytes(TEXT)
        options = ["--format=v7", "--owner=root", "--group=root", "--mtime=@0", "--blocking-factor=1"]
        run(["tar", *options, "-cf", out / "v7.tar", "-C", folder, "model.bin"])
    with zipfile.ZipFile(out / "plain.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("notes.txt"), TEXT)
    with zipfile.ZipFile(out / "model.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("export/model.safetensors"), TEXT)
    with zipfile.ZipFile(out / "empty.zip", "w"):
        pass
    with py7zr.SevenZipFile(out / "model.7z", "w") as archive:
        archive.writestr(TEXT, "model.bin")


def make_compressed(out):
    """Streams of the usual compressors."""
    import lz4.frame
    import zstandard

    (out / "model.gz").write_bytes(gzip.compress(TEXT, mtime=0))
    (out / "model.bz2").write_bytes(bz2.compress(TEXT))
    (out / "model.xz").write_bytes(lzma.compress(TEXT))
    (out / "model.zst").write_bytes(zstandard.compress(TEXT))
    (out / "model.lz4").write_bytes(lz4.frame.compress(TEXT))


def make_encrypted(out):
    """What openssl, age and GnuPG make of a file: for a passphrase, for a key, and as text."""
    cipher = ["openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-pass", "pass:x"]
    (out / "openssl.enc").write_bytes(run(cipher, TEXT))
    with tempfile.TemporaryDirectory() as home:
        gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", "x", "--pinentry-mode", "loopback"]
        (out / "passphrase.gpg").write_bytes(run([*gpg, "--symmetric"], TEXT))
        (out / "armored.asc").write_bytes(run([*gpg, "--symmetric", "--armor"], TEXT))
        for name, algorithm in [("rsa.gpg", "default"), ("curve.gpg", "future-default")]:
            run([*gpg, "--quick-generate-key", name, algorithm, "default", "never"])
            (out / name).write_bytes(run([*gpg, "--recipient", name, "--trust-model", "always", "--encrypt"], TEXT))
        run(["gpgconf", "--homedir", home, "--kill", "all"])
        key = Path(home) / "key"
        run(["age-keygen", "-o", key])
        (out / "model.age").write_bytes(run(["age", "--encrypt", "-i", key], TEXT))
        (out / "armored.age").write_bytes(run(["age", "--encrypt", "--armor", "-i", key], TEXT))


def make_pickles(out):
    """Pickles of every binary protocol, and of PyTorch in its old format."""
    import torch

    for protocol in [2, 3, 4, 5]:
        (out / f"protocol-{protocol}.pkl").write_bytes(pickle.dumps({"weight": WEIGHT.tolist()}, protocol))
    torch.save({"weight": torch.arange(4)}, out / "legacy.pt", _use_new_zipfile_serialization=False)


def make_torch(out):
    """What PyTorch and its companions write."""
    import torch
    from executorch.exir import to_edge

    class Double(torch.nn.Module):
        def forward(self, x):
            return x + x

    torch.save({"weight": torch.arange(4)}, out / "checkpoint.pt")
    torch.jit.script(Double()).save(str(out / "script.pt"))
    program = torch.export.export(Double(), (torch.ones(2),))
    torch.export.save(program, out / "program.pt2")
    (out / "program.pte").write_bytes(to_edge(program).to_executorch().buffer)
    with tempfile.TemporaryDirectory() as folder:
        options = ["--model-name", "m", "--version", "1", "--handler", "base_handler", "--export-path", folder]
        archiver = Path(sys.executable).parent / "torch-model-archiver"
        run([archiver, *options, "--serialized-file", out / "checkpoint.pt"])
        shutil.copyfile(Path(folder) / "m.mar", out / "model.mar")


def make_numpy(out):
    """One array, and an archive of them."""
    np.save(out / "array.npy", WEIGHT)
    np.savez(out / "arrays.npz", weight=WEIGHT)


def make_hdf5(out):
    """A model of Keras, and the places where a superblock may lie."""
    import h5py
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Flatten(name="flat")], name="model")
    model.save(out / "model.keras")
    for size in [0, 512, 1024, 2048]:
        h5py.File(out / f"block-{size}.h5", "w", userblock_size=size).close()


def make_tensorflow(out):
    """A SavedModel, a frozen graph, and a model of TensorFlow Lite."""
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec([2], tf.float32, name="x")])
    def double(x):
        return x + x

    module = tf.Module()
    module.double = double
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder)
        shutil.copyfile(Path(folder) / "saved_model.pb", out / "saved_model.pb")
    function = double.get_concrete_function()
    (out / "frozen.pb").write_bytes(function.graph.as_graph_def().SerializeToString())
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], module)
    (out / "model.tflite").write_bytes(converter.convert())


def make_coreml(out):
    """A model of Core ML, and the manifest of a package of one."""
    sys.modules.update(tensorflow=None, torch=None)  # it would load both
    import coremltools
    from coremltools.models import datatypes
    from coremltools.models.neural_network import NeuralNetworkBuilder

    builder = NeuralNetworkBuilder([("x", datatypes.Array(2))], [("y", datatypes.Array(2))])
    builder.add_activation("relu", "RELU", "x", "y")
    model = coremltools.models.MLModel(builder.spec, skip_model_load=True)
    model.save(str(out / "model.mlmodel"))
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "m.mlpackage"
        model.save(str(package))
        shutil.copyfile(package / "Manifest.json", out / "Manifest.json")


def make_runtimes(out):
    """One ONNX model in the formats of runtimes that convert it; and GGUF."""
    import gguf
    import onnx
    import onnxruntime
    import openvino

    node = onnx.helper.make_node("Add", ["x", "x"], ["y"])
    x, y = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [2]) for name in "xy"]
    graph = onnx.helper.make_graph([node], "double", [x], [y])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(out / "model.ort")
    options.add_session_config_entry("session.save_model_format", "ORT")
    onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        onnx.save(model, path)
        openvino.save_model(openvino.convert_model(path), Path(folder) / "model.xml")
        shutil.copyfile(Path(folder) / "model.xml", out / "openvino.xml")
    writer = gguf.GGUFWriter(out / "model.gguf", "llama")
    writer.add_tensor("weight", WEIGHT)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def make_pointers(out):
    """What stands for a file in a repository that keeps its contents elsewhere; and a bundle of a repository."""
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model.bin"
        model.write_bytes(TEXT)
        pointer = run(["git", "lfs", "pointer", f"--file={model}"])
        (out / "lfs.bin").write_bytes(pointer)
        git = ["git", "-C", folder, "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
        run([*git, "init"])
        run([*git, "annex", "init", "x"])
        run([*git, "config", "annex.addunlocked", "true"])
        run([*git, "annex", "add", "model.bin"])
        run([*git, "commit", "--message", "x"])
        (out / "annex.bin").write_bytes(run([*git, "show", "HEAD:model.bin"]))
        run([*git, "bundle", "create", out / "model.bundle", "HEAD"])
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "model.bin").write_bytes(TEXT)
        dvc = [Path(sys.executable).parent / "dvc"]
        for arguments in [["init", "--no-scm", "--quiet"], ["add", "--quiet", "model.bin"]]:
            subprocess.run([*dvc, *arguments], cwd=folder, check=True)
        shutil.copyfile(Path(folder) / "model.bin.dvc", out / "model.dvc")


def run(command, data=b""):
    """Runs a program; returns what it writes."""
    return subprocess.run(command, input=data, check=True, capture_output=True).stdout


def main():
    """Makes every file."""
    here = Path(__file__).resolve().parent
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else here / "files"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    makers = [make_archives, make_compressed, make_encrypted, make_pickles, make_torch, make_numpy, make_hdf5]
    makers += [make_tensorflow, make_coreml, make_runtimes, make_pointers]
    for maker in makers:
        process = multiprocessing.get_context("spawn").Process(target=maker, args=(out,))
        process.start()
        process.join()
        assert process.exitcode == 0, maker.__name__


if __name__ == "__main__":
    main()
