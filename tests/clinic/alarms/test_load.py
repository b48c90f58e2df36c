"""The alarm load report, counted by hand."""

from __future__ import annotations

from monitors.clinic.alarm_event import Transition
from monitors.clinic.alarm_load import LoadRow, LoggedAlarm, alarm_load, hours_watched
from monitors.clinic.conditions import Condition, Priority

HOUR_MS = 3_600_000
LOW = Condition.SPO2_LOW


def shift_of(at_ms: int) -> str:
    return "early" if at_ms < 4 * HOUR_MS else "late"


def row(second: int, transition: Transition, recliner: str = "R1") -> LoggedAlarm:
    words = "below 90"
    return LoggedAlarm(second * 1000, recliner, transition, LOW, Priority.HIGH, limit_words=words)


def test_alarms_are_counted_by_recliner_limit_and_shift() -> None:
    rows = [
        row(100, Transition.STARTED),
        row(110, Transition.ENDED),
        row(200, Transition.STARTED),
        row(212, Transition.ACKNOWLEDGED),
        row(214, Transition.ENDED),
        row(300, Transition.STARTED),
        row(400, Transition.ENDED),
        row(500, Transition.STARTED),
        row(530, Transition.ACKNOWLEDGED),
        row(14_500, Transition.STARTED),
        row(14_501, Transition.ENDED, "R2"),
    ]
    early, late = alarm_load(rows, shift_of, {("R1", "early"): 2.0})
    assert early == LoadRow("R1", "early", LOW, "below 90", 4, 2.0, 0.25, 2, 21.0, 0.0)
    assert late == LoadRow("R1", "late", LOW, "below 90", 1, None, 0.0, 0, None, 0.0)


def test_held_seconds_are_added_up() -> None:
    held = [
        LoggedAlarm(1000, "R1", Transition.HOLD_ENDED, held_ms=33_000),
        LoggedAlarm(9000, "R1", Transition.HOLD_ENDED, held_ms=20_500),
    ]
    (only,) = alarm_load(held, shift_of)
    assert (only.condition, only.held_s, only.alarms) == (None, 53.5, 0)


def test_an_end_without_a_start_counts_for_nothing() -> None:
    assert alarm_load([row(5, Transition.ENDED)], shift_of) == ()


def test_hours_are_shared_out_over_shifts() -> None:
    hours = hours_watched([("R1", 3 * HOUR_MS, 5 * HOUR_MS + HOUR_MS // 2)], shift_of)
    assert {key: round(value, 6) for key, value in hours.items()} == {
        ("R1", "early"): 1.0,
        ("R1", "late"): 1.5,
    }
