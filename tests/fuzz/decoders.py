"""Fuzz a decoder guided by the code that its input reaches (atheris).

``python -m tests.fuzz.decoders DEVICE --seconds 30`` begins with the device's transcripts and ends
with status 0 when nothing was found; DEVICE may be ``all``. An input that breaks a promise of
noise.py is written to a file, named at the end, and tried again with ``--again FILE``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["monitors.devices", "monitors.readings"]):
    from tests.devices.deliveries import transcripts_of
    from tests.fuzz.noise import DEVICES, check, check_memory, pieces_of

SIZES = (4096, 1, 3, 7, 19, 64, 250, 4096)
LONGEST_INPUT_BYTES = 2048
SLOWEST_INPUT_S = 20
MEMORY_TESTED_ONE_IN = 16


class Harness:
    """Turn an input of the fuzzer into noise: two bytes choose how it comes, the rest is it."""

    def __init__(self, devices: list[str]) -> None:
        self._devices = devices

    def __call__(self, chosen: bytes) -> None:
        if len(chosen) < 3:
            return
        device = self._devices[chosen[0] % len(self._devices)]
        noise = chosen[2:]
        check(device, pieces_of(noise, SIZES[chosen[1] % len(SIZES)]))
        if chosen[1] // len(SIZES) % MEMORY_TESTED_ONE_IN == 1:
            check_memory(device, noise)

    def write_seeds(self, folder: Path) -> None:
        """Write the beginnings of every transcript as inputs to start from."""
        for place, device in enumerate(self._devices):
            for transcript in transcripts_of(device):
                for start in range(0, min(len(transcript.raw), 4000), 400):
                    piece = transcript.raw[start : start + 500]
                    name = f"{transcript}-{start}"
                    (folder / name).write_bytes(bytes((place, start % 7)) + piece)


def main(harness_kind: type[Harness] = Harness) -> None:
    """Fuzz what the command line asks for; libFuzzer ends the process itself."""
    parser = argparse.ArgumentParser(description="Fuzz a decoder of the catalogue.")
    parser.add_argument("device", choices=[*DEVICES, "all"], metavar="DEVICE")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", type=Path, help="try one input once")
    parser.add_argument("--found", type=Path, default=Path(tempfile.gettempdir()))
    asked = parser.parse_args()
    harness = harness_kind(DEVICES if asked.device == "all" else [asked.device])
    if asked.again is not None:
        harness(asked.again.read_bytes())
        return
    with tempfile.TemporaryDirectory(prefix="seeds-") as seeds:
        harness.write_seeds(Path(seeds))
        atheris.Setup(
            [
                sys.argv[0],
                f"-max_total_time={asked.seconds}",
                f"-seed={asked.seed}",
                f"-max_len={LONGEST_INPUT_BYTES}",
                f"-timeout={SLOWEST_INPUT_S}",
                "-rss_limit_mb=1024",
                f"-artifact_prefix={asked.found}/{asked.device}-",
                seeds,
            ],
            harness,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
