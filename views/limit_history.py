"""The limits of a session as they stood over time: preset, baseline, changes by staff.

Here entries of the record become stretches, each with the limits that counted in it; what a limit
means is the meaning room's, how it is drawn is figure_marks.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from monitors.clinic.intake import ADULT_AGE_YEARS
from monitors.clinic.limits import Limit, Limits, change_limit
from monitors.clinic.preset_file import limits_from_record
from monitors.errors import ChairsideError
from monitors.store.answers import EntryRow, SessionRow
from views.sentences import number
from views.session_chart import LimitLine, Panel
from views.words import pages_en as words

_PANEL_KEY = {
    "spo2_pct": Panel.SPO2,
    "pulse_rate_per_min": Panel.PULSE,
    "systolic_mmhg": Panel.NIBP,
}
"""Which limits are drawn, by what they judge; of pressures the systolic one."""

Span = tuple[int, int]


def limit_lines(
    session: SessionRow, entries: Sequence[EntryRow], span: Span, presets: Mapping[str, Limits]
) -> Iterator[LimitLine]:
    """Yield the limits while each of them stood, changes and the patient's baseline followed."""
    stages = list(_stages(session, entries, presets))
    for index, (from_ms, limits, baseline) in enumerate(stages):
        to_ms = stages[index + 1][0] if index + 1 < len(stages) else span[1]
        if limits is not None and to_ms > from_ms:
            yield from _lines(limits, baseline, from_ms, to_ms)


Stage = tuple[int, Limits | None, dict[str, float]]


def _stages(
    session: SessionRow, entries: Sequence[EntryRow], presets: Mapping[str, Limits]
) -> Iterator[Stage]:
    """Yield the limits and the baseline that counted from each moment on."""
    limits = presets.get(str(session.details.get("preset")))
    baseline: dict[str, float] = {}
    was_minor = False
    yield session.begun_utc_ms, limits, baseline
    for entry in entries:
        payload = entry.payload
        if entry.kind == "baseline":
            baseline = {key: float(v) for key, v in payload.items() if _is_number(v)}
        elif entry.kind == "limit_changed" and limits is not None:
            limits = _changed(limits, entry)
        elif entry.kind == "limits_loaded":
            limits = _loaded(limits, payload, presets)
        elif entry.kind == "intake" and _is_minor(payload) and not was_minor:
            limits, was_minor = None, True
        else:
            continue
        yield entry.at_utc_ms, limits, baseline


def _loaded(
    limits: Limits | None, payload: Mapping[str, object], presets: Mapping[str, Limits]
) -> Limits | None:
    """Return a preset as it was loaded: where a protocol brought it, with what staff changed."""
    name = str(payload.get("preset"))
    if limits is None or "phase" not in payload or name not in presets:
        return presets.get(name)
    try:
        return limits_from_record(limits.to_record() | {"preset": name}, presets)
    except ChairsideError:
        return presets[name]


def _is_minor(intake: Mapping[str, object]) -> bool:
    """Say whether an intake tells of a patient for whom no limits load by themselves."""
    age = intake.get("age_years")
    return isinstance(age, int) and age < ADULT_AGE_YEARS


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _changed(limits: Limits, entry: EntryRow) -> Limits:
    payload = entry.payload
    try:
        return change_limit(
            limits, str(payload["condition"]), payload["to"], entry.by, str(payload["reason"])
        )
    except (ChairsideError, KeyError):
        return limits


def _lines(
    limits: Limits, baseline: dict[str, float], from_ms: int, to_ms: int
) -> Iterator[LimitLine]:
    found = [(limit, level) for limit in limits.limits if (level := _level(limit, baseline))]
    nearest: dict[tuple[Panel, str], float] = {}
    for limit, level in found:
        key, better = _side(limit), max if _direction(limit) == "below" else min
        nearest[key] = better(nearest.get(key, level), level)
    for limit, level in found:
        assert limit.bound is not None
        yield LimitLine(
            _side(limit)[0],
            level,
            f"{words.VITALS[_side(limit)[0]]} {limit.bound.words} {number(level)}",
            from_ms,
            to_ms,
            is_main=nearest[_side(limit)] == level,
            is_changed=limit.is_changed,
        )


def _level(limit: Limit, baseline: dict[str, float]) -> float | None:
    """Return the number at which a limit is first broken, of those on what its panel shows."""
    if limit.bound is None or limit.is_off or str(limit.bound.key) not in _PANEL_KEY:
        return None
    own = [b for b in limit.steps[limit.main].bounds if b.key == limit.bound.key]
    levels = [level for b in own if (level := b.level(baseline)) is not None]
    return (max if _direction(limit) == "below" else min)(levels, default=None)


def _direction(limit: Limit) -> str:
    assert limit.bound is not None
    return str(limit.bound.direction)


def _side(limit: Limit) -> tuple[Panel, str]:
    assert limit.bound is not None
    return _PANEL_KEY[str(limit.bound.key)], _direction(limit)
