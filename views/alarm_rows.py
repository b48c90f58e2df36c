"""The alarm log as rows to read: chosen, in words, as CSV, and counted as alarm load.

Here rows of the journal become rows of a table; nothing is read from a store and nothing is
drawn. The five facets keep the words of the log (docs/alarms.md, The log); what people call a
condition stands beside them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from monitors.clinic.alarm_event import Transition
from monitors.clinic.alarm_load import LoadRow, LoggedAlarm, ShiftOf, alarm_load, hours_watched
from monitors.clinic.conditions import Condition, Priority
from monitors.store.answers import AlarmRow, SessionRow
from views.local_time import LocalTime
from views.words import en
from views.words import log_en as words

SOUND = "audio"
"""What the journal calls rows about a recliner's sound or hold, which are no condition."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Hold which rows are wanted; an empty tuple or None leaves a column free."""

    recliner: str | None = None
    session_id: str | None = None
    conditions: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()

    def fits(self, row: AlarmRow) -> bool:
        """Say whether a row is wanted."""
        return (
            self.recliner in (None, row.recliner)
            and self.session_id in (None, row.session_id)
            and (not self.conditions or row.condition in self.conditions)
            and (not self.priorities or row.priority in self.priorities)
        )


def chosen(rows: Iterable[AlarmRow], choice: Choice) -> list[AlarmRow]:
    """Return the rows wanted, newest first. rows: in order of time."""
    return [row for row in rows if choice.fits(row)][::-1]


