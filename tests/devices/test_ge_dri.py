"""GE's computer interface: records, what their groups mean, and when a cuff result is new."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices.ge_dri import ASK_AGAIN_S, LEVELS, GeDriAdapter, adapter
from monitors.devices.ge_dri_frames import (
    Auxiliary,
    Displayed,
    DriRecord,
    Group,
    NibpLabel,
    Request,
    framed,
    unframed,
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
    Validity,
    Vital,
    VitalReading,
)

ON = 3
NOTHING = Group((None,) * 4, ON)
FOUND = (12800, 7900, 9500, 70)
CLOCK_S = 1_750_000_000
START = "7E 31 00" + " 00" * 19 + " FF" + " 00" * 18 + " 01 0A 00 0E 00 00 00 00 00 49 7E"
STOP = "7E 31 00" + " 00" * 19 + " FF" + " 00" * 18 + " 01 00 00 00 00 00 00 00 00 31 7E"
TREND = "7E 31 00" + " 00" * 19 + " FF" + " 00" * 18 + " 03 3C 00 0E 00 00 00 00 00 7D 5D 7E"


def record(nibp: Group = NOTHING, at_s: int = 0, measured_at: int | None = None) -> bytes:
    parts = [(1, Displayed(CLOCK_S + at_s, nibp=nibp).to_sub_record())]
    if measured_at is not None:
        parts.append((4, Auxiliary(CLOCK_S + measured_at).to_sub_record()))
    return DriRecord(tuple(parts)).to_bytes()


def result(numbers: tuple[int, ...] = FOUND, label: int = 0) -> Group:
    return Group(numbers, ON, label)


MEASURING = record(result(label=NibpLabel.MEASURING))


def told(monitor: GeDriAdapter, raw: bytes, at_s: float = 0.0) -> list[NibpDetermination]:
    return [r for r in monitor.feed(raw, at_s) if isinstance(r, NibpDetermination)]


def vitals(displayed: Displayed) -> Sequence[Reading]:
    return adapter().feed(DriRecord(((1, displayed.to_sub_record()),)).to_bytes(), 0.0)


def vital(displayed: Displayed, name: Vital) -> VitalReading:
    (found,) = [r for r in vitals(displayed) if isinstance(r, VitalReading) and r.vital is name]
    return found


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        (START, Request(1, 10, 0x0E)),
        (STOP, Request(1, 0, 0)),
        (TREND, Request(3, 60, 0x0E)),
    ],
)
def test_the_makers_requests_are_written_and_read_to_the_byte(text: str, request_: Request) -> None:
    assert request_.to_bytes() == bytes.fromhex(text)
    assert Request.from_record(DriRecord.from_bytes(bytes.fromhex(text))) == request_


@given(st.binary(min_size=1, max_size=60))
@settings(deadline=None)
def test_every_byte_survives_the_escape_and_none_of_them_is_a_flag(raw: bytes) -> None:
    frame = framed(raw)
    assert b"\x7e" not in frame[1:-1]
    assert unframed(frame[1:-1]) == raw


def test_a_sum_of_7e_or_7d_is_escaped_too() -> None:
    assert framed(b"\x7e") == bytes.fromhex("7E 7D5E 7D5E 7E")
    assert framed(b"\x7d") == bytes.fromhex("7E 7D5D 7D5D 7E")


@pytest.mark.parametrize("content", ["", "00", "31 32", "31 7D 31", "31 7D", "7D 7D 5E"])
def test_a_wrong_sum_or_escape_is_no_record(content: str) -> None:
    with pytest.raises(FrameError):
        unframed(bytes.fromhex(content))


def test_values_stand_at_the_offsets_of_the_specification() -> None:
    raw = bytearray(278)
    for at, number in ((10, 72), (18, 14), (82, 12800), (84, 7900), (86, 9500), (88, 70)):
        struct.pack_into("<h", raw, at, number)
    for at, number in ((96, 3660), (128, 9700), (130, 71), (146, 12)):
        struct.pack_into("<h", raw, at, number)
    for at in (4, 76, 90, 122, 136):
        struct.pack_into("<I", raw, at, ON)
    struct.pack_into("<H", raw, 80, 1 << 8)
    read = Displayed.from_sub_record(bytes(raw))
    assert (read.ecg.values[0], read.ecg.values[4]) == (72, 14)
    assert (read.nibp.values, read.nibp.label) == (FOUND, NibpLabel.OLDER_THAN_60_S)
    assert (read.temperatures[0].values, read.spo2.values) == ((3660,), (9700, 71))
    assert read.co2.values[2] == 12


def test_the_cuffs_pulse_is_never_its_mean() -> None:
    (found,) = told(adapter(), record(result()))
    assert (found.mean_mmhg, found.pulse_rate_per_min) == (95, 70)


@pytest.mark.parametrize("numbers", [(7900, 12800, 9500, 71), (31000, 7900, 9500, 71)])
def test_pressures_that_no_cuff_measures_are_not_told(numbers: tuple[int, ...]) -> None:
    assert told(adapter(), record(result(numbers))) == []


@pytest.mark.parametrize("mark", [-32767, -32766, -32765, -32764, -32763, -32762, -32001, -31000])
def test_no_mark_is_ever_a_number(mark: int) -> None:
    raw = bytearray(Displayed(0, *_all_on()).to_sub_record())
    for at in (10, 18, 82, 84, 86, 88, 96, 128, 130):
        struct.pack_into("<h", raw, at, mark)
    for reading in adapter().feed(DriRecord(((1, bytes(raw)),)).to_bytes(), 0.0):
        if isinstance(reading, VitalReading):
            assert (reading.value, reading.validity) == (None, Validity.INVALID)
        else:
            assert not isinstance(reading, NibpDetermination)


def _all_on() -> tuple[Group, Group, tuple[Group, ...], Group]:
    warm = (Group((3660,), ON), *(Group((None,), 0),) * 3)
    return Group((72, 0, 0, 0, 14), ON), result(), warm, Group((9700, 71), ON)


@pytest.mark.parametrize("number", [0, -1, 351, 32767])
def test_a_rate_of_nought_or_beyond_any_heart_is_none(number: int) -> None:
    reading = vital(Displayed(ecg=Group((number, 0, 0, 0, number), ON)), Vital.HEART_RATE)
    assert (reading.value, reading.validity) == (None, Validity.INVALID)


@pytest.mark.parametrize("rate", [1, 127, 128, 140, 199, 254, 255, 350])
def test_rates_are_read_over_their_whole_range(rate: int) -> None:
    shown = Displayed(ecg=Group((rate, 0, 0, 0, rate), ON), spo2=Group((9700, rate), ON))
    assert vital(shown, Vital.HEART_RATE).value == rate
    assert vital(shown, Vital.RESPIRATION_RATE).value == rate
    assert OximetryReading(97, rate) in list(vitals(shown))


@pytest.mark.parametrize(
    ("hundredths", "spo2"),
    [(49, None), (50, 1), (9649, 96), (9650, 97), (10000, 100), (10100, None)],
)
def test_saturation_is_rounded_as_a_person_would(hundredths: int, spo2: int | None) -> None:
    (reading,) = [
        r
        for r in vitals(Displayed(spo2=Group((hundredths, 71), ON)))
        if isinstance(r, OximetryReading)
    ]
    assert (reading.spo2_pct, reading.pulse_rate_per_min) == (spo2, 71)


@pytest.mark.parametrize("status", [0, 1, 2])
def test_a_module_that_is_not_there_or_not_active_gives_no_number(status: int) -> None:
    shown = Displayed(ecg=Group((72, 0, 0, 0, 14), status), spo2=Group((9700, 71), status))
    for reading in vitals(shown):
        assert not isinstance(reading, VitalReading | OximetryReading) or reading in (
            OximetryReading(None, None, None, Validity.NOT_AVAILABLE),
            VitalReading(reading.vital, None, Validity.NOT_AVAILABLE)
            if isinstance(reading, VitalReading)
            else None,
        )


@pytest.mark.parametrize(
    ("source", "is_told"), [(0, True), (1, True), (9, True), (2, False), (6, False)]
)
def test_a_rate_that_the_monitor_takes_from_a_pressure_or_the_pleth_is_no_heart_rate(
    source: int, is_told: bool
) -> None:
    reading = vital(Displayed(ecg=Group((72, 0, 0, 0, 14), ON | source << 3)), Vital.HEART_RATE)
    assert (reading.value == 72) is is_told


@pytest.mark.parametrize("label", [7, 8, 9, 16])
def test_the_temperature_of_skin_airway_and_room_is_passed_over(label: int) -> None:
    groups = (Group((2150,), ON, label), Group((3705,), ON), *(Group((None,), 0),) * 2)
    assert vital(Displayed(temperatures=groups), Vital.TEMPERATURE).value == 37.05


def test_respiration_is_taken_from_carbon_dioxide_where_the_leads_have_none() -> None:
    shown = Displayed(co2=Group((500, 0, 12), ON))
    assert vital(shown, Vital.RESPIRATION_RATE).value == 12


def test_a_result_dated_by_the_monitor_is_told_once_with_its_age() -> None:
    monitor = adapter()
    (found,) = told(monitor, record(result(), 30, measured_at=26))
    assert found == NibpDetermination(NibpOutcome.COMPLETED, 128, 79, 95, 70, age_s=4.0)
    assert told(monitor, record(result(), 35, measured_at=26)) == []


def test_the_same_numbers_dated_anew_are_a_new_determination() -> None:
    monitor = adapter()
    told(monitor, record(result(), 30, measured_at=26))
    assert [r.age_s for r in told(monitor, record(result(), 95, measured_at=93))] == [2.0]


def test_without_a_date_the_first_result_is_of_unknown_age_and_told_once() -> None:
    monitor = adapter()
    (found,) = told(monitor, record(result()))
    assert found.is_age_unknown
    assert told(monitor, record(result()) * 20) == []


def test_without_a_date_other_numbers_are_a_new_determination() -> None:
    monitor = adapter()
    told(monitor, record(result()))
    (found,) = told(monitor, record(result((13100, 8000, 9700, 72))))
    assert (found.systolic_mmhg, found.is_age_unknown) == (131, False)


def test_without_a_date_the_same_numbers_after_a_cycle_or_grown_young_are_new() -> None:
    monitor = adapter()
    told(monitor, record(result()))
    assert len(told(monitor, MEASURING + record(result()))) == 1
    old = record(result(label=NibpLabel.OLDER_THAN_60_S))
    assert told(monitor, old) == []
    assert len(told(monitor, record(result()))) == 1


def test_a_date_from_another_day_of_the_monitors_clock_is_no_age() -> None:
    (found,) = told(adapter(), record(result(), 0, measured_at=-90_000))
    assert (found.age_s, found.is_age_unknown) == (None, True)


@pytest.mark.parametrize(
    "label", [NibpLabel.MEASURING, NibpLabel.STASIS, NibpLabel.CALIBRATING, NibpLabel(0xE0)]
)
def test_numbers_beside_a_busy_cuff_are_never_told(label: NibpLabel) -> None:
    assert told(adapter(), record(result(label=label), 30, measured_at=26)) == []


@pytest.mark.parametrize(
    "after",
    [
        record(NOTHING),
        record(result(label=NibpLabel.OLDER_THAN_60_S)),
        record(result(), 50, measured_at=26),
        record(result((7900, 12800, 9500, 71)), 50, measured_at=46),
        record(result((31000, 7900, 9500, 71)), 50, measured_at=46),
    ],
)
def test_a_cycle_that_brings_nothing_new_has_failed_once(after: bytes) -> None:
    monitor = adapter()
    told(monitor, record(result(), 30, measured_at=26))
    assert told(monitor, MEASURING) == []
    assert told(monitor, after) == [
        NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.UNKNOWN)
    ]
    assert told(monitor, after) == []


def test_a_cycle_whose_end_a_lost_cable_hid_is_not_called_failed() -> None:
    monitor = adapter()
    told(monitor, record(result()) + MEASURING)
    monitor.begin(100.0)
    old = record(result((13100, 8000, 9700, 72), label=NibpLabel.OLDER_THAN_60_S))
    (found,) = told(monitor, old)
    assert (found.systolic_mmhg, found.is_age_unknown) == (131, True)


def test_what_the_cuff_does_is_told_when_it_changes_and_after_a_reopening() -> None:
    monitor = adapter()
    states = []
    for raw in (record(), record(), MEASURING, MEASURING, record()):
        states += [r.state for r in monitor.feed(raw, 0.0) if isinstance(r, CuffActivity)]
    assert states == [CuffState.IDLE, CuffState.MEASURING, CuffState.IDLE]
    monitor.begin(1.0)
    assert CuffActivity(CuffState.IDLE) in list(monitor.feed(record(), 1.0))


def test_requests_extensions_trends_and_waves_give_no_reading() -> None:
    basic = Displayed(ecg=Group((72, 0, 0, 0, 14), ON)).to_sub_record()
    extension = basic[:277] + b"\x01"
    parts = [((1, extension),), ((2, basic),), ((3, basic),), ((1, basic[:200]),), ((9, basic),)]
    raw = b"".join(DriRecord(part).to_bytes() for part in parts)
    raw += DriRecord(((1, basic),), main_type=1).to_bytes() + Request().to_bytes()
    monitor = adapter()
    assert list(monitor.feed(raw, 0.0)) == []
    assert monitor.counts.frames == 7


def test_the_values_are_found_wherever_the_header_says_that_they_are() -> None:
    basic = Displayed(ecg=Group((72, 0, 0, 0, 14), ON)).to_sub_record()
    raw = DriRecord(((4, bytes(114)), (1, basic))).to_bytes()
    assert VitalReading(Vital.HEART_RATE, 72) in list(adapter().feed(raw, 0.0))


def test_offsets_beyond_the_record_are_survived() -> None:
    raw = bytearray(unframed(record()[1:-1]))
    for offset in (0xFFFF, 300, 1):
        struct.pack_into("<H", raw, 16, offset)
        monitor = adapter()
        assert list(monitor.feed(framed(bytes(raw)), 0.0)) == []
        assert monitor.counts.frames == 1


def test_displayed_values_are_asked_for_at_once_and_again_where_none_come() -> None:
    monitor = adapter()
    assert monitor.begin(0.0) == Request(1, 5, 0, level=0).to_bytes()
    assert monitor.due(ASK_AGAIN_S - 0.1) == b""
    asked = [monitor.due(ASK_AGAIN_S * n) for n in range(1, 5)]
    assert asked == [Request(1, 5, 0, level).to_bytes() for level in (*LEVELS[1:], LEVELS[0])]


def test_a_monitor_that_answered_is_asked_again_at_the_level_it_answered() -> None:
    monitor = adapter()
    monitor.begin(0.0)
    level_9 = monitor.due(ASK_AGAIN_S)
    monitor.feed(record(), 15.0)
    assert monitor.due(24.0) == b""
    assert monitor.due(25.0) == level_9
    monitor.feed(record(), 26.0)
    assert monitor.begin(60.0) == level_9


def test_nothing_is_ever_sent_but_requests_for_displayed_values() -> None:
    monitor = adapter()
    sent = monitor.begin(0.0) + b"".join(monitor.due(float(second)) for second in range(200))
    for part in sent.split(b"\x7e"):
        if part:
            request = Request.from_record(DriRecord.from_record(unframed(part)))
            assert (request.kind, request.interval_s) == (1, 5)


def test_a_flag_shared_by_two_records_costs_neither() -> None:
    monitor = adapter()
    monitor.feed(record() + record()[1:] + record()[1:], 0.0)
    monitor.finish()
    assert (monitor.counts.frames, monitor.counts.discarded_bytes) == (3, 0)


@given(st.lists(st.binary(max_size=90), max_size=8), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=100)
def test_after_any_noise_the_next_good_record_is_read_and_every_byte_is_counted(
    noise: list[bytes], rng
) -> None:
    monitor = adapter()
    raw = b"".join(piece + (record() if rng.random() < 0.5 else b"\x7e\x7d") for piece in noise)
    for at in range(0, len(raw), 11):
        monitor.feed(raw[at : at + 11], 0.0)
    shown = Displayed(ecg=Group((72, 0, 0, 0, 14), ON))
    good = DriRecord(((1, shown.to_sub_record()),)).to_bytes()
    readings = monitor.feed(good, 0.0)
    assert VitalReading(Vital.HEART_RATE, 72) in list(readings)
    monitor.finish()
    in_frames = len(raw) + len(good) - monitor.counts.discarded_bytes
    assert in_frames >= monitor.counts.frames
