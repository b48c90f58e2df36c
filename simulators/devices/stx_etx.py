"""A simulated OEM cuff module of the STX/ETX family at its serial line.

Here the cuff's state becomes a stream of pressures and status lines; lines are the product's own
classes. Sources: public code for these modules (a stream while the cuff runs, 999 at its end,
command 18 for the result, X and CR to abort). Chosen here: five pressures a second, message 01 for
every failure since the codes are not known, and a stopped measurement leaves the last result
standing.
"""

from __future__ import annotations

import re

from monitors.devices.stx_etx_frames import (
    END_OF_MEASUREMENT,
    SEND_STATUS,
    START,
    Command,
    CuffPressure,
    Status,
)
from monitors.errors import FrameError
from monitors.readings import NibpFailure
from simulators.recliner import SimulatedRecliner

STREAM_HZ = 5
FAILED_MESSAGE = 1
_HIGHEST_STREAMED = 998
_WORDS = re.compile(rb"\x02[\x20-\x7e]*\x03|X\r")
_LONGEST_WORD = 64
_LONGEST_BACKLOG_S = 60


class StxEtxModule:
    """Stream the cuff's pressure while it runs, and answer what a host asks."""

    def __init__(self, recliner: SimulatedRecliner) -> None:
        self._recliner = recliner
        self._unfinished = b""
        self._next_tick = 0
        self._told_s = float("-inf")

    def plugged_in(self, now_s: float) -> None:
        """Forget half a command; what was streamed before is lost."""
        self._recliner.advance(now_s)
        self._unfinished = b""
        self._next_tick = int(now_s * STREAM_HZ) + 1
        self._told_s = now_s

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Obey each command that is whole and has a right checksum."""
        spoken = self.speak(now_s)
        heard, at = self._unfinished + chunk, 0
        for word in _WORDS.finditer(heard):
            spoken += self._obey(word[0], now_s)
            at = word.end()
        self._unfinished = heard[at:][-_LONGEST_WORD:]
        return spoken

    def speak(self, now_s: float) -> bytes:
        """Stream what is due by now; the n-th line belongs to scenario second n / STREAM_HZ."""
        first = max(self._next_tick, int((now_s - _LONGEST_BACKLOG_S) * STREAM_HZ))
        last = int(now_s * STREAM_HZ)
        self._next_tick = max(last + 1, first)
        return b"".join(self._line(tick / STREAM_HZ) for tick in range(first, last + 1))

    def _line(self, at_s: float) -> bytes:
        cuff = self._recliner.cuff
        self._recliner.advance(at_s)
        ended = b""
        if cuff.last is not None and cuff.last.at_s > self._told_s:
            self._told_s = cuff.last.at_s
            ended = CuffPressure(END_OF_MEASUREMENT).to_bytes()
        if not cuff.is_running(at_s):
            return ended
        return ended + CuffPressure(min(cuff.pressure_mmhg(at_s), _HIGHEST_STREAMED)).to_bytes()

    def _obey(self, word: bytes, now_s: float) -> bytes:
        if word == b"X\r":
            self._recliner.cuff.cancel(now_s)
            return b""
        try:
            command = Command.from_bytes(word)
        except FrameError:
            return b""
        if command == START:
            self._recliner.cuff.start(now_s)
        return self._status().to_bytes() if command == SEND_STATUS else b""

    def _status(self) -> Status:
        last = self._recliner.cuff.last
        if last is not None and last.result.reason is NibpFailure.CANCELLED:
            last = self._recliner.cuff.last_completed
        if last is None:
            return Status()
        result = last.result
        if result.reason is not None:
            return Status(message=FAILED_MESSAGE)
        return Status(
            result.systolic_mmhg or 0,
            result.diastolic_mmhg or 0,
            result.mean_mmhg or 0,
            result.pulse_rate_per_min or 0,
        )
