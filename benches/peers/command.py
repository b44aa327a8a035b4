"""Measures a command, its start included:

    command.py WHAT COMMAND ARGUMENT...

Those arguments that are files are the input. The peak is that of the largest process.
"""

import os
import subprocess
import sys
import time

from bench import repeat, report, shards

what, command = sys.argv[1], sys.argv[2:]
bytes = sum(shards(argument)[1] if os.path.isdir(argument) else os.path.getsize(argument)
            for argument in command[1:] if os.path.exists(argument))
peak = 0


def run():
    global peak
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - start
    if status:
        sys.exit(f"{what}: exit status {os.waitstatus_to_exitcode(status)}")
    peak = max(peak, usage.ru_maxrss * 1024)
    return elapsed


report(what, bytes, repeat(run), peak)
