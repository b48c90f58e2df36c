"""What the packets of Contec's older oximeters say."""

from __future__ import annotations

import pytest

from monitors.devices.contec_v5 import First, Third, adapter, reading_of
from monitors.devices.five_bytes import FiveByteFrame
from monitors.readings import OximetryReading, SignalCondition, Validity, Waveform, WaveformChunk


def told(text: str) -> OximetryReading:
    return reading_of(FiveByteFrame.from_bytes(bytes.fromhex(text)))


def test_the_pulse_rate_takes_bit_seven_from_the_third_byte() -> None:
    assert told("C6 32 45 04 61") == OximetryReading(97, 132)


def test_every_pulse_rate_is_what_was_sent() -> None:
    for rate in range(1, 255):
        raw = FiveByteFrame(rate, 97).to_bytes()
        assert reading_of(FiveByteFrame.from_bytes(raw)).pulse_rate_per_min == rate


def test_every_saturation_is_what_was_sent() -> None:
    for spo2 in range(1, 101):
        assert reading_of(FiveByteFrame(72, spo2)) == OximetryReading(spo2, 72)


@pytest.mark.parametrize(
    ("rate", "spo2"), [(0, 97), (255, 97), (72, 0), (72, 127), (72, 101), (72, 126), (0, 0)]
)
def test_a_missing_or_impossible_number_is_no_reading(rate: int, spo2: int) -> None:
    assert reading_of(FiveByteFrame(rate, spo2)) == OximetryReading(
        None, None, None, Validity.INVALID
    )


@pytest.mark.parametrize(
    ("first", "third", "conditions"),
    [
        (0, Third.PROBE_ERROR, (SignalCondition.FINGER_OUT,)),
        (0, Third.SEARCHING, (SignalCondition.SEARCHING,)),
        (First.SEARCHING_TOO_LONG, 0, (SignalCondition.SEARCHING,)),
        (
            First.SPO2_DROPPING,
            Third.PROBE_ERROR | Third.SEARCHING,
            (SignalCondition.FINGER_OUT, SignalCondition.SEARCHING, SignalCondition.DEVICE_ALARM),
        ),
    ],
)
def test_a_status_takes_plausible_numbers_away(
    first: int, third: int, conditions: tuple[SignalCondition, ...]
) -> None:
    frame = FiveByteFrame(72, 97, first=int(first), third=int(third))
    assert reading_of(frame) == OximetryReading(None, None, None, Validity.INVALID, conditions)


def test_the_devices_own_alarm_and_a_beat_leave_the_numbers() -> None:
    frame = FiveByteFrame(72, 85, first=int(First.SPO2_DROPPING | First.BEAT))
    expected = (SignalCondition.DEVICE_ALARM,)
    assert reading_of(frame) == OximetryReading(85, 72, None, Validity.VALID, expected)


def test_strength_wave_and_bar_change_nothing() -> None:
    frames = [FiveByteFrame(72, 97, wave, wave % 16, wave // 8) for wave in range(128)]
    assert {reading_of(frame) for frame in frames} == {OximetryReading(97, 72)}


def test_the_trace_is_sixty_samples_a_second_and_missing_without_a_finger() -> None:
    listener = adapter()
    seen = [FiveByteFrame(72, 97, wave).to_bytes() for wave in (0, 1, 64, 127)]
    unseen = FiveByteFrame(0, 0, 64, third=int(Third.PROBE_ERROR)).to_bytes()
    readings = [*listener.feed(b"".join([*seen, unseen]), 0.0), *listener.finish()]
    chunks = [one for one in readings if isinstance(one, WaveformChunk)]
    samples = tuple(sample for chunk in chunks for sample in chunk.samples)
    assert samples == (0, 1, 64, 127, None)
    assert (chunks[0].waveform, chunks[0].sample_rate_hz) == (Waveform.PLETH, 60.0)
    assert chunks[0].full_scale == 127


def test_nothing_is_ever_sent() -> None:
    listener = adapter()
    assert listener.begin(0.0) + b"".join(listener.due(second) for second in range(100)) == b""
