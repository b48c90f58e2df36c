"""Hold values against limits: which steps are broken, kept, or in the band between.

A valid value may start and clear; a questionable one may start but never clear; anything without
a number does neither and never comes here. A gap is the stretch after a value has gone stale: it
neither advances a delay nor clears, unless the next value breaks the limit too.
Source: Chairside's own rules, docs/alarms.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitors.clinic.alarm_state import CuffMemory, StepTrack, Track
from monitors.clinic.alarm_turn import Turn, absent, present, settle, start_step
from monitors.clinic.conditions import CONDITIONS, Component, Condition, Direction
from monitors.clinic.limits import Limit, Step
from monitors.clinic.stimuli import CuffResult, Sample
from monitors.readings import (
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    SignalCondition,
    Validity,
    Vital,
)

Broken = tuple[float, str, float]
"""How far past the bound, which quantity, its value."""

_DOUBTFUL = frozenset({SignalCondition.ARTIFACT, SignalCondition.LOW_SIGNAL})


def judge_sample(turn: Turn, sample: Sample) -> None:
    """Hold a continuous value against its vital's limits."""
    limits = turn.limits.by_vital.get(sample.vital)
    if limits is None or sample.value is None:
        return
    if sample.validity is Validity.VALID:
        is_valid = True
    elif sample.validity is Validity.QUESTIONABLE:
        is_valid = False
    else:
        return
    values = {str(sample.vital): sample.value}
    judged = Judged(values, is_valid, turn.at_ms, turn.at_ms + sample.fresh_ms)
    for limit in limits:
        judge(turn, limit, judged)


def judge_cuff(turn: Turn, result: CuffResult) -> None:
    """Take up the outcome of a cuff measurement, once; an undated old one is not judged."""
    determination = result.determination
    if determination.outcome is NibpOutcome.FAILED:
        _take_failure(turn, determination)
        return
    last = turn.state.cuff.measured_ms
    is_old = result.measured_ms < turn.state.since_ms or determination.is_age_unknown
    if is_old or (last is not None and result.measured_ms <= last):
        return
    pressures = pressures_of(determination) | dict(result.exact)
    turn.change(cuff=CuffMemory(result.measured_ms, pressures))
    absent(turn, Condition.NIBP_FAILED)
    judge_pressures(turn, is_valid=not _DOUBTFUL & set(determination.conditions))


def judge_pressures(turn: Turn, is_valid: bool = True) -> None:
    """Hold the last cuff reading against the pressure limits."""
    cuff = turn.state.cuff
    if cuff.measured_ms is None:
        return
    judged = Judged(cuff.pressures, is_valid, cuff.measured_ms, None)
    for limit in turn.limits.by_vital.get(Vital.NIBP, ()):
        judge(turn, limit, judged)


def pressures_of(determination: NibpDetermination) -> dict[str, float]:
    """Return the pressures a determination gave, by Component."""
    given = {
        Component.SYSTOLIC: determination.systolic_mmhg,
        Component.DIASTOLIC: determination.diastolic_mmhg,
        Component.MEAN: determination.mean_mmhg,
    }
    return {str(name): float(value) for name, value in given.items() if value is not None}


def _take_failure(turn: Turn, determination: NibpDetermination) -> None:
    """Count a failed measurement; the second in a row is the second step of its limit."""
    limit = turn.limit(Condition.NIBP_FAILED)
    if determination.reason is NibpFailure.CANCELLED or limit is None:
        return
    failures = turn.state.cuff.failures + 1
    turn.change(cuff=replace(turn.state.cuff, failures=failures))
    reason = str(determination.reason or NibpFailure.UNKNOWN)
    present(turn, Condition.NIBP_FAILED, turn.at_ms, reason=reason)
    track = turn.state.tracks[str(Condition.NIBP_FAILED)]
    steps = tuple(
        known if index < failures else None for index, known in enumerate(_all(track, limit, turn))
    )
    turn.put(replace(track, steps=steps, reason=reason))


