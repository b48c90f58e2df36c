"""A simulated cuff that tells each result by itself, as it ends, and is asked for nothing.

Here is when something is told; what the bytes are stands with each device. Chosen here: nothing
for a stopped measurement, and a clock that stood at 9:00 on 1 March 2026 at second 0.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from monitors.readings import NibpDetermination, NibpFailure
from simulators.recliner import SimulatedRecliner

SECOND_0 = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
Write = Callable[[datetime, NibpDetermination], bytes]


class PushingCuff:
    """Tell what the cuff has measured. write: a result, with the device's own time, as bytes."""

    def __init__(self, recliner: SimulatedRecliner, write: Write) -> None:
        self._recliner = recliner
        self._write = write
        self._told_s = float("-inf")

    def plugged_in(self, now_s: float) -> None:
        """Tell from now on; what was measured before is not told again."""
        self._recliner.advance(now_s)
        self._told_s = now_s

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Ignore what is sent."""
        return b""

    def speak(self, now_s: float) -> bytes:
        """Tell a measurement that has ended since the last was."""
        self._recliner.advance(now_s)
        last = self._recliner.cuff.last
        if last is None or last.at_s <= self._told_s:
            return b""
        self._told_s = last.at_s
        if last.result.reason is NibpFailure.CANCELLED:
            return b""
        return self._write(SECOND_0 + timedelta(seconds=last.at_s), last.result)
