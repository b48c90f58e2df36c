"""The cuff as cadence or STAT series order it: one start at a time, none at once after a failure.

Here is remembered which start of ours is under way; when a reading is due is the cadence's,
whether the device may start at all is the collector's to ask. A start that was not sent is tried
again after CUFF_RETRY_MS, Chairside's own choice: a port that was lost is back by then, or a person
has been told.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitors.clinic.cadence_events import DueFor
from monitors.clinic.happenings import CuffOrder
from monitors.clinic.place import Arms, ReclinerSetup
from monitors.clinic.visit import Visit

CUFF_RETRY_MS = 15_000


@dataclass(slots=True)
class OwnCuff:
    """Remember the start under way, and from when the next may be tried."""

    _ordered: CuffOrder | None = None
    _retry_ms: int | None = None
    _count: int = 0

    def order_due(
        self, setup: ReclinerSetup, visit: Visit | None, arms: Arms, now_ms: int
    ) -> CuffOrder | None:
        """Return the start that is wanted now and that somebody allowed, at most once, or None."""
        device = setup.cuff_device()
        if device is None or visit is None or not visit.promise.wants_start:
            return None
        is_waiting = self._retry_ms is not None and now_ms < self._retry_ms
        if self._ordered is not None or is_waiting or arms.has_cuff_on_iv:
            return None
        self._count += 1
        by, stat_by = f"cadence armed by {visit.cadence.armed_by}", visit.cadence.stat_by
        if stat_by is not None:
            by = f"STAT series of {stat_by}"
        is_stat = visit.promise.due_for is DueFor.STAT
        self._ordered = CuffOrder(device.device_id, True, by, is_stat, self._count)
        return self._ordered

    def answered(self, order: CuffOrder, error: str | None, now_ms: int) -> None:
        """Take that the start under way was sent, or why not; other orders' answers are not its."""
        if order != self._ordered:
            return
        self._ordered = None
        self._retry_ms = None if error is None else now_ms + CUFF_RETRY_MS

    def forget(self) -> None:
        """Forget the last patient's orders; an answer still on its way answers nothing then."""
        self._ordered, self._retry_ms = None, None
