"""A running session takes over an edited protocol: on a person's word alone, all at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from monitors.clinic.editions import edition_of, edition_of_text
from monitors.clinic.happenings import AlarmChanged, EntryMade
from monitors.clinic.limits import change_limit
from monitors.clinic.protocol_toml import built_in
from monitors.clinic.protocols import CheckPlan, ClinicProtocol, CuffStage
from monitors.clinic.verbs import Carried
from monitors.errors import SessionError
from tests.clinic.test_recliner import Story, restarted

MOOD = built_in()["mood40"]
REASON = "the house's new edition, Dr. Chen"


def edited(**fields: Any) -> ClinicProtocol:
    return MOOD.model_copy(update=fields)


def saved(story: Story, plan: ClinicProtocol) -> Story:
    """Let the clinic's file hold another edition from now on."""
    story.recliner.protocols = {**built_in(), plan.name: plan}
    return story


def entries(carried: Carried, kind: str) -> list[EntryMade]:
    return [one for one in carried.happened if isinstance(one, EntryMade) and one.kind == kind]


def limits_told(carried: Carried) -> dict[str, Any]:
    events = [one.event for one in carried.happened if isinstance(one, AlarmChanged)]
    return {str(one.condition): one for one in events if one.transition == "limit_change"}


def active(story: Story) -> set[str]:
    return {one["condition"] for one in story.picture()["alarms"] if one["state"] == "active"}


def test_an_edit_leaves_a_running_session_alone_until_a_person_orders_it_with_a_reason() -> None:
    story = saved(Story().infusing(), edited(minimum_recovery_min=45))
    before = story.picture()["session"]["edition"]
    with pytest.raises(SessionError, match="needs 'reason'"):
        story.order("adopt_protocol")
    assert story.picture()["session"]["edition"] == before == edition_of(MOOD)
    carried = story.order("adopt_protocol", reason=REASON)
    assert "Mood 40" in carried.message
    (entry,) = entries(carried, "plan_changed")
    assert (entry.by, entry.payload["reason"]) == ("R. Ortiz, RN", REASON)
    assert entry.payload["protocol"]["minimum_recovery_min"] == 45
    session = story.recliner.session
    assert session is not None
    assert session.plan is not None
    assert session.plan.minimum_recovery_min == 45
    mark = session.plan_marks[-1]
    assert (mark.by, mark.reason, mark.protocol, mark.before) == (
        "R. Ortiz, RN", REASON, "mood40", MOOD,
    )  # fmt: skip
    assert story.picture()["session"]["edition"] != before


def test_the_planned_time_stays_and_the_phase_and_clocks_go_on() -> None:
    story = saved(Story().infusing(), edited(planned_min=55))
    before = story.picture()["session"]
    story.order("adopt_protocol", reason=REASON)
    after = story.picture()["session"]
    assert {**after, "edition": None} == {**before, "edition": None}


def test_the_cuff_follows_the_new_cadence_at_once_and_what_was_set_by_hand_stays() -> None:
    every_ten = tuple(CuffStage(phase=phase, every_min=10.0) for phase in MOOD.phases[1:-1])
    story = saved(Story().infusing(), edited(cuff=every_ten))
    due = story.picture()["nibp"]["next_due_at"]
    story.order("adopt_protocol", reason=REASON)
    assert story.picture()["nibp"]["next_due_at"] == due + 5 * 60_000
    by_hand = saved(Story().infusing(), edited(cuff=every_ten))
    by_hand.order("set_interval", phase="infusing", every_min=3)
    due = by_hand.picture()["nibp"]["next_due_at"]
    by_hand.order("adopt_protocol", reason=REASON)
    assert by_hand.picture()["nibp"]["next_due_at"] == due


