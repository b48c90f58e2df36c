"""A cuff cycle is of the patient at whose time it began, whoever sits there when it ends."""

from __future__ import annotations

import pytest

from monitors.clinic.happenings import CuffOrder
from monitors.clinic.place import Arms, DeviceState
from monitors.errors import SessionError
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
)
from tests.clinic.test_recliner import CUFF, OXIMETER, Story, restarted

MEASURING, IDLE = CuffActivity(CuffState.MEASURING), CuffActivity(CuffState.IDLE)
HIGH = NibpDetermination(NibpOutcome.COMPLETED, 210, 125, 153, 70, age_s=0)
FAILED = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.MOTION)


def does(story: Story, activity: CuffActivity, seconds: float = 1) -> Story:
    story.recliner.take(CUFF, activity, story.later(seconds))
    return story


def measured_for_nobody() -> Story:
    """Return a recliner without a session whose cuff a named person has just started."""
    story = does(Story(), IDLE)
    order = story.order("measure_now").cuff
    assert order is not None
    story.recliner.cuff_answered(order, None, story.later(1))
    return does(story, MEASURING)


def ended(story: Story, reading: NibpDetermination = HIGH) -> str | None:
    """End the cycle as a device does and return the session its result is kept in."""
    does(story, IDLE, 20)
    now_ms = story.later(1)
    session_id = story.recliner.session_of(CUFF, reading, now_ms)
    story.recliner.take(CUFF, reading, now_ms)
    return session_id


def is_clean(story: Story) -> bool:
    """Say whether nothing of a cuff is shown, told or counted."""
    picture, visit = story.picture(), story.recliner.visit
    told = [alarm["condition"] for alarm in picture["alarms"]]
    is_counted = visit is not None and visit.baseline_readings
    is_shown = story.pressure() != (None, None) or picture["nibp"]["last_failure"]
    return not (is_shown or is_counted or any(name.startswith("nibp") for name in told))


def next_ones_own_reading_counts(story: Story) -> bool:
    story.later(40)
    does(story, MEASURING)
    own = NibpDetermination(NibpOutcome.COMPLETED, 124, 76, 92, 70, age_s=0)
    return ended(story, own) is not None and story.pressure() == (124, 76)


def test_a_reading_for_nobody_is_shown_without_a_session_and_gone_with_the_next() -> None:
    story = measured_for_nobody()
    assert ended(story) is None
    assert story.pressure() == (210, 125)
    assert "nibp_extreme" in [alarm["condition"] for alarm in story.picture()["alarms"]]
    assert is_clean(story.begun())
    assert next_ones_own_reading_counts(story)


@pytest.mark.parametrize("reading", [HIGH, FAILED])
def test_a_cycle_begun_for_nobody_is_never_the_next_patients(reading: NibpDetermination) -> None:
    story = measured_for_nobody().begun()
    assert ended(story, reading) is None
    assert is_clean(story)
    told_again = NibpDetermination(NibpOutcome.COMPLETED, 210, 125, 153, 70, age_s=30)
    now_ms = story.later(30)
    if reading is HIGH:
        assert story.recliner.session_of(CUFF, told_again, now_ms) is None
        story.recliner.take(CUFF, told_again, now_ms)
    assert is_clean(story)
    assert next_ones_own_reading_counts(story)


def test_the_last_patients_running_cycle_is_not_the_next_ones() -> None:
    story = does(Story().begun(), MEASURING)
    story.later(1)
    story.order("abandon", reason="patient left")
    story.begun()
    assert ended(story) is None
    assert is_clean(story)
    assert next_ones_own_reading_counts(story)


def test_a_start_still_on_its_way_when_the_next_patient_comes_is_not_theirs() -> None:
    story = does(Story(), IDLE)
    order = story.order("measure_now").cuff
    story.later(1)
    story.begun()
    assert order is not None
    story.recliner.cuff_answered(order, None, story.later(1))
    does(story, MEASURING)
    assert ended(story) is None
    assert is_clean(story)


def test_a_start_that_was_not_sent_leaves_the_next_cycle_to_the_patient() -> None:
    story = does(Story(), IDLE)
    order = story.order("measure_now").cuff
    assert order is not None
    story.recliner.cuff_answered(order, "wait 12 s more", story.later(1))
    assert next_ones_own_reading_counts(story.begun())


def test_a_cable_pulled_meanwhile_makes_it_nobody_elses() -> None:
    story = measured_for_nobody().begun()
    story.recliner.port_is(CUFF, DeviceState.CLOSED, story.later(1), "gone")
    story.recliner.port_is(CUFF, DeviceState.SPEAKING, story.later(5))
    does(story, MEASURING)
    assert ended(story) is None
    assert is_clean(story)


@pytest.mark.parametrize("is_same_boot", [True, False])
def test_a_restart_meanwhile_makes_it_nobody_elses(is_same_boot: bool) -> None:
    story = restarted(measured_for_nobody().begun(), is_same_boot=is_same_boot)
    for device_id in (OXIMETER, CUFF):
        story.recliner.port_is(device_id, DeviceState.SPEAKING, story.clock.now_ms())
    does(story, MEASURING)
    assert ended(story) is None
    assert is_clean(story)


def test_a_cycle_that_never_gave_a_result_takes_nothing_from_the_next_patient() -> None:
    story = does(measured_for_nobody(), IDLE)
    assert next_ones_own_reading_counts(story.begun())


def test_a_cycle_begun_in_the_intake_counts_for_the_patient_who_sits_there() -> None:
    story = Story()
    story.order("begin_session", label="JD-14", protocol="mood40")
    does(story, MEASURING)
    story.order("begin_baseline")
    assert ended(story) == story.recliner.session.session_id  # type: ignore[union-attr]
    assert story.pressure() == (210, 125)


def remark_of(story: Story) -> str:
    order = story.order("measure_now").cuff
    assert isinstance(order, CuffOrder)
    return order.remark


def test_where_nobody_said_which_arm_has_the_line_the_person_is_told_to_look() -> None:
    """A named person may measure by hand; a known conflict is refused, session or not."""
    for unknown in (Arms("left", "right", None), Arms("left", None, "left")):
        assert "not on the arm of the line" in remark_of(Story(unknown).begun())
        assert remark_of(Story(unknown)) == ""
    assert remark_of(Story().begun()) == ""
    on_iv = Arms("left", "right", "right")
    for story in (Story(on_iv), Story(on_iv).begun()):
        with pytest.raises(SessionError, match="arm of the IV line"):
            story.order("measure_now")
