"""What the engine makes of ports, the oximeter's signal, the cuff's cycle and the cadence.

Here live the technical conditions and the hold: while a cuff on the probe's arm inflates, the loss
of SpO2 that it causes is not announced, for at most 60 s, and never what was lost before. Judging
of the patient's values is in judging.py and knows nothing of any hold.
Source of the 60 s: a bedside monitor's manual warns that with such a hold a true loss may be told
up to 60 s late (Philips); the bound keeps it to that. The rest is Chairside's own choice.
"""

from __future__ import annotations

from dataclasses import replace

from monitors.clinic.alarm_event import Transition
from monitors.clinic.alarm_state import (
    HOLD_AFTER_CUFF_MS,
    HOLD_MS,
    Hold,
    StepTrack,
    Track,
    is_held,
)
from monitors.clinic.alarm_turn import Turn, absent, present, settle
from monitors.clinic.conditions import HELD_BY_CUFF, Condition
from monitors.clinic.limits import Limit
from monitors.clinic.stimuli import CuffRunning, Fault, PortCondition, PortState, Sample
from monitors.readings import CuffState, SignalCondition, Validity

_PROBE_OFF = frozenset({SignalCondition.FINGER_OUT, SignalCondition.PROBE_UNPLUGGED})


def take_port(turn: Turn, port: PortState) -> None:
    """Take up what a port does: silent, never heard at all, or speaking again."""
    is_silent = port.state in (PortCondition.SILENT, PortCondition.CLOSED)
    is_unheard = port.state is PortCondition.NEVER
    for condition, is_present in (
        (Condition.PORT_SILENT, is_silent),
        (Condition.NEVER_RECEIVED, is_unheard),
    ):
        if is_present:
            present(turn, condition, turn.at_ms, port.device_id, str(port.state))
        else:
            absent(turn, condition, port.device_id)


def take_fault(turn: Turn, fault: Fault) -> None:
    """Take up a fault of equipment that is told from outside."""
    if fault.is_present:
        present(turn, fault.condition, turn.at_ms, fault.device_id, fault.reason)
    else:
        absent(turn, fault.condition, fault.device_id, fault.reason)


def watch_signal(turn: Turn, sample: Sample) -> None:
    """Follow whether SpO2 comes at all; only a valid value says that it does."""
    if sample.validity is Validity.VALID and sample.value is not None:
        _signal_is_there(turn)
        return
    hold = turn.state.hold
    if hold is not None and hold.lost_ms is None and sample.value is None:
        turn.change(hold=replace(hold, lost_ms=turn.at_ms))
    if turn.state.is_watched and sample.value is None and _PROBE_OFF & set(sample.conditions):
        reason = next(str(one) for one in sample.conditions if one in _PROBE_OFF)
        present(turn, Condition.PROBE_OFF, turn.at_ms, reason=reason)


def _signal_is_there(turn: Turn) -> None:
    state = turn.state
    for condition in HELD_BY_CUFF & state.tracks.keys():
        absent(turn, Condition(condition))
    hold = state.hold
    if hold is not None and (hold.lost_ms is not None or hold.is_cuff_done):
        end_hold(turn, "pulse_returned")
    turn.change(spo2_at_ms=turn.at_ms, blind_ms=blind_from(turn, turn.at_ms), may_hold=hold is None)


def blind_from(turn: Turn, since_ms: int) -> int | None:
    """Return when missing SpO2 becomes true, counted from a moment; None when nobody watches."""
    limit = turn.limit(Condition.NO_VALID_SPO2)
    if limit is None or not turn.state.is_watched or not turn.state.has_oximeter:
        return None
    return since_ms + round(limit.steps[0].delay_s * 1000)


def fire_blind(turn: Turn) -> None:
    """Make missing SpO2 true."""
    limit = turn.limit(Condition.NO_VALID_SPO2)
    due_ms, since_ms = turn.state.blind_ms, turn.state.spo2_at_ms
    turn.change(blind_ms=None)
    if limit is None or due_ms is None:
        return
    since = since_ms if since_ms is not None else due_ms - round(limit.steps[0].delay_s * 1000)
    grows_s = limit.steps[0].grows_after_s
    grows_ms = None if grows_s is None else since + round(grows_s * 1000)
    first = StepTrack(since, due_ms, grows_ms=grows_ms, is_active=True)
    steps = (first, *(None for _ in limit.steps[1:]))
    track = Track(Condition.NO_VALID_SPO2, steps=steps, fact_since_ms=since)
    settle(turn, None, track, limit)


def take_cuff_activity(turn: Turn, cuff: CuffRunning) -> None:
    """Follow the cuff's cycle: begin a hold, shorten it, or end it where nothing is known."""
    hold = turn.state.hold
    if cuff.state is CuffState.MEASURING and cuff.same_arm is True:
        if hold is None and turn.state.may_hold:
            _begin_hold(turn)
    elif hold is not None and (cuff.state is CuffState.UNKNOWN or cuff.same_arm is not True):
        end_hold(turn, "cuff_unknown")
    elif hold is not None and not hold.is_cuff_done:
        until_ms = min(hold.until_ms, turn.at_ms + HOLD_AFTER_CUFF_MS)
        turn.change(hold=replace(hold, until_ms=until_ms, is_cuff_done=True))


def _begin_hold(turn: Turn) -> None:
    """Begin to hold what is lost from here on; what was told before is never held."""
    turn.change(hold=Hold(turn.at_ms, turn.at_ms + HOLD_MS), may_hold=False)
    turn.note(Transition.HOLD_STARTED)


def end_hold(turn: Turn, reason: str) -> None:
    """End a hold, count it, and tell what is still true."""
    hold = turn.state.hold
    if hold is None:
        return
    held = [track for track in turn.state.tracks.values() if is_held(turn.state, track)]
    held_ms = 0 if hold.lost_ms is None else turn.at_ms - hold.lost_ms
    turn.change(hold=None, held_total_ms=turn.state.held_total_ms + held_ms)
    turn.note(Transition.HOLD_ENDED, held_ms=held_ms, reason=reason)
    for track in held:
        if track.rank is not None:
            turn.tell(track, Transition.RELEASED)


def expect_reading(turn: Turn) -> None:
    """Set when the next cuff reading counts as overdue, if one is due and somebody is watched."""
    due_ms, interval_ms = turn.state.due_ms, turn.state.due_interval_ms
    limit = turn.limit(Condition.NIBP_OVERDUE)
    if due_ms is None or limit is None or not turn.state.is_watched:
        absent(turn, Condition.NIBP_OVERDUE)
        return
    moments = [due_ms + round((step.of_interval or 0) * interval_ms) for step in limit.steps]
    schedule(turn, Condition.NIBP_OVERDUE, limit, due_ms, moments)


def schedule(
    turn: Turn, condition: Condition, limit: Limit, since_ms: int, moments: list[int]
) -> None:
    """Set the moments at which a condition's steps become true; what is past stays true."""
    fresh = Track(condition, steps=tuple(None for _ in limit.steps))
    before = turn.state.tracks.get(fresh.id)
    known = (before or fresh).steps
    steps = tuple(
        StepTrack(
            since_ms, at_ms, is_active=old is not None and old.is_active and at_ms <= turn.at_ms
        )
        for at_ms, old in zip(moments, known, strict=True)
    )
    after = replace(before or fresh, steps=steps, fact_since_ms=since_ms)
    settle(turn, before, after, limit)
