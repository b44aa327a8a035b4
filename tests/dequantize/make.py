#!/usr/bin/env python3
"""Writes golden blocks beside this script, and the numbers that the gguf package makes of them.

Weighbridge's own code takes no part. Two runs write the same bytes.

q4_0.bin, q4_1.bin, q8_0.bin
    Blocks of random bytes, some with the scale of a quantized tensor, some with any F16 that is finite;
    then, for each block, 32 numbers as little-endian F32.
"""

from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize, quantize

HERE = Path(__file__).resolve().parent
ROWS = 96


def random_blocks(random, kind):
    """Blocks whose scales are any finite F16."""
    _, size = GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (ROWS, size), dtype=np.uint8)
    halves = 2 if kind == Type.Q4_1 else 1
    scales = random.integers(0, 0x7C00, (ROWS, halves), dtype=np.uint16)
    scales |= random.integers(0, 2, scales.shape, dtype=np.uint16) << 15
    blocks[:, : 2 * halves] = scales.astype("<u2").view(np.uint8)
    return blocks


def main():
    random = np.random.default_rng(7)
    for kind in (Type.Q4_0, Type.Q4_1, Type.Q8_0):
        _, size = GGML_QUANT_SIZES[kind]
        tensor = random.normal(0, 3, (ROWS, 32)).astype(np.float32)
        blocks = np.concatenate([quantize(tensor, kind).reshape(-1, size), random_blocks(random, kind)])
        numbers = dequantize(blocks, kind).astype("<f4")
        assert numbers.size == 32 * len(blocks)
        path = HERE / f"{kind.name.lower()}.bin"
        path.write_bytes(blocks.tobytes() + numbers.tobytes())
        print(f"{path.name}: {len(blocks)} blocks")


main()
