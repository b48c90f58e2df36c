"""How much a clinic is asked to listen: the alarm load of recliners, limits and shifts.

A pure report over rows of the alarm log; where they are kept and how they are shown is not known
here. It counts what began, what was over within 15 s by itself, how long people took to say that
they knew, and how long cuffs kept SpO2 alarms silent.
Source of the 15 s: Rheineck-Leyssius & Kalkman, Br J Anaesth 1997;79:460 (delay of 15 s).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from monitors.clinic.alarm_event import Transition
from monitors.clinic.conditions import Condition, Priority

SHORT_MS = 15_000

ShiftOf = Callable[[int], str]
"""Name the shift of a UTC stamp, in the clinic's own time."""


@dataclass(frozen=True, slots=True)
class LoggedAlarm:
    """Hold what the report needs of one row of the alarm log; at_ms: UTC milliseconds."""

    at_ms: int
    recliner: str
    transition: Transition
    condition: Condition | None = None
    priority: Priority | None = None
    device_id: str | None = None
    limit_words: str | None = None
    held_ms: int | None = None


@dataclass(frozen=True, slots=True)
class LoadRow:
    """Hold the load of one condition under one limit at one recliner in one shift.

    condition: None for the seconds held. per_hour: None where the hours watched are not known.
    short_share: share, 0 to 1, that ended by themselves within 15 s. answer_s: median seconds to
    acknowledge; None where nobody did. held_s: seconds in which a cuff kept SpO2 alarms silent.
    """

    recliner: str
    shift: str
    condition: Condition | None
    limit_words: str | None
    alarms: int = 0
    per_hour: float | None = None
    short_share: float | None = None
    acknowledged: int = 0
    answer_s: float | None = None
    held_s: float = 0.0


_Key = tuple[str, str, Condition | None, str | None]


@dataclass(slots=True)
class _Count:
    alarms: int = 0
    short: int = 0
    answers_ms: list[int] = field(default_factory=list)
    held_ms: int = 0


@dataclass(slots=True)
class _Running:
    key: _Key
    since_ms: int
    is_acknowledged: bool = False


def alarm_load(
    rows: Iterable[LoggedAlarm],
    shift_of: ShiftOf,
    hours: Mapping[tuple[str, str], float] | None = None,
) -> tuple[LoadRow, ...]:
    """Count rows, in order of time, by recliner, shift, condition and limit.

    hours: how long each recliner was watched in each shift. An alarm belongs to the shift in
    which it began.
    """
    counts: dict[_Key, _Count] = {}
    running: dict[tuple[str, Condition, str | None], _Running] = {}
    for row in rows:
        if row.transition is Transition.HOLD_ENDED:
            key = (row.recliner, shift_of(row.at_ms), None, None)
            counts.setdefault(key, _Count()).held_ms += row.held_ms or 0
        elif row.condition is not None:
            _count_alarm(row, row.condition, shift_of, counts, running)
    return tuple(_row(key, counts[key], hours or {}) for key in sorted(counts, key=_order))


def _count_alarm(
    row: LoggedAlarm,
    condition: Condition,
    shift_of: ShiftOf,
    counts: dict[_Key, _Count],
    running: dict[tuple[str, Condition, str | None], _Running],
) -> None:
    name = (row.recliner, condition, row.device_id)
    if row.transition is Transition.STARTED:
        key = (row.recliner, shift_of(row.at_ms), condition, row.limit_words)
        running[name] = _Running(key, row.at_ms)
        counts.setdefault(key, _Count()).alarms += 1
        return
    known = running.get(name)
    if known is None:
        return
    after_ms = row.at_ms - known.since_ms
    if row.transition is Transition.ACKNOWLEDGED and not known.is_acknowledged:
        known.is_acknowledged = True
        counts[known.key].answers_ms.append(after_ms)
    elif row.transition is Transition.ENDED and not known.is_acknowledged:
        counts[known.key].short += after_ms <= SHORT_MS


def _row(key: _Key, count: _Count, hours: Mapping[tuple[str, str], float]) -> LoadRow:
    recliner, shift, condition, words = key
    watched = hours.get((recliner, shift))
    return LoadRow(
        recliner,
        shift,
        condition,
        words,
        count.alarms,
        round(count.alarms / watched, 2) if watched and condition else None,
        round(count.short / count.alarms, 3) if count.alarms else None,
        len(count.answers_ms),
        round(median(count.answers_ms) / 1000, 1) if count.answers_ms else None,
        count.held_ms / 1000,
    )


def _order(key: _Key) -> tuple[str, str, str, str]:
    return key[0], key[1], str(key[2] or ""), key[3] or ""


def hours_watched(
    spans: Iterable[tuple[str, int, int]], shift_of: ShiftOf
) -> dict[tuple[str, str], float]:
    """Share out spans (recliner, from, to; UTC milliseconds) over shifts, minute by minute."""
    hours: dict[tuple[str, str], float] = {}
    for recliner, from_ms, to_ms in spans:
        at_ms = from_ms
        while at_ms < to_ms:
            until_ms = min(to_ms, (at_ms // 60_000 + 1) * 60_000)
            key = (recliner, shift_of(at_ms))
            hours[key] = hours.get(key, 0.0) + (until_ms - at_ms) / 3_600_000
            at_ms = until_ms
    return hours