def table_row(
    row: AlarmRow, local: LocalTime, labels: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Write one transition under the words of LOG_COLUMNS. labels: of sessions, by their id."""
    session = (labels or {}).get(row.session_id or "", row.session_id or "")
    told = {
        "at": local.stamp(row.at_utc_ms),
        "recliner": row.recliner,
        "what": words.TRANSITIONS.get(row.transition, row.transition),
        "alarm": words.CONDITIONS.get(row.condition, row.condition),
        "priority": words.PRIORITIES.get(row.priority, row.priority),
        "event": row.event,
        "source": source_of(row),
        "value": row.value,
        "worst": row.worst,
        "limit": told_limit_of(row),
        "phase": row.phase,
        "state": row.state,
        "inactivation": row.inactivation,
        "who": row.by or "",
        "reason": row.reason or "",
        "since": local.stamp(row.since_utc_ms) if row.since_utc_ms is not None else "",
        "session": session,
    }
    return {words.LOG_COLUMNS[name]: value for name, value in told.items()}


def source_of(row: AlarmRow) -> str:
    """Name where an alarm comes from: the pressure or vital judged, the device, or nothing."""
    measured = str(row.details.get("key") or row.vital or "")
    return " ".join(part for part in (measured, row.device_id or "") if part)


def limit_of(row: AlarmRow) -> str:
    """Write a limit as printed, "below 90"; empty where no number is judged."""
    printed = row.details.get("limit_words")
    if printed:
        return str(printed)
    return f"{row.direction or ''} {row.bound:g}".strip() if row.bound is not None else ""


def told_limit_of(row: AlarmRow) -> str:
    """Write the limit that was true, and what a latched alarm goes on telling beside it."""
    limit, latched = limit_of(row), row.details.get("latched")
    return f"{limit} ({en.LATCHED_LIMIT.format(told=latched)})".strip() if latched else limit


def log_csv(
    rows: Sequence[AlarmRow],
    local: LocalTime,
    *,
    clinic: str,
    is_simulated: bool,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Write rows as CSV under a line that says what this is, and whether it is simulated.

    Every row carries the mark too, so that a row copied out of the file keeps it; stamps are in
    the local time and, in a last column, in UTC epoch milliseconds.
    """
    out = io.StringIO()
    mark = words.SIMULATED if is_simulated else ""
    zone = words.TIMES_ARE.format(zone=local.name(rows[0].at_utc_ms)) if rows else ""
    head = " ".join(part for part in (mark, words.DISCLAIMER, clinic, zone) if part)
    out.write(f"# {head}\r\n")
    names = [*words.LOG_COLUMNS.values(), "at_utc_ms", "simulated"]
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    for row in rows:
        cells = {key: tame(value) for key, value in table_row(row, local, labels).items()}
        writer.writerow(
            cells | {"at_utc_ms": row.at_utc_ms, "simulated": str(is_simulated).lower()}
        )
    return out.getvalue()


def tame(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    risky = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{value}" if risky else value


# ---- load


@dataclass(frozen=True, slots=True)
class Shifts:
    """Name the shift of a moment. begins: hours of the local day, rising, at least one."""

    begins: tuple[int, ...]
    local: LocalTime

    @classmethod
    def read(cls, text: str, local: LocalTime) -> Shifts | None:
        """Return the shifts that somebody wrote, "7, 15, 23"; None where they cannot be read."""
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not parts or not all(part.isdecimal() for part in parts):
            return None
        hours = tuple(int(part) for part in parts)
        is_rising = all(hour < after for hour, after in pairwise(hours))
        return cls(hours, local) if is_rising and hours[-1] <= 23 else None

    def of(self, utc_ms: int) -> str:
        """Name the shift: its day, the hour it begins and the hour it ends."""
        at = self.local.at(utc_ms)
        begun = [hour for hour in self.begins if hour <= at.hour]
        begin = begun[-1] if begun else self.begins[-1]
        after = self.begins[(self.begins.index(begin) + 1) % len(self.begins)]
        day = at.date() if begun else self.local.day(utc_ms - (at.hour + 1) * 3_600_000)
        return words.SHIFT.format(day=day, begin=begin, end=after)


def load_rows(
    rows: Iterable[AlarmRow], sessions: Iterable[SessionRow], shifts: Shifts, span: tuple[int, int]
) -> tuple[LoadRow, ...]:
    """Count the load of a span. rows: in order of time; sessions: those with a part in it."""
    logged = [found for row in rows if (found := logged_alarm(row)) is not None]
    hours = hours_watched(watched(sessions, span), shifts.of)
    shift_of: ShiftOf = shifts.of
    return alarm_load(logged, shift_of, hours)


def logged_alarm(row: AlarmRow) -> LoggedAlarm | None:
    """Return what the report needs of a row; None for a word of another version."""
    try:
        condition = None if row.condition == SOUND else Condition(row.condition)
        return LoggedAlarm(
            row.at_utc_ms,
            row.recliner,
            Transition(row.transition),
            condition,
            Priority(row.priority),
            row.device_id,
            limit_of(row) or None,
            row.details.get("held_ms"),
        )
    except ValueError:
        return None


def watched(sessions: Iterable[SessionRow], span: tuple[int, int]) -> list[tuple[str, int, int]]:
    """Return when sessions were under way within a span: recliner, from, to."""
    spans = []
    for one in sessions:
        until = span[1] if one.ended_utc_ms is None else min(one.ended_utc_ms, span[1])
        begun = max(one.begun_utc_ms, span[0])
        if begun < until:
            spans.append((one.recliner, begun, until))
    return spans


def load_table(rows: Iterable[LoadRow]) -> list[dict[str, Any]]:
    """Write the load under the words of LOAD_COLUMNS."""
    return [_load_row(row) for row in rows]


def _load_row(row: LoadRow) -> dict[str, Any]:
    told = {
        "recliner": row.recliner,
        "shift": row.shift,
        "alarm": words.CONDITIONS[row.condition] if row.condition else words.HELD,
        "limit": row.limit_words or "",
        "alarms": row.alarms if row.condition else None,
        "per_hour": row.per_hour,
        "short": None if row.short_share is None else f"{row.short_share:.0%}",
        "acknowledged": row.acknowledged if row.condition else None,
        "answer_s": row.answer_s,
        "held_s": row.held_s if row.condition is None else None,
    }
    return {words.LOAD_COLUMNS[name]: value for name, value in told.items()}
