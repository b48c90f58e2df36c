"""What a recliner tells the collector to put on record or to do.

Here live the shapes alone. The recliner returns them, the collector makes facts of them and, for
a cuff order, asks the device; nothing in the meaning room knows what becomes of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitors.clinic.alarms import AlarmEvent
from monitors.clinic.marks import PhaseMark
from monitors.clinic.session import InfusionSession


@dataclass(frozen=True, slots=True)
class SessionBegan:
    """Say that a session was opened."""

    session: InfusionSession
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PhaseEntered:
    """Say that a session entered a phase."""

    session_id: str
    mark: PhaseMark


@dataclass(frozen=True, slots=True)
class AlarmChanged:
    """Say that the alarm engine made a transition, in which session if any."""

    session_id: str | None
    event: AlarmEvent


@dataclass(frozen=True, slots=True)
class EntryMade:
    """Say that something was entered: a note, a changed limit, a medicine, an observation."""

    session_id: str | None
    kind: str
    at_ms: int
    by: str
    payload: Mapping[str, Any]
    corrects: str | None = None
    entry_id: str = ""


Happening = SessionBegan | PhaseEntered | AlarmChanged | EntryMade


@dataclass(frozen=True, slots=True)
class CuffOrder:
    """Ask the collector to start or cancel a cuff. by: the person, or the armed cadence's.

    is_stat: one of a rapid series, for which a shorter rest is enough. number: tells the starts of
    an armed cadence apart, so that an answer finds its own; 0 for a person's order. remark: what
    the person who asked must look at, said with the answer.
    """

    device_id: str
    is_start: bool
    by: str
    is_stat: bool = False
    number: int = 0
    remark: str = ""
