"""What each event makes of a cuff cadence: phases, results, orders, and what time alone ends.

Here lives the step from event to cadence; no port, no timer, no limit of an alarm. That repeats
end after two readings within limits is this product's default.
"""

from __future__ import annotations

from dataclasses import replace

from monitors.clinic.cadence import Cadence
from monitors.clinic.cadence_events import (
    Arm,
    AskNow,
    CadenceEvent,
    CuffPromise,
    CuffResult,
    CuffStarted,
    Disarm,
    IntervalIs,
    PhaseIs,
    RateRaised,
    StagesAre,
    Stat,
    StopStat,
    Tick,
)
from monitors.clinic.cadence_promise import promise
from monitors.clinic.phases import Phase
from monitors.clinic.protocols import CUFF_INTERVALS_MIN
from monitors.errors import SessionError
from monitors.readings import NibpFailure, NibpOutcome

NORMALS_AFTER_ALERT = 2
SAME_RESULT_MS = 10_000


def step(cadence: Cadence, event: CadenceEvent, now_ms: int) -> tuple[Cadence, CuffPromise]:
    """Take in an event and return the new cadence with what it promises now.

    Raises SessionError for an order it refuses: arming without a person, outside a watched
    phase or on the IV arm, an interval outside the selectable ones.
    """
    cadence = _settled(_taken_in(cadence, event, now_ms), now_ms)
    return cadence, promise(cadence, now_ms)


def _taken_in(cadence: Cadence, event: CadenceEvent, now_ms: int) -> Cadence:
    match event:
        case PhaseIs(phase):
            return _entered(cadence, phase, now_ms)
        case CuffStarted():
            return replace(cadence, started_ms=now_ms)
        case CuffResult():
            return _with_result(cadence, event, now_ms)
        case Arm():
            return _armed(cadence, event, now_ms)
        case Disarm():
            return replace(_without_stat(cadence), armed_by=None)
        case Stat(by, may_start):
            stat_by = by if may_start else None
            return replace(_asked(cadence, now_ms), stat_ms=now_ms, stat_by=stat_by, failures=0)
        case StopStat():
            return _without_stat(cadence)
        case AskNow():
            return replace(_asked(cadence, now_ms), failures=0)
        case RateRaised():
            return replace(cadence, is_rate_raised=True)
        case IntervalIs():
            return _with_interval(cadence, event)
        case StagesAre(stages):
            return replace(cadence, stages=stages)
        case Tick():
            return cadence


def _settled(cadence: Cadence, now_ms: int) -> Cadence:
    """End what time alone ends: a STAT series, and a cycle that never gave a result."""
    if cadence.stat_ends_ms is not None and now_ms >= cadence.stat_ends_ms:
        cadence = _without_stat(cadence)
    ended_ms = cadence.cycle_ends_ms
    if ended_ms is None or now_ms < ended_ms:
        return cadence
    return replace(
        cadence,
        started_ms=None,
        ended_ms=ended_ms,
        failures=cadence.failures + 1,
        failure=NibpFailure.TIMEOUT,
    )


def _without_stat(cadence: Cadence) -> Cadence:
    return replace(cadence, stat_ms=None, stat_by=None)


def _entered(cadence: Cadence, phase: Phase, now_ms: int) -> Cadence:
    """Enter a phase; baseline, a pause and the end of the infusion ask for a reading at once."""
    before = cadence.phase
    cadence = replace(cadence, phase=phase)
    if not phase.is_watched:
        return replace(_without_stat(cadence), armed_by=None, asked_ms=None)
    if cadence.watched_ms is None:
        settled = _settled(cadence, now_ms)
        cadence = replace(settled, watched_ms=now_ms, failures=0, failure=None)
    if _stretch_of(phase) is not cadence.stretch:
        cadence = replace(
            cadence,
            stretch=_stretch_of(phase),
            stretch_ms=now_ms,
            readings=0,
            within_row=0,
            is_rate_raised=False,
        )
    infusion_stops = before in (Phase.INFUSING, Phase.PAUSED) and phase is not Phase.INFUSING
    if phase is Phase.BASELINE or (infusion_stops and phase is not before):
        return _asked(cadence, now_ms)
    return cadence


def _stretch_of(phase: Phase) -> Phase:
    return Phase.INFUSING if phase is Phase.PAUSED else phase


