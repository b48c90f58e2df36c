"""What is over goes on record at once: a killed collector loses one second of readings at most."""

from __future__ import annotations

from monitors.collecting.recorder import Recorder
from monitors.readings import OximetryReading, Validity, Waveform, WaveformChunk
from monitors.store.facts import ReadingFact, WaveformFact

DEVICE = "R1/oximeter"


def recorder() -> Recorder:
    return Recorder("R1", "Room", utc_of=lambda ms: ms)


def reading(spo2: int) -> OximetryReading:
    return OximetryReading(spo2, 70, None, Validity.VALID, ())


def chunk(samples: int) -> WaveformChunk:
    return WaveformChunk(Waveform.PLETH, 75.0, 255, tuple(range(samples)))


def test_a_reading_is_ready_as_soon_as_its_second_is_over_though_none_follows() -> None:
    own = recorder()
    own.take(DEVICE, reading(96), 1_200, None)
    own.take(DEVICE, reading(97), 1_700, None)
    own.end_second(1_999)
    assert own.drain() == []
    own.end_second(2_000)
    values = [one.value for one in own.drain() if isinstance(one, ReadingFact)]
    assert values == [97, 70]


def test_a_trace_begun_in_a_second_that_is_over_is_ready_and_goes_on_without_a_gap() -> None:
    own = recorder()
    own.take(DEVICE, chunk(25), 1_500, "S1")
    own.end_second(1_999)
    assert own.drain() == []
    own.end_second(2_010)
    own.take(DEVICE, chunk(25), 1_833, "S1")
    own.end_second(3_010)
    kept = [one for one in own.drain() if isinstance(one, WaveformFact)]
    assert [one.start_utc_ms for one in kept] == [1_167, 1_500]
    assert [len(one.samples) for one in kept] == [25, 25]


def test_a_second_without_anything_leaves_nothing() -> None:
    own = recorder()
    own.end_second(2_000)
    assert own.drain() == []
