"""Stories of blood pressure: single readings, repeats that confirm, readings that clear."""

from __future__ import annotations

import pytest

from monitors.clinic.alarm_event import Transition
from monitors.clinic.stimuli import CuffResult
from monitors.readings import NibpDetermination, NibpOutcome
from tests.clinic.alarms.conftest import Telling
from tests.clinic.alarms.story import Story


@pytest.fixture
def tell(tell: Telling) -> Telling:
    """Begin a story at a recliner that has no oximeter, so that none is missed."""

    def begin(preset: str = "mood", phase: str | None = "infusing") -> Story:
        return tell(preset, phase, has_oximeter=False)

    return begin


@pytest.mark.parametrize(
    ("pressures", "told"),
    [
        ("164/99", []),
        ("165/80", ["nibp_high medium"]),
        ("130/100", ["nibp_high medium"]),
        ("179/109", ["nibp_high medium"]),
        ("180/90", ["nibp_high medium", "nibp_very_high medium"]),
        ("150/110", ["nibp_high medium", "nibp_very_high medium"]),
        ("199/119", ["nibp_high medium", "nibp_very_high medium"]),
        ("200/90", ["nibp_extreme high", "nibp_high medium", "nibp_very_high medium"]),
    ],
)
def test_high_pressure_begins_at_the_bound_itself(
    tell: Telling, pressures: str, told: list[str]
) -> None:
    assert sorted(tell().at("10:00").cuff(pressures).told()) == sorted(told)


def test_165_is_shown_without_sound_until_a_repeat_confirms_it(tell: Telling) -> None:
    story = tell().at("10:00").cuff("168/90")
    assert story.sounds() == []
    story.at("12:30").cuff("166/92")
    assert story.sounds() == ["nibp_high"]


def test_180_is_medium_and_becomes_high_when_a_repeat_confirms(tell: Telling) -> None:
    story = tell().at("10:00").cuff("182/95")
    assert "nibp_very_high medium" in story.told()
    story.at("12:30").cuff("184/96")
    assert "nibp_very_high high" in story.told()
    assert story.alarm("nibp_very_high").worst == 184


def test_a_repeat_within_two_minutes_does_not_confirm_but_a_later_one_does(tell: Telling) -> None:
    story = tell().at("10:00").cuff("182/95").at("11:30").cuff("185/95")
    assert "nibp_very_high medium" in story.told()
    story.at("12:00").cuff("181/95")
    assert "nibp_very_high high" in story.told()


def test_a_repeat_within_limits_clears(tell: Telling) -> None:
    story = tell().at("10:00").cuff("182/95").at("12:30").cuff("150/85")
    assert story.told() == []
    story.at("20:00").cuff("182/95")
    assert "nibp_very_high medium" in story.told()


def test_the_same_determination_told_twice_is_one(tell: Telling) -> None:
    story = tell().at("10:00").cuff("182/95").at("13:00").cuff("182/95", measured="10:00")
    assert "nibp_very_high medium" in story.told()


def test_a_reading_asks_for_its_repeat(tell: Telling) -> None:
    story = tell().at("10:00").cuff("182/95")
    assert story.last(Transition.REPEAT_ASKED).repeat_in_s == 120
    story.at("20:00").cuff("205/95")
    asked = [e for e in story.log if e.transition is Transition.REPEAT_ASKED]
    assert (asked[-1].condition, asked[-1].repeat_in_s) == ("nibp_extreme", 0)


def test_below_80_is_high_at_once(tell: Telling) -> None:
    assert tell().at("10:00").cuff("79/50").told() == ["nibp_low high"]


def test_85_asks_for_a_repeat_at_once_and_is_high_when_it_confirms(tell: Telling) -> None:
    story = tell().at("10:00").cuff("85/50")
    assert story.told() == ["nibp_low low"]
    assert story.sounds() == []
    assert story.last(Transition.REPEAT_ASKED).repeat_in_s == 0
    story.at("10:45").cuff("86/51")
    assert story.told() == ["nibp_low high"]
    assert story.sounds() == ["nibp_low"]


def test_looking_at_the_same_reading_again_is_no_repeat(tell: Telling) -> None:
    story = tell().at("10:00").cuff("85/50").at("10:30").baseline(systolic_mmhg=100)
    story.at("10:40").limit_changed("nibp_low", 88)
    assert story.told() == ["nibp_low low"]


