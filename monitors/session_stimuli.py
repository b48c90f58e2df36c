"""A stored session, told to the alarm engine again.

Here the journal's rows of one session become stimuli in order of time: phases with the planned end
that stood, the frozen baseline, every kept second of every vital, cuff results, ports, and what
staff did about the sound. The journal keeps one reading a second, so a delay may end up to a second
away from the live one. It does not keep what the cuff does second by second, nor the cadence: when
a reading was due depends on every order and on the very alarms that are asked about. So no reading
is overdue here and nothing is held while a cuff inflates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from monitors.clinic.conditions import Condition
from monitors.clinic.marks import PhaseMark
from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.session import InfusionSession
from monitors.clinic.stimuli import (
    Acknowledge,
    Baseline,
    CuffResult,
    PauseAudio,
    PhaseIs,
    PortCondition,
    PortState,
    ResumeAudio,
    Sample,
    Stimulus,
    Tick,
)
from monitors.devices.catalogue import CATALOGUE
from monitors.errors import StoreError
from monitors.readings import Vital
from monitors.store.answers import CommandRow, DeviceRow, PhaseRow, SessionRow
from monitors.store.history import History
from monitors.store.reader import EVER

Timed = tuple[int, Stimulus]
FRESH_MS = 3_000
"""How long a value speaks whose device was never seen at its port: a staged past."""
MOST_SIGHTINGS = 10_000
_PORT_IS = {
    "speaking": PortCondition.SPEAKING,
    "silent": PortCondition.SILENT,
    "lost": PortCondition.CLOSED,
}
_ENDED = frozenset({"discharged", "abandoned"})


def session_stimuli(history: History, session_id: str) -> list[Timed]:
    """Return a stored session as stimuli, stamped in UTC milliseconds, in order of time.

    Raises StoreError when the store has no such session.
    """
    session = history.session(session_id)
    if session is None:
        raise StoreError(f"the store has no session {session_id!r}")
    seen = _sightings(history, session)
    told = [
        *_phases(session, _plans(history, session_id)),
        *_baseline(history, session_id),
        *_samples(history, session_id, _fresh_ms(seen)),
        *_cuff_results(history, session_id),
        *_orders(history.commands(session_id=session_id)),
    ]
    last_ms = max((at_ms for at_ms, _ in told), default=session.begun_utc_ms)
    told += _ports(seen, session.begun_utc_ms, last_ms)
    return sorted([*told, (last_ms, Tick())], key=lambda timed: timed[0])


# ---- phases, and the planned end


def _phases(
    session: SessionRow, plans: Sequence[tuple[int, int | None, int | None]]
) -> list[Timed]:
    """Tell each phase, and the planned end anew where the plan changed while it ran."""
    entered = [row for row in session.phases if row.phase not in _ENDED]
    moments = sorted({row.at_utc_ms for row in entered} | {at_ms for at_ms, _, _ in plans})
    told: list[Timed] = []
    for at_ms in moments:
        so_far = [row for row in entered if row.at_utc_ms <= at_ms]
        if so_far:
            told.append((at_ms, _phase_at(session, so_far, _planned_s(session, plans, at_ms))))
    return told


def _phase_at(session: SessionRow, so_far: Sequence[PhaseRow], planned_s: int | None) -> PhaseIs:
    marks = tuple(
        PhaseMark(Phase(row.phase), row.at_utc_ms, row.at_utc_ms, row.by) for row in so_far
    )
    kind, at_ms = SessionKind(session.kind), marks[-1].at_ms
    as_was = InfusionSession(
        session.session_id,
        session.recliner,
        session.label,
        session.protocol,
        kind,
        planned_s,
        marks,
    )
    return PhaseIs(str(as_was.phase), as_was.projected_end_ms(at_ms) if as_was.is_running else None)


def _plans(history: History, session_id: str) -> list[tuple[int, int | None, int | None]]:
    """Return the changes of plan: when, and the planned seconds before and after."""
    rows = history.entries(session_id=session_id, kind="plan_changed")
    return [(row.at_utc_ms, row.payload.get("from_s"), row.payload.get("to_s")) for row in rows]


def _planned_s(
    session: SessionRow, plans: Sequence[tuple[int, int | None, int | None]], at_ms: int
) -> int | None:
    """Return the planned infusion seconds that stood at a moment."""
    before = [to_s for changed_ms, _, to_s in plans if changed_ms <= at_ms]
    return before[-1] if before else (plans[0][1] if plans else session.planned_s)


# ---- devices at their ports


def _sightings(history: History, session: SessionRow) -> list[DeviceRow]:
    """Return what was seen of the recliner's devices until the session was over."""
    ends = [row.at_utc_ms for row in session.phases if row.phase in _ENDED]
    until_ms = ends[0] + 1 if ends else EVER[1]
    return history.devices(session.recliner, MOST_SIGHTINGS, span=(EVER[0], until_ms))


def _fresh_ms(seen: Iterable[DeviceRow]) -> dict[str, int]:
    """Return the longest silence of each device, by device id, as the catalogue has it."""
    kinds = {row.device_id: row.device for row in seen}
    return {
        device_id: round(CATALOGUE[kind].longest_silence_s * 1000)
        for device_id, kind in kinds.items()
        if kind in CATALOGUE
    }


def _ports(seen: Iterable[DeviceRow], begun_ms: int, last_ms: int) -> Iterator[Timed]:
    """Tell what each port did in the session, and what it was at as the session began.

    A device that was not seen in it may have gone from the clinic long before: it is not told.
    """
    spoken: set[str] = set()
    at_first: dict[str, PortState] = {}
    for row in seen:
        if row.at_utc_ms > last_ms or row.what not in _PORT_IS:
            continue
        if row.what == "speaking":
            spoken.add(row.device_id)
        state = _PORT_IS[row.what] if row.device_id in spoken else PortCondition.NEVER
        told = PortState(row.device_id, state, _measures(row.device))
        if row.at_utc_ms < begun_ms:
            at_first[row.device_id] = told
            continue
        if row.device_id in at_first:
            yield begun_ms, at_first.pop(row.device_id)
        yield row.at_utc_ms, told


def _measures(kind: str) -> frozenset[str]:
    row = CATALOGUE.get(kind)
    return frozenset() if row is None else frozenset(str(measure) for measure in row.measures)


# ---- the patient


def _baseline(history: History, session_id: str) -> Iterator[Timed]:
    for entry in history.entries(session_id=session_id):
        if entry.kind == "baseline":
            yield entry.at_utc_ms, Baseline({key: float(v) for key, v in entry.payload.items()})


def _samples(history: History, session_id: str, fresh_ms: Mapping[str, int]) -> Iterator[Timed]:
    for vital in Vital:
        if vital is Vital.NIBP:
            continue
        for row in history.readings(vital, session_id=session_id):
            speaks_ms = fresh_ms.get(row.device_id, FRESH_MS)
            told = Sample(vital, row.value, row.validity, row.conditions, speaks_ms)
            yield row.at_utc_ms, told


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
