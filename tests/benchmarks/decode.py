"""Measure how fast each device of the catalogue is decoded on one core, beside other decoders.

``python -m tests.benchmarks.decode [DEVICE …] [--peers FOLDER]`` prints one JSON object. For each
device: frames and bytes a second of its steady transcript, in large reads and in the few bytes that
a port delivers in 50 ms; how many devices' worth one core decodes of what its simulated twin sends
in a minute, read by read; and each peer on the same bytes, with what it shows wrongly. The folder
is filled by ``pip install --no-deps --target FOLDER`` and the packages that peers.py names; without
it, the peers that must be installed are left out and say so. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from monitors.devices.catalogue import CATALOGUE, kind_of
from monitors.readings import OximetryReading, Waveform, WaveformChunk
from simulators.devices.catalogue import TWINS, twin_kind
from simulators.ports import TICK_S
from simulators.recliner import SimulatedRecliner
from simulators.scenario import load
from tests.benchmarks.peers import PACKAGES, PEERS, Peer
from tests.benchmarks.peers_described import Shown
from tests.devices.deliveries import FOLDER, Transcript, deliver, transcripts_of

SECONDS = 1.0
READS = {"large_reads": 4096, "reads_of_50_ms": 19}
STREAM_S = 60.0


def measure(device: str, read_bytes: int) -> dict[str, int]:
    """Decode a device's steady transcript over and over and return its rates."""
    raw = steady_bytes(device)
    pieces = [raw[at : at + read_bytes] for at in range(0, len(raw), read_bytes)]
    adapter = kind_of(device).make()
    fed, started = 0, time.process_time()
    while (elapsed := time.process_time() - started) < SECONDS:
        for piece in pieces:
            adapter.feed(piece, 0.0)
        fed += len(raw)
    return {
        "frames_per_s": round(adapter.counts.frames / elapsed),
        "bytes_per_s": round(fed / elapsed),
    }


def transcript_of(device: str, name: str) -> Transcript:
    """Return one transcript of a device."""
    return next(one for one in transcripts_of(device) if one.name == name)


def steady_bytes(device: str) -> bytes:
    """Return about 100 kB of a device's steady transcript."""
    raw = transcript_of(device, "steady").raw
    return raw * max(1, 100_000 // len(raw))


# ---- a minute of the simulated twin

Reads = list[tuple[bytes, float]]


def minute_of(device: str) -> Reads:
    """Return what a link would read of a simulated device in a minute, and when."""
    plan = replace(load("steady", 1).recliners[0], devices=(device,))
    twin, adapter = twin_kind(device).make(SimulatedRecliner(plan)), kind_of(device).make()
    twin.plugged_in(0.0)
    answer, reads = twin.hear(adapter.begin(0.0), 0.0), []
    for tick in range(1, int(STREAM_S / TICK_S) + 1):
        now_s = tick * TICK_S
        chunk = answer + twin.speak(now_s)
        adapter.feed(chunk, now_s)
        asked = adapter.due(now_s)
        answer = twin.hear(asked, now_s) if asked else b""
        reads.append((chunk, now_s))
    return reads


def devices_worth(device: str) -> dict[str, Any]:
    """Return how many devices' streams one core decodes, polls and empty reads included."""
    reads = minute_of(device)
    sent = sum(len(chunk) for chunk, _ in reads)
    if not sent:
        return {"bytes_per_s": 0, "devices_a_core": None}
    minutes, adapter, started = 0, kind_of(device).make(), time.process_time()
    while (elapsed := time.process_time() - started) < SECONDS:
        for chunk, now_s in reads:
            if chunk:
                adapter.feed(chunk, minutes * STREAM_S + now_s)
            adapter.due(minutes * STREAM_S + now_s)
        minutes += 1
    return {
        "bytes_per_s": round(sent / STREAM_S, 1),
        "devices_a_core": round(minutes * STREAM_S / elapsed),
    }


# ---- the peers


def beside(peer: Peer) -> dict[str, Any]:
    """Return a peer's rates on the same bytes, and what it shows of transcripts wrongly."""
    found: dict[str, Any] = {"peer": peer.name, "is_described": peer.is_described}
    try:
        decode = peer.open()
    except ImportError as missing:
        return found | {"left_out": f"not installed: {missing}"}
    raw, steady = steady_bytes(peer.device), transcript_of(peer.device, "steady")
    fed, started = 0, time.process_time()
    while (elapsed := time.process_time() - started) < SECONDS:
        decode(raw)
        fed += len(raw)
    frames = fed / len(steady.raw) * steady.summary["frames"]
    rates = {"frames_per_s": round(frames / elapsed), "bytes_per_s": round(fed / elapsed)}
    shown = {
        name: compared(peer, decode, transcript_of(peer.device, name))
        for name in ("steady", "garbled")
    }
    return found | rates | {"shows": peer.shows} | shown | {"faults": peer.faults}


def compared(
    peer: Peer, decode: Callable[[bytes], Shown], transcript: Transcript
) -> dict[str, int]:
    """Count what a peer shows of a transcript that is not so, and what it misses.

    Of numbers, shown_wrongly counts pairs that are true nowhere in the transcript, and missed the
    different true pairs that are never shown; of a pleth, every sample counts.
    """
    told = [one for one in decode(transcript.raw) if one not in ((None, None), None)]
    if peer.shows == "pleth":
        true, shown = Counter(_pleth(transcript)), Counter(told)
        wrong, missed = (shown - true).total(), (true - shown).total()
        return {"shown": len(told), "shown_wrongly": wrong, "missed": missed}
    pairs = set(_numbers(transcript))
    wrong, missed = sum(one not in pairs for one in told), len(pairs - set(told))
    return {"shown": len(told), "shown_wrongly": wrong, "missed": missed}


def _numbers(transcript: Transcript) -> list[tuple[float | None, float | None]]:
    """Return the pairs that a nurse may be shown: no number under a status that forbids it."""
    readings, _ = deliver(transcript.device, [transcript.raw])
    pairs = [
        (one.spo2_pct, one.pulse_rate_per_min)
        for one in readings
        if isinstance(one, OximetryReading)
    ]
    return [pair for pair in pairs if pair != (None, None)]


def _pleth(transcript: Transcript) -> list[int]:
    """Return the samples of good packets, in 8 bits."""
    readings, _ = deliver(transcript.device, [transcript.raw])
    return [
        round(sample / one.full_scale * 255)
        for one in readings
        if isinstance(one, WaveformChunk) and one.waveform is Waveform.PLETH
        for sample in one.samples
        if sample is not None
    ]


def measured(device: str) -> dict[str, Any]:
    """Measure one device and its peers."""
    found: dict[str, Any] = {name: measure(device, size) for name, size in READS.items()}
    if device in TWINS:
        found["twin"] = devices_worth(device)
    peers = [beside(peer) for peer in PEERS if peer.device == device]
    return found | {"peers": peers or "no public Python decoder of this protocol is known"}


def main(words: Sequence[str] | None = None) -> dict[str, Any]:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure the decoders.")
    known = sorted(name for name in CATALOGUE if (FOLDER / name / "steady.jsonl").exists())
    parser.add_argument("devices", nargs="*", metavar="DEVICE", help="all by default")
    parser.add_argument("--peers", metavar="FOLDER", help=f"holds {', '.join(PACKAGES)}")
    asked = parser.parse_args(words)
    if asked.peers:
        sys.path.append(asked.peers)
    gc.freeze()
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "devices": {device: measured(device) for device in asked.devices or known},
    }


if __name__ == "__main__":
    print(json.dumps(main(), indent=2))  # noqa: T201
