"""Hold the conversation with a SunTech OEM cuff module (Medical Advantage, Mini, A+).

Here is decided what to ask and when: the pressure in the cuff, a result once a measurement has
ended, and an order before both; packets are in suntech_frames, their meaning in suntech_cuff.
Source: two independent public drivers (9600 8N1, the host asks each time, one of them every
200 ms); a K comes unasked and may stand between a question and its answer, so packets are told
apart by their length alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitors.devices.adapter import DecodeCounts
from monitors.devices.suntech_cuff import CuffWatch
from monitors.devices.suntech_frames import (
    ABORT,
    ACK_BYTES,
    GET_PRESSURE,
    GET_RESULT,
    HOST_MARK,
    PRESSURE_BYTES,
    RESULT_BYTES,
    START_ADULT,
    STARTS,
    Acknowledgement,
    BpResult,
    CuffPressure,
    FrameFinder,
)
from monitors.readings import Reading

REPLY_TIMEOUT_S = 0.25
RUNNING_PACE_S = 0.2
RESTING_PACE_S = 1.0
_ANSWERED_BY = {PRESSURE_BYTES: GET_PRESSURE, RESULT_BYTES: GET_RESULT}


class SuntechAdapter:
    """Ask a module what its cuff does and tell what is new.

    A capture of both directions may be fed too: commands in it are packets without a reading,
    unless this adapter itself has spoken, since then they are an echo of its own words.
    """

    __slots__ = (
        "_asked",
        "_asked_s",
        "_cuff",
        "_finder",
        "_has_spoken",
        "_held",
        "_is_start_ordered",
        "_missed",
        "_next_s",
        "counts",
    )

    def __init__(self) -> None:
        self.counts = DecodeCounts()
        self._finder = FrameFinder(self.counts)
        self._cuff = CuffWatch()
        self._asked: bytes | None = None
        self._missed: bytes | None = None
        self._asked_s = 0.0
        self._next_s = 0.0
        self._is_start_ordered = False
        self._has_spoken = False
        self._held: list[Reading] = []

    def begin(self, now_s: float) -> bytes:
        """Forget what was half received, asked and ordered; nothing is sent again."""
        self._finder.forget()
        self._cuff.reopened()
        self._asked = None
        self._next_s = now_s
        self._is_start_ordered = False
        return b""

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return what the packets completed by these bytes tell that is new."""
        told, self._held = self._held, []
        return told + self._take_all(self._finder.feed(chunk), now_s)

    def due(self, now_s: float) -> bytes:
        """Return the next question or order; empty while an answer may still come."""
        if self._asked is not None:
            if now_s - self._asked_s < REPLY_TIMEOUT_S:
                return b""
            self._missed, self._asked = self._asked, None
            self._held += self._take_all(self._finder.give_up(), now_s)
        if self._is_start_ordered:
            self._is_start_ordered = False
            return self._send(START_ADULT, now_s)
        if now_s < self._next_s:
            return b""
        return self._send(self._question(), now_s)

    def finish(self) -> Sequence[Reading]:
        """Return what stood behind a false start and count what is left over."""
        told, self._held = self._held, []
        return told + self._take_all(self._finder.finish(), self._asked_s)

    def start_cuff(self, now_s: float) -> bytes:
        """Return the bytes that start one measurement; empty if they wait for an answer."""
        self._cuff.started(now_s)
        self._is_start_ordered = True
        return self.due(now_s)

    def cancel_cuff(self, now_s: float) -> bytes:
        """Return the bytes that end the running measurement; they never wait."""
        self._cuff.cancelled()
        self._is_start_ordered = False
        return self._send(ABORT, now_s)

    def _question(self) -> bytes:
        """Ask for a result that is due, and for the pressure after one that did not come."""
        is_missed = self._missed == GET_RESULT
        self._missed = None
        return GET_RESULT if self._cuff.wants_result and not is_missed else GET_PRESSURE

    def _send(self, packet: bytes, now_s: float) -> bytes:
        self._asked, self._asked_s = packet, now_s
        is_fast = self._cuff.is_busy or self._cuff.wants_result
        self._next_s = now_s + (RUNNING_PACE_S if is_fast else RESTING_PACE_S)
        self._has_spoken = True
        return packet

    def _take_all(self, packets: Sequence[bytes], now_s: float) -> list[Reading]:
        return [reading for packet in packets for reading in self._take(packet, now_s)]

    def _take(self, packet: bytes, now_s: float) -> list[Reading]:
        length = len(packet)
        if packet[0] == HOST_MARK:
            return self._take_command(packet, now_s)
        if length == ACK_BYTES:
            return self._take_letter(Acknowledgement.from_bytes(packet).letter, now_s)
        if self._asked is not None and _ANSWERED_BY.get(length) == self._asked:
            self._asked = None
        if length == PRESSURE_BYTES:
            pressure = CuffPressure.from_bytes(packet).pressure_mmhg
            return self._cuff.take_pressure(pressure, now_s)
        if length == RESULT_BYTES:
            return self._cuff.take_result(BpResult.from_bytes(packet), now_s)
        return []

    def _take_letter(self, letter: str, now_s: float) -> list[Reading]:
        """Take a letter; a K answers nothing, and asks for the result at once."""
        if letter != "K":
            self._asked = None
        told = self._cuff.take_letter(letter, now_s)
        if self._cuff.wants_result:
            self._next_s = now_s
        return told

    def _take_command(self, packet: bytes, now_s: float) -> list[Reading]:
        """Follow the host of a capture; a command that comes back to us is our own echo."""
        if self._has_spoken:
            self.counts.frames -= 1
            self.counts.discarded_bytes += len(packet)
        elif packet == ABORT:
            self._cuff.cancelled()
        elif packet in STARTS:
            self._cuff.started(now_s)
        return []


def adapter() -> SuntechAdapter:
    """Make the conversation with a SunTech module."""
    return SuntechAdapter()
