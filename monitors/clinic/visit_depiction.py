"""What a page may know of a visit: intake, gate, cuff promise, observations due, checklist.

Here the visit's parts become JSON-able values without sentences of their own beyond those their
rooms wrote; it is split from depiction.py because a recliner without a patient has none of it.
"""

from __future__ import annotations

from typing import Any

from monitors.clinic.checks import open_slots
from monitors.clinic.gate import GateLevel
from monitors.clinic.phases import Phase
from monitors.clinic.recliner import Recliner
from monitors.clinic.session import InfusionSession
from monitors.clinic.visit import Visit

BEFORE_DRUG = (Phase.INTAKE, Phase.BASELINE)


def depict_visit(recliner: Recliner, now_ms: int, utc_ms: int) -> dict[str, Any] | None:
    """Return the visit of a recliner at a moment; None where nobody sits."""
    visit, session = recliner.visit, recliner.session
    if visit is None or session is None:
        return None
    return {
        "version": visit.version,
        "intake": visit.intake.to_record(),
        "intake_by": visit.intake_by,
        "unanswered": list(visit.intake.unanswered()),
        "gate": _gate(visit) if session.phase in BEFORE_DRUG else None,
        "cadence": _cadence(visit),
        "checks": _checks(visit, session, utc_ms),
        "checklist": _checklist(recliner, now_ms, utc_ms),
        "entries": len(visit.entries),
    }


def _gate(visit: Visit) -> dict[str, Any]:
    found = visit.gate()
    return {
        "level": GateLevel(found.level).name.lower(),
        "findings": [
            {"code": f.code, "level": f.level.name.lower(), "words": f.words}
            for f in found.findings
        ],
    }


def _cadence(visit: Visit) -> dict[str, Any]:
    promise = visit.promise
    return {
        "armed_by": visit.cadence.armed_by,
        "due_for": str(promise.due_for),
        "overdue": str(promise.overdue),
        "overdue_reason": str(promise.overdue_reason) if promise.overdue_reason else None,
        "is_stat": visit.cadence.stat_ms is not None,
        "is_repeating": visit.cadence.is_repeating,
    }


def _checks(visit: Visit, session: InfusionSession, utc_ms: int) -> list[dict[str, Any]]:
    return [
        {"check": str(slot.check), "due_at": slot.due_utc_ms, "state": str(slot.state)}
        for slot in open_slots(visit.slots(session, utc_ms))
    ]


def _checklist(recliner: Recliner, now_ms: int, utc_ms: int) -> list[dict[str, Any]] | None:
    if recliner.session is None or recliner.session.phase is not Phase.RECOVERY:
        return None
    return [
        {
            "name": str(item.name),
            "is_met": item.is_met,
            "words": item.words,
            "is_optional": item.is_optional,
        }
        for item in recliner.checklist(now_ms, utc_ms)
    ]
