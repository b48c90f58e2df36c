"""A protocol taken over in mid-session, as the record tells it: plan, mark, limits."""

from __future__ import annotations

from typing import Any

from monitors.clinic.preset_file import presets
from monitors.clinic.protocol_toml import built_in
from monitors.store.answers import EntryRow, PhaseRow, SessionRow
from views.limit_history import limit_lines
from views.sentences import entry_sentence
from views.visits import session_of

T0 = 1_772_625_600_000
MINUTE = 60_000
MOOD = built_in()["mood40"]
EDITED = MOOD.model_copy(update={"minimum_recovery_min": 45, "recovery_preset": "default"})


def session() -> SessionRow:
    phases = (PhaseRow("s1", "intake", T0, 0, "N", None),)
    details = {"protocol": MOOD.to_record(), "preset": "mood"}
    told = ("s1", "R1", "Room A", "AB", "mood40", "infusion", 2400, T0, "N", True, 1.0, details)
    return SessionRow(*told, phases)


def entry(kind: str, minute: int, **payload: Any) -> EntryRow:
    name = f"{kind}-{minute}"
    return EntryRow(name, "R1", "s1", kind, T0 + minute * MINUTE, "N", payload, None, None)


ADOPTED = entry(
    "plan_changed", 10, from_s=2400, to_s=2400, reason="new edition", protocol=EDITED.to_record()
)


def test_a_stored_session_follows_what_was_taken_over_and_knows_what_was_before() -> None:
    longer = entry("plan_changed", 20, from_s=2400, to_s=3000, reason="slower")
    found = session_of(session(), [ADOPTED, longer])
    assert found is not None
    assert (found.plan, found.planned_s) == (EDITED, 3000)
    assert [(one.protocol, one.before) for one in found.plan_marks] == [
        ("mood40", MOOD),
        (None, None),
    ]


def test_the_mark_names_the_protocol_its_day_and_the_reason() -> None:
    short, full = entry_sentence("plan_changed", ADOPTED.payload)
    assert short == f"Mood 40 taken over as dated {MOOD.dated}"
    assert full == f"Plan changed: {short} (new edition)"
    kept = {"preset": "default", "phase": "recovery", "reason": "they contradict"}
    assert entry_sentence("limits_kept", kept)[1] == (
        "Limits kept, not those of: default (they contradict)"
    )


def test_limits_that_a_protocol_brings_are_drawn_with_what_staff_changed_before() -> None:
    changed = entry(
        "limit_changed", 5, condition="spo2_low", reason="asked", **{"from": 90, "to": 91}
    )
    loaded = entry("limits_loaded", 10, preset="default", phase="infusing", reason="new edition")
    by_hand = entry("limits_loaded", 15, preset="mood", reason="Dr. B")
    span = (T0, T0 + 20 * MINUTE)
    lines = list(limit_lines(session(), [changed, loaded, by_hand], span, presets()))
    low = [
        ((one.from_utc_ms - T0) // MINUTE, one.level)
        for one in lines
        if one.words.startswith("SpO₂") and one.level in (90, 91)
    ]
    assert low == [(0, 90), (5, 91), (10, 91), (15, 90)]
