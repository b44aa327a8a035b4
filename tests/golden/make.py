#!/usr/bin/env python3
"""Writes the golden safetensors files beside this script, or into the folder given as argument.

Weighbridge's own code takes no part: other programs write every file, and each NAME.expected.json
is made with `safetensors.deserialize`, `safetensors.safe_open` and the raw header. What is random
comes from fixed seeds, as integers, so that the bytes do not depend on the processor.
"""

import hashlib
import json
import os
import shutil
import struct
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # must be set before the imports: nothing here needs a network
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import safetensors.numpy
import safetensors.torch
import tokenizers
import torch
import transformers
from huggingface_hub import save_torch_state_dict, split_torch_state_dict_into_shards
from safetensors import TensorSpec, deserialize, safe_open, serialize_file

# safetensors dtype -> (the Python writer's word for it, bits per element). The writer has no word
# for the two F6 dtypes: see make_dtypes.
DTYPES = {
    "BOOL": ("bool", 8),
    "F4": ("float4_e2m1fn_x2", 4),
    "F6_E2M3": (None, 6),
    "F6_E3M2": (None, 6),
    "U8": ("uint8", 8),
    "I8": ("int8", 8),
    "F8_E5M2": ("float8_e5m2", 8),
    "F8_E4M3": ("float8_e4m3fn", 8),
    "F8_E8M0": ("float8_e8m0fnu", 8),
    "F8_E4M3FNUZ": ("float8_e4m3fnuz", 8),
    "F8_E5M2FNUZ": ("float8_e5m2fnuz", 8),
    "I16": ("int16", 16),
    "U16": ("uint16", 16),
    "F16": ("float16", 16),
    "BF16": ("bfloat16", 16),
    "I32": ("int32", 32),
    "U32": ("uint32", 32),
    "F32": ("float32", 32),
    "C64": ("complex64", 64),
    "F64": ("float64", 64),
    "I64": ("int64", 64),
    "U64": ("uint64", 64),
}

# What the tiny tokenizer is trained on.
CORPUS = [
    "A weighbridge is a scale set into the road. A lorry drives on, and its weight is read.",
    "It drives off with the load, comes back empty, and is weighed again.",
    "The difference between the two weights is the load, and both are written on a ticket.",
    "The driver signs the ticket, the clerk stamps it, and the gate goes up.",
    "Ein Lastwagen fährt auf die Brücke und wird gewogen; le camion est pesé à vide.",
    "0123456789 kg, 12 t, 40 t: read the number, write the number, check the number.",
]


# --- the sets ------------------------------------------------------------------------------------


def make_tiny_llama(out):
    """A model folder as transformers saves it: bfloat16, grouped-query attention, 4 shards."""
    folder = fresh(out / "tiny-llama")
    config = transformers.LlamaConfig(
        vocab_size=512,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
    )
    model = transformers.LlamaForCausalLM(config).to(torch.bfloat16)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(numbers(generator, parameter.shape, torch.bfloat16))
    model.save_pretrained(folder, max_shard_size="120KB")
    tiny_tokenizer().save_pretrained(folder)

    files = sorted(path.name for path in folder.iterdir())
    assert sum(name.endswith(".safetensors") for name in files) == 4, files
    sums = "".join(f"{sha256((folder / name).read_bytes())}  {name}\n" for name in files)
    (folder / "SHA256SUMS").write_text(sums)
    expect_folder(folder, "model.safetensors.index.json")


def make_dtypes(out):
    """One tensor, named after its dtype, of each of the 22 dtypes.

    F4 is handed over in the writer's shape, [2, 2] bytes, and the header says [2, 4]. The F6 ones
    are written as U8 and then renamed in the header. Their stand-in names sort after "U8", which
    puts their bytes where the Rust writer, which does know F6, puts them.
    """
    path = out / "dtypes.safetensors"
    rng = np.random.default_rng(2)
    placeholders = {"V1": "F6_E3M2", "V2": "F6_E2M3"}
    stand_in = {dtype: name for name, dtype in placeholders.items()}
    specs, keep_alive = {}, []
    for dtype, (word, bits) in DTYPES.items():
        high = 2 if dtype == "BOOL" else 256  # a BOOL byte is 0 or 1
        data = rng.integers(0, high, size=bits, dtype=np.uint8)  # 8 elements
        keep_alive.append(data)
        if word is None:
            name, word, shape = stand_in[dtype], "uint8", [len(data)]
        else:
            name, shape = dtype, [2, 2] if dtype == "F4" else [2, 4]
        specs[name] = TensorSpec(
            dtype=word, shape=shape, data_ptr=data.ctypes.data, data_len=data.nbytes
        )
    serialize_file(specs, path)

    header, data = split_file(path)
    renamed = {}
    for name, entry in header.items():
        if name in placeholders:
            name = placeholders[name]
            entry = {**entry, "dtype": name, "shape": [2, 4]}
        renamed[name] = entry
    write_file(path, compact(renamed), data)
    assert {name: entry["dtype"] for name, entry in renamed.items()} == {d: d for d in DTYPES}
    expect_file(path)


