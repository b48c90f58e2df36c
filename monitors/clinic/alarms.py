"""The alarm engine: a state, the limits, one thing that happened, and now; out come events.

Here lives the passing of time and nothing else: whatever fell due before this moment happens
first, each thing stamped with its own moment, then the new thing is taken up. There is no clock,
no timer and no thread, so a recorded session gives the same alarms each time, byte for byte.
Source of the shape: alarm logic as a pure function with time as an argument (prometheus rules).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isnan
from typing import Any

from monitors.clinic.alarm_event import AlarmEvent
from monitors.clinic.alarm_orders import (
    acknowledge,
    pause_audio,
    remind_of_pause,
    resume_audio,
    take_limits,
    take_phase,
)
from monitors.clinic.alarm_state import AlarmState, StepTrack, Track
from monitors.clinic.alarm_turn import Turn, fire_step, grow_step, tell_again
from monitors.clinic.conditions import Priority
from monitors.clinic.equipment import (
    end_hold,
    expect_reading,
    fire_blind,
    take_cuff_activity,
    take_fault,
    take_port,
    watch_signal,
)
from monitors.clinic.judging import judge_cuff, judge_pressures, judge_sample
from monitors.clinic.limits import Limits
from monitors.clinic.standing import RoomSignal, StandingAlarm, standing, storm
from monitors.clinic.stimuli import (
    Acknowledge,
    Baseline,
    CuffResult,
    CuffRunning,
    Fault,
    LimitsAre,
    NibpDue,
    PauseAudio,
    PhaseIs,
    PortState,
    ResumeAudio,
    Sample,
    Stimulus,
    Tick,
)
from monitors.readings import Validity, Vital

__all__ = [
    "AlarmEvent",
    "AlarmState",
    "RoomSignal",
    "StandingAlarm",
    "deadline_ms",
    "standing",
    "step",
    "step_together",
    "storm",
]

Due = tuple[int, str, str, int]
"""When, what kind of thing, of which track, which step (negative: of steps due at one moment, the
most urgent comes first, so that an alarm begins as what it is)."""


def step(
    state: AlarmState, limits: Limits, stimulus: Stimulus, now_ms: int
) -> tuple[AlarmState, tuple[AlarmEvent, ...]]:
    """Take up what happened at a moment; return the new state and what is to be told and kept.

    now_ms: timeline milliseconds; a moment before the last one counts as the last one.
    """
    return step_together(state, limits, (stimulus,), now_ms)


def step_together(
    state: AlarmState, limits: Limits, happened: Sequence[Stimulus], now_ms: int
) -> tuple[AlarmState, tuple[AlarmEvent, ...]]:
    """Take up all that happened at one moment, as step does with one thing.

    What falls due at the very moment of a new value waits for what that value says.
    """
    now_ms = max(now_ms, state.now_ms)
    turn = Turn(state, limits, state.now_ms)
    brings_value = any(isinstance(one, Sample) for one in happened)
    _pass_time(turn, now_ms - 1 if brings_value else now_ms, state.now_ms)
    turn.at_ms = now_ms
    for one in happened:
        _TAKERS[type(one)](turn, one)
    _pass_time(turn, now_ms, now_ms)
    turn.change(now_ms=now_ms)
    return turn.state, tuple(turn.events)


def deadline_ms(state: AlarmState) -> int | None:
    """Return when something falls due by itself, so that a Tick is needed; None for never."""
    due = _next_due(state)
    return due[0] if due else None


def _pass_time(turn: Turn, now_ms: int, earliest_ms: int) -> None:
    """Let everything due by now happen, in its order; nothing is stamped before earliest_ms."""
    while (due := _next_due(turn.state)) is not None and due[0] <= now_ms:
        turn.at_ms = max(due[0], earliest_ms)
        _happen(turn, due)


def _happen(turn: Turn, due: Due) -> None:
    _, kind, track_id, index = due
    if kind == "blind":
        fire_blind(turn)
    elif kind == "hold":
        end_hold(turn, "longest_hold")
    elif kind == "pause":
        resume_audio(turn, None, "pause_over")
    elif kind == "remind":
        remind_of_pause(turn)
    elif kind == "again":
        tell_again(turn, turn.state.tracks[track_id])
    elif kind == "grow":
        grow_step(turn, turn.state.tracks[track_id], index)
    else:
        fire_step(turn, turn.state.tracks[track_id], -index)


def _next_due(state: AlarmState) -> Due | None:
    """Return the next thing that falls due by itself; ties go by kind and name, always alike."""
    found: list[Due] = []
    if state.blind_ms is not None:
        found.append((state.blind_ms, "blind", "", 0))
    if state.hold is not None:
        found.append((state.hold.until_ms, "hold", "", 0))
    if (pause := state.pause) is not None:
        found.append((pause.until_ms, "pause", "", 0))
        if pause.remind_ms is not None and pause.remind_ms < pause.until_ms:
            found.append((pause.remind_ms, "remind", "", 0))
    for track in state.tracks.values():
        _add_dues(found, track)
    return min(found) if found else None


def _add_dues(found: list[Due], track: Track) -> None:
    known = track.acknowledged
    for index, one in enumerate(track.steps):
        if one is None:
            continue
        if not one.is_active:
            if one.due_ms is not None and _speaks(one, one.due_ms):
                found.append((one.due_ms, "step", track.id, -index))
            continue
        if one.grows_ms is not None and not one.has_grown and _speaks(one, one.grows_ms):
            found.append((one.grows_ms, "grow", track.id, index))
        if known is not None and known.tell_again_ms is not None:
            is_high = track.priority is Priority.HIGH
            if is_high and _speaks(one, known.tell_again_ms):
                found.append((known.tell_again_ms, "again", track.id, index))


def _speaks(one: StepTrack, at_ms: int) -> bool:
    """Tell whether the last value still speaks for the patient at a moment: a gap does not."""
    return one.known_until_ms is None or at_ms <= one.known_until_ms


def _take_sample(turn: Turn, sample: Sample) -> None:
    if sample.value is not None and isnan(sample.value):
        sample = replace(sample, value=None, validity=Validity.NOT_AVAILABLE)
    if sample.vital is Vital.SPO2:
        watch_signal(turn, sample)
    judge_sample(turn, sample)


def _take_baseline(turn: Turn, baseline: Baseline) -> None:
    turn.change(baseline={str(key): value for key, value in baseline.values.items()})
    judge_pressures(turn)


def _take_due(turn: Turn, due: NibpDue) -> None:
    turn.change(due_ms=due.due_ms, due_interval_ms=round(due.interval_s * 1000))
    expect_reading(turn)


def _resume(turn: Turn, order: ResumeAudio) -> None:
    resume_audio(turn, order.by, "by_person")


def _nothing(turn: Turn, tick: Tick) -> None:
    return


_TAKERS: dict[type[Any], Callable[[Turn, Any], None]] = {
    Sample: _take_sample,
    CuffResult: judge_cuff,
    PortState: take_port,
    CuffRunning: take_cuff_activity,
    PhaseIs: take_phase,
    Baseline: _take_baseline,
    LimitsAre: take_limits,
    Acknowledge: acknowledge,
    PauseAudio: pause_audio,
    ResumeAudio: _resume,
    NibpDue: _take_due,
    Fault: take_fault,
    Tick: _nothing,
}
