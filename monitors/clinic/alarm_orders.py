"""What the engine makes of people and of the session: acknowledge, pause, limits, phases.

Here live the four things that are not the same: acknowledged (one condition, one person), audio
paused (one recliner, two minutes), a limit that is off (a change with a reason), and latched (told
until somebody knows). Discharge ends them all; the next patient inherits nothing.
Source: the vocabulary of IEC 60601-1-8; the figures are Chairside's own, docs/alarms.md.
"""

from __future__ import annotations

from dataclasses import replace

from monitors.clinic.alarm_event import EventState, Inactivation, Transition
from monitors.clinic.alarm_state import (
    ENDED_PHASES,
    Acknowledgement,
    AudioPause,
    CuffMemory,
    Track,
)
from monitors.clinic.alarm_turn import Turn, absent, kinds_of, tell_again
from monitors.clinic.conditions import CONDITIONS, Condition, Kind, Priority
from monitors.clinic.equipment import blind_from, end_hold, expect_reading, schedule
from monitors.clinic.judging import judge_pressures, reshaped
from monitors.clinic.limits import Limit
from monitors.clinic.stimuli import Acknowledge, LimitsAre, PauseAudio, PhaseIs
from monitors.readings import Vital

TELL_AGAIN_MS = 180_000
LONGEST_PAUSE_MS = 120_000
REMIND_EVERY_MS = 60_000


def acknowledge(turn: Turn, order: Acknowledge) -> None:
    """Note that a person knows of a condition; no event says that nothing was standing."""
    for track in tuple(turn.state.tracks.values()):
        is_meant = order.device_id is None or track.device_id == order.device_id
        if track.condition is order.condition and is_meant and track.told is not None:
            _acknowledge_one(turn, track, order.by)


def _acknowledge_one(turn: Turn, track: Track, by: str) -> None:
    told = track.told
    if track.rank is None:
        gone = replace(track, latched=None, latch=None)
        turn.tell(
            replace(track.as_told, latched=None, latch=None),
            Transition.ACKNOWLEDGED,
            by=by,
            priority=told,
            inactivation=Inactivation.ACKNOWLEDGED,
        )
        turn.put(gone) if any(track.steps) else turn.drop(track.id)
        return
    again_ms = turn.at_ms + TELL_AGAIN_MS if track.priority is Priority.HIGH else None
    note = Acknowledgement(by, turn.at_ms, track.rank, again_ms)
    known = replace(track, acknowledged=note, latched=None, latch=None)
    turn.put(known)
    shown = replace(track.as_told, acknowledged=note, latched=None, latch=None)
    turn.tell(shown, Transition.ACKNOWLEDGED, by=by, priority=told)


def pause_audio(turn: Turn, order: PauseAudio) -> None:
    """Silence a recliner for a while: what stands, and nothing worse or opposite."""
    standing = [track for track in turn.state.tracks.values() if track.told is not None]
    highest = max((track.told.rank for track in standing if track.told), default=1)
    covered = sorted({kinds for track in standing if (kinds := kinds_of(track))})
    latest_ms = turn.at_ms + LONGEST_PAUSE_MS
    until_ms = latest_ms if order.until_ms is None else min(order.until_ms, latest_ms)
    floor = (Priority.LOW, Priority.MEDIUM, Priority.HIGH)[highest - 1]
    remind_ms = turn.at_ms + REMIND_EVERY_MS
    pause = AudioPause(order.by, turn.at_ms, until_ms, floor, tuple(covered), remind_ms)
    turn.change(pause=pause)
    turn.note(Transition.AUDIO_PAUSED, by=order.by, inactivation=Inactivation.AUDIO_PAUSED)


def resume_audio(turn: Turn, by: str | None, reason: str) -> None:
    """Give the sound back; nothing where it was not paused."""
    if turn.state.pause is not None:
        turn.change(pause=None)
        turn.note(Transition.AUDIO_RESUMED, by=by, reason=reason)


def remind_of_pause(turn: Turn) -> None:
    """Remind that the sound is off."""
    pause = turn.state.pause
    if pause is None or pause.remind_ms is None:
        return
    turn.change(pause=replace(pause, remind_ms=pause.remind_ms + REMIND_EVERY_MS))
    turn.note(Transition.AUDIO_REMINDER, by=pause.by, inactivation=Inactivation.AUDIO_PAUSED)


def take_limits(turn: Turn, change: LimitsAre) -> None:
    """Judge by other limits from here on; a condition whose limit is off or gone ends."""
    turn.limits = change.limits
    for track in tuple(turn.state.tracks.values()):
        limit = turn.limit(track.condition)
        if limit is None:
            _switch_off(turn, track, change)
        elif len(track.steps) != len(limit.steps):
            turn.put(reshaped(track, limit))
    judge_pressures(turn)
    if change.by is not None and change.condition is not None:
        _note_change(turn, change, change.condition)


