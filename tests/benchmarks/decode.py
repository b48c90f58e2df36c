"""Measure how fast each device of the catalogue is decoded, on one core.

Run ``python -m tests.benchmarks.decode``: one JSON object, for each device frames and bytes a
second, once in large reads and once in the few bytes that a port delivers in 50 ms. Nothing is
asserted; docs/ hold the figures that were measured.
"""

from __future__ import annotations

import json
import platform
import time
from typing import Any

from monitors.devices.catalogue import CATALOGUE, kind_of
from tests.devices.deliveries import transcripts_of

SECONDS = 1.0
READS = {"large_reads": 4096, "reads_of_50_ms": 19}


def measure(device: str, read_bytes: int) -> dict[str, int]:
    """Decode a device's steady transcript over and over and return its rates."""
    raw = next(t.raw for t in transcripts_of(device) if t.name == "steady")
    raw *= max(1, 100_000 // len(raw))
    pieces = [raw[at : at + read_bytes] for at in range(0, len(raw), read_bytes)]
    adapter = kind_of(device).make()
    fed, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < SECONDS:
        for piece in pieces:
            adapter.feed(piece, 0.0)
        fed += len(raw)
    return {
        "frames_per_s": round(adapter.counts.frames / elapsed),
        "bytes_per_s": round(fed / elapsed),
    }


def main() -> dict[str, Any]:
    """Measure every device."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "devices": {
            device: {name: measure(device, size) for name, size in READS.items()}
            for device in sorted(CATALOGUE)
        },
    }


if __name__ == "__main__":
    print(json.dumps(main(), indent=2))  # noqa: T201
