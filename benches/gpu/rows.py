"""What is measured: the rows of each stage, each a name and the command that prints its JSON line."""

import os
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The load that the others are compared with.
CEILING, FILL, DEFAULTS = "pinned ceiling", "fill, 16 readers", "ours, defaults"
CONTIGUOUS, ROW_SLICE, COLUMN_SLICE = "ours, a quarter of the layers", "ours, row slice 1/4", "ours, column slice 1/4"
SMALL = "ours, one small tensor"
PEERS = ("mmap-pageable", "pread-sync", "direct-ring")
READERS = (4, 8, 16, 32)


@dataclass
class Row:
    """A program with its arguments, and how often it repeats itself."""
    name: str
    program: str
    arguments: list
    reps: int

    def command(self):
        return [str(part) for part in (HERE / self.program, *self.arguments, "--reps", self.reps)]


def ceiling(mib, point, reps):
    """The best point of the link's table again, in the rounds of the others: a share is of the same minute."""
    arguments = ["link", "--kind", point["kind"], "--chunk", point["chunk"], "--streams", point["streams"],
                 "--bytes", f"{mib}M", "--window", "256M" if mib >= 1024 else "16M"]
    return Row(CEILING, "gpu-ceiling", arguments, reps)


def ours(name, model, reps, *options):
    return Row(name, "gpu-ours", [model, *options], reps)


def fill(name, model, reps, readers, *options):
    return Row(name, "gpu-peers", [model, "pread", "--readers", readers, *options], reps)


def warm(model, mib, point, reps, quick):
    """From the page cache: what the link allows. What is judged comes first, and sweeps last: the time may be over
    before the first round is."""
    threads, sizes = ((2, 4), (32, 128)) if quick else ((4, 8, 16), (32, 64, 128))
    unchecked = ("--verify", "none")
    return [
        ceiling(mib, point, reps),
        fill(FILL, model, reps, 16),
        ours(DEFAULTS, model, reps, *unchecked),
        ours(CONTIGUOUS, model, reps, *unchecked, "--include", "model.layers.[0-7].*"),
        ours(ROW_SLICE, model, reps, *unchecked, "--slice", "row", "--world", 4),
        ours(COLUMN_SLICE, model, reps, *unchecked, "--slice", "column", "--world", 4),
        *(ours(f"ours, BLAKE3, {count} threads", model, reps, "--verify", "required", "--threads", count)
          for count in threads[-2:]),
        ours("ours, BF16 to F32", model, reps, *unchecked, "--cast", "f32"),
        ours(SMALL, model, reps, *unchecked, "--include", "model.norm.weight"),
        # One repetition: it is slow, and does not get faster by the second.
        Row("mmap-pageable", "gpu-peers", [model, "mmap-pageable"], 1),
        Row("pread-sync", "gpu-peers", [model, "pread-sync"], reps),
        *(Row(f"ring, {readers} readers, 2 x 4 MiB", "gpu-peers", [model, "ring", "--readers", readers], reps)
          for readers in (8, 16)),
        *(fill(f"fill, {count} readers", model, reps, count) for count in (4, 8)),
        *(ours(f"ours, {count} threads, {size} MiB", model, reps, *unchecked, "--threads", count, "--staging",
               f"{size}M") for count in threads for size in sizes),
    ]


def cold(model, mib, point):
    """From the disk: what it gives to how many readers, through the page cache and past it."""
    rows = [ceiling(mib, point, 3)]
    for count in READERS:
        rows += [
            fill(f"fill, {count} readers, buffered", model, 1, count, "--slot", "4M"),
            fill(f"fill, {count} readers, O_DIRECT", model, 1, count, "--slot", "4M", "--direct", 1),
        ]
        rows += [ours(f"ours, {count} threads, {name}", model, 1, "--verify", "none", "--threads", count, "--reads",
                      reads) for name, reads in (("buffered", "buffered"), ("O_DIRECT", "direct"))]
    rows += [ours(DEFAULTS, model, 1, "--verify", "none")]
    return rows + [Row(name, "gpu-peers", [model, name], 1) for name in PEERS]


def machine(quick):
    """Everything that gpu-ceiling knows."""
    small = ["--bytes", "32M", "--window", "16M", "--pin-max", "64M", "--alloc-max", "64M"]
    return Row("ceiling", "gpu-ceiling", small if quick else [], 1 if quick else 5)


def drop_from_cache(model):
    """Makes the page cache forget a model, as far as the kernel is willing: pages that are clean and nobody's."""
    for path in Path(model).glob("*.safetensors"):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
