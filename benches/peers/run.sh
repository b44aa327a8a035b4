#!/bin/sh
# Measures every peer once, one JSON line each:  run.sh INPUTS
# setup.sh and make_inputs come first. Call it through keep_warm.
set -e
cd "$(dirname "$0")"
peers=${PEERS:-$PWD/../../target/peers}
rust=$peers/release
inputs=$1
py() { "$peers/venv/bin/python" "$@"; }

# Open a sharded checkpoint.
"$rust/crate_open" "$inputs/open"
py py_open.py "$inputs/open"

# Open one file of 200,000 tensors. Without torch, the peak is that of the opening.
"$rust/crate_open_many" "$inputs/many/model.safetensors"
py py_open_many.py "$inputs/many/model.safetensors" pt
py py_open_many.py "$inputs/many/model.safetensors" numpy

# Load a checkpoint to host memory.
"$rust/pread_limit" "$inputs/load"
"$rust/crate_load" "$inputs/load"
"$rust/candle_load" "$inputs/load"
"$rust/candle_load" "$inputs/load" mmap
py runai_load.py "$inputs/load"
py runai_load.py "$inputs/load" tuned
py py_load.py "$inputs/load" mmap
py py_load.py "$inputs/load" pread

# Verify a checkpoint, SHA-256.
"$rust/sha256_memory"
py model_signing_verify.py "$inputs/load" sha256
py command.py "verify: sha256sum" sha256sum "$inputs"/load/*.safetensors
py command.py "verify: sha256sum, 4 processes" \
    sh -c 'printf "%s\0" "$@" | xargs -0 -n1 -P4 sha256sum' sh "$inputs"/load/*.safetensors

# Verify one file, BLAKE3.
py command.py "verify one: b3sum" "$peers/bin/b3sum" --num-threads 4 "$inputs/one/model.safetensors"
py model_signing_verify.py "$inputs/one" blake3

# Open and check ONNX models.
py py_onnx.py "$inputs/onnx/external/model.onnx" load
py py_onnx.py "$inputs/onnx/external/model.onnx" open
py py_onnx.py "$inputs/onnx/nodes/model.onnx" open
py py_onnx.py "$inputs/onnx/nodes/model.onnx" check