def _all(track: Track, limit: Limit, turn: Turn) -> tuple[StepTrack, ...]:
    return tuple(
        known or start_step(step, turn.at_ms, turn.at_ms)
        for known, step in zip(track.steps, limit.steps, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold what is judged: values by Vital or Component, and how far they may be believed.

    measured_ms: when they were taken. known_until_ms: until when they speak for the patient.
    """

    values: Mapping[str, float]
    is_valid: bool
    measured_ms: int
    known_until_ms: int | None


def judge(turn: Turn, limit: Limit, judged: Judged) -> None:
    """Hold values against one limit and count its steps on."""
    track = turn.state.tracks.get(limit.condition)
    hits = [broken(step, judged.values, turn.state.baseline) for step in limit.steps]
    if track is None:
        if not any(hits):
            return
        track = Track(limit.condition, steps=tuple(None for _ in limit.steps))
    elif len(track.steps) != len(limit.steps):
        track = reshaped(track, limit)
    can_clear = judged.is_valid and all(key in judged.values for key in track.worsts)
    steps = tuple(
        _broken_on(turn, step, known, judged, hit[1])
        if hit is not None
        else _kept(turn, step, known, judged, limit.hysteresis, can_clear)
        for step, known, hit in zip(limit.steps, track.steps, hits, strict=True)
    )
    settle(turn, track, _measured(replace(track, steps=steps), hits, judged.values), limit)


def _broken_on(
    turn: Turn, step: Step, known: StepTrack | None, judged: Judged, key: str
) -> StepTrack:
    """Return how far a step has come after a value that breaks it.

    Where its delay is over by now, at this moment or in a gap, it is true at once: so that a more
    urgent step that the same value ends gives way to it, and the alarm does not end and start.
    """
    if known is None:
        known = start_step(step, judged.measured_ms, turn.at_ms, judged.known_until_ms)
    elif _confirms(step, known, judged.measured_ms):
        known = replace(known, due_ms=turn.at_ms)
    known = replace(known, known_until_ms=judged.known_until_ms, key=key)
    return _come_true(known, turn.at_ms)


def _kept(
    turn: Turn,
    step: Step,
    known: StepTrack | None,
    judged: Judged,
    hysteresis: float,
    can_clear: bool,
) -> StepTrack | None:
    """Return how far a step has come after a value that keeps it; None when it is over.

    A value in the band between bound and hysteresis goes on from the last one, but closes no gap.
    """
    if known is None or not can_clear:
        return known
    if not known.is_active or is_back(step, judged.values, turn.state.baseline, hysteresis):
        return None
    if known.known_until_ms is not None and known.known_until_ms < judged.measured_ms:
        return known
    return _come_true(replace(known, known_until_ms=judged.known_until_ms), turn.at_ms)


def _come_true(known: StepTrack, now_ms: int) -> StepTrack:
    """Return a step of a continuous value with what is over by now: its delay, its growth."""
    if known.known_until_ms is None:
        return known
    is_active = known.is_active or (known.due_ms is not None and known.due_ms <= now_ms)
    is_grown = is_active and known.grows_ms is not None and known.grows_ms <= now_ms
    return replace(known, is_active=is_active, has_grown=known.has_grown or is_grown)


def _confirms(step: Step, known: StepTrack, measured_ms: int) -> bool:
    """Tell whether a further reading, late enough, makes a waiting step true."""
    if step.confirm_after_s is None or known.due_ms is not None:
        return False
    waited_ms = measured_ms - known.since_ms
    return waited_ms > 0 and waited_ms >= step.confirm_after_s * 1000


def _measured(track: Track, hits: list[Broken | None], values: Mapping[str, float]) -> Track:
    """Write the newest values and the worst of each quantity that broke the limit."""
    if not track.key and not any(hits):
        return track
    direction = CONDITIONS[track.condition].direction
    worse = min if direction is Direction.BELOW else max
    worsts = dict(track.worsts)
    for hit in hits:
        if hit is not None:
            worsts[hit[1]] = worse(worsts.get(hit[1], hit[2]), hit[2])
    return replace(track, newest=values, worsts=worsts)


def broken(step: Step, values: Mapping[str, float], baseline: Mapping[str, float]) -> Broken | None:
    """Return the bound of a step that is broken the farthest; None when all are kept."""
    worst: Broken | None = None
    for bound in step.bounds:
        value = values.get(bound.key)
        level = bound.level(baseline)
        if value is None or level is None or not bound.breaks(value, level):
            continue
        hit = (bound.excess(value, level), bound.key, value)
        worst = hit if worst is None or hit > worst else worst
    return worst


def is_back(
    step: Step, values: Mapping[str, float], baseline: Mapping[str, float], hysteresis: float
) -> bool:
    """Tell whether every value lies within its bound by the hysteresis."""
    for bound in step.bounds:
        value, level = values.get(bound.key), bound.level(baseline)
        if value is None or level is None:
            continue
        if bound.breaks(value, level) or bound.excess(value, level) > -hysteresis:
            return False
    return True


def reshaped(track: Track, limit: Limit) -> Track:
    """Fit a track to a limit with other steps: what was true stays true until a value says else."""
    told = track.rank
    if told is None:
        return replace(track, steps=tuple(None for _ in limit.steps))
    since = next(step.since_ms for step in track.steps if step is not None and step.is_active)
    kept = StepTrack(since, since, None, is_active=True)
    steps = [kept if step.priority.rank <= told[0] else None for step in limit.steps]
    if not any(steps):
        steps[0] = kept
    return replace(track, steps=tuple(steps))
