"""The PM6750 board: frames, what its states mean, and when a cuff result is new."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices.pm6750 import Pm6750Adapter, adapter
from monitors.devices.pm6750_frames import (
    ECG_ON,
    OXIMETRY_ON,
    RESPIRATION_WAVE_OFF,
    STOP_CUFF,
    CuffTest,
    EcgReport,
    Kind,
    NibpReport,
    OximetryReport,
    Pm6750Frame,
    TemperatureReport,
    cuff_target,
)
from monitors.errors import FrameError
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    OximetryReading,
    Reading,
    SignalCondition,
    Validity,
    Vital,
    VitalReading,
    WaveformChunk,
)

MEASURING = bytes.fromhex("55 AA 08 03 04 4B 00 00 00 A5")
DONE = bytes.fromhex("55 AA 08 03 00 00 80 5F 4F C6")
LOOSE = bytes.fromhex("55 AA 08 03 10 00 00 00 00 E4")
FOUND = NibpDetermination(NibpOutcome.COMPLETED, 128, 79, 95)


def told(device: Pm6750Adapter, *chunks: bytes, at_s: float = 0.0) -> list[Reading]:
    """Return what is told, the cuff's doings left out."""
    found: list[Reading] = [r for chunk in chunks for r in device.feed(chunk, at_s)]
    return [reading for reading in found if not isinstance(reading, CuffActivity)]


def failed(reason: NibpFailure, is_age_unknown: bool = False) -> NibpDetermination:
    return NibpDetermination(NibpOutcome.FAILED, reason=reason, is_age_unknown=is_age_unknown)


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("55 AA 08 03 04 4B 00 00 00 A5", NibpReport(1, 150).to_frame()),
        ("55 AA 08 03 00 00 80 5F 4F C6", NibpReport(0, 0, 128, 95, 79).to_frame()),
        ("55 AA 08 03 10 00 00 00 00 E4", NibpReport(4).to_frame()),
        ("55 AA 08 03 0C 00 00 00 00 E8", NibpReport(3).to_frame()),
        ("55 AA 08 03 14 00 00 00 00 E0", NibpReport(5).to_frame()),
        ("55 AA 06 04 00 61 48 4C", OximetryReport(0, 97, 72).to_frame()),
        ("55 AA 06 04 02 7F FF 75", OximetryReport(2).to_frame()),
        ("55 AA 06 04 01 7F FF 76", OximetryReport(1).to_frame()),
        ("55 AA 04 02 01 F8", Pm6750Frame(2, b"\x01")),
        ("55 AA 04 02 00 F9", STOP_CUFF),
        ("55 AA 0A 01 80 80 80 80 80 80 80 74", Pm6750Frame(1, b"\x80" * 7)),
        ("55 AA 04 05 03 F3", Pm6750Frame(5, b"\x03")),
    ],
)
def test_the_known_frames_are_written_and_read_to_the_byte(text: str, frame: Pm6750Frame) -> None:
    assert frame.to_bytes() == bytes.fromhex(text)
    assert Pm6750Frame.from_bytes(bytes.fromhex(text)) == frame


def test_the_short_temperature_report_of_one_probe_is_read() -> None:
    (reading,) = told(adapter(), bytes.fromhex("55 AA 06 05 00 24 06 CA"))
    assert reading == VitalReading(Vital.TEMPERATURE, 36.6)


@pytest.mark.parametrize(
    "text", ["55 AA 08", "55 AB 04 02 01 F8", "55 AA 05 02 01 F8", "55 AA 04 02 01 F9"]
)
def test_anything_else_is_no_frame(text: str) -> None:
    with pytest.raises(FrameError):
        Pm6750Frame.from_bytes(bytes.fromhex(text))


@pytest.mark.parametrize("byte", range(256))
def test_every_byte_of_spo2_and_pulse_is_a_number_in_range_or_none(byte: int) -> None:
    frame = Pm6750Frame(Kind.OXIMETRY, bytes([0, byte, byte]))
    report = OximetryReport.from_frame(frame)
    assert report.spo2_pct == (byte if 1 <= byte <= 100 else None)
    assert report.pulse_rate_per_min == (byte if 1 <= byte <= 250 else None)


@pytest.mark.parametrize("rate", [1, 127, 128, 140, 199, 250])
def test_pulse_and_heart_rates_survive_both_ways(rate: int) -> None:
    (oximetry,) = told(adapter(), OximetryReport(0, 97, rate).to_frame().to_bytes())
    heart, _ = told(adapter(), EcgReport(rate, 14).to_frame().to_bytes())
    assert oximetry == OximetryReading(97, rate)
    assert heart == VitalReading(Vital.HEART_RATE, rate)


