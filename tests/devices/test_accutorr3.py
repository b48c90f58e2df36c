"""Datascope Accutorr 3: its lines, what is new in them, and when it is asked."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.devices.accutorr3 import AccutorrAdapter
from monitors.devices.accutorr3_lines import (
    ASK_PATIENT,
    ASK_PROMPT,
    LONGEST_LINE,
    PROMPT,
    READY,
    Item,
    LineFinder,
    PatientLine,
    Printed,
)
from monitors.devices.adapter import DecodeCounts
from monitors.devices.catalogue import kind_of
from monitors.errors import FrameError
from monitors.readings import (
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    OximetryReading,
    Reading,
    SignalCondition,
    Validity,
)

GOOD = b"P: 97, 71,128, 95, 79,000,000,000,  3\r\n"
LIMITS = b"L:100, 85,120, 40,180, 90,130, 60,110, 40\r\n"


def line(
    minutes: int | None = 0,
    systolic: int | None = 128,
    mean: int | None = 95,
    diastolic: int | None = 79,
    *,
    spo2: int | None = 97,
    rate: int | None = 71,
    status: tuple[int, int, int] = (0, 0, 0),
) -> bytes:
    return PatientLine(spo2, rate, systolic, mean, diastolic, *status, minutes).to_bytes()


class Monitor:
    """Stand for a monitor, of which only the cuff is looked at."""

    def __init__(self) -> None:
        self.adapter = AccutorrAdapter()

    def says(self, raw: bytes, at_s: float = 0.0) -> Sequence[Reading]:
        told = self.adapter.feed(raw, at_s)
        return [reading for reading in told if isinstance(reading, NibpDetermination)]


def done(minutes: int = 0, systolic: int = 128) -> NibpDetermination:
    return NibpDetermination(NibpOutcome.COMPLETED, systolic, 79, 95, age_s=60.0 * minutes)


def finger(**kept: object) -> OximetryReading:
    (told,) = AccutorrAdapter().feed(line(None, None, None, None, **kept), 0.0)  # type: ignore[arg-type]
    assert isinstance(told, OximetryReading)
    return told


# -- lines


def test_the_documented_shape_is_read_and_written() -> None:
    assert PatientLine.from_bytes(GOOD) == PatientLine(97, 71, 128, 95, 79, minutes=3)
    assert line(3) == GOOD


def test_the_mean_stands_before_the_diastolic_on_the_wire_and_is_told_as_the_mean() -> None:
    (told,) = Monitor().says(GOOD)
    assert told == NibpDetermination(NibpOutcome.COMPLETED, 128, 79, 95, age_s=180.0)


def test_every_number_survives_the_wire_in_every_field() -> None:
    for value in range(1000):
        other, status = 999 - value, value % 256
        told = PatientLine(value, other, value, other, value, status, 255 - status, status, other)
        assert PatientLine.from_bytes(told.to_bytes()) == told


@pytest.mark.parametrize("dashes", [b"-- ", b" --", b"---"])
def test_dashes_however_padded_are_no_number(dashes: bytes) -> None:
    raw = b"P:" + b",".join([dashes] * 5 + [b"000"] * 3 + [dashes]) + b"\r\n"
    assert PatientLine.from_bytes(raw) == PatientLine()


def test_numbers_are_read_however_they_are_padded() -> None:
    read = PatientLine.from_bytes(GOOD)
    assert PatientLine.from_bytes(b"P:97 ,71 ,128,95 ,79 ,0  ,0  ,0  ,3  \r\n") == read
    assert PatientLine.from_bytes(b"P:097,071,128,095,079,000,000,000,003\r\n") == read


def test_a_last_line_with_all_its_fields_counts_without_its_end() -> None:
    adapter = AccutorrAdapter()
    assert adapter.feed(b"x" + GOOD.rstrip(), 0.0) == []
    assert len(adapter.finish()) == 2
    assert adapter.counts == DecodeCounts(1, 0, 1)
    adapter.feed(GOOD[:-3], 0.0)
    assert adapter.finish() == []
    assert adapter.counts == DecodeCounts(1, 0, len(GOOD) - 2)


@pytest.mark.parametrize("place", range(2, len(GOOD) - 2))
def test_no_line_with_a_character_lost_is_believed(place: int) -> None:
    adapter = AccutorrAdapter()
    told = adapter.feed(GOOD[:place] + GOOD[place + 1 :], 0.0)
    is_padding = GOOD[place : place + 1] == b" " and place == 2
    assert told == [] or is_padding
    assert adapter.counts.frames == (1 if told else 0)


@pytest.mark.parametrize(
    "bad",
    [PatientLine(1000), PatientLine(-5), PatientLine(probe=256), PatientLine(minutes=1000)],
)
def test_what_does_not_fit_is_refused(bad: PatientLine) -> None:
    with pytest.raises(FrameError):
        bad.to_bytes()


def found(*chunks: bytes) -> tuple[list[Item], DecodeCounts]:
    counts = DecodeCounts()
    finder = LineFinder(counts)
    items = [item for chunk in chunks for item in finder.feed(chunk)]
    finder.forget()
    return items, counts


def test_what_is_printed_beside_patient_lines_is_known() -> None:
    items, counts = found(READY + PROMPT + GOOD + PROMPT + LIMITS + PROMPT)
    assert items[0] is Printed.READY
    assert items[4] is Printed.LIMITS
    assert items.count(Printed.PROMPT) == 3
    assert counts == DecodeCounts(6, 0, 0)


def test_a_prompt_within_a_line_is_none() -> None:
    assert found(b"x>>>\r\n")[0] == []


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=12),
            st.sampled_from([GOOD, LIMITS, READY, PROMPT, b"\r\n", b"\n", b"P:", b"z" * 70]),
        ),
        max_size=12,
    ),
    st.integers(1, 9),
)
def test_however_lines_are_cut_the_outcome_is_one(parts: list[bytes], size: int) -> None:
    raw = b"".join(parts)
    items, counts = found(raw)
    assert found(*(raw[at : at + size] for at in range(0, len(raw), size))) == (items, counts)
    assert counts.frames == len(items)
    assert counts.discarded_bytes + counts.frames <= len(raw)
    assert counts.discarded_bytes + LONGEST_LINE * counts.frames >= len(raw)


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=200))
def test_after_any_noise_the_next_lines_are_told(noise: bytes) -> None:
    adapter = AccutorrAdapter()
    adapter.feed(noise, 0.0)
    told = adapter.feed(b"\r\n" + line(systolic=133), 0.0)
    assert NibpDetermination(NibpOutcome.COMPLETED, 133, 79, 95, age_s=0.0) in told


# -- what is new


def test_the_first_one_seen_is_dated_by_its_minutes_and_told_once() -> None:
    monitor = Monitor()
    assert monitor.says(line(3), 0.0) == [done(3)]
    ages = [3 + (second + 30) // 60 for second in range(1, 600)]
    assert [told for s, age in enumerate(ages, 1) for told in monitor.says(line(age), s)] == []


def test_the_same_numbers_with_a_lower_age_are_a_new_determination() -> None:
    monitor = Monitor()
    monitor.says(line(3), 0.0)
    assert monitor.says(line(0), 1.0) == [done(0)]


def test_the_same_age_after_a_gap_is_a_new_determination() -> None:
    monitor = Monitor()
    monitor.says(line(2), 0.0)
    monitor.adapter.begin(100.0)
    assert monitor.says(line(2), 400.0) == [done(2)]


def test_an_age_that_grew_with_the_gap_is_the_same_determination() -> None:
    monitor = Monitor()
    monitor.says(line(2), 0.0)
    monitor.adapter.begin(100.0)
    assert monitor.says(line(8), 400.0) == []


def test_minutes_that_step_a_little_early_or_late_are_the_same_determination() -> None:
    for drift in (0.999, 1.001):
        monitor = Monitor()
        told = [r for s in range(1200) for r in monitor.says(line(int(s * drift / 60)), float(s))]
        assert len(told) == 1


def test_other_numbers_of_the_same_age_are_told_when_a_second_line_has_them() -> None:
    monitor = Monitor()
    monitor.says(line(0), 0.0)
    assert monitor.says(line(0, 131), 1.0) == []
    assert monitor.says(line(0, 131), 2.0) == [done(0, 131)]
    assert monitor.says(line(0, 131), 3.0) == []


def test_one_wrong_digit_is_no_determination() -> None:
    monitor = Monitor()
    monitor.says(line(0), 0.0)
    assert monitor.says(line(0, 188), 1.0) == []
    assert [monitor.says(line(0), float(second)) for second in range(2, 9)] == [[]] * 7


def test_at_the_end_of_a_capture_other_numbers_are_told_without_a_second_line() -> None:
    monitor = Monitor()
    monitor.says(line(0) + line(0, 131))
    assert list(monitor.adapter.finish()) == [done(0, 131)]
    assert list(monitor.adapter.finish()) == []


@pytest.mark.parametrize("numbers", [(None, None, None), (0, 0, 0), (79, 95, 128), (301, 95, 79)])
def test_a_new_age_without_numbers_a_cuff_can_measure_is_a_failure_told_once(
    numbers: tuple[int | None, int | None, int | None],
) -> None:
    monitor = Monitor()
    monitor.says(line(5), 0.0)
    (told,) = monitor.says(line(0, *numbers), 1.0)
    assert told.reason is NibpFailure.UNKNOWN
    assert monitor.says(line(0, *numbers), 2.0) == []


def test_dashes_at_first_sight_and_numbers_without_an_age_tell_nothing() -> None:
    assert Monitor().says(line(2, None, None, None)) == []
    assert Monitor().says(line(None)) == []
    assert Monitor().says(line(999)) == []


@pytest.mark.parametrize(
    ("flags", "reason"),
    [(1, NibpFailure.OVERPRESSURE), (2, NibpFailure.MOTION), (3, NibpFailure.OVERPRESSURE)],
)
def test_a_cuff_flag_is_a_failure_once_and_its_numbers_are_never_told(
    flags: int, reason: NibpFailure
) -> None:
    monitor = Monitor()
    monitor.says(line(5), 0.0)
    flagged = line(0, 131, status=(0, 0, flags))
    assert [told.reason for told in monitor.says(flagged, 1.0)] == [reason]
    assert monitor.says(flagged, 2.0) == []
    assert [monitor.says(line(5, 131), 301.0 + second) for second in range(3)] == [[]] * 3


def test_numbers_that_stood_before_a_failure_are_not_told_once_its_flag_is_gone() -> None:
    monitor = Monitor()
    assert len(monitor.says(line(5), 0.0)) == 1
    assert len(monitor.says(line(0, None, None, None, status=(0, 0, 2)), 1.0)) == 1
    assert [monitor.says(line(0), 2.0 + second) for second in range(3)] == [[]] * 3
    assert len(monitor.says(line(0, 131), 5.0) or monitor.says(line(0, 131), 6.0)) == 1


@pytest.mark.parametrize("bit", [1, 3, 4, 5, 6, 7])
def test_a_failing_unit_lets_no_number_through(bit: int) -> None:
    told = AccutorrAdapter().feed(line(0, status=(0, 1 << bit, 0)), 0.0)
    assert isinstance(told[0], NibpDetermination)
    assert told[0].reason is NibpFailure.DEVICE_FAULT
    assert told[1] == OximetryReading(None, None, None, Validity.INVALID)


def test_the_oximeters_rate_is_not_the_cuffs() -> None:
    (told,) = Monitor().says(GOOD)
    assert told.pulse_rate_per_min is None


def test_a_missing_mean_is_missing_alone() -> None:
    (told,) = Monitor().says(line(0, 128, None, 79))
    assert (told.systolic_mmhg, told.mean_mmhg, told.diastolic_mmhg) == (128, None, 79)


# -- the finger


@pytest.mark.parametrize("rate", [30, 127, 128, 140, 199, 250, 254, 255])
def test_a_pulse_rate_is_all_three_digits(rate: int) -> None:
    assert finger(rate=rate) == OximetryReading(97, rate)


@pytest.mark.parametrize("spo2", [None, 0, 101, 127, 255, 999])
def test_no_saturation_beyond_100_is_a_number(spo2: int | None) -> None:
    assert finger(spo2=spo2) == OximetryReading(None, None, None, Validity.INVALID)


@pytest.mark.parametrize(
    ("bit", "condition", "validity"),
    [
        (0, SignalCondition.PROBE_UNPLUGGED, Validity.INVALID),
        (1, SignalCondition.FINGER_OUT, Validity.INVALID),
        (2, SignalCondition.INTERFERENCE, Validity.QUESTIONABLE),
        (3, SignalCondition.SEARCHING, Validity.INVALID),
        (4, SignalCondition.LOW_SIGNAL, Validity.QUESTIONABLE),
        (5, SignalCondition.SEARCHING, Validity.INVALID),
    ],
)
def test_each_state_of_the_probe_is_told(
    bit: int, condition: SignalCondition, validity: Validity
) -> None:
    told = finger(status=(1 << bit, 0, 0))
    assert (told.conditions, told.validity) == ((condition,), validity)
    assert (told.spo2_pct is None) == (validity is Validity.INVALID)


@pytest.mark.parametrize("status", [(0x80, 0, 0), (0, 0x01, 0)])
def test_a_rate_that_the_monitor_says_is_beyond_it_is_no_number(
    status: tuple[int, int, int],
) -> None:
    assert finger(status=status) == OximetryReading(97, None, None, Validity.QUESTIONABLE)


@pytest.mark.parametrize("rate", [0, 511, 999])
def test_a_rate_that_cannot_be_is_no_number(rate: int) -> None:
    assert finger(rate=rate) == OximetryReading(97, None, None, Validity.QUESTIONABLE)


@pytest.mark.parametrize("status", [(0x40, 0, 0), (0, 0x04, 0)])
def test_check_site_and_alarm_overlap_say_nothing_of_the_numbers(
    status: tuple[int, int, int],
) -> None:
    assert finger(status=status) == OximetryReading(97, 71)


def test_a_monitor_without_an_oximeter_measures_none() -> None:
    assert finger(spo2=None, rate=None).validity is Validity.NOT_AVAILABLE


# -- what is sent


def test_a_prompt_is_asked_for_before_anything_else_and_p_only_behind_it() -> None:
    adapter = AccutorrAdapter()
    assert adapter.due(0.0) == ASK_PROMPT
    assert [adapter.due(step / 10) for step in range(1, 20)] == [b""] * 19
    assert adapter.due(2.0) == ASK_PROMPT
    adapter.feed(PROMPT, 2.1)
    assert adapter.due(2.1) == ASK_PATIENT
    assert adapter.due(2.2) == b""


def test_a_line_is_asked_for_each_second_one_question_at_a_time() -> None:
    adapter, asked = AccutorrAdapter(), []
    adapter.feed(PROMPT, 0.0)
    for step in range(100):
        if question := adapter.due(step / 10):
            asked.append(question)
            adapter.feed(GOOD + PROMPT, step / 10)
    assert asked == [ASK_PATIENT] * 10


def test_no_command_is_sent_until_the_prompt_is_back() -> None:
    adapter = AccutorrAdapter()
    adapter.feed(PROMPT, 0.0)
    adapter.due(0.0)
    adapter.feed(GOOD, 0.3)
    assert [adapter.due(0.3 + step / 10) for step in range(10)] == [b""] * 10
    assert adapter.due(1.4) == ASK_PROMPT


def test_noise_that_swallowed_a_prompt_does_not_block_the_line() -> None:
    adapter = AccutorrAdapter()
    adapter.due(0.0)
    adapter.feed(b"\x00" + PROMPT, 0.1)
    assert adapter.due(2.0) == ASK_PROMPT
    adapter.feed(PROMPT, 2.1)
    assert adapter.due(2.1) == ASK_PATIENT


def test_after_a_reopening_a_prompt_is_asked_for_anew() -> None:
    adapter = AccutorrAdapter()
    adapter.feed(PROMPT, 0.0)
    assert adapter.begin(5.0) == b""
    assert adapter.due(5.0) == ASK_PROMPT


def test_nobody_is_asked_who_is_there() -> None:
    assert kind_of("accutorr3").identify == ()
