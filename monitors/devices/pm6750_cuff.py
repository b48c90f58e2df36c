"""Tell new cuff determinations and failures from a PM6750, whose idle state looks like a result.

State 0 means "finished" and "idle" alike, so numbers count only when a measuring state was seen
before them; here lies that memory and whether the cycle is our own. Source: BerryMed, PM6750
technical manual (states of the NIBP report); what each failure is called here is our reading.
"""

from __future__ import annotations

from functools import lru_cache

from monitors.devices.cuff_cycle import BEGINS_WITHIN_S
from monitors.devices.cuff_numbers import completed, failed
from monitors.devices.pm6750_frames import CuffTest, NibpReport
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    Reading,
)

FAILURES: dict[int, NibpFailure] = {
    CuffTest.STOPPED: NibpFailure.CANCELLED,
    CuffTest.OVERPRESSURE: NibpFailure.OVERPRESSURE,
    CuffTest.CUFF_LOOSE: NibpFailure.LOOSE_CUFF,
    CuffTest.TIMED_OUT: NibpFailure.TIMEOUT,
    CuffTest.ERROR: NibpFailure.UNKNOWN,
    CuffTest.DISTURBED: NibpFailure.MOTION,
    CuffTest.NO_RESULT: NibpFailure.OUT_OF_RANGE,
}
_FINISHED, _MEASURING = int(CuffTest.FINISHED), int(CuffTest.MEASURING)
_STATES: dict[int, CuffState] = {
    **dict.fromkeys((*FAILURES, CuffTest.FINISHED, CuffTest.INITIALISED), CuffState.IDLE),
    CuffTest.MEASURING: CuffState.MEASURING,
}
LONGEST_GAP_S = 10.0
"""A cycle that ended unheard for longer than this has a result of unknown age (our choice)."""


class CuffWatch:
    """Follow the cuff through its reports.

    last_systolic_mmhg: of the last determination told, None before the first.
    """

    __slots__ = (
        "_heard_s",
        "_is_activity_told",
        "_is_cancelled",
        "_own_since_s",
        "_state",
        "_test",
        "last_systolic_mmhg",
    )

    def __init__(self) -> None:
        self._test: int | None = None
        self._state: CuffState | None = None
        self._heard_s = 0.0
        self._is_activity_told = False
        self._own_since_s: float | None = None
        self._is_cancelled = False
        self.last_systolic_mmhg: int | None = None

    def reopened(self) -> None:
        """Tell with the next report what the cuff does, even if it does what it did before."""
        self._is_activity_told = False

    def started(self, now_s: float) -> None:
        """Note that we order a determination: it shall have an outcome."""
        self._own_since_s = now_s
        self._is_cancelled = False

    def cancelled(self) -> None:
        """Note that we end what runs; nothing is noted if nothing does."""
        self._is_cancelled = self._own_since_s is not None or self._test == _MEASURING

    def take(self, report: NibpReport, now_s: float) -> list[Reading]:
        """Return what a report tells that is new."""
        if self._is_as_before(report.test):
            self._heard_s = now_s
            return []
        told = self._activity(report)
        if report.test != _MEASURING and (outcome := self._outcome(report, now_s)):
            told.append(outcome)
        self._test, self._heard_s = report.test, now_s
        return told

    def _is_as_before(self, test: int) -> bool:
        """Say whether a cuff that rests goes on resting, all told and nothing waited for."""
        is_same = test == self._test and test != _MEASURING
        return is_same and self._is_activity_told and self._own_since_s is None

    def _activity(self, report: NibpReport) -> list[Reading]:
        """Tell each pressure while it measures, and each change of state."""
        state = _STATES.get(report.test, CuffState.UNKNOWN)
        is_change, self._state = state is not self._state, state
        if self._is_activity_told and not is_change and report.test != _MEASURING:
            return []
        self._is_activity_told = True
        return [_activity_of(state, report.cuff_mmhg)]

    def _outcome(self, report: NibpReport, now_s: float) -> NibpDetermination | None:
        """Return how a cycle ended, once; None if none has."""
        has_run = self._test == _MEASURING
        is_old = has_run and now_s - self._heard_s > LONGEST_GAP_S
        if report.test in FAILURES and report.test != self._test:
            is_first = self._test is None and self._own_since_s is None
            return self._fail(FAILURES[report.test], is_old or is_first)
        if has_run and report.test == _FINISHED:
            return self._finish(report, is_old)
        if has_run:
            return self._fail(NibpFailure.UNKNOWN, is_old)
        return self._missed_start(now_s)

    def _finish(self, report: NibpReport, is_old: bool) -> NibpDetermination:
        told = completed(
            report.systolic_mmhg,
            report.diastolic_mmhg,
            report.mean_mmhg,
            is_age_unknown=is_old,
        )
        if told is None:
            is_ours = self._is_cancelled
            return self._fail(NibpFailure.CANCELLED if is_ours else NibpFailure.UNKNOWN, is_old)
        self._close()
        self.last_systolic_mmhg = report.systolic_mmhg
        return told

    def _missed_start(self, now_s: float) -> NibpDetermination | None:
        """Return the failure of a cycle that we ordered and that never began."""
        if self._own_since_s is None:
            return None
        if self._is_cancelled:
            return self._fail(NibpFailure.CANCELLED)
        is_over = now_s - self._own_since_s >= BEGINS_WITHIN_S
        return self._fail(NibpFailure.UNKNOWN) if is_over else None

    def _fail(self, reason: NibpFailure, is_old: bool = False) -> NibpDetermination:
        self._close()
        return _failure_of(reason, is_old)

    def _close(self) -> None:
        self._own_since_s = None
        self._is_cancelled = False


@lru_cache(256)
def _activity_of(state: CuffState, cuff_mmhg: int) -> CuffActivity:
    return CuffActivity(state, cuff_mmhg)


@lru_cache(2 * len(NibpFailure))
def _failure_of(reason: NibpFailure, is_old: bool) -> NibpDetermination:
    return failed(reason, is_age_unknown=is_old)
