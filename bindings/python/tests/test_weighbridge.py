# SPDX-License-Identifier: MIT OR Apache-2.0
"""Run by tests/bindings, which tells where the golden models are: `WEIGHBRIDGE_GOLDEN`."""

import contextlib
import ctypes
import gc
import hashlib
import io
import json
import os
import shutil
import tempfile
import textwrap
import threading
import unittest
from pathlib import Path

import numpy

import weighbridge
from weighbridge import ffi

GOLDEN = Path(os.environ["WEIGHBRIDGE_GOLDEN"])
LLAMA = GOLDEN / "tiny-llama"


def golden_sets():
    """Every golden model, and what the reader of its own format sees."""
    for expectation in sorted(GOLDEN.glob("*.expected.json")):
        name = expectation.name[: -len(".expected.json")]
        folder = GOLDEN / name
        expected = json.loads(expectation.read_text(encoding="utf-8"))
        yield folder if folder.is_dir() else folder.with_suffix(".safetensors"), expected


def describe(tensors):
    described = ((t.name, t.dtype, list(t.shape), t.nbytes, hashlib.sha256(t.data).hexdigest()) for t in tensors)
    return sorted(described)


class Golden(unittest.TestCase):
    def test_models_are_what_their_own_reader_sees(self):
        sets = list(golden_sets())
        self.assertGreaterEqual(len(sets), 11)
        for path, expected in sets:
            rows = [[t[key] for key in ("name", "dtype", "shape", "bytes", "sha256")] for t in expected["tensors"]]
            with weighbridge.Model(path) as mapped, weighbridge.Model(path, read=True) as read, mapped.load() as placed:
                for tensors in (mapped, read, placed):
                    self.assertEqual(len(tensors), len(rows), path)
                    self.assertEqual(describe(tensors), sorted(map(tuple, rows)), path)
                self.assertEqual(mapped.metadata, expected["metadata"], path)

    def test_tensors_are_found_by_position_and_by_name(self):
        with weighbridge.Model(GOLDEN / "edge.safetensors") as model, model.load() as placement:
            for tensors in (model, placement):
                names = [tensor.name for tensor in tensors]
                self.assertEqual([tensors[name].name for name in names], names)
                self.assertEqual(tensors[-1].name, names[-1])
                self.assertIn(names[0], tensors)
                self.assertNotIn("missing", tensors)
                self.assertRaises(KeyError, lambda: tensors["missing"])
                self.assertRaises(IndexError, lambda: tensors[len(names)])

    def test_other_files_are_read(self):
        with weighbridge.Model(LLAMA) as model:
            self.assertIn("config.json", model.assets)
            self.assertEqual(json.loads(bytes(model.asset("config.json")))["model_type"], "llama")
            self.assertRaises(KeyError, lambda: model.asset("missing.json"))
            self.assertEqual(model.format, "safetensors")

    def test_arrays_of_numpy(self):
        with weighbridge.Model(GOLDEN / "numpy.safetensors") as model:
            for tensor in model:
                array = tensor.numpy()
                self.assertEqual(array.shape, tensor.shape)
                self.assertEqual(array.tobytes(), bytes(tensor.data))
                self.assertFalse(array.flags.writeable)
            self.assertEqual({t.numpy().dtype.name for t in model if t.dtype == "F64"}, {"float64"})
        with weighbridge.Model(GOLDEN / "dtypes.safetensors") as model:
            with self.assertRaisesRegex(TypeError, "numpy has no type for F4"):
                model["F4"].numpy()


class Verification(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.copy = Path(folder.name) / "copy"
        shutil.copytree(LLAMA, self.copy)

    def damage(self):
        shard = sorted(self.copy.glob("*.safetensors"))[0]
        with open(shard, "r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read(1)[0]
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last ^ 1]))
        return shard.name

    def test_a_report_says_what_matches(self):
        with weighbridge.Model(self.copy, context=weighbridge.Context(2)) as model:
            lines = [line for line in model.verify() if line.kind == "tensor"]
            self.assertEqual(len(lines), len(model))
            self.assertEqual({(line.outcome, line.source, line.covers) for line in lines}, {("match", "SHA256SUMS", True)})

    def test_a_mismatch_is_an_error_with_a_report(self):
        damaged = self.damage()
        with weighbridge.Model(self.copy) as model:
            with self.assertRaises(weighbridge.Error) as caught:
                model.verify()
            self.assertEqual(caught.exception.code, ffi.WB_ERR_MISMATCH)
            files = {line.subject: line.outcome for line in caught.exception.report if line.kind == "file"}
            self.assertEqual([name for name in files if files[name] == "mismatch"], [damaged])
            with self.assertRaises(weighbridge.Error):
                model.load()

    def test_bytes_are_refused_until_they_have_been_checked(self):
        with weighbridge.Model(self.copy, policy="required") as model:
            with self.assertRaises(weighbridge.Error) as caught:
                model[0].data
            self.assertEqual(caught.exception.name, "WB_ERR_UNVERIFIED")
            model.verify()
            self.assertEqual(len(model[0].data), model[0].nbytes)
        with self.assertRaisesRegex(ValueError, "the policy is 'all': expected one of if-present, required, none"):
            weighbridge.Model(self.copy, policy="all")

    def test_an_empty_manifest_of_the_caller_is_an_error(self):
        with self.assertRaises(weighbridge.Error) as caught:
            weighbridge.Model(self.copy, manifest=b"")
        self.assertIn("manifest", str(caught.exception))

    def test_a_manifest_of_the_caller_comes_first(self):
        sums = (self.copy / "SHA256SUMS").read_bytes()
        (self.copy / "SHA256SUMS").unlink()
        with weighbridge.Model(self.copy, policy="required", manifest=sums) as model:
            self.assertIn("match", {line.outcome for line in model.verify()})


