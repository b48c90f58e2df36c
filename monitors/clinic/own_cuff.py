"""The cuff as an armed cadence orders it: one start at a time, and not again at once if it failed.

Here is remembered whether a start of ours is under way; when a reading is due is the cadence's,
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
    """Remember whether a start is under way, and from when the next may be tried."""

    _is_ordered: bool = False
    _retry_ms: int | None = None

    def order_due(
        self, setup: ReclinerSetup, visit: Visit | None, arms: Arms, now_ms: int
    ) -> CuffOrder | None:
        """Return the start that an armed cadence wants now, at most once; None if it wants none."""
        device = setup.cuff_device()
        if device is None or visit is None or not visit.promise.wants_start:
            return None
        is_waiting = self._retry_ms is not None and now_ms < self._retry_ms
        if self._is_ordered or is_waiting or arms.has_cuff_on_iv:
            return None
        self._is_ordered = True
        by = f"cadence armed by {visit.cadence.armed_by}"
        return CuffOrder(device.device_id, True, by, visit.promise.due_for is DueFor.STAT)

    def answered(self, error: str | None, now_ms: int) -> None:
        """Take that an order was sent to the cuff, or why not."""
        self._is_ordered = False
        self._retry_ms = None if error is None else now_ms + CUFF_RETRY_MS

    def forget(self) -> None:
        """Forget the last patient's orders."""
        self._is_ordered, self._retry_ms = False, None
