"""Models that a library quantizes and saves by itself."""

import json
from pathlib import Path

import mlx_lm
import modelopt.torch.quantization as mtq
import torch
import transformers
from compressed_tensors.compressors import ModelCompressor
from compressed_tensors.quantization import (
    QuantizationConfig,
    apply_quantization_config,
    preset_name_to_scheme,
)
from hqq.core.quantize import BaseQuantizeConfig
from hqq.models.hf.base import AutoHQQHFModel
from modelopt.torch.export import export_hf_checkpoint
from optimum.quanto import QuantizedModelForCausalLM, qint2, qint4, qint8
from torchao.quantization import Int8WeightOnlyConfig, IntxWeightOnlyConfig
from torchao.quantization.granularity import PerGroup

from .common import expected_of, keep, llama, method, scratch, tokenizer


def by_transformers(name, config, expected):
    """Quantizes what transformers loads, and saves it."""
    with scratch() as plain, scratch() as folder:
        original = llama()
        original.save_pretrained(plain)
        model = transformers.AutoModelForCausalLM.from_pretrained(
            plain, quantization_config=config, dtype=torch.bfloat16, device_map="cpu"
        )
        model.save_pretrained(folder)
        assert model.num_parameters() == original.num_parameters()
        keep(name, folder, expected_of(original, expected))


def make_bnb_nf4():
    """bitsandbytes, 4 bits, with the scales quantized as well."""
    config = transformers.BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True
    )
    by_transformers("bnb-nf4", config, method("bitsandbytes", 4))


def make_bnb_fp4():
    """The same, with the 4 bits kept in elements of bfloat16."""
    config = transformers.BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="fp4", bnb_4bit_quant_storage=torch.bfloat16
    )
    by_transformers("bnb-fp4", config, method("bitsandbytes", 4))


def make_bnb_int8():
    """bitsandbytes, 8 bits."""
    config = transformers.BitsAndBytesConfig(load_in_8bit=True)
    by_transformers("bnb-int8", config, method("bitsandbytes", 8))


def make_torchao_int8():
    """torchao, one byte for each weight."""
    config = transformers.TorchAoConfig(Int8WeightOnlyConfig())
    by_transformers("torchao-int8", config, method("torchao", 8))


def make_torchao_intx():
    """torchao, 4 bits for each weight, of which each has a byte of its own."""
    config = IntxWeightOnlyConfig(weight_dtype=torch.int4, granularity=PerGroup(32))
    by_transformers("torchao-intx", transformers.TorchAoConfig(config), method("torchao", 4, 32))


def by_compressed_tensors(name, groups, expected):
    """Compresses as llm-compressor does, without calibration: the contents do not matter here."""
    with scratch() as folder:
        original, model = llama(), llama()
        schemes = {
            f"group_{number}": preset_name_to_scheme(preset, targets)
            for number, (preset, targets) in enumerate(groups)
        }
        config = QuantizationConfig(
            config_groups=schemes, ignore=["lm_head"], quantization_status="frozen"
        )
        apply_quantization_config(model, config)
        compressor = ModelCompressor.from_pretrained_model(model)
        compressor.compress_model(model)
        model.save_pretrained(folder)
        compressor.update_config(folder)
        keep(name, folder, expected_of(original, expected))


def make_compressed_tensors():
    """Presets of compressed-tensors that differ in what they store."""
    presets = {
        "W4A16": (4, 128),
        "W4A16_ASYM": (4, 128),
        "W8A8": (8, None),
        "FP8": (8, None),
        "FP8_BLOCK": (8, None),
        "NVFP4": (4, 16),
        "MXFP4": (4, 32),
    }
    for preset, (bits, group_size) in presets.items():
        name = "ct-" + preset.lower().replace("_", "-")
        stated = method("compressed-tensors", bits, group_size)
        by_compressed_tensors(name, [(preset, ["Linear"])], stated)


def make_compressed_tensors_mixed():
    """Layers of 8 bits beside layers of 4, the one by channels and the other in groups."""
    groups = [("W4A16", ["re:.*self_attn.*"]), ("W8A16", ["re:.*mlp.*"])]
    by_compressed_tensors("ct-mixed", groups, method("compressed-tensors", 4, 128))


def make_modelopt():
    """TensorRT Model Optimizer, as it exports for servers."""
    for name, config, bits, group_size in [
        ("nvfp4", mtq.NVFP4_DEFAULT_CFG, 4, 16),
        ("fp8", mtq.FP8_DEFAULT_CFG, 8, None),
    ]:
        with scratch() as folder:
            original, model = llama(), llama()
            ids = torch.arange(16).reshape(1, 16)
            model = mtq.quantize(model, config, forward_loop=lambda model: model(ids))
            export_hf_checkpoint(model, export_dir=folder)
            stated = method("modelopt", bits, group_size)
            keep(f"modelopt-{name}", folder, expected_of(original, stated))


def make_hqq():
    """HQQ as its own library saves it: no file says how it was quantized."""
    with scratch() as folder:
        original, model = llama(), llama()
        config = BaseQuantizeConfig(nbits=4, group_size=64)
        AutoHQQHFModel.quantize_model(
            model, quant_config=config, compute_dtype=torch.bfloat16, device="cpu"
        )
        AutoHQQHFModel.save_to_safetensors(model, folder)
        keep("hqq", folder, expected_of(original, method("hqq", 4)))


def make_quanto():
    """Quanto: several weights in a byte, or one."""
    for name, weights, bits in [("int2", qint2, 2), ("int4", qint4, 4), ("int8", qint8, 8)]:
        with scratch() as plain, scratch() as folder:
            original = llama()
            original.save_pretrained(plain)
            model = transformers.AutoModelForCausalLM.from_pretrained(plain)
            QuantizedModelForCausalLM.quantize(model, weights=weights).save_pretrained(folder)
            keep(f"quanto-{name}", folder, expected_of(original, method("quanto", bits)))


def make_mlx():
    """MLX: 4 bits, 3 and 6 bits by layer, and the two formats of floats."""
    for name, bits, group_size, options in [
        ("q4", 4, 64, {}),
        ("mixed", 4, 64, {"quant_predicate": "mixed_3_6"}),
        ("mxfp4", 4, 32, {"q_mode": "mxfp4"}),
    ]:
        with scratch() as plain, scratch() as folder:
            original = llama()
            original.save_pretrained(plain)
            tokenizer(plain)
            made = Path(folder) / "made"
            mlx_lm.convert(plain, str(made), quantize=True, **options)
            stated = json.loads((made / "config.json").read_text())["quantization"]
            assert (stated["bits"], stated["group_size"]) == (bits, group_size)
            (made / "README.md").unlink()
            keep(f"mlx-{name}", made, expected_of(original, method("mlx", bits, group_size)))