def make_edge(out):
    """Odd shapes and odd names, written by safetensors.torch."""
    path = out / "edge.safetensors"
    names = [
        "a name with spaces",
        'double " and single \' quotes',
        "back\\slash/and slash",
        "emoji 🚚⚖️",
        "ünïcödé 重量",
        "caf\u00e9",  # composed
        "cafe\u0301",  # decomposed: looks the same, is another name
        "escaped \x01 \x1f control",
        "tab\tand\nnewline",
        "delete \x7f, never escaped",
        "",
        " ",
        "\u00a0",  # no-break space
        "\u200b",  # zero-width space
        "long." + "n" * 995,
    ]
    tensors = {name: torch.tensor([i, i + 1], dtype=torch.int16) for i, name in enumerate(names)}
    tensors["scalar"] = torch.tensor(3.5)
    tensors["empty.1d"] = torch.empty(0, dtype=torch.float64)
    tensors["empty.3d"] = torch.empty(3, 0, 2, dtype=torch.uint8)
    tensors["one"] = torch.tensor([42], dtype=torch.int64)
    grid = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    tensors["transposed"] = grid.t().contiguous()  # the writer refuses it without contiguous()
    tensors["strided"] = grid[::2, 1::2].contiguous()
    metadata = {
        "format": "pt",
        "größe": "重量 🚚",
        "escapes": 'quote " backslash \\ tab \t newline \n control \x02 slash /',
        "empty value": "",
        "": "empty key",
    }
    safetensors.torch.save_file(tensors, path, metadata=metadata)
    sort_metadata(path)
    expect_file(path)


def make_numpy(out):
    """The numpy types that safetensors.numpy takes, each with the ends of its range."""
    path = out / "numpy.safetensors"
    tensors = {"bool": np.array([True, False, True])}
    for width in (8, 16, 32, 64):
        for dtype in (f"int{width}", f"uint{width}"):
            ends = np.iinfo(dtype)
            tensors[dtype] = np.array([[ends.min, 1], [2, ends.max]], dtype=dtype)
    for dtype in ("float16", "float32", "float64"):
        ends = np.finfo(dtype)
        tensors[dtype] = np.array([ends.min, -0.0, ends.tiny, ends.max, np.inf], dtype=dtype)
    tensors["complex64"] = np.array([1 + 2j, -3.5j], dtype="complex64")
    tensors["scalar"] = np.array(-1.25, dtype="float32")
    tensors["from big endian"] = np.arange(6, dtype=">i4").reshape(2, 3)
    safetensors.numpy.save_file(tensors, path)
    expect_file(path)


def make_metadata(out):
    """A rich `__metadata__`: model card fields, JSON kept in a string, a long value."""
    path = out / "metadata.safetensors"
    metadata = {
        "format": "pt",
        "modelspec.architecture": "tiny/none",
        "modelspec.description": "Zeile eins\nZeile zwei\tmit Tabulator — “typographic” quotes",
        "modelspec.license": "none needed",
        "modelspec.title": "Weighbridge golden file",
        "ss_tag_frequency": json.dumps({"train": {"truck": 3, "scale, \"old\"": 1}}),
        "weight": "a metadata key that is also the name of a tensor",
        "number as text": "1e400",
        "long": "0123456789" * 500,
    }
    tensors = {"weight": torch.arange(6.0).reshape(2, 3)}
    safetensors.torch.save_file(tensors, path, metadata=metadata)
    sort_metadata(path)
    expect_file(path)


def make_empty(out):
    """A file without any tensor."""
    path = out / "empty.safetensors"
    safetensors.torch.save_file({}, path)
    expect_file(path)


