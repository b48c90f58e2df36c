"""A stored session under other limits: what the journal knows is told to the engine again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from monitors.clinic.preset_file import load_preset
from monitors.clinic.stimuli import PhaseIs, PortCondition, PortState, Sample
from monitors.errors import StoreError
from monitors.replay import replayed_lines
from monitors.session_stimuli import FRESH_MS, Timed, session_stimuli
from monitors.store.facts import DeviceFact, EventFact, Fact
from monitors.store.history import History
from monitors.store.journal import Journal
from tests.store.examples import T0, phase, reading, session

OXIMETER, CUFF = "R1/oximeter", "R1/monitor"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CHAIRSIDE_RUNTIME_DIR", str(tmp_path / "runtime"))
    return str(tmp_path / "room.db")


def stored(store: str, *facts: Fact) -> list[Timed]:
    """Keep a session that begins at T0 and return its stimuli."""
    journal = Journal.open(store, simulated=True)
    journal.write([session(), phase("intake"), *facts])
    journal.close()
    history = History.open(store)
    try:
        return session_stimuli(history, "s1")
    finally:
        history.close()


def at_port(at_s: float, what: str, device_id: str = OXIMETER, kind: str = "nonin-df2") -> Fact:
    return DeviceFact("R1", device_id, kind, T0 + round(at_s * 1000), what, "p", True)


def plan_changed(at_s: float, from_s: int, to_s: int) -> Fact:
    payload = {"from_s": from_s, "to_s": to_s, "reason": "slow"}
    at_ms = T0 + round(at_s * 1000)
    return EventFact("R1", "s1", "plan_changed", at_ms, "Dr. B", payload)


def told_of(stimuli: Iterable[Timed], kind: type) -> list[tuple[float, object]]:
    """Return the stimuli of a kind with their seconds after T0."""
    return [((at_ms - T0) / 1000, told) for at_ms, told in stimuli if isinstance(told, kind)]


def starts(stimuli: Iterable[Timed], condition: str) -> list[float]:
    lines = [json.loads(line) for line in replayed_lines(stimuli, load_preset("mood"))]
    return [
        one["at"] for one in lines if (one["condition"], one["transition"]) == (condition, "start")
    ]


def test_a_session_that_is_not_there_is_said_to_be_missing(store: str) -> None:
    stored(store)
    history = History.open(store)
    with pytest.raises(StoreError, match="no session 'nobody'"):
        session_stimuli(history, "nobody")
    history.close()


def test_a_value_speaks_for_as_long_as_its_device_may_be_silent(store: str) -> None:
    stimuli = stored(
        store,
        at_port(-600, "opened", kind="nonin-df8"),
        at_port(-500, "opened", kind="masimo-ascii1"),
        reading(1),
        reading(2, device="other"),
    )
    samples = [told for _, told in told_of(stimuli, Sample)]
    assert [one.fresh_ms for one in samples] == [5_000, FRESH_MS]  # type: ignore[attr-defined]


def test_a_pause_between_the_values_of_a_slow_device_is_no_gap(store: str) -> None:
    """88 each 4 s from a device that may be silent for 5 s: 10 s are over at 11 s, in a lull."""
    low = [reading(1 + 4 * n, 88) for n in range(6)]
    stimuli = stored(store, at_port(-5, "opened", kind="masimo-ascii1"), *low)
    assert starts(stimuli, "spo2_low") == [11]


def test_the_planned_end_is_told_with_the_infusion_and_moves_with_pause_and_plan(
    store: str,
) -> None:
    stimuli = stored(
        store,
        phase("baseline", 60),
        phase("infusing", 600),
        phase("paused", 1200),
        phase("infusing", 1500),
        plan_changed(1600, 2400, 3000),
        phase("recovery", 4000),
        phase("discharged", 5000),
    )
    phases = [(at, one.phase, one.planned_end_ms) for at, one in told_of(stimuli, PhaseIs)]  # type: ignore[attr-defined]
    assert [(at, name, end and (end - T0) / 1000) for at, name, end in phases] == [
        (0, "intake", None),
        (60, "baseline", None),
        (600, "infusing", 3000),
        (1200, "paused", None),
        (1500, "infusing", 3300),
        (1600, "infusing", 3900),
        (4000, "recovery", None),
    ]


def test_an_infusion_beyond_its_plan_is_told_in_the_what_if(store: str) -> None:
    values = [reading(second, 97) for second in range(1, 6000, 2)]
    stimuli = stored(store, phase("baseline", 10), phase("infusing", 600), *values)
    assert starts(stimuli, "clock_overrun") == [3300]


def test_a_plan_changed_before_the_infusion_counts_from_its_beginning(store: str) -> None:
    stimuli = stored(store, plan_changed(100, 2400, 600), phase("infusing", 200))
    ends = [one.planned_end_ms for _, one in told_of(stimuli, PhaseIs)]  # type: ignore[attr-defined]
    assert ends == [None, None, T0 + 800_000]


def test_ports_are_told_as_they_were_from_the_beginning_to_the_end(store: str) -> None:
    stimuli = stored(
        store,
        at_port(-9000, "lost", "R1/gone", "dinamap"),
        at_port(-300, "speaking"),
        at_port(-200, "lost"),
        at_port(-100, "silent", CUFF, "dinamap"),
        at_port(50, "speaking"),
        at_port(60, "silent"),
        at_port(70, "speaking"),
        at_port(80, "silent", CUFF, "dinamap"),
        at_port(9000, "lost"),
        reading(100),
        phase("discharged", 101),
    )
    ports = [(at, one.device_id, one.state) for at, one in told_of(stimuli, PortState)]  # type: ignore[attr-defined]
    assert ports == [
        (0, OXIMETER, PortCondition.CLOSED),
        (0, CUFF, PortCondition.NEVER),
        (50, OXIMETER, PortCondition.SPEAKING),
        (60, OXIMETER, PortCondition.SILENT),
        (70, OXIMETER, PortCondition.SPEAKING),
        (80, CUFF, PortCondition.NEVER),
    ]
    assert starts(stimuli, "port_silent") == [0, 60]
    assert starts(stimuli, "never_received") == [0]


def test_the_same_session_gives_the_same_bytes_and_its_device_may_be_unknown(store: str) -> None:
    unknown = at_port(1, "speaking", "R1/other", "a-device-of-the-future")
    stimuli = stored(store, unknown, replace(reading(2, 79), device_id="R1/other"), reading(3, 79))
    first = list(replayed_lines(stimuli, load_preset("mood")))
    assert first == list(replayed_lines(stimuli, load_preset("mood")))
    assert first
