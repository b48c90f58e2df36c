"""Ask what alarms a recording would have given under any limits: the what-if.

Here lives the replay of stimuli through the same engine that watches live, the comparison of two
sets of limits, and how a recorded trend becomes stimuli. Everything is a pure function of its
input, so the same recording gives the same lines, byte for byte.
Source of the rules for files: docs/alarms.md, What-if.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from monitors.clinic.alarm_event import AlarmEvent, Transition
from monitors.clinic.alarms import AlarmState, step_together
from monitors.clinic.conditions import CONDITIONS, Component, Condition, Kind, Priority
from monitors.clinic.limits import Limit, Limits
from monitors.clinic.stimuli import (
    Baseline,
    CuffResult,
    LimitsAre,
    PhaseIs,
    Sample,
    Stimulus,
    Tick,
)
from monitors.formats.trend_csv import Trend, TrendRow
from monitors.readings import Validity, Vital

Timed = tuple[int, Stimulus]

STALE_INTERVALS = 3
"""A value of a file speaks for this many of the file's own intervals, at least 3 s."""

_PRESSURES = (Component.SYSTOLIC, Component.DIASTOLIC, Component.MEAN)
_STARTS = (Transition.STARTED, Transition.ESCALATED, Transition.DE_ESCALATED)
_ENDS = (Transition.ENDED, Transition.CLEARED)


def replay(
    stimuli: Iterable[Timed], limits: Limits, recliner: str = "replay", has_oximeter: bool = True
) -> Iterator[AlarmEvent]:
    """Run stimuli, in order of time, through the engine and give its events.

    All of one moment is taken up together, so that the order of a file's columns changes nothing.
    Changes of limits in the recording are left out: the limits asked about judge throughout.
    """
    state = AlarmState.new(recliner, has_oximeter=has_oximeter)
    for at_ms, told in groupby(stimuli, key=itemgetter(0)):
        happened = [Tick() if isinstance(one, LimitsAre) else one for _, one in told]
        state, events = step_together(state, limits, happened, at_ms)
        yield from events


def json_line(event: AlarmEvent, start_ms: int = 0) -> str:
    """Write an event as one line: at (seconds from start), condition, priority, transition…"""
    seconds = (event.at_ms - start_ms) / 1000
    return json.dumps(
        {
            "at": _tidy(seconds),
            "condition": str(event.condition) if event.condition else None,
            "priority": str(event.priority) if event.priority else None,
            "transition": str(event.transition),
            "value": _tidy(event.value),
            "limit": _tidy(event.limit),
        }
    )


def _tidy(number: float | None) -> float | int | None:
    """Return a whole number as one, so that 97 is not written 97.0."""
    return int(number) if number is not None and number == int(number) else number


def replayed_lines(
    stimuli: Iterable[Timed], limits: Limits, has_oximeter: bool = True
) -> Iterator[str]:
    """Give the JSON lines of a replay; times count from the first stimulus."""
    start_ms: int | None = None
    listed = list(stimuli)
    start_ms = listed[0][0] if listed else 0
    for event in replay(listed, limits, has_oximeter=has_oximeter):
        if event.condition is not None:
            yield json_line(event, start_ms)


# ---- files


def stimuli_of(trend: Trend, baseline: Mapping[str, float] | None = None) -> Iterator[Timed]:
    """Turn a recorded trend into stimuli: an infusion that runs from the first row to the last.

    baseline: the patient's own values; without them no limit relative to them counts.
    """
    yield 0, PhaseIs("infusing")
    if baseline:
        yield 0, Baseline(baseline)
    fresh_ms = max(3000, STALE_INTERVALS * trend.interval_ms)
    for row in trend.rows:
        yield from _stimuli_of_row(row, fresh_ms)
    yield trend.rows[-1].at_ms, Tick()


def _stimuli_of_row(row: TrendRow, fresh_ms: int) -> Iterator[Timed]:
    for vital, value in row.values:
        validity = Validity.NOT_AVAILABLE if value is None else Validity.VALID
        yield row.at_ms, Sample(vital, value, validity, (), fresh_ms)
    if row.cuff is not None:
        exact = {
            str(name): value
            for name, value in zip(_PRESSURES, row.pressures, strict=False)
            if value is not None
        }
        yield row.at_ms, CuffResult(row.cuff, row.at_ms, exact)


def replay_trend(
    trend: Trend, limits: Limits, baseline: Mapping[str, float] | None = None
) -> Iterator[str]:
    """Give the JSON lines of a recorded trend under limits."""
    return replayed_lines(
        stimuli_of(trend, baseline), scaled(limits, trend.interval_ms), Vital.SPO2 in trend.vitals
    )


