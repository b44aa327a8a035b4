"""Makes the table of what run.py has measured.

    python3 table.py RESULTS.json...      several calls of run.py as one table; a later file wins
"""

import json
import sys
from pathlib import Path
from statistics import median

import bars
import rows

MIB = 1 << 20


class Measured:
    """The rows of a stage, each over all its runs."""

    def __init__(self, stage):
        self.runs = {name: runs for name, runs in stage.get("runs", {}).items() if runs}

    def error(self, name):
        """Why a row failed, or nothing."""
        return next((run["error"] for run in self.runs[name] if "error" in run), None)

    def good(self, name):
        """Whether a row was measured."""
        return name in self.runs and self.error(name) is None

    def samples(self, name, field="samples"):
        return [seconds for run in self.runs[name] for seconds in run.get(field, [])]

    def seconds(self, name):
        return median(self.samples(name))

    def speed(self, name):
        """GB/s of the median."""
        return self.field(name, "bytes") / self.seconds(name) / 1e9

    def best_speed(self, name):
        return self.field(name, "bytes") / min(self.samples(name)) / 1e9

    def field(self, name, field):
        """The median of what each run says; nothing if the row does not have it."""
        values = [run[field] for run in self.runs[name] if run.get(field) is not None]
        return median(values) if values else None

    def share(self, name):
        """The share of the link's ceiling, measured in the same rounds."""
        return self.speed(name) / self.speed(rows.CEILING) if self.good(rows.CEILING) else None


def cell(value, pattern="{:,.0f}"):
    return "" if value is None else pattern.format(value)


def mib(value):
    return None if value is None else value / MIB


def line(measured, name):
    """One row of a stage's table."""
    if failure := measured.error(name):
        return f"| {name} | failed: {failure.replace('|', '/')} | | | | | | | | |"
    bytes_, seconds = measured.field(name, "bytes"), measured.seconds(name)
    setup = measured.samples(name, "setup_samples")
    rss, before = measured.field(name, "peak_rss"), measured.field(name, "rss_before")
    cpu = measured.field(name, "cpu_seconds")
    return "| " + " | ".join((
        name,
        f"{measured.speed(name):.2f}",
        f"{measured.best_speed(name):.2f}",
        cell(measured.share(name), "{:.0%}"),
        f"{seconds * 1e3:,.1f}",
        cell(median(setup) * 1e3 if setup else None, "{:,.1f}"),
        cell(mib(measured.field(name, "pinned_bytes"))),
        cell(None if rss is None else mib(rss - before)),
        cell(None if cpu is None else cpu / bytes_ * 1e9, "{:.2f}"),
        cell(measured.field(name, "cached_before"), "{:.0%}"),
    )) + " |"


