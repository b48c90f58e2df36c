"""What BCI packets say."""

from __future__ import annotations

import pytest

from monitors.devices.bci import First, Third, adapter, reading_of
from monitors.devices.five_bytes import FiveByteFrame
from monitors.readings import OximetryReading, SignalCondition, Validity, WaveformChunk


def told(text: str) -> OximetryReading:
    return reading_of(FiveByteFrame.from_bytes(bytes.fromhex(text)))


def test_a_good_packet_is_its_numbers() -> None:
    assert told("87 32 05 48 62") == OximetryReading(98, 72)


@pytest.mark.parametrize("text", ["80 00 50 7F 7F", "80 00 10 7F 7F"])
def test_no_finger_is_no_number_even_if_a_driver_forgot_bit_seven(text: str) -> None:
    expected = (SignalCondition.FINGER_OUT,)
    assert told(text) == OximetryReading(None, None, None, Validity.INVALID, expected)


def test_every_pulse_rate_is_what_was_sent() -> None:
    for rate in range(1, 255):
        raw = FiveByteFrame(rate, 97).to_bytes()
        assert reading_of(FiveByteFrame.from_bytes(raw)).pulse_rate_per_min == rate


def test_every_saturation_is_what_was_sent() -> None:
    for spo2 in range(1, 101):
        assert reading_of(FiveByteFrame(72, spo2)) == OximetryReading(spo2, 72)


@pytest.mark.parametrize(
    ("rate", "spo2"), [(255, 97), (0, 97), (72, 127), (72, 0), (72, 101), (255, 127)]
)
def test_a_missing_or_impossible_number_is_no_reading(rate: int, spo2: int) -> None:
    assert reading_of(FiveByteFrame(rate, spo2)) == OximetryReading(
        None, None, None, Validity.INVALID
    )


@pytest.mark.parametrize(
    ("first", "third", "condition"),
    [
        (First.PROBE_UNPLUGGED, 0, SignalCondition.PROBE_UNPLUGGED),
        (First.NO_SIGNAL, 0, SignalCondition.LOW_SIGNAL),
        (0, Third.SEARCHING, SignalCondition.SEARCHING),
        (0, Third.NO_FINGER, SignalCondition.FINGER_OUT),
    ],
)
def test_each_status_takes_plausible_numbers_away(
    first: int, third: int, condition: SignalCondition
) -> None:
    frame = FiveByteFrame(72, 97, first=int(first), third=int(third))
    assert reading_of(frame) == OximetryReading(None, None, None, Validity.INVALID, (condition,))


def test_the_same_bytes_mean_another_thing_than_with_contec() -> None:
    frame = FiveByteFrame(72, 97, first=0x20)
    assert reading_of(frame).conditions == (SignalCondition.PROBE_UNPLUGGED,)


def test_the_trace_is_a_hundred_samples_a_second_and_zero_is_none() -> None:
    listener = adapter()
    waves = (1, 50, 100, 0, 101, 127)
    raw = b"".join(FiveByteFrame(72, 97, wave).to_bytes() for wave in waves)
    raw += FiveByteFrame(72, 97, 50, first=int(First.PROBE_UNPLUGGED)).to_bytes()
    raw += FiveByteFrame(72, 97, 50, third=int(Third.NO_FINGER)).to_bytes()
    chunks = [
        one
        for one in [*listener.feed(raw, 0.0), *listener.finish()]
        if isinstance(one, WaveformChunk)
    ]
    samples = tuple(sample for chunk in chunks for sample in chunk.samples)
    assert samples == (1, 50, 100, None, None, None, None, None)
    assert (chunks[0].sample_rate_hz, chunks[0].full_scale) == (100.0, 100)


def test_nothing_is_ever_sent() -> None:
    listener = adapter()
    assert listener.begin(0.0) + b"".join(listener.due(second) for second in range(100)) == b""
