"""The models that are kept: small ones, written by the package of their format."""

import json

import numpy as np
import safetensors.numpy

SHARDS = "model-0000{}-of-00002.safetensors"


def language_model(seed=0):
    """Two shards with their index, a configuration, and an adapter in a folder."""
    config = {"architectures": ["TinyForCausalLM"], "hidden_size": 8, "model_type": "tiny"}
    files = {"README.md": b"---\nlicense: mit\n---\n# Tiny\n", "config.json": as_json(config)}
    return files | sharded(seed) | adapter()


def sharded(seed):
    """Two shards and their index. A seed changes the second shard alone, as a fine-tuning might."""
    shards = [
        {
            "embed.weight": numbers(0, [6, 8], np.float16),
            "layers.0.weight": numbers(1, [8, 8], np.float32),
        },
        {
            "head.bias": numbers(seed + 2, [8], np.float32),
            "head.weight": numbers(seed + 3, [8, 8], np.float16),
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


def adapter():
    """A low-rank change of one layer."""
    tensors = {
        "layers.0.lora_A": numbers(4, [2, 8], np.float32),
        "layers.0.lora_B": numbers(5, [8, 2], np.float32),
    }
    return {
        "adapter/adapter_config.json": as_json({"peft_type": "LORA", "r": 2}),
        "adapter/adapter_model.safetensors": safetensors.numpy.save(tensors, {"format": "pt"}),
    }


def numbers(seed, shape, dtype):
    """Random multiples of 1/256 below 1 in size, which every type of floats has."""
    return (np.random.default_rng(seed).integers(-255, 256, shape) / 256).astype(dtype)


def as_json(value):
    """A JSON file as `save_pretrained` writes it."""
    return (json.dumps(value, indent=2) + "\n").encode()
