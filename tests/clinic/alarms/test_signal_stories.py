"""Stories of what people do: acknowledge, pause the sound, change limits; and of latching."""

from __future__ import annotations

import pytest

from monitors.clinic.alarm_event import EventPhase, EventState, Inactivation, Transition
from monitors.errors import SessionError
from tests.clinic.alarms.conftest import Telling
from tests.clinic.alarms.story import Story


def test_a_high_alarm_stays_told_after_it_is_over_until_somebody_knows(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).until("00:40", spo2=97)
    alarm = story.alarm("spo2_low")
    assert (alarm.state, alarm.is_audible, alarm.worst) == (EventState.LATCHED, True, 88)
    story.acknowledged("spo2_low")
    assert story.told() == []


def test_a_high_alarm_somebody_knows_of_is_gone_when_it_is_over(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).acknowledged("spo2_low").until("00:40", spo2=97)
    assert story.told() == []


def test_a_medium_alarm_does_not_stay(tell: Telling) -> None:
    story = tell().until("00:30", spo2=92).until("00:40", spo2=97)
    assert story.told() == []


def test_an_alarm_that_eases_to_medium_stays_told_as_high_until_known(tell: Telling) -> None:
    story = tell().until("00:30", spo2=88).until("00:35", spo2=92)
    assert story.told() == ["spo2_low high"]
    assert story.times("spo2_low", Transition.DE_ESCALATED) == ["00:31"]
    story.acknowledged("spo2_low")
    assert story.told() == ["spo2_low medium"]


def test_an_acknowledged_alarm_is_silent_and_says_who_knows(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).acknowledged("spo2_low", by="B. Nurse")
    alarm = story.alarm("spo2_low")
    assert story.sounds() == []
    assert (alarm.acknowledged_by, alarm.acknowledged_at_ms) == ("B. Nurse", 15_000)


def test_a_high_alarm_is_told_again_three_minutes_after_it_was_acknowledged(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).acknowledged("spo2_low").until("03:14", spo2=88)
    assert story.sounds() == []
    story.until("03:15", spo2=88)
    assert story.sounds() == ["spo2_low"]
    assert story.times("spo2_low", Transition.TOLD_AGAIN) == ["03:15"]


def test_a_medium_alarm_is_not_told_again(tell: Telling) -> None:
    story = tell().until("00:30", spo2=92).acknowledged("spo2_low").until("10:00", spo2=92)
    assert story.sounds() == []


def test_an_acknowledgement_ends_when_the_alarm_worsens(tell: Telling) -> None:
    story = tell().until("00:30", spo2=92).acknowledged("spo2_low").until("00:45", spo2=88)
    assert story.sounds() == ["spo2_low"]
    assert story.alarm("spo2_low").acknowledged_by is None


def test_an_acknowledgement_ends_when_the_alarm_comes_back(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).acknowledged("spo2_low").until("00:20", spo2=97)
    story.until("00:35", spo2=88)
    assert story.sounds() == ["spo2_low"]


def test_one_acknowledged_alarm_silences_no_other(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).acknowledged("spo2_low")
    story.until("00:31", pulse=35, spo2=88)
    assert story.sounds() == ["pulse_very_low", "pulse_low"]


def test_deeper_saturation_is_an_alarm_of_its_own(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).acknowledged("spo2_low").until("00:16", spo2=79)
    assert story.sounds() == ["spo2_very_low"]


def test_two_nurses_at_once_do_no_harm(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88)
    story.audio_paused("A. Nurse").acknowledged("spo2_low", by="B. Nurse")
    assert story.sounds() == []
    assert story.alarm("spo2_low").acknowledged_by == "B. Nurse"
    story.until("00:25", spo2=97)
    assert story.told() == []


def test_what_is_not_standing_cannot_be_acknowledged(tell: Telling) -> None:
    story = tell().until("00:10", spo2=97)
    before = len(story.log)
    story.acknowledged("spo2_low")
    assert len(story.log) == before
    story.until("00:30", spo2=88)
    assert story.sounds() == ["spo2_low"]


def test_paused_sound_comes_back_by_itself_after_two_minutes(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).audio_paused().until("02:14", spo2=88)
    assert story.sounds() == []
    story.until("02:15", spo2=88)
    assert story.sounds() == ["spo2_low"]
    assert story.times(None, Transition.AUDIO_RESUMED) == ["02:15"]


def test_a_pause_is_never_longer_than_two_minutes(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).audio_paused(until="59:00").until("02:15", spo2=88)
    assert story.sounds() == ["spo2_low"]


def test_a_person_can_renew_a_pause_and_a_reading_cannot(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).audio_paused().until("02:00", spo2=88).audio_paused()
    story.until("03:59", spo2=88)
    assert story.sounds() == []
    assert story.until("04:00", spo2=88).sounds() == ["spo2_low"]


def test_a_person_can_end_a_pause(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).audio_paused().until("00:30", spo2=88).audio_resumed()
    assert story.sounds() == ["spo2_low"]


