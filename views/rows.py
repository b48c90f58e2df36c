"""Rows of the record as tables for people: plain dictionaries of words, one a row.

Here columns are named and values are told; which rows, and how a table looks, is the page's part.
when: writes a stamp, UTC in epoch milliseconds, as the viewer's time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from monitors.clinic.conditions import Condition
from monitors.store.answers import (
    AlarmRow,
    CommandRow,
    DeterminationRow,
    EntryRow,
    SessionRow,
)
from views.sentences import entry_sentence, intake_words, number, values_words
from views.told import in_words
from views.visits import session_of
from views.words import pages_en as words

When = Callable[[int], str]
Row = dict[str, Any]
_CONDITIONS = frozenset(str(condition) for condition in Condition)


def _named(names: dict[str, str], values: Row) -> Row:
    return {names[key]: value for key, value in values.items()}


def session_row(session: SessionRow, alarms: int, when: When, now_utc_ms: int) -> Row:
    """Return a session for the list of sessions; now_utc_ms: for one that still runs."""
    ended = session.ended_utc_ms
    known = session_of(session)
    infused_s = known.infusion_elapsed_ms(ended or now_utc_ms) // 1000 if known else 0
    return _named(
        words.SESSION_TABLE,
        {
            "begun": when(session.begun_utc_ms),
            "label": session.label,
            "recliner": session.recliner,
            "protocol": protocol_title(session),
            "phase": words.PHASES.get(session.phase or "", ""),
            "infused": words.duration(infused_s) if infused_s else "",
            "ended": when(ended) if ended is not None else "",
            "alarms": alarms,
        },
    )


def protocol_title(session: SessionRow) -> str:
    """Return the title of a session's protocol as it was kept, or its name."""
    kept = session.details.get("protocol")
    title = kept.get("title") if isinstance(kept, dict) else None
    return str(title or session.protocol)


def pressure_row(row: DeterminationRow, when: When) -> Row:
    """Return a cuff measurement."""
    found = row.determination
    reason = words.REASONS.get(str(found.reason), str(found.reason))
    outcome = str(found.outcome) if found.systolic_mmhg is not None else f"failed: {reason}"
    return _named(
        words.PRESSURE_TABLE,
        {
            "at": when(row.at_utc_ms),
            "pressure": f"{found.systolic_mmhg}/{found.diastolic_mmhg}"
            if found.systolic_mmhg is not None
            else "–",
            "mean": number(found.mean_mmhg),
            "pulse": number(found.pulse_rate_per_min),
            "outcome": outcome,
            "told_after": words.duration((row.received_utc_ms - row.at_utc_ms) / 1000),
            "device": row.device_id,
        },
    )


def entry_rows(rows: Sequence[EntryRow], when: When) -> list[Row]:
    """Return entries in order of time; what was corrected says so and stays."""
    later = {row.corrects: row for row in rows if row.corrects}
    return [_entry_row(row, later.get(row.entry_id), when) for row in rows]


def _entry_row(row: EntryRow, later: EntryRow | None, when: When) -> Row:
    return _named(
        words.ENTRY_TABLE,
        {
            "at": when(row.at_utc_ms),
            "kind": words.ENTRY_KINDS.get(row.kind, row.kind),
            "words": entry_sentence(row.kind, row.payload)[1],
            "by": row.by,
            "standing": _standing(later, when),
        },
    )


def _standing(later: EntryRow | None, when: When) -> str:
    """Say whether an entry counts, and what counts in its place."""
    if later is None:
        return words.STANDS
    if later.kind == "withdrawn":
        return words.TAKEN_BACK
    told = entry_sentence(later.kind, later.payload)[1]
    return words.CORRECTED.format(what=told, time=when(later.at_utc_ms))


def command_row(row: CommandRow, when: When) -> Row:
    """Return an order of staff with what became of it."""
    return _named(
        words.COMMAND_TABLE,
        {
            "at": when(row.at_utc_ms),
            "verb": words.VERBS.get(row.verb, row.verb),
            "by": row.by,
            "status": words.STATUS.get(row.status, row.status),
            "message": in_words(row.message),
            "arguments": arguments_words(row.verb, row.arguments, when),
        },
    )


def arguments_words(verb: str, arguments: Mapping[str, Any], when: When) -> str:
    """Say what an order was given with, in words; what is entered as the table of entries does."""
    rest = dict(arguments)
    told = []
    if verb == "enter" and rest.get("kind"):
        told.append(entry_sentence(str(rest.pop("kind")), rest.pop("values", None) or {})[1])
    elif verb == "record_intake":
        told.append(intake_words(rest.pop("form", None) or {}))
    if rest.get("corrects"):
        told.append(words.CORRECTS)
    at = rest.pop("at_utc_ms", None)
    told.append(values_words(rest | ({"at_utc_ms": when(int(at))} if at else {})))
    return ", ".join(one for one in told if one)


def alarm_counts(rows: Iterable[AlarmRow]) -> dict[str, int]:
    """Return how many alarms began in each session."""
    return dict(
        Counter(
            row.session_id
            for row in rows
            if row.session_id and row.transition == "start" and row.condition in _CONDITIONS
        )
    )
