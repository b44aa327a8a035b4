"""What the Python peers share: a clock, a line of output, and the shards of a checkpoint."""

import ctypes
import gc
import json
import statistics
import time
from pathlib import Path


def measure(what, bytes, body):
    """Repeats body and prints the one JSON line.

    What body returns is dropped outside the clock, and its memory goes back to the system:
    no run finds pages that an earlier one has already faulted in.
    """
    def run():
        start = time.perf_counter()
        kept = body()
        elapsed = time.perf_counter() - start
        del kept
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        return elapsed

    report(what, bytes, repeat(run), peak_rss())


def repeat(run):
    """Calls run once to warm up, then for at least five times and five seconds."""
    run()
    seconds = []
    begin = time.perf_counter()
    while len(seconds) < 5 or time.perf_counter() - begin < 5:
        seconds.append(run())
    return seconds


def report(what, bytes, seconds, peak_rss):
    print(json.dumps({
        "what": what,
        "seconds": round(min(seconds), 6),
        "median": round(statistics.median_high(seconds), 6),
        "runs": len(seconds),
        "bytes": bytes,
        "peak_rss": peak_rss,
    }))


def peak_rss():
    """VmHWM, not getrusage: ru_maxrss survives exec, and would show the peak of whoever
    started us. Pages of a mapped file count, and so do the interpreter and its libraries."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def shards(directory):
    """The .safetensors files of a directory, in order, and their size together."""
    paths = sorted(Path(directory).glob("*.safetensors"))
    return paths, sum(path.stat().st_size for path in paths)
