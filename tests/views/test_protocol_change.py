"""A protocol edited while a session runs on it, as the recliner's staff meet it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from monitors.clinic.protocol_toml import built_in, to_toml
from monitors.clinic.protocols import CheckPlan, ClinicProtocol, CuffStage
from tests.room.rig import until
from tests.views.visit_room import Nurse, VisitRoom
from views import access, here
from views.protocol_differences import differences
from views.words import protocol_en, visit_en

MOOD = built_in()["mood40"]
PAGE = """
import streamlit as st
from views.here import dashboard
from views.local_time import LocalTime
from views.taps import Taps
from views.visit_forms.orders import Signed, show_told
from views.visit_forms.protocol_change import show_protocol_change

picture = dashboard().live.recliners["R1"]
taps = st.session_state.setdefault("taps", Taps())
signed = Signed("R1", picture["session"]["id"], st.session_state["person"], taps)
show_told(signed)
show_protocol_change(picture, signed, LocalTime.of("UTC"))
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VisitRoom]:
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setattr(here, "_standing", [])
    opened = VisitRoom(tmp_path, f'protocols = "{tmp_path / "own.toml"}"')
    opened.order("begin_session", label="JD-14", protocol="mood40")
    yield opened
    opened.close()


def edited(**fields: Any) -> ClinicProtocol:
    return MOOD.model_copy(update=fields)


def saved(room: VisitRoom, plan: ClinicProtocol) -> None:
    path = here.dashboard().clinic.protocols_path
    assert path is not None
    path.write_text(to_toml((plan,)))


def nurse(name: str = "A. Nurse") -> Nurse:
    page = AppTest.from_string(PAGE, default_timeout=30)
    page.session_state["person"] = name
    return Nurse(page.run())


def edition(room: VisitRoom) -> str:
    return str(room.picture["session"]["edition"])


def test_nothing_is_shown_while_the_file_says_what_the_session_runs_on(room: VisitRoom) -> None:
    reader = nurse()
    assert not reader.page.button
    saved(room, MOOD)
    assert visit_en.NOTHING_TOLD in reader.look()
    assert "changed while" not in reader.said()


def test_what_differs_is_said_and_the_order_takes_a_name_and_a_reason(room: VisitRoom) -> None:
    before = edition(room)
    saved(room, edited(minimum_recovery_min=45, planned_min=50, recovery_preset="default"))
    reader = nurse()
    told = reader.said()
    assert protocol_en.ADOPT_HEAD.format(title="Mood 40") in told
    for line in (
        "Least recovery: 15 min → 45 min",
        "Planned time: 40 min → 50 min",
        "Limits in recovery: mood → default",
    ):
        assert line in told
    assert protocol_en.ADOPT_STAYS.format(planned="40 min") in told
    assert not nurse("").can_press(protocol_en.ADOPT)
    reader.press(protocol_en.ADOPT)
    assert visit_en.REASON_WANTED in reader.said()
    assert edition(room) == before
    reader.type("adopt-reason-words", "agreed with Dr. B").press(protocol_en.ADOPT)
    room.sees(lambda picture: picture["session"]["edition"] != before, "the session follows it")
    assert "changed while" not in reader.look()
    (entry,) = [
        one
        for one in access.history().entries(session_id=room.picture["session"]["id"])
        if one.kind == "plan_changed"
    ]
    assert (entry.by, entry.payload["reason"]) == ("A. Nurse", "agreed with Dr. B")


def test_a_file_changed_once_more_than_the_page_showed_is_not_followed(room: VisitRoom) -> None:
    before = edition(room)
    saved(room, edited(minimum_recovery_min=45))
    with pytest.raises(AssertionError, match="not what the page showed"):
        room.order("adopt_protocol", reason="x", edition="an earlier one")
    assert edition(room) == before


def test_limits_in_force_are_named_before_the_order_and_changed_by_it(room: VisitRoom) -> None:
    saved(room, edited(alarm_preset="default"))
    reader = nurse()
    assert protocol_en.ADOPT_LIMITS.format(was="Mood", now="Default") in reader.said()
    reader.type("adopt-reason-words", "agreed").press(protocol_en.ADOPT)
    room.sees(lambda picture: picture["preset"] == "default", "the limits are in force")
    rows = access.history().alarms(session_id=room.picture["session"]["id"])
    told = {(one.condition, one.by) for one in rows if one.transition == "limit_change"}
    assert ("spo2_drop", "A. Nurse") in told


def test_limits_that_a_person_loaded_are_said_to_stay(room: VisitRoom) -> None:
    room.order("load_limits", preset="injection", reason="Dr. B")
    saved(room, edited(alarm_preset="default"))
    assert protocol_en.ADOPT_LIMITS_STAY.format(was="Injection") in nurse().said()


def test_after_the_drug_it_is_said_that_the_session_keeps_its_edition(room: VisitRoom) -> None:
    room.order("begin_baseline")
    room.order("start_infusion", physician="Dr. B", reason="agreed")
    room.order("stop_infusion", reason="as planned")
    saved(room, edited(minimum_recovery_min=45))
    reader = nurse()
    assert protocol_en.ADOPT_TOO_LATE.format(title="Mood 40") in reader.said()
    assert not reader.page.button


def test_a_file_with_mistakes_or_without_the_preset_offers_nothing(room: VisitRoom) -> None:
    path = here.dashboard().clinic.protocols_path
    assert path is not None
    path.write_text("this is = = nothing")
    assert not nurse().page.button
    saved(room, edited(name="own", title="Own"))
    assert not nurse().page.button


def test_a_protocol_taken_over_survives_in_the_schedule_of_the_record(room: VisitRoom) -> None:
    saved(room, edited(checks=(CheckPlan(names=("pain",), at_baseline=True),)))  # type: ignore[arg-type]
    room.order("adopt_protocol", reason="agreed")
    room.order("begin_baseline")
    room.pass_minutes(1)
    until(lambda: room.picture["visit"]["checks"], "an observation is due")
    assert [one["check"] for one in room.picture["visit"]["checks"]] == ["pain"]


def test_everything_that_differs_has_its_line() -> None:
    cuff = (CuffStage(phase="baseline", every_min=5.0), *MOOD.cuff_of(MOOD.phases[2]),  # type: ignore[arg-type]
            *MOOD.cuff_of(MOOD.phases[3]))  # fmt: skip
    other = edited(
        title="Mood forty", dated=date(2027, 1, 1), source="a test", alarm_preset="pain",
        baseline_preset="mood", recovery_preset="default", planned_min=41,
        planned_range_min=(30, 50), minimum_recovery_min=16, dose_hint="x", series_hint="y",
        score="pain", cuff=cuff, checks=(),
    )  # fmt: skip
    told = "\n".join(differences(MOOD, other))
    limits = ("Limits during the infusion: mood → pain", "Limits in recovery: mood → default")
    for head in (*protocol_en.PLAIN.values(), *limits, "Cuff in baseline: ", "Orientation: "):
        assert head in told or head == protocol_en.PLAIN["kind"], head
    assert "Limits in baseline" not in told
    assert "Cuff during the infusion" not in told
    assert differences(MOOD, MOOD) == []
