"""One transition of an alarm, with the five facets under which it is kept.

Here live the words of the alarm log: what happened, to which condition, and how it stood then.
An event is stamped with the moment it became true, not with the moment somebody looked.
Source of the facets and their words: IHE Patient Care Device, Alert Communication Management
(PCD-04), and the event codes of ISO/IEEE 11073-10101 used there; no conformity is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitors.clinic.conditions import CONDITIONS, Condition, Direction, Kind, Priority
from monitors.readings import Vital


class Transition(StrEnum):
    """Say what happened to an alarm, or to the sound of its recliner.

    RELEASED: a held condition is told after all. TOLD_AGAIN: an acknowledgement has run out.
    CLEARED: discharge took it away. REPEAT_ASKED: a cuff reading wants a second one.
    """

    STARTED = "start"
    ESCALATED = "escalate"
    DE_ESCALATED = "de-escalate"
    ENDED = "end"
    CLEARED = "clear"
    ACKNOWLEDGED = "acknowledge"
    TOLD_AGAIN = "tell_again"
    HOLD_STARTED = "hold_start"
    HOLD_ENDED = "hold_end"
    RELEASED = "release"
    AUDIO_PAUSED = "audio_pause"
    AUDIO_REMINDER = "audio_remind"
    AUDIO_RESUMED = "audio_resume"
    REPEAT_ASKED = "repeat_ask"
    LIMIT_CHANGED = "limit_change"


class EventPhase(StrEnum):
    """Say which part of an alarm's life the row tells (facet 3)."""

    START = "start"
    CONTINUE = "continue"
    END = "end"
    ESCALATE = "escalate"
    DE_ESCALATE = "de-escalate"
    UPDATE = "update"


class EventState(StrEnum):
    """Say how the condition stands after the transition (facet 4)."""

    OFF = "off"
    INACTIVE = "inactive"
    ACTIVE = "active"
    LATCHED = "latched"


class Inactivation(StrEnum):
    """Say what keeps the signal from sounding (facet 5); ENABLED: nothing does."""

    ENABLED = "enabled"
    AUDIO_PAUSED = "audio-paused"
    ALARM_PAUSED = "alarm-paused"
    ALARM_OFF = "alarm-off"
    ACKNOWLEDGED = "alert-acknowledged"


PHASE_OF: dict[Transition, EventPhase] = {
    Transition.STARTED: EventPhase.START,
    Transition.ESCALATED: EventPhase.ESCALATE,
    Transition.DE_ESCALATED: EventPhase.DE_ESCALATE,
    Transition.ENDED: EventPhase.END,
    Transition.CLEARED: EventPhase.END,
    Transition.LIMIT_CHANGED: EventPhase.UPDATE,
}


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """Hold one row of the alarm log.

    at_ms: timeline moment. condition: None where the row is about the recliner's sound or hold.
    value, worst, limit: in the vital's unit (key tells which pressure); worst since it began.
    limit_words: the limit as printed, "below 90". latched: what a latched alarm goes on telling,
    where that is another bound: "high, below 90, worst 85". since_ms: since when it is true,
    as staff are told it: a value's alarm from the end of its delay, a fact's from its begin.
    by: the person. held_ms: how long a hold kept silent. repeat_in_s: when the wanted repeat is
    due.
    """

    at_ms: int
    transition: Transition
    recliner: str
    condition: Condition | None = None
    priority: Priority | None = None
    state: EventState = EventState.ACTIVE
    inactivation: Inactivation = Inactivation.ENABLED
    key: str | None = None
    value: float | None = None
    worst: float | None = None
    limit: float | None = None
    limit_words: str | None = None
    since_ms: int | None = None
    device_id: str | None = None
    by: str | None = None
    reason: str | None = None
    held_ms: int | None = None
    repeat_in_s: float | None = None
    latched: str | None = None

    @property
    def phase(self) -> EventPhase:
        """Return facet 3; what neither starts nor ends an alarm continues it."""
        return PHASE_OF.get(self.transition, EventPhase.CONTINUE)

    @property
    def kind(self) -> Kind | None:
        """Return whether it is about the patient or the equipment; None for neither."""
        return CONDITIONS[self.condition].kind if self.condition else None

    @property
    def vital(self) -> Vital | None:
        """Return the vital it is about."""
        return CONDITIONS[self.condition].vital if self.condition else None

    @property
    def direction(self) -> Direction | None:
        """Return the side of the bound it is about."""
        return CONDITIONS[self.condition].direction if self.condition else None

    @property
    def event_code(self) -> str:
        """Return facet 1: MDC_EVT_LO, MDC_EVT_HI, or MDC_EVT_ALARM where no number is judged."""
        if self.direction is Direction.BELOW:
            return "196670^MDC_EVT_LO^MDC"
        if self.direction is Direction.ABOVE:
            return "196648^MDC_EVT_HI^MDC"
        return "196616^MDC_EVT_ALARM^MDC"