def test_a_higher_priority_breaks_through_a_pause(tell: Telling) -> None:
    story = tell().until("00:30", spo2=92).audio_paused().until("00:45", spo2=88)
    assert story.sounds() == ["spo2_low"]


def test_the_opposite_direction_breaks_through_a_pause(tell: Telling) -> None:
    story = tell().until("01:05", spo2=97, pulse=125).audio_paused()
    story.until("01:25", spo2=97, pulse=45)
    assert story.sounds() == ["pulse_low"]


def test_the_same_again_does_not_break_through_a_pause(tell: Telling) -> None:
    story = tell().until("00:30", spo2=92).audio_paused().until("01:00", spo2=97)
    story.until("01:30", spo2=92)
    assert story.told() == ["spo2_low medium"]
    assert story.sounds() == []


def test_a_pause_before_anything_stands_keeps_only_low_priority_silent(tell: Telling) -> None:
    story = tell().baseline(spo2_pct=94).until("00:05", spo2=97).audio_paused()
    story.until("00:40", spo2=90)
    assert story.sounds() == ["spo2_low"]
    assert "spo2_drop low" in story.told()


def test_a_pause_is_remembered_and_reminds(tell: Telling) -> None:
    story = tell().until("00:10", spo2=97).audio_paused().until("03:00", spo2=97)
    assert story.times(None, Transition.AUDIO_REMINDER) == ["01:10"]
    assert story.last(Transition.AUDIO_REMINDER).inactivation is Inactivation.AUDIO_PAUSED


def test_low_spo2_cannot_be_switched_off(tell: Telling) -> None:
    for condition in ("spo2_low", "spo2_very_low"):
        with pytest.raises(SessionError, match="cannot be switched off"):
            tell().limit_changed(condition, None)


def test_a_limit_switched_off_ends_its_alarm_and_stays_off(tell: Telling) -> None:
    story = tell().until("00:20", pulse=45, spo2=97).limit_changed("pulse_low", None)
    assert story.told() == []
    ended = story.last(Transition.ENDED)
    assert (ended.state, ended.inactivation, ended.by) == (
        EventState.OFF,
        Inactivation.ALARM_OFF,
        "Dr. B",
    )
    story.until("02:00", pulse=45, spo2=97)
    assert story.told() == []
    assert story.limits.by_condition["pulse_low"].is_off


def test_a_changed_limit_is_marked_and_on_record(tell: Telling) -> None:
    story = tell().at("00:10").spo2(97).limit_changed("nibp_very_high", 190, reason="treated")
    row = story.last(Transition.LIMIT_CHANGED)
    assert (row.by, row.reason, row.limit, row.limit_words) == (
        "Dr. B",
        "treated",
        190,
        "at or above 190",
    )
    assert story.limits.by_condition["nibp_very_high"].is_changed


def test_a_wider_limit_ends_an_alarm_of_the_last_cuff_reading(tell: Telling) -> None:
    story = tell().at("00:10").spo2(97).cuff("185/90").limit_changed("nibp_very_high", 190)
    assert "nibp_very_high medium" not in story.told()
    story.limit_changed("nibp_very_high", 181)
    assert "nibp_very_high medium" in story.told()


def test_the_steps_of_a_limit_move_together(tell: Telling) -> None:
    story = tell().limit_changed("spo2_low", 88).until("00:25", spo2=91)
    assert story.told() == []
    story.until("00:50", spo2=90)
    assert story.told() == ["spo2_low medium"]


def test_each_row_of_the_log_has_five_facets(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).acknowledged("spo2_low").until("00:20", spo2=97)
    start, known, end = story.log
    assert start.event_code == "196670^MDC_EVT_LO^MDC"
    assert (start.key, start.value, start.limit) == ("spo2_pct", 88, 90)
    assert [row.phase for row in story.log] == [
        EventPhase.START,
        EventPhase.CONTINUE,
        EventPhase.END,
    ]
    assert [row.state for row in story.log] == [
        EventState.ACTIVE,
        EventState.ACTIVE,
        EventState.INACTIVE,
    ]
    assert [row.inactivation for row in story.log] == [
        Inactivation.ENABLED,
        Inactivation.ACKNOWLEDGED,
        Inactivation.ENABLED,
    ]
    assert known.by == "A. Nurse"
    assert end.worst == 88


def test_an_alarm_that_begins_in_a_pause_is_logged_as_paused(tell: Telling) -> None:
    story = tell().until("00:30", spo2=92, pulse=75).audio_paused()
    story.until("01:00", spo2=92, pulse=45)
    assert story.last(Transition.STARTED).inactivation is Inactivation.AUDIO_PAUSED


def test_the_most_urgent_stands_first(tell: Telling) -> None:
    story = tell().port("silent", "R1/cuff").until("00:40", spo2=88, pulse=45)
    assert story.told() == ["spo2_low high", "pulse_low medium", "port_silent low"]
    story.acknowledged("spo2_low")
    assert story.told()[0] == "spo2_low high"


