"""How long weighbridge.hpp takes to compile, against that of another state of this repository, in one run.

    python3 benches/headers.py BEFORE_INCLUDE [ROUNDS]      BEFORE_INCLUDE: the folder `include` of that state

Each figure is the processor time of `g++ -fsyntax-only` for a source of one line, the best of the rounds; both states are
compiled in turn.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

NOW = Path(__file__).resolve().parent.parent / "include"
COMPILER = "g++"


def processor_time(standard, include, source):
    """Seconds that the compiler takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([COMPILER, f"-std={standard}", "-fsyntax-only", "-I", include, source], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main(before, rounds="12"):
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "includes.cpp"
        source.write_text("#include <weighbridge.hpp>\n")
        print("| standard | before, ms | now, ms | ratio |\n|---|---:|---:|---:|")
        for standard in ("c++17", "c++20", "c++23"):
            times = [[processor_time(standard, include, source) for include in (before, NOW)] for _ in range(int(rounds))]
            old, new = (min(column) for column in zip(*times))
            print(f"| {standard.upper()} | {old * 1e3:.0f} | {new * 1e3:.0f} | {new / old:.2f} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
