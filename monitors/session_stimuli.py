"""A stored session, told to the alarm engine again.

Here the journal's rows of one session become stimuli in order of time: phases, the frozen
baseline, every kept second of every vital, cuff results and what staff did about the sound. The
journal keeps one reading a second, so a delay may end up to a second away from the live one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitors.clinic.conditions import Condition
from monitors.clinic.stimuli import (
    Acknowledge,
    Baseline,
    CuffResult,
    PauseAudio,
    PhaseIs,
    ResumeAudio,
    Sample,
    Stimulus,
    Tick,
)
from monitors.errors import StoreError
from monitors.readings import Vital
from monitors.store.answers import CommandRow, SessionRow
from monitors.store.history import History

Timed = tuple[int, Stimulus]
FRESH_MS = 3_000
_ENDED = frozenset({"discharged", "abandoned"})


def session_stimuli(history: History, session_id: str) -> list[Timed]:
    """Return a stored session as stimuli, stamped in UTC milliseconds, in order of time.

    Raises StoreError when the store has no such session.
    """
    session = history.session(session_id)
    if session is None:
        raise StoreError(f"the store has no session {session_id!r}")
    told = [
        *_phases(session),
        *_baseline(history, session_id),
        *_samples(history, session_id),
        *_cuff_results(history, session_id),
        *_orders(history.commands(session_id=session_id)),
    ]
    last_ms = max((at_ms for at_ms, _ in told), default=session.begun_utc_ms)
    return sorted([*told, (last_ms, Tick())], key=lambda timed: timed[0])


def _phases(session: SessionRow) -> Iterator[Timed]:
    for entered in session.phases:
        if entered.phase not in _ENDED:
            yield entered.at_utc_ms, PhaseIs(entered.phase)


def _baseline(history: History, session_id: str) -> Iterator[Timed]:
    for entry in history.entries(session_id=session_id):
        if entry.kind == "baseline":
            yield entry.at_utc_ms, Baseline({key: float(v) for key, v in entry.payload.items()})


def _samples(history: History, session_id: str) -> Iterator[Timed]:
    for vital in Vital:
        if vital is Vital.NIBP:
            continue
        for row in history.readings(vital, session_id=session_id):
            yield (
                row.at_utc_ms,
                Sample(vital, row.value, row.validity, row.conditions, FRESH_MS),
            )


def _cuff_results(history: History, session_id: str) -> Iterator[Timed]:
    for row in history.determinations(session_id=session_id):
        yield row.received_utc_ms, CuffResult(row.determination, row.at_utc_ms)


def _orders(commands: Iterable[CommandRow]) -> Iterator[Timed]:
    for row in commands:
        if row.status != "done":
            continue
        if row.verb == "acknowledge":
            condition = Condition(row.arguments["condition"])
            yield row.done_at_utc_ms, Acknowledge(condition, row.by)
        elif row.verb == "pause_audio":
            yield row.done_at_utc_ms, PauseAudio(row.by)
        elif row.verb == "resume_audio":
            yield row.done_at_utc_ms, ResumeAudio(row.by)
