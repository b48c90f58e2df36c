"""What a port must know to start a cuff safely and to stop only what it started.

Here is decided whether a start may be sent now, whether a running cycle is our own, and when our
own cycle must be stopped; nothing here touches a port or a clock. Sources: IEC 80601-2-30 as the
makers' manuals quote it (cuff above 15 mmHg for at most 180 s in an adult; at least 30 s deflated
between automatic determinations, 2 s in a STAT series): medium confidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitors.readings import CuffActivity, CuffState, NibpDetermination, NibpFailure, Reading

MAX_CYCLE_S = 180
REST_S = 30.0
STAT_REST_S = 2.0
BEGINS_WITHIN_S = 15.0
"""A start that its device has not begun by then has failed; every adapter waits so long (ours)."""
HEARD_WITHIN_S = 2.0
"""How much later a beginning may be heard: the slowest adapter asks each two seconds."""
STOP_AGAIN_S = 5.0
"""A cuff that still measures so long after a stop is sent another: it lets go within 3 s (ours)."""
MOST_STOPS = 4
"""Stops sent for one reason, the first included, before a person must see to it (our choice)."""


class CancelReason(StrEnum):
    """Say why a cycle that Chairside started was stopped by it.

    REPEATED: the device went on measuring after the stop before.
    """

    STAFF = "staff"
    SHUTDOWN = "shutdown"
    TIMEOUT = "timeout"
    CABLE_RETURNED = "cable_returned"
    REPEATED = "repeated"


@dataclass(slots=True)
class OwnCycle:
    """Hold a cuff cycle that Chairside started.

    started_at_ms, stopped_at_ms, lost_at_ms: timeline; the last stop sent, and the loss of the
    port. has_begun: the device has said that it measures. is_orphan: the port was lost and the
    device has not said since what its cuff does. must_stop: it was found running after the port
    came back. stops: how often it was stopped for the newest reason. is_overdue: it was stopped
    for its length. is_given_up: that no stop helps was told.
    """

    started_at_ms: int
    has_begun: bool = False
    is_orphan: bool = False
    must_stop: bool = False
    stops: int = 0
    stopped_at_ms: int = 0
    lost_at_ms: int = 0
    is_overdue: bool = False
    is_given_up: bool = False

    @property
    def is_cancelled(self) -> bool:
        """Say whether a stop was sent; the end was not seen yet."""
        return self.stops > 0

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
        own = self.own
        if own is not None and (own.is_orphan or not own.is_cancelled):
            return f"its own cycle is running since {own.runs_for_s(now_ms):.0f} s"
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

    def cancelled(self, now_ms: int, reason: CancelReason) -> None:
        """Note that a stop was sent; the cycle stays ours until the device says it ended.

        So does one that has not begun: the stop may be lost, and the start not.
        """
        self._ended_at_ms = now_ms
        own = self.own
        if own is None:
            return
        own.stops = own.stops + 1 if reason is CancelReason.REPEATED else 1
        own.stopped_at_ms = now_ms
        own.must_stop = own.is_given_up = False
        own.is_overdue = own.is_overdue or reason is CancelReason.TIMEOUT

    def heard(self, reading: Reading, now_ms: int) -> None:
        """Take what the device told."""
        if isinstance(reading, CuffActivity):
            self._heard_activity(reading.state, now_ms)
        elif isinstance(reading, NibpDetermination) and not reading.is_age_unknown:
            self._heard_determination(reading, now_ms)

    def _heard_activity(self, state: CuffState, now_ms: int) -> None:
        before, self._state = self._state, state
        own = self.own
        if state is CuffState.MEASURING and own is not None:
            own.has_begun = True
            own.must_stop = own.must_stop or own.is_orphan
            own.is_orphan = False
        if state is not CuffState.IDLE:
            return
        if before is CuffState.MEASURING or (own is not None and (own.is_orphan or own.has_begun)):
            self._ended_at_ms = now_ms
        if own is not None:
            own.is_orphan = False
            self.own = None if own.has_begun else own

    def _heard_determination(self, told: NibpDetermination, now_ms: int) -> None:
        """Take an outcome; that a cycle stopped by us was cancelled is believed of a cuff at rest.

        An adapter says so of a start as well that it took back before the device had begun.
        """
        ended_at_ms = now_ms - round((told.age_s or 0) * 1000)
        self._ended_at_ms = max(ended_at_ms, self._ended_at_ms or ended_at_ms)
        own = self.own
        if own is None or ended_at_ms < own.started_at_ms:
            return
        if not (own.is_cancelled and told.reason is NibpFailure.CANCELLED):
            self.own = None

    def stop_due(self, now_ms: int) -> CancelReason | None:
        """Say whether a stop must be sent now, and why; nothing before a lost device was heard."""
        own = self.own
        if own is not None and self._has_failed_to_begin(own, now_ms):
            self.own = None
        if self.own is None or self.own.is_orphan:
            return None
        if self.own.must_stop:
            return CancelReason.CABLE_RETURNED
        if self.own.runs_for_s(now_ms) > MAX_CYCLE_S and not self.own.is_overdue:
            return CancelReason.TIMEOUT
        is_again = self._goes_on(self.own, now_ms) and self.own.stops < MOST_STOPS
        return CancelReason.REPEATED if is_again else None

    def stops_in_vain(self, now_ms: int) -> int | None:
        """Return how many stops the device did not heed, once no more will be sent; else None."""
        own = self.own
        if own is None or own.stops < MOST_STOPS or own.is_given_up:
            return None
        own.is_given_up = self._goes_on(own, now_ms)
        return own.stops if own.is_given_up else None

    def _goes_on(self, own: OwnCycle, now_ms: int) -> bool:
        """Say whether the device still measures, long enough after the last stop."""
        is_running = own.is_cancelled and self._state is CuffState.MEASURING
        return is_running and now_ms - own.stopped_at_ms >= STOP_AGAIN_S * 1000

    def _has_failed_to_begin(self, own: OwnCycle, now_ms: int) -> bool:
        is_over = own.runs_for_s(now_ms) >= BEGINS_WITHIN_S + HEARD_WITHIN_S
        is_resting = self._state is CuffState.IDLE or own.is_cancelled
        return is_over and is_resting and not (own.has_begun or own.is_orphan)

    def line_lost(self, now_ms: int) -> None:
        """Note that the device can no longer be heard."""
        self._state = CuffState.UNKNOWN
        own = self.own
        if own is None:
            return
        own.lost_at_ms = own.lost_at_ms if own.is_orphan else now_ms
        own.is_orphan, own.must_stop = True, False

    def line_back(self, now_ms: int) -> None:
        """Note that it can be heard again.

        A cycle older than any can last is not ours to stop, unless it was away for less than the
        rest that must lie between two: then none but ours can be running.
        """
        own = self.own
        if own is None or own.runs_for_s(now_ms) <= MAX_CYCLE_S:
            return
        if now_ms - own.lost_at_ms >= REST_S * 1000:
            self.own = None
