"""Writes the ONNX models that the peers are measured on, the same bytes each time:

    make_onnx.py DIR

    DIR/external/model.onnx   150 initializers, 1 GiB of external data
    DIR/inline/large.onnx     150 initializers of 21 MiB inside the file, 3 GiB together
    DIR/inline/small.onnx     the same with 21 KiB each
    DIR/nodes/model.onnx      100,000 nodes

The official tools write no file beyond 2 GiB, so the inline ones are joined by hand. Their weights are
holes in the file.
"""

import os
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

INITIALIZERS = 150


def graph(nodes, shape, initializers=()):
    """A graph of these nodes from `x` to the output of the last."""
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    return helper.make_graph(nodes, "main", [value("x")], [value(nodes[-1].output[0])], initializers)


def model(graph):
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def sum_of_weights():
    """One node for each initializer."""
    nodes = []
    for number in range(INITIALIZERS):
        previous = nodes[-1].output[0] if nodes else "x"
        nodes.append(helper.make_node("Add", [previous, f"w{number}"], [f"sum{number}"], name=f"add{number}"))
    return nodes


def write(path, *parts):
    """Writes the parts one after the other and waits for the disk. A number is a hole of so many bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        for part in parts:
            file.seek(part, os.SEEK_CUR) if isinstance(part, int) else file.write(part)
        file.truncate()
        os.fsync(file.fileno())


def external(path):
    shape = [1024, 1748]
    size = 4 * shape[0] * shape[1]
    initializers = []
    for number in range(INITIALIZERS):
        tensor = TensorProto(name=f"w{number}", data_type=TensorProto.FLOAT, dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", "model.data"), ("offset", number * size), ("length", size)):
            tensor.external_data.add(key=key, value=str(value))
        initializers.append(tensor)
    random = np.random.default_rng(0)
    write(path.with_name("model.data"), *(random.bytes(size) for _ in initializers))
    write(path, model(graph(sum_of_weights(), shape, initializers)).SerializeToString())


def varint(number):
    head = bytearray()
    while number > 127:
        head.append(number & 127 | 128)
        number >>= 7
    return bytes([*head, number])


def field(number, size):
    """The head of a field of so many bytes."""
    return varint(number << 3 | 2) + varint(size)


def inline(path, size):
    """A model whose initializers have `size` bytes each in raw_data: a hole, and one byte after it."""
    shape = [size // 4]
    graph_number, initializer_number, raw_data_number = 7, 5, 9
    whole = model(graph(sum_of_weights(), shape))
    parts = [whole.graph.SerializeToString()]
    for number in range(INITIALIZERS):
        tensor = TensorProto(name=f"w{number}", data_type=TensorProto.FLOAT, dims=shape)
        head = tensor.SerializeToString() + field(raw_data_number, size)
        parts += [field(initializer_number, len(head) + size) + head, size - 1, b"\0"]
    length = sum(part if isinstance(part, int) else len(part) for part in parts)
    whole.ClearField("graph")
    write(path, whole.SerializeToString(), field(graph_number, length), *parts)


def nodes(path):
    """A graph with the names and the operators of an exported transformer."""
    made = []
    for number in range(100_000):
        previous = made[-1].output[0] if made else "x"
        name = f"/model/layers.{number // 50}/self_attn/op_{number}"
        op, inputs, attributes = [
            ("MatMul", [previous, f"w{number % INITIALIZERS}"], {}),
            ("Add", [previous, "x"], {}),
            ("Transpose", [previous], {"perm": [0, 1]}),
            ("Softmax", [previous], {"axis": -1}),
            ("Mul", [previous, "x"], {}),
        ][number % 5]
        made.append(helper.make_node(op, inputs, [f"{name}_output_0"], name=name, **attributes))
    zeros = bytes(64)
    initializers = [helper.make_tensor(f"w{number}", TensorProto.FLOAT, [4, 4], zeros, raw=True)
                    for number in range(INITIALIZERS)]
    write(path, model(graph(made, [4, 4], initializers)).SerializeToString())


if __name__ == "__main__":
    directory = Path(sys.argv[1])
    external(directory / "external/model.onnx")
    inline(directory / "inline/large.onnx", 21 << 20)
    inline(directory / "inline/small.onnx", 21 << 10)
    nodes(directory / "nodes/model.onnx")
