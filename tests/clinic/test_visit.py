"""A visit as staff order it: intake, gate, cadence, entries, a swapped device, two at once."""

from __future__ import annotations

from typing import Any

import pytest

from monitors.clinic.happenings import EntryMade
from monitors.clinic.place import Arms
from monitors.clinic.protocol_toml import built_in
from monitors.clinic.swapped import identified
from monitors.clinic.visit_verbs import VISIT_VERBS
from monitors.errors import SessionError
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
)
from tests.clinic.test_recliner import CUFF, OXIMETER, Story, restarted

FORM: dict[str, Any] = {
    "age_years": 41,
    "weight_kg": 72,
    "dose": "0.5 mg/kg",
    "anesthesiologist": "Dr. M. Chen",
    "nurse": "R. Ortiz, RN",
    "food_hours": 8,
    "drink_hours": 3,
    "has_used_restroom": True,
    "takes_lamotrigine": False,
    "takes_benzodiazepine": False,
    "has_nausea_history": False,
    "is_manic_today": False,
    "sleep_apnea": "none",
    "has_cardiac_history": False,
    "escort": "driver",
    "escort_name": "a friend, J.",
    "probe_arm": "left",
    "cuff_arm": "right",
    "iv_arm": "left",
}


def ready(form: dict[str, Any] | None = None) -> Story:
    """Bring a patient to the point where the drug may be given."""
    story = Story()
    story.order("begin_session", label="JD-14", protocol="mood40")
    story.order("record_intake", form=FORM | (form or {}))
    story.order("begin_baseline")
    for systolic in (131, 126, 124):
        story.later(120)
        story.cuff(systolic, 77)
    return story


def test_a_clean_intake_and_baseline_let_the_clock_start() -> None:
    story = ready()
    gate = story.picture()["visit"]["gate"]
    assert gate["level"] in ("ok", "discuss")
    story.order("start_infusion")
    assert story.picture()["session"]["phase"] == "infusing"


def test_a_high_baseline_needs_a_physicians_word_with_name_and_reason() -> None:
    story = ready()
    for _ in range(2):
        story.later(120)
        story.cuff(168, 102)
    with pytest.raises(SessionError, match="physician's word"):
        story.order("start_infusion")
    with pytest.raises(SessionError, match="physician's word"):
        story.order("start_infusion", physician="Dr. M. Chen")
    story.order("start_infusion", physician="Dr. M. Chen", reason="known hypertension, treated")


def test_a_minor_has_no_limits_until_a_person_chooses_them() -> None:
    story = ready({"age_years": 16})
    assert story.picture()["preset"] == "none"
    assert story.picture()["vitals"]["spo2_pct"]["limits"]["low"] is None
    with pytest.raises(SessionError, match="choose limits first"):
        story.order("start_infusion")
    story.order("load_limits", preset="mood", reason="Dr. Chen, weight as an adult")
    assert story.picture()["vitals"]["spo2_pct"]["limits"]["low"] == 90
    story.order("start_infusion")


def test_impossible_answers_are_refused_field_by_field_and_change_nothing() -> None:
    story = ready()
    before = story.picture()["visit"]["intake"]
    with pytest.raises(SessionError) as caught:
        story.order("record_intake", form={"weight_kg": 7200, "dose": "600 mg/h", "age_years": 300})
    for field in ("weight_kg", "dose", "age_years"):
        assert field in str(caught.value)
    assert story.picture()["visit"]["intake"] == before


def test_of_two_nurses_with_the_same_page_the_second_is_told_and_overwrites_nothing() -> None:
    story = ready()
    seen = story.picture()["visit"]["version"]
    story.order("record_intake", form={"weight_kg": 74}, seen_version=seen)
    with pytest.raises(SessionError, match="has changed since"):
        story.order("record_intake", form={"weight_kg": 90}, seen_version=seen)
    assert story.picture()["visit"]["intake"]["weight_kg"] == 74


