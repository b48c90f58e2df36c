"""What every decoder must stand, whatever the noise: checked on a device's row and transcript.

A decoder raises nothing, tells the same however its bytes are cut, holds little, loses or invents
no byte in its counts, and after any noise finds the good frames that follow. The fuzzers of this
folder differ only in where the noise comes from.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from monitors.devices.adapter import Adapter
from monitors.devices.catalogue import CATALOGUE, kind_of
from monitors.readings import NibpDetermination, OximetryReading, Reading, VitalReading
from tests.devices.deliveries import FOLDER, Transcript, deliver, joined, transcripts_of

DEVICES = sorted(name for name in CATALOGUE if (FOLDER / name / "steady.jsonl").exists())
LONGEST_BLIND_BYTES = 1024
MOST_HELD_BYTES = 64 * 1024
_GOOD_BYTES = 4 * LONGEST_BLIND_BYTES
_SPARE_FRAMES = 4


@cache
def steady_of(device: str) -> Transcript:
    """Return the transcript of a device whose every byte is part of a good frame."""
    return next(one for one in transcripts_of(device) if one.name == "steady")


def pieces_of(raw: bytes, size: int) -> list[bytes]:
    """Cut bytes into pieces of one size."""
    return [raw[at : at + size] for at in range(0, len(raw), size)]


def check(device: str, pieces: Sequence[bytes]) -> None:
    """Deliver noise and hold the decoder to everything that it promises. Raises AssertionError."""
    noise = b"".join(pieces)
    adapter = kind_of(device).make()
    told = feed_all(adapter, pieces)
    assert held_bytes(adapter) <= MOST_HELD_BYTES, f"{device} holds {held_bytes(adapter)} bytes"
    _check_values(device, told)
    _check_good_frames_are_found(device, adapter)
    assert _outcome(device, pieces) == deliver(device, [noise]), f"{device}: cutting matters"
    counts = deliver(device, [noise])[1]
    assert 0 <= counts["discarded_bytes"] <= len(noise), f"{device}: {counts} of {len(noise)}"
    assert counts["frames"] <= len(noise), f"{device}: {counts} of {len(noise)}"


def check_memory(device: str, noise: bytes, total: int = 128 * 1024) -> None:
    """Deliver noise over and over and see that what is held does not grow with it."""
    adapter = kind_of(device).make()
    for _ in range(total // max(1, len(noise)) + 1):
        adapter.feed(noise, 0.0)
    assert held_bytes(adapter) <= MOST_HELD_BYTES, f"{device} holds {held_bytes(adapter)} bytes"


def feed_all(adapter: Adapter, pieces: Iterable[bytes]) -> list[Reading]:
    """Feed pieces and return what they told."""
    return [reading for piece in pieces for reading in adapter.feed(piece, 0.0)]


def _outcome(device: str, pieces: Sequence[bytes]) -> tuple[list[Reading], dict[str, int]]:
    adapter = kind_of(device).make()
    told = [*feed_all(adapter, pieces), *adapter.finish()]
    return joined(told), asdict(adapter.counts)


def _check_good_frames_are_found(device: str, adapter: Adapter) -> None:
    """Feed good frames after the noise: at most the first kilobyte of them may be missed."""
    steady = steady_of(device)
    copies = max(2, _GOOD_BYTES // len(steady.raw) + 1)
    frames = steady.summary["frames"]
    missable = LONGEST_BLIND_BYTES * frames // len(steady.raw) + _SPARE_FRAMES
    before = adapter.counts.frames
    told = feed_all(adapter, [steady.raw] * copies)
    told += adapter.finish()
    found = adapter.counts.frames - before
    assert found >= copies * frames - missable, f"{device}: {found} of {copies * frames} frames"
    assert told, f"{device}: {found} good frames, no reading"


def _check_values(device: str, told: Iterable[Reading]) -> None:
    """See that no reading carries a number which its own status or its unit forbids."""
    for reading in told:
        match reading:
            case OximetryReading():
                numbers = (reading.spo2_pct, reading.pulse_rate_per_min)
                assert _is_told(reading.validity) or numbers == (None, None), f"{device}: {reading}"
                assert reading.spo2_pct is None or 0 <= reading.spo2_pct <= 127, reading
            case VitalReading():
                assert _is_told(reading.validity) or reading.value is None, f"{device}: {reading}"
            case NibpDetermination() if reading.outcome != "completed":
                assert reading.systolic_mmhg is None, f"{device}: {reading}"
                assert reading.diastolic_mmhg is None, f"{device}: {reading}"


def _is_told(validity: str) -> bool:
    return not validity.startswith(("inv", "not"))


def held_bytes(thing: Any, seen: set[int] | None = None) -> int:
    """Return the bytes of memory of everything that an adapter's objects hold."""
    seen = set() if seen is None else seen
    if id(thing) in seen or isinstance(thing, type) or callable(thing):
        return 0
    seen.add(id(thing))
    size = sys.getsizeof(thing)
    return size + sum(held_bytes(part, seen) for part in _parts(thing))


def _parts(thing: Any) -> Iterable[Any]:
    if isinstance(thing, dict):
        return [*thing.keys(), *thing.values()]
    if isinstance(thing, (str, bytes, bytearray, int, float, type(None))):
        return ()
    if isinstance(thing, Iterable) and hasattr(thing, "__len__"):
        return list(thing)
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    named = [getattr(thing, name) for name in slots if hasattr(thing, name)]
    return [*named, *getattr(thing, "__dict__", {}).values()]
