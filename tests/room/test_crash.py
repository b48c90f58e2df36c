"""A collector that is killed in the middle of a session loses nothing that matters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitors.readings import Vital
from monitors.store.history import History
from tests.room.rig import Page, room

SPEED = 10


def spo2_alarm(picture: dict[str, Any]) -> dict[str, Any] | None:
    return next((a for a in picture["alarms"] if a["condition"] == "spo2_low"), None)


def test_a_killed_collector_goes_on_with_session_clock_and_alarm(tmp_path: Path) -> None:
    with room(tmp_path) as place:
        place.simulate(1, "--scenario", "steady", "--speed", str(SPEED))
        place.collect()
        page = Page(place.picture())
        page.see("R1", lambda p: p["vitals"]["spo2_pct"]["value"], "SpO2 is shown")
        begun = page.order("R1", "begin_session", label="JD-14", protocol="mood40")
        assert begun.status == "done", begun.message
        assert page.order("R1", "begin_baseline").status == "done"
        assert page.order("R1", "start_infusion").status == "refused"
        word = {"physician": "Dr. Chen", "reason": "no cuff today"}
        assert page.order("R1", "start_infusion", **word).status == "done"
        place.tell("event", "R1", "desaturation", "3")
        alarm = page.see("R1", spo2_alarm, "low SpO2 is told")
        session = page.look()["R1"]["session"]
        assert page.order("R1", "acknowledge", condition="spo2_low").status == "done"
        page.see("R1", lambda p: (spo2_alarm(p) or {}).get("acknowledged_by"), "acknowledged")

        place.kill("collector")
        beat_then = page.look()["R1"]["as_of"]
        shown_last = page.look()["R1"]["vitals"]["spo2_pct"]["at"]
        place.collect()
        after = page.see("R1", lambda p: p["as_of"] > beat_then and p, "a new collector draws")

        assert after["session"]["id"] == session["id"]
        gap_ms = after["as_of"] - beat_then
        grown_ms = after["session"]["infusion_elapsed_ms"] - session["infusion_elapsed_ms"]
        assert grown_ms >= gap_ms - 1_000
        assert grown_ms <= after["as_of"] - (session["phase_since"])
        restored = spo2_alarm(after)
        assert restored is not None
        assert abs(restored["since"] - alarm["since"]) <= 2
        assert restored["acknowledged_by"] == "R. Ortiz, RN"

        history = History.open(place.store)
        kept = history.readings(Vital.SPO2, session_id=session["id"])
        last_before = max(r.at_utc_ms for r in kept if r.at_utc_ms <= shown_last)
        assert shown_last - last_before <= 1_500 * SPEED
        history.close()


def test_a_second_collector_is_refused_and_told_who_holds_the_recliner(tmp_path: Path) -> None:
    with room(tmp_path) as place:
        place.simulate(1, "--scenario", "steady")
        first = place.collect()
        Page(place.picture()).see("R1", bool, "the first collector draws")
        second = place.run("second", "monitors", "run", "--config", str(place.config))
        assert second.wait(30) == 2
        assert f"held by process {first.pid}" in place.log("second")


def test_a_collector_ends_with_its_parent(tmp_path: Path) -> None:
    with room(tmp_path) as place:
        place.simulate(1, "--scenario", "steady")
        process = place.collect()
        Page(place.picture()).see("R1", bool, "the collector draws")
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 0