def stage_table(title, stage):
    """All rows of a stage."""
    if "error" in stage:
        return [f"## {title}", "", f"Failed: {stage['error']}", ""]
    measured, made = Measured(stage), stage["weights"]
    text = [
        f"## {title}", "",
        f"{made['bytes'] / 1e9:.2f} GB of weights on {made['file_system']}; complete rounds: {stage['rounds']}; "
        f"the stage took {stage['seconds']:.0f} s.", "",
        "| row | GB/s | best GB/s | of ceiling | ms | set-up ms | pinned MiB | memory MiB | CPU s/GB | cached |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    if made["bytes"] < 0.9 * made["wanted"]:
        text[3:3] = [f"The disk was too slow for the {made['wanted'] / 1e9:.2f} GB that were wanted."]
    return text + [line(measured, name) for name in measured.runs] + [""]


def size_name(size):
    return next(f"{size >> shift:,} {unit}" for shift, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB"), (0, "B"))
                if size >> shift)


def grid(title, points, value):
    """A table of sizes against kinds."""
    kinds = list(dict.fromkeys(point["kind"] for point in points))
    sizes = sorted({size for *_, size in (key for key in value)})
    text = [f"### {title}", "", "| | " + " | ".join(kinds) + " |", "|---|" + "---:|" * len(kinds)]
    for size in sizes:
        text.append(f"| {size_name(size)} | " + " | ".join(value.get((kind, size), "") for kind in kinds) + " |")
    return text + [""]


def link_table(points):
    """GB/s by chunk and kind of memory; of several numbers of streams the best, with that number."""
    best, text = {}, {}
    for point in points:
        if "gbps" in point and point["gbps"] > best.get((point["kind"], point["chunk"]), 0):
            best[point["kind"], point["chunk"]] = point["gbps"]
            text[point["kind"], point["chunk"]] = f"{point['gbps']:.2f} ({point['streams']})"
    return grid("Host to device, GB/s (streams)", points, text)


def pin_table(points):
    """What it costs to have pinned memory, and to give it back."""
    text = {(point["kind"], point["bytes"]): f"{point['seconds'] * 1e3:.2f} + {point['free_seconds'] * 1e3:.2f}"
            for point in points if "seconds" in point}
    return grid("Pinning, ms to take + ms to give back", points, text)


def ring_table(points):
    """What it costs that threads make their slots at the same time."""
    text = ["### Rings of 4 MiB for each thread, made by all threads at once", "", "| | threads | MiB | ms |",
            "|---|---:|---:|---:|"]
    text += [f"| {point['kind']} | {point['threads']} | {point['bytes'] >> 20} | {point['seconds'] * 1e3:.2f} |"
             for point in points if "seconds" in point]
    return text + [""]


def alloc_table(points):
    text = ["### Memory of the device", "", "| allocations | of each | ms to take | ms to give back |",
            "|---:|---:|---:|---:|"]
    text += [f"| {point['count']:,} | {point['bytes'] / MIB:,.1f} MiB | {point['seconds'] * 1e3:.2f} | "
             f"{point['free_seconds'] * 1e3:.2f} |" for point in points]
    return text + [""]


def machine_table(stage):
    """The machine, its link, and what memory costs."""
    facts = {**stage["facts"], **{f"nvidia-smi {name}": value for name, value in stage["nvidia_smi"].items()}}
    device = stage.get("device", {})
    facts |= {f"attribute {row['number']}, {row['meaning']}": row["value"] for row in device.get("attributes", [])}
    if device:
        facts |= {"driver": device["driver"], "context, ms": round(device["context_seconds"] * 1e3, 1)}
    text = ["## The machine", "", "| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items()), ""]
    if "error" in stage:
        return text + [f"The ceiling failed: {stage['error']}", ""]
    points = stage["link"] + stage["pin"] + stage["rings"]
    refused = dict.fromkeys((row["kind"], row["error"]) for row in points if "error" in row)
    text += [f"{kind}: {failure}" for kind, failure in refused] + ([""] if refused else [])
    text += link_table(stage["link"]) + pin_table(stage["pin"])
    return text + ring_table(stage["rings"]) + alloc_table(stage["alloc"])


def device_name(results):
    """As the driver calls it, in whatever stage was run."""
    name = results.get("machine", {}).get("device", {}).get("name")
    for stage in ("warm", "cold"):
        for run in results.get(stage, {}).get("runs", {}).get(rows.CEILING, []):
            name = name or run.get("device")
    return name or "a device that could not be asked"


def of(results):
    """The whole table, as Markdown."""
    text = [f"# Uploads to {device_name(results)}", ""]
    if results.get("quick"):
        text += ["**A smoke test: these figures mean nothing.**", ""]
    if "machine" in results:
        text += machine_table(results["machine"])
    for stage, title in (("warm", "From the page cache"), ("cold", "From the disk")):
        if stage in results:
            text += stage_table(title, results[stage])
    measured = {stage: Measured(results.get(stage, {})) for stage in ("warm", "cold")}
    return "\n".join(text + bars.table(results.get("machine", {}), measured["warm"], measured["cold"])) + "\n"


def main(paths):
    results = {}
    for path in paths:
        results |= json.loads(Path(path).read_text())
    print(of(results))


if __name__ == "__main__":
    main(sys.argv[1:])
