"""Measures us and the peers in one sitting, and prints the table of docs/benchmarks.md.

    python3 benches/table.py [ROUNDS] [WORD]...      called by `cargo xtask bench`, which installs everything first

With words, only the rows that have one of them in their name: `onnx`, `load`, `"open many"`.
Each row is measured in several rounds, ours and the peers' in turn, and the best of each counts: on a shared machine
a core can lose a quarter of its speed for seconds at a time. A bar is a ratio of two rows.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PEERS = Path(os.environ.get("PEERS", ROOT / "target/peers"))
INPUTS = Path(os.environ.get("INPUTS", PEERS / "inputs"))
RUST = PEERS / "release"
PYTHON = PEERS / "venv/bin/python"
SCRIPTS = ROOT / "benches/peers"
THROUGH_C = TARGET / "through_c"
CALLS = TARGET / "calls"
STUB = TARGET / "cuda-stub"
# The environment of a program that finds the stand-in for the CUDA driver, which is told to move no bytes.
STUBBED = {"LD_LIBRARY_PATH": str(STUB), "STUB_CUDA_COPIES": "0", "STUB_CUDA_SYNC": "1",
           "STUB_CUDA_MEMORY_MB": "65536"}
MIB = 1 << 20


def find_ours():
    """The newest build of the bench target."""
    builds = (path for path in (TARGET / "release/deps").glob("ours-*") if path.suffix == "")
    return max(builds, key=lambda path: path.stat().st_mtime)


def build_c():
    """The C programs, linked to the release library."""
    library = TARGET / "release"
    arguments = ["rustc", "--quiet", "--release", "--package", "weighbridge-capi", "--lib", "--crate-type", "cdylib"]
    subprocess.run(["cargo", *arguments], cwd=ROOT, check=True)
    for program in (THROUGH_C, CALLS):
        subprocess.run(["cc", "-O2", "-o", program, ROOT / f"benches/{program.name}.c", "-I", ROOT / "include", "-L", library,
                        "-lweighbridge_capi", f"-Wl,-rpath,{library}"], check=True)


def build_stub():
    """The stand-in for the CUDA driver, which is told to move no bytes: what is left is our own part."""
    STUB.mkdir(parents=True, exist_ok=True)
    flags = ["-std=c11", "-shared", "-fPIC", "-O2", "-pthread", "-Wl,-soname,libcuda.so.1"]
    sources = sorted((ROOT / "tests/cuda/stub").glob("*.c"))
    subprocess.run(["cc", *flags, "-o", STUB / "libcuda.so.1", *sources], check=True)


def rows():
    """What is measured: a short name and the command that prints its JSON line."""
    return {**safetensors_rows(), **cuda_rows(), **onnx_rows()}


def safetensors_rows():
    ours, load, one = find_ours(), INPUTS / "load", INPUTS / "one"
    many = INPUTS / "many/model.safetensors"
    shards = sorted(load.glob("*.safetensors"))
    return {
        "ours open": [ours, "open", INPUTS],
        "crate open": [RUST / "crate_open", INPUTS / "open"],
        "python open": [PYTHON, SCRIPTS / "py_open.py", INPUTS / "open"],
        "ours open many": [ours, "open-many", INPUTS],
        "crate open many": [RUST / "crate_open_many", many],
        "python open many": [PYTHON, SCRIPTS / "py_open_many.py", many, "numpy"],
        "ours plan many": [ours, "plan-many", INPUTS],
        "ours load": [ours, "load", INPUTS],
        "pread limit": [RUST / "pread_limit", load],
        "runai tuned load": [PYTHON, SCRIPTS / "runai_load.py", load, "tuned"],
        "runai load": [PYTHON, SCRIPTS / "runai_load.py", load],
        "crate load": [RUST / "crate_load", load],
        "candle load": [RUST / "candle_load", load],
        "python load": [PYTHON, SCRIPTS / "py_load.py", load, "mmap"],
        "ours start plain": [ours, "start-plain", INPUTS],
        "ours start memo": [ours, "start-memo", INPUTS],
        "ours diff manifests": [ours, "diff-manifests", INPUTS],
        "ours diff": [ours, "diff", INPUTS],
        "ours list": [ours, "list", INPUTS],
        "ours verify sha256": [ours, "verify-sha256", INPUTS],
        "sha256 over memory": [RUST / "sha256_memory"],
        "model_signing verify": [PYTHON, SCRIPTS / "model_signing_verify.py", load, "sha256"],
        "ours verify command": [PYTHON, SCRIPTS / "command.py", "ours", TARGET / "release/weighbridge", "verify",
                                load, "--manifest", load / "SHA256SUMS.bench"],
        "model_signing command": [PYTHON, SCRIPTS / "model_signing_verify.py", load, "sha256", "command"],
        "sha256sum": [PYTHON, SCRIPTS / "command.py", "sha256sum", "sha256sum", *shards],
        "ours verify blake3": [ours, "verify-blake3", INPUTS],
        "b3sum": [PYTHON, SCRIPTS / "command.py", "b3sum", PEERS / "bin/b3sum", "--num-threads", "4",
                  one / "model.safetensors"],
        "ours load blake3": [ours, "load-blake3", INPUTS],
        "ours load one": [ours, "load-one", INPUTS],
        "ours load one logged": [ours, "load-one-logged", INPUTS],
        "ours load one hooked": [ours, "load-one-hooked", INPUTS],
        "ours load matrix": [ours, "load-matrix", INPUTS],
        "ours load transposed matrix": [ours, "load-transposed", INPUTS],
        "ours through c": [THROUGH_C, one, one / "weighbridge.json.bench", "9"],
        **{f"ours call {call}": [CALLS, load, call] for call in ("data", "find", "miss")},
    }


def cuda_rows():
    ours, load = find_ours(), INPUTS / "load"
    stub = ["env", *(f"{name}={value}" for name, value in STUBBED.items())]
    return {
        "ours cuda fill": [*stub, ours, "fill", INPUTS],
        "cuda fill limit": [RUST / "pread_reused", load],
        "ours cuda fill blake3": [*stub, ours, "fill-blake3", INPUTS],
        "cuda blake3 in cache": [RUST / "blake3_cache"],
    }


def onnx_rows():
    ours, peer = find_ours(), SCRIPTS / "py_onnx.py"
    external, nodes = INPUTS / "onnx/external/model.onnx", INPUTS / "onnx/nodes/model.onnx"
    return {
        "ours onnx open external": [ours, "onnx-open-external", INPUTS],
        "python onnx load external": [PYTHON, peer, external, "load"],
        "python onnx open external": [PYTHON, peer, external, "open"],
        "ours onnx open large": [ours, "onnx-open-large", INPUTS],
        "ours onnx open small": [ours, "onnx-open-small", INPUTS],
        "ours onnx open nodes": [ours, "onnx-open-nodes", INPUTS],
        "python onnx open nodes": [PYTHON, peer, nodes, "open"],
        "ours onnx check nodes": [ours, "onnx-check-nodes", INPUTS],
        "python onnx check nodes": [PYTHON, peer, nodes, "check"],
    }


# So far behind that another round could change nothing.
SLOW = ("crate load", "candle load", "runai load", "sha256sum", "python open many")


def measure(commands, rounds):
    """The best of each row."""
    best = {}
    for number in range(rounds):
        for name, command in commands.items():
            if number > 0 and name in SLOW:
                continue
            print(f"round {number + 1} of {rounds}: {name}", file=sys.stderr)
            done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"{name}: {done.stderr}")
            row = json.loads(done.stdout.splitlines()[-1])
            if name not in best or row["seconds"] < best[name]["seconds"]:
                best[name] = row
    return best


def print_rows(best):
    print("| row | ms | GB/s | peak MiB |\n|---|---:|---:|---:|")
    for name, row in best.items():
        speed = f"{row['bytes'] / row['seconds'] / 1e9:.2f}" if row["bytes"] and "open" not in name else ""
        peak = f"{row['peak_rss'] / MIB:,.0f}" if row["peak_rss"] else ""
        digits = 3 if row["seconds"] > 1e-5 else 6
        print(f"| {name} | {row['seconds'] * 1e3:,.{digits}f} | {speed} | {peak} |")


def print_bars(best):
    """The bars, each a ratio of two rows of this sitting. Those of rows that were left out are left out too."""
    def speed(name):
        return best[name]["bytes"] / best[name]["seconds"]

    def time_ratio(ours, theirs):
        return best[ours]["seconds"] / best[theirs]["seconds"]

    def peak_mib(name):
        return best[name]["peak_rss"] / MIB

    peers = ("crate load", "candle load", "runai load", "python load")
    bars = [
        ("open 4 shards, time over the crate's", lambda: time_ratio("ours open", "crate open"), "≤", 0.6),
        ("open 4 shards, time over Python's", lambda: time_ratio("ours open", "python open"), "≤", 0.25),
        ("open 200,000 tensors, time over the crate's",
         lambda: time_ratio("ours open many", "crate open many"), "≤", 0.3),
        ("open 200,000 tensors, peak MiB", lambda: peak_mib("ours open many"), "≤", 60),
        ("load, speed over parallel pread's", lambda: speed("ours load") / speed("pread limit"), "≥", 0.85),
        ("load, speed over tuned Run:ai's", lambda: speed("ours load") / speed("runai tuned load"), "≥", 1),
        ("load, speed over the fastest peer's as it comes",
         lambda: speed("ours load") / max(map(speed, peers)), "≥", 2.5),
        ("verify SHA-256, speed over SHA-256's in memory",
         lambda: speed("ours verify sha256") / speed("sha256 over memory"), "≥", 0.85),
        ("verify SHA-256, speed over model_signing's, each as a command",
         lambda: speed("ours verify command") / speed("model_signing command"), "≥", 1.8),
        ("verify BLAKE3, speed over b3sum's", lambda: speed("ours verify blake3") / speed("b3sum"), "≥", 1.4),
        ("open, verify and load what a memo remembers, time over open and load without a check",
         lambda: time_ratio("ours start memo", "ours start plain"), "≤", 1.05),
        ("diff of two checkpoints of 4 GiB with manifests, ms",
         lambda: best["ours diff manifests"]["seconds"] * 1e3, "≤", 50),
        ("diff of the same without, speed over verifying with BLAKE3",
         lambda: speed("ours diff") / speed("ours verify blake3"), "≥", 0.8),
        ("list a repository of 500 files, ms", lambda: best["ours list"]["seconds"] * 1e3, "≤", 5),
        ("load with BLAKE3, time over load", lambda: time_ratio("ours load blake3", "ours load"), "≤", 1.6),
        ("load with a log at INFO, time over load", lambda: time_ratio("ours load one logged", "ours load one"), "≤", 1.01),
        ("load by the I/O of a host, time over load", lambda: time_ratio("ours load one hooked", "ours load one"), "≤", 1.05),
        ("load a transposed matrix of 1 GiB, speed over the same matrix as it is stored",
         lambda: speed("ours load transposed matrix") / speed("ours load matrix"), "≥", 0.5),
        ("1 GiB through C, open and verify and load, seconds", lambda: best["ours through c"]["seconds"], "≤", 1),
        ("wb_model_tensor_data, microseconds", lambda: best["ours call data"]["seconds"] * 1e6, "≤", 0.3),
        ("load, MiB of memory beside the tensors",
         lambda: peak_mib("ours load") - best["ours load"]["bytes"] / MIB, "≤", 16),
        ("cuda, fill staging slots, speed over parallel pread's into reused buffers",
         lambda: speed("ours cuda fill") / speed("cuda fill limit"), "≥", 0.85),
        ("cuda, fill with BLAKE3, speed over reading and then hashing on the same cores",
         lambda: speed("ours cuda fill blake3") * (1 / speed("cuda fill limit") + 1 / speed("cuda blake3 in cache")),
         "≥", 0.85),
        ("cuda, fill 4 GiB, peak MiB", lambda: peak_mib("ours cuda fill"), "≤", 64),
        ("onnx, open 1 GiB of external data, speed over onnx.load's",
         lambda: 1 / time_ratio("ours onnx open external", "python onnx load external"), "≥", 50),
        ("onnx, open the same, time over that of onnx.load without the data",
         lambda: time_ratio("ours onnx open external", "python onnx open external"), "≤", 1),
        ("onnx, open 3 GiB in one file, time over that of 3 MiB",
         lambda: time_ratio("ours onnx open large", "ours onnx open small"), "≤", 1.2),
        ("onnx, open 3 GiB in one file, peak MiB", lambda: peak_mib("ours onnx open large"), "≤", 16),
        ("onnx, open 100,000 nodes, speed over onnx.load's",
         lambda: 1 / time_ratio("ours onnx open nodes", "python onnx open nodes"), "≥", 2.3),
        ("onnx, open 100,000 nodes, peak memory over that of onnx.load's process",
         lambda: peak_mib("ours onnx open nodes") / peak_mib("python onnx open nodes"), "≤", 0.5),
        ("onnx, check 100,000 nodes, speed over onnx.checker's",
         lambda: 1 / time_ratio("ours onnx check nodes", "python onnx check nodes"), "≥", 5),
    ]
    print("\n| comparison | threshold | measured | |\n|---|---:|---:|---|")
    for what, ratio, sign, bar in bars:
        try:
            value = ratio()
        except KeyError:
            continue
        holds = value <= bar if sign == "≤" else value >= bar
        print(f"| {what} | {sign} {bar} | {value:.2f} | {'holds' if holds else '**missed**'} |")


def keep_warm(names):
    """Locks the inputs in the page cache by running this program again below a keeper."""
    if os.environ.get("KEPT_WARM") or not (RUST / "keep_warm").exists():
        return
    if any("onnx" not in name for name in names):
        make_checkpoints()
    if any("onnx" in name for name in names) and not (INPUTS / "onnx").exists():
        subprocess.run([PYTHON, SCRIPTS / "make_onnx.py", INPUTS / "onnx"], check=True)
    command = [RUST / "keep_warm", INPUTS, sys.executable, __file__, *sys.argv[1:]]
    sys.exit(subprocess.run(command, env={**os.environ, "KEPT_WARM": "1"}).returncode)


def make_checkpoints():
    if not (INPUTS / "one").exists():
        subprocess.run([RUST / "make_inputs", INPUTS], check=True)
    for row in ("verify-sha256", "verify-blake3", "load-blake3"):
        # The first run of a row makes the digests that it is checked with.
        subprocess.run([find_ours(), row, INPUTS], check=True, stdout=subprocess.DEVNULL)


def main(arguments):
    rounds = next((int(argument) for argument in arguments if argument.isdigit()), 3)
    words = [argument for argument in arguments if not argument.isdigit()]
    commands = {name: command for name, command in rows().items()
                if not words or any(word in name for word in words)}
    if any("through c" in name or "ours call" in name for name in commands):
        build_c()
    if "ours cuda fill" in commands:
        build_stub()
    keep_warm(commands)
    best = measure(commands, rounds)
    print_rows(best)
    print_bars(best)


if __name__ == "__main__":
    main(sys.argv[1:])
