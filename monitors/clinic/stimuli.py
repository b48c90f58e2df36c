"""What can happen to the alarm engine: the only things it ever learns.

Each is a fact or a person's order, without a time of its own: the moment is handed to the engine
beside it. Nothing here decides anything; a recorded list of these replays to the same alarms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from monitors.clinic.conditions import Condition
from monitors.clinic.limits import Limits
from monitors.readings import CuffState, NibpDetermination, SignalCondition, Validity, Vital


class PortCondition(StrEnum):
    """Say what a device's port does. NEVER: nothing acceptable ever came, at start too."""

    SPEAKING = "speaking"
    SILENT = "silent"
    NEVER = "never"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Sample:
    """Tell one continuous value, in its vital's unit.

    fresh_ms: how long it speaks for the patient when nothing follows; past that there is a gap.
    """

    vital: Vital
    value: float | None
    validity: Validity = Validity.VALID
    conditions: tuple[SignalCondition, ...] = ()
    fresh_ms: int = 3000


@dataclass(frozen=True, slots=True)
class CuffResult:
    """Tell the outcome of a cuff measurement and when, on the timeline, it was made.

    exact: pressures by Component with their decimals, where a recording has such; they are judged
    in place of the determination's whole ones.
    """

    determination: NibpDetermination
    measured_ms: int
    exact: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PortState:
    """Tell what a device's port does now. measures: what the device covers, for the log."""

    device_id: str
    state: PortCondition
    measures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CuffRunning:
    """Tell what a cuff does. same_arm: it sits on the probe's arm; None where nobody knows."""

    state: CuffState
    same_arm: bool | None


@dataclass(frozen=True, slots=True)
class PhaseIs:
    """Tell the phase of the session (its name, see phases.Phase); None without a session.

    planned_end_ms: the moment at which, if nothing pauses, the planned infusion is over.
    """

    phase: str | None
    planned_end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """Tell the patient's own frozen baseline, by Vital or Component name."""

    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class LimitsAre:
    """Tell that the limits are different now. by, reason: None where a preset was loaded."""

    limits: Limits
    by: str | None = None
    reason: str | None = None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Tell that a named person knows of one condition. device_id: None for all of that name."""

    condition: Condition
    by: str
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class PauseAudio:
    """Tell that a named person paused the sound; at most two minutes, whatever until_ms says."""

    by: str
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ResumeAudio:
    """Tell that a named person wants the sound back."""

    by: str


@dataclass(frozen=True, slots=True)
class NibpDue:
    """Tell when the next cuff reading is due; None when none is. interval_s: of the cadence."""

    due_ms: int | None
    interval_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Tell that a piece of equipment is at fault, or no longer.

    condition: FEED_STALE, STORE_DEGRADED or DEVICE_SWAPPED; the others have stimuli of their own.
    """

    condition: Condition
    is_present: bool
    device_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """Tell nothing but that time has passed."""


Stimulus = (
    Sample
    | CuffResult
    | PortState
    | CuffRunning
    | PhaseIs
    | Baseline
    | LimitsAre
    | Acknowledge
    | PauseAudio
    | ResumeAudio
    | NibpDue
    | Fault
    | Tick
)
