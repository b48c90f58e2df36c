"""What a step of an alarm preset may not be: beyond reason, in the wrong order, without a meaning.

Each function says what is wrong in words, or None; where it stands is preset_file.py's to tell.
The bounds of reason are Chairside's own choice, docs/alarms.md, A preset of your own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from monitors.clinic.conditions import ALWAYS_ON, CONDITIONS, Condition, Kind, Priority
from monitors.clinic.limits import Bound, Step, range_mistake
from monitors.readings import Vital

LONGEST_DELAY_S = {Priority.HIGH: 30.0, Priority.MEDIUM: 120.0, Priority.LOW: 300.0}
LONGEST_GROWTH_S = 900.0
LONGEST_REPEAT_S = 600.0
LARGEST_SHARE = 2.0


def step_mistake(condition: Condition, step: Step) -> str | None:
    """Say what is wrong with one step of a condition's limit."""
    found = (
        next((wrong for b in step.bounds if (wrong := range_mistake(condition, b))), None)
        or _delay_mistake(step)
        or _growth_mistake(step)
        or _repeat_mistake(condition, step)
        or _share_mistake(condition, step)
        or _quiet_mistake(condition, step)
    )
    if found is None or found.startswith(str(condition)):
        return found
    return f"{condition}: {found}"


def _delay_mistake(step: Step) -> str | None:
    longest = LONGEST_DELAY_S[step.priority]
    if 0 <= step.delay_s <= longest:
        return None
    return (
        f"a delay of {step.delay_s:g} s is beyond reason for "
        f"{step.priority} priority (0 to {longest:g} s)"
    )


def _growth_mistake(step: Step) -> str | None:
    after_s = step.grows_after_s
    if step.grows_to is None:
        return None if after_s is None else "grows_after_s needs grows_to"
    is_more = step.grows_to.rank > step.priority.rank
    if is_more and after_s is not None and step.delay_s < after_s <= LONGEST_GROWTH_S:
        return None
    return f"it must grow to more, after its delay, within {LONGEST_GROWTH_S:g} s"


def _repeat_mistake(condition: Condition, step: Step) -> str | None:
    row = CONDITIONS[condition]
    is_cuffs = row.vital is Vital.NIBP and row.kind is Kind.PHYSIOLOGICAL
    for name, seconds in (
        ("confirm_after_s", step.confirm_after_s),
        ("asks_repeat_s", step.asks_repeat_s),
    ):
        if seconds is None:
            continue
        if not is_cuffs:
            return f"{name} is for cuff readings only"
        if not 0 <= seconds <= LONGEST_REPEAT_S:
            return f"{name} of {seconds:g} s is beyond reason (0 to {LONGEST_REPEAT_S:g} s)"
    if is_cuffs and step.delay_s > 0:
        return "a cuff reading cannot be held for a delay; use confirm_after_s"
    return None


def _share_mistake(condition: Condition, step: Step) -> str | None:
    is_overdue = condition is Condition.NIBP_OVERDUE
    if (step.of_interval is not None) != is_overdue:
        return "of_interval is missing" if is_overdue else "of_interval is for nibp_overdue only"
    if step.of_interval is None or 0 <= step.of_interval <= LARGEST_SHARE:
        return None
    return f"of_interval {step.of_interval:g} is beyond reason (0 to {LARGEST_SHARE:g})"


def _quiet_mistake(condition: Condition, step: Step) -> str | None:
    if not step.is_quiet:
        return None
    if step.priority is Priority.HIGH:
        return "high priority cannot be quiet"
    return "it cannot be quiet" if condition in ALWAYS_ON else None


def steps_mistake(condition: Condition, steps: Sequence[Step]) -> str | None:
    """Say what is wrong with the steps of a limit together; steps: from least to most urgent."""
    if condition is Condition.NO_VALID_SPO2 and len(steps) > 1:
        return f"{condition} has one step; let it grow instead"
    for less, more in pairwise(steps):
        if _is_crossed(less, more):
            return (
                f"{condition}: bounds in the wrong order: {more.priority} priority must not "
                f"begin before {less.priority}"
            )
    return None


def _is_crossed(less: Step, more: Step) -> bool:
    """Tell whether a bound of the more urgent step begins before its like in the other."""
    if (less.of_interval or 0) > (more.of_interval or 0):
        return True
    near = {_measure(bound): bound for bound in less.bounds}
    return any(
        (other := near.get(_measure(bound))) is not None
        and bound.excess(bound.number, other.number) < 0
        for bound in more.bounds
    )


def _measure(bound: Bound) -> tuple[str, bool, bool]:
    return bound.key, bound.absolute is None, bound.offset is None
