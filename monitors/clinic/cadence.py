"""The cuff as a promise: when the next reading is due, how late it is, whether to start it.

Here lives one session's cadence as a value and the step from event to promise; no port, no
timer, no limit of an alarm. Intervals come from the protocol preset. Repeats: two minutes after
a reading beyond limits, then every five until two are within; these and the lateness of 1.25 and
1.5 intervals are this product's defaults, the rests between cycles are judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from monitors.clinic.cadence_events import (
    Arm,
    AskNow,
    CadenceEvent,
    CuffPromise,
    CuffResult,
    CuffStarted,
    Disarm,
    DueFor,
    IntervalIs,
    Overdue,
    OverdueReason,
    PhaseIs,
    RateRaised,
    StagesAre,
    Stat,
    StopStat,
    Tick,
)
from monitors.clinic.phases import Phase
from monitors.clinic.protocols import CUFF_INTERVALS_MIN, CuffStage
from monitors.errors import SessionError
from monitors.readings import NibpFailure, NibpOutcome

__all__ = ["Cadence", "cadence_from_record", "promise", "step"]

MINUTE_MS = 60_000
ASKED_WITHIN_MS = 2 * MINUTE_MS
FIRST_REPEAT_MS = 2 * MINUTE_MS
REPEAT_MS = 5 * MINUTE_MS
NORMALS_AFTER_ALERT = 2
STAT_MS = 5 * MINUTE_MS
REST_MS = 30_000
RETRY_REST_MS = 60_000
SAME_RESULT_MS = 10_000
CYCLE_TIMEOUT_MS = 3 * MINUTE_MS
ADVISORY_AT = 0.25
TECHNICAL_AT = 0.5


@dataclass(frozen=True, slots=True)
class Cadence:
    """Hold what one session's cuff cadence remembers; all moments on the timeline, in ms.

    watched_ms: when baseline began, None before it. stretch, stretch_ms: the phase whose stages
    count and when it began (a pause belongs to the infusion). readings, within_row: readings of
    this stretch, and how many of the last ones in a row were within limits. last_ms: newest
    completed reading. ended_ms: end of the newest cycle, whatever came of it. started_ms: begin
    of a cycle without a result yet. failures: failed cycles in a row; failure: the last one's
    reason. asked_ms: a reading was asked for. alerts, normals: readings beyond limits since two
    were within, and those within since. stat_ms: begin of a STAT series; stat_by: who let it
    start the cuff. chosen: intervals set by hand. armed_by: who let the cadence start the cuff.
    Of both, None if nobody.
    """

    stages: tuple[CuffStage, ...]
    phase: Phase = Phase.INTAKE
    watched_ms: int | None = None
    stretch: Phase = Phase.INTAKE
    stretch_ms: int = 0
    readings: int = 0
    within_row: int = 0
    last_ms: int | None = None
    ended_ms: int | None = None
    started_ms: int | None = None
    failures: int = 0
    failure: NibpFailure | None = None
    asked_ms: int | None = None
    alerts: int = 0
    normals: int = 0
    stat_ms: int | None = None
    stat_by: str | None = None
    is_rate_raised: bool = False
    chosen: tuple[tuple[Phase, float], ...] = ()
    armed_by: str | None = None

    @property
    def is_armed(self) -> bool:
        """Say whether the cadence may start the cuff."""
        return self.armed_by is not None

    def may_start(self, now_ms: int) -> bool:
        """Say whether somebody has let the cuff be started at this moment."""
        if self.is_armed:
            return True
        if self.stat_by is None or self.stat_ms is None:
            return False
        return now_ms < self.stat_ms + STAT_MS

    def has_read_since(self, since_ms: int) -> bool:
        """Say whether a reading has come that was measured since a moment."""
        return self.last_ms is not None and self.last_ms > since_ms

    @property
    def is_repeating(self) -> bool:
        """Say whether a reading beyond limits still asks for repeats."""
        return self.alerts > 0

    def to_record(self) -> dict[str, Any]:
        """Write the cadence as JSON-able values."""
        record = {field.name: getattr(self, field.name) for field in fields(self)}
        record["stages"] = [stage.model_dump(mode="json") for stage in self.stages]
        record["chosen"] = [[str(phase), every_min] for phase, every_min in self.chosen]
        for name in ("phase", "stretch", "failure"):
            record[name] = None if record[name] is None else str(record[name])
        return record


_MOMENTS = ("watched_ms", "stretch_ms", "last_ms", "ended_ms", "started_ms", "asked_ms", "stat_ms")


def cadence_from_record(record: Mapping[str, Any], shift_ms: int | None = None) -> Cadence:
    """Read back what :meth:`Cadence.to_record` wrote.

    shift_ms: None within one boot; after a reboot, how far the session's marks were moved (see
    ``session.shift_of``). Then nothing started before counts as running, and a person must arm
    the cadence again. Raises SessionError for a record that is no cadence.
    """
    try:
        return _read(dict(record), shift_ms)
    except (KeyError, TypeError, ValueError) as error:
        raise SessionError(f"a stored cuff cadence cannot be read: {error!r}") from error


def _read(values: dict[str, Any], shift_ms: int | None) -> Cadence:
    values["stages"] = tuple(CuffStage.model_validate(stage) for stage in values["stages"])
    values["chosen"] = tuple((Phase(phase), every_min) for phase, every_min in values["chosen"])
    values["phase"], values["stretch"] = Phase(values["phase"]), Phase(values["stretch"])
    if values["failure"] is not None:
        values["failure"] = NibpFailure(values["failure"])
    for name in _MOMENTS:
        if values[name] is not None:
            values[name] += shift_ms or 0
    if shift_ms is not None:
        values |= {"started_ms": None, "stat_ms": None, "stat_by": None, "armed_by": None}
    return Cadence(**values)


def step(cadence: Cadence, event: CadenceEvent, now_ms: int) -> tuple[Cadence, CuffPromise]:
    """Take in an event and return the new cadence with what it promises now.

    Raises SessionError for an order it refuses: arming without a person, outside a watched
    phase or on the IV arm, an interval outside the selectable ones.
    """
    cadence = _settled(_taken_in(cadence, event, now_ms), now_ms)
    return cadence, promise(cadence, now_ms)


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
    return CuffPromise(
        start_ms,
        due_ms,
        interval_ms // 1000,
        due_for,
        overdue,
        None if overdue is Overdue.NONE else _overdue_reason(cadence),
        cadence.may_start(now_ms) and cadence.started_ms is None and now_ms >= start_ms,
        min([*ahead, *_own_ends(cadence)], default=None),
    )


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
    if cadence.stat_ms is not None and now_ms >= cadence.stat_ms + STAT_MS:
        cadence = _without_stat(cadence)
    started_ms = cadence.started_ms
    if started_ms is not None and now_ms >= started_ms + CYCLE_TIMEOUT_MS:
        cadence = replace(
            cadence,
            started_ms=None,
            ended_ms=started_ms + CYCLE_TIMEOUT_MS,
            failures=cadence.failures + 1,
            failure=NibpFailure.TIMEOUT,
        )
    return cadence


def _without_stat(cadence: Cadence) -> Cadence:
    return replace(cadence, stat_ms=None, stat_by=None)


def _own_ends(cadence: Cadence) -> list[int]:
    ends = []
    if cadence.stat_ms is not None:
        ends.append(cadence.stat_ms + STAT_MS)
    if cadence.started_ms is not None:
        ends.append(cadence.started_ms + CYCLE_TIMEOUT_MS)
    return ends


def _stretch_of(phase: Phase) -> Phase:
    return Phase.INFUSING if phase is Phase.PAUSED else phase


def _entered(cadence: Cadence, phase: Phase, now_ms: int) -> Cadence:
    """Enter a phase; baseline, a pause and the end of the infusion ask for a reading at once."""
    before = cadence.phase
    cadence = replace(cadence, phase=phase)
    if not phase.is_watched:
        return replace(_without_stat(cadence), armed_by=None, asked_ms=None)
    if cadence.watched_ms is None:
        cadence = replace(cadence, watched_ms=now_ms)
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


def _asked(cadence: Cadence, now_ms: int) -> Cadence:
    if not cadence.phase.is_watched:
        raise SessionError(f"no cuff reading is due in {cadence.phase}; begin the baseline first")
    return replace(cadence, asked_ms=now_ms if cadence.asked_ms is None else cadence.asked_ms)


def _with_result(cadence: Cadence, result: CuffResult, now_ms: int) -> Cadence:
    """Count a result if it was measured in this session and is new."""
    measured_ms = result.measured_ms
    if measured_ms is None or cadence.watched_ms is None or not cadence.phase.is_watched:
        return cadence
    measured_ms = min(measured_ms, now_ms)
    is_failed = result.determination.outcome is NibpOutcome.FAILED
    newest_ms = cadence.ended_ms if is_failed else cadence.last_ms
    if measured_ms < cadence.watched_ms or not _is_new(measured_ms, newest_ms):
        return cadence
    ended_ms = max(measured_ms, measured_ms if cadence.ended_ms is None else cadence.ended_ms)
    ended = replace(cadence, started_ms=None, ended_ms=ended_ms)
    if is_failed:
        reason = result.determination.reason or NibpFailure.UNKNOWN
        if reason is NibpFailure.CANCELLED:
            ended = _without_stat(ended)
        return replace(ended, failures=cadence.failures + 1, failure=reason)
    return _with_reading(ended, measured_ms, result.is_within_limits)


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
    if cadence.started_ms is not None:
        return cadence.started_ms + CYCLE_TIMEOUT_MS + REST_MS
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