def test_observations_of_the_time_before_are_the_old_editions_and_are_not_missed_twice() -> None:
    orientation = CheckPlan(names=("orientation",), dosed_min=(5, 10, 30))  # type: ignore[arg-type]
    story = saved(Story().infusing(), edited(checks=(orientation,)))
    story.later(20 * 60)
    story.order("adopt_protocol", reason=REASON)
    visit, session = story.recliner.visit, story.recliner.session
    assert visit is not None
    assert session is not None
    slots = visit.slots(session, story.moment.utc_ms)
    began = next(mark.utc_ms for mark in session.marks if mark.phase == "infusing")
    minutes = [(one.due_utc_ms - began) // 60_000 for one in slots if one.check == "orientation"]
    assert minutes[-2:] == [15, 30]
    assert not {5, 10} & set(minutes)


def test_another_alarm_preset_comes_into_force_with_a_row_for_each_limit_and_a_reason() -> None:
    story = saved(Story().infusing(), edited(alarm_preset="default"))
    story.order("change_limit", condition="spo2_low", bound=91, reason="asked")
    carried = story.order("adopt_protocol", reason=REASON)
    picture = story.picture()
    assert picture["preset"] == "default"
    assert picture["vitals"]["spo2_pct"]["limits"]["low"] == 91
    (entry,) = entries(carried, "limits_loaded")
    assert entry.by == "R. Ortiz, RN"
    assert entry.payload == {"preset": "default", "phase": "infusing", "reason": REASON}
    told = limits_told(carried)
    assert set(told) == {"clock_overrun", "nibp_rise", "pulse_rise", "spo2_drop"}
    assert {(one.by, one.reason) for one in told.values()} == {("R. Ortiz, RN", REASON)}


def test_a_value_beyond_the_new_limits_is_told_and_one_within_them_is_not_any_more() -> None:
    story = Story().infusing()
    deaf = change_limit(story.recliner.presets["pain"], "spo2_low", 86, "Dr. B", "a test")
    story.recliner.presets = {**story.recliner.presets, "pain": replace(deaf, changes=())}
    saved(story, edited(alarm_preset="pain")).spo2(91, seconds=40)
    assert "spo2_low" in active(story)
    story.order("adopt_protocol", reason=REASON)
    story.spo2(91, seconds=40)
    assert "spo2_low" not in active(story)
    saved(story, MOOD).order("adopt_protocol", reason="back again")
    story.spo2(91, seconds=40)
    assert "spo2_low" in active(story)


def test_a_preset_of_a_later_phase_changes_no_limit_now_and_counts_when_the_phase_begins() -> None:
    story = saved(Story().infusing(), edited(recovery_preset="default"))
    carried = story.order("adopt_protocol", reason=REASON)
    assert story.picture()["preset"] == "mood"
    assert entries(carried, "limits_loaded") == []
    assert limits_told(carried) == {}
    story.order("stop_infusion", reason="as planned")
    assert story.picture()["preset"] == "default"


def test_limits_that_a_person_loaded_stay() -> None:
    story = saved(Story().infusing(), edited(alarm_preset="pain"))
    story.order("load_limits", preset="injection", reason="Dr. Chen")
    carried = story.order("adopt_protocol", reason=REASON)
    assert story.picture()["preset"] == "injection"
    assert entries(carried, "limits_loaded") == []


def test_limits_that_contradict_a_persons_change_refuse_the_order_and_change_nothing() -> None:
    story = Story().infusing()
    strict = change_limit(story.recliner.presets["pain"], "spo2_very_low", 88, "Dr. B", "a test")
    story.recliner.presets = {**story.recliner.presets, "pain": replace(strict, changes=())}
    saved(story, edited(alarm_preset="pain", minimum_recovery_min=45))
    story.order("change_limit", condition="spo2_low", bound=87, reason="asked")
    before = story.picture()
    with pytest.raises(SessionError, match="does not go with those of pain"):
        story.order("adopt_protocol", reason=REASON)
    assert story.picture() == before


def test_what_is_followed_already_or_changed_once_more_is_refused() -> None:
    story = saved(Story().infusing(), edited(minimum_recovery_min=45))
    seen = edition_of(edited(minimum_recovery_min=45))
    saved(story, edited(minimum_recovery_min=50))
    with pytest.raises(SessionError, match="not what the page showed"):
        story.order("adopt_protocol", reason=REASON, edition=seen)
    saved(story, edited(minimum_recovery_min=45))
    story.order("adopt_protocol", reason=REASON, edition=seen)
    with pytest.raises(SessionError, match="already"):
        story.order("adopt_protocol", reason=REASON)


def test_after_the_drug_has_ended_the_session_keeps_its_edition() -> None:
    story = saved(Story().infusing(), edited(minimum_recovery_min=45))
    story.order("stop_infusion", reason="as planned")
    with pytest.raises(SessionError, match="only before recovery"):
        story.order("adopt_protocol", reason=REASON)


def test_what_was_taken_over_survives_a_restart() -> None:
    story = saved(Story().infusing(), edited(alarm_preset="default", minimum_recovery_min=45))
    story.order("adopt_protocol", reason=REASON)
    before = story.picture()
    for is_same_boot in (True, False):
        after = restarted(story, is_same_boot=is_same_boot)
        assert after.picture()["session"]["edition"] == before["session"]["edition"]
        assert after.picture()["preset"] == "default"
        session = after.recliner.session
        assert session is not None
        assert session.plan_marks[-1].before == MOOD


def test_an_edition_changes_with_anything_in_it() -> None:
    names = {edition_of(one) for one in (MOOD, edited(dose_hint="x"), edited(planned_min=41))}
    assert len(names) == 3
    assert edition_of(MOOD) == edition_of(ClinicProtocol.from_record(MOOD.to_record()))
    assert edition_of_text("") != edition_of_text(" ")


def test_a_phase_is_entered_also_where_its_limits_contradict_a_persons_change() -> None:
    story = Story()
    strict = change_limit(story.recliner.presets["pain"], "spo2_very_low", 88, "Dr. B", "a test")
    story.recliner.presets = {**story.recliner.presets, "pain": replace(strict, changes=())}
    saved(story, edited(recovery_preset="pain")).infusing()
    story.order("change_limit", condition="spo2_low", bound=87, reason="asked")
    carried = story.order("stop_infusion", reason="as planned")
    picture = story.picture()
    assert picture["session"]["phase"] == "recovery"
    assert picture["preset"] == "mood"
    assert picture["vitals"]["spo2_pct"]["limits"]["low"] == 87
    (entry,) = entries(carried, "limits_kept")
    assert entry.payload["preset"] == "pain"
    assert "must lie below" in entry.payload["reason"]
