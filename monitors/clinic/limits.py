"""What a limit is: bounds, steps of urgency, delay and hysteresis, and how a person changes one.

Here lives the shape of a limit and the one rule at the bound itself: a limit does what its words
say, so "below 90" begins at 89 and "at or above 180" begins at 180. The numbers are dated, sourced
files in alarm_presets/, read by preset_file.py; what a broken limit leads to is in alarms.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import ceil, floor
from typing import Any

from monitors.clinic.conditions import (
    ALWAYS_ON,
    CONDITIONS,
    Component,
    Condition,
    Direction,
    Kind,
    Priority,
)
from monitors.errors import SessionError
from monitors.readings import Vital

REASONABLE: dict[str, tuple[float, float]] = {
    Vital.SPO2: (50, 100),
    Vital.PULSE_RATE: (20, 250),
    Vital.HEART_RATE: (20, 250),
    Vital.RESPIRATION_RATE: (2, 60),
    Component.SYSTOLIC: (40, 280),
    Component.DIASTOLIC: (20, 200),
    Component.MEAN: (30, 220),
}
"""Between which numbers a bound may stand for an adult; outside it is a slip of the finger."""

DEEPER_THAN: tuple[tuple[Condition, Condition], ...] = (
    (Condition.SPO2_VERY_LOW, Condition.SPO2_LOW),
    (Condition.PULSE_VERY_LOW, Condition.PULSE_LOW),
    (Condition.PULSE_VERY_HIGH, Condition.PULSE_HIGH),
    (Condition.NIBP_EXTREME, Condition.NIBP_VERY_HIGH),
    (Condition.NIBP_VERY_HIGH, Condition.NIBP_HIGH),
)
"""Pairs whose first bound must lie farther out than the second's."""

_REASONABLE_PERCENT = {Direction.BELOW: (10, 99), Direction.ABOVE: (101, 300)}
_LARGEST_OFFSET = 100


@dataclass(frozen=True, slots=True)
class Bound:
    """Hold one number that a value must not pass.

    key: the Vital or Component it judges. includes: a value exactly on the bound breaks it.
    absolute: in the vital's unit. offset: added to the patient's own baseline; percent: of that
    baseline; both count only where a baseline is known and, if baseline_under is given, lies
    under it; otherwise the absolute number counts, or nothing.
    """

    key: str
    direction: Direction
    includes: bool = False
    absolute: float | None = None
    offset: float | None = None
    percent: float | None = None
    baseline_under: float | None = None

    def level(self, baseline: Mapping[str, float]) -> float | None:
        """Return the number that counts for this patient; None where there is none.

        One that rests on a baseline is a whole number, for whole values the very same bound: above
        162.5 begins at 163, as above 162 does.
        """
        if self.offset is None and self.percent is None:
            return self.absolute
        own = baseline.get(self.key)
        if own is None or (self.baseline_under is not None and own >= self.baseline_under):
            return self.absolute
        exact = own + self.offset if self.offset is not None else own * (self.percent or 0) / 100
        return self._whole(exact)

    def _whole(self, level: float) -> float:
        is_down = (self.direction is Direction.ABOVE) is not self.includes
        return float((floor if is_down else ceil)(round(level, 6)))

    def excess(self, value: float, level: float) -> float:
        """Return how far a value lies past a level; negative on the safe side."""
        return level - value if self.direction is Direction.BELOW else value - level

    def breaks(self, value: float, level: float) -> bool:
        """Tell whether a value breaks the bound; on the bound itself its words decide."""
        past = self.excess(value, level)
        return past > 0 or (self.includes and past == 0)

    @property
    def number(self) -> float:
        """Return the number a person reads and changes: absolute, offset or per cent."""
        for value in (self.absolute, self.offset, self.percent):
            if value is not None:
                return value
        raise ValueError("a bound without a number")

    def with_number(self, number: float) -> Bound:
        """Return the bound with its number replaced."""
        if self.absolute is not None:
            return replace(self, absolute=number)
        return (
            replace(self, offset=number)
            if self.offset is not None
            else replace(self, percent=number)
        )

    @property
    def words(self) -> str:
        """Print the comparison: below, above, at or below, at or above."""
        return f"at or {self.direction}" if self.includes else str(self.direction)


