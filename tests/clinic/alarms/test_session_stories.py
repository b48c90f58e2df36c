"""Stories of discharge, of the next patient, of a killed collector and of a reboot."""

from __future__ import annotations

from monitors.clinic.alarm_event import EventState, Transition
from monitors.clinic.alarms import AlarmState
from monitors.clinic.preset_file import limits_from_record, load_preset
from tests.clinic.alarms.conftest import Telling
from tests.clinic.alarms.story import Story


def test_discharge_ends_everything_about_the_patient(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).cuff("210/120").audio_paused()
    story.at("00:20").phase("discharged")
    assert story.told() == []
    cleared = {str(e.condition) for e in story.log if e.transition is Transition.CLEARED}
    assert cleared == {"spo2_low", "nibp_extreme", "nibp_very_high", "nibp_high"}
    assert story.state.audio_paused_until_ms is None


def test_the_next_patient_inherits_nothing(tell: Telling) -> None:
    story = tell().baseline(spo2_pct=94, systolic_mmhg=100).until("00:15", spo2=97)
    story.cuff("182/95").at("01:00").phase("discharged").at("02:00").phase(None)
    story.at("05:00").phase("intake").at("06:00").phase("baseline")
    story.until("06:10", spo2=97).cuff("183/95").until("06:50", spo2=90)
    assert "nibp_very_high medium" in story.told()
    assert story.starts("spo2_drop") == []
    assert story.starts("nibp_rise") == ["00:15"]


def test_a_reading_made_before_discharge_is_not_judged_after_it(tell: Telling) -> None:
    story = tell(phase="recovery").until("00:10", spo2=97).at("01:00").phase("discharged")
    story.at("01:05").cuff("210/120", measured="00:50")
    assert story.told() == []


def test_an_abandoned_session_ends_like_a_discharged_one(tell: Telling) -> None:
    assert tell().until("00:15", spo2=88).phase("abandoned").told() == []


def test_a_session_that_vanishes_is_over_too(tell: Telling) -> None:
    assert tell().until("00:15", spo2=88).phase(None).told() == []


def test_somebody_still_sitting_there_after_discharge_is_still_judged(tell: Telling) -> None:
    story = tell().until("00:15", spo2=88).phase("discharged").until("00:30", spo2=88)
    assert story.sounds() == ["spo2_low"]


def test_a_broken_port_stays_broken_over_discharge_and_is_told_anew(tell: Telling) -> None:
    story = tell().until("00:10", spo2=97).port("silent").acknowledged("port_silent")
    story.at("00:20").phase("discharged")
    assert story.sounds() == ["port_silent"]


def test_a_session_that_begins_hides_no_alarm(tell: Telling) -> None:
    story = tell("default", phase=None).until("00:15", spo2=86).phase("intake")
    assert story.sounds() == ["spo2_low"]


def test_changed_limits_are_written_down_and_read_back() -> None:
    story = Story().limit_changed("pulse_low", None, reason="athlete")
    story.limit_changed("nibp_very_high", 190, reason="treated")
    again = limits_from_record(story.limits.to_record())
    assert again == story.limits
    assert load_preset("mood") != again


def test_a_delay_in_progress_starts_again_after_a_reboot() -> None:
    story = Story().until("00:08", spo2=88).reboot(away="00:30")
    story.until("00:14", spo2=88)
    assert story.told() == []
    story.until("00:16", spo2=88)
    assert story.told() == ["spo2_low high"]


def test_a_delay_in_progress_goes_on_in_the_same_boot() -> None:
    story = Story().until("00:08", spo2=88).kill().until("00:12", spo2=88)
    assert story.starts("spo2_low") == ["00:11"]


def test_an_alarm_outlives_a_reboot() -> None:
    story = Story().until("00:20", spo2=86).reboot(away="01:00")
    alarm = story.alarm("spo2_low")
    assert (alarm.state, alarm.worst, alarm.is_audible) == (EventState.ACTIVE, 86, True)
    assert alarm.since_ms == 5_000 - 60_000 - 9_000


def test_an_acknowledgement_outlives_a_reboot_and_still_runs_out() -> None:
    story = Story().until("00:15", spo2=88).acknowledged("spo2_low", by="B. Nurse")
    story.reboot(away="01:00")
    assert story.alarm("spo2_low").acknowledged_by == "B. Nurse"
    story.until("02:04", spo2=88)
    assert story.sounds() == []
    assert story.until("02:05", spo2=88).sounds() == ["spo2_low"]


def test_a_latched_alarm_outlives_a_reboot() -> None:
    story = Story().until("00:15", spo2=88).until("00:20", spo2=97).reboot()
    assert story.alarm("spo2_low").state is EventState.LATCHED


def test_a_pause_outlives_a_reboot_for_what_is_left_of_it() -> None:
    story = Story().until("00:15", spo2=88).audio_paused().reboot(away="01:00")
    story.until("01:04", spo2=88)
    assert story.sounds() == []
    assert story.until("01:05", spo2=88).sounds() == ["spo2_low"]


def test_a_pause_is_over_if_the_machine_was_away_longer() -> None:
    story = Story().until("00:15", spo2=88).audio_paused().reboot(away="05:00")
    assert story.until("00:06", spo2=88).sounds() == ["spo2_low"]


def test_a_wall_clock_set_back_does_not_lengthen_a_pause() -> None:
    story = Story().until("00:15", spo2=88).audio_paused()
    record = story.state.to_record(utc_ms=1_000_000_000)
    again = AlarmState.from_record(record, False, 5_000, utc_ms=1_000)
    assert again.audio_paused_until_ms == 125_000


def test_a_waiting_repeat_outlives_a_reboot() -> None:
    story = Story().until("00:10", spo2=97).cuff("182/95").reboot(away="02:00")
    story.at("00:35").cuff("183/95")
    assert "nibp_very_high high" in story.told()


def test_an_overdue_reading_and_an_overrun_clock_outlive_a_reboot() -> None:
    story = Story().phase("infusing", planned_end="01:00").cuff_due("02:00", every_s=120)
    story.reboot(away="00:00").nothing_until("10:00")
    assert story.starts("nibp_overdue") == ["02:35"]
    assert story.starts("clock_overrun") == ["06:05"]


def test_a_deadline_that_passed_while_the_collector_was_dead_is_stamped_in_its_time() -> None:
    story = Story().until("00:05", spo2=97)
    story.kill().at("01:00").spo2(97)
    assert story.starts("no_valid_spo2") == ["00:35"]


def test_time_that_steps_back_changes_nothing() -> None:
    story = Story().until("00:15", spo2=88)
    story.now_ms = 1_000
    story.spo2(88)
    assert story.state.now_ms == 15_000
    assert story.told() == ["spo2_low high"]
