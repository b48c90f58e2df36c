"""Ways to deliver bytes to an adapter, and the transcripts to deliver.

A transcript is a pair of files in ``transcripts/<device>/``; see the README there. What the bytes
of a device mean is in the transcripts alone, so a new device needs no line of code here.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from monitors.decode import parse_hex
from monitors.devices.adapter import Adapter
from monitors.devices.catalogue import kind_of
from monitors.readings import Reading, Waveform, WaveformChunk, as_record

FOLDER = Path(__file__).parent / "transcripts"
Outcome = tuple[list[Reading], dict[str, int]]


@dataclass(frozen=True, slots=True)
class Transcript:
    """Hold the bytes of one conversation and what they must become."""

    device: str
    name: str
    raw: bytes
    records: list[dict[str, Any]]
    summary: dict[str, int]

    def __str__(self) -> str:
        return f"{self.device}-{self.name}"


def transcripts_of(device: str) -> list[Transcript]:
    """Read every transcript of a device."""
    return [_transcript(device, path) for path in sorted((FOLDER / device).glob("*.hex"))]


def _transcript(device: str, path: Path) -> Transcript:
    *records, summary = [json.loads(line) for line in _lines(path.with_suffix(".jsonl"))]
    return Transcript(device, path.stem, parse_hex(path.read_bytes(), path.name), records, summary)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def deliver(device: str, chunks: Iterable[bytes]) -> Outcome:
    """Feed chunks to a fresh adapter and return its readings, traces joined, and its counts."""
    adapter = kind_of(device).make()
    told = [reading for chunk in chunks for reading in adapter.feed(chunk, 0.0)]
    told += adapter.finish()
    return joined(told), asdict(adapter.counts)


def feed(adapter: Adapter, raw: bytes, size: int = 4096) -> list[Reading]:
    """Feed bytes in pieces of one size."""
    pieces = (raw[at : at + size] for at in range(0, len(raw), size))
    return [reading for piece in pieces for reading in adapter.feed(piece, 0.0)]


def joined(readings: Iterable[Reading]) -> list[Reading]:
    """Put the traces together in front: how many samples came in one chunk is of no meaning."""
    samples: dict[tuple[Waveform, float, int], tuple[int | None, ...]] = {}
    others: list[Reading] = []
    for reading in readings:
        if isinstance(reading, WaveformChunk):
            key = (reading.waveform, reading.sample_rate_hz, reading.full_scale)
            samples[key] = samples.get(key, ()) + reading.samples
        else:
            others.append(reading)
    return [*(WaveformChunk(*key, trace) for key, trace in samples.items()), *others]


def records_of(readings: Iterable[Reading]) -> list[dict[str, Any]]:
    """Return the records that decode would print."""
    return [record for reading in readings if (record := as_record(reading)) is not None]


def random_chunks(raw: bytes, seed: int, longest: int = 40) -> Iterator[bytes]:
    """Cut bytes into pieces of random size, empty ones too."""
    rng = random.Random(seed)
    at = 0
    while at < len(raw):
        size = rng.randrange(longest)
        yield raw[at : at + size]
        at += size