@dataclass(frozen=True, slots=True)
class Step:
    """Hold one step of urgency within a condition.

    bounds: it is broken when any of them is. delay_s: how long that must hold. is_quiet: shown
    without sound. confirm_after_s: only a further cuff reading, at least so much later, makes it
    true; None where one reading is enough. asks_repeat_s: in how many seconds a repeat reading is
    wanted; None for no wish. grows_to, grows_after_s: the priority it takes once it has lasted.
    of_interval: for an overdue reading, the share of the interval past due instead of delay_s.
    """

    priority: Priority
    delay_s: float = 0.0
    bounds: tuple[Bound, ...] = ()
    is_quiet: bool = False
    confirm_after_s: float | None = None
    asks_repeat_s: float | None = None
    grows_to: Priority | None = None
    grows_after_s: float | None = None
    of_interval: float | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """Hold one condition's limit: steps from least to most urgent.

    main: index of the step whose first bound names the limit; the others keep their distance
    from it when it is changed. hysteresis: how far back, in the vital's unit, a value must come
    before a broken limit counts as kept; 0: any value within the limit.
    """

    condition: Condition
    steps: tuple[Step, ...]
    main: int = 0
    hysteresis: float = 0.0
    source: str = ""
    is_off: bool = False
    is_changed: bool = False

    @property
    def bound(self) -> Bound | None:
        """Return the bound that names the limit; None where no number is judged."""
        bounds = self.steps[self.main].bounds
        return bounds[0] if bounds else None

    @property
    def priority(self) -> Priority:
        """Return the priority of the step that names the limit."""
        return self.steps[self.main].priority


@dataclass(frozen=True, slots=True)
class LimitChange:
    """Hold what a person changed. bound: the new number; None switched the limit off."""

    condition: Condition
    bound: float | None
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Hold the limits that judge one recliner: a preset and what was changed since.

    preset: its name. dated: day of its numbers. source: where they come from.
    """

    preset: str
    dated: str
    source: str
    limits: tuple[Limit, ...]
    changes: tuple[LimitChange, ...] = ()
    by_condition: Mapping[Condition, Limit] = field(init=False, repr=False, compare=False)
    by_vital: Mapping[Vital, tuple[Limit, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_condition", {one.condition: one for one in self.limits})
        object.__setattr__(self, "by_vital", _by_vital(self.limits))

    def to_record(self) -> dict[str, Any]:
        """Write the preset's name and the changes, as JSON values."""
        return {
            "preset": self.preset,
            "changes": [
                {"condition": str(c.condition), "bound": c.bound, "by": c.by, "reason": c.reason}
                for c in self.changes
            ],
        }


def _by_vital(limits: tuple[Limit, ...]) -> dict[Vital, tuple[Limit, ...]]:
    judged: dict[Vital, tuple[Limit, ...]] = {}
    for limit in limits:
        row = CONDITIONS[limit.condition]
        if row.kind is Kind.PHYSIOLOGICAL and row.vital is not None and not limit.is_off:
            judged[row.vital] = (*judged.get(row.vital, ()), limit)
    return judged


def change_limit(
    limits: Limits, condition: str, bound: float | None, by: str, reason: str
) -> Limits:
    """Return limits with one bound moved, or switched off where bound is None.

    Raises SessionError without a name or a reason, for a condition that has no bound, for low
    SpO2 switched off, and for a number out of range or on the wrong side of its neighbours.
    """
    limit = _changeable(limits, condition, by, reason)
    changed = _switched_off(limit) if bound is None else _moved(limit, float(bound))
    rest = tuple(changed if one is limit else one for one in limits.limits)
    note = LimitChange(limit.condition, bound, by.strip(), reason.strip())
    after = replace(limits, limits=rest, changes=(*limits.changes, note))
    if wrong := order_mistake(after):
        raise SessionError(wrong[1])
    return after


def _changeable(limits: Limits, condition: str, by: str, reason: str) -> Limit:
    if not by.strip() or not reason.strip():
        raise SessionError(f"a change of {condition} needs a name and a reason")
    known = {str(one.condition): one for one in limits.limits if one.bound is not None}
    if condition not in known:
        raise SessionError(f"{condition} is not a limit that can be changed: {', '.join(known)}")
    return known[condition]


def _switched_off(limit: Limit) -> Limit:
    if limit.condition in ALWAYS_ON:
        raise SessionError(f"{limit.condition} cannot be switched off")
    return replace(limit, is_off=True, is_changed=True)