def _asked(cadence: Cadence, now_ms: int) -> Cadence:
    if not cadence.phase.is_watched:
        raise SessionError(f"no cuff reading is due in {cadence.phase}; begin the baseline first")
    return replace(cadence, asked_ms=now_ms if cadence.asked_ms is None else cadence.asked_ms)


def _with_result(cadence: Cadence, result: CuffResult, now_ms: int) -> Cadence:
    """Count a result if it was measured in this session and is new."""
    measured_ms = result.measured_ms
    if measured_ms is None:
        return cadence
    measured_ms = min(measured_ms, now_ms)
    if cadence.watched_ms is None or not cadence.phase.is_watched:
        return _over(cadence, measured_ms)
    is_failed = result.determination.outcome is NibpOutcome.FAILED
    newest_ms = cadence.ended_ms if is_failed else cadence.last_ms
    if measured_ms < cadence.watched_ms:
        return _over(cadence, measured_ms)
    if not _is_new(measured_ms, newest_ms):
        return cadence
    ended_ms = max(measured_ms, measured_ms if cadence.ended_ms is None else cadence.ended_ms)
    ended = replace(cadence, started_ms=None, ended_ms=ended_ms)
    if is_failed:
        reason = result.determination.reason or NibpFailure.UNKNOWN
        if reason is NibpFailure.CANCELLED:
            ended = _without_stat(ended)
        return replace(ended, failures=cadence.failures + 1, failure=reason)
    return _with_reading(ended, measured_ms, result.is_within_limits)


def _over(cadence: Cadence, measured_ms: int) -> Cadence:
    """End the cycle that gave a result which does not count: it waits for none any more."""
    started_ms = cadence.started_ms
    if started_ms is None or measured_ms < started_ms:
        return cadence
    return replace(cadence, started_ms=None, ended_ms=measured_ms)


def _is_new(measured_ms: int, newest_ms: int | None) -> bool:
    """Tell a new result from one told again, whose age a device rounds differently each time."""
    return newest_ms is None or measured_ms >= newest_ms + SAME_RESULT_MS


def _with_reading(cadence: Cadence, measured_ms: int, is_within_limits: bool) -> Cadence:
    is_answer = cadence.asked_ms is not None and measured_ms >= cadence.asked_ms
    in_stretch = measured_ms >= cadence.stretch_ms
    normals = cadence.normals + 1 if is_within_limits else 0
    alerts = cadence.alerts if is_within_limits else cadence.alerts + 1
    return replace(
        cadence,
        last_ms=measured_ms,
        failures=0,
        failure=None,
        asked_ms=None if is_answer else cadence.asked_ms,
        readings=cadence.readings + in_stretch,
        within_row=(cadence.within_row + in_stretch) if is_within_limits else 0,
        normals=normals,
        alerts=0 if normals >= NORMALS_AFTER_ALERT else alerts,
    )


def _armed(cadence: Cadence, event: Arm, now_ms: int) -> Cadence:
    if not event.by.strip():
        raise SessionError("to arm the cuff cadence, say who does it: a person's name is missing")
    if not cadence.phase.is_watched:
        raise SessionError(
            f"the cuff cadence can be armed from baseline to discharge, not in {cadence.phase}"
        )
    if event.cuff_arm is None or event.iv_arm is None:
        raise SessionError("say which arm has the cuff and which the IV before arming the cadence")
    if event.cuff_arm == event.iv_arm:
        raise SessionError(
            f"the cuff is on the {event.cuff_arm} arm, which has the IV: a cadence never "
            "inflates there; move the cuff or measure by hand"
        )
    return replace(cadence, armed_by=event.by.strip(), failures=0)


def _with_interval(cadence: Cadence, event: IntervalIs) -> Cadence:
    every_min, stretch = event.every_min, _stretch_of(event.phase)
    if every_min is not None and every_min not in CUFF_INTERVALS_MIN:
        allowed = ", ".join(f"{minutes:g}" for minutes in CUFF_INTERVALS_MIN)
        raise SessionError(f"a cuff interval is {allowed} minutes, not {every_min:g}")
    kept = tuple(pair for pair in cadence.chosen if pair[0] is not stretch)
    added = () if every_min is None else ((stretch, every_min),)
    return replace(cadence, chosen=kept + added)