@pytest.mark.parametrize("is_told", [True, False])
def test_a_reading_of_the_intake_leaves_no_cycle_for_the_baseline_to_wait_for(
    is_told: bool,
) -> None:
    story = Story()
    story.order("begin_session", label="JD-14", protocol="mood40")
    order = story.order("measure_now").cuff
    assert order is not None
    story.recliner.cuff_answered(order, None, story.later(1))
    story.recliner.take(CUFF, CuffActivity(CuffState.MEASURING), story.later(1))
    story.recliner.take(CUFF, CuffActivity(CuffState.IDLE), story.later(20))
    if is_told:
        story.cuff(137, 80)
    story.later(30 if is_told else 240)
    story.order("begin_baseline")
    story.later(180)
    cadence = story.picture()["visit"]["cadence"]
    assert cadence["overdue_reason"] == "never_measured"


def test_an_armed_cadence_starts_the_cuff_when_a_reading_is_due_and_only_once() -> None:
    story = ready()
    story.order("start_infusion")
    story.later(60)
    assert story.recliner.cuff_due(story.clock.now_ms()) == ()
    story.order("arm_cadence")
    now_ms = story.later(5 * 60)
    (wanted,) = story.recliner.cuff_due(now_ms)
    assert wanted.by == "cadence armed by R. Ortiz, RN"
    assert story.recliner.cuff_due(now_ms) == ()
    story.recliner.cuff_answered(wanted, None, now_ms)
    story.recliner.take(CUFF, CuffActivity(CuffState.MEASURING), story.later(1))
    assert story.recliner.cuff_due(story.later(20)) == ()
    story.recliner.take(CUFF, CuffActivity(CuffState.IDLE), story.later(10))
    story.cuff(132, 80)
    nibp = story.picture()["nibp"]
    assert nibp["next_due_at"] > story.clock.utc_ms(story.clock.now_ms())


def test_a_start_that_failed_is_tried_again_but_not_at_once() -> None:
    story = ready()
    story.order("start_infusion")
    story.order("arm_cadence")
    now_ms = story.later(6 * 60)
    (wanted,) = story.recliner.cuff_due(now_ms)
    happened = story.recliner.cuff_answered(wanted, "the port is lost", now_ms)
    (entry,) = [one for one in happened if isinstance(one, EntryMade)]
    assert entry.payload["error"] == "the port is lost"
    assert story.recliner.cuff_due(story.later(5)) == ()
    assert len(story.recliner.cuff_due(story.later(11))) == 1


def test_the_cadence_refuses_the_arm_of_the_line() -> None:
    story = ready({"cuff_arm": "left"})
    with pytest.raises(SessionError, match=r"IV|line"):
        story.order("arm_cadence")


def test_a_stat_series_is_itself_the_permission_for_its_five_minutes() -> None:
    story = ready()
    story.order("start_infusion")
    assert "started again and again" in story.order("stat_series").message
    starts = 0
    for _ in range(34):
        for wanted in story.recliner.cuff_due(story.later(10)):
            assert (wanted.by, wanted.is_stat) == ("STAT series of R. Ortiz, RN", True)
            starts += 1
            story.recliner.cuff_answered(wanted, None, story.clock.now_ms())
            story.later(10)
            story.cuff(126, 79)
    assert starts == 7
    assert not story.picture()["visit"]["cadence"]["is_stat"]
    assert story.recliner.cuff_due(story.later(3600)) == ()


def test_a_stat_series_is_refused_on_the_lines_arm_and_where_nobody_said_which_that_is() -> None:
    story = ready({"cuff_arm": "left"})
    with pytest.raises(SessionError, match="arm of the IV line"):
        story.order("stat_series")
    nowhere = Story(Arms()).begun()
    with pytest.raises(SessionError, match="say which arm has the cuff"):
        nowhere.order("stat_series")
    assert nowhere.recliner.cuff_due(nowhere.later(10)) == ()
    on_line = Story(Arms("right", "left", "left"), may_start=False).begun()
    with pytest.raises(SessionError, match="arm of the IV line"):
        on_line.order("stat_series")


def test_where_the_cuff_cannot_be_started_a_stat_series_says_that_the_nurse_measures() -> None:
    story = Story(may_start=False).begun()
    story.later(60)
    story.cuff(126, 79)
    assert "the nurse measures" in story.order("stat_series").message
    cadence = story.picture()["visit"]["cadence"]
    assert (cadence["is_stat"], cadence["due_for"]) == (True, "stat")
    assert story.recliner.cuff_due(story.later(30)) == ()


