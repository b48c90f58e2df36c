"""What simulated oximeters that speak unasked have in common: frames and lines at their moments.

Here the n-th frame belongs to its moment whenever it is asked for, and a host that was away gets
the present; how a signal is coded belongs to the device's file. The figures are ours: a signal is
looked at three times a second, as often as a finger oximeter renews its numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulators.probe import ProbeSignal
from simulators.recliner import SimulatedRecliner

LOOKS_PER_SECOND = 3
LONGEST_BACKLOG_S = 60.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Hold what a device knows when it sends one frame.

    height: of the trace, 0 to 1. is_beat: the first frame of a heartbeat. at_s: scenario seconds.
    """

    signal: ProbeSignal
    height: float
    is_beat: bool
    at_s: float


class SampleStream:
    """Send a frame for each sample of the trace."""

    def __init__(
        self, recliner: SimulatedRecliner, rate_hz: int, write: Callable[[Moment], bytes]
    ) -> None:
        self._recliner = recliner
        self._rate_hz = rate_hz
        self._write = write
        self._next = 0
        self._look = -1
        self._signal: ProbeSignal | None = None
        self._beat = 0

    def plugged_in(self, now_s: float) -> None:
        """Begin with the frame of the moment."""
        self._next = int(now_s * self._rate_hz)

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Ignore what is sent."""
        return b""

    def speak(self, now_s: float) -> bytes:
        """Return every frame that is due by now."""
        last = int(now_s * self._rate_hz)
        first = max(self._next, last - int(LONGEST_BACKLOG_S * self._rate_hz))
        self._next = max(self._next, last)
        return b"".join(self._frame(number) for number in range(first, last))

    def _frame(self, number: int) -> bytes:
        at_s = number / self._rate_hz
        look = number * LOOKS_PER_SECOND // self._rate_hz
        if look != self._look or self._signal is None:
            self._look = look
            self._recliner.advance(at_s)
            self._signal = self._recliner.probe.at(at_s)
        height = self._recliner.probe.pleth(at_s, self._signal)
        return self._write(Moment(self._signal, height, self._is_beat(at_s), at_s))

    def _is_beat(self, at_s: float) -> bool:
        assert self._signal is not None
        beat = int(self._recliner.probe.beats(at_s)) if self._signal.is_tracking else self._beat
        is_new, self._beat = beat != self._beat, beat
        return is_new


class LineStream:
    """Print a line each so many seconds.

    write: is handed the signal and the scenario second, and whether the host has just come.
    """

    def __init__(
        self,
        recliner: SimulatedRecliner,
        every_s: int,
        write: Callable[[ProbeSignal, int], bytes],
    ) -> None:
        self._recliner = recliner
        self._every_s = every_s
        self._write = write
        self._next = 0

    def plugged_in(self, now_s: float) -> None:
        """Begin with the next line that is due."""
        self._next = int(now_s / self._every_s) + 1

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Ignore what is sent."""
        return b""

    def speak(self, now_s: float) -> bytes:
        """Return every line that is due by now."""
        last = int(now_s / self._every_s)
        first = max(self._next, last - int(LONGEST_BACKLOG_S / self._every_s))
        self._next = max(self._next, last + 1)
        return b"".join(self._line(number * self._every_s) for number in range(first, last + 1))

    def _line(self, second: int) -> bytes:
        self._recliner.advance(second)
        return self._write(self._recliner.probe.at(second), second)
