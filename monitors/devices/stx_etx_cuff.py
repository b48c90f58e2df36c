"""Follow one STX/ETX module through its stream of pressures and its status lines.

Here lies what a line means after those before it: whether the cuff runs, whether a result is new,
why a cycle gave none; no bytes and no polling. Source: public code for the modules of this family
(a pressure of 999 ends a measurement, then the status is asked for); its message codes are not
known, so each but 00 is a failure of unknown reason.
"""

from __future__ import annotations

from monitors.devices.cuff_cycle import BEGINS_WITHIN_S
from monitors.devices.cuff_numbers import completed, failed
from monitors.devices.stx_etx_frames import CuffPressure, Status
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    Reading,
)

MEASURING = 3
STREAM_GAP_S = 3.0
SETTLE_S = 1.0
_CANCEL_WAIT_S = 3.0
_PROMPT_S = 10.0
_Numbers = tuple[int, int, int, int, int]


class CuffWatch:
    """Remember one module's cuff."""

    __slots__ = (
        "_ended_s",
        "_has_ended_before",
        "_is_cancelled",
        "_is_late",
        "_is_running",
        "_last",
        "_start_s",
        "_streamed_s",
        "_told",
        "_unproven",
        "_was_end_heard",
    )

    def __init__(self) -> None:
        self._told: CuffState | None = None
        self._start_s: float | None = None
        self._streamed_s: float | None = None
        self._is_running = False
        self._is_cancelled = False
        self._is_late = True
        self._ended_s: float | None = None
        self._has_ended_before = False
        self._was_end_heard = False
        self._last: _Numbers | None = None
        self._unproven: Status | None = None

    @property
    def result_due_s(self) -> float | None:
        """Return when to ask for the result of a measurement that has ended; None without one."""
        return None if self._ended_s is None else self._ended_s + SETTLE_S

    def is_streaming(self, now_s: float) -> bool:
        """Say whether pressures have come within the last STREAM_GAP_S."""
        return self._streamed_s is not None and now_s - self._streamed_s < STREAM_GAP_S

    def reopened(self) -> None:
        """Tell what the cuff does even if it does what it did; an end may have been missed."""
        self._told = None
        self._is_late = True
        self._has_ended_before = False
        self._streamed_s = None
        self._unproven = None

    def started(self, now_s: float) -> None:
        """Note that we order a measurement: it shall have an outcome."""
        self._start_s = now_s
        self._is_cancelled = False
        self._ended_s = None

    def cancelled(self) -> None:
        """Note that we end what runs; nothing is noted if nothing does."""
        self._is_cancelled = self._is_running or self._start_s is not None

    def take_pressure(self, line: CuffPressure, now_s: float) -> list[Reading]:
        """Return what one line of the stream tells."""
        self._unproven = None
        if line.is_end:
            return self._take_end(line, now_s)
        self._streamed_s = now_s
        if line.activity != MEASURING:
            return self._activity(CuffState.UNKNOWN, line.pressure_mmhg)
        self._is_running = True
        self._start_s = self._ended_s = None
        return self._activity(CuffState.MEASURING, line.pressure_mmhg)

    def take_status(self, status: Status, now_s: float) -> list[Reading]:
        """Return the result in a status line if it is new, and what has become of a start.

        One that comes amid the stream proves no end, unless after a cancel: it counts if no
        pressure follows it.
        """
        is_proven = self._is_cancelled or self._unproven is not None
        if self._is_running and self.is_streaming(now_s) and not is_proven:
            self._unproven = status
            return []
        self._unproven = None
        if self._is_running:
            self._end(now_s)
            self._streamed_s = None
            self._was_end_heard = False
        told = [] if self.is_streaming(now_s) else self._activity(CuffState.IDLE, None)
        numbers = _numbers(status)
        is_repeat, is_first = numbers == self._last, self._last is None
        self._last = numbers
        if self._ended_s is not None:
            return [*told, self._outcome(status, now_s, is_repeat, is_first)]
        was_late, self._is_late = self._is_late, False
        result = None if is_repeat else _determination(status, was_late)
        if result is None:
            return told + self._overdue(now_s)
        self._start_s = None
        return [*told, result]

    def finish(self) -> list[Reading]:
        """Return what a last status line tells after which no pressure came, if it is new."""
        status = self._unproven
        if status is None or _numbers(status) == self._last:
            return []
        return self.take_status(status, self._streamed_s or 0.0)

    def _take_end(self, line: CuffPressure, now_s: float) -> list[Reading]:
        """Take a 999; one that no measurement stands behind is passed over."""
        is_first = not self._has_ended_before and line.activity == MEASURING
        self._has_ended_before = True
        self._streamed_s = None
        if self._is_running or self._start_s is not None or is_first:
            self._end(now_s)
            self._was_end_heard = True
            self._is_late = False
        return self._activity(CuffState.IDLE, None)

    def _end(self, now_s: float) -> None:
        self._is_running = False
        self._start_s = None
        self._ended_s = now_s

    def _outcome(
        self, status: Status, now_s: float, is_repeat: bool, is_first: bool
    ) -> NibpDetermination:
        """Return what a measurement that has ended gave; it always gave something.

        Numbers that stood before a cancel, or before an end that was not heard, are not its own.
        """
        ended_s = self._ended_s if self._ended_s is not None else now_s
        is_late = self._is_late or now_s - ended_s > _PROMPT_S
        is_cancelled, was_end_heard = self._is_cancelled, self._was_end_heard
        self._ended_s = None
        self._is_cancelled = self._is_late = False
        told = _determination(status, is_late)
        if is_cancelled and (told is None or told.reason or is_repeat or is_first):
            return failed(NibpFailure.CANCELLED)
        if told is None or (is_repeat and not was_end_heard):
            return failed(NibpFailure.UNKNOWN, is_age_unknown=is_late)
        return told

    def _overdue(self, now_s: float) -> list[Reading]:
        """Return the failure of a start that no stream followed."""
        if self._start_s is None:
            return []
        limit_s = _CANCEL_WAIT_S if self._is_cancelled else BEGINS_WITHIN_S
        if now_s - self._start_s < limit_s:
            return []
        why = NibpFailure.CANCELLED if self._is_cancelled else NibpFailure.UNKNOWN
        self._start_s = None
        self._is_cancelled = False
        return [failed(why)]

    def _activity(self, state: CuffState, pressure_mmhg: int | None) -> list[Reading]:
        """Tell a cuff under pressure each time, a resting one when it changed."""
        if state is self._told is CuffState.IDLE:
            return []
        self._told = state
        return [CuffActivity(state, pressure_mmhg)]


def _numbers(status: Status) -> _Numbers:
    """Return what makes one result differ from another; the time field is not understood."""
    return (
        status.systolic_mmhg,
        status.diastolic_mmhg,
        status.mean_mmhg,
        status.pulse_rate_per_min,
        status.message,
    )


def _determination(status: Status, is_late: bool) -> NibpDetermination | None:
    """Judge a status line: numbers beside a message are no reading; None without either."""
    if status.message:
        return failed(NibpFailure.UNKNOWN, is_age_unknown=is_late)
    return completed(
        status.systolic_mmhg,
        status.diastolic_mmhg,
        status.mean_mmhg,
        status.pulse_rate_per_min,
        is_age_unknown=is_late,
    )
