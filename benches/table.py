"""Measures us and the peers in one sitting, and prints the table of docs/benchmarks.md.

    python3 benches/table.py [ROUNDS]       called by `cargo xtask bench`, which installs everything first

Each row is measured in several rounds, ours and the peers' in turn, and the best of each counts: on a shared machine
a core can lose a quarter of its speed for seconds at a time. A bar is a ratio of two rows.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = Path(os.environ.get("PEERS", ROOT / "target/peers"))
INPUTS = Path(os.environ.get("INPUTS", PEERS / "inputs"))
RUST = PEERS / "release"
PYTHON = PEERS / "venv/bin/python"
SCRIPTS = ROOT / "benches/peers"
MIB = 1 << 20


def find_ours():
    """The newest build of the bench target."""
    builds = (path for path in (ROOT / "target/release/deps").glob("ours-*") if path.suffix == "")
    return max(builds, key=lambda path: path.stat().st_mtime)


def build_through_c():
    """The C program, linked to the release library."""
    library = ROOT / "target/release"
    arguments = ["rustc", "--quiet", "--release", "--lib", "--crate-type", "cdylib"]
    subprocess.run(["cargo", *arguments], cwd=ROOT, check=True)
    program = ROOT / "target/through_c"
    subprocess.run(["cc", "-O2", "-o", program, ROOT / "benches/through_c.c", "-I", ROOT / "include", "-L", library,
                    "-lweighbridge", f"-Wl,-rpath,{library}"], check=True)
    return program


def rows():
    """What is measured: a short name and the command that prints its JSON line."""
    ours, through_c = find_ours(), build_through_c()
    load, one = INPUTS / "load", INPUTS / "one"
    many = INPUTS / "many/model.safetensors"
    shards = sorted(load.glob("*.safetensors"))
    return {
        "ours open": [ours, "open", INPUTS],
        "crate open": [RUST / "crate_open", INPUTS / "open"],
        "python open": [PYTHON, SCRIPTS / "py_open.py", INPUTS / "open"],
        "ours open many": [ours, "open-many", INPUTS],
        "crate open many": [RUST / "crate_open_many", many],
        "python open many": [PYTHON, SCRIPTS / "py_open_many.py", many, "numpy"],
        "ours load": [ours, "load", INPUTS],
        "pread limit": [RUST / "pread_limit", load],
        "runai tuned load": [PYTHON, SCRIPTS / "runai_load.py", load, "tuned"],
        "runai load": [PYTHON, SCRIPTS / "runai_load.py", load],
        "crate load": [RUST / "crate_load", load],
        "candle load": [RUST / "candle_load", load],
        "python load": [PYTHON, SCRIPTS / "py_load.py", load, "mmap"],
        "ours verify sha256": [ours, "verify-sha256", INPUTS],
        "sha256 over memory": [RUST / "sha256_memory"],
        "model_signing verify": [PYTHON, SCRIPTS / "model_signing_verify.py", load, "sha256"],
        "ours verify command": [PYTHON, SCRIPTS / "command.py", "ours", ROOT / "target/release/weighbridge", "verify",
                                load, "--manifest", load / "SHA256SUMS.bench"],
        "model_signing command": [PYTHON, SCRIPTS / "model_signing_verify.py", load, "sha256", "command"],
        "sha256sum": [PYTHON, SCRIPTS / "command.py", "sha256sum", "sha256sum", *shards],
        "ours verify blake3": [ours, "verify-blake3", INPUTS],
        "b3sum": [PYTHON, SCRIPTS / "command.py", "b3sum", PEERS / "bin/b3sum", "--num-threads", "4",
                  one / "model.safetensors"],
        "ours load blake3": [ours, "load-blake3", INPUTS],
        "ours load one": [ours, "load-one", INPUTS],
        "ours through c": [through_c, one, one / "weighbridge.json.bench", "9"],
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
        speed = f"{row['bytes'] / row['seconds'] / 1e9:.2f}" if "open" not in name else ""
        peak = f"{row['peak_rss'] / MIB:,.0f}" if row["peak_rss"] else ""
        print(f"| {name} | {row['seconds'] * 1e3:,.3f} | {speed} | {peak} |")


def print_bars(best):
    """The bars: each a ratio of two rows of this sitting."""
    def speed(name):
        return best[name]["bytes"] / best[name]["seconds"]

    def time_ratio(ours, theirs):
        return best[ours]["seconds"] / best[theirs]["seconds"]

    peers = [speed(name) for name in ("crate load", "candle load", "runai load", "python load")]
    beside = best["ours load"]["peak_rss"] - best["ours load"]["bytes"]
    bars = [
        ("open 4 shards, time over the crate's", time_ratio("ours open", "crate open"), "≤", 0.6),
        ("open 4 shards, time over Python's", time_ratio("ours open", "python open"), "≤", 0.25),
        ("open 200,000 tensors, time over the crate's", time_ratio("ours open many", "crate open many"), "≤", 0.3),
        ("open 200,000 tensors, peak MiB", best["ours open many"]["peak_rss"] / MIB, "≤", 60),
        ("load, speed over parallel pread's", speed("ours load") / speed("pread limit"), "≥", 0.85),
        ("load, speed over tuned Run:ai's", speed("ours load") / speed("runai tuned load"), "≥", 1),
        ("load, speed over the fastest peer's as it comes", speed("ours load") / max(peers), "≥", 2.5),
        ("verify SHA-256, speed over SHA-256's in memory",
         speed("ours verify sha256") / speed("sha256 over memory"), "≥", 0.85),
        ("verify SHA-256, speed over model_signing's, each as a command",
         speed("ours verify command") / speed("model_signing command"), "≥", 1.8),
        ("verify BLAKE3, speed over b3sum's", speed("ours verify blake3") / speed("b3sum"), "≥", 1.4),
        ("load with BLAKE3, time over load", time_ratio("ours load blake3", "ours load"), "≤", 1.6),
        ("1 GiB through C, open and verify and load, seconds", best["ours through c"]["seconds"], "≤", 1),
        ("load, MiB of memory beside the tensors", beside / MIB, "≤", 16),
    ]
    print("\n| bar | wanted | measured | |\n|---|---:|---:|---|")
    for what, value, sign, bar in bars:
        holds = value <= bar if sign == "≤" else value >= bar
        print(f"| {what} | {sign} {bar} | {value:.2f} | {'holds' if holds else '**missed**'} |")


def keep_warm():
    """Locks the inputs in the page cache by running this program again below a keeper."""
    if os.environ.get("KEPT_WARM") or not (RUST / "keep_warm").exists():
        return
    if not INPUTS.exists():
        subprocess.run([RUST / "make_inputs", INPUTS], check=True)
    for row in ("verify-sha256", "verify-blake3", "load-blake3"):
        # The first run of a row makes the digests that it is checked with.
        subprocess.run([find_ours(), row, INPUTS], check=True, stdout=subprocess.DEVNULL)
    command = [RUST / "keep_warm", INPUTS, sys.executable, __file__, *sys.argv[1:]]
    sys.exit(subprocess.run(command, env={**os.environ, "KEPT_WARM": "1"}).returncode)


if __name__ == "__main__":
    keep_warm()
    best = measure(rows(), int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    print_rows(best)
    print_bars(best)