@pytest.mark.parametrize("rate", [0, 251, 254, 255])
def test_a_sentinel_rate_is_never_a_number(rate: int) -> None:
    (oximetry,) = told(adapter(), Pm6750Frame(4, bytes((0, 97, rate))).to_bytes())
    readings = told(adapter(), Pm6750Frame(2, bytes((0, rate, rate, 0, 1))).to_bytes())
    assert oximetry == OximetryReading(97, None)
    assert [r.value for r in readings if isinstance(r, VitalReading)] == [None, None]


def test_spo2_127_and_pulse_255_are_looked_at_each_for_itself() -> None:
    frames = (Pm6750Frame(4, bytes((0, 127, 72))), Pm6750Frame(4, bytes((0, 127, 255))))
    one, both = told(adapter(), *(frame.to_bytes() for frame in frames))
    assert one == OximetryReading(None, 72)
    assert both == OximetryReading(None, None, None, Validity.INVALID)


@pytest.mark.parametrize(
    ("status", "conditions"),
    [
        (1, (SignalCondition.PROBE_UNPLUGGED,)),
        (2, (SignalCondition.FINGER_OUT,)),
        (3, (SignalCondition.SEARCHING,)),
        (4, (SignalCondition.SEARCHING,)),
        (5, ()),
        (255, ()),
    ],
)
def test_numbers_under_a_bad_status_are_no_reading(
    status: int, conditions: tuple[SignalCondition, ...]
) -> None:
    (reading,) = told(adapter(), Pm6750Frame(4, bytes((status, 97, 72))).to_bytes())
    assert reading == OximetryReading(None, None, None, Validity.INVALID, conditions)


def test_a_lead_that_is_off_takes_heart_rate_and_respiration_with_it() -> None:
    readings = told(adapter(), EcgReport(80, 14, is_lead_off=True).to_frame().to_bytes())
    assert [(r.value, r.validity) for r in readings if isinstance(r, VitalReading)] == [
        (None, Validity.INVALID)
    ] * 2


def test_an_ecg_report_that_stops_after_the_rates_is_read() -> None:
    frame = Pm6750Frame(Kind.ECG, bytes((0, 85, 16)))
    assert EcgReport.from_frame(frame) == EcgReport(85, 16, gain=0, filter=0, arrhythmia=0)


@pytest.mark.parametrize("hundredths_mv", range(-100, 101))
def test_the_st_level_is_signed(hundredths_mv: int) -> None:
    report = EcgReport(80, 14, st_hundredths_mv=hundredths_mv)
    assert EcgReport.from_frame(report.to_frame()) == report


@pytest.mark.parametrize("tenths", [1, 9, 10, 200, 366, 425, 999])
def test_temperatures_are_read_to_the_tenth_from_the_first_probe_that_is_on(tenths: int) -> None:
    value = tenths / 10
    for report in (TemperatureReport(value, 20.0), TemperatureReport(None, value)):
        (reading,) = told(adapter(), report.to_frame().to_bytes())
        assert reading == VitalReading(Vital.TEMPERATURE, value)


@pytest.mark.parametrize("content", ["03 00 00", "00 24 0A", "00 00 00", "01 24 06", "04 24 06"])
def test_a_probe_that_is_off_or_a_tenth_beyond_nine_gives_no_temperature(content: str) -> None:
    readings = told(adapter(), Pm6750Frame(5, bytes.fromhex(content)).to_bytes())
    assert all(r.value is None for r in readings if isinstance(r, VitalReading))


@pytest.mark.parametrize("pressure", [0, 1, 79, 95, 127, 128, 199, 254, 255])
def test_every_pressure_byte_is_kept(pressure: int) -> None:
    report = NibpReport(0, 0, pressure, pressure, pressure)
    assert NibpReport.from_frame(report.to_frame()) == report


@pytest.mark.parametrize("cuff_mmhg", [0, 2, 150, 300, 510])
def test_the_cuff_pressure_is_twice_its_byte(cuff_mmhg: int) -> None:
    told_now = adapter().feed(NibpReport(1, cuff_mmhg).to_frame().to_bytes(), 0.0)
    assert list(told_now) == [CuffActivity(CuffState.MEASURING, cuff_mmhg)]


def test_mean_stands_before_diastolic_on_the_wire() -> None:
    (found,) = told(adapter(), MEASURING, DONE)
    assert isinstance(found, NibpDetermination)
    assert (found.systolic_mmhg, found.diastolic_mmhg, found.mean_mmhg) == (128, 79, 95)


def test_an_idle_report_with_numbers_is_not_a_determination() -> None:
    assert told(adapter(), DONE * 5) == []


