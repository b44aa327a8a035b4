"""Loads a checkpoint with the Run:ai model streamer, all shards in one request.

    runai_load.py DIR [tuned]

As it comes, it is made for cold, fast storage: it reads with O_DIRECT wherever it can, and so goes
to the disk even when the page cache holds everything. `tuned` is for a warm cache: buffered reads
on as many threads as cores. Larger chunks, io_uring and other ring depths gained nothing clear.
Either way tensors land in huge pages (numpy asks for them), and they are the caller's to keep.
"""

import os
import sys

TUNED = {
    "RUNAI_STREAMER_FS_STRATEGY": "sync_buffered",
    "RUNAI_STREAMER_CONCURRENCY": str(os.cpu_count()),
    "RUNAI_STREAMER_CHUNK_BYTESIZE": str(2 << 20),
}

tuned = sys.argv[2:] == ["tuned"]
if tuned:
    os.environ |= TUNED | os.environ  # what the caller sets, wins

from bench import measure, shards
from runai_model_streamer import SafetensorsStreamer

paths, bytes = shards(sys.argv[1])


def load():
    with SafetensorsStreamer() as streamer:
        streamer.stream_files([str(path) for path in paths])
        return dict(streamer.get_tensors())


measure(f"load: Run:ai streamer, {'tuned' if tuned else 'as it comes'}", bytes, load)