def make_old_writer(out):
    """What writers before 0.3 made: header not padded, tensors not ordered by dtype size.

    Built by hand with struct and json, whose separators and surrogate-pair escapes differ from
    the Rust writer's. After an even header, three bytes put every wider tensor at an odd offset.
    """
    path = out / "old-writer.safetensors"
    arrays = {
        "bytes": np.array([1, 2, 3], dtype="uint8"),
        "doubles": np.array([0.5, -2.0]),
        "floats": np.arange(4, dtype="float32").reshape(2, 2),
        "halves \U0001f69a": np.array([1.5, 2.5, 3.5], dtype="float16"),
        "longs": np.array([[-1], [2**40]], dtype="int64"),
        "flag": np.array(True),
    }
    words = {"uint8": "U8", "float64": "F64", "bool": "BOOL", "float32": "F32"}
    words |= {"float16": "F16", "int64": "I64"}
    header, data = {"__metadata__": {"format": "np"}}, b""
    for name, array in arrays.items():
        begin = len(data)
        data += array.tobytes()
        header[name] = {
            "dtype": words[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": [begin, len(data)],
        }
    text = json.dumps(header).encode()
    assert len(text) % 2 == 0 and len(text) % 8 != 0, len(text)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    expect_file(path)


def make_whitespace(out):
    """JSON white space before and after the header's object, all four characters of it."""
    path = out / "whitespace.safetensors"
    safetensors.torch.save_file({"x": torch.arange(4, dtype=torch.int32)}, path)
    header, data = split_file(path)
    write_file(path, b" \t\r\n" + compact(header) + b"\n\r\t ", data)
    expect_file(path)


def make_diffusers_style(out):
    """A sharded model whose files and index are named as diffusers names them."""
    folder = fresh(out / "diffusers-style")
    save_unet(folder)
    expect_folder(folder, "diffusion_pytorch_model.safetensors.index.json")


def make_stale_shard(out):
    """The same model with a last shard that holds two tensors more than the index gives it.

    One is an older copy of a tensor that the index places in the first shard; the other one
    is not in the index at all. Loading all that is in the shards, in order, gets the wrong weights.
    """
    folder = fresh(out / "stale-shard")
    weight_map = save_unet(folder)
    first, last = sorted(set(weight_map.values()))
    stale = "down.0.weight"
    assert weight_map[stale] == first
    tensors = safetensors.torch.load_file(folder / last)
    generator = torch.Generator().manual_seed(4)
    tensors[stale] = numbers(generator, UNET[stale], torch.float16)
    tensors["ema.decay"] = torch.tensor([0.75], dtype=torch.float16)
    safetensors.torch.save_file(tensors, folder / last, metadata={"format": "pt"})
    expect_folder(folder, "diffusion_pytorch_model.safetensors.index.json")


def make_no_index(out):
    """Two shards under the usual names, and no index beside them."""
    folder = fresh(out / "no-index")
    tensors = unet_weights()
    split = split_torch_state_dict_into_shards(tensors, max_shard_size="4KB")
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    assert sorted(split.filename_to_tensors) == names
    for name, keys in split.filename_to_tensors.items():
        shard = {key: tensors[key] for key in keys}
        safetensors.torch.save_file(shard, folder / name, metadata={"format": "pt"})
    expect_folder(folder, None)


# --- what the sets share -------------------------------------------------------------------------

UNET = {
    "conv_in.weight": [8, 4, 3, 3],
    "conv_in.bias": [8],
    "down.0.weight": [16, 8, 3, 3],
    "down.0.bias": [16],
    "up.0.weight": [8, 16, 3, 3],
    "up.0.bias": [8],
    "conv_out.weight": [4, 8, 3, 3],
    "conv_out.bias": [4],
}


def numbers(generator, shape, dtype):
    """Random multiples of 1/1024 below 1/4 in size: exact in float16 and bfloat16."""
    integers = torch.randint(-255, 256, tuple(shape), generator=generator)
    return (integers / 1024).to(dtype)


def unet_weights():
    """The weights that the small sharded sets hold."""
    generator = torch.Generator().manual_seed(3)
    return {name: numbers(generator, shape, torch.float16) for name, shape in UNET.items()}


def save_unet(folder):
    """Saves the small weights in diffusers' layout with huggingface_hub; returns the weight map."""
    pattern = "diffusion_pytorch_model{suffix}.safetensors"
    save_torch_state_dict(unet_weights(), folder, filename_pattern=pattern, max_shard_size="4KB")
    config = {"_class_name": "TinyUNet", "in_channels": 4, "out_channels": 4}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    index = json.loads((folder / "diffusion_pytorch_model.safetensors.index.json").read_text())
    return index["weight_map"]


def tiny_tokenizer():
    """A byte-level BPE tokenizer of at most 512 tokens, trained on CORPUS."""
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=512,
        special_tokens=["<unk>", "<s>", "</s>"],
        initial_alphabet=sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    )