class Errors(unittest.TestCase):
    def test_an_error_says_what_and_where(self):
        with self.assertRaises(weighbridge.Error) as caught:
            weighbridge.Model(GOLDEN / "missing")
        error = caught.exception
        self.assertEqual((error.code, error.name), (ffi.WB_ERR_NOT_FOUND, "WB_ERR_NOT_FOUND"))
        self.assertTrue(error.path.endswith("golden/missing"))
        self.assertTrue(str(error).startswith(f"{error.path}: "))
        self.assertIsNone(error.offset)

    def test_the_offset_of_what_is_wrong(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "broken.safetensors"
            path.write_bytes((9).to_bytes(8, "little") + b'{"a": ?}}')
            with self.assertRaises(weighbridge.Error) as caught:
                weighbridge.Model(path)
        self.assertEqual(caught.exception.name, "WB_ERR_FORMAT")
        self.assertGreaterEqual(caught.exception.offset, 8)

    def test_a_function_of_python_is_called_and_decides(self):
        answer, seen = ffi.WB_PROCEED, []

        def progress(user_data, progress):
            seen.append((user_data, progress.contents.struct_size))
            return answer

        callback = ffi.wb_progress_fn(progress)
        options = ffi.wb_open_options(ctypes.sizeof(ffi.wb_open_options), progress=callback, user_data=7)

        def open_raw():
            model = ctypes.POINTER(ffi.wb_model)()
            path = os.fsencode(LLAMA)
            code = weighbridge.lib.wb_model_open(None, path, len(path), options, ctypes.byref(model), None)
            weighbridge.lib.wb_model_release(model)
            return code

        self.assertEqual(open_raw(), ffi.WB_OK)
        self.assertEqual(set(seen), {(7, ctypes.sizeof(ffi.wb_progress))})
        answer = ffi.WB_STOP
        self.assertEqual(open_raw(), ffi.WB_ERR_CANCELLED)


class Lifetimes(unittest.TestCase):
    def test_what_has_been_closed_says_so(self):
        context = weighbridge.Context()
        model = weighbridge.Model(LLAMA, context=context)
        tensor, placement = model[0], model.load()
        placed = placement[0]
        for opened in (context, model, placement):
            opened.close()
            opened.close()
        uses = [
            lambda: len(model),
            lambda: model[0],
            lambda: tensor.data,
            lambda: model.verify(),
            lambda: model.load(),
            lambda: list(placement),
            lambda: placed.data,
            lambda: weighbridge.Model(LLAMA, context=context),
        ]
        for use in uses:
            with self.assertRaisesRegex(ValueError, "the (context|model|placement) is closed"):
                use()
        self.assertTrue(tensor.name and tensor.shape, "what is known of a tensor stays")

    def test_a_view_keeps_its_bytes(self):
        for read in (False, True):
            model = weighbridge.Model(LLAMA, read=read)
            placement = model.load()
            expected = [bytes(tensor.data) for tensor in model]
            views = [[tensor.data for tensor in tensors] for tensors in (model, placement)]
            arrays = [numpy.frombuffer(view, "u1") for view in views[0]]
            model.close()
            placement.close()
            del model, placement
            gc.collect()
            self.assertEqual([bytes(view) for view in views[0]], expected)
            self.assertEqual([bytes(view) for view in views[1]], expected)
            del views
            gc.collect()
            self.assertEqual([array.tobytes() for array in arrays], expected)

    def test_files_are_closed_with_the_last_view(self):
        def is_mapped():
            return "tiny-llama" in Path("/proc/self/maps").read_text()

        gc.collect()
        self.assertFalse(is_mapped())
        model = weighbridge.Model(LLAMA)
        view = model[0].data
        slice_of_it = view[8:16]
        model.close()
        del view
        gc.collect()
        self.assertTrue(is_mapped())
        del slice_of_it
        gc.collect()
        self.assertFalse(is_mapped())

    def test_bytes_cannot_be_written(self):
        with weighbridge.Model(LLAMA) as model:
            with self.assertRaises(TypeError):
                model[0].data[0] = 0

    def test_a_model_may_be_closed_while_others_use_it(self):
        model, failures, uses = weighbridge.Model(LLAMA), [], threading.Semaphore(0)

        def use():
            try:
                while True:
                    for tensor in model:
                        bytes(tensor.data)
                        uses.release()
            except ValueError:
                pass
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        self.assertTrue(all(uses.acquire(timeout=60) for _ in range(20)))
        model.close()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


class Package(unittest.TestCase):
    def test_the_examples_of_the_documentation_run(self):
        readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
        indented = "\n".join(line for line in weighbridge.__doc__.splitlines() if line.startswith("    "))
        for example in (readme.split("```python\n")[1].split("```")[0], indented):
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(textwrap.dedent(example).replace("path/to/checkpoint", str(LLAMA)), {})
            self.assertIn("lm_head.weight", output.getvalue())

    def test_the_version_is_that_of_the_library(self):
        self.assertEqual(weighbridge.__version__, weighbridge.lib.wb_version_string().decode())


if __name__ == "__main__":
    unittest.main()
