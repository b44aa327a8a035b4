"""The bars: what has to hold on a real card, each a comparison within one call of run.py."""

import rows

MIB = 1 << 20
MOST_PINNED = 64 * MIB


def loads(warm):
    """Our loads that check nothing and pin no more than is allowed, fastest first."""
    names = [name for name in warm.runs
             if (name == rows.DEFAULTS or name.startswith("ours, ") and name.endswith(" MiB") and "BLAKE3" not in name)
             and warm.good(name) and warm.field(name, "pinned_bytes") <= MOST_PINNED]
    return sorted(names, key=warm.speed, reverse=True)


def hashed(warm):
    names = [name for name in warm.runs if "BLAKE3" in name and warm.good(name)]
    return max(names, key=warm.speed, default=None)


def warm_bars(warm):
    """What is loaded from the page cache."""
    if best := next(iter(loads(warm)), None):
        yield f"warm, no more than 64 MiB pinned, share of the ceiling ({best})", "≥", 0.9, warm.share(best)
    if warm.good(rows.DEFAULTS):
        yield "warm, defaults, share of the ceiling", "≥", 0.9, warm.share(rows.DEFAULTS)
    if warm.good(rows.ROW_SLICE) and warm.good(rows.CONTIGUOUS):
        yield ("row slices, speed over that of as many bytes in whole tensors", "≥", 0.8,
               warm.speed(rows.ROW_SLICE) / warm.speed(rows.CONTIGUOUS))
    if warm.good(rows.COLUMN_SLICE) and warm.good(rows.CONTIGUOUS):
        yield ("column slices, speed over the same", "", None,
               warm.speed(rows.COLUMN_SLICE) / warm.speed(rows.CONTIGUOUS))
    if (name := hashed(warm)) and warm.good(rows.FILL):
        yield f"BLAKE3, GB/s ({name})", "", None, warm.speed(name)
        yield "BLAKE3, share of the fill rate", "", None, warm.speed(name) / warm.speed(rows.FILL)
        yield "fill rate, GB/s", "", None, warm.speed(rows.FILL)
    peers = [name for name in rows.PEERS if warm.good(name)]
    if peers and warm.good(rows.DEFAULTS):
        fastest = max(peers, key=warm.speed)
        yield (f"defaults, speed over the fastest peer's plan ({fastest})", "", None,
               warm.speed(rows.DEFAULTS) / warm.speed(fastest))


def ring_bars(machine, warm):
    """What a load costs before its first byte."""
    for row in machine.get("rings", []):
        if row.get("bytes") == MOST_PINNED and "seconds" in row:
            bar = ("≤", 20) if row["kind"] == "registered THP" else ("", None)
            yield f"a ring of 64 MiB, {row['kind']}, made by {row['threads']} threads, ms", *bar, row["seconds"] * 1e3
    if warm.good(rows.SMALL):
        first = max(run["samples"][0] for run in warm.runs[rows.SMALL])
        yield "one small tensor, the first load of a process, ms", "≤", 20, first * 1e3


def cold_bars(cold):
    """What the disk gives to how many readers, and what of it arrives."""
    for count in rows.READERS:
        for whose, readers in (("fill", "readers"), ("ours", "threads")):
            buffered, direct = (f"{whose}, {count} {readers}, {how}" for how in ("buffered", "O_DIRECT"))
            if cold.good(buffered) and cold.good(direct):
                yield (f"cold, {whose}, {count} {readers}, O_DIRECT's speed over buffered", "", None,
                       cold.speed(direct) / cold.speed(buffered))
    fills = [name for name in cold.runs if name.startswith("fill") and cold.good(name)]
    if fills and cold.good(rows.DEFAULTS):
        fastest = max(fills, key=cold.speed)
        yield (f"cold, our defaults, speed over the fastest fill ({fastest})", "", None,
               cold.speed(rows.DEFAULTS) / cold.speed(fastest))


def table(machine, warm, cold):
    """All bars that the measured rows allow."""
    text = ["## Bars", "", "| bar | wanted | measured | |", "|---|---:|---:|---|"]
    for what, sign, bar, value in (*warm_bars(warm), *ring_bars(machine, warm), *cold_bars(cold)):
        if value is None:
            continue
        holds = bar is None or (value <= bar if sign == "≤" else value >= bar)
        verdict = "" if bar is None else "holds" if holds else "**missed**"
        text.append(f"| {what} | {sign} {'' if bar is None else bar} | {value:.2f} | {verdict} |")
    return text
