"""What every IR version brought."""

import numpy as np
from onnx import (
    DeviceConfigurationProto,
    NodeDeviceConfigurationProto,
    ShardingSpecProto,
    TensorAnnotation,
    TrainingInfoProto,
    TypeProto,
)

from ..build import (
    FLOAT,
    attr,
    branch,
    entry_list,
    function,
    model,
    node,
    sparse,
    tensor_type,
    typed,
    value,
)
from ..elements import as_raw, as_typed, random_bytes
from .shared import floats, longs

# IR version -> the default domain's newest version at its time.
OPSETS = {3: 8, 4: 9, 5: 10, 6: 11, 7: 14, 8: 18, 9: 20, 10: 22, 11: 23, 12: 24, 13: 27, 14: 28}


def versions():
    """One model for each IR version, with what that version brought."""
    as_inputs = [value("x"), value("w")]
    # An attribute needs no type there; the schema of any op that has one asks for it all the same.
    untyped = node("Affine", "s", "y", attr("alpha", "", f=2.0), attr("beta", "", f=0.0))
    old = node("Add", "x w", "s", attr("axis", i=0), attr("broadcast", i=1))
    yield "ir-01", model(1, (), inputs=as_inputs, nodes=[old, untyped])
    yield "ir-02", model(2, (), inputs=as_inputs, more={"producer_name": "p", "doc_string": "old"})
    told = {
        "producer_name": "weighbridge tests",
        "producer_version": "1",
        "domain": "org.example",
        "model_version": -3,
        "doc_string": "a model",
        "metadata_props": entry_list([("author", "nobody"), ("", "empty key"), ("empty", "")]),
    }
    yield "ir-03", model(3, newest(3), inputs=as_inputs, more=told)
    overridable = [floats("w", [1, 2]), floats("x", [0, 0])]
    yield "ir-04", model(4, newest(4), initializers=overridable)
    annotation = TensorAnnotation(
        tensor_name="y",
        quant_parameter_tensor_names=entry_list(
            [("SCALE_TENSOR", "w"), ("ZERO_POINT_TENSOR", "x")]
        ),
    )
    thin = sparse(floats("thin", [4]), longs([1]), [2])
    yield (
        "ir-05",
        model(
            5,
            newest(5),
            nodes=[node("Add", "x thin", "y")],
            sparse_initializer=[thin],
            quantization_annotation=[annotation],
        ),
    )
    sequence = TypeProto(sequence_type={"elem_type": tensor_type(FLOAT, None)})
    yield (
        "ir-06",
        model(
            6,
            newest(6),
            nodes=[node("SequenceConstruct", "x w", "y")],
            outputs=[typed("y", sequence)],
        ),
    )
    step = branch([node("Add", "w w", "w2")], [value("w2")], initializers=[floats("rate", [0.1])])
    training = TrainingInfoProto(
        initialization=branch([node("Identity", "w", "w0")], [value("w0")], name="start"),
        algorithm=step,
        initialization_binding=entry_list([("w", "w0")]),
        update_binding=entry_list([("w", "w2")]),
    )
    yield "ir-07", model(7, newest(7), more={"training_info": [training]})
    optional = TypeProto(optional_type={"elem_type": tensor_type()})
    twice = function("Twice", "a", "b", [node("Add", "a a", "b")], imports=(("", 18),))
    yield (
        "ir-08",
        model(
            8,
            (*newest(8), ("f", 1)),
            [twice],
            nodes=[node("Twice", "x", "t", domain="f"), node("Optional", "t", "y")],
            outputs=[typed("y", optional)],
            initializers=[],
        ),
    )
    for ir, name in ((9, "FLOAT8E4M3FNUZ"), (12, "FLOAT8E8M0"), (13, "INT2")):
        data = random_bytes(name, 5, np.random.default_rng(ir))
        yield f"ir-{ir:02}", cast_model(ir, name, as_raw("w", name, [5], data))
    four = as_typed("w", "UINT4", [5], b"\x21\x43\x05")
    four.metadata_props.extend(entry_list([("axis", "0")]))
    yield "ir-10", cast_model(10, "UINT4", four)
    device = DeviceConfigurationProto(name="pair", num_devices=2, device=["a", "b"])
    shard = ShardingSpecProto(tensor_name="w", device=[0, 1])
    placed = NodeDeviceConfigurationProto(
        configuration_id="pair", pipeline_stage=1, sharding_spec=[shard]
    )
    spread = cast_model(11, "FLOAT4E2M1", as_raw("w", "FLOAT4E2M1", [5], b"\x21\x43\x05"))
    spread.configuration.append(device)
    spread.graph.node[0].device_configurations.append(placed)
    yield "ir-11", spread
    opaque = TypeProto(opaque_type=TypeProto.Opaque(domain="custom", name="Thing"))
    six = as_raw("w", "FLOAT6E3M2", [5], random_bytes("FLOAT6E3M2", 5, np.random.default_rng(14)))
    yield (
        "ir-14",
        model(
            14,
            (*newest(14), ("custom", 1)),
            nodes=[node("Make", "w", "y", domain="custom")],
            inputs=[],
            outputs=[typed("y", opaque)],
            initializers=[six],
        ),
    )


def newest(ir):
    """The default domain at the version that came with an IR version."""
    return (("", OPSETS[ir]),)


def cast_model(ir, name, weight):
    """A model of one weight, which is cast to float."""
    cast = node("Cast", "w", "y", attr("to", i=FLOAT), metadata_props=entry_list([("scope", "/w")]))
    return model(
        ir,
        newest(ir),
        nodes=[cast],
        inputs=[],
        outputs=[value("y", FLOAT, [5])],
        initializers=[weight],
    )
