"""Tell new cuff determinations and failures from a monitor that repeats its last result.

Here lies the memory between two NIBP replies: the age and numbers last seen, whether the cuff
ran, whether the cycle is our own; no bytes and no polling. Source: GE, "Host Communications
Reference Manual" 2010566 Rev E, reply to NA: the age field restarts with each determination, and
numbers beside any status but 1 are not results.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from monitors.devices.cuff_cycle import BEGINS_WITHIN_S
from monitors.devices.cuff_numbers import HIGHEST_PULSE_PER_MIN as HIGHEST_BY_CUFF
from monitors.devices.cuff_numbers import completed, failed
from monitors.devices.dinamap_frames import NibpReply, RateReply
from monitors.devices.oximetry import HIGHEST_PULSE_RATE_PER_MIN as HIGHEST_BY_FINGER
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    Reading,
)

MEASURING = 0
DONE = 1
FROM_OXIMETER = 2
FROM_CUFF = 3
FAILURES = {
    3: NibpFailure.UNKNOWN,
    4: NibpFailure.LOOSE_CUFF,
    6: NibpFailure.TIMEOUT,
    7: NibpFailure.BLOCKED,
    8: NibpFailure.OVERPRESSURE,
    9: NibpFailure.UNKNOWN,
}
_AGE_SLACK_S = 2.0
_OUTCOME_WAIT_S = 3.0


@dataclass(frozen=True, slots=True)
class _Held:
    """Hold a determination that waits for its pulse rate, and when it was measured."""

    determination: NibpDetermination
    measured_s: float


class CuffWatch:
    """Follow one cuff through the replies about it.

    holds: whether a determination waits for the pulse rate reply of its round.
    """

    __slots__ = (
        "_held",
        "_holds",
        "_is_activity_told",
        "_is_cancelled",
        "_last",
        "_last_s",
        "_own_since_s",
        "_ran",
        "_ran_until_s",
        "_status",
    )

    def __init__(self, holds: bool = True) -> None:
        self._holds = holds
        self._held: _Held | None = None
        self._last: NibpReply | None = None
        self._last_s = 0.0
        self._status: int | None = None
        self._is_activity_told = False
        self._ran = False
        self._ran_until_s = 0.0
        self._own_since_s: float | None = None
        self._is_cancelled = False

    def reopened(self) -> None:
        """Tell with the next reply what the cuff does, even if it does what it did before."""
        self._is_activity_told = False

    def started(self, now_s: float) -> None:
        """Note that we order a determination: it shall have an outcome."""
        self._own_since_s = now_s
        self._ran = False
        self._is_cancelled = False

    def cancelled(self, now_s: float) -> None:
        """Note that we end what runs; nothing is noted if nothing does."""
        if self._own_since_s is None and self._status == MEASURING:
            self._own_since_s = now_s
        self._is_cancelled = self._own_since_s is not None

    def take(self, reply: NibpReply, now_s: float) -> list[Reading]:
        """Return what a reply tells that is new."""
        told = self.flush(now_s)
        is_running = reply.status == MEASURING
        if not self._is_activity_told or is_running != (self._status == MEASURING):
            self._is_activity_told = True
            told.append(CuffActivity(CuffState.MEASURING if is_running else CuffState.IDLE))
        if reply.status == MEASURING:
            self._ran, self._ran_until_s = True, now_s
        else:
            told += self._ended(reply, now_s)
        self._status = reply.status
        return told

    def rate(self, reply: RateReply, now_s: float) -> list[Reading]:
        """Give a held determination the cuff's pulse rate and let it go."""
        if self._held and reply.source == FROM_CUFF:
            with_rate = replace(self._held.determination, pulse_rate_per_min=rate_of(reply))
            self._held = replace(self._held, determination=with_rate)
        return self.flush(now_s)

    def flush(self, now_s: float) -> list[Reading]:
        """Let a held determination go as it is, its age brought up to now."""
        held, self._held = self._held, None
        if held is None:
            return []
        return [replace(held.determination, age_s=max(0.0, now_s - held.measured_s))]

    def _ended(self, reply: NibpReply, now_s: float) -> list[Reading]:
        """Return the outcome that a reply of a resting cuff tells, if it is a new one."""
        told: list[Reading] = []
        found = _determination(reply) if reply.status == DONE else None
        if found is not None and self._is_new(reply, now_s):
            told = self._hold(found, now_s - (reply.age_s or 0), now_s)
            if not self._is_before_own(reply, now_s):
                self._close()
            self._ran = False
        if reply.status == DONE:
            self._remember(reply, now_s)
        reason = self._reason(reply, now_s)
        if reason is None:
            return told
        is_old = self._status is None and self._own_since_s is None
        self._close()
        return [*told, failed(reason, is_age_unknown=is_old)]

    def _is_before_own(self, reply: NibpReply, now_s: float) -> bool:
        """Say whether numbers are older than the cycle that we ordered."""
        since_s = self._own_since_s
        return since_s is not None and (reply.age_s or 0) > now_s - since_s + _AGE_SLACK_S

    def _reason(self, reply: NibpReply, now_s: float) -> NibpFailure | None:
        """Return why a cycle gave nothing, once; None if none failed or it is not yet sure."""
        if self._is_cancelled:
            return NibpFailure.CANCELLED
        if reply.status in FAILURES and reply.status != self._status:
            return FAILURES[reply.status]
        if self._own_since_s is None:
            return None
        waited_s = now_s - (self._ran_until_s if self._ran else self._own_since_s)
        is_over = waited_s >= (_OUTCOME_WAIT_S if self._ran else BEGINS_WITHIN_S)
        return NibpFailure.UNKNOWN if is_over else None

    def _is_new(self, reply: NibpReply, now_s: float) -> bool:
        """Say whether the numbers were determined since the last ones seen.

        They were if they differ, if their age fell, if it did not grow over a cycle that was
        seen running, or if they are younger than the time since the last reply.
        """
        if reply.age_s is None:
            return False
        last = self._last
        if last is None or last.age_s is None or _numbers(reply) != _numbers(last):
            return True
        if reply.age_s < last.age_s or (self._ran and reply.age_s == last.age_s):
            return True
        return reply.age_s < now_s - self._last_s - _AGE_SLACK_S

    def _remember(self, reply: NibpReply, now_s: float) -> None:
        if reply.age_s is not None:
            self._last, self._last_s = reply, now_s

    def _hold(
        self, determination: NibpDetermination, measured_s: float, now_s: float
    ) -> list[Reading]:
        self._held = _Held(determination, measured_s)
        return [] if self._holds else self.flush(now_s)

    def _close(self) -> None:
        self._own_since_s = None
        self._is_cancelled = False
        self._ran = False


def rate_of(reply: RateReply) -> int | None:
    """Return a pulse rate that can be one; None for anything else.

    1 to 300 per minute by the cuff, 1 to 510 by the oximeter.
    """
    rate = reply.rate_per_min or 0
    highest = HIGHEST_BY_FINGER if reply.source == FROM_OXIMETER else HIGHEST_BY_CUFF
    return rate if 0 < rate <= highest else None


def _determination(reply: NibpReply) -> NibpDetermination | None:
    """Judge the numbers of a reply; None for no result of a cuff."""
    return completed(reply.systolic_mmhg, reply.diastolic_mmhg, reply.mean_mmhg)


def _numbers(reply: NibpReply) -> tuple[int, int, int]:
    return reply.systolic_mmhg, reply.diastolic_mmhg, reply.mean_mmhg
