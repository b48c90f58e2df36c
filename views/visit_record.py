"""A running session as its record tells it: phases, plan and entries, for schedule and model.

Here rows of the store become the meaning room's own values, whose functions then say what is due
and what was given. The timeline of such a session is UTC itself, so nothing is converted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from monitors.clinic.checks import Slot, observation_slots
from monitors.clinic.entries import Entry, standing
from monitors.clinic.entry_kinds import KINDS, Withdrawn, fact_of
from monitors.clinic.given import given_doses
from monitors.clinic.intake import Intake
from monitors.clinic.marks import PhaseMark, PlanMark
from monitors.clinic.pharmacology import PkModel, plasma_curve
from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.protocols import ClinicProtocol
from monitors.clinic.session import InfusionSession
from monitors.errors import SessionError
from monitors.store.answers import EntryRow, SessionRow
from views.session_chart import ModelCurve

MODEL_STEP_MS = 30_000
RECORDED = "recorded_utc_ms"


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """Hold a session, the entries staff made in it, and its newest intake."""

    session: InfusionSession
    entries: tuple[Entry, ...]
    intake: Intake

    def slots(self, now_utc_ms: int) -> tuple[Slot, ...]:
        """Return the observations of the protocol's schedule; none without a protocol."""
        if self.session.plan is None:
            return ()
        return observation_slots(self.session, self.session.plan, self.entries, now_utc_ms)

    def model_curve(self, model: PkModel, span: tuple[int, int]) -> ModelCurve | None:
        """Return the predicted plasma concentration over a span; None where nothing was given.

        Raises SessionError where weight or dose do not suffice.
        """
        weight_kg = self.intake.weight_kg
        if weight_kg is None:
            return None
        doses = given_doses(self.session, self.intake.dose, weight_kg, self.entries)
        if not doses:
            return None
        times_ms = range(span[0], span[1] + 1, MODEL_STEP_MS)
        values = plasma_curve(doses, [at / 1000 for at in times_ms], weight_kg, model)
        return ModelCurve(model.title, tuple(zip(times_ms, values, strict=True)))


def visit_record(row: SessionRow, rows: Sequence[EntryRow]) -> VisitRecord:
    """Read a session and its entries; what was not entered on the session page is left out."""
    intakes = [one.payload for one in rows if one.kind == "intake"]
    return VisitRecord(
        _session(row, rows),
        tuple(_entry(one) for one in rows if one.kind in KINDS and RECORDED in one.payload),
        Intake.from_record(intakes[-1]) if intakes else Intake(),
    )


def _session(row: SessionRow, rows: Sequence[EntryRow]) -> InfusionSession:
    plans = tuple(_plan_mark(one) for one in rows if one.kind == "plan_changed")
    kept = row.details.get("protocol")
    return InfusionSession(
        row.session_id,
        row.recliner,
        row.label,
        row.protocol,
        SessionKind(row.kind),
        plans[-1].planned_s if plans else row.planned_s,
        tuple(
            PhaseMark(Phase(one.phase), one.at_utc_ms, one.at_utc_ms, one.by, one.reason)
            for one in row.phases
        ),
        plans,
        _protocol(kept) if isinstance(kept, dict) else None,
    )


def _protocol(kept: dict[str, Any]) -> ClinicProtocol | None:
    try:
        return ClinicProtocol.from_record(kept)
    except SessionError:
        return None


def _plan_mark(row: EntryRow) -> PlanMark:
    payload = row.payload
    at = row.at_utc_ms
    reason = str(payload.get("reason") or "")
    return PlanMark(payload.get("to_s"), at, at, row.by, reason, payload.get("from_s"))


def _entry(row: EntryRow) -> Entry:
    values = {key: value for key, value in row.payload.items() if key != RECORDED}
    fact = fact_of(row.kind, values)
    return Entry(
        row.entry_id, row.at_utc_ms, int(row.payload[RECORDED]), row.by, fact, row.corrects
    )


def is_taken_back(entry: Entry, entries: Sequence[Entry]) -> bool:
    """Say whether an entry was withdrawn."""
    return any(
        one.corrects == entry.entry_id and isinstance(one.fact, Withdrawn) for one in entries
    )


def stands(entry: Entry, entries: Sequence[Entry]) -> bool:
    """Say whether an entry still counts."""
    return entry in standing(entries)