def _moved(limit: Limit, number: float) -> Limit:
    """Return a limit whose named bound is at a number; bounds on the same key move along."""
    named = limit.bound
    assert named is not None
    if wrong := range_mistake(limit.condition, named.with_number(number)):
        raise SessionError(wrong)
    shift = number - named.number
    steps = tuple(replace(s, bounds=_shifted(s.bounds, named, shift)) for s in limit.steps)
    for bound in (bound for step in steps for bound in step.bounds):
        if wrong := range_mistake(limit.condition, bound):
            raise SessionError(f"{wrong}: it moves along with {number:g}")
    return replace(limit, steps=steps, is_off=False, is_changed=True)


def _shifted(bounds: tuple[Bound, ...], named: Bound, shift: float) -> tuple[Bound, ...]:
    return tuple(b.with_number(b.number + shift) if _same_measure(b, named) else b for b in bounds)


def _same_measure(one: Bound, other: Bound) -> bool:
    return (one.key, one.absolute is None, one.offset is None) == (
        other.key,
        other.absolute is None,
        other.offset is None,
    )


def range_mistake(condition: Condition, bound: Bound) -> str | None:
    """Say why a bound's number is beyond reason, or no limit at all; None where it is not."""
    low, high = REASONABLE[bound.key]
    if bound.absolute is not None and not low <= bound.absolute <= high:
        return (
            f"{condition}: {bound.absolute:g} is out of range for {bound.key} ({low:g} to {high:g})"
        )
    if bound.percent is not None:
        least, most = _REASONABLE_PERCENT[bound.direction]
        if not least <= bound.percent <= most:
            return f"{condition}: {bound.percent:g} % is out of range ({least} to {most} %)"
    if bound.offset is not None and not 0 < _outward(bound) <= _LARGEST_OFFSET:
        return f"{condition}: {bound.offset:+g} lies not {bound.direction} the baseline within 100"
    return None


def _outward(bound: Bound) -> float:
    """Return how far an offset leads out from the baseline."""
    offset = bound.offset or 0.0
    return -offset if bound.direction is Direction.BELOW else offset


def order_mistake(limits: Limits) -> tuple[tuple[Condition, ...], str] | None:
    """Find a bound on the wrong side of another; return both conditions and what is wrong."""
    for deeper, shallower in DEEPER_THAN:
        far, near = limits.by_condition.get(deeper), limits.by_condition.get(shallower)
        if far is None or near is None or far.is_off or near.is_off:
            continue
        if wrong := _not_deeper(far, near):
            return (deeper, shallower), wrong
    return _crossed(limits)


def _not_deeper(far: Limit, near: Limit) -> str | None:
    """Say which bound of a limit does not lie farther out than the one that names the other."""
    direction = CONDITIONS[far.condition].direction
    others = {bound.key: bound for bound in near.steps[near.main].bounds}
    for bound in (bound for step in far.steps for bound in step.bounds):
        other = others.get(bound.key)
        level, nearer = bound.absolute, None if other is None else other.absolute
        if level is not None and nearer is not None and bound.excess(level, nearer) <= 0:
            return f"{far.condition} ({level:g}) must lie {direction} {near.condition} ({nearer:g})"
    return None


def _crossed(limits: Limits) -> tuple[tuple[Condition, ...], str] | None:
    """Find a low bound at or above a high bound of the same quantity."""
    lows: dict[str, tuple[float, Condition]] = {}
    highs: dict[str, tuple[float, Condition]] = {}
    for limit in limits.limits:
        is_low = CONDITIONS[limit.condition].direction is Direction.BELOW
        for index in range(len(limit.steps) if not limit.is_off else 0):
            for key, level in _levels(limit, index).items():
                side, better = (lows, max) if is_low else (highs, min)
                side[key] = better(
                    side.get(key, (level, limit.condition)), (level, limit.condition)
                )
    for key in sorted(lows.keys() & highs.keys()):
        (low, under), (high, over) = lows[key], highs[key]
        if low >= high:
            return (under, over), f"{under} ({low:g}) must lie below {over} ({high:g}) for {key}"
    return None


def _levels(limit: Limit, index: int) -> dict[str, float]:
    """Return the absolute numbers of one step by what they judge."""
    return {b.key: b.absolute for b in limit.steps[index].bounds if b.absolute is not None}
