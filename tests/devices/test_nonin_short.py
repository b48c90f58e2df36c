"""Nonin formats 1 and 8, which have no checksum: when a frame is believed."""

from __future__ import annotations

import random

import pytest

from monitors.devices import nonin_df1, nonin_df8
from monitors.devices.nonin_df1 import Df1Frame
from monitors.devices.nonin_df8 import Df8Frame
from monitors.devices.nonin_short import ShortAdapter
from monitors.readings import OximetryReading, SignalCondition, Validity


def fed(adapter: ShortAdapter, *chunks: bytes) -> list[OximetryReading]:
    return [reading for chunk in chunks for reading in adapter.feed(chunk, 0.0)]


def test_the_first_frame_waits_for_two_more_and_then_each_comes_at_once() -> None:
    adapter = nonin_df1.adapter()
    one, two, three, four = (Df1Frame(70 + n, 97).to_bytes() for n in range(4))
    assert fed(adapter, one, two, three[:2]) == []
    assert [reading.pulse_rate_per_min for reading in fed(adapter, three[2:])] == [70, 71, 72]
    assert [reading.pulse_rate_per_min for reading in fed(adapter, four)] == [73]


def test_a_single_frame_in_a_capture_is_told_at_its_end() -> None:
    adapter = nonin_df8.adapter()
    assert fed(adapter, Df8Frame(72, 98).to_bytes()) == []
    assert list(adapter.finish()) == [OximetryReading(98, 72)]


def test_a_format_8_oximeter_set_up_as_format_1_gives_nothing() -> None:
    adapter = nonin_df1.adapter()
    raw = b"".join(Df8Frame(72, 98, is_sensor_alarm=True).to_bytes() for _ in range(50))
    assert fed(adapter, raw) == []
    assert list(adapter.finish()) == []
    assert adapter.counts.frames == 0
    assert adapter.counts.discarded_bytes == len(raw)


def test_a_format_1_oximeter_set_up_as_format_8_gives_nothing() -> None:
    adapter = nonin_df8.adapter()
    assert fed(adapter, Df1Frame(72, 98).to_bytes() * 50) == []
    assert list(adapter.finish()) == []


def test_a_stray_byte_between_frames_is_discarded_and_the_lock_found_again() -> None:
    adapter = nonin_df8.adapter()
    frame = Df8Frame(140, 97).to_bytes()
    readings = fed(adapter, frame * 4, b"\x15", frame * 4)
    assert len(readings) == 8
    assert adapter.counts.discarded_bytes == 1


def test_held_values_under_the_sensor_alarm_are_no_reading() -> None:
    adapter = nonin_df8.adapter()
    readings = fed(adapter, Df8Frame(72, 98, is_sensor_alarm=True).to_bytes() * 3)
    assert readings[0] == OximetryReading(
        None, None, None, Validity.INVALID, (SignalCondition.FINGER_OUT,)
    )


@pytest.mark.parametrize("seed", range(5))
def test_random_bytes_are_each_in_a_frame_or_discarded(seed: int) -> None:
    raw = random.Random(seed).randbytes(5000)
    for adapter, length in ((nonin_df1.adapter(), 3), (nonin_df8.adapter(), 4)):
        fed(adapter, raw)
        adapter.finish()
        counts = adapter.counts
        assert length * counts.frames + counts.discarded_bytes == len(raw)
        assert counts.bad_checksums == 0