def test_of_two_equally_urgent_bounds_of_a_vital_the_further_stands_first(tell: Telling) -> None:
    story = tell().at("00:10").spo2(97).cuff("170/90").at("02:20").cuff("172/90")
    story.at("04:30").cuff("185/90")
    assert story.told()[:2] == ["nibp_very_high medium", "nibp_high medium"]


def eased_and_over(tell: Telling) -> Story:
    """Tell of SpO2 that fell to 85, eased to 92 and came back, and nobody touched anything."""
    story = tell().until("00:15", spo2=86).until("00:16", spo2=85)
    return story.until("00:40", spo2=92).until("00:50", spo2=97)


def test_a_latched_alarm_keeps_the_limit_and_the_worst_value_of_the_priority_that_latched(
    tell: Telling,
) -> None:
    alarm = eased_and_over(tell).alarm("spo2_low")
    assert (alarm.priority, alarm.state, alarm.since_ms) == ("high", EventState.LATCHED, 11_000)
    assert (alarm.limit_words, alarm.limit, alarm.worst) == ("below 90", 90, 85)


def test_an_eased_alarm_that_is_told_as_high_keeps_the_limit_of_high(tell: Telling) -> None:
    story = tell().until("00:15", spo2=86).until("00:40", spo2=92)
    alarm = story.alarm("spo2_low")
    assert (alarm.state, alarm.limit_words, alarm.worst) == (EventState.ACTIVE, "below 90", 86)
    story.acknowledged("spo2_low")
    alarm = story.alarm("spo2_low")
    assert (alarm.priority, alarm.limit_words) == ("medium", "below 93")


def test_a_latched_pressure_keeps_the_quantity_that_was_too_high(tell: Telling) -> None:
    story = tell().at("00:10").spo2(97).cuff("150/121").at("02:10").cuff("201/90")
    story.at("04:10").cuff("120/80")
    alarm = story.alarm("nibp_extreme")
    assert (alarm.key, alarm.limit_words, alarm.worst) == ("systolic_mmhg", "at or above 200", 201)


def test_the_log_tells_what_ended_and_what_stays_told_apart(tell: Telling) -> None:
    story = eased_and_over(tell)
    end = story.last(Transition.ENDED)
    assert (end.priority, end.limit_words, end.state) == (
        "medium",
        "below 93",
        EventState.LATCHED,
    )
    assert end.latched == "high, below 90, worst 85"
    known = story.acknowledged("spo2_low").last(Transition.ACKNOWLEDGED)
    assert (known.priority, known.limit_words, known.worst) == ("high", "below 90", 85)
    assert known.latched is None


def test_an_alarm_that_comes_back_milder_still_tells_the_high_one(tell: Telling) -> None:
    story = eased_and_over(tell).until("01:30", spo2=92)
    alarm = story.alarm("spo2_low")
    assert (alarm.priority, alarm.limit_words, alarm.since_ms) == ("high", "below 90", 11_000)


def again_and_again(tell: Telling, times: int) -> Story:
    """Tell of SpO2 that falls to 85 so many times, half a minute apart, and nobody comes."""
    story = tell()
    for start in range(times):
        story.until(clock(start * 40 + 15), spo2=85 + start).until(clock(start * 40 + 40), spo2=97)
    return story


def clock(seconds: int) -> str:
    """Write a moment as stories do."""
    return f"{seconds // 60:02}:{seconds % 60:02}"


def test_a_fall_that_comes_back_keeps_the_first_that_nobody_acknowledged(tell: Telling) -> None:
    alarm = again_and_again(tell, 3).alarm("spo2_low")
    assert (alarm.state, alarm.times, alarm.worst) == (EventState.LATCHED, 3, 85)
    assert alarm.since_ms == alarm.first_ms == 11_000


def test_a_fall_that_stands_again_tells_how_often_and_since_when(tell: Telling) -> None:
    story = again_and_again(tell, 2).until("01:36", spo2=88)
    alarm = story.alarm("spo2_low")
    assert (alarm.state, alarm.times, alarm.first_ms) == (EventState.ACTIVE, 3, 11_000)
    assert (alarm.since_ms, alarm.worst) == (91_000, 85)


def test_a_fall_that_came_back_is_counted_after_a_restart_too(tell: Telling) -> None:
    alarm = again_and_again(tell, 2).reboot().alarm("spo2_low")
    assert alarm.times == 2


def test_whoever_acknowledges_ends_the_count(tell: Telling) -> None:
    story = again_and_again(tell, 2).acknowledged("spo2_low").until("01:36", spo2=88)
    alarm = story.alarm("spo2_low")
    assert (alarm.times, alarm.first_ms, alarm.worst) == (1, 91_000, 88)


def test_a_milder_fall_after_a_high_one_is_no_second_time(tell: Telling) -> None:
    alarm = eased_and_over(tell).until("01:30", spo2=92).alarm("spo2_low")
    assert alarm.times == 1


def test_a_latch_outlives_a_reboot_with_what_it_tells(tell: Telling) -> None:
    alarm = eased_and_over(tell).reboot().alarm("spo2_low")
    assert (alarm.priority, alarm.limit_words, alarm.worst) == ("high", "below 90", 85)
