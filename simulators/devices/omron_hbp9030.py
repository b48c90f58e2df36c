"""A simulated Omron HBP-9030 that prints a line of format 5 after each measurement.

Here the cuff's results become lines; the line is the product's own class. Source: a public parser
that cites Omron's manual 2873643-0F p. 20 (spaces in place of numbers beside an error; ranges
60 to 260, 30 to 215, 40 to 180). Chosen here: error 2 for every failure, nothing for a stopped
measurement, no subject ID, and a clock that stood at 9:00 on 1 March 2026 at second 0.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitors.devices.omron_hbp9030 import HbpLine
from monitors.readings import NibpDetermination, NibpFailure
from simulators.recliner import SimulatedRecliner

SECOND_0 = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
FAILED_ERROR = 2
_SYSTOLIC, _DIASTOLIC, _PULSE = range(60, 261), range(30, 216), range(40, 181)


class HbpMonitor:
    """Print what the cuff has measured; nothing is asked of it."""

    def __init__(self, recliner: SimulatedRecliner) -> None:
        self._recliner = recliner
        self._told_s = float("-inf")

    def plugged_in(self, now_s: float) -> None:
        """Print from now on; what was measured before is not printed again."""
        self._recliner.advance(now_s)
        self._told_s = now_s

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Ignore what is sent."""
        return b""

    def speak(self, now_s: float) -> bytes:
        """Print a measurement that has ended since the last was."""
        self._recliner.advance(now_s)
        last = self._recliner.cuff.last
        if last is None or last.at_s <= self._told_s:
            return b""
        self._told_s = last.at_s
        if last.result.reason is NibpFailure.CANCELLED:
            return b""
        return _line(last.at_s, last.result).to_bytes()


def _line(at_s: float, result: NibpDetermination) -> HbpLine:
    at = SECOND_0 + timedelta(seconds=at_s)
    taken = (at.year, at.month, at.day, at.hour, at.minute)
    is_in_range = (
        result.systolic_mmhg in _SYSTOLIC
        and result.diastolic_mmhg in _DIASTOLIC
        and result.pulse_rate_per_min in _PULSE
    )
    if not is_in_range:
        return HbpLine(taken, error=FAILED_ERROR)
    return HbpLine(taken, result.systolic_mmhg, result.diastolic_mmhg, result.pulse_rate_per_min)
