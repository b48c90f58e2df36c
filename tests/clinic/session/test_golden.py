"""A session stored by the first version, which every later version must still read.

The file is never written again: where the format changes, a second file joins it.
"""

import json
from pathlib import Path

from monitors.clinic.cadence import cadence_from_record
from monitors.clinic.cadence_promise import promise
from monitors.clinic.entries import Entry, standing
from monitors.clinic.entry_kinds import KINDS
from monitors.clinic.intake import Intake
from monitors.clinic.phases import Phase
from monitors.clinic.session import from_record
from monitors.readings import NibpFailure

GOLDEN = json.loads((Path(__file__).parent / "golden_session_v1.json").read_text(encoding="utf-8"))
MINUTE = 60_000
BEGAN = 1_000_000


def test_the_golden_session_still_has_its_phases_clocks_and_plan() -> None:
    session = from_record(GOLDEN["session"])
    assert (session.recliner, session.label, session.protocol) == ("R2", "JD-3", "mood40")
    assert session.phase is Phase.INFUSING
    assert session.infusion_elapsed_ms(BEGAN + 40 * MINUTE) == (10 + 9) * MINUTE
    assert session.marks[3].reason == "restroom"
    assert (session.planned_s, session.first_planned_s) == (3000, 2400)
    assert session.plan is not None
    assert session.plan.minimum_recovery_min == 15


def test_the_golden_cadence_still_promises_the_same_reading() -> None:
    cadence = cadence_from_record(GOLDEN["cadence"])
    due = promise(cadence, BEGAN + 33 * MINUTE)
    assert cadence.armed_by == "A. Nurse"
    assert cadence.failure is NibpFailure.MOTION
    assert due.due_ms == BEGAN + 20 * MINUTE
    assert due.interval_s == 300


def test_the_golden_entries_and_intake_still_say_what_was_entered() -> None:
    entries = tuple(Entry.from_record(record) for record in GOLDEN["entries"])
    assert {entry.kind for entry in entries} == set(KINDS)
    assert len(standing(entries)) == len(entries) - 2
    intake = Intake.from_record(GOLDEN["intake"])
    assert (intake.weight_kg, str(intake.dose), intake.score) == (82.5, "0.5 mg/kg", 17)
