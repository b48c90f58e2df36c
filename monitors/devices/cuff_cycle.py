"""What a port must know to start a cuff safely and to stop only what it started.

Here is decided whether a start may be sent now, whether a running cycle is our own, and when our
own cycle must be stopped; nothing here touches a port or a clock. Sources: IEC 80601-2-30 as the
makers' manuals quote it (cuff above 15 mmHg for at most 180 s in an adult; at least 30 s deflated
between automatic determinations, 2 s in a STAT series): medium confidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitors.readings import CuffActivity, CuffState, NibpDetermination, Reading

MAX_CYCLE_S = 180
REST_S = 30.0
STAT_REST_S = 2.0
BEGINS_WITHIN_S = 10
"""After a start, a cuff reported idle for so long did not begin (our own choice)."""


class CancelReason(StrEnum):
    """Say why a cycle that Chairside started was stopped by it."""

    STAFF = "staff"
    SHUTDOWN = "shutdown"
    TIMEOUT = "timeout"
    CABLE_RETURNED = "cable_returned"


@dataclass(slots=True)
class OwnCycle:
    """Hold a cuff cycle that Chairside started.

    started_at_ms: timeline. has_begun: the device has said that it measures. is_orphan: the port
    was lost since. must_stop: it was found running after the port came back. is_cancelled: the
    stop was sent, the end not seen yet.
    """

    started_at_ms: int
    has_begun: bool = False
    is_orphan: bool = False
    must_stop: bool = False
    is_cancelled: bool = False

    def runs_for_s(self, now_ms: int) -> float:
        """Return the seconds since the start was sent."""
        return (now_ms - self.started_at_ms) / 1000


class CuffGuard:
    """Follow the cuff of one port through what its device tells."""

    def __init__(self) -> None:
        self.own: OwnCycle | None = None
        self._state = CuffState.UNKNOWN
        self._ended_at_ms: int | None = None

    def refusal(self, now_ms: int, rest_s: float) -> str | None:
        """Say why no start may be sent now; None when one may."""
        if self.own is not None and not self.own.is_cancelled:
            return f"its own cycle is running since {self.own.runs_for_s(now_ms):.0f} s"
        if self._state is CuffState.MEASURING:
            return "the cuff is already measuring"
        left_s = self._rest_left_s(now_ms, rest_s)
        if left_s > 0:
            return f"the arm rests {rest_s:g} s between cycles: wait {left_s:.0f} s more"
        return None

    def _rest_left_s(self, now_ms: int, rest_s: float) -> float:
        if self._ended_at_ms is None:
            return 0.0
        left_s = rest_s - (now_ms - self._ended_at_ms) / 1000
        return 0.0 if left_s <= 0 else max(1.0, left_s)

    def started(self, now_ms: int) -> None:
        """Note that a start is being sent."""
        self.own = OwnCycle(now_ms)

    def cancelled(self, now_ms: int) -> None:
        """Note that the stop was sent; the cycle stays ours until the device says it ended."""
        self._ended_at_ms = now_ms
        if self.own is None:
            return
        self.own.is_cancelled = True
        self.own.must_stop = False
        if self._state is not CuffState.MEASURING:
            self.own = None

    def heard(self, reading: Reading, now_ms: int) -> None:
        """Take what the device told."""
        if isinstance(reading, CuffActivity):
            self._heard_activity(reading.state, now_ms)
        elif isinstance(reading, NibpDetermination) and not reading.is_age_unknown:
            self._heard_determination(now_ms - round((reading.age_s or 0) * 1000))

    def _heard_activity(self, state: CuffState, now_ms: int) -> None:
        before, self._state = self._state, state
        if state is CuffState.MEASURING and self.own is not None:
            self.own.has_begun = True
            self.own.must_stop = self.own.is_orphan and not self.own.is_cancelled
        if state is not CuffState.IDLE:
            return
        was_orphan = self.own is not None and self.own.is_orphan
        if before is CuffState.MEASURING or was_orphan:
            self._ended_at_ms = now_ms
            self.own = None

    def _heard_determination(self, ended_at_ms: int) -> None:
        self._ended_at_ms = max(ended_at_ms, self._ended_at_ms or ended_at_ms)
        if self.own is not None and ended_at_ms >= self.own.started_at_ms:
            self.own = None

    def stop_due(self, now_ms: int) -> CancelReason | None:
        """Say whether a stop must be sent now, and why."""
        own = self.own
        if own is None or own.is_cancelled:
            return None
        if own.must_stop:
            return CancelReason.CABLE_RETURNED
        if own.runs_for_s(now_ms) > MAX_CYCLE_S:
            return CancelReason.TIMEOUT
        if self._state is CuffState.IDLE and not own.has_begun:
            self.own = own if own.runs_for_s(now_ms) < BEGINS_WITHIN_S else None
        return None

    def line_lost(self) -> None:
        """Note that the device can no longer be heard."""
        self._state = CuffState.UNKNOWN
        if self.own is not None:
            self.own.is_orphan = True

    def line_back(self, now_ms: int) -> None:
        """Note that it can be heard again; a cycle older than any can last is not ours to stop."""
        if self.own is not None and self.own.runs_for_s(now_ms) > MAX_CYCLE_S:
            self.own = None
