"""What the makers share: a small model, and how a set is kept."""

import json
import shutil
import struct
import tempfile
from pathlib import Path

import tokenizers
import torch
import transformers
from safetensors.torch import save_file

transformers.utils.logging.disable_progress_bar()

# The folder of the sets; make.py sets it.
GOLDEN = None

# What no overview looks at.
UNUSED = {"model.safetensors.index.json", "generation_config.json", ".gitattributes"}


def llama(**changes):
    """A Llama of one layer in bfloat16, whose head has weights of its own."""
    config = transformers.LlamaConfig(
        vocab_size=256,
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=1,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        **changes,
    )
    torch.manual_seed(1)
    model = transformers.LlamaForCausalLM(config).to(torch.bfloat16)
    config.architectures = ["LlamaForCausalLM"]  # as from_pretrained leaves it
    return model


def linears(model):
    """The layers that quantizers replace, by name: all but the head."""
    layers = model.named_modules()
    return {n: m for n, m in layers if isinstance(m, torch.nn.Linear) and n != "lm_head"}


def parameters(model):
    """How many weights torch counts: what is shared once, buffers not at all."""
    return sum(parameter.numel() for parameter in model.parameters())


def tokenizer(folder):
    """Puts a small tokenizer into a folder, as transformers writes it."""
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({"<unk>": 0, "a": 1}, "<unk>"))
    transformers.PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<unk>").save_pretrained(
        folder
    )


def scratch():
    """An empty folder that is thrown away."""
    return tempfile.TemporaryDirectory()


def save_state(folder, tensors, metadata=None):
    """Writes tensors as a library does that has no writer of its own."""
    tensors = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
    save_file(tensors, Path(folder) / "model.safetensors", metadata=metadata or {"format": "pt"})


def save_json(folder, name, content):
    """Writes one of the files beside the weights."""
    (Path(folder) / name).write_text(json.dumps(content, indent=2) + "\n")


def config_of(model, quantization=None):
    """The config.json of a model, with what a quantizer adds."""
    config = json.loads(model.config.to_json_string())
    return config if quantization is None else {**config, "quantization_config": quantization}


def expected_of(model, quantization=None):
    """What transformers and torch know of a model: of the original, not of the quantized one."""
    config = model.config
    expected = {"parameters": parameters(model), "architecture": type(model).__name__}
    expected["context_length"] = getattr(config, "max_position_embeddings", None)
    expected["quantization"] = quantization
    return expected


def method(name, bits, group_size=None):
    """How a model is quantized."""
    return {"method": name, "bits": bits, "group_size": group_size}


def keep(name, made, expected):
    """Keeps a set: the header of its one file of weights, the files beside it, what is expected."""
    made, kept = Path(made), GOLDEN / name
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    [weights] = made.glob("*.safetensors")
    header = weights.read_bytes()
    header = json.loads(header[8 : 8 + struct.unpack("<Q", header[:8])[0]])
    if "__metadata__" in header:  # its order is random
        header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    (GOLDEN / f"{name}.header.json").write_text(lines_of(header))
    for file in sorted(made.iterdir()):
        if file.is_file() and file != weights and file.name not in UNUSED:
            shutil.copyfile(file, kept / file.name)
    expected = {"file": weights.name, **expected}
    (GOLDEN / f"{name}.expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def lines_of(header):
    """A header with one line for each tensor."""
    lines = (f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in header.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"
