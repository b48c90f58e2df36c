"""Hold the conversation with an OEM cuff module of the STX/ETX family.

Here is decided what to send and when: command 18 for the status, never while the cuff streams its
pressure, and staff's orders; lines are in stx_etx_frames, their meaning in stx_etx_cuff. Sources:
three independent code bases for PAR/Medlab NIBP2010 and NIBP2020 UP, Abaton UN300C and Sinnor N6
modules (4800 8N1; 01 starts, 999 ends, 18 fetches; a lone X and CR aborts, by one of them). The
numbers of cycle and reset commands are not confirmed, and none of them is sent.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitors.devices.adapter import DecodeCounts
from monitors.devices.stx_etx_cuff import CuffWatch
from monitors.devices.stx_etx_frames import (
    ABORT,
    SEND_STATUS,
    START,
    Abort,
    Command,
    CuffPressure,
    Line,
    LineFinder,
)
from monitors.readings import Reading

REPLY_TIMEOUT_S = 1.0
PACE_S = 2.0
LISTEN_FIRST_S = 3.0
STREAM_BEGINS_S = 5.0
_ASK = SEND_STATUS.to_bytes()
_START = START.to_bytes()


class StxEtxAdapter:
    """Listen to a module's stream, ask for its status, and tell what is new.

    A capture of both directions may be fed too: commands in it are lines without a reading,
    unless this adapter itself has spoken, since then they are an echo of its own words.
    """

    __slots__ = (
        "_asked_s",
        "_cuff",
        "_finder",
        "_has_spoken",
        "_is_start_ordered",
        "_next_s",
        "counts",
    )

    def __init__(self) -> None:
        self.counts = DecodeCounts()
        self._finder = LineFinder(self.counts)
        self._cuff = CuffWatch()
        self._asked_s: float | None = None
        self._next_s = 0.0
        self._is_start_ordered = False
        self._has_spoken = False

    def begin(self, now_s: float) -> bytes:
        """Forget what was half received, asked and ordered, and listen before asking."""
        self._finder.forget()
        self._cuff.reopened()
        self._asked_s = None
        self._is_start_ordered = False
        self._next_s = now_s + LISTEN_FIRST_S
        return b""

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return what the lines completed by these bytes tell that is new."""
        return [reading for line in self._finder.feed(chunk) for reading in self._take(line, now_s)]

    def due(self, now_s: float) -> bytes:
        """Return the next question or order; empty while an answer may still come."""
        if self._asked_s is not None and now_s - self._asked_s < REPLY_TIMEOUT_S:
            return b""
        self._asked_s = None
        if self._is_start_ordered:
            self._is_start_ordered = False
            self._next_s = now_s + STREAM_BEGINS_S
            return self._said(_START)
        if self._cuff.is_streaming(now_s) or now_s < self._next_s:
            return b""
        self._asked_s = now_s
        self._next_s = now_s + PACE_S
        return self._said(_ASK)

    def finish(self) -> Sequence[Reading]:
        """Return what a last status line tells, and count what is left over."""
        self._finder.forget()
        return self._cuff.finish()

    def start_cuff(self, now_s: float) -> bytes:
        """Return the bytes that start one measurement; empty if they wait for an answer."""
        self._cuff.started(now_s)
        self._is_start_ordered = True
        return self.due(now_s)

    def cancel_cuff(self, now_s: float) -> bytes:
        """Return the bytes that end the running measurement; they never wait."""
        self._cuff.cancelled()
        self._is_start_ordered = False
        self._asked_s = None
        self._next_s = now_s + PACE_S
        return self._said(ABORT)

    def _said(self, sent: bytes) -> bytes:
        self._has_spoken = True
        return sent

    def _take(self, line: Line, now_s: float) -> list[Reading]:
        if isinstance(line, Command | Abort):
            return self._take_command(line, now_s)
        if isinstance(line, CuffPressure):
            told = self._cuff.take_pressure(line, now_s)
            due_s = self._cuff.result_due_s
            self._next_s = self._next_s if due_s is None else due_s
            return told
        self._asked_s = None
        return self._cuff.take_status(line, now_s)

    def _take_command(self, line: Command | Abort, now_s: float) -> list[Reading]:
        """Follow the host of a capture; a command that comes back to us is our own echo."""
        if self._has_spoken:
            self.counts.frames -= 1
            self.counts.discarded_bytes += len(line.to_bytes())
        elif isinstance(line, Abort):
            self._cuff.cancelled()
        elif line == START:
            self._cuff.started(now_s)
        return []


def adapter() -> StxEtxAdapter:
    """Make the conversation with a module of the STX/ETX family."""
    return StxEtxAdapter()
