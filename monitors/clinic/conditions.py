"""The closed list of alarm conditions, and the words for how urgent and of what kind they are.

Here stands which vital and direction each condition is about; which number it starts at is a
preset's business and what it means over time is the engine's. The list grows only with a test.
Source of the kinds and priorities: the vocabulary of IEC 60601-1-8; no conformity is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitors.readings import Vital


class Condition(StrEnum):
    """Name what can be wrong at one recliner."""

    SPO2_LOW = "spo2_low"
    SPO2_VERY_LOW = "spo2_very_low"
    SPO2_DROP = "spo2_drop"
    PULSE_LOW = "pulse_low"
    PULSE_VERY_LOW = "pulse_very_low"
    PULSE_HIGH = "pulse_high"
    PULSE_VERY_HIGH = "pulse_very_high"
    PULSE_RISE = "pulse_rise"
    NIBP_HIGH = "nibp_high"
    NIBP_VERY_HIGH = "nibp_very_high"
    NIBP_EXTREME = "nibp_extreme"
    NIBP_LOW = "nibp_low"
    NIBP_RISE = "nibp_rise"
    RESPIRATION_LOW = "respiration_low"
    RESPIRATION_HIGH = "respiration_high"
    HEART_RATE_LOW = "heart_rate_low"
    HEART_RATE_HIGH = "heart_rate_high"
    CLOCK_OVERRUN = "clock_overrun"
    PORT_SILENT = "port_silent"
    NEVER_RECEIVED = "never_received"
    PROBE_OFF = "probe_off"
    NO_VALID_SPO2 = "no_valid_spo2"
    NIBP_FAILED = "nibp_failed"
    NIBP_OVERDUE = "nibp_overdue"
    FEED_STALE = "feed_stale"
    STORE_DEGRADED = "store_degraded"
    DEVICE_SWAPPED = "device_swapped"


class Kind(StrEnum):
    """Say whether a condition is about the patient or about the equipment."""

    PHYSIOLOGICAL = "physiological"
    TECHNICAL = "technical"


class Priority(StrEnum):
    """Say how soon somebody must come."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """Return 1 for low, 2 for medium, 3 for high."""
        return _RANKS[self]


_RANKS = {Priority.LOW: 1, Priority.MEDIUM: 2, Priority.HIGH: 3}


class Direction(StrEnum):
    """Say on which side of its bound a value is wrong."""

    BELOW = "below"
    ABOVE = "above"


class Component(StrEnum):
    """Name one of the three pressures of a cuff determination, as a reading names it."""

    SYSTOLIC = "systolic_mmhg"
    DIASTOLIC = "diastolic_mmhg"
    MEAN = "mean_mmhg"


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """Describe a condition. vital, direction: None where no number of the patient is judged.

    is_watch_only: it can stand only from baseline to discharge.
    """

    kind: Kind
    vital: Vital | None = None
    direction: Direction | None = None
    is_watch_only: bool = False


def _row(vital: Vital, direction: Direction) -> ConditionRow:
    return ConditionRow(Kind.PHYSIOLOGICAL, vital, direction)


_TECHNICAL = ConditionRow(Kind.TECHNICAL)

CONDITIONS: dict[Condition, ConditionRow] = {
    Condition.SPO2_LOW: _row(Vital.SPO2, Direction.BELOW),
    Condition.SPO2_VERY_LOW: _row(Vital.SPO2, Direction.BELOW),
    Condition.SPO2_DROP: _row(Vital.SPO2, Direction.BELOW),
    Condition.PULSE_LOW: _row(Vital.PULSE_RATE, Direction.BELOW),
    Condition.PULSE_VERY_LOW: _row(Vital.PULSE_RATE, Direction.BELOW),
    Condition.PULSE_HIGH: _row(Vital.PULSE_RATE, Direction.ABOVE),
    Condition.PULSE_VERY_HIGH: _row(Vital.PULSE_RATE, Direction.ABOVE),
    Condition.PULSE_RISE: _row(Vital.PULSE_RATE, Direction.ABOVE),
    Condition.NIBP_HIGH: _row(Vital.NIBP, Direction.ABOVE),
    Condition.NIBP_VERY_HIGH: _row(Vital.NIBP, Direction.ABOVE),
    Condition.NIBP_EXTREME: _row(Vital.NIBP, Direction.ABOVE),
    Condition.NIBP_LOW: _row(Vital.NIBP, Direction.BELOW),
    Condition.NIBP_RISE: _row(Vital.NIBP, Direction.ABOVE),
    Condition.RESPIRATION_LOW: _row(Vital.RESPIRATION_RATE, Direction.BELOW),
    Condition.RESPIRATION_HIGH: _row(Vital.RESPIRATION_RATE, Direction.ABOVE),
    Condition.HEART_RATE_LOW: _row(Vital.HEART_RATE, Direction.BELOW),
    Condition.HEART_RATE_HIGH: _row(Vital.HEART_RATE, Direction.ABOVE),
    Condition.CLOCK_OVERRUN: ConditionRow(Kind.PHYSIOLOGICAL, is_watch_only=True),
    Condition.PORT_SILENT: _TECHNICAL,
    Condition.NEVER_RECEIVED: _TECHNICAL,
    Condition.PROBE_OFF: ConditionRow(Kind.TECHNICAL, Vital.SPO2, is_watch_only=True),
    Condition.NO_VALID_SPO2: ConditionRow(Kind.TECHNICAL, Vital.SPO2, is_watch_only=True),
    Condition.NIBP_FAILED: ConditionRow(Kind.TECHNICAL, Vital.NIBP),
    Condition.NIBP_OVERDUE: ConditionRow(Kind.TECHNICAL, Vital.NIBP, is_watch_only=True),
    Condition.FEED_STALE: _TECHNICAL,
    Condition.STORE_DEGRADED: _TECHNICAL,
    Condition.DEVICE_SWAPPED: _TECHNICAL,
}

ALWAYS_ON = frozenset({Condition.SPO2_LOW, Condition.SPO2_VERY_LOW})
"""Conditions that nobody can switch off."""

HELD_BY_CUFF = frozenset({Condition.PROBE_OFF, Condition.NO_VALID_SPO2})
"""The technical SpO2 conditions: the only ones a cuff on the probe's arm may hold."""
