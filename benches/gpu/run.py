"""Measures uploads on the GPU of this machine, and prints a table.

    python3 run.py [STAGE]... --out DIR       STAGE: machine, warm, cold; without one, all three

Each stage keeps its own budget of time (`--minutes`), and a row that fails is a row of the table. `--quick` goes
through everything once with 64 MiB of weights: it shows that the programs work here, and its figures mean nothing. The
weights are made below `--weights`, and found there by the next call.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import machine
import rows
import table

# What the link is measured with where the stage `machine` has not said what is best.
USUAL_POINT = {"kind": "cuMemHostAlloc", "chunk": 16 << 20, "streams": 1}


def say(text):
    print(text, file=sys.stderr, flush=True)


class StageFailed(Exception):
    """A stage that cannot go on; the others may."""


class Clock:
    """The budget of a stage."""

    def __init__(self, minutes):
        self.end = time.monotonic() + 60 * minutes

    def left(self):
        return self.end - time.monotonic()


def run(row, clock):
    """One run of a row: what the program prints, or `error`. A program that hangs is not waited for."""
    try:
        done = subprocess.run(row.command(), capture_output=True, text=True, timeout=max(20, min(120, clock.left())))
    except (OSError, subprocess.TimeoutExpired) as failure:
        return {"error": str(failure)}
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]}
    result = json.loads(done.stdout)
    return {**result["link"][0], "device": result["device"]["name"]} if "link" in result else result


def measure(stage, wanted, rounds, clock, before):
    """Runs all rows in turn, round after round, until the budget is spent. `before` comes before each run."""
    runs = {row.name: [] for row in wanted}
    complete = 0
    for number in range(rounds):
        for row in wanted:
            if clock.left() < 0:
                say(f"{stage}: the time is over in round {number + 1}")
                return {"rounds": complete, "runs": runs}
            if any("error" in one for one in runs[row.name]):
                continue
            say(f"{stage}, round {number + 1} of {rounds}: {row.name}")
            before()
            runs[row.name].append(run(row, clock))
        complete += 1
    return {"rounds": complete, "runs": runs}


def measure_machine(given, clock, _):
    """The machine, its link while it is busy, and everything that gpu-ceiling knows."""
    say("machine: the ceiling")
    program = subprocess.Popen(rows.machine(given.quick).command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
    time.sleep(0 if given.quick else 4)
    smi = machine.nvidia_smi()
    try:
        out, err = program.communicate(timeout=max(20, clock.left()))
    except subprocess.TimeoutExpired:
        program.kill()
        out, err = program.communicate()
    result = {"facts": machine.facts(), "nvidia_smi": smi}
    return {**result, **json.loads(out)} if program.returncode == 0 else {**result, "error": err.strip()}


def best_point(measured):
    """The fastest point of pinned memory."""
    points = [point for point in measured.get("link", []) if "gbps" in point and point["kind"] != "pageable"]
    return max(points, key=lambda point: point["gbps"], default=USUAL_POINT)


def weights(given, name, mib):
    """Makes a model unless a call before this one has. Returns its folder, and what is known about it."""
    folder, note = given.weights / f"{name}-{mib}", given.weights / f"{name}-{mib}.json"
    if not note.exists():
        say(f"{name}: making {mib} MiB of weights in {folder}")
        command = [sys.executable, rows.HERE / "make_weights.py", folder, "--mib", str(mib), "--seconds", "100",
                   "--digest", rows.HERE / "weighbridge"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            raise StageFailed(f"the weights could not be made in {folder}")
        note.write_text(done.stdout)
    return folder, {**json.loads(note.read_text()), "file_system": machine.file_system(folder)}


def measure_warm(given, clock, point):
    model, made = weights(given, "warm", given.mib)
    wanted = rows.warm(model, given.mib, point, given.reps, given.quick)
    run(rows.fill("", model, 1, 16), clock)  # so that the first round finds a warm cache too
    return {"weights": made, **measure("warm", wanted, given.rounds, clock, lambda: None)}


def measure_cold(given, clock, point):
    # A quarter of the bytes: a disk is slow, and what it gives shows soon.
    mib = max(given.mib // 4, 64)
    model, made = weights(given, "cold", mib)
    wanted = rows.cold(model, mib, point)
    drop = lambda: rows.drop_from_cache(model)
    return {"weights": made, **measure("cold", wanted, max(given.rounds - 1, 1), clock, drop)}


MEASURES = {"machine": measure_machine, "warm": measure_warm, "cold": measure_cold}


def arguments_of(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help="machine, warm, cold")
    parser.add_argument("--out", type=Path, required=True, help="where results and table are written")
    parser.add_argument("--weights", type=Path, default=Path(tempfile.gettempdir()) / "weighbridge-gpu-bench")
    parser.add_argument("--mib", type=int, default=15360, help="of weights (15360)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reps", type=int, default=3, help="of each program in each round")
    parser.add_argument("--minutes", type=float, default=7, help="for each stage")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args(words)
    if unknown := set(given.stages) - set(MEASURES):
        parser.error(f"no such stage: {', '.join(sorted(unknown))}")
    if given.quick:
        given.mib, given.rounds, given.reps = 64, 1, 1
    return given


def main(words):
    given = arguments_of(words)
    wanted = [stage for stage in MEASURES if not given.stages or stage in given.stages]
    given.out.mkdir(parents=True, exist_ok=True)
    path = given.out / f"results-{'-'.join(wanted)}.json"
    results, point = {"quick": given.quick}, USUAL_POINT
    for stage in wanted:
        start = time.monotonic()
        try:
            results[stage] = MEASURES[stage](given, Clock(given.minutes), point)
        except StageFailed as failure:
            say(f"{stage}: {failure}")
            results[stage] = {"error": str(failure)}
        results[stage]["seconds"] = time.monotonic() - start
        point = best_point(results.get("machine", {}))
        # After each stage: a later one may not live to the end.
        path.write_text(json.dumps(results, indent=1))
    text = table.of(results)
    (given.out / f"table-{'-'.join(wanted)}.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main(sys.argv[1:])