def _switch_off(turn: Turn, track: Track, change: LimitsAre) -> None:
    turn.drop(track.id)
    if track.told is not None:
        turn.tell(
            track if track.rank is not None else track.as_told,
            Transition.ENDED,
            state=EventState.OFF,
            inactivation=Inactivation.ALARM_OFF,
            by=change.by,
            reason=change.reason,
        )


def _note_change(turn: Turn, change: LimitsAre, condition: Condition) -> None:
    limit: Limit | None = change.limits.by_condition.get(condition)
    is_off = limit is None or limit.is_off
    track = turn.state.tracks.get(condition)
    is_true = track is not None and track.rank is not None
    state = EventState.ACTIVE if is_true else EventState.INACTIVE
    bound = limit.bound if limit else None
    turn.note(
        Transition.LIMIT_CHANGED,
        condition=condition,
        priority=limit.priority if limit else None,
        state=EventState.OFF if is_off else state,
        inactivation=Inactivation.ALARM_OFF if is_off else Inactivation.ENABLED,
        limit=None if is_off or bound is None else bound.number,
        limit_words=None if is_off or bound is None else f"{bound.words} {bound.number:g}",
        by=change.by,
        reason=change.reason,
    )


def take_phase(turn: Turn, now: PhaseIs) -> None:
    """Follow the session: watch from baseline on, count the planned end, reset at discharge."""
    before = turn.state.phase
    was_watched = turn.state.is_watched
    is_over = now.phase in ENDED_PHASES or now.phase is None
    if is_over and before is not None and before not in ENDED_PHASES:
        discharge(turn, str(now.phase or "discharged"))
    elif before is None and not is_over:
        _forget_cuff(turn)
    turn.change(phase=now.phase)
    if was_watched and not turn.state.is_watched:
        _stop_watching(turn)
    elif turn.state.is_watched and not was_watched:
        turn.change(spo2_at_ms=None, blind_ms=blind_from(turn, turn.at_ms))
    expect_reading(turn)
    _expect_end(turn, now)


def _stop_watching(turn: Turn) -> None:
    end_hold(turn, "not_watched")
    turn.change(blind_ms=None)
    for track in tuple(turn.state.tracks.values()):
        if CONDITIONS[track.condition].is_watch_only:
            absent(turn, track.condition, track.device_id)


def _expect_end(turn: Turn, now: PhaseIs) -> None:
    """Set when the infusion clock counts as overrun."""
    limit = turn.limit(Condition.CLOCK_OVERRUN)
    if limit is None or now.phase != "infusing" or now.planned_end_ms is None:
        absent(turn, Condition.CLOCK_OVERRUN)
        return
    moments = [now.planned_end_ms + round(step.delay_s * 1000) for step in limit.steps]
    schedule(turn, Condition.CLOCK_OVERRUN, limit, now.planned_end_ms, moments)


def discharge(turn: Turn, reason: str) -> None:
    """Forget the patient: alarms, latches, acknowledgements, pause, baseline, cuff readings."""
    end_hold(turn, reason)
    resume_audio(turn, None, reason)
    for track in tuple(turn.state.tracks.values()):
        if _is_of_patient(track):
            turn.drop(track.id)
            if track.told is not None:
                gone = _cleared(track)
                turn.tell(gone, Transition.CLEARED, priority=track.told, reason=reason)
        elif track.acknowledged is not None:
            tell_again(turn, track)
    turn.change(
        baseline={},
        cuff=CuffMemory(),
        due_ms=None,
        due_interval_ms=0,
        spo2_at_ms=None,
        blind_ms=None,
        may_hold=True,
        held_total_ms=0,
        since_ms=turn.at_ms,
    )


def _forget_cuff(turn: Turn) -> None:
    """Forget what a cuff measured while nobody had a session: it is not the one's who comes."""
    for track in tuple(turn.state.tracks.values()):
        if CONDITIONS[track.condition].vital is Vital.NIBP:
            turn.drop(track.id)
            if track.told is not None:
                gone = _cleared(track)
                turn.tell(gone, Transition.CLEARED, priority=track.told, reason="session_began")
    turn.change(cuff=CuffMemory(), since_ms=turn.at_ms)


def _cleared(track: Track) -> Track:
    """Return a track that is taken away, with what staff were told of it at last."""
    return replace(track.as_told, rank=None, latched=None, latch=None, acknowledged=None)


def _is_of_patient(track: Track) -> bool:
    row = CONDITIONS[track.condition]
    return row.kind is Kind.PHYSIOLOGICAL or row.vital is not None
