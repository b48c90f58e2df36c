"""A simulated Terumo kiosk monitor that pushes a frame after each measurement.

Here the cuff's results become frames; the frame is the product's own class. Source: the tests of a
public profile-driven reader. Chosen here: zeros for a failure since no error code is known, nothing
for a stopped measurement, no subject ID, and a clock that stood at 9:00 on 1 March 2026 at
second 0.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitors.devices.terumo import KioskResult
from monitors.readings import NibpDetermination, NibpFailure
from simulators.recliner import SimulatedRecliner

SECOND_0 = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class KioskMonitor:
    """Push what the cuff has measured; nothing is asked of it."""

    def __init__(self, recliner: SimulatedRecliner) -> None:
        self._recliner = recliner
        self._told_s = float("-inf")

    def plugged_in(self, now_s: float) -> None:
        """Push from now on; what was measured before is not pushed again."""
        self._recliner.advance(now_s)
        self._told_s = now_s

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Ignore what is sent."""
        return b""

    def speak(self, now_s: float) -> bytes:
        """Push a measurement that has ended since the last was."""
        self._recliner.advance(now_s)
        last = self._recliner.cuff.last
        if last is None or last.at_s <= self._told_s:
            return b""
        self._told_s = last.at_s
        if last.result.reason is NibpFailure.CANCELLED:
            return b""
        return _frame(last.at_s, last.result).to_bytes()


def _frame(at_s: float, result: NibpDetermination) -> KioskResult:
    at = SECOND_0 + timedelta(seconds=at_s)
    return KioskResult(
        result.systolic_mmhg or 0,
        result.mean_mmhg or 0,
        result.diastolic_mmhg or 0,
        result.pulse_rate_per_min or 0,
        f"{at:%y%m%d}",
        f"{at:%H%M%S}",
    )
