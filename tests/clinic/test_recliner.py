"""One recliner over time: what it shows, whose numbers they are, and what survives a restart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitors.clinic.depiction import depict
from monitors.clinic.happenings import AlarmChanged
from monitors.clinic.place import Arms, DeviceSetup, DeviceState, ReclinerSetup
from monitors.clinic.recliner import Recliner
from monitors.clinic.remembering import recall, remember
from monitors.clinic.verbs import Carried, Moment, Order, carry_out
from monitors.clock import PushedClock
from monitors.errors import SessionError
from monitors.readings import (
    CuffActivity,
    CuffState,
    MovingField,
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    OximetryReading,
    SignalCondition,
    Validity,
)

OXIMETER, CUFF = "R1/oximeter", "R1/monitor"
USUAL = Arms("left", "right", "left")


def setup(arms: Arms = USUAL, *, may_start: bool = True) -> ReclinerSetup:
    return ReclinerSetup(
        "R1",
        "Room A",
        1,
        "mood",
        "default",
        arms,
        may_start,
        (
            DeviceSetup(
                OXIMETER, "nonin-df2", "Nonin", "p1", frozenset({"oximetry"}), 3000,
                moving_field="timer",
            ),
            DeviceSetup(CUFF, "dinamap", "DINAMAP", "p2", frozenset({"nibp"}), 6000, True),
        ),
        True,
    )  # fmt: skip


class Story:
    """Tell what happens at a recliner, second by second."""

    def __init__(self, arms: Arms = USUAL, *, may_start: bool = True) -> None:
        self.clock = PushedClock(at_ms=1_000_000)
        self.recliner = Recliner(setup(arms, may_start=may_start))
        for device_id in (OXIMETER, CUFF):
            self.recliner.port_is(device_id, DeviceState.SPEAKING, self.clock.now_ms())

    @property
    def moment(self) -> Moment:
        now_ms = self.clock.now_ms()
        return Moment(now_ms, self.clock.utc_ms(now_ms), self.clock.boot_id)

    def spo2(self, spo2: int | None, pulse: int | None = 72, seconds: int = 1) -> Story:
        for _ in range(seconds):
            validity = Validity.VALID if spo2 is not None else Validity.INVALID
            self.recliner.take(
                OXIMETER, OximetryReading(spo2, pulse, None, validity), self.later(1)
            )
        return self

    def later(self, seconds: float) -> int:
        self.clock.push(seconds)
        self.recliner.advance(self.clock.now_ms())
        return self.clock.now_ms()

    def cuff(self, systolic: int, diastolic: int, age_s: float = 0.0) -> Story:
        reading = NibpDetermination(
            NibpOutcome.COMPLETED, systolic, diastolic, (systolic + 2 * diastolic) // 3, 70,
            age_s=age_s,
        )  # fmt: skip
        self.recliner.take(CUFF, reading, self.clock.now_ms())
        return self

    def order(self, verb: str, **arguments: Any) -> Carried:
        return carry_out(self.recliner, Order(verb, "R. Ortiz, RN", arguments), self.moment)

    def picture(self) -> dict[str, Any]:
        return depict(self.recliner, self.clock.now_ms(), self.clock.utc_ms)

    def pressure(self) -> tuple[int | None, int | None]:
        nibp = self.picture()["nibp"]
        return nibp["systolic_mmhg"], nibp["diastolic_mmhg"]

    def begun(self) -> Story:
        self.order("begin_session", label="JD-14", protocol="mood40")
        self.order("begin_baseline")
        return self

    def infusing(self) -> Story:
        self.begun().spo2(98).cuff(150, 95)
        self.later(120)
        self.cuff(128, 78)
        self.later(120)
        self.cuff(124, 76)
        self.spo2(97, 70, seconds=10)
        self.order("start_infusion")
        return self


def test_the_last_patients_pressure_is_never_on_the_next_patients_tile() -> None:
    story = Story().infusing()
    assert story.pressure() == (124, 76)
    story.order("stop_infusion")
    with pytest.raises(SessionError, match="needs a reason and a name: pressure"):
        story.order("discharge")
    story.order("discharge", reason="story")
    assert story.pressure() == (None, None)
    story.later(30)
    story.cuff(124, 76, age_s=45)
    assert story.pressure() == (None, None)
    story.begun()
    story.cuff(124, 76, age_s=60)
    assert story.pressure() == (None, None)
    story.later(50)
    story.cuff(118, 71, age_s=5)
    assert story.pressure() == (118, 71)


def test_a_repeated_result_of_unknown_age_is_not_given_to_a_patient() -> None:
    story = Story().begun()
    old = NibpDetermination(NibpOutcome.COMPLETED, 121, 75, 92, 80, is_age_unknown=True)
    story.recliner.take(CUFF, old, story.later(1))
    assert story.pressure() == (None, None)
    assert story.recliner.session_of(CUFF, old, story.clock.now_ms()) is None


def test_a_number_is_dimmed_at_the_devices_silence_and_gone_at_fifteen_seconds() -> None:
    story = Story().spo2(97)
    states = []
    for seconds in (2.9, 0.1, 11.9, 0.1):
        story.later(seconds)
        spo2 = story.picture()["vitals"]["spo2_pct"]
        states.append((spo2["state"], spo2["value"]))
    assert states == [("valid", 97), ("stale", 97), ("stale", 97), ("absent", None)]


def test_an_invalid_reading_takes_the_number_away_at_once_and_says_why() -> None:
    story = Story().spo2(97)
    off = OximetryReading(None, None, None, Validity.INVALID, (SignalCondition.FINGER_OUT,))
    story.recliner.take(OXIMETER, off, story.later(1))
    spo2 = story.picture()["vitals"]["spo2_pct"]
    assert (spo2["value"], spo2["state"], spo2["reason"]) == (None, "invalid", "finger_out")


def test_a_device_that_never_spoke_is_said_to_have_never_spoken() -> None:
    story = Story()
    story.recliner.port_is(OXIMETER, DeviceState.CLOSED, story.later(1), "no such port")
    picture = story.picture()
    assert picture["vitals"]["spo2_pct"]["reason"] == "never_received"
    assert [alarm["condition"] for alarm in picture["alarms"]] == ["never_received"]


def test_frozen_bytes_are_not_fresh_data_once_the_timer_has_moved() -> None:
    story = Story()
    for tick in range(3):
        story.recliner.take(OXIMETER, MovingField("timer", tick), story.clock.now_ms())
        story.spo2(97)
    for _ in range(8):
        story.recliner.take(OXIMETER, MovingField("timer", 2), story.clock.now_ms())
        story.spo2(97)
    picture = story.picture()
    assert picture["vitals"]["spo2_pct"]["state"] == "stale"
    assert "feed_stale" in [alarm["condition"] for alarm in picture["alarms"]]
    story.recliner.take(OXIMETER, MovingField("timer", 3), story.clock.now_ms())
    story.spo2(96)
    picture = story.picture()
    assert picture["vitals"]["spo2_pct"]["value"] == 96
    assert "feed_stale" not in [alarm["condition"] for alarm in picture["alarms"]]


def test_a_timer_that_never_moved_freezes_nothing() -> None:
    story = Story()
    for _ in range(20):
        story.recliner.take(OXIMETER, MovingField("timer", 0), story.clock.now_ms())
        story.spo2(97)
    assert story.picture()["vitals"]["spo2_pct"]["state"] == "valid"


def test_the_baseline_is_the_median_of_the_last_two_cuff_readings_and_frozen_at_the_start() -> None:
    story = Story().infusing()
    assert story.recliner.baseline["systolic_mmhg"] == 126
    assert story.recliner.baseline["diastolic_mmhg"] == 77
    assert story.recliner.baseline["spo2_pct"] == 97
    story.cuff(180, 100)
    assert story.recliner.baseline["systolic_mmhg"] == 126


def test_a_cuff_is_started_only_where_it_may_be() -> None:
    assert Story().order("measure_now").cuff is not None
    with pytest.raises(SessionError, match="cuff_start"):
        Story(may_start=False).order("measure_now")
    with pytest.raises(SessionError, match="arm of the IV line"):
        Story(Arms("left", "right", "right")).order("measure_now")
    running = Story()
    running.recliner.take(CUFF, CuffActivity(CuffState.MEASURING), running.later(1))
    with pytest.raises(SessionError, match="running already"):
        running.order("measure_now")


def test_limits_changed_for_one_patient_are_back_for_the_next() -> None:
    story = Story().begun()
    story.order("change_limit", condition="spo2_low", bound=88, reason="COPD, physician agrees")
    assert story.picture()["vitals"]["spo2_pct"]["limits"]["low"] == 88
    story.order("abandon", reason="patient left")
    assert story.picture()["vitals"]["spo2_pct"]["limits"]["low"] == 90


def test_an_order_without_a_name_or_of_no_sense_is_refused_in_words() -> None:
    story = Story()
    with pytest.raises(SessionError, match="a person's name is missing"):
        carry_out(story.recliner, Order("pause_audio", " ", {}), story.moment)
    with pytest.raises(SessionError, match="there is no order 'dance'"):
        story.order("dance")
    with pytest.raises(SessionError, match="has no session"):
        story.order("start_infusion")
    with pytest.raises(SessionError, match="does not stand"):
        story.order("acknowledge", condition="spo2_low")


def test_a_result_told_once_more_is_no_second_measurement() -> None:
    story = Story().begun().cuff(124, 76)
    again = NibpDetermination(NibpOutcome.COMPLETED, 124, 76, 92, 70, age_s=31)
    now_ms = story.later(30)
    assert story.recliner.has_heard(again, now_ms)
    story.recliner.take(CUFF, again, now_ms)
    assert len(story.recliner.visit.baseline_readings) == 1
    anew = NibpDetermination(NibpOutcome.COMPLETED, 124, 76, 92, 70, age_s=1)
    assert not story.recliner.has_heard(anew, now_ms)


def test_a_failure_told_again_at_a_restart_is_no_second_one() -> None:
    story = Story().begun().cuff(124, 76)
    failed = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.LOOSE_CUFF)
    again = replace(failed, is_age_unknown=True)
    now_ms = story.later(60)
    assert not story.recliner.has_heard(again, now_ms)
    story.recliner.take(CUFF, failed, now_ms)
    now_ms = story.later(60)
    assert story.recliner.has_heard(again, now_ms)
    assert not story.recliner.has_heard(failed, now_ms)
    assert not story.recliner.has_heard(replace(again, reason=NibpFailure.MOTION), now_ms)
    story.cuff(126, 78)
    assert not story.recliner.has_heard(again, story.later(1))


def test_a_failed_cuff_cycle_is_shown_beside_the_last_good_pressure() -> None:
    story = Story().cuff(124, 76)
    failed = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.MOTION)
    story.recliner.take(CUFF, failed, story.later(60))
    nibp = story.picture()["nibp"]
    assert (nibp["systolic_mmhg"], nibp["last_failure"]["reason"]) == (124, "motion")
    story.later(30)
    story.cuff(126, 77)
    assert story.picture()["nibp"]["last_failure"] is None


def restarted(story: Story, *, is_same_boot: bool) -> Story:
    """Write a story's recliner down and read it back in a new one, a second later."""
    record = remember(story.recliner, story.moment)
    after = Story()
    after.recliner = Recliner(setup())
    after.clock.at_ms = story.clock.at_ms + 1_000
    if not is_same_boot:
        after.clock.boot_id = "another boot"
        after.clock.at_ms = 5_000
        after.clock.utc_offset_ms = story.clock.utc_ms(story.clock.at_ms) + 1_000 - 5_000
    recall(after.recliner, record, after.moment, story.clock.boot_id)
    return after


