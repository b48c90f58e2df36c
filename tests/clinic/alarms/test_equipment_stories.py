"""Stories of ports, probes and the cuff on the probe's arm."""

from __future__ import annotations

from monitors.clinic.alarm_event import Inactivation, Transition
from monitors.clinic.stimuli import CuffRunning
from monitors.readings import CuffState
from tests.clinic.alarms.conftest import Telling


def test_a_silent_port_is_a_fault_with_and_without_a_session(tell: Telling) -> None:
    for phase in (None, "intake", "infusing"):
        story = tell(phase=phase).at("00:05").port("silent")
        assert story.told() == ["port_silent low"]
        assert story.at("00:09").port("speaking").told() == []


def test_a_device_that_never_spoke_is_a_fault_from_the_start(tell: Telling) -> None:
    story = tell("default", phase=None).at("00:03").port("never")
    assert story.told() == ["never_received low"]
    assert story.alarm("never_received").device_id == "R1/oximeter"
    story.at("01:00").port("speaking")
    assert story.told() == []


def test_a_lost_port_that_once_spoke_is_silent_not_unheard(tell: Telling) -> None:
    story = tell(phase=None).port("never").at("00:10").port("speaking").at("00:20").port("closed")
    assert story.told() == ["port_silent low"]
    assert story.alarm("port_silent").reason == "closed"


def test_two_devices_are_two_alarms_and_one_may_be_acknowledged(tell: Telling) -> None:
    story = tell(phase=None).port("silent", "R1/oximeter").acknowledged("port_silent")
    story.at("00:05").port("silent", "R1/cuff")
    assert [alarm.device_id for alarm in story.standing() if alarm.is_audible] == ["R1/cuff"]


def test_probe_off_is_told_only_from_baseline_to_discharge(tell: Telling) -> None:
    for phase, told in ((None, []), ("intake", []), ("baseline", ["probe_off low"])):
        story = tell(phase=phase).no_finger_until("00:15")
        assert story.told() == told
        assert story.starts("probe_off") == (["00:11"] if told else [])


def test_a_probe_that_is_put_back_ends_the_alarm(tell: Telling) -> None:
    story = tell().no_finger_until("00:15").until("00:16", spo2=97)
    assert story.ends("probe_off") == ["00:16"]
    assert story.told() == []


def test_missing_spo2_is_told_after_30_s_and_is_medium_after_two_minutes(tell: Telling) -> None:
    story = tell().until("00:10", spo2=97).nothing_until("03:00")
    assert story.starts("no_valid_spo2") == ["00:40"]
    assert story.times("no_valid_spo2", Transition.ESCALATED) == ["02:10"]
    assert story.until("03:01", spo2=97).told() == []


def test_missing_spo2_counts_from_the_beginning_of_the_baseline(tell: Telling) -> None:
    story = tell(phase="intake").nothing_until("10:00").phase("baseline").nothing_until("10:29")
    assert story.told() == []
    assert story.nothing_until("10:30").told() == ["no_valid_spo2 low"]
    assert story.at("10:40").phase("discharged").told() == []


def test_a_recliner_without_an_oximeter_misses_no_spo2(tell: Telling) -> None:
    assert tell("mood", "infusing", False).nothing_until("10:00").told() == []


def test_frozen_bytes_a_full_disk_and_a_swapped_device_are_faults(tell: Telling) -> None:
    story = tell(phase=None).fault("feed_stale").fault("store_degraded").fault("device_swapped")
    assert story.told() == ["device_swapped medium", "feed_stale low", "store_degraded low"]
    story.fault("feed_stale", False).fault("store_degraded", False).fault("device_swapped", False)
    assert story.told() == []


def test_a_cuff_on_the_probes_arm_holds_the_loss_it_causes(tell: Telling) -> None:
    story = tell().until("01:00", spo2=97).cuff_starts().until("01:05", spo2=97)
    story.no_finger_until("01:40")
    assert story.told() == ["probe_off low", "no_valid_spo2 low"]
    assert story.sounds() == []
    assert all(alarm.is_held for alarm in story.standing())


