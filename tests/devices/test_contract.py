"""What every device of the catalogue must stand, whatever its protocol.

A device is under contract by its row and its transcripts alone: the first test fails for a row
without one.
"""

from __future__ import annotations

import gc
import random
import tracemalloc

import pytest

from monitors.devices.adapter import Adapter, CuffAdapter
from monitors.devices.catalogue import CATALOGUE, kind_of
from monitors.readings import OximetryReading, VitalReading
from tests.devices.deliveries import (
    FOLDER,
    Transcript,
    deliver,
    feed,
    joined,
    random_chunks,
    records_of,
    transcripts_of,
)

DEVICES = sorted(CATALOGUE)
TRANSCRIPTS = [transcript for device in DEVICES for transcript in transcripts_of(device)]
STEADY = [transcript for transcript in TRANSCRIPTS if transcript.name == "steady"]

every_device = pytest.mark.parametrize("device", DEVICES)
every_transcript = pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=str)
every_steady = pytest.mark.parametrize("transcript", STEADY, ids=str)


@every_device
def test_every_device_of_the_catalogue_has_a_steady_transcript(device: str) -> None:
    steady = [t for t in transcripts_of(device) if t.name == "steady"]
    assert steady, f"{device} needs tests/devices/transcripts/{device}/steady.hex and .jsonl"
    assert steady[0].records
    assert steady[0].summary["discarded_bytes"] == 0


def test_every_folder_of_transcripts_belongs_to_a_device() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    assert folders <= set(DEVICES)


@every_transcript
def test_whole_it_gives_the_expected_readings_and_counts(transcript: Transcript) -> None:
    readings, counts = deliver(transcript.device, [transcript.raw])
    assert records_of(readings) == transcript.records
    assert counts == transcript.summary


@every_transcript
def test_byte_by_byte_it_gives_the_same(transcript: Transcript) -> None:
    pieces = [bytes([byte]) for byte in transcript.raw]
    assert deliver(transcript.device, pieces) == deliver(transcript.device, [transcript.raw])


@every_transcript
@pytest.mark.parametrize("seed", range(8))
def test_in_random_pieces_it_gives_the_same(transcript: Transcript, seed: int) -> None:
    pieces = random_chunks(transcript.raw, seed, longest=4 + 20 * seed)
    assert deliver(transcript.device, pieces) == deliver(transcript.device, [transcript.raw])


@every_steady
def test_noise_before_does_not_hide_what_follows(transcript: Transcript) -> None:
    for seed in range(6):
        noise = random.Random(seed).randbytes(97)
        readings, counts = deliver(transcript.device, [noise, transcript.raw])
        assert records_of(readings)[-len(transcript.records) + 1 :] == transcript.records[1:]
        assert counts["frames"] >= transcript.summary["frames"] - 1


@every_steady
def test_noise_of_one_repeated_byte_before_costs_nothing(transcript: Transcript) -> None:
    for byte in (0x00, 0x0A, 0x20, 0x7F):
        readings, counts = deliver(transcript.device, [bytes([byte]) * 33, transcript.raw])
        assert records_of(readings) == transcript.records
        assert counts["frames"] == transcript.summary["frames"]