def test_a_result_is_new_right_after_measuring_and_told_once() -> None:
    board = adapter()
    assert told(board, MEASURING * 20) == []
    assert told(board, DONE) == [FOUND]
    assert told(board, DONE * 50) == []
    assert told(board, MEASURING, DONE) == [FOUND]


def test_numbers_while_measuring_are_never_told() -> None:
    assert told(adapter(), NibpReport(1, 150, 128, 95, 79).to_frame().to_bytes()) == []


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        (CuffTest.STOPPED, NibpFailure.CANCELLED),
        (CuffTest.OVERPRESSURE, NibpFailure.OVERPRESSURE),
        (CuffTest.CUFF_LOOSE, NibpFailure.LOOSE_CUFF),
        (CuffTest.TIMED_OUT, NibpFailure.TIMEOUT),
        (CuffTest.ERROR, NibpFailure.UNKNOWN),
        (CuffTest.DISTURBED, NibpFailure.MOTION),
        (CuffTest.NO_RESULT, NibpFailure.OUT_OF_RANGE),
    ],
)
def test_each_failure_is_told_once_with_its_reason_and_again_after_the_next_cycle(
    test: CuffTest, reason: NibpFailure
) -> None:
    board = adapter()
    bad = NibpReport(test, 0, 128, 95, 79).to_frame().to_bytes()
    assert told(board, MEASURING, bad) == [failed(reason)]
    assert told(board, bad * 10) == []
    assert told(board, MEASURING, bad) == [failed(reason)]


def test_a_failure_that_stood_before_we_came_is_of_unknown_age() -> None:
    board = adapter()
    assert told(board, LOOSE) == [failed(NibpFailure.LOOSE_CUFF, is_age_unknown=True)]
    assert told(board, LOOSE) == []


def test_a_cycle_that_ends_without_numbers_has_failed() -> None:
    empty = NibpReport(0).to_frame().to_bytes()
    assert told(adapter(), MEASURING, empty) == [failed(NibpFailure.UNKNOWN)]


@pytest.mark.parametrize(("systolic", "diastolic"), [(255, 255), (79, 128), (128, 0), (0, 79)])
def test_a_result_that_no_cuff_measures_has_failed(systolic: int, diastolic: int) -> None:
    odd = NibpReport(0, 0, systolic, 95, diastolic).to_frame().to_bytes()
    assert told(adapter(), MEASURING, odd, odd) == [failed(NibpFailure.UNKNOWN)]


def test_a_mean_outside_the_two_pressures_is_missing_alone() -> None:
    (found,) = told(adapter(), MEASURING, NibpReport(0, 0, 128, 200, 79).to_frame().to_bytes())
    assert found == NibpDetermination(NibpOutcome.COMPLETED, 128, 79)


def test_a_board_that_restarts_while_measuring_has_failed() -> None:
    restarted = NibpReport(CuffTest.INITIALISING).to_frame().to_bytes()
    assert told(adapter(), MEASURING, restarted) == [failed(NibpFailure.UNKNOWN)]


def test_a_cycle_that_ended_while_the_cable_was_out_is_of_unknown_age() -> None:
    board = adapter()
    told(board, MEASURING, at_s=0.0)
    board.begin(60.0)
    (found,) = told(board, DONE, at_s=61.0)
    assert isinstance(found, NibpDetermination)
    assert found.is_age_unknown


def test_what_the_cuff_does_is_told_at_each_pressure_and_each_change() -> None:
    board = adapter()
    states = [r for chunk in (DONE, DONE, MEASURING, MEASURING, DONE) for r in board.feed(chunk, 0)]
    assert [r.state for r in states if isinstance(r, CuffActivity)] == [
        CuffState.IDLE,
        CuffState.MEASURING,
        CuffState.MEASURING,
        CuffState.IDLE,
    ]
    board.begin(1.0)
    assert board.feed(DONE, 1.0) == [CuffActivity(CuffState.IDLE, 0)]


def test_a_start_is_preceded_by_adult_and_target_in_one_go() -> None:
    sent = adapter().start_cuff(0.0)
    assert sent == bytes.fromhex("55AA040901F1 55AA040A4BA6 55AA040201F8")


def test_the_next_target_lies_above_the_last_systolic_pressure() -> None:
    board = adapter()
    told(board, MEASURING, NibpReport(0, 0, 190, 140, 110).to_frame().to_bytes())
    assert cuff_target(220).to_bytes() in board.start_cuff(0.0)
    told(board, MEASURING, NibpReport(0, 0, 255, 200, 150).to_frame().to_bytes())
    assert cuff_target(280).to_bytes() in board.start_cuff(0.0)


def test_a_target_outside_the_range_is_refused() -> None:
    for pressure in (39, 301):
        with pytest.raises(FrameError, match="40 to 300"):
            cuff_target(pressure)


