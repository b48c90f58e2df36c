"""Stories of since when the log says an alarm is true: the same moment that the tile tells."""

from __future__ import annotations

import pytest

from tests.clinic.alarms.conftest import Telling
from tests.clinic.alarms.story import Story, clock_of


def told_since(story: Story, condition: str) -> str:
    """Return since when the tile says it."""
    alarm = story.alarm(condition)
    since_ms = alarm.since_ms if alarm.fact_since_ms is None else alarm.fact_since_ms
    return clock_of(since_ms)


def test_the_log_tells_an_exceeded_plan_since_the_planned_end(tell: Telling) -> None:
    story = tell().phase("infusing", planned_end="40:00").nothing_until("46:00")
    assert told_since(story, "clock_overrun") == "40:00"
    story.acknowledged("clock_overrun").at("47:00").phase("recovery")
    assert story.sinces("clock_overrun") == [
        ("start", "40:00"),
        ("acknowledge", "40:00"),
        ("end", "40:00"),
    ]


def test_an_extended_plan_ends_the_alarm_with_the_end_that_was_exceeded(tell: Telling) -> None:
    story = tell().phase("infusing", planned_end="40:00").nothing_until("46:00")
    story.phase("infusing", planned_end="60:00")
    assert story.sinces("clock_overrun") == [("start", "40:00"), ("end", "40:00")]


def test_the_log_tells_a_late_reading_since_it_was_due_also_when_it_came(tell: Telling) -> None:
    story = tell().cuff_due("10:00").nothing_until("16:00")
    assert told_since(story, "nibp_overdue") == "10:00"
    story.cuff_due("26:00")
    assert story.sinces("nibp_overdue") == [
        ("start", "10:00"),
        ("escalate", "10:00"),
        ("end", "10:00"),
    ]


@pytest.mark.parametrize(
    ("condition", "since"), [("probe_off", "00:11"), ("no_valid_spo2", "00:10")]
)
def test_the_log_tells_a_missing_signal_since_it_is_missing(
    tell: Telling, condition: str, since: str
) -> None:
    story = tell().until("00:10", spo2=97).no_finger_until("00:50")
    assert told_since(story, condition) == since
    story.until("00:55", spo2=97)
    assert story.sinces(condition) == [("start", since), ("end", since)]


def test_the_log_tells_a_fault_of_equipment_since_it_is_there(tell: Telling) -> None:
    story = tell().at("00:20").port("silent").at("00:30").port("speaking")
    assert {since for _, since in story.sinces("port_silent")} == {"00:20"}


def test_a_values_alarm_counts_from_the_end_of_its_delay_in_tile_and_log(tell: Telling) -> None:
    story = tell().until("00:10", spo2=97).until("00:40", spo2=86)
    assert told_since(story, "spo2_low") == story.starts("spo2_low")[0]
    assert story.sinces("spo2_low")[0] == ("start", story.starts("spo2_low")[0])
