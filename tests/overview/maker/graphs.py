"""Models of ONNX that torch exports and onnxruntime quantizes."""

import json

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.matmul_nbits_quantizer import (
    DefaultWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
)

from . import common
from .common import method, parameters, scratch


class Network(torch.nn.Module):
    """A little of what networks are made of."""

    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(16, 32)
        self.conv = torch.nn.Conv1d(32, 32, 3, padding=1)
        self.norm = torch.nn.LayerNorm(32)
        self.hidden = torch.nn.Linear(32, 48)
        self.out = torch.nn.Linear(48, 10)

    def forward(self, ids):
        x = self.embed(ids).transpose(1, 2)
        x = torch.relu(self.conv(x)).transpose(1, 2)
        x = torch.nn.functional.gelu(self.hidden(self.norm(x)))
        return self.out(x.mean(1))


class Samples(CalibrationDataReader):
    """What static quantization is calibrated with."""

    def __init__(self):
        self.samples = iter([{"ids": np.arange(8).reshape(1, 8)}] * 2)

    def get_next(self):
        return next(self.samples, None)


def export(path):
    """Exports the network; returns how many weights torch counts in it."""
    torch.manual_seed(2)
    network = Network().eval()
    example = (torch.zeros(1, 8, dtype=torch.int64),)
    torch.onnx.export(
        network, example, path, input_names=["ids"], output_names=["scores"],
        dynamo=True, external_data=False, verbose=False,
    )  # fmt: skip
    return parameters(network)


def expect(name, expected):
    """Writes the expectations of a model."""
    (common.GOLDEN / f"{name}.expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def keep(name, path, count, quantization):
    """Keeps a model without what tells about the machine that made it."""
    model = onnx.load(path)
    del (
        model.metadata_props[:],
        model.functions[:],
        model.graph.metadata_props[:],
        model.graph.value_info[:],
    )
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    common.GOLDEN.mkdir(exist_ok=True)
    onnx.save(model, common.GOLDEN / f"{name}.onnx")
    expect(name, {"parameters": count, "architecture": None, "quantization": quantization})


def by_bits(path, made, bits, form, operators):
    """Quantizes matrices, and perhaps tables, in blocks of 16 weights."""
    config = DefaultWeightOnlyQuantConfig(
        block_size=16, is_symmetric=False, bits=bits, quant_format=form,
        op_types_to_quantize=operators,
    )  # fmt: skip
    quantizer = MatMulNBitsQuantizer(onnx.load(path), algo_config=config)
    quantizer.process()
    onnx.save(quantizer.model.model, made)


def make_onnx():
    """The network, and every form in which onnxruntime quantizes it."""
    with scratch() as folder:
        plain, made = f"{folder}/plain.onnx", f"{folder}/made.onnx"
        count = export(plain)
        keep("onnx-plain", plain, count, None)
        quantize_dynamic(plain, made)
        keep("onnx-dynamic", made, count, method("onnx", 8))
        quantize_dynamic(plain, made, per_channel=True, weight_type=QuantType.QUInt8)
        keep("onnx-dynamic-channels", made, count, method("onnx", 8))
        for name, form in [("qdq", QuantFormat.QDQ), ("operators", QuantFormat.QOperator)]:
            quantize_static(plain, made, Samples(), quant_format=form, per_channel=True)
            keep(f"onnx-{name}", made, count, method("onnx", 8))
        for name, bits, form, operators in [
            ("4-bits", 4, QuantFormat.QOperator, ("MatMul", "Gather")),
            ("8-bits", 8, QuantFormat.QOperator, ("MatMul",)),
            ("4-bits-qdq", 4, QuantFormat.QDQ, ("MatMul",)),
        ]:
            by_bits(plain, made, bits, form, operators)
            keep(f"onnx-{name}", made, count, method("onnx", bits, 16))


def constant(name, array):
    """A node that makes a tensor."""
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array, name))


def make_onnx_nested():
    """Weights in constants, and quantized ones that a subgraph takes from the graph around it."""
    plain, inner = np.ones((4, 6), np.float32), np.ones((6, 5), np.float32)
    packed = np.zeros((6, 5), np.uint8)
    stored = ["packed", "scales", "zeros"]
    branches = {
        "then_branch": helper.make_graph(
            [
                helper.make_node("DequantizeLinear", stored, ["table"], axis=1),
                helper.make_node("MatMul", ["hidden", "table"], ["a"]),
            ],
            "then", [], [helper.make_tensor_value_info("a", onnx.TensorProto.FLOAT, [1, 5])],
        ),
        "else_branch": helper.make_graph(
            [helper.make_node("MatMul", ["hidden", "inner"], ["b"])],
            "else", [], [helper.make_tensor_value_info("b", onnx.TensorProto.FLOAT, [1, 5])],
            [numpy_helper.from_array(inner, "inner")],
        ),
    }  # fmt: skip
    nodes = [
        constant("plain", plain),
        constant("half", np.array(0.5, np.float32)),
        constant("shape", np.array([1, 6], np.int64)),
        constant("scales", np.ones(5, np.float32)),
        helper.make_node("MatMul", ["x", "plain"], ["product"]),
        helper.make_node("Mul", ["product", "half"], ["scaled"]),
        helper.make_node("Reshape", ["scaled", "shape"], ["hidden"]),
        helper.make_node("If", ["flag"], ["y"], **branches),
    ]
    initializers = {"packed": packed, "zeros": np.zeros(5, np.uint8)}
    graph = helper.make_graph(
        nodes, "nested",
        [
            helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 4]),
            helper.make_tensor_value_info("flag", onnx.TensorProto.BOOL, []),
        ],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 5])],
        [numpy_helper.from_array(array, name) for name, array in initializers.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    helper.set_model_props(model, {"names": "{0: 'cat', 1: \"driver's dog\"}", "license": "MIT"})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, common.GOLDEN / "onnx-nested.onnx")
    count = sum(array.size for array in (plain, inner, packed))
    known = {"labels": 2, "first_labels": ["cat", "driver's dog"], "licence": "MIT"}
    expect("onnx-nested", {"parameters": count, "quantization": method("onnx", 8), **known})


def make_onnx_classifier():
    """A classifier of classic machine learning, whose coefficients are attributes."""
    labels = ["setosa", "versicolor", "virginica", "other"]
    node = helper.make_node(
        "LinearClassifier", ["x"], ["label", "scores"], domain="ai.onnx.ml",
        coefficients=[0.5] * 8, intercepts=[0.0] * 4, classlabels_strings=labels,
    )  # fmt: skip
    graph = helper.make_graph(
        [node], "classifier", [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 2])],
        [
            helper.make_tensor_value_info("label", onnx.TensorProto.STRING, [1]),
            helper.make_tensor_value_info("scores", onnx.TensorProto.FLOAT, [1, 4]),
        ],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("ai.onnx.ml", 3)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, common.GOLDEN / "onnx-classifier.onnx")
    known = {"labels": len(labels), "first_labels": labels[:3]}
    expect("onnx-classifier", {"parameters": 0, "quantization": None, **known})