@every_steady
def test_cut_anywhere_in_front_the_rest_is_still_found(transcript: Transcript) -> None:
    raw = transcript.raw
    last = transcript.records[-1]
    for cut in range(0, len(raw) // 2, max(1, len(raw) // 150)):
        readings, counts = deliver(transcript.device, [raw[cut:]])
        assert records_of(readings)[-1] == last
        assert counts["discarded_bytes"] <= len(raw) - cut


@every_steady
def test_cut_anywhere_at_the_end_no_reading_changes(transcript: Transcript) -> None:
    for cut in range(0, len(transcript.raw), max(1, len(transcript.raw) // 150)):
        readings, _ = deliver(transcript.device, [transcript.raw[:cut]])
        got = records_of(readings)[:-2]
        assert got == transcript.records[: len(got)]


@every_steady
def test_a_trailing_half_frame_is_discarded_and_counted(transcript: Transcript) -> None:
    readings, counts = deliver(transcript.device, [transcript.raw, transcript.raw[:2]])
    assert records_of(readings) == transcript.records
    assert counts["frames"] == transcript.summary["frames"]
    assert counts["discarded_bytes"] == 2


def _garbage(kind: str, size: int) -> bytes:
    if kind == "random":
        return random.Random(7).randbytes(size)
    return bytes([int(kind, 16)]) * size


@every_steady
@pytest.mark.parametrize("kind", ["random", "01", "80", "ff", "00", "20"])
def test_a_megabyte_of_garbage_takes_no_memory_and_is_survived(
    transcript: Transcript, kind: str
) -> None:
    adapter = kind_of(transcript.device).make()
    garbage = _garbage(kind, 1_000_000)
    feed(adapter, garbage)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for at in range(0, 131_072, 4096):
        adapter.feed(garbage[at : at + 4096], 0.0)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 32_000
    frames = adapter.counts.frames
    readings = feed(adapter, transcript.raw)
    readings += adapter.finish()
    assert records_of(readings)[-1] == transcript.records[-1]
    assert adapter.counts.frames >= frames + transcript.summary["frames"] - 1


@every_steady
def test_a_megabyte_at_once_is_survived(transcript: Transcript) -> None:
    garbage = _garbage("random", 1_000_000)
    readings, _ = deliver(transcript.device, [garbage + transcript.raw])
    assert records_of(readings)[-1] == transcript.records[-1]


@every_steady
def test_one_broken_byte_costs_a_few_frames_and_no_more(transcript: Transcript) -> None:
    rng = random.Random(11)
    for _ in range(40):
        broken = bytearray(transcript.raw)
        broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
        adapter = kind_of(transcript.device).make()
        feed(adapter, bytes(broken))
        after_broken = adapter.counts.frames
        feed(adapter, transcript.raw)
        adapter.finish()
        assert after_broken >= transcript.summary["frames"] // 2 - 30
        assert adapter.counts.frames >= 2 * transcript.summary["frames"] - 40


@every_steady
def test_one_lost_or_added_byte_is_recovered_from(transcript: Transcript) -> None:
    rng = random.Random(12)
    for _ in range(40):
        place = rng.randrange(len(transcript.raw))
        raw = transcript.raw
        lost, added = raw[:place] + raw[place + 1 :], raw[:place] + b"\x81" + raw[place:]
        for slipped in (lost, added):
            readings, counts = deliver(transcript.device, [slipped, raw])
            assert records_of(readings)[-1] == transcript.records[-1]
            assert counts["frames"] >= 2 * transcript.summary["frames"] - 30


@every_transcript
def test_two_runs_of_the_same_bytes_are_the_same(transcript: Transcript) -> None:
    assert deliver(transcript.device, [transcript.raw]) == deliver(
        transcript.device, [transcript.raw]
    )


@every_transcript
def test_no_invalid_reading_carries_a_number(transcript: Transcript) -> None:
    readings, _ = deliver(transcript.device, [transcript.raw])
    for reading in readings:
        if isinstance(reading, OximetryReading) and reading.validity.startswith(("inv", "not")):
            assert (reading.spo2_pct, reading.pulse_rate_per_min) == (None, None)
        if isinstance(reading, VitalReading) and reading.validity.startswith(("inv", "not")):
            assert reading.value is None


@every_steady
def test_a_reopened_port_forgets_the_half_received(transcript: Transcript) -> None:
    adapter = kind_of(transcript.device).make()
    half = len(transcript.raw) // 2 + 1
    told = list(adapter.begin(0.0)[:0])
    told += feed(adapter, transcript.raw[:half])
    adapter.begin(1.0)
    frames = adapter.counts.frames
    told = feed(adapter, transcript.raw)
    told += adapter.finish()
    assert records_of(joined(told))[-1] == transcript.records[-1]
    assert adapter.counts.frames == frames + transcript.summary["frames"]


@every_device
def test_finish_twice_tells_nothing_twice(device: str) -> None:
    adapter = kind_of(device).make()
    feed(adapter, transcripts_of(device)[0].raw)
    adapter.finish()
    assert list(adapter.finish()) == []


@every_device
def test_every_adapter_keeps_its_seam(device: str) -> None:
    kind = kind_of(device)
    adapter: Adapter = kind.make()
    assert isinstance(adapter.begin(0.0), bytes)
    assert isinstance(adapter.due(0.0), bytes)
    assert list(adapter.feed(b"", 0.0)) == []
    assert isinstance(adapter, CuffAdapter) == kind.can_start_cuff


@every_device
def test_a_device_that_is_only_listened_to_is_never_written_to(device: str) -> None:
    kind = kind_of(device)
    if not kind.is_push:
        assert kind.make().due(0.0)
        return
    adapter = kind.make()
    sent = adapter.begin(0.0) + b"".join(adapter.due(second) for second in range(100))
    assert sent == b"" or kind.name not in {"nonin-df1", "nonin-df2", "nonin-df7", "nonin-df8"}
