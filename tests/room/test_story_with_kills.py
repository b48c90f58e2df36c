"""A whole session in real processes, the collector killed after every step: it ends the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitors.store.history import History
from tests.room.rig import Page, Room, room

STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("begin_session", {"label": "JD-14", "protocol": "mood40"}),
    ("begin_baseline", {}),
    ("start_infusion", {"physician": "Dr. Chen", "reason": "no cuff today"}),
    ("change_limit", {"condition": "spo2_low", "bound": 91, "reason": "asked by Dr. Chen"}),
    ("enter", {"kind": "side_effect", "values": {"name": "nausea"}}),
    ("desaturate", {}),
    ("acknowledge", {"condition": "spo2_low"}),
    ("pause_infusion", {"reason": "desaturation"}),
    ("resume_infusion", {}),
    ("stop_infusion", {"reason": "done"}),
    ("discharge", {"reason": "end of the story"}),
)


def told(picture: dict[str, Any]) -> bool:
    return any(alarm["condition"] == "spo2_low" for alarm in picture["alarms"])


def play(place: Room, *, kills: bool) -> tuple[list[str], list[tuple[str, str]], set[str]]:
    """Play the story; return phases, orders with their outcome, and what alarms were told."""
    place.simulate(1, "--scenario", "steady", "--speed", "10")
    place.collect()
    page = Page(place.picture())
    page.see("R1", lambda p: p["vitals"]["spo2_pct"]["value"], "SpO2 is shown")
    for verb, arguments in STEPS:
        if verb == "desaturate":
            place.tell("event", "R1", "desaturation", "3")
            page.see("R1", told, "low SpO2 is told")
        else:
            outcome = page.order("R1", verb, **arguments)
            assert outcome.status == "done", (verb, outcome.message)
        if kills:
            place.kill("collector")
            before = page.look()["R1"]["as_of"]
            place.collect()
            page.see("R1", lambda p, b=before: p["as_of"] > b, f"drawn again after {verb}")
    collector = place.processes["collector"]
    assert collector.stdin is not None
    collector.stdin.close()
    assert collector.wait(30) == 0
    history = History.open(place.store)
    (session,) = history.sessions(10)
    phases = [row.phase for row in session.phases]
    orders = sorted((row.verb, row.status) for row in history.commands(recliner="R1"))
    conditions = {row.condition for row in history.alarms() if row.kind == "physiological"}
    entries = {row.kind for row in history.entries(session_id=session.session_id)}
    history.close()
    return phases, orders, conditions & {"spo2_low"} | entries & {"side_effect", "limit_changed"}


@pytest.mark.long
def test_a_story_with_a_kill_after_each_step_ends_as_one_without(tmp_path: Path) -> None:
    endings = []
    for name, kills in (("calm", False), ("killed", True)):
        folder = tmp_path / name
        folder.mkdir()
        with room(folder) as place:
            endings.append(play(place, kills=kills))
    assert endings[0] == endings[1]
    assert endings[0][0] == [
        "intake",
        "baseline",
        "infusing",
        "paused",
        "infusing",
        "recovery",
        "discharged",
    ]
