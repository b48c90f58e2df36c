"""Stories of pulse, respiration and heart rate, and of the infusion clock."""

from __future__ import annotations

import pytest

from monitors.clinic.alarm_event import Transition
from tests.clinic.alarms.conftest import Telling
from tests.clinic.alarms.story import Story


@pytest.fixture
def tell(tell: Telling) -> Telling:
    """Begin a story at a recliner that has no oximeter, so that none is missed."""

    def begin(preset: str = "mood", phase: str | None = "infusing") -> Story:
        return tell(preset, phase, has_oximeter=False)

    return begin


@pytest.mark.parametrize(("value", "is_told"), [(120, False), (121, True)])
def test_a_fast_pulse_is_told_after_a_minute_above_120(
    tell: Telling, value: int, is_told: bool
) -> None:
    story = tell().until("01:05", pulse=value)
    assert story.starts("pulse_high") == (["01:01"] if is_told else [])


def test_a_fast_pulse_that_lasts_five_minutes_becomes_high(tell: Telling) -> None:
    story = tell().until("05:10", pulse=125)
    assert story.times("pulse_high", Transition.ESCALATED) == ["05:01"]
    assert "pulse_high high" in story.told()


def test_five_minutes_start_again_once_the_pulse_was_back(tell: Telling) -> None:
    story = tell().until("04:00", pulse=125).until("04:01", pulse=110).until("08:00", pulse=125)
    assert story.times("pulse_high", Transition.ESCALATED) == []
    assert story.starts("pulse_high") == ["01:01", "05:02"]


def test_three_under_the_limit_ends_a_fast_pulse(tell: Telling) -> None:
    story = tell().until("01:10", pulse=125).until("01:20", pulse=118)
    assert story.ends("pulse_high") == []
    assert story.until("01:21", pulse=117).ends("pulse_high") == ["01:21"]


def test_very_fast_and_very_slow_are_high_after_ten_seconds(tell: Telling) -> None:
    assert tell().until("00:12", pulse=141).starts("pulse_very_high") == ["00:11"]
    assert tell().until("00:12", pulse=140).starts("pulse_very_high") == []
    assert tell().until("00:12", pulse=39).starts("pulse_very_low") == ["00:11"]
    assert tell().until("00:12", pulse=40).starts("pulse_very_low") == []


def test_a_slow_pulse_is_medium_after_fifteen_seconds(tell: Telling) -> None:
    story = tell().until("00:20", pulse=49)
    assert story.starts("pulse_low") == ["00:16"]
    assert story.told() == ["pulse_low medium"]


def test_a_trained_patient_has_a_lower_limit_of_her_own(tell: Telling) -> None:
    trained = tell().baseline(pulse_rate_per_min=52).until("01:00", pulse=42)
    assert trained.starts("pulse_low") == []
    trained.until("01:20", pulse=38)
    assert trained.alarm("pulse_low").limit == 39
    usual = tell().baseline(pulse_rate_per_min=60).until("01:00", pulse=49)
    assert usual.alarm("pulse_low").limit == 50


def test_a_pulse_more_than_forty_over_baseline_is_low_priority(tell: Telling) -> None:
    story = tell().baseline(pulse_rate_per_min=70).until("01:05", pulse=110)
    assert story.told() == []
    story.until("02:06", pulse=111)
    assert story.told() == ["pulse_rise low"]


@pytest.mark.parametrize(
    ("rate", "told"),
    [
        (8, "high"),
        (9, "medium"),
        (10, "medium"),
        (11, None),
        (24, None),
        (25, "medium"),
        (30, "high"),
    ],
)
def test_respiration_is_told_by_how_far_it_is_out(
    tell: Telling, rate: int, told: str | None
) -> None:
    story = tell().until("00:40", respiration=rate)
    name = "respiration_low" if rate < 15 else "respiration_high"
    assert story.told() == ([f"{name} {told}"] if told else [])


def test_heart_rate_and_pulse_are_judged_apart(tell: Telling) -> None:
    story = tell().until("00:20", heart_rate=38, pulse=75)
    assert story.told() == ["heart_rate_low high"]


def test_the_clock_is_overrun_five_minutes_past_the_plan(tell: Telling) -> None:
    story = tell().phase("infusing", planned_end="40:00").nothing_until("44:59")
    assert story.starts("clock_overrun") == []
    story.nothing_until("46:00")
    assert story.starts("clock_overrun") == ["45:00"]
    alarm = story.alarm("clock_overrun")
    assert (alarm.since_ms, alarm.fact_since_ms) == (2_700_000, 2_400_000)


def test_a_pause_takes_the_overrun_away_and_moves_its_time(tell: Telling) -> None:
    story = tell().phase("infusing", planned_end="40:00").at("39:00").phase("paused")
    story.nothing_until("50:00")
    assert story.starts("clock_overrun") == []
    story.phase("infusing", planned_end="51:00").nothing_until("57:00")
    assert story.starts("clock_overrun") == ["56:00"]
    assert story.at("58:00").phase("recovery").ends("clock_overrun") == ["58:00"]


def test_an_injection_has_no_clock(tell: Telling) -> None:
    story = tell("injection").phase("infusing", planned_end="10:00").nothing_until("59:00")
    assert story.starts("clock_overrun") == []