@pytest.mark.parametrize("is_same_boot", [True, False])
def test_session_alarm_pressure_and_limits_survive_a_restart(is_same_boot: bool) -> None:
    story = Story().infusing()
    story.order("change_limit", condition="spo2_low", bound=91, reason="asked by Dr. Chen")
    story.spo2(86, seconds=15)
    before = story.picture()
    after = restarted(story, is_same_boot=is_same_boot).picture()
    assert [a["condition"] for a in after["alarms"]] == [a["condition"] for a in before["alarms"]]
    assert after["alarms"][0]["since"] == before["alarms"][0]["since"]
    assert after["nibp"]["systolic_mmhg"] == before["nibp"]["systolic_mmhg"]
    assert after["nibp"]["at"] == before["nibp"]["at"]
    assert after["limits"] == before["limits"]
    assert after["baseline"] == before["baseline"]
    grown = after["session"]["infusion_elapsed_ms"] - before["session"]["infusion_elapsed_ms"]
    assert grown == 1_000


def test_a_delay_in_progress_goes_on_in_the_same_boot() -> None:
    story = Story().infusing().spo2(88, seconds=8)
    assert story.picture()["alarms"] == []
    after = restarted(story, is_same_boot=True)
    happened = after.recliner.take(OXIMETER, OximetryReading(88, 72), after.later(1))
    happened += after.recliner.take(OXIMETER, OximetryReading(88, 72), after.later(1))
    told = [one.event.condition for one in happened if isinstance(one, AlarmChanged)]
    assert "spo2_low" in told or "spo2_low" in [a["condition"] for a in after.picture()["alarms"]]


def test_a_picture_says_since_when_the_seat_is_whose_it_is() -> None:
    story = Story().begun()
    began = story.picture()["session"]["begun_at"]
    story.later(60)
    assert story.picture()["seat_since"] == began
    story.later(60)
    story.order("abandon", reason="story")
    left = story.moment.utc_ms
    story.later(60)
    assert (story.picture()["session"], story.picture()["seat_since"]) == (None, left)
