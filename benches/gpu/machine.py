"""What kind of machine this is: what a reader of the table has to know to judge it."""

import os
import platform
import subprocess
from pathlib import Path

QUERY = ("name", "driver_version", "memory.total", "pcie.link.gen.max", "pcie.link.width.max",
         "pcie.link.gen.current", "pcie.link.width.current")


def nvidia_smi():
    """What nvidia-smi says of the first GPU; nothing where there is none. An idle link reports a slower generation."""
    command = ["nvidia-smi", "--id=0", f"--query-gpu={','.join(QUERY)}", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return {}
    if done.returncode:
        return {}
    return dict(zip(QUERY, (value.strip() for value in done.stdout.splitlines()[0].split(","))))


def first_line(path, start=""):
    """The first line of a file that starts so; empty if there is none."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line for line in lines if line.startswith(start)), "")


def file_system(path):
    """The kind of file system that a path lies on: what a cold read means depends on it."""
    path, found, kind = Path(path).resolve(), Path("/"), ""
    for line in Path("/proc/mounts").read_text().splitlines():
        mount, mounted = Path(line.split()[1]), line.split()[2]
        if mount in (path, *path.parents) and len(mount.parts) >= len(found.parts):
            found, kind = mount, mounted
    return kind


def facts():
    """The machine without its GPU."""
    return {
        "processor": first_line("/proc/cpuinfo", "model name").partition(":")[2].strip(),
        "processors": len(os.sched_getaffinity(0)),
        "memory, GiB": int((first_line("/proc/meminfo", "MemTotal").split() or [0, 0])[1]) >> 20,
        "kernel": platform.release(),
        "huge pages": first_line("/sys/kernel/mm/transparent_hugepage/enabled"),
        "C library": " ".join(platform.libc_ver()),
    }
