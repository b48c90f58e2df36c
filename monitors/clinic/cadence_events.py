"""What a cuff cadence is told, and what it answers.

Here live the events and the promise as plain values; how one leads to the other is in
``cadence_steps`` and ``cadence_promise``. An event carries no moment of its own unless it happened
earlier than it was told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitors.clinic.phases import Phase
from monitors.clinic.protocols import CuffStage
from monitors.readings import NibpDetermination


class Overdue(StrEnum):
    """Say how late a cuff reading is: an advisory comes first, a technical alarm after it."""

    NONE = "none"
    ADVISORY = "advisory"
    TECHNICAL = "technical"


class OverdueReason(StrEnum):
    """Name why a promised reading is not there."""

    NEVER_MEASURED = "never_measured"
    CYCLE_FAILED = "cycle_failed"
    NO_RESULT = "no_result"
    NOT_STARTED = "not_started"


class DueFor(StrEnum):
    """Name what makes the next reading due."""

    ROUTINE = "routine"
    ASKED = "asked"
    REPEAT = "repeat"
    STAT = "stat"


@dataclass(frozen=True, slots=True)
class CuffPromise:
    """Hold when the next cuff reading is due and what stands in its way.

    start_ms: when an armed cadence starts the cuff; due_ms: when the reading is promised;
    both None when none is due. interval_s: seconds, the measure of lateness. overdue_reason:
    None unless overdue. wants_start: start the cuff now, then tell it by :class:`CuffStarted`.
    next_ms: when to look again, None when only an event can change anything.
    """

    start_ms: int | None = None
    due_ms: int | None = None
    interval_s: int | None = None
    due_for: DueFor = DueFor.ROUTINE
    overdue: Overdue = Overdue.NONE
    overdue_reason: OverdueReason | None = None
    wants_start: bool = False
    next_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PhaseIs:
    """Tell the phase that was entered."""

    phase: Phase


@dataclass(frozen=True, slots=True)
class CuffStarted:
    """Tell that a cycle began, whoever began it."""


@dataclass(frozen=True, slots=True)
class CuffResult:
    """Tell how a cycle ended.

    measured_ms: when it was measured on the timeline, None if unknown (then it counts for
    nothing). is_within_limits: what the alarm room says of it; of no meaning for a failed one.
    """

    determination: NibpDetermination
    measured_ms: int | None
    is_within_limits: bool = True


@dataclass(frozen=True, slots=True)
class Arm:
    """Let the cadence start the cuff in this session, on one person's word at the recliner.

    cuff_arm, iv_arm: the sides as the intake has them; None where nobody said.
    """

    by: str
    cuff_arm: str | None
    iv_arm: str | None


@dataclass(frozen=True, slots=True)
class Disarm:
    """Take that word back."""

    by: str


@dataclass(frozen=True, slots=True)
class Stat:
    """Ask for one reading after another, for five minutes at most.

    may_start: this word of one person lets the cuff be started while the series runs; without it
    the readings are only due, and somebody measures.
    """

    by: str
    may_start: bool = False


@dataclass(frozen=True, slots=True)
class StopStat:
    """End such a series."""

    by: str


@dataclass(frozen=True, slots=True)
class AskNow:
    """Ask for one reading at once."""

    by: str


@dataclass(frozen=True, slots=True)
class RateRaised:
    """Tell that the infusion's rate was raised."""


@dataclass(frozen=True, slots=True)
class IntervalIs:
    """Set the interval of a phase by hand, in minutes; None for the preset's again."""

    phase: Phase
    every_min: float | None
    by: str


@dataclass(frozen=True, slots=True)
class StagesAre:
    """Give other stages for what is left of the session; intervals set by hand stay."""

    stages: tuple[CuffStage, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """Let time pass."""


CadenceEvent = (
    PhaseIs
    | CuffStarted
    | CuffResult
    | Arm
    | Disarm
    | Stat
    | StopStat
    | AskNow
    | RateRaised
    | IntervalIs
    | StagesAre
    | Tick
)
