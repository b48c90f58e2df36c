"""The cuff as a promise: when the next reading is due, how late it is, whether to start it.

Here live the rules that a cadence is asked at a moment; nothing changes it here. Intervals come
from the protocol preset. Repeats: two minutes after a reading beyond limits, then every five;
these and the lateness of 1.25 and 1.5 intervals are this product's defaults, the rests between
cycles are judgement.
"""

from __future__ import annotations

from monitors.clinic.cadence import Cadence
from monitors.clinic.cadence_events import CuffPromise, DueFor, Overdue, OverdueReason
from monitors.clinic.protocols import CuffStage
from monitors.readings import NibpFailure

MINUTE_MS = 60_000
ASKED_WITHIN_MS = 2 * MINUTE_MS
FIRST_REPEAT_MS = 2 * MINUTE_MS
REPEAT_MS = 5 * MINUTE_MS
REST_MS = 30_000
RETRY_REST_MS = 60_000
ADVISORY_AT = 0.25
TECHNICAL_AT = 0.5


def promise(cadence: Cadence, now_ms: int) -> CuffPromise:
    """Return what the cadence promises at a moment."""
    if not cadence.phase.is_watched:
        return CuffPromise()
    due_for, wish_ms, due_ms, interval_ms = _next_reading(cadence)
    start_ms = max(wish_ms, _free_ms(cadence), _after_failure_ms(cadence, interval_ms))
    advisory_ms = due_ms + round(ADVISORY_AT * interval_ms)
    technical_ms = due_ms + round(TECHNICAL_AT * interval_ms)
    overdue = _overdue(now_ms, advisory_ms, technical_ms)
    ahead = [at_ms for at_ms in (start_ms, due_ms, advisory_ms, technical_ms) if at_ms > now_ms]
    own_ends = [at for at in (cadence.stat_ends_ms, cadence.cycle_ends_ms) if at is not None]
    return CuffPromise(
        start_ms,
        due_ms,
        interval_ms // 1000,
        due_for,
        overdue,
        None if overdue is Overdue.NONE else _overdue_reason(cadence),
        cadence.may_start(now_ms) and cadence.started_ms is None and now_ms >= start_ms,
        min([*ahead, *own_ends], default=None),
    )


def _next_reading(cadence: Cadence) -> tuple[DueFor, int, int, int]:
    """Return why, from when to start, until when promised, and the interval that measures it.

    Whatever would be late first counts; what was asked for is promised within two minutes.
    """
    anchor_ms = _anchor_ms(cadence)
    interval_ms = _interval_ms(cadence)
    options = []
    if cadence.stat_ms is not None:
        from_ms = max(cadence.stat_ms, cadence.ended_ms or cadence.stat_ms)
        options.append((DueFor.STAT, from_ms, from_ms + ASKED_WITHIN_MS, ASKED_WITHIN_MS))
    if cadence.asked_ms is not None:
        due_ms = cadence.asked_ms + ASKED_WITHIN_MS
        options.append((DueFor.ASKED, cadence.asked_ms, due_ms, ASKED_WITHIN_MS))
    if cadence.is_repeating and cadence.last_ms is not None:
        repeat_ms = FIRST_REPEAT_MS if _is_first_repeat(cadence) else REPEAT_MS
        at_ms = cadence.last_ms + repeat_ms
        options.append((DueFor.REPEAT, at_ms, at_ms, repeat_ms))
    routine_ms = anchor_ms + interval_ms
    options.append((DueFor.ROUTINE, routine_ms, routine_ms, interval_ms))
    why, _, due_ms, late_ms = min(options, key=lambda option: option[2] + TECHNICAL_AT * option[3])
    return why, min(option[1] for option in options), due_ms, late_ms


def _is_first_repeat(cadence: Cadence) -> bool:
    return cadence.alerts == 1 and cadence.normals == 0


def _anchor_ms(cadence: Cadence) -> int:
    """Return what the routine interval counts from: the last reading, or the stretch's begin."""
    if cadence.last_ms is None:
        return cadence.stretch_ms
    return max(cadence.last_ms, cadence.stretch_ms)


def _interval_ms(cadence: Cadence) -> int:
    chosen = dict(cadence.chosen).get(cadence.stretch)
    if chosen is not None:
        return round(chosen * MINUTE_MS)
    stage = _stage(cadence)
    every_min = stage.every_min
    if cadence.is_rate_raised and stage.after_rate_increase_min is not None:
        every_min = min(every_min, stage.after_rate_increase_min)
    return round(every_min * MINUTE_MS)


def _stage(cadence: Cadence) -> CuffStage:
    """Return the first stage not over at the anchor, so that a promise never moves by itself."""
    stages = [stage for stage in cadence.stages if stage.phase is cadence.stretch]
    minutes = (_anchor_ms(cadence) - cadence.stretch_ms) / MINUTE_MS
    for stage in stages[:-1]:
        is_over = (
            (stage.readings is not None and cadence.readings >= stage.readings)
            or (stage.until_min is not None and minutes >= stage.until_min)
            or (stage.until_in_limits is not None and cadence.within_row >= stage.until_in_limits)
        )
        if not is_over:
            return stage
    return stages[-1]


def _free_ms(cadence: Cadence) -> int:
    """Return when the arm has rested: after the last end, or after a cycle without a result."""
    if cadence.cycle_ends_ms is not None:
        return cadence.cycle_ends_ms + REST_MS
    return cadence.stretch_ms if cadence.ended_ms is None else cadence.ended_ms + REST_MS


def _after_failure_ms(cadence: Cadence, interval_ms: int) -> int:
    """Return when a failed cycle may be tried again: once soon, then at the ordinary interval.

    After staff cancelled a cycle there is no soon.
    """
    if cadence.failures == 0 or cadence.ended_ms is None:
        return cadence.stretch_ms
    is_cancelled = cadence.failure is NibpFailure.CANCELLED
    if cadence.failures == 1 and not is_cancelled:
        return cadence.ended_ms + RETRY_REST_MS
    return cadence.ended_ms + interval_ms


def _overdue(now_ms: int, advisory_ms: int, technical_ms: int) -> Overdue:
    if now_ms >= technical_ms:
        return Overdue.TECHNICAL
    return Overdue.ADVISORY if now_ms >= advisory_ms else Overdue.NONE


def _overdue_reason(cadence: Cadence) -> OverdueReason:
    if cadence.failure is NibpFailure.TIMEOUT or cadence.started_ms is not None:
        return OverdueReason.NO_RESULT
    if cadence.failure is not None:
        return OverdueReason.CYCLE_FAILED
    return OverdueReason.NEVER_MEASURED if cadence.last_ms is None else OverdueReason.NOT_STARTED
