"""Which observations are due when: orientation, sedation, ratings on the protocol's schedule.

Here the preset's minutes become moments of one session, and entries fill them; all moments are
UTC, for entries may be dated back. An observation fills the newest slot that was open when it
was made; a slot that nothing filled before the next one opened was missed, and stays missed.
Where a session took over another edition of its preset, each counts for the moments it stood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import inf

from monitors.clinic.entries import Entry, standing
from monitors.clinic.entry_kinds import Fact, Orientation, Rating, Sedation, Tick, TickName
from monitors.clinic.marks import PhaseMark
from monitors.clinic.phases import Phase, SessionKind
from monitors.clinic.protocols import CheckName, CheckPlan, ClinicProtocol
from monitors.clinic.session import InfusionSession

MINUTE_MS = 60_000
EARLY_MS = 5 * MINUTE_MS
GRACE_MS = 5 * MINUTE_MS


class SlotState(StrEnum):
    """Say how an observation stands."""

    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Slot:
    """Hold one observation of the schedule; entry_id names what filled it, None if nothing did."""

    check: CheckName
    due_utc_ms: int
    state: SlotState
    entry_id: str | None = None


def observation_slots(
    session: InfusionSession, plan: ClinicProtocol, entries: Sequence[Entry], now_utc_ms: int
) -> tuple[Slot, ...]:
    """Return the schedule so far and the next slot of each check, in order of time."""
    noted = standing(entries)
    slots: list[Slot] = []
    for check in CheckName:
        moments = sorted(set(_moments(session, plan, check, now_utc_ms)))
        slots += _filled(check, moments, noted, now_utc_ms)
    return tuple(sorted(slots, key=lambda slot: slot.due_utc_ms))


def open_slots(slots: Sequence[Slot]) -> tuple[Slot, ...]:
    """Return what is due or overdue now, the longest waiting first."""
    return tuple(slot for slot in slots if slot.state in (SlotState.DUE, SlotState.OVERDUE))


def check_of(fact: Fact) -> CheckName | None:
    """Return which observation a fact is; None if it is none of the schedule's."""
    match fact:
        case Orientation():
            return CheckName.ORIENTATION
        case Sedation():
            return CheckName.SEDATION
        case Rating(scale, _):
            return CheckName(str(scale))
        case Tick(TickName.COMFORT):
            return CheckName.COMFORT
        case _:
            return None


def _moments(
    session: InfusionSession, plan: ClinicProtocol, check: CheckName, now_utc_ms: int
) -> Iterator[int]:
    for then, from_ms, until_ms in _editions(session, plan):
        for table in then.checks:
            if check in table.names:
                found = _moments_of(session, table, now_utc_ms)
                yield from (moment for moment in found if from_ms <= moment < until_ms)


def _editions(
    session: InfusionSession, plan: ClinicProtocol
) -> Iterator[tuple[ClinicProtocol, float, float]]:
    """Yield each preset that was followed, and from when until when (UTC, milliseconds)."""
    since = -inf
    for mark in session.plan_marks:
        if mark.before is not None:
            yield mark.before, since, mark.utc_ms
            since = mark.utc_ms
    yield plan, since, inf


def _moments_of(session: InfusionSession, table: CheckPlan, now_utc_ms: int) -> Iterator[int]:
    """Yield the moments that this session has reached or will reach next."""
    baseline, recovery = _mark(session, Phase.BASELINE), _mark(session, Phase.RECOVERY)
    closed = session.marks[-1].utc_ms if session.phase.is_closed else None
    if table.at_baseline and baseline is not None:
        yield baseline.utc_ms
    is_injection = session.kind is SessionKind.INJECTION
    dosed = recovery if is_injection else _mark(session, Phase.INFUSING)
    if dosed is not None:
        ends = [mark.utc_ms for mark in (None if is_injection else recovery,) if mark is not None]
        last = min([*ends, *([] if closed is None else [closed])], default=None)
        yield from _while_dosed(table, dosed.utc_ms, last, now_utc_ms)
    if recovery is not None and not is_injection:
        minutes = ((0,) if table.at_end else ()) + table.recovery_min
        for moment in (recovery.utc_ms + minute * MINUTE_MS for minute in minutes):
            if closed is None or moment <= closed:
                yield moment


def _while_dosed(
    table: CheckPlan, dosed_ms: int, last_ms: int | None, now_utc_ms: int
) -> Iterator[int]:
    moments = [dosed_ms + minute * MINUTE_MS for minute in table.dosed_min]
    if table.every_min is not None:
        step_ms = table.every_min * MINUTE_MS
        moment = moments[-1] if moments else dosed_ms
        horizon_ms = now_utc_ms if last_ms is None else min(now_utc_ms, last_ms)
        while moment <= horizon_ms:
            moment += step_ms
            moments.append(moment)
    yield from (moment for moment in moments if last_ms is None or moment < last_ms)


def _mark(session: InfusionSession, phase: Phase) -> PhaseMark | None:
    return next((mark for mark in session.marks if mark.phase is phase), None)


def _filled(
    check: CheckName, moments: Sequence[int], noted: Sequence[Entry], now_utc_ms: int
) -> Iterator[Slot]:
    """Give each moment the first observation made while its slot was open."""
    made = [entry for entry in noted if check_of(entry.fact) is check]
    bounds = [*(moment - EARLY_MS for moment in moments), None]
    for moment, (opens, closes) in zip(moments, pairwise(bounds), strict=True):
        first = next(
            (
                entry
                for entry in made
                if opens is not None
                and entry.at_utc_ms >= opens
                and (closes is None or entry.at_utc_ms < closes)
            ),
            None,
        )
        if first is not None:
            yield Slot(check, moment, SlotState.DONE, first.entry_id)
        else:
            yield Slot(check, moment, _state(moment, closes, now_utc_ms))


def _state(moment: int, closes: int | None, now_utc_ms: int) -> SlotState:
    if closes is not None and now_utc_ms >= closes:
        return SlotState.MISSED
    if now_utc_ms >= moment + GRACE_MS:
        return SlotState.OVERDUE
    return SlotState.DUE if now_utc_ms >= moment else SlotState.UPCOMING
