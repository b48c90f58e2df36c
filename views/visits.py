"""Visits as the meaning room knows them, put together again from rows of the journal.

Here stored sessions, phases and entries become sessions, intakes and figures for the day view and
the series. Their timeline is UTC, so that visits of different days and boots can stand beside
each other; what cannot be read (another version's words) is left out, never guessed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from monitors.clinic.alarm_event import Transition
from monitors.clinic.entries import Entry
from monitors.clinic.entry_kinds import KINDS, fact_of
from monitors.clinic.intake import Intake
from monitors.clinic.marks import PhaseMark, PlanMark
from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.protocols import ClinicProtocol
from monitors.clinic.series import Measured, PastSession
from monitors.clinic.session import InfusionSession
from monitors.errors import ChairsideError
from monitors.readings import Validity, Vital
from monitors.store.answers import EntryRow, SessionRow
from monitors.store.history import History

T = TypeVar("T")


def session_of(row: SessionRow, entries: Iterable[EntryRow] = ()) -> InfusionSession | None:
    """Return a stored session; None where no phase of it is on record.

    entries: its own, for changes of the planned time and of the protocol.
    """
    marks = tuple(
        PhaseMark(Phase(one.phase), one.at_utc_ms, one.at_utc_ms, one.by, one.reason)
        for one in row.phases
    )
    if not marks:
        return None
    changes, plan = _plan_marks(entries, _plan(row.details))
    return InfusionSession(
        row.session_id,
        row.recliner,
        row.label,
        row.protocol,
        SessionKind(row.kind),
        changes[-1].planned_s if changes else row.planned_s,
        marks,
        changes,
        plan,
    )


def _plan_marks(
    entries: Iterable[EntryRow], plan: ClinicProtocol | None
) -> tuple[tuple[PlanMark, ...], ClinicProtocol | None]:
    """Return the changes of plan, and the protocol that the session followed at last."""
    marks: list[PlanMark] = []
    for entry in entries:
        if entry.kind == "plan_changed":
            adopted = _plan(entry.payload)
            marks.append(_plan_mark(entry, adopted, plan))
            plan = adopted or plan
    return tuple(marks), plan


def _plan_mark(
    entry: EntryRow, adopted: ClinicProtocol | None, before: ClinicProtocol | None
) -> PlanMark:
    told = entry.payload
    return PlanMark(
        told.get("to_s"),
        entry.at_utc_ms,
        entry.at_utc_ms,
        entry.by,
        str(told.get("reason") or ""),
        told.get("from_s"),
        adopted.name if adopted else None,
        before if adopted else None,
    )


def _plan(kept: Mapping[str, Any]) -> ClinicProtocol | None:
    record = kept.get("protocol")
    return _or_none(lambda: ClinicProtocol.from_record(record)) if record else None


def _or_none(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except (ChairsideError, ValueError, TypeError, KeyError):
        return None


def title_of(session: InfusionSession) -> str:
    """Return what a visit's protocol is called; its name where no preset is kept."""
    return session.plan.title if session.plan else session.protocol


def intake_of(entries: Iterable[EntryRow]) -> Intake | None:
    """Return the newest intake among a session's entries."""
    stored = [one for one in entries if one.kind == "intake"]
    return _or_none(lambda: Intake.from_record(stored[-1].payload)) if stored else None


def entries_of(entries: Iterable[EntryRow]) -> tuple[Entry, ...]:
    """Return what staff entered, corrections included; phases, orders and the like left out."""
    read = (_or_none(partial(_entry, one)) for one in entries if one.kind in KINDS)
    return tuple(entry for entry in read if entry is not None)


def _entry(row: EntryRow) -> Entry:
    values = dict(row.payload)
    recorded = int(values.pop("recorded_utc_ms", row.at_utc_ms))
    fact = fact_of(row.kind, values)
    return Entry(row.entry_id, row.at_utc_ms, recorded, row.by, fact, row.corrects)


def past_session(history: History, row: SessionRow) -> PastSession | None:
    """Return all there is of one session; None where no phase of it is on record."""
    entries = history.entries(session_id=row.session_id)
    session = session_of(row, entries)
    if session is None:
        return None
    measured = _measured_once(history, row)
    return PastSession(session, intake_of(entries), entries_of(entries), measured)


_lock = threading.Lock()
_measured: dict[tuple[int, str], Measured] = {}
_MOST_KEPT = 500


def _measured_once(history: History, row: SessionRow) -> Measured:
    """Measure a session that is over once only, since nothing of it changes any more."""
    key = (id(history), row.session_id)
    with _lock:
        known = _measured.get(key)
    if known is not None:
        return known
    found = measured_in(history, row.session_id)
    if row.ended_utc_ms is not None:
        with _lock:
            if len(_measured) >= _MOST_KEPT:
                _measured.clear()
            _measured[key] = found
    return found


def measured_in(history: History, session_id: str) -> Measured:
    """Return the main figures of a session; doubtful values count for none of them."""
    spo2 = _valid(history, session_id, Vital.SPO2)
    pulse = _valid(history, session_id, Vital.PULSE_RATE)
    alarms = history.alarms(session_id=session_id)
    return Measured(
        tuple(one.determination for one in history.determinations(session_id=session_id)),
        round(min(spo2)) if spo2 else None,
        round(max(pulse)) if pulse else None,
        sum(one.transition == Transition.STARTED for one in alarms),
    )


def _valid(history: History, session_id: str, vital: Vital) -> list[float]:
    rows = history.readings(vital, session_id=session_id)
    return [row.value for row in rows if row.value is not None and row.validity is Validity.VALID]


def rooms_of(settings: Iterable[tuple[str, str]], rows: Sequence[SessionRow]) -> dict[str, str]:
    """Return the room of each recliner, in the order of the wall.

    settings: recliner and room, as clinic.toml or the picture have them; recliners that are only
    in the record come after them.
    """
    rooms = dict(settings)
    for row in rows:
        rooms.setdefault(row.recliner, row.room)
    return rooms