def test_a_cancelled_cycle_or_an_arming_taken_back_ends_the_stat_series() -> None:
    story = ready()
    story.order("stat_series")
    cancelled = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.CANCELLED)
    story.recliner.take(CUFF, cancelled, story.later(20))
    assert not story.picture()["visit"]["cadence"]["is_stat"]
    assert story.recliner.cuff_due(story.later(600)) == ()
    story.order("arm_cadence")
    story.order("stat_series")
    story.order("disarm_cadence")
    assert story.recliner.cuff_due(story.later(60)) == ()


def test_a_stat_series_that_ends_without_a_reading_is_on_record_as_such() -> None:
    story = ready()
    story.order("stat_series")
    story.later(299)
    happened = story.recliner.advance(story.clock.now_ms() + 1000)
    (entry,) = [one for one in happened if isinstance(one, EntryMade)]
    assert (entry.kind, entry.by) == ("stop_stat", "Chairside")
    assert entry.payload == {"readings": 0}
    story.later(2)
    story.order("stat_series")
    assert story.order("stop_stat").message == "series ended without a reading"
    with pytest.raises(SessionError, match="no STAT series runs"):
        story.order("stop_stat")
    story.order("stat_series")
    story.later(20)
    story.cuff(126, 79)
    assert story.order("stop_stat").message == "series ended"


def test_a_restart_long_after_a_stat_series_does_not_start_the_cuff_once_more() -> None:
    story = ready()
    story.order("stat_series")
    story.clock.push(3600)
    again = restarted(story, is_same_boot=True)
    assert again.recliner.cuff_due(again.clock.now_ms()) == ()


def test_pausing_the_infusion_asks_for_a_reading_at_once() -> None:
    story = ready()
    story.order("start_infusion")
    story.order("arm_cadence")
    story.later(60)
    story.order("pause_infusion", reason="nausea")
    assert len(story.recliner.cuff_due(story.later(1))) == 1


def test_an_overdue_pressure_is_told_with_its_reason() -> None:
    story = ready()
    story.order("start_infusion")
    story.later(9 * 60)
    picture = story.picture()
    assert "nibp_overdue" in [alarm["condition"] for alarm in picture["alarms"]]
    assert picture["visit"]["cadence"]["overdue_reason"] is not None


def test_entries_are_corrected_by_new_ones_and_never_lie_in_the_future() -> None:
    story = ready()
    story.order("enter", kind="medicine", values={"name": "ondansetron", "amount": 4, "unit": "mg"})
    first = story.recliner.visit
    assert first is not None
    entry_id = first.entries[0].entry_id
    story.order(
        "enter",
        kind="medicine",
        values={"name": "ondansetron", "amount": 8, "unit": "mg"},
        corrects=entry_id,
    )
    assert len(first.entries) == 2
    future = story.clock.utc_ms(story.clock.now_ms()) + 600_000
    with pytest.raises(SessionError, match="future"):
        story.order("enter", kind="note", values={"text": "later"}, at_utc_ms=future)


def test_limits_follow_the_phase_where_the_protocol_says_so_and_keep_what_was_changed() -> None:
    own = built_in()["mood40"].model_copy(
        update={"name": "own", "recovery_preset": "default", "baseline_preset": "injection"}
    )
    story = Story()
    story.recliner.protocols = {"own": own}
    story.order("begin_session", label="JD-14", protocol="own")
    assert story.picture()["preset"] == "injection"
    story.order("begin_baseline")
    story.order("start_infusion", physician="Dr. M. Chen", reason="agreed")
    assert story.picture()["preset"] == "mood"
    story.order("change_limit", condition="spo2_low", bound=91, reason="asked")
    story.order("stop_infusion")
    picture = story.picture()
    assert picture["preset"] == "default"
    assert picture["vitals"]["spo2_pct"]["limits"]["low"] == 91


def test_limits_that_a_person_loaded_do_not_follow_the_phase() -> None:
    own = built_in()["mood40"].model_copy(update={"name": "own", "recovery_preset": "default"})
    story = Story()
    story.recliner.protocols = {"own": own}
    story.order("begin_session", label="JD-14", protocol="own")
    story.order("load_limits", preset="pain", reason="Dr. Chen")
    story.order("begin_baseline")
    story.order("start_infusion", physician="Dr. M. Chen", reason="agreed")
    story.order("stop_infusion")
    assert story.picture()["preset"] == "pain"


