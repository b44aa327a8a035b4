"""Models whose quantized layers are made here one by one, from the classes of the libraries.

The libraries need a GPU or data for calibration to do it by themselves. Names and shapes of the
layers, and the files beside the weights, are what they write.
"""

import importlib
import importlib.util
import sys
import types
from pathlib import Path

import torch
import transformers
from torchao.prototype.safetensors.safetensors_support import flatten_tensor_state_dict
from torchao.quantization import Int4WeightOnlyConfig
from torchao.quantization.quantize_.workflows.int4.int4_tensor import Int4Tensor
from transformers.integrations.finegrained_fp8 import replace_with_fp8_linear

from .common import (
    config_of,
    expected_of,
    keep,
    linears,
    llama,
    method,
    save_json,
    save_state,
    scratch,
)


def without_init(name):
    """A module without the `__init__` of its packages, which need an old transformers."""
    first, *parts = name.split(".")[:-1]
    if first not in sys.modules:
        path, package = Path(importlib.util.find_spec(first).origin).parent, first
        for part in ("", *parts):
            path = path / part
            package = f"{package}.{part}" if part else package
            sys.modules[package] = types.ModuleType(package)
            sys.modules[package].__path__ = [str(path)]
    return importlib.import_module(name)


def with_layers(model, layer_of):
    """The tensors of a model whose linear layers are replaced by others."""
    tensors = dict(model.state_dict())
    for name, linear in linears(model).items():
        del tensors[f"{name}.weight"]
        tensors |= {f"{name}.{key}": value for key, value in layer_of(linear).state_dict().items()}
    return tensors


def gptq_layer(bits):
    """A layer of AutoGPTQ for a plain one."""
    layer = without_init("auto_gptq.nn_modules.qlinear.qlinear_cuda_old").QuantLinear
    return lambda plain: layer(bits, 128, plain.in_features, plain.out_features, False)


def make_gptq():
    """GPTQ of 4 bits, as config.json says, and of 3, as only quantize_config.json says."""
    model = llama()
    stated = transformers.GPTQConfig(bits=4, group_size=128).to_dict()
    with scratch() as folder:
        save_state(folder, with_layers(model, gptq_layer(4)))
        save_json(folder, "config.json", config_of(model, stated))
        keep("gptq-4", folder, expected_of(model, method("gptq", 4, 128)))
    with scratch() as folder:
        save_state(folder, with_layers(model, gptq_layer(3)))
        save_json(folder, "config.json", config_of(model))
        old = {"bits": 3, "group_size": 128, "damp_percent": 0.01, "desc_act": False, "sym": True}
        save_json(folder, "quantize_config.json", old)
        keep("gptq-3", folder, expected_of(model, method("gptq", 3, 128)))


def make_awq():
    """AWQ, as config.json says, and as only quant_config.json says."""
    layer = without_init("awq.modules.linear.gemm").WQLinear_GEMM
    model = llama()
    tensors = with_layers(model, lambda plain: layer.from_linear(plain, 4, 128, init_only=True))
    stated = transformers.AwqConfig(bits=4, group_size=128, zero_point=True).to_dict()
    old = {"zero_point": True, "q_group_size": 128, "w_bit": 4, "version": "GEMM"}
    for name, config, more in [("awq", stated, {}), ("awq-old", None, {"quant_config.json": old})]:
        with scratch() as folder:
            save_state(folder, tensors)
            save_json(folder, "config.json", config_of(model, config))
            for file, content in more.items():
                save_json(folder, file, content)
            keep(name, folder, expected_of(model, method("awq", 4, 128)))


def make_fp8():
    """FP8 with a scale for each block of 128 by 128, as DeepSeek publishes its models."""
    config = transformers.FineGrainedFP8Config()
    original, model = llama(), llama()
    with torch.device("meta"):
        model = replace_with_fp8_linear(
            model, quantization_config=config, modules_to_not_convert=["lm_head"]
        )
    tensors = {name: torch.empty_like(t, device="cpu") for name, t in model.state_dict().items()}
    with scratch() as folder:
        save_state(folder, tensors)
        save_json(folder, "config.json", config_of(original, config.to_dict()))
        keep("fp8", folder, expected_of(original, method("fp8", 8)))


def make_mxfp4():
    """Experts in MXFP4 as in gpt-oss: blocks of 32 weights in 16 bytes, and their scales."""
    config = transformers.GptOssConfig(
        num_hidden_layers=1, num_local_experts=4, vocab_size=64, hidden_size=64,
        intermediate_size=64, head_dim=16, num_attention_heads=4, num_key_value_heads=2,
        num_experts_per_tok=2, max_position_embeddings=512, architectures=["GptOssForCausalLM"],
    )  # fmt: skip
    model = transformers.GptOssForCausalLM(config)
    tensors = dict(model.state_dict())
    for name in [name for name in tensors if name.endswith(("gate_up_proj", "down_proj"))]:
        experts, inputs, outputs = tensors.pop(name).shape
        tensors[f"{name}_blocks"] = torch.zeros(
            experts, outputs, inputs // 32, 16, dtype=torch.uint8
        )
        tensors[f"{name}_scales"] = torch.zeros(experts, outputs, inputs // 32, dtype=torch.uint8)
    with scratch() as folder:
        save_state(folder, tensors)
        save_json(folder, "config.json", config_of(model, transformers.Mxfp4Config().to_dict()))
        keep("mxfp4", folder, expected_of(model, method("mxfp4", 4)))


def make_torchao_int4():
    """torchao, two weights in a byte, which has the same type as a byte with one weight."""
    model = llama()
    tensors = dict(model.state_dict())
    for name, linear in linears(model).items():
        outputs, inputs = linear.weight.shape
        scales = torch.ones(inputs // 128, outputs, dtype=torch.bfloat16)
        packed = torch.zeros(outputs, inputs // 2, dtype=torch.int8)
        tensors[f"{name}.weight"] = Int4Tensor(
            packed, scales, scales, [1, 128], linear.weight.shape
        )
    tensors, metadata = flatten_tensor_state_dict(tensors)
    config = transformers.TorchAoConfig(Int4WeightOnlyConfig(group_size=128))
    with scratch() as folder:
        save_state(folder, tensors, {"format": "pt", **metadata})
        save_json(folder, "config.json", config_of(model, config.to_dict()))
        keep("torchao-int4", folder, expected_of(model, method("torchao", 4, 128)))
