"""Stories of low saturation: bounds, delays, hysteresis, doubtful values and gaps."""

from __future__ import annotations

import pytest

from monitors.clinic.alarm_event import EventState, Transition
from tests.clinic.alarms.conftest import Telling


def test_88_is_told_as_high_after_ten_seconds(tell: Telling) -> None:
    story = tell().until("00:10", spo2=97).until("00:30", spo2=88)
    assert story.starts("spo2_low") == ["00:21"]
    assert story.told() == ["spo2_low high"]


def test_the_alarm_is_stamped_at_its_deadline_not_at_the_next_value(tell: Telling) -> None:
    story = tell().at("00:00").spo2(88).at("00:03").spo2(88).at("00:06").spo2(88)
    story.at("00:09").spo2(88).at("00:12").spo2(88)
    assert story.starts("spo2_low") == ["00:10"]


@pytest.mark.parametrize(("value", "is_told"), [(90, False), (89, True)])
def test_below_90_means_89_and_less(tell: Telling, value: int, is_told: bool) -> None:
    story = tell().until("00:19", spo2=value)
    assert ("spo2_low high" in story.told()) is is_told


@pytest.mark.parametrize(("value", "is_told"), [(93, False), (92, True)])
def test_below_93_is_told_as_medium_after_twenty_seconds(
    tell: Telling, value: int, is_told: bool
) -> None:
    story = tell().until("00:20", spo2=value)
    assert story.told() == []
    story.until("00:21", spo2=value)
    assert story.told() == (["spo2_low medium"] if is_told else [])


def test_a_dip_shorter_than_the_delay_is_never_told(tell: Telling) -> None:
    story = tell().until("00:10", spo2=97).until("00:19", spo2=88).until("02:00", spo2=97)
    assert story.log == []


def test_84_is_told_after_five_seconds_and_79_at_once(tell: Telling) -> None:
    slow = tell().until("00:10", spo2=84)
    assert slow.starts("spo2_very_low") == ["00:06"]
    deep = tell().at("00:01").spo2(79)
    assert deep.told() == ["spo2_very_low high"]


def test_a_deepening_alarm_becomes_high(tell: Telling) -> None:
    story = tell().until("00:30", spo2=92).until("00:45", spo2=88)
    assert story.starts("spo2_low") == ["00:21"]
    assert story.times("spo2_low", Transition.ESCALATED) == ["00:41"]
    assert story.alarm("spo2_low").limit == 90


def test_it_ends_only_two_points_inside_the_limit(tell: Telling) -> None:
    story = tell("default").until("00:20", spo2=84).until("00:30", spo2=86)
    assert story.alarm("spo2_very_low").state is EventState.ACTIVE
    story.until("00:31", spo2=87)
    assert story.ends("spo2_very_low") == ["00:31"]


def test_a_value_that_hovers_at_the_limit_gives_one_alarm_not_many(tell: Telling) -> None:
    story = tell().until("00:20", spo2=89)
    for _ in range(30):
        story.at(f"00:{20 + _}").spo2(91 if _ % 2 else 89)
    assert len(story.starts("spo2_low")) == 1
    assert story.ends("spo2_low") == []


def test_the_message_carries_worst_value_limit_and_since_when(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).until("00:16", spo2=86).until("00:20", spo2=87)
    alarm = story.alarm("spo2_low")
    assert (alarm.value, alarm.worst, alarm.limit, alarm.since_ms) == (87, 86, 90, 11_000)
    assert alarm.limit_words == "below 90"


def test_doubtful_values_can_start_an_alarm(tell: Telling) -> None:
    story = tell()
    for second in range(1, 13):
        story.at(f"00:{second:02d}").doubtful_spo2(87)
    assert story.starts("spo2_low") == ["00:11"]


def test_doubtful_values_never_clear_an_alarm(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88)
    for second in range(16, 40):
        story.at(f"00:{second}").doubtful_spo2(99)
    assert story.alarm("spo2_low").state is EventState.ACTIVE
    assert story.ends("spo2_low") == []


def test_invalid_values_neither_start_nor_clear(tell: Telling) -> None:
    story = tell()
    for second in range(1, 20):
        story.at(f"00:{second:02d}").invalid_spo2(40)
    assert story.told() == []
    story.until("00:35", spo2=88)
    for second in range(36, 60):
        story.at(f"00:{second}").invalid_spo2(99)
    assert story.alarm("spo2_low").state is EventState.ACTIVE


def test_not_a_number_is_no_value(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).at("00:16").spo2(float("nan"))
    assert story.alarm("spo2_low").state is EventState.ACTIVE


def test_a_gap_does_not_advance_a_delay(tell: Telling) -> None:
    story = tell().until("00:04", spo2=88).nothing_until("00:25")
    assert story.starts("spo2_low") == []


def test_a_gap_with_low_values_on_both_sides_counts_in_full(tell: Telling) -> None:
    story = tell().until("00:04", spo2=88).at("00:25").spo2(88)
    assert story.starts("spo2_low") == ["00:25"]


def test_a_gap_with_a_good_value_after_it_counts_for_nothing(tell: Telling) -> None:
    story = tell().until("00:04", spo2=88).at("00:25").spo2(97).until("00:34", spo2=88)
    assert story.starts("spo2_low") == []


def test_a_gap_does_not_clear_an_alarm(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).nothing_until("05:00")
    assert story.alarm("spo2_low").state is EventState.ACTIVE


def test_a_fall_of_four_counts_only_for_a_baseline_under_95(tell: Telling) -> None:
    lower = tell().baseline(spo2_pct=94).until("00:40", spo2=90)
    assert lower.starts("spo2_drop") == ["00:31"]
    assert tell().baseline(spo2_pct=95).until("00:40", spo2=91).starts("spo2_drop") == []


def test_without_a_baseline_nothing_relative_is_told(tell: Telling) -> None:
    story = tell().until("05:00", spo2=94, pulse=118)
    assert story.told() == []


def test_low_spo2_is_told_in_a_recliner_without_a_session(tell: Telling) -> None:
    story = tell("default", phase=None).until("00:15", spo2=86)
    assert story.told() == ["spo2_low high"]
