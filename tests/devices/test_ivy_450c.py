"""The Ivy 450C's message: marks of a whole one, what its lines mean, when a result is new."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices.ivy_450c import IvyAdapter, adapter
from monitors.devices.ivy_450c_frames import START, IvyMessage
from monitors.errors import FrameError
from monitors.readings import (
    NibpDetermination,
    NibpOutcome,
    OximetryReading,
    Reading,
    SignalCondition,
    Validity,
    Vital,
    VitalReading,
    WaveformChunk,
)

CAPTURED = (
    b"HR=1;80;ECG-II-DIAG;\rRR=1;35;APNEA: 20 SEC;\rETCO2=1;;;\rSPO2=1;100;PR=80 ;\r"
    b"NIBP=4;121;75;92;80;;\rP1=3;111;73;88;;\rP2=3;;;;NO TRANSDUCER;\rT1=1;;;\rT2=1;;;\r"
)
WAVES = bytes([118]) * 200 + bytes([40]) * 50 + bytes(range(60, 110)) + bytes([80]) * 100
FOUND = NibpDetermination(NibpOutcome.COMPLETED, 121, 75, 92, 80, is_age_unknown=True)


def message(text: bytes = CAPTURED, waves: bytes = WAVES) -> bytes:
    return START + waves + text + b"\xfe"


def with_line(line: str) -> bytes:
    """Return the captured message with one line in place of its own."""
    name = line.partition("=")[0]
    lines = [
        line if text.startswith(f"{name}=") else text
        for text in CAPTURED.decode().rstrip("\r").split("\r")
    ]
    return message("".join(f"{text}\r" for text in lines).encode())


def readings(raw: bytes) -> list[Reading]:
    return list(adapter().feed(raw, 0.0))


def vital(raw: bytes, name: Vital) -> VitalReading:
    (found,) = [r for r in readings(raw) if isinstance(r, VitalReading) and r.vital is name]
    return found


def oximetry(raw: bytes) -> OximetryReading:
    (found,) = [r for r in readings(raw) if isinstance(r, OximetryReading)]
    return found


def told(monitor: IvyAdapter, *raws: bytes) -> list[NibpDetermination]:
    fed = [reading for raw in raws for reading in monitor.feed(raw, 0.0)]
    return [reading for reading in fed if isinstance(reading, NibpDetermination)]


def test_the_captured_lines_are_read_as_they_stand() -> None:
    raw = message()
    assert len(raw) == 9 + 400 + len(CAPTURED) + 1
    assert oximetry(raw) == OximetryReading(100, 80)
    assert vital(raw, Vital.HEART_RATE).value == 80
    assert vital(raw, Vital.RESPIRATION_RATE).value == 35
    assert vital(raw, Vital.TEMPERATURE) == VitalReading(Vital.TEMPERATURE, None, Validity.INVALID)


def test_a_message_is_written_as_it_was_read() -> None:
    assert IvyMessage.from_bytes(message()).to_bytes() == message()


def test_mean_stands_after_diastolic_and_the_pulse_is_the_cuffs() -> None:
    assert told(adapter(), message(), message()) == [FOUND]


@pytest.mark.parametrize(
    ("line", "spo2", "pulse"),
    [
        ("SPO2=1;97;PR=127 ;", 97, 127),
        ("SPO2=1;97;PR=128;", 97, 128),
        ("SPO2=1;97;PR=140 ;", 97, 140),
        ("SPO2=1;1;PR=199 ;", 1, 199),
        ("SPO2=1;97;PR= 55 ;", 97, 55),
        ("SPO2=1;;PR=71 ;", None, 71),
        ("SPO2=1;97;PR=;", 97, None),
        ("SPO2=1;101;PR=254 ;", None, 254),
    ],
)
def test_saturation_and_pulse_are_read_each_for_itself(
    line: str, spo2: int | None, pulse: int | None
) -> None:
    assert oximetry(with_line(line)) == OximetryReading(spo2, pulse)


@pytest.mark.parametrize(
    "line",
    [
        "SPO2=1;;PR=;",
        "SPO2=1;---;PR=---;",
        "SPO2=1;0;PR=0;",
        "SPO2=3;97;PR=71 ;",
        "SPO2=;97;PR=71;",
        "SPO2=1;97;PROBE OFF;",
        "SPO2=1;97;;",
    ],
)
def test_no_number_is_taken_from_blanks_noughts_or_an_unexplained_code(line: str) -> None:
    assert oximetry(with_line(line)) == OximetryReading(None, None, None, Validity.INVALID)


@pytest.mark.parametrize(
    ("field", "rate"),
    [("1", 1), ("128", 128), ("199", 199), ("350", 350), ("351", None), ("0", None), ("", None),
     ("-1", None), ("8O", None), ("1000", None)],
)  # fmt: skip
def test_rates_are_read_over_their_range(field: str, rate: int | None) -> None:
    assert vital(with_line(f"HR=1;{field};ECG-II-DIAG;"), Vital.HEART_RATE).value == rate
    assert vital(with_line(f"RR=1;{field};;"), Vital.RESPIRATION_RATE).value == rate


@pytest.mark.parametrize("code", ["0", "2", "3", "4", "5", "", "11"])
def test_rates_under_an_unexplained_code_are_no_reading(code: str) -> None:
    reading = vital(with_line(f"HR={code};80;;"), Vital.HEART_RATE)
    assert (reading.value, reading.validity) == (None, Validity.INVALID)


@pytest.mark.parametrize(
    ("field", "value"),
    [("36.6", 36.6), ("37", 37.0), ("20.0", 20.0), ("46.0", 46.0), ("98.6", None), ("0", None),
     ("3.6.6", None), ("", None), ("36.66666", None)],
)  # fmt: skip
def test_only_a_bodys_temperature_in_celsius_is_believed(field: str, value: float | None) -> None:
    for name in ("T1", "T2"):
        assert vital(with_line(f"{name}=1;{field};;"), Vital.TEMPERATURE).value == value


def test_the_pleth_has_fifty_samples_a_second_and_absent_ones_are_missing() -> None:
    waves = WAVES[:250] + bytes([250, 0xFB]) * 25 + WAVES[300:]
    (chunk,) = [r for r in readings(message(waves=waves)) if isinstance(r, WaveformChunk)]
    assert (chunk.sample_rate_hz, chunk.full_scale) == (50, 250)
    assert chunk.samples == (250, None) * 25


def test_a_wave_byte_above_the_mark_of_absence_is_missing_and_spoils_no_message() -> None:
    waves = WAVES[:250] + bytes([251, 252, 253, 250, 0]) * 10 + WAVES[300:]
    (chunk,) = [r for r in readings(message(waves=waves)) if isinstance(r, WaveformChunk)]
    assert chunk.samples == (None, None, None, 250, 0) * 10


def test_a_text_in_the_alarms_place_is_the_monitors_own_alarm() -> None:
    alarm = (SignalCondition.DEVICE_ALARM,)
    low = oximetry(with_line("SPO2=1;85;PR=80 ;LOW;"))
    assert (low.spo2_pct, low.pulse_rate_per_min, low.conditions) == (85, 80, alarm)
    fast = vital(with_line("HR=1;150;ECG-II-DIAG;HIGH;"), Vital.HEART_RATE)
    assert (fast.value, fast.conditions) == (150, alarm)
    assert vital(message(), Vital.RESPIRATION_RATE).conditions == ()


def test_an_absent_pleth_is_no_trace() -> None:
    waves = bytes([0xFB]) * 400
    assert not any(isinstance(r, WaveformChunk) for r in readings(message(waves=waves)))


def test_a_result_that_stands_when_we_come_is_of_unknown_age_and_told_once() -> None:
    monitor = adapter()
    assert told(monitor, *[message()] * 100) == [FOUND]


def test_another_result_is_a_new_determination() -> None:
    monitor = adapter()
    told(monitor, *[message()] * 3)
    new = with_line("NIBP=4;128;79;95;71;;")
    assert told(monitor, new, new, new) == [
        NibpDetermination(NibpOutcome.COMPLETED, 128, 79, 95, 71)
    ]


def test_the_first_result_after_blanks_is_one_that_we_saw_appear() -> None:
    monitor = adapter()
    told(monitor, with_line("NIBP=4;;;;;;"))
    (found,) = told(monitor, message(), message())
    assert not found.is_age_unknown


def test_a_result_that_one_message_alone_tells_is_a_broken_digit() -> None:
    monitor = adapter()
    told(monitor, message(), message())
    assert told(monitor, with_line("NIBP=4;181;75;92;80;;"), message(), message()) == []


def test_a_capture_that_ends_with_a_first_result_tells_it_at_its_end() -> None:
    monitor = adapter()
    assert told(monitor, message()) == []
    assert list(monitor.finish()) == [FOUND]
    assert list(monitor.finish()) == []


def test_after_a_reopening_the_same_result_is_not_told_and_another_may_be_old() -> None:
    monitor = adapter()
    told(monitor, message(), message())
    monitor.begin(60.0)
    assert told(monitor, message(), message()) == []
    monitor.begin(120.0)
    new = with_line("NIBP=4;128;79;95;71;;")
    (found,) = told(monitor, new, new)
    assert found.is_age_unknown


@pytest.mark.parametrize(
    "line",
    ["NIBP=1;128;79;95;71;;", "NIBP=3;128;79;95;71;;", "NIBP=4;;79;95;71;;", "NIBP=4;128;0;95;71;;",
     "NIBP=4;CUFF LEAK;;;;;", "NIBP=4;", "NIBP=4;79;128;95;71;;", "NIBP=4;301;79;95;71;;"],
)  # fmt: skip
def test_no_determination_is_made_of_other_codes_or_what_no_cuff_measures(line: str) -> None:
    assert told(adapter(), *[with_line(line)] * 3) == []


def test_a_missing_mean_and_pulse_are_missing_alone() -> None:
    monitor = adapter()
    (found,) = told(monitor, *[with_line("NIBP=4;128;79;;;;")] * 2)
    assert (found.systolic_mmhg, found.mean_mmhg, found.pulse_rate_per_min) == (128, None, None)


@pytest.mark.parametrize(
    "raw",
    [
        message()[:-1],
        message(waves=WAVES[:-1]),
        message(waves=WAVES + b"\x40"),
        message(waves=WAVES[:100] + b"\xff" + WAVES[101:]),
        message(waves=WAVES[:100] + b"\xfe" + WAVES[101:]),
        message(CAPTURED[1:]),
        message(CAPTURED.replace(b"100", b"10\x80")),
        message(CAPTURED.replace(b";\rT1", b"\rT1")),
        message(CAPTURED + b"X1=1;" + b"5" * 300 + b";\r"),
    ],
)
def test_a_message_with_a_broken_mark_is_none(raw: bytes) -> None:
    with pytest.raises(FrameError):
        IvyMessage.from_bytes(raw)
    monitor = adapter()
    assert list(monitor.feed(raw, 0.0)) == []
    monitor.finish()
    assert (monitor.counts.frames, monitor.counts.discarded_bytes) == (0, len(raw))


def test_a_lost_end_costs_its_message_and_not_the_next() -> None:
    monitor = adapter()
    monitor.feed(message()[:-1] + message() + message(), 0.0)
    assert monitor.counts.frames == 2


@given(st.lists(st.binary(max_size=300), max_size=6), st.integers(1, 200))
@settings(deadline=None, max_examples=80)
def test_after_any_noise_a_message_is_read_and_every_byte_is_counted(
    noise: list[bytes], size: int
) -> None:
    monitor = adapter()
    rng = random.Random(size)
    raw = b"".join(piece + rng.choice((message(), START, b"\xff", b"\xfe")) for piece in noise)
    raw += message() * 2
    told_at = [r for at in range(0, len(raw), size) for r in monitor.feed(raw[at : at + size], 0.0)]
    monitor.finish()
    assert VitalReading(Vital.HEART_RATE, 80) in told_at
    whole = len(message())
    assert monitor.counts.frames * whole + monitor.counts.discarded_bytes == len(raw)
