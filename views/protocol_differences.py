"""What differs between two editions of a protocol, line by line, in a person's words.

Here presets are compared and told; which two, and what may be done about it, is the page's part.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from monitors.clinic.phases import Phase
from monitors.clinic.protocols import CheckName, CheckPlan, ClinicProtocol, CuffStage
from views.words import protocol_en as words
from views.words import visit_en

_MINUTES = frozenset({"planned_min", "minimum_recovery_min"})


def differences(was: ClinicProtocol, now: ClinicProtocol) -> list[str]:
    """Return a line for each thing that differs, what matters to a running session first."""
    return [*_in_use(was, now), *_plain(was, now)]


def _in_use(was: ClinicProtocol, now: ClinicProtocol) -> Iterator[str]:
    """Yield what differs in limits, cuff and observations, phase by phase."""
    for phase, what in words.PRESET_OF.items():
        if Phase(phase) in now.phases:
            yield from _line(what, was.preset_of(Phase(phase)), now.preset_of(Phase(phase)))
    for phase, what in words.CUFF_OF.items():
        yield from _line(what, _cuff(was, Phase(phase)), _cuff(now, Phase(phase)))
    for check in CheckName:
        yield from _line(visit_en.CHECKS[str(check)], _check(was, check), _check(now, check))


def _plain(was: ClinicProtocol, now: ClinicProtocol) -> Iterator[str]:
    for name, what in words.PLAIN.items():
        yield from _line(what, _value(was, name), _value(now, name))


def _line(what: str, was: str, now: str) -> Iterator[str]:
    if was != now:
        told = {"was": was or words.NOTHING, "now": now or words.NOTHING}
        yield words.CHANGE.format(what=what, **told)


def _value(preset: ClinicProtocol, name: str) -> str:
    value: Any = getattr(preset, name)
    if value is None:
        return ""
    if name == "planned_range_min":
        return words.RANGE.format(low=value[0], high=value[1])
    if name in _MINUTES:
        return words.MINUTES.format(minutes=value)
    return " ".join(str(value).split())


def _cuff(preset: ClinicProtocol, phase: Phase) -> str:
    return words.AND_THEN.join(_stage(stage) for stage in preset.cuff_of(phase))


def _stage(stage: CuffStage) -> str:
    until = ""
    if stage.readings is not None:
        until += words.STAGE_READINGS.format(readings=stage.readings)
    if stage.until_min is not None:
        until += words.STAGE_MINUTE.format(minute=stage.until_min)
    if stage.until_in_limits is not None:
        until += words.STAGE_WITHIN.format(readings=stage.until_in_limits)
    raised = stage.after_rate_increase_min
    told = "" if raised is None else words.STAGE_RAISED.format(every=f"{raised:g}")
    return words.STAGE.format(every=f"{stage.every_min:g}", until=until, raised=told)


def _check(preset: ClinicProtocol, check: CheckName) -> str:
    parts = [part for plan in preset.checks if check in plan.names for part in _moments(plan)]
    return ", ".join(parts)


def _moments(plan: CheckPlan) -> Iterator[str]:
    if plan.at_baseline:
        yield words.CHECK_BASELINE
    if plan.dosed_min:
        yield words.CHECK_DOSED.format(minutes=_listed(plan.dosed_min))
    if plan.every_min is not None:
        yield words.CHECK_EVERY.format(every=plan.every_min)
    if plan.at_end:
        yield words.CHECK_END
    if plan.recovery_min:
        yield words.CHECK_RECOVERY.format(minutes=_listed(plan.recovery_min))


def _listed(minutes: tuple[int, ...]) -> str:
    return " + ".join(str(minute) for minute in minutes)
