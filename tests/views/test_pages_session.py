"""The recliner and review pages as scripts, on a real store and a real picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.views.sessions import SESSION, Room, at, picture, standing
from tests.views.tables import tables
from views import access
from views.chart_source import settled
from views.forms import ordering
from views.local_time import LocalTime
from views.plain import read_plain
from views.words import pages_en as words
from views.words.pages_en import OPEN_VISIT

PAGES = Path(__file__).parents[2] / "views" / "pages"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page not wait for a collector that is not there."""
    monkeypatch.setattr(ordering, "WAIT_S", 0)


def run(name: str, **query: str) -> AppTest:
    """Run a page and return it."""
    page = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=30)
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def sign(page: AppTest, name: str = "A. Nurse") -> AppTest:
    """Sign with a name of the staff list."""
    page.selectbox(key="recliner_person").select(name).run()
    assert not page.exception
    return page


def component(page: AppTest, key: str) -> dict[str, Any]:
    """Return what a component of the page was told."""
    for node in _nodes(page):
        proto = getattr(node, "proto", None)
        if key in str(getattr(proto, "id", "")):
            found: dict[str, Any] = json.loads(proto.json)
            return found
    raise AssertionError(f"no component {key}")


def _nodes(page: AppTest) -> list[Any]:
    found, waiting = [], [page._tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += list(getattr(node, "children", {}).values())
    return found


def texts(page: AppTest) -> str:
    """Return all words of a page's html and markdown."""
    shown = [getattr(getattr(node, "proto", None), "body", "") for node in _nodes(page)]
    return " ".join(str(text) for text in shown)


def test_the_recliner_of_the_address_is_opened(running_room: Room) -> None:
    running_room.publish(R1=picture(), R2=picture(recliner="R2", place=2, session=None))
    page = run("recliner", recliner="R2")
    assert page.button_group[0].value == "R2"
    assert page.session_state["recliner"] == "R2"
    assert component(page, "tile-R2")["only"] == ["R2"]


def test_an_address_with_a_recliner_that_is_not_there_opens_no_other_patient(
    running_room: Room,
) -> None:
    running_room.publish(R1=picture())
    page = run("recliner", recliner="R9")
    assert "There is no recliner “R9” here" in " ".join(read_plain(one.value) for one in page.info)
    assert page.query_params["recliner"] == "R9"
    assert not any(button.key == "measure_now-R1" for button in page.button)
    page.button_group(key="recliner").set_value("R1").run()
    assert page.query_params["recliner"] == "R1"
    assert any(button.key == "measure_now-R1" for button in page.button)


def test_every_page_says_simulated_and_that_bedside_alarms_stay_on(running_room: Room) -> None:
    running_room.publish(R1=picture())
    for name in ("recliner", "review"):
        said = texts(run(name))
        assert "SIMULATED" in said
        assert "Bedside alarms stay on" in said


def test_the_chart_of_the_running_session_is_drawn_from_the_store(running_room: Room) -> None:
    running_room.publish(R1=picture())
    told = component(run("recliner"), f"chart-{SESSION}")
    names = {trace["name"] for trace in told["figure"]["data"]}
    assert {"SpO₂ %", "Pulse /min", "BP mmHg", "High priority", "Entries"} <= names
    assert told["figure"]["layout"]["uirevision"] == SESSION
    assert told["is_running"] is True
    assert told["until"] == settled(at(37), at(0))
    assert told["old_after_ms"] == 12_000 + 3_000


def test_nothing_can_be_ordered_before_somebody_has_signed(running_room: Room) -> None:
    running_room.publish(R1=picture(alarms=[standing()]))
    page = run("recliner")
    orders = [button for button in page.button if button.label != OPEN_VISIT]
    assert orders
    assert all(button.disabled for button in orders)
    assert "pump is not controlled" in " ".join(caption.value for caption in page.caption)


def test_an_order_that_the_phase_forbids_is_disabled_and_says_why(running_room: Room) -> None:
    running_room.publish(R1=picture())
    page = sign(run("recliner"))
    resume = page.button(key="resume_infusion-R1")
    assert (resume.disabled, resume.help) == (True, "Not in phase Infusing.")
    assert page.button(key="measure_now-R1").disabled is False


def test_an_acknowledgement_is_put_into_the_inbox_with_the_person(running_room: Room) -> None:
    running_room.publish(R1=picture(alarms=[standing()]))
    page = sign(run("recliner"))
    assert "SpO₂ below 90, lowest 84" in texts(page)
    page.button(key="acknowledge-R1-spo2_low-None").click().run()
    (command,) = running_room.answer()
    assert (command.verb, command.by, command.target) == ("acknowledge", "A. Nurse", "recliner:R1")
    assert command.arguments == {"condition": "spo2_low"}


def test_a_button_pressed_twice_gives_one_order(running_room: Room) -> None:
    running_room.publish(R1=picture())
    page = sign(run("recliner"))
    page.button(key="measure_now-R1").click().run()
    page.button(key="measure_now-R1").click().run()
    assert len(running_room.answer()) == 1


def test_what_became_of_an_order_is_told_in_words(running_room: Room) -> None:
    running_room.publish(R1=picture())
    page = sign(run("recliner"))
    page.button(key="measure_now-R1").click().run()
    assert "Measure now: waiting for the collector" in texts(page)
    running_room.answer("refused", "a measurement <is> running already")
    page.run()
    assert "Measure now: refused – a measurement &lt;is&gt; running already" in texts(page)


def test_a_limit_changes_only_with_a_number_and_carries_its_reason(running_room: Room) -> None:
    running_room.publish(R1=picture())
    page = sign(run("recliner"))
    number = next(one for one in page.number_input if one.label == "New number")
    reason = next(one for one in page.text_input if one.label == "Reason" and not one.key)
    change = next(one for one in page.button if one.label == "Change limit")
    number.set_value(88.0)
    reason.input("own normal is 91")
    change.click().run()
    (command,) = running_room.answer()
    assert command.arguments == {
        "condition": "spo2_low",
        "bound": 88.0,
        "reason": "own normal is 91",
    }


def test_a_note_of_a_session_is_an_entry_that_can_be_put_right(running_room: Room) -> None:
    running_room.publish(R1=picture())
    page = sign(run("recliner"))
    next(one for one in page.text_input if one.label == words.NOTE).input(" calm ")
    next(one for one in page.button if one.label == words.RECORD_NOTE).click().run()
    (command,) = running_room.answer()
    assert command.verb == "enter"
    assert command.arguments == {"kind": "note", "values": {"text": "calm"}}


def test_a_note_where_nobody_sits_is_kept_all_the_same(running_room: Room) -> None:
    running_room.publish(R1=picture(session=None))
    page = sign(run("recliner"))
    next(one for one in page.text_input if one.label == words.NOTE).input("cable frayed")
    next(one for one in page.button if one.label == words.RECORD_NOTE).click().run()
    (command,) = running_room.answer()
    assert (command.verb, command.arguments) == ("note", {"text": "cable frayed"})


def test_a_session_is_begun_with_a_label_and_a_protocol(running_room: Room) -> None:
    running_room.publish(R1=picture(session=None))
    page = sign(run("recliner"))
    next(one for one in page.text_input if one.label == "Label").input("KL-2")
    next(one for one in page.button if one.label == "Begin session").click().run()
    (command,) = running_room.answer()
    assert command.verb == "begin_session"
    assert command.arguments == {"label": "KL-2", "protocol": "mood40"}


def visit(**parts: Any) -> dict[str, Any]:
    """Return the visit of a picture."""
    return {"gate": None, "checklist": None, **parts}


def in_phase(phase: str, **changes: Any) -> dict[str, Any]:
    """Return a picture of R1 in a phase."""
    shown = picture(**changes)
    return shown | {"session": shown["session"] | {"phase": phase, "is_running": False}}


def field(page: AppTest, label: str, form: str) -> Any:
    """Return a text field of a form."""
    return next(one for one in page.text_input if one.label == label and one.form_id == form)


def test_a_high_baseline_asks_for_a_physician_before_the_drug(running_room: Room) -> None:
    finding = {"code": "baseline_high", "level": "physician", "words": "baseline 171/99 is high"}
    gate = {"level": "physician", "findings": [finding]}
    running_room.publish(R1=in_phase("baseline", visit=visit(gate=gate)))
    page = sign(run("recliner"))
    assert any("baseline 171/99 is high" in read_plain(one.value) for one in page.caption)
    form = "start_infusion-R1-form"
    field(page, "Physician", form).input("Dr. B")
    field(page, "Reason", form).input("known, 2 h after clonidine")
    next(one for one in page.button if one.form_id == form).click().run()
    (command,) = running_room.answer()
    assert command.verb == "start_infusion"
    assert command.arguments == {"physician": "Dr. B", "reason": "known, 2 h after clonidine"}


def test_a_gate_that_only_asks_to_discuss_stops_nobody(running_room: Room) -> None:
    finding = {"code": "food", "level": "discuss", "words": "food 3 h ago, less than 6 h"}
    gate = {"level": "discuss", "findings": [finding]}
    running_room.publish(R1=in_phase("baseline", visit=visit(gate=gate)))
    page = sign(run("recliner"))
    page.button(key="start_infusion-R1").click().run()
    (command,) = running_room.answer()
    assert (command.verb, command.arguments) == ("start_infusion", {})


def test_a_discharge_names_what_is_missing_and_takes_a_reason(running_room: Room) -> None:
    items = [
        {"name": "steady", "is_met": False, "words": "not steady", "is_optional": False},
        {"name": "aldrete", "is_met": False, "words": "not scored", "is_optional": True},
        {"name": "pulse", "is_met": True, "words": "72", "is_optional": False},
    ]
    running_room.publish(R1=in_phase("recovery", visit=visit(checklist=items)))
    page = sign(run("recliner"))
    assert [read_plain(one.value) for one in page.caption if "missing" in one.value] == [
        "Still missing: not steady"
    ]
    form = "discharge-R1-form"
    field(page, "Reason", form).input("carried to the car by two")
    next(one for one in page.button if one.form_id == form).click().run()
    (command,) = running_room.answer()
    assert command.arguments == {"reason": "carried to the car by two"}


def test_a_session_is_not_abandoned_without_a_reason(running_room: Room) -> None:
    running_room.publish(R1=picture())
    page = sign(run("recliner"))
    next(one for one in page.button if one.form_id == "abandon-R1-form").click().run()
    assert running_room.answer() == []
    assert any("A reason is needed" in read_plain(one.value) for one in page.caption)


def test_a_silent_collector_is_told(running_room: Room) -> None:
    running_room.publish(R1=picture())
    running_room.now_ms += 6_000
    page = run("recliner")
    assert any("collector does not answer" in read_plain(one.value) for one in page.info)


def test_no_recliner_and_no_session_are_told_calmly(running_room: Room) -> None:
    page = run("recliner")
    assert "No recliner is known yet" in read_plain(page.info[0].value)


# ---- review


def test_past_sessions_stand_in_a_table_with_times_and_counts(past_room: Room) -> None:
    page = run("review")
    row = page.dataframe[0].value.iloc[0]
    assert (row["Label"], row["Recliner"], row["Protocol"]) == ("JD-14", "R1", "Mood 40")
    assert (row["Phase"], row["Infused"], row["Alarms"]) == ("Discharged", "30 min", 1)


def test_a_session_of_the_address_shows_chart_pressures_alarms_entries_and_orders(
    past_room: Room,
) -> None:
    page = run("review", session=SESSION)
    assert component(page, f"review-{SESSION}")["is_running"] is False
    pressures, alarms, entries, orders = tables(page)
    assert [row["mmHg"] for row in pressures] == ["124/78", "142/88", "–"]
    assert pressures[2]["Outcome"] == "failed: leak"
    assert [row["Session"] for row in alarms] == ["JD-14"] * 3
    told = [row["Stands"] for row in entries if row["Stands"] != "yes"]
    assert len(told) == 1
    assert told[0].startswith("corrected to ")
    assert orders[0]["Answer"] == "paused"
    assert orders[0]["With"] == "reason nausea"


def test_the_present_is_told_with_its_time_and_the_way_to_look_again(
    running_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = at(37)
    monkeypatch.setattr(access, "room_utc_ms", lambda: now)
    page = run("review", session=SESSION)
    for minute in (37, 38):
        if minute == 38:
            now = at(38)
            page.button(key="review_again").click().run()
        said = " ".join(caption.value for caption in page.caption)
        assert f"As of {LocalTime.of(None).clock(now)}" in said
        assert page.dataframe[0].value.iloc[0]["Infused"] == f"{minute - 8} min"
        assert component(page, f"review-{SESSION}")["until"] == settled(now, at(0))


def test_a_closer_view_is_asked_of_the_record_again(past_room: Room) -> None:
    page = AppTest.from_file(str(PAGES / "review.py"), default_timeout=30)
    page.query_params["session"] = SESSION
    page.session_state[f"review-{SESSION}"] = {"view": [at(20), at(21)]}
    page.run()
    told = component(page, f"review-{SESSION}")
    line = next(t for t in told["figure"]["data"] if t["name"] == "SpO₂ %")
    assert len(line["x"]) == 72
    assert line["y"].count(84) == 20


def test_a_store_without_sessions_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))
    room = Room(tmp_path, [])
    try:
        assert "No session is on record" in read_plain(run("review").info[0].value)
    finally:
        room.close()
