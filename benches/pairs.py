"""Compares two builds of the benches, in turns: what a change has cost, row by row.

    python3 benches/pairs.py BEFORE AFTER [ROUNDS] [ROW]...

BEFORE and AFTER are programs that `cargo bench --bench ours --no-run` makes, of two commits; it prints their names. The
inputs are those of `benches/table.py`. Each round runs a row of both, first the one and then the other, and then the other
way around, so that what the machine does meanwhile meets both. The table has the best time of each over all rounds, their ratio,
and the median of the ratios of the rounds; below 1 the change is a gain.
"""

import json
import os
import statistics
import subprocess
import sys

from table import INPUTS, MIB, STUB, STUBBED, build_stub

ROWS = ["open", "open-many", "onnx-open-nodes", "load", "load-one", "verify-sha256", "fill"]


def measure(program, row):
    done = subprocess.run([program, row, str(INPUTS)], capture_output=True, text=True, env={**os.environ, **STUBBED})
    if done.returncode or not done.stdout:
        sys.exit(f"{program} {row}: {done.stderr or 'no such row'}")
    return json.loads(done.stdout.splitlines()[-1])


def pair(row, before, after, rounds):
    """The results of both in each round."""
    found = []
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}: {row}", file=sys.stderr)
        programs = [before, after][::1 if number % 2 == 0 else -1]
        results = {program: measure(program, row) for program in programs}
        found.append((results[before], results[after]))
    return found


def main():
    before, after, *rest = sys.argv[1:]
    rounds = int(rest.pop(0)) if rest and rest[0].isdigit() else 5
    if not STUB.exists():
        build_stub()
    print("| row | before, ms | after, ms | ratio | median of pairs | before, MiB | after, MiB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for row in rest or ROWS:
        found = pair(row, before, after, rounds)
        old, new = (min(result[side]["seconds"] for result in found) for side in (0, 1))
        middle = statistics.median(new["seconds"] / old["seconds"] for old, new in found)
        peaks = [max(result[side]["peak_rss"] for result in found) / MIB for side in (0, 1)]
        print(f"| {row} | {old * 1e3:,.3f} | {new * 1e3:,.3f} | {new / old:.3f} | {middle:.3f} "
              f"| {peaks[0]:,.1f} | {peaks[1]:,.1f} |", flush=True)


if __name__ == "__main__":
    main()
