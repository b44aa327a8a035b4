"""Writes a synthetic checkpoint: a Llama in BF16, its width scaled to the size asked for, in several shards.

    python3 make_weights.py DIR [--mib 15360] [--shards 8] [--seconds 0] [--digest COMMAND]

The bytes are pseudo-random, the same each time, and none is zero: zeros hide what was never written, and can be faster
than real weights. `--seconds` makes a smaller checkpoint where the disk is too slow to write all of it in that time.
`--digest` is the `weighbridge` command, which then writes the manifest. Needs nothing but Python's standard library.
"""

import argparse
import json
import multiprocessing
import os
import random
import subprocess
import sys
import time
from pathlib import Path

MIB = 1 << 20
PIECE = 16 * MIB
# No zeros; and no byte that, as the upper one of a BF16, makes an infinity or a NaN: a conversion may change its bits.
VALUES = bytes(range(256)).translate(bytes.maketrans(b"\x00\x7f\xff", b"\x55\x3f\xbf"))
# Elements of all tensors, divided by the width squared.
ELEMENTS = 478.625


def llama(size):
    """Names and shapes of Llama's 291 tensors, of about `size` bytes together."""
    width = max(int((size / 2 / ELEMENTS) ** 0.5) // 16 * 16, 16)
    kv, hidden, vocabulary = width // 4, width // 2 * 7, width // 16 * 501
    tensors = [("model.embed_tokens.weight", [vocabulary, width])]
    for layer in range(32):
        tensors += [(f"model.layers.{layer}.{name}.weight", shape) for name, shape in (
            ("input_layernorm", [width]),
            ("self_attn.q_proj", [width, width]),
            ("self_attn.k_proj", [kv, width]),
            ("self_attn.v_proj", [kv, width]),
            ("self_attn.o_proj", [width, width]),
            ("post_attention_layernorm", [width]),
            ("mlp.gate_proj", [hidden, width]),
            ("mlp.up_proj", [hidden, width]),
            ("mlp.down_proj", [width, hidden]),
        )]
    return tensors + [("model.norm.weight", [width]), ("lm_head.weight", [vocabulary, width])]


def byte_count(shape):
    """Of a tensor in BF16."""
    return 2 * shape[0] * (shape[1] if len(shape) > 1 else 1)


def shards_of(tensors, count):
    """The tensors in order, in shards of equal size as near as whole tensors allow."""
    total = sum(byte_count(shape) for _, shape in tensors)
    shards, before = [[] for _ in range(count)], 0
    for name, shape in tensors:
        shards[(before + byte_count(shape) // 2) * count // total].append((name, shape))
        before += byte_count(shape)
    return [shard for shard in shards if shard]


def header_of(tensors):
    """The header of a safetensors file, padded to eight bytes as the safetensors crate does, and the data's length."""
    entries, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors:
        end = offset + byte_count(shape)
        entries[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text, offset


def random_block():
    """What all data is cut from. Made once in each process."""
    if not hasattr(random_block, "bytes"):
        random_block.bytes = random.Random(1).randbytes(PIECE).translate(VALUES)
    return random_block.bytes


def write_piece(piece):
    """Writes a part of a file: the block, turned by a number of bytes that no other piece shares."""
    path, offset, length, number = piece
    block = random_block()
    turn = number * 0x9E3779B1 % PIECE
    data = memoryview(block[turn:] + block[:turn])[:length]
    with open(path, "r+b", buffering=0) as file:
        while data:
            done = os.pwrite(file.fileno(), data, offset)
            data, offset = data[done:], offset + done


def sync(path):
    """Waits for the disk: writing back must not run into the measurements, and dirty pages cannot be dropped."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def write_shards(directory, shards):
    """Writes all shards and their index; returns the bytes."""
    pieces, weight_map, total = [], {}, 0
    for index, tensors in enumerate(shards):
        path = directory / f"model-{index + 1:05}-of-{len(shards):05}.safetensors"
        header, length = header_of(tensors)
        path.write_bytes(header)
        for offset in range(0, length, PIECE):
            pieces.append((path, len(header) + offset, min(PIECE, length - offset), len(pieces) + 1))
        weight_map.update({name: path.name for name, _ in tensors})
        total += length
    with multiprocessing.Pool() as pool:
        pool.map(write_piece, pieces, chunksize=1)
        pool.map(sync, sorted({piece[0] for piece in pieces}))
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (directory / "model.safetensors.index.json").write_text(json.dumps(index, indent=1))
    return total


def affordable(directory, size, seconds):
    """The bytes that the disk takes in the time, as far as a first 256 MiB can tell; at most `size`."""
    probe, sample = directory / "probe", min(size, 256 * MIB)
    start = time.monotonic()
    with open(probe, "wb") as file:
        for _ in range(0, sample, PIECE):
            file.write(random_block())
        os.fsync(file.fileno())
    rate = sample / (time.monotonic() - start)
    probe.unlink()
    return min(size, int(rate * seconds))


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--mib", type=int, default=15360)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--digest", type=Path)
    given = parser.parse_args(arguments)

    given.directory.mkdir(parents=True, exist_ok=True)
    start, size = time.monotonic(), given.mib * MIB
    if given.seconds:
        size = affordable(given.directory, size, given.seconds)
    total = write_shards(given.directory, shards_of(llama(size), given.shards))
    if given.digest:
        subprocess.run([given.digest, "digest", given.directory], check=True, stdout=sys.stderr)
    print(json.dumps({"bytes": total, "wanted": given.mib * MIB, "seconds": time.monotonic() - start}))


if __name__ == "__main__":
    main(sys.argv[1:])