def test_a_longer_plan_needs_a_reason_and_moves_the_projected_end() -> None:
    story = ready()
    story.order("start_infusion")
    with pytest.raises(SessionError, match="reason"):
        story.order("extend", planned_s=3000)
    story.order("extend", planned_s=3000, reason="slower on request")
    assert story.picture()["session"]["planned_s"] == 3000


def test_another_device_in_mid_session_counts_for_nothing_until_a_person_says_so() -> None:
    story = ready()
    identified(story.recliner, OXIMETER, "0403:6001/A1", story.later(1))
    story.spo2(97)
    identified(story.recliner, OXIMETER, "0403:6001/B2", story.later(1))
    story.spo2(85, seconds=4)
    picture = story.picture()
    assert picture["vitals"]["spo2_pct"]["value"] != 85
    assert "device_swapped" in [alarm["condition"] for alarm in picture["alarms"]]
    story.order("accept_device", device_id=OXIMETER)
    story.spo2(96)
    assert story.picture()["vitals"]["spo2_pct"]["value"] == 96
    with pytest.raises(SessionError, match="not waiting"):
        story.order("accept_device", device_id=OXIMETER)


def test_a_discharge_with_nothing_missing_needs_no_reason() -> None:
    story = ready()
    story.order("start_infusion")
    story.order("stop_infusion")
    answers = (
        ("orientation", {"person": True, "place": True, "time": True, "situation": True}),
        ("steadiness", {"is_steady": True}),
        ("rating", {"scale": "nausea", "score": 0}),
        ("rating", {"scale": "dissociation", "score": 0}),
        ("tick", {"name": "advice_given"}),
        ("tick", {"name": "escort_arrived"}),
    )
    for kind, values in answers:
        story.later(1)
        story.order("enter", kind=kind, values=values)
    for _ in range(3):
        story.later(10 * 60)
        story.cuff(127, 78)
    story.spo2(97)
    missing = [i["name"] for i in story.picture()["visit"]["checklist"] if not i["is_met"]]
    assert set(missing) <= {"aldrete", "padss"}
    story.order("discharge")
    assert story.picture()["session"] is None


def test_the_whole_visit_survives_a_restart() -> None:
    story = ready()
    story.order("start_infusion")
    story.order("arm_cadence")
    story.order("enter", kind="side_effect", values={"name": "nausea"})
    before = story.picture()
    for is_same_boot in (True, False):
        after = restarted(story, is_same_boot=is_same_boot).picture()
        assert after["visit"]["intake"] == before["visit"]["intake"]
        assert after["visit"]["entries"] == 1
        assert after["nibp"]["next_due_at"] == before["nibp"]["next_due_at"]
        armed = after["visit"]["cadence"]["armed_by"]
        assert armed == ("R. Ortiz, RN" if is_same_boot else None)


def test_nothing_of_a_visit_is_seen_on_the_next() -> None:
    story = ready({"cuff_arm": "left", "iv_arm": "right"})
    assert story.picture()["arms"]["cuff"] == "left"
    story.order("abandon", reason="changed plans")
    story.order("begin_session", label="MK-07", protocol="pain2h")
    picture = story.picture()
    assert picture["visit"]["intake"] == {}
    assert picture["arms"]["cuff"] == "right"
    assert picture["baseline"] == {}
    assert picture["nibp"]["systolic_mmhg"] is None
    assert picture["preset"] == "pain"


@pytest.mark.parametrize("verb", sorted(VISIT_VERBS))
def test_every_order_of_a_visit_is_refused_where_nobody_sits(verb: str) -> None:
    arguments: dict[str, Any] = {
        "form": {}, "preset": "mood", "reason": "x", "kind": "note", "values": {"text": "x"},
        "planned_s": 2400, "phase": "infusing", "device_id": OXIMETER,
    }  # fmt: skip
    with pytest.raises(SessionError):
        Story().order(verb, **arguments)


def test_a_failed_order_leaves_the_version_alone() -> None:
    story = ready()
    version = story.picture()["visit"]["version"]
    with pytest.raises(SessionError):
        story.order("extend", planned_s=10, reason="x")
    assert story.picture()["visit"]["version"] == version
    failed = NibpDetermination(NibpOutcome.FAILED)
    story.recliner.take(CUFF, failed, story.later(1))
    assert story.picture()["visit"]["version"] == version
