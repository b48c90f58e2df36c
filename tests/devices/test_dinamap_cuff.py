"""When a DINAMAP's repeated answers are a new determination, a failure, or nothing new."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from monitors.devices.dinamap import DinamapAdapter
from monitors.devices.dinamap_frames import (
    CANCEL_CUFF,
    NibpReply,
    OximetryReply,
    RateReply,
    TemperatureReply,
)
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

BUSY = NibpReply(0, 0, 128, 79, 95)
NOTHING = NibpReply(1, None)
FAILED = NibpReply(3, None)


def done(age_s: int, systolic: int = 128, diastolic: int = 79, mean: int = 95) -> NibpReply:
    return NibpReply(1, age_s, systolic, diastolic, mean)


class Monitor:
    """Stand for a monitor asked only for its pressures, so that each answer speaks for itself."""

    def __init__(self) -> None:
        self.adapter = DinamapAdapter(polls=("NA",))

    def says(self, reply: NibpReply, at_s: float) -> Sequence[Reading]:
        told = self.adapter.feed(reply.to_bytes(), at_s)
        return [reading for reading in told if not isinstance(reading, CuffActivity)]


def determination(age_s: float = 0, systolic: int = 128) -> NibpDetermination:
    return NibpDetermination(NibpOutcome.COMPLETED, systolic, 79, 95, age_s=age_s)


def failure(reason: NibpFailure, is_age_unknown: bool = False) -> NibpDetermination:
    return NibpDetermination(NibpOutcome.FAILED, reason=reason, is_age_unknown=is_age_unknown)


def test_the_first_one_seen_is_told_and_dated_by_its_age() -> None:
    assert Monitor().says(done(200), 0.0) == [determination(200)]


def test_the_same_one_growing_older_is_told_once() -> None:
    monitor = Monitor()
    monitor.says(done(0), 0.0)
    assert [monitor.says(done(second), float(second)) for second in range(1, 200)] == [[]] * 199


def test_an_age_of_nought_seen_twice_is_one_determination() -> None:
    monitor = Monitor()
    assert monitor.says(done(0), 0.0)
    assert monitor.says(done(0), 0.98) == []


def test_identical_numbers_with_a_younger_age_are_a_new_determination() -> None:
    monitor = Monitor()
    monitor.says(done(200), 0.0)
    assert monitor.says(done(3), 1.0) == [determination(3)]


def test_an_age_that_did_not_grow_over_a_running_cycle_is_a_new_determination() -> None:
    monitor = Monitor()
    monitor.says(done(3), 0.0)
    monitor.says(BUSY, 0.0)
    assert monitor.says(done(3), 0.0) == [determination(3)]


def test_an_age_younger_than_the_gap_between_answers_is_a_new_determination() -> None:
    monitor = Monitor()
    monitor.says(done(5), 0.0)
    assert monitor.says(done(65), 60.0) == []
    assert monitor.says(done(66), 180.0) == [determination(66)]


def test_other_numbers_are_a_new_determination_whatever_the_age() -> None:
    monitor = Monitor()
    monitor.says(done(5), 0.0)
    assert monitor.says(done(6, 131), 1.0) == [determination(6, 131)]


def test_a_determination_is_not_told_again_after_the_port_was_reopened() -> None:
    monitor = Monitor()
    monitor.says(done(5), 0.0)
    monitor.adapter.begin(30.0)
    assert monitor.says(done(35), 30.0) == []


def test_a_result_that_vanished_with_age_and_comes_back_younger_is_new() -> None:
    monitor = Monitor()
    monitor.says(done(5400), 0.0)
    assert monitor.says(NOTHING, 1.0) == []
    assert monitor.says(done(0), 60.0) == [determination(0)]


@pytest.mark.parametrize(
    "reply", [BUSY, NOTHING, NibpReply(2, 3, 128, 79, 95), NibpReply(1, 3), NibpReply(1, 3, 128)]
)
def test_numbers_under_any_other_status_or_without_age_are_never_told(reply: NibpReply) -> None:
    assert Monitor().says(reply, 0.0) == []


@pytest.mark.parametrize(("systolic", "diastolic"), [(79, 128), (128, 128), (301, 79), (128, 0)])
def test_pressures_that_no_cuff_measures_are_never_told(systolic: int, diastolic: int) -> None:
    monitor = Monitor()
    assert monitor.says(done(3, systolic, diastolic), 0.0) == []
    assert monitor.says(done(4), 1.0) == [determination(4)]


def test_a_mean_outside_the_two_pressures_is_missing_alone() -> None:
    (told,) = Monitor().says(done(3, mean=200), 0.0)
    assert told == NibpDetermination(NibpOutcome.COMPLETED, 128, 79, age_s=3)


def test_a_missing_mean_is_missing_alone() -> None:
    (told,) = Monitor().says(done(3, mean=0), 0.0)
    assert isinstance(told, NibpDetermination)
    assert (told.systolic_mmhg, told.mean_mmhg) == (128, None)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (3, NibpFailure.UNKNOWN),
        (4, NibpFailure.LOOSE_CUFF),
        (6, NibpFailure.TIMEOUT),
        (7, NibpFailure.BLOCKED),
        (8, NibpFailure.OVERPRESSURE),
        (9, NibpFailure.UNKNOWN),
    ],
)
def test_a_failure_is_told_once_and_again_after_each_cycle(
    status: int, reason: NibpFailure
) -> None:
    monitor = Monitor()
    failed = NibpReply(status, None, 128, 79, 95)
    monitor.says(BUSY, 0.0)
    assert monitor.says(failed, 1.0) == [failure(reason)]
    assert monitor.says(failed, 2.0) == []
    monitor.says(BUSY, 3.0)
    assert monitor.says(failed, 40.0) == [failure(reason)]


def test_a_failure_that_stood_before_we_came_is_of_unknown_age() -> None:
    monitor = Monitor()
    assert monitor.says(FAILED, 0.0) == [failure(NibpFailure.UNKNOWN, is_age_unknown=True)]
    assert monitor.says(FAILED, 1.0) == []


def test_a_cycle_cancelled_from_here_fails_as_cancelled_once() -> None:
    monitor = Monitor()
    monitor.says(done(100), 0.0)
    monitor.adapter.start_cuff(1.0)
    monitor.says(BUSY, 2.0)
    monitor.adapter.cancel_cuff(3.0)
    assert monitor.says(BUSY, 4.0) == []
    assert monitor.says(done(105), 5.0) == [failure(NibpFailure.CANCELLED)]
    assert monitor.says(done(106), 6.0) == []


def test_a_cancel_that_came_too_late_leaves_the_result() -> None:
    monitor = Monitor()
    monitor.adapter.start_cuff(1.0)
    monitor.says(BUSY, 2.0)
    monitor.adapter.cancel_cuff(30.0)
    assert monitor.says(done(0), 31.0) == [determination(0)]
    assert monitor.says(done(1), 32.0) == []


def test_a_cancel_leaves_an_old_result_old_even_if_it_is_the_first_one_seen() -> None:
    monitor = Monitor()
    monitor.adapter.start_cuff(1.0)
    monitor.says(BUSY, 2.0)
    monitor.adapter.cancel_cuff(3.0)
    assert monitor.says(done(200), 4.0) == [determination(200), failure(NibpFailure.CANCELLED)]
    assert monitor.says(done(201), 5.0) == []


def test_an_own_cycle_is_not_ended_by_a_result_older_than_its_start() -> None:
    monitor = Monitor()
    monitor.adapter.start_cuff(1.0)
    assert monitor.says(done(200), 2.0) == [determination(200)]
    assert monitor.says(BUSY, 3.0) == []
    assert monitor.says(NibpReply(4, 210), 50.0) == [failure(NibpFailure.LOOSE_CUFF)]
    monitor.adapter.start_cuff(60.0)
    assert monitor.says(NibpReply(1, 400, 128, 79, 95), 76.0) == [failure(NibpFailure.UNKNOWN)]


def test_a_cancel_in_a_capture_of_both_sides_says_why_a_cycle_ended() -> None:
    monitor = Monitor()
    monitor.says(done(100), 0.0)
    monitor.says(BUSY, 0.0)
    assert monitor.adapter.feed(CANCEL_CUFF.to_bytes() * 2, 0.0) == []
    assert monitor.says(done(103), 0.0) == [failure(NibpFailure.CANCELLED)]
    assert monitor.adapter.feed(CANCEL_CUFF.to_bytes(), 0.0) == []
    assert monitor.says(done(104), 0.0) == []


def test_a_cancel_without_a_cycle_fails_nothing() -> None:
    monitor = Monitor()
    monitor.says(done(100), 0.0)
    monitor.adapter.cancel_cuff(1.0)
    assert monitor.says(done(102), 2.0) == []


def test_an_own_cycle_that_ends_without_a_result_is_told_as_failed() -> None:
    monitor = Monitor()
    monitor.says(done(100), 0.0)
    monitor.adapter.start_cuff(1.0)
    monitor.says(BUSY, 2.0)
    assert monitor.says(done(103), 3.0) == []
    assert monitor.says(done(105), 5.0) == [failure(NibpFailure.UNKNOWN)]
    assert monitor.says(done(106), 6.0) == []


def test_an_own_cycle_that_never_begins_is_told_as_failed() -> None:
    monitor = Monitor()
    monitor.says(done(100), 0.0)
    monitor.adapter.start_cuff(1.0)
    assert monitor.says(done(110), 10.0) == []
    assert monitor.says(done(116), 16.0) == [failure(NibpFailure.UNKNOWN)]


def test_a_cycle_that_others_stop_at_the_monitor_is_not_ours_to_judge() -> None:
    monitor = Monitor()
    monitor.says(done(100), 0.0)
    monitor.says(BUSY, 1.0)
    assert [monitor.says(done(100 + s), float(s)) for s in range(2, 40)] == [[]] * 38


def test_what_the_cuff_does_is_told_when_it_changes() -> None:
    adapter = DinamapAdapter(polls=("NA",))
    told = [
        reading
        for second, reply in enumerate((NOTHING, BUSY, BUSY, done(0), done(1)))
        for reading in adapter.feed(reply.to_bytes(), float(second))
        if isinstance(reading, CuffActivity)
    ]
    assert [activity.state for activity in told] == [
        CuffState.IDLE,
        CuffState.MEASURING,
        CuffState.IDLE,
    ]


def said(adapter: DinamapAdapter, *lines: bytes, at_s: float = 0.0) -> list[Reading]:
    told = [reading for line in lines for reading in adapter.feed(line, at_s)]
    return [reading for reading in told if not isinstance(reading, CuffActivity)]


def test_a_determination_takes_the_cuffs_pulse_rate_of_its_round() -> None:
    adapter = DinamapAdapter()
    assert said(adapter, done(14).to_bytes()) == []
    (told,) = said(adapter, RateReply(3, 140).to_bytes(), at_s=0.5)
    assert told == NibpDetermination(NibpOutcome.COMPLETED, 128, 79, 95, 140, age_s=14.5)


def test_the_oximeters_rate_is_never_the_cuffs() -> None:
    adapter = DinamapAdapter()
    lines = (done(14).to_bytes(), OximetryReply(1, 97).to_bytes(), RateReply(2, 71).to_bytes())
    assert said(adapter, *lines) == [determination(14), OximetryReading(97, 71)]


def test_a_cuffs_rate_without_a_new_determination_is_dropped() -> None:
    adapter = DinamapAdapter()
    said(adapter, done(14).to_bytes(), RateReply(3, 72).to_bytes())
    assert said(adapter, done(15).to_bytes(), RateReply(3, 72).to_bytes()) == []


def test_without_a_rate_the_determination_is_told_in_the_next_round_with_its_true_age() -> None:
    adapter = DinamapAdapter()
    said(adapter, done(14).to_bytes())
    assert said(adapter, done(15).to_bytes(), at_s=1.0) == [determination(15.0)]


def test_the_oximeters_rate_alone_is_a_pulse_rate() -> None:
    adapter = DinamapAdapter()
    assert said(adapter, RateReply(2, 71).to_bytes()) == [VitalReading(Vital.PULSE_RATE, 71)]
    assert said(adapter, RateReply(2, None).to_bytes()) == [
        VitalReading(Vital.PULSE_RATE, None, Validity.INVALID)
    ]


@pytest.mark.parametrize("rate", [127, 128, 140, 199, 254, 255, 300])
def test_every_pulse_rate_that_can_be_is_told(rate: int) -> None:
    adapter = DinamapAdapter()
    said(adapter, done(14).to_bytes())
    (told,) = said(adapter, RateReply(3, rate).to_bytes())
    assert isinstance(told, NibpDetermination)
    assert told.pulse_rate_per_min == rate
    told_by_finger = said(adapter, OximetryReply(1, 97).to_bytes(), RateReply(2, rate).to_bytes())
    assert told_by_finger == [OximetryReading(97, rate)]


@pytest.mark.parametrize("rate", [0, 511, 999])
def test_an_oximeters_rate_that_cannot_be_is_none(rate: int) -> None:
    lines = (OximetryReply(1, 97).to_bytes(), RateReply(2, rate).to_bytes())
    assert said(DinamapAdapter(), *lines) == [OximetryReading(97, None)]


@pytest.mark.parametrize("rate", [0, 301, 999])
def test_a_cuffs_rate_that_cannot_be_is_none(rate: int) -> None:
    lines = (done(14).to_bytes(), RateReply(3, rate).to_bytes())
    assert said(DinamapAdapter(), *lines) == [determination(14)]


def test_an_old_temperature_is_not_told_as_if_it_were_new() -> None:
    adapter = DinamapAdapter(polls=("TC",))
    old = TemperatureReply(0, age_s=301, tenths_f=986)
    assert said(adapter, old.to_bytes()) == []
    assert said(adapter, TemperatureReply(0, age_s=302, tenths_f=986).to_bytes()) == []
    new = TemperatureReply(0, counter="!", age_s=0, tenths_f=986)
    assert said(adapter, new.to_bytes()) == [VitalReading(Vital.TEMPERATURE, 37.0)]
