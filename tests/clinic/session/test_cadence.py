"""The cuff as a promise, told as stories of minutes and events."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.clinic.cadence import Cadence, cadence_from_record
from monitors.clinic.cadence_events import (
    Arm,
    AskNow,
    CadenceEvent,
    CuffPromise,
    CuffResult,
    CuffStarted,
    Disarm,
    DueFor,
    IntervalIs,
    Overdue,
    OverdueReason,
    PhaseIs,
    RateRaised,
    Stat,
    StopStat,
    Tick,
)
from monitors.clinic.cadence_promise import REST_MS, promise
from monitors.clinic.cadence_steps import step
from monitors.clinic.phases import Phase
from monitors.clinic.protocol_toml import built_in
from monitors.clinic.protocols import CuffStage
from monitors.errors import SessionError
from monitors.readings import NibpDetermination, NibpFailure, NibpOutcome

READING = NibpDetermination(NibpOutcome.COMPLETED, 128, 78, 95, 72)
ARMED = Arm("A. Nurse", "right", "left")


def failed(reason: NibpFailure = NibpFailure.MOTION) -> NibpDetermination:
    return NibpDetermination(NibpOutcome.FAILED, reason=reason)


class Story:
    """Tell a cadence what happens at which minute and keep what it promises."""

    def __init__(self, protocol: str = "mood40") -> None:
        self.cadence = Cadence(built_in()[protocol].cuff)
        self.promise = CuffPromise()

    def at(self, minute: float, event: CadenceEvent) -> CuffPromise:
        now_ms = round(minute * 60_000)
        self.cadence, self.promise = step(self.cadence, event, now_ms)
        return self.promise

    def reads(self, minute: float, *, is_within_limits: bool = True) -> CuffPromise:
        measured_ms = round(minute * 60_000)
        return self.at(minute, CuffResult(READING, measured_ms, is_within_limits))

    def looks(self, minute: float) -> CuffPromise:
        return promise(self.cadence, round(minute * 60_000))

    @property
    def due_min(self) -> float:
        assert self.promise.due_ms is not None
        return self.promise.due_ms / 60_000


def infusing(protocol: str = "mood40") -> Story:
    """Take three baseline readings from minute 0 and start the infusion at minute 10."""
    story = Story(protocol)
    story.at(0, PhaseIs(Phase.BASELINE))
    for minute in (1, 3, 5):
        story.reads(minute)
    story.at(10, PhaseIs(Phase.INFUSING))
    return story


def test_nothing_is_due_before_baseline_and_after_discharge() -> None:
    story = Story()
    assert story.at(0, PhaseIs(Phase.INTAKE)) == CuffPromise()
    story = infusing()
    story.at(50, PhaseIs(Phase.RECOVERY))
    assert story.at(90, PhaseIs(Phase.DISCHARGED)) == CuffPromise()
    assert not story.cadence.is_armed


def test_baseline_asks_at_once_then_every_two_minutes_for_three_readings() -> None:
    story = Story()
    assert story.at(0, PhaseIs(Phase.BASELINE)).due_for is DueFor.ASKED
    assert story.promise.start_ms == 0
    for minute, due_min in ((1, 3), (3, 5), (5, 15)):
        story.reads(minute)
        assert story.due_min == due_min


def test_a_mood_infusion_is_measured_every_five_minutes_first_and_then_every_ten() -> None:
    story = infusing()
    due = [story.due_min]
    for minute in (15, 20, 25, 35):
        story.reads(minute)
        due.append(story.due_min)
    assert due == [15, 20, 25, 35, 45]


def test_a_promise_does_not_move_when_a_stage_ends_between_two_readings() -> None:
    story = infusing()
    story.reads(24)
    assert {story.looks(minute).due_ms for minute in (24, 25, 28)} == {29 * 60_000}


def test_a_raised_rate_shortens_the_interval_of_a_long_pain_infusion() -> None:
    story = infusing("pain4h")
    story.reads(30)
    assert story.due_min == 45
    story.at(31, RateRaised())
    assert story.due_min == 40


def test_pausing_keeps_the_cadence_and_asks_for_a_reading_at_once() -> None:
    story = infusing()
    story.reads(15)
    paused = story.at(16, PhaseIs(Phase.PAUSED))
    assert (paused.due_for, paused.start_ms) == (DueFor.ASKED, 16 * 60_000)
    story.reads(17)
    assert story.due_min == 22
    story.at(18, PhaseIs(Phase.INFUSING))
    assert story.due_min == 22


def test_the_end_of_the_infusion_asks_for_a_reading_at_once_and_an_injection_does_not() -> None:
    story = infusing()
    story.reads(45)
    assert story.at(50, PhaseIs(Phase.RECOVERY)).due_for is DueFor.ASKED
    shot = Story("injection")
    shot.at(0, PhaseIs(Phase.BASELINE))
    shot.reads(1)
    assert shot.at(4, PhaseIs(Phase.RECOVERY)).due_for is DueFor.ROUTINE
    assert shot.due_min == 9


def test_recovery_goes_to_a_quarter_of_an_hour_after_two_readings_within_limits() -> None:
    story = infusing()
    story.at(50, PhaseIs(Phase.RECOVERY))
    due = []
    for minute in (51, 61, 76):
        story.reads(minute)
        due.append(story.due_min)
    assert due == [61, 76, 91]


def test_a_reading_beyond_limits_is_repeated_after_two_minutes_then_every_five() -> None:
    story = infusing()
    due = []
    for minute, within in ((30, False), (32, False), (37, True), (42, True)):
        story.reads(minute, is_within_limits=within)
        due.append((story.promise.due_for, story.due_min))
    repeat, routine = DueFor.REPEAT, DueFor.ROUTINE
    assert due == [(repeat, 32), (repeat, 37), (repeat, 42), (routine, 52)]


def test_one_normal_reading_between_two_high_ones_does_not_end_the_repeats() -> None:
    story = infusing()
    for minute, within in ((30, False), (32, True), (37, False), (42, True)):
        story.reads(minute, is_within_limits=within)
    assert story.promise.due_for is DueFor.REPEAT


def test_a_reading_is_overdue_first_as_advice_then_as_a_technical_matter() -> None:
    story = infusing()
    story.reads(30)
    levels = [story.looks(minute).overdue for minute in (40, 42.4, 42.5, 44.9, 45)]
    none, advisory, technical = Overdue.NONE, Overdue.ADVISORY, Overdue.TECHNICAL
    assert levels == [none, none, advisory, advisory, technical]


def test_an_overdue_reading_says_why() -> None:
    never = Story()
    never.at(0, PhaseIs(Phase.BASELINE))
    assert never.looks(3).overdue_reason is OverdueReason.NEVER_MEASURED
    story = infusing()
    assert story.looks(30).overdue_reason is OverdueReason.NOT_STARTED
    story.at(15, CuffResult(failed(), 15 * 60_000))
    assert story.looks(30).overdue_reason is OverdueReason.CYCLE_FAILED
    story.at(30, CuffStarted())
    story.at(33, Tick())
    assert story.looks(33).overdue_reason is OverdueReason.NO_RESULT
    assert story.looks(12).overdue_reason is None


@pytest.mark.parametrize("ends", ["reading", "failure", "nothing"])
def test_a_cycle_of_the_intake_is_no_reason_for_a_reading_that_the_baseline_wants(
    ends: str,
) -> None:
    story = Story()
    story.at(1, CuffStarted())
    if ends != "nothing":
        story.at(1.7, CuffResult(READING if ends == "reading" else failed(), 100_000))
    story.at(5, PhaseIs(Phase.BASELINE))
    assert story.looks(8).overdue_reason is OverdueReason.NEVER_MEASURED
    assert story.at(9, Tick()).overdue_reason is OverdueReason.NEVER_MEASURED


def test_a_result_of_the_intake_told_late_ends_no_cycle_of_the_baseline() -> None:
    story = Story()
    story.at(5, PhaseIs(Phase.BASELINE))
    story.at(6, CuffStarted())
    story.at(6.5, CuffResult(READING, 4 * 60_000))
    assert story.looks(8.5).overdue_reason is OverdueReason.NO_RESULT
    story = Story()
    story.at(4.9, CuffStarted())
    story.at(5, PhaseIs(Phase.BASELINE))
    story.at(5.2, CuffResult(READING, round(4.95 * 60_000)))
    assert story.looks(8).overdue_reason is OverdueReason.NEVER_MEASURED


def test_a_failed_cycle_is_not_a_reading_and_the_promise_stays() -> None:
    story = infusing()
    story.at(15, CuffResult(failed(), 15 * 60_000))
    assert story.due_min == 15
    assert story.cadence.failure is NibpFailure.MOTION


def test_an_armed_cadence_starts_the_cuff_when_due_and_not_before() -> None:
    story = infusing()
    story.at(11, ARMED)
    assert [story.looks(minute).wants_start for minute in (11, 14.99, 15)] == [False, False, True]
    story.at(15, CuffStarted())
    assert not story.looks(15.5).wants_start


def test_an_unarmed_cadence_never_starts_the_cuff() -> None:
    story = infusing()
    assert not story.looks(60).wants_start
    story.at(61, ARMED)
    assert story.at(62, Disarm("A. Nurse")).wants_start is False


def test_arming_needs_a_person_a_watched_phase_and_an_arm_without_iv() -> None:
    story = infusing()
    for event, words in (
        (Arm(" ", "right", "left"), "a person's name is missing"),
        (Arm("N", "left", "left"), "which has the IV"),
        (Arm("N", None, "left"), "which arm has the cuff"),
    ):
        with pytest.raises(SessionError, match=words):
            story.at(11, event)
    with pytest.raises(SessionError, match="not in intake"):
        Story().at(0, ARMED)


def test_a_failed_cycle_is_tried_again_once_soon_and_then_at_the_interval() -> None:
    story = infusing()
    story.at(11, ARMED)
    story.at(15, CuffStarted())
    story.at(15.5, CuffResult(failed(), round(15.5 * 60_000)))
    assert [story.looks(minute).wants_start for minute in (16.4, 16.5)] == [False, True]
    story.at(16.5, CuffStarted())
    story.at(17, CuffResult(failed(), 17 * 60_000))
    assert [story.looks(minute).wants_start for minute in (21.9, 22)] == [False, True]


def test_a_cycle_that_staff_cancelled_is_not_started_again_behind_their_back() -> None:
    story = infusing()
    story.at(11, ARMED)
    story.at(15, CuffStarted())
    story.at(15.5, CuffResult(failed(NibpFailure.CANCELLED), round(15.5 * 60_000)))
    assert not story.looks(18).wants_start
    assert story.at(18, AskNow("A. Nurse")).wants_start


def test_a_start_without_a_result_ends_after_three_minutes() -> None:
    story = infusing()
    story.at(11, ARMED)
    story.at(15, CuffStarted())
    assert story.looks(17.6).next_ms == 18 * 60_000
    story.at(18, Tick())
    assert story.cadence.failure is NibpFailure.TIMEOUT
    assert story.looks(19).wants_start


def test_a_stat_series_measures_again_and_again_for_five_minutes_at_most() -> None:
    story = infusing()
    story.at(11, ARMED)
    assert story.at(20, Stat("A. Nurse")).wants_start
    starts = 0
    for quarter in range(36):
        minute = 20 + quarter / 4
        if story.cadence.started_ms is not None:
            story.reads(minute)
        elif story.at(minute, Tick()).wants_start:
            story.at(minute, CuffStarted())
            starts += 1
    assert starts == 7
    assert story.cadence.stat_ms is None
    story.at(29, Stat("A. Nurse"))
    assert story.at(29.1, StopStat("A. Nurse")).due_for is DueFor.ASKED


def test_a_reading_counts_only_if_it_was_taken_in_this_session() -> None:
    story = Story()
    story.at(10, PhaseIs(Phase.BASELINE))
    for measured_ms in (9 * 60_000, None):
        story.at(11, CuffResult(READING, measured_ms))
        assert story.cadence.last_ms is None
    story.at(11, CuffResult(READING, 10 * 60_000 + 1))
    assert story.cadence.last_ms == 10 * 60_000 + 1


def test_a_reading_measured_before_it_was_asked_for_does_not_answer() -> None:
    story = infusing()
    story.at(16, PhaseIs(Phase.PAUSED))
    story.at(16.2, CuffResult(READING, round(15.8 * 60_000)))
    assert story.promise.due_for is DueFor.ASKED
    story.reads(17)
    assert story.promise.due_for is DueFor.ROUTINE


def test_a_short_interval_goes_on_while_repeats_are_wanted() -> None:
    story = infusing()
    story.at(11, IntervalIs(Phase.INFUSING, 3, "A. Nurse"))
    due = []
    for minute in (30, 32):
        story.reads(minute, is_within_limits=False)
        due.append(story.due_min)
    assert due == [32, 35]


def test_a_raised_rate_counts_for_the_infusion_only() -> None:
    stages = [
        CuffStage(phase=phase, every_min=15, after_rate_increase_min=10)
        for phase in (Phase.BASELINE, Phase.INFUSING, Phase.RECOVERY)
    ]
    story = infusing()
    story.cadence = replace(story.cadence, stages=tuple(stages))
    story.at(11, RateRaised())
    assert story.due_min == 20
    story.at(20, PhaseIs(Phase.RECOVERY))
    story.reads(21)
    assert story.due_min == 36


def test_a_result_told_again_with_a_rounded_age_counts_once() -> None:
    story = infusing()
    for jitter_ms in (0, 900, -900, 5000):
        story.at(15.5, CuffResult(READING, 15 * 60_000 + jitter_ms, is_within_limits=False))
    assert story.cadence.alerts == 1


def test_staff_choose_the_interval_of_a_phase_from_the_selectable_ones() -> None:
    story = infusing()
    story.reads(30)
    story.at(31, IntervalIs(Phase.INFUSING, 5, "A. Nurse"))
    assert story.due_min == 35
    story.at(31, IntervalIs(Phase.INFUSING, None, "A. Nurse"))
    assert story.due_min == 40
    with pytest.raises(SessionError, match=r"2, 2\.5, 3, 5, 10, 15, 20, 30 minutes, not 7"):
        story.at(31, IntervalIs(Phase.INFUSING, 7, "A. Nurse"))


def test_asking_outside_a_watched_phase_is_refused() -> None:
    with pytest.raises(SessionError, match="begin the baseline first"):
        Story().at(0, AskNow("A. Nurse"))


def test_a_cadence_survives_a_restart_and_after_a_reboot_asks_to_be_armed_again() -> None:
    story = infusing()
    story.at(11, ARMED)
    story.at(15, CuffStarted())
    record = json.loads(json.dumps(story.cadence.to_record()))
    assert cadence_from_record(record) == story.cadence
    shifted = cadence_from_record(record, -600_000)
    assert shifted.stretch_ms == 0
    assert not shifted.is_armed
    assert promise(shifted, 0).due_ms == 5 * 60_000


def test_a_record_of_no_cadence_is_refused_in_words() -> None:
    record = infusing().cadence.to_record()
    for wrong in ({}, record | {"phase": "asleep"}, record | {"colour": "red"}):
        with pytest.raises(SessionError, match="cannot be read"):
            cadence_from_record(wrong)


EVENTS = st.one_of(
    st.sampled_from(
        [
            PhaseIs(Phase.INFUSING),
            PhaseIs(Phase.PAUSED),
            PhaseIs(Phase.RECOVERY),
            CuffStarted(),
            ARMED,
            Disarm("N"),
            Stat("N"),
            StopStat("N"),
            AskNow("N"),
            RateRaised(),
            Tick(),
        ]
    ),
    st.tuples(st.booleans(), st.booleans(), st.integers(0, 240)),
)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 240), EVENTS), max_size=40), st.booleans())
def test_whatever_happens_the_arm_rests_and_the_next_look_lies_ahead(
    happenings: list[tuple[int, CadenceEvent | tuple[bool, bool, int]]], is_armed: bool
) -> None:
    """Let anything happen, obey every wish to start, and watch every start."""
    story = Story()
    now_s = 0
    story.at(0, PhaseIs(Phase.BASELINE))
    if is_armed:
        story.at(0, ARMED)
    for after_s, happening in happenings:
        now_s += after_s
        event = happening
        if isinstance(event, tuple):
            is_good, is_within, age_s = event
            outcome = READING if is_good else failed()
            event = CuffResult(outcome, (now_s - age_s) * 1000, is_within)
        before = story.cadence
        due = story.at(now_s / 60, event)
        assert due.next_ms is None or due.next_ms > now_s * 1000
        assert due.due_ms is not None
        if due.wants_start:
            assert story.cadence.is_armed
            assert story.cadence.started_ms is None
            ended_ms = story.cadence.ended_ms
            assert ended_ms is None or now_s * 1000 >= ended_ms + REST_MS
            story.at(now_s / 60, CuffStarted())
        assert cadence_from_record(story.cadence.to_record()) == story.cadence
        assert before.watched_ms == story.cadence.watched_ms