def test_an_own_cycle_that_never_begins_is_told_as_failed_once() -> None:
    board = adapter()
    told(board, DONE, at_s=0.0)
    board.start_cuff(1.0)
    assert told(board, DONE, at_s=10.0) == []
    assert told(board, DONE, at_s=16.0) == [failed(NibpFailure.UNKNOWN)]
    assert told(board, DONE, at_s=40.0) == []


def test_a_cycle_cancelled_from_here_fails_as_cancelled_once() -> None:
    for after in (NibpReport(CuffTest.STOPPED), NibpReport(CuffTest.FINISHED)):
        board = adapter()
        board.start_cuff(0.0)
        told(board, MEASURING, at_s=1.0)
        assert board.cancel_cuff(5.0) == STOP_CUFF.to_bytes()
        ended = after.to_frame().to_bytes()
        assert told(board, ended, ended, at_s=6.0) == [failed(NibpFailure.CANCELLED)]


def test_outputs_are_switched_on_at_the_start_and_the_respiration_wave_off() -> None:
    sent = adapter().begin(0.0)
    numbers = [sent[at + 3] for at in range(0, len(sent), 6)]
    assert numbers == [0x01, 0xFF, 0x03, 0xFE, 0x04]
    assert RESPIRATION_WAVE_OFF.to_bytes() in sent
    assert ECG_ON.to_bytes() not in Pm6750Adapter(has_ecg=False).begin(0.0)


def test_only_an_output_that_fell_silent_is_switched_on_again() -> None:
    board = adapter()
    board.begin(0.0)
    assert board.due(4.9) == b""
    board.feed(EcgReport(80, 14).to_frame().to_bytes(), 4.0)
    board.feed(TemperatureReport(36.6).to_frame().to_bytes(), 4.0)
    again = board.due(5.0)
    assert again.startswith(OXIMETRY_ON.to_bytes())
    assert len(again) == 12


def test_nothing_but_switches_starts_and_stops_is_ever_sent() -> None:
    board = adapter()
    sent = board.begin(0.0) + b"".join(board.due(float(second)) for second in range(100))
    sent += board.start_cuff(100.0) + board.cancel_cuff(101.0)
    numbers = {sent[at + 3] for at in range(0, len(sent), 6)}
    assert numbers == {0x01, 0x02, 0x03, 0x04, 0x09, 0x0A, 0xFE, 0xFF}


def pleth(samples: Sequence[int]) -> bytes:
    return b"".join(Pm6750Frame(Kind.PLETH, bytes([s])).to_bytes() for s in samples)


def test_the_trace_comes_in_fifths_of_a_second_and_its_rest_at_the_end() -> None:
    board = adapter()
    chunks = [r for r in board.feed(pleth(range(14)), 0.0) if isinstance(r, WaveformChunk)]
    assert chunks[0].samples == tuple(range(14))
    assert (chunks[0].sample_rate_hz, chunks[0].full_scale) == (50, 100)
    assert board.feed(pleth([101, 100]), 0.0) == []
    (rest,) = board.finish()
    assert isinstance(rest, WaveformChunk)
    assert rest.samples == (None, 100)


def test_waves_are_counted_and_passed_over() -> None:
    board = adapter()
    waves = Pm6750Frame(Kind.ECG_WAVE, b"\x55\xaa\x08\x03\x04\x4b\x00").to_bytes() * 250
    assert told(board, waves + Pm6750Frame(Kind.RESPIRATION_WAVE, b"\x40").to_bytes() * 50) == []
    assert board.counts.frames == 300


def test_a_false_header_costs_one_byte_and_not_its_length() -> None:
    board = adapter()
    good = OximetryReport(0, 97, 72).to_frame().to_bytes()
    assert told(board, b"\x55\xaa\x1f" + good * 6) == [OximetryReading(97, 72)] * 6
    assert (board.counts.discarded_bytes, board.counts.bad_checksums) == (3, 1)


@given(st.lists(st.binary(max_size=80), max_size=12), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=150)
def test_every_byte_ends_in_a_frame_or_discarded_and_good_frames_follow(
    noise: list[bytes], rng: random.Random
) -> None:
    board = adapter()
    raw = b"".join(piece + (DONE if rng.random() < 0.5 else pleth([7])) for piece in noise)
    for at in range(0, len(raw), 7):
        board.feed(raw[at : at + 7], 0.0)
    board.finish()
    sizes = len(raw) - board.counts.discarded_bytes
    assert 5 * board.counts.frames <= sizes <= 34 * board.counts.frames
    after = board.feed(OximetryReport(0, 97, 72).to_frame().to_bytes(), 0.0)
    assert OximetryReading(97, 72) in list(after)