def test_90_is_not_low(tell: Telling) -> None:
    assert tell().at("10:00").cuff("90/55").told() == []


def test_a_low_mean_counts_as_low_pressure(tell: Telling) -> None:
    story = tell().at("10:00").cuff("95/40", mean=59).at("10:45").cuff("96/40", mean=58)
    assert story.told() == ["nibp_low high"]
    assert (story.alarm("nibp_low").key, story.alarm("nibp_low").value) == ("mean_mmhg", 58)


def test_a_fall_to_less_than_three_quarters_of_the_baseline_is_low_pressure(tell: Telling) -> None:
    story = tell().baseline(systolic_mmhg=160).at("10:00").cuff("119/70").at("11:00").cuff("118/70")
    assert story.told() == ["nibp_low high"]
    assert story.alarm("nibp_low").limit == 120


@pytest.mark.parametrize(
    ("pressures", "is_told"),
    [("155/80", False), ("156/80", True), ("130/100", False), ("130/101", True)],
)
def test_a_rise_over_the_own_baseline_is_low_then_medium(
    tell: Telling, pressures: str, is_told: bool
) -> None:
    story = tell().baseline(systolic_mmhg=120, diastolic_mmhg=77)
    story.at("10:00").cuff(pressures)
    rises = [line for line in story.told() if line.startswith("nibp_rise")]
    assert rises == (["nibp_rise low"] if is_told else [])
    story.at("12:30").cuff(pressures)
    rises = [line for line in story.told() if line.startswith("nibp_rise")]
    assert rises == (["nibp_rise medium"] if is_told else [])


def test_a_reading_without_systolic_does_not_clear_a_systolic_alarm(tell: Telling) -> None:
    story = tell().at("10:00").cuff("79/50").at("12:00")
    mean_only = NibpDetermination(NibpOutcome.COMPLETED, mean_mmhg=90)
    story.happens(CuffResult(mean_only, story.now_ms))
    assert story.told() == ["nibp_low high"]


def test_a_failed_reading_neither_clears_nor_confirms(tell: Telling) -> None:
    story = tell().at("10:00").cuff("182/95").at("12:30").cuff_failed()
    assert "nibp_very_high medium" in story.told()
    assert "nibp_failed low" in story.told()


def test_a_second_failure_in_a_row_is_more_urgent(tell: Telling) -> None:
    story = tell().at("10:00").cuff_failed("leak").at("11:00").cuff_failed("motion")
    assert story.told() == ["nibp_failed medium"]
    assert story.alarm("nibp_failed").reason == "motion"
    assert story.at("12:00").cuff("120/70").told() == []
    assert story.at("13:00").cuff_failed().told() == ["nibp_failed low"]


def test_a_reading_that_staff_cancelled_is_no_failure(tell: Telling) -> None:
    assert tell().at("10:00").cuff_failed("cancelled").told() == []


def test_an_undated_old_result_is_not_judged(tell: Telling) -> None:
    old = NibpDetermination(NibpOutcome.COMPLETED, 210, 120, 150, is_age_unknown=True)
    assert tell().at("01:00").happens(CuffResult(old, 60_000)).told() == []


def test_a_late_reading_is_not_judged_after_a_newer_one(tell: Telling) -> None:
    story = tell().at("10:00").cuff("120/70").at("10:05").cuff("210/110", measured="09:00")
    assert story.told() == []


def test_a_reading_is_overdue_at_a_quarter_and_a_half_of_its_interval(tell: Telling) -> None:
    story = tell().cuff_due("10:00", every_s=600).nothing_until("12:30")
    assert story.starts("nibp_overdue") == ["12:30"]
    assert "nibp_overdue" not in story.sounds()
    story.nothing_until("15:00")
    assert story.times("nibp_overdue", Transition.ESCALATED) == ["15:00"]
    assert "nibp_overdue" in story.sounds()


def test_a_reading_that_came_is_not_overdue(tell: Telling) -> None:
    story = tell().cuff_due("10:00").nothing_until("16:00").cuff_due("26:00")
    assert story.ends("nibp_overdue") == ["16:00"]
    assert story.nothing_until("28:29").starts("nibp_overdue") == ["12:30"]


def test_overdue_counts_only_from_baseline_to_discharge(tell: Telling) -> None:
    story = tell(phase="intake").cuff_due("01:00", every_s=60).nothing_until("10:00")
    assert story.told() == []
    story.phase("baseline")
    assert story.told() == ["nibp_overdue medium"]
