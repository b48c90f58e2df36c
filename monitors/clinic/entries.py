"""What staff entered in a session, and how an entry is corrected: by a new one only.

Here lives the list that only grows: who said what of which moment, and what stands of it. What
can be entered is in ``entry_kinds``; which observations are due is for the checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitors.clinic.doses import Dose, DoubtLevel, rate_doubt
from monitors.clinic.entry_kinds import (
    Fact,
    RateChange,
    Rating,
    Withdrawn,
    check_fact,
    fact_of,
    fact_record,
    kind_of,
)
from monitors.errors import SessionError

CLOCK_SLACK_MS = 2_000
EARLIEST_BEFORE_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one fact with its time.

    at_utc_ms: when it was so; recorded_utc_ms: when it was entered, epoch milliseconds.
    corrects: the entry it replaces or takes back, None for a first entry.
    """

    entry_id: str
    at_utc_ms: int
    recorded_utc_ms: int
    by: str
    fact: Fact
    corrects: str | None = None

    @property
    def kind(self) -> str:
        """Name the kind of fact."""
        return kind_of(self.fact)

    def to_record(self) -> dict[str, Any]:
        """Write the entry as JSON-able values."""
        return {
            "entry_id": self.entry_id,
            "at_utc_ms": self.at_utc_ms,
            "recorded_utc_ms": self.recorded_utc_ms,
            "by": self.by,
            "corrects": self.corrects,
            "kind": self.kind,
            "fact": fact_record(self.fact),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Entry:
        """Read back what :meth:`to_record` wrote; SessionError if it is something else."""
        try:
            fact = fact_of(record["kind"], record["fact"])
            moments = int(record["at_utc_ms"]), int(record["recorded_utc_ms"])
            return cls(record["entry_id"], *moments, record["by"], fact, record["corrects"])
        except (KeyError, TypeError) as error:
            raise SessionError(f"a stored entry cannot be read: {error!r}") from error


class AskTwice(SessionError):
    """Say that an entry is unusual and counts once it is sent again as confirmed."""


def enter(
    entries: Sequence[Entry],
    entry: Entry,
    *,
    began_utc_ms: int,
    weight_kg: float | None = None,
    is_confirmed: bool = False,
) -> tuple[Entry, ...]:
    """Add an entry and return the longer list.

    began_utc_ms: begin of the session; nothing is dated more than a day before it. weight_kg:
    for rates a kilogram, None where unknown. is_confirmed: sent a second time. Raises
    SessionError for a missing person, a time in the future or long before the session, a
    second entry under one id, and a correction that fits no standing entry of its kind;
    AskTwice for an unusual rate.
    """
    if not entry.by.strip():
        raise SessionError("an entry needs a person: the name is missing")
    _check_time(entry, began_utc_ms)
    check_fact(entry.fact)
    if any(earlier.entry_id == entry.entry_id for earlier in entries):
        raise SessionError(f"entry {entry.entry_id} is already recorded")
    _check_correction(entries, entry)
    if isinstance(entry.fact, RateChange):
        _check_rate(entry.fact.rate, weight_kg, is_confirmed)
    return (*entries, entry)


def standing(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return what counts now, oldest first: corrected and withdrawn entries are left out."""
    corrected = {entry.corrects for entry in entries if entry.corrects is not None}
    kept = (
        entry
        for entry in entries
        if entry.entry_id not in corrected and not isinstance(entry.fact, Withdrawn)
    )
    return tuple(sorted(kept, key=lambda entry: entry.at_utc_ms))


def _check_time(entry: Entry, began_utc_ms: int) -> None:
    if entry.at_utc_ms > entry.recorded_utc_ms + CLOCK_SLACK_MS:
        ahead_s = (entry.at_utc_ms - entry.recorded_utc_ms) / 1000
        raise SessionError(f"the time lies {ahead_s:.0f} s in the future; it is now or earlier")
    if entry.at_utc_ms < began_utc_ms - EARLIEST_BEFORE_MS:
        raise SessionError("the time lies more than 24 h before the session")


def _check_correction(entries: Sequence[Entry], entry: Entry) -> None:
    if entry.corrects is None:
        if isinstance(entry.fact, Withdrawn):
            raise SessionError("say which entry is taken back")
        return
    target = next((e for e in standing(entries) if e.entry_id == entry.corrects), None)
    if target is None:
        raise SessionError(f"there is no standing entry {entry.corrects} to correct")
    if not isinstance(entry.fact, Withdrawn | type(target.fact)):
        raise SessionError(f"a {target.kind} is corrected by a {target.kind}, not a {entry.kind}")
    was, now = target.fact, entry.fact
    if isinstance(was, Rating) and isinstance(now, Rating) and was.scale is not now.scale:
        raise SessionError(f"a score of {was.scale} is corrected by one of {was.scale} alone")


def _check_rate(rate: Dose, weight_kg: float | None, is_confirmed: bool) -> None:
    if rate.unit.is_per_kg and weight_kg is None:
        raise SessionError(f"a rate of {rate} needs the weight from the intake")
    doubt = rate_doubt(rate, weight_kg or 70.0)
    if doubt is None or (doubt.level is DoubtLevel.ASK_TWICE and is_confirmed):
        return
    raise (AskTwice if doubt.level is DoubtLevel.ASK_TWICE else SessionError)(doubt.words)
