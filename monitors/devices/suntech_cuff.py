"""Follow one SunTech module through its letters, its cuff pressure and its results.

Here lies what a letter, a pressure or a result means after those before it: whether the cuff runs,
whether a result is new, why a cycle gave none; no bytes and no polling. Source: public drivers of
the modules (a K ends a measurement, then the result is asked for); the error codes' numbers are
taken from one of them, which writes them as hexadecimal digits where SunTech's own tables are
remembered as decimal, so both spellings are accepted.
"""

from __future__ import annotations

from monitors.devices.cuff_cycle import BEGINS_WITHIN_S
from monitors.devices.cuff_numbers import completed, failed
from monitors.devices.suntech_frames import BpResult
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    Reading,
)

PRESSED_MMHG = 15
_LOW_S = 5.0
_CANCEL_WAIT_S = 3.0
_LONGEST_RUN_S = 190.0
_RESULT_WAIT_S = 5.0
_EMPTYING_S = 10.0
_ABORT_TAIL_S = 5.0

_NAMED_ERRORS = {
    1: NibpFailure.WEAK_SIGNAL,
    2: NibpFailure.MOTION,
    3: NibpFailure.OUT_OF_RANGE,
    4: NibpFailure.TIMEOUT,
    85: NibpFailure.BLOCKED,
    87: NibpFailure.LEAK,
    88: NibpFailure.TIMEOUT,
    89: NibpFailure.OVERPRESSURE,
    90: NibpFailure.DEVICE_FAULT,
    91: NibpFailure.UNKNOWN,
    97: NibpFailure.DEVICE_FAULT,
    98: NibpFailure.DEVICE_FAULT,
    99: NibpFailure.DEVICE_FAULT,
}
ERRORS = _NAMED_ERRORS | {int(str(code), 16): why for code, why in _NAMED_ERRORS.items()}
"""Reasons by error byte: 87 decimal and 87 hexadecimal (135) name the same."""

_REFUSALS = {"E": NibpFailure.DEVICE_FAULT, "T": NibpFailure.TIMEOUT}
_REFUSING = frozenset("ENDST")