def scaled(limits: Limits, interval_ms: int) -> Limits:
    """Return limits whose wait for missing SpO2 is not shorter than a file's staleness."""
    at_least_s = STALE_INTERVALS * interval_ms / 1000
    waits = (Condition.NO_VALID_SPO2, Condition.PROBE_OFF)
    return replace(
        limits,
        limits=tuple(
            _waiting(one, at_least_s) if one.condition in waits else one for one in limits.limits
        ),
    )


def _waiting(limit: Limit, at_least_s: float) -> Limit:
    steps = []
    for one in limit.steps:
        longer_s = max(0.0, at_least_s - one.delay_s)
        grows_s = None if one.grows_after_s is None else one.grows_after_s + longer_s
        steps.append(replace(one, delay_s=one.delay_s + longer_s, grows_after_s=grows_s))
    return replace(limit, steps=tuple(steps))


# ---- comparison


@dataclass(frozen=True, slots=True)
class Episode:
    """Hold one alarm from its start to its end, in ms from the start of the recording.

    priority: the highest it had. end_ms: the recording's end where it outlasted it.
    """

    condition: Condition
    start_ms: int
    end_ms: int
    priority: Priority
    worst: float | None
    limit: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold what one set of limits made of a recording.

    counts: episodes by condition. alarm_ms: time in which any alarm about the patient was true.
    missed: episodes about the patient of the other limits that these say nothing of.
    """

    preset: str
    episodes: tuple[Episode, ...]
    counts: tuple[tuple[Condition, int], ...]
    alarm_ms: int
    missed: tuple[Episode, ...]


def compare(
    stimuli: Iterable[Timed], one: Limits, other: Limits, has_oximeter: bool = True
) -> tuple[Outcome, Outcome]:
    """Hold two sets of limits against the same recording."""
    listed = list(stimuli)
    first = episodes_of(listed, one, has_oximeter)
    second = episodes_of(listed, other, has_oximeter)
    return _outcome(one, first, second), _outcome(other, second, first)


def episodes_of(
    stimuli: list[Timed], limits: Limits, has_oximeter: bool = True
) -> tuple[Episode, ...]:
    """Return the alarms of a recording, each from start to end."""
    if not stimuli:
        return ()
    start_ms, end_ms = stimuli[0][0], stimuli[-1][0]
    running: dict[tuple[Condition, str | None], Episode] = {}
    done: list[Episode] = []
    for event in replay(stimuli, limits, has_oximeter=has_oximeter):
        if event.condition is None or event.priority is None:
            continue
        key, at_ms = (event.condition, event.device_id), event.at_ms - start_ms
        if event.transition in _STARTS:
            running[key] = _grown(running.get(key), event, at_ms, end_ms - start_ms)
        elif event.transition in _ENDS and key in running:
            done.append(replace(running.pop(key), end_ms=at_ms, worst=event.worst))
    done += running.values()
    return tuple(sorted(done, key=lambda episode: (episode.start_ms, str(episode.condition))))


def _grown(known: Episode | None, event: AlarmEvent, at_ms: int, end_ms: int) -> Episode:
    assert event.condition is not None
    assert event.priority is not None
    if known is None:
        return Episode(event.condition, at_ms, end_ms, event.priority, event.worst, event.limit)
    priority = max(known.priority, event.priority, key=lambda one: one.rank)
    return replace(known, priority=priority, worst=event.worst)


def _outcome(limits: Limits, own: tuple[Episode, ...], others: tuple[Episode, ...]) -> Outcome:
    counts: dict[Condition, int] = {}
    for episode in own:
        counts[episode.condition] = counts.get(episode.condition, 0) + 1
    missed = tuple(
        episode
        for episode in others
        if _is_about_patient(episode) and not any(_answers(mine, episode) for mine in own)
    )
    return Outcome(limits.preset, own, tuple(sorted(counts.items())), _time_in(own), missed)


def _is_about_patient(episode: Episode) -> bool:
    return CONDITIONS[episode.condition].kind is Kind.PHYSIOLOGICAL


def _answers(mine: Episode, theirs: Episode) -> bool:
    """Tell whether one alarm says the same of the patient at the same time as another."""
    one, two = CONDITIONS[mine.condition], CONDITIONS[theirs.condition]
    is_same = (one.vital, one.direction) == (two.vital, two.direction)
    return is_same and mine.start_ms <= theirs.end_ms and theirs.start_ms <= mine.end_ms


def _time_in(episodes: tuple[Episode, ...]) -> int:
    """Return the time in which any alarm about the patient was true, overlaps counted once."""
    total_ms, covered_ms = 0, 0
    spans = [(e.start_ms, e.end_ms) for e in episodes if _is_about_patient(e)]
    for start_ms, end_ms in sorted(spans):
        total_ms += max(0, end_ms - max(start_ms, covered_ms))
        covered_ms = max(covered_ms, end_ms)
    return total_ms