def fresh(folder):
    """Makes an empty folder, dropping what an earlier run left there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def sha256(data):
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def compact(header):
    """Header JSON as the Rust writer spells it."""
    return json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()


def split_file(path):
    """A file's header, parsed, and its data."""
    raw = path.read_bytes()
    end = 8 + struct.unpack("<Q", raw[:8])[0]
    return json.loads(raw[8:end]), raw[end:]


def write_file(path, header, data):
    """Writes header and data, with the padding to 8 bytes that the Rust writer adds."""
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)


def sort_metadata(path):
    """Puts `__metadata__` in order: the Rust writer leaves it in a new random order every time."""
    header, data = split_file(path)
    size = path.stat().st_size
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    write_file(path, compact(header), data)
    assert path.stat().st_size == size, "only the order may change"


# --- expected dumps ------------------------------------------------------------------------------


def dump(path):
    """What the format's own reader finds in a file: its metadata, and its tensors by name."""
    raw = path.read_bytes()
    header, _ = split_file(path)
    data_start = 8 + struct.unpack("<Q", raw[:8])[0]
    tensors = {}
    for name, tensor in deserialize(raw):
        begin, end = (data_start + offset for offset in header[name]["data_offsets"])
        assert tensor["data"] == raw[begin:end], name
        assert (tensor["dtype"], tensor["shape"]) == (header[name]["dtype"], header[name]["shape"])
        tensors[name] = {
            "name": name,
            "dtype": tensor["dtype"],
            "shape": tensor["shape"],
            "file": path.name,
            "offset": begin,
            "bytes": end - begin,
            "sha256": sha256(tensor["data"]),
        }
    with safe_open(path, "pt") as opened:
        assert sorted(opened.keys()) == sorted(tensors)
        metadata = opened.metadata() or {}
    assert metadata == header.get("__metadata__", {})
    return metadata, tensors


def expect_file(path):
    """Writes NAME.expected.json for a single file."""
    metadata, tensors = dump(path)
    write_expected(path.with_suffix(".expected.json"), metadata, tensors.values())


def expect_folder(folder, index_name):
    """Writes NAME.expected.json, beside the folder, for a sharded model.

    With an index, its weight map says which shard each tensor is taken from, and "unindexed" lists
    what else the shards hold. Without one (None), every tensor of every shard counts.
    """
    shards = {path.name: dump(path) for path in sorted(folder.glob("*.safetensors"))}
    metadata = next(iter(shards.values()))[0]
    assert all(metadata == other for other, _ in shards.values())
    found = [tensor for _, tensors in shards.values() for tensor in tensors.values()]
    extra = {}
    if index_name is not None:
        index = json.loads((folder / index_name).read_text())
        weight_map = index["weight_map"]
        assert set(weight_map.values()) == set(shards)
        unindexed = [t for t in found if weight_map.get(t["name"]) != t["file"]]
        found = [shards[file][1][name] for name, file in weight_map.items()]
        extra["index_metadata"] = index["metadata"]
        extra["unindexed"] = [{"name": t["name"], "file": t["file"]} for t in by_name(unindexed)]
    assert len({tensor["name"] for tensor in found}) == len(found)
    write_expected(folder.parent / f"{folder.name}.expected.json", metadata, found, extra)


def by_name(tensors):
    """Tensors sorted by name: by code point, which is also the order of the UTF-8 bytes."""
    return sorted(tensors, key=lambda tensor: tensor["name"])


def write_expected(path, metadata, tensors, extra=None):
    """Writes one expected dump, in ASCII so that no name is invisible."""
    content = {"metadata": dict(sorted(metadata.items())), "tensors": by_name(tensors)}
    path.write_text(json.dumps(content | (extra or {}), indent=1) + "\n")


def main():
    """Makes every set."""
    here = Path(__file__).resolve().parent
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else here
    out.mkdir(parents=True, exist_ok=True)
    transformers.utils.logging.disable_progress_bar()
    make_tiny_llama(out)
    make_dtypes(out)
    make_edge(out)
    make_numpy(out)
    make_metadata(out)
    make_empty(out)
    make_old_writer(out)
    make_whitespace(out)
    make_diffusers_style(out)
    make_stale_shard(out)
    make_no_index(out)
    for path in out.rglob("*.safetensors"):
        path.chmod(0o644)  # the Rust writer leaves 0600


if __name__ == "__main__":
    main()