class CuffWatch:
    """Remember one module's cuff.

    wants_result: a measurement has ended and its result was not heard yet.
    """

    __slots__ = (
        "_absorbs_k_until_s",
        "_emptying_until_s",
        "_ended_s",
        "_has_pressed",
        "_is_cancelled",
        "_is_late",
        "_is_running",
        "_last",
        "_low_since_s",
        "_ran_since_s",
        "_start_s",
        "_told",
    )

    def __init__(self) -> None:
        self._told: CuffState | None = None
        self._start_s: float | None = None
        self._is_running = False
        self._ran_since_s = 0.0
        self._has_pressed = False
        self._low_since_s: float | None = None
        self._is_cancelled = False
        self._is_late = False
        self._ended_s: float | None = None
        self._absorbs_k_until_s: float | None = None
        self._emptying_until_s: float | None = None
        self._last: BpResult | None = None

    @property
    def wants_result(self) -> bool:
        return self._ended_s is not None

    @property
    def is_busy(self) -> bool:
        """Say whether the pressure is worth asking for often."""
        return self._is_running or self._start_s is not None

    def reopened(self) -> None:
        """Tell what the cuff does even if it does what it did; an end may have been missed."""
        self._told = None
        self._low_since_s = None
        self._has_pressed = False
        self._is_late = self._is_running or self._ended_s is not None

    def started(self, now_s: float) -> None:
        """Note that we order a measurement: it shall have an outcome."""
        self._start_s = now_s
        self._is_cancelled = self._is_late = False
        self._ended_s = self._absorbs_k_until_s = self._emptying_until_s = None

    def cancelled(self) -> None:
        """Note that we end what runs; nothing is noted if nothing does."""
        self._is_cancelled = self.is_busy

    # -- what the module says

    def take_letter(self, letter: str, now_s: float) -> list[Reading]:
        """Return what an acknowledgement tells."""
        if letter == "K":
            return self._finished(now_s)
        if letter == "A":
            return self._aborted(now_s)
        if self._start_s is None:
            return []
        if letter == "O":
            return self._begin(now_s)
        if letter == "B":
            return [self._refused(letter), *self._begin(now_s)]
        return [self._refused(letter)] if letter in _REFUSING else []

    def take_pressure(self, pressure_mmhg: int, now_s: float) -> list[Reading]:
        """Return what the pressure in the cuff tells; the clocks of a cycle are looked at too."""
        told = self._overdue(now_s)
        is_pressed = pressure_mmhg >= PRESSED_MMHG
        if is_pressed:
            self._low_since_s = None
        elif self._low_since_s is None:
            self._low_since_s = now_s
        if self._is_running:
            self._has_pressed = self._has_pressed or is_pressed
            self._end_unheard(now_s)
        elif is_pressed and not self._is_emptying(now_s):
            self._run(now_s)
            self._has_pressed = True
        if not is_pressed:
            self._emptying_until_s = None
        return told + self._activity(pressure_mmhg)

    def take_result(self, result: BpResult, now_s: float) -> list[Reading]:
        """Return a result that is new: the one a K announced, or one that differs."""
        was_awaited, is_repeat = self._ended_s is not None, result == self._last
        is_first, self._last = self._last is None, result
        if not was_awaited:
            return [] if is_repeat else self._unannounced(result)
        is_cancelled, is_late = self._is_cancelled, self._is_late
        self._close()
        told = _determination(result, is_late)
        is_bad = told is None or bool(result.error)
        if is_cancelled and (is_bad or is_repeat or is_first):
            return [failed(NibpFailure.CANCELLED)]
        return [told or failed(NibpFailure.UNKNOWN, is_age_unknown=is_late)]

    # -- how a cycle goes

    def _begin(self, now_s: float) -> list[Reading]:
        self._run(now_s)
        return self._activity(None)

    def _run(self, now_s: float) -> None:
        self._is_running = True
        self._ran_since_s = now_s
        self._start_s = self._low_since_s = None
        self._has_pressed = False

    def _refused(self, letter: str) -> Reading:
        self._start_s = None
        self._is_cancelled = False
        return failed(_REFUSALS.get(letter, NibpFailure.UNKNOWN))

    def _finished(self, now_s: float) -> list[Reading]:
        """Take a K: the end of a measurement, or the last word of an abort."""
        is_tail = self._absorbs_k_until_s is not None and now_s <= self._absorbs_k_until_s
        self._absorbs_k_until_s = None
        if is_tail:
            return []
        self._end(now_s)
        self._is_late = False
        return self._activity(None)

    def _aborted(self, now_s: float) -> list[Reading]:
        was_busy = self.is_busy
        self._absorbs_k_until_s = now_s + _ABORT_TAIL_S
        if not was_busy:
            return []
        self._end(now_s)
        self._close()
        return [failed(NibpFailure.CANCELLED), *self._activity(None)]

    def _end(self, now_s: float) -> None:
        self._is_running = False
        self._start_s = self._low_since_s = None
        self._ended_s = now_s
        self._emptying_until_s = now_s + _EMPTYING_S

    def _end_unheard(self, now_s: float) -> None:
        """End a cycle whose K was lost: the cuff emptied for good, or it ran too long."""
        low_s = now_s - self._low_since_s if self._low_since_s is not None else 0.0
        is_empty = (self._has_pressed or self._is_late) and low_s >= _LOW_S
        if is_empty or now_s - self._ran_since_s >= _LONGEST_RUN_S:
            self._end(now_s)

    def _close(self) -> None:
        self._ended_s = None
        self._is_cancelled = self._is_late = False

    def _is_emptying(self, now_s: float) -> bool:
        """Say whether the cuff still lets out the air of a measurement that is over."""
        until_s = self._emptying_until_s
        return self._start_s is None and until_s is not None and now_s < until_s

    def _overdue(self, now_s: float) -> list[Reading]:
        """Return the failure of a start that nothing followed, or of a result that never came."""
        if self._start_s is not None:
            limit_s = _CANCEL_WAIT_S if self._is_cancelled else BEGINS_WITHIN_S
            if now_s - self._start_s < limit_s:
                return []
            self._start_s = None
        elif self._ended_s is None or now_s - self._ended_s < _RESULT_WAIT_S:
            return []
        why = NibpFailure.CANCELLED if self._is_cancelled else NibpFailure.UNKNOWN
        self._close()
        return [failed(why)]

    def _activity(self, pressure_mmhg: int | None) -> list[Reading]:
        """Tell a running cuff each time, a resting one when it changed.

        After a reopening it is not known whether a cycle goes on until pressure shows it.
        """
        if self._is_running and self._is_late and not self._has_pressed:
            return []
        state = CuffState.MEASURING if self._is_running else CuffState.IDLE
        if state is self._told and (state is CuffState.IDLE or pressure_mmhg is None):
            return []
        self._told = state
        return [CuffActivity(state, pressure_mmhg)]

    def _unannounced(self, result: BpResult) -> list[Reading]:
        """Tell a result that no K announced: it may be old, and a zero one is none at all."""
        told = _determination(result, is_late=True)
        return [] if told is None else [told]


def _determination(result: BpResult, is_late: bool) -> NibpDetermination | None:
    """Judge a result: an error beside numbers makes them no reading; None for neither."""
    if result.error:
        why = ERRORS.get(result.error, NibpFailure.UNKNOWN)
        return failed(why, is_age_unknown=is_late)
    return completed(
        result.systolic_mmhg,
        result.diastolic_mmhg,
        result.mean_mmhg,
        None if result.is_rate_doubtful else result.pulse_rate_per_min,
        is_age_unknown=is_late,
    )