def test_a_hold_ends_after_sixty_seconds_at_the_latest(tell: Telling) -> None:
    story = tell().until("01:00", spo2=97).cuff_starts().no_finger_until("01:59")
    assert story.sounds() == []
    story.no_finger_until("02:00")
    assert sorted(story.sounds()) == ["no_valid_spo2", "probe_off"]
    assert story.times(None, Transition.HOLD_ENDED) == ["02:00"]
    assert story.times("no_valid_spo2", Transition.RELEASED) == ["02:00"]


def test_a_hold_ends_when_the_pulse_returns_and_is_counted(tell: Telling) -> None:
    story = tell().until("01:00", spo2=97).cuff_starts().until("01:05", spo2=97)
    story.no_finger_until("01:38").at("01:39").spo2(97)
    assert story.told() == []
    assert story.last(Transition.HOLD_ENDED).held_ms == 33_000
    assert story.state.held_total_ms == 33_000
    assert story.state.hold is None


def test_a_loss_after_the_pulse_returned_is_not_held(tell: Telling) -> None:
    story = tell().until("01:00", spo2=97).cuff_starts().no_finger_until("01:20").spo2(97)
    story.no_finger_until("01:35")
    assert story.sounds() == ["probe_off"]


def test_a_hold_ends_shortly_after_the_cuff_is_down(tell: Telling) -> None:
    story = tell().until("01:00", spo2=97).cuff_starts().no_finger_until("01:20").cuff_stops()
    story.no_finger_until("01:34")
    assert story.sounds() == []
    assert story.no_finger_until("01:35").sounds() != []


def test_the_other_arm_and_an_unknown_arm_never_hold(tell: Telling) -> None:
    for same_arm in (False, None):
        story = tell().until("01:00", spo2=97).cuff_starts(same_arm).no_finger_until("01:15")
        assert story.sounds() == ["probe_off"]


def test_a_cuff_of_unknown_state_ends_a_hold(tell: Telling) -> None:
    story = tell().until("01:00", spo2=97).cuff_starts().no_finger_until("01:20")
    assert story.sounds() == []
    story.happens(CuffRunning(CuffState.UNKNOWN, True))
    assert story.sounds() == ["probe_off"]


def test_a_probe_that_was_off_before_is_not_held(tell: Telling) -> None:
    story = tell().until("00:40", spo2=97).no_finger_until("00:55").cuff_starts()
    assert story.sounds() == ["probe_off"]
    assert not story.alarm("probe_off").is_held


def test_a_low_saturation_before_inflation_goes_on_sounding(tell: Telling) -> None:
    story = tell().until("00:20", spo2=84).cuff_starts().no_finger_until("00:50")
    assert story.sounds() == ["spo2_very_low", "spo2_low"]
    assert not story.alarm("spo2_low").is_held


def test_a_valid_low_saturation_during_inflation_is_told(tell: Telling) -> None:
    story = tell().until("00:20", spo2=97).cuff_starts().until("00:40", spo2=84)
    assert "spo2_very_low" in story.sounds()


def test_a_silent_port_is_never_held(tell: Telling) -> None:
    story = tell().until("00:20", spo2=97).cuff_starts().at("00:30").port("silent")
    assert story.sounds() == ["port_silent"]


def test_holds_do_not_follow_each_other_without_a_valid_value_between(tell: Telling) -> None:
    story = tell().until("01:00", spo2=97).cuff_starts().no_finger_until("02:10").cuff_stops()
    story.no_finger_until("02:20").cuff_starts()
    assert sorted(story.sounds()) == ["no_valid_spo2", "probe_off"]
    story.until("02:25", spo2=97).cuff_stops().until("02:30", spo2=97).cuff_starts()
    story.no_finger_until("02:45")
    assert story.sounds() == []
    assert story.times(None, Transition.HOLD_STARTED) == ["01:00", "02:30"]


def test_a_held_alarm_is_logged_as_paused(tell: Telling) -> None:
    story = tell().until("01:00", spo2=97).cuff_starts().no_finger_until("01:15")
    assert story.last(Transition.STARTED).inactivation is Inactivation.ALARM_PAUSED
    assert story.times(None, Transition.HOLD_STARTED) == ["01:00"]
