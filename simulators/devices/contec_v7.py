"""A simulated newer Contec oximeter: silent until started, silent again when it is left alone.

Packets are made by the product's frame classes. Sources: Contec, "Communication protocol of pulse
oximeter" V7.0; a captured CMS50D+ session for the answers; a public driver for the 30 s without a
keep-alive after which one unit stopped. Not in any source and chosen here: the unit has a
perfusion index, and numbers without a finger are 0/0 as in the captures.
"""

from __future__ import annotations

from monitors.devices.contec_packets import COMMAND_BYTES, COMMAND_TYPE, Packet
from monitors.devices.contec_v7 import (
    FULL_SCALE,
    NO_INDEX_CODE,
    PACKETS_PER_SECOND,
    RealTimeFrame,
)
from simulators.devices.streams import Moment, SampleStream
from simulators.recliner import SimulatedRecliner

STOPS_AFTER_S = 30.0
_START, _STOP, _STOP_STORED, _KEEP_ALIVE = 0xA1, 0xA2, 0xA7, 0xAF
_HIGHEST_RATE = 254
_HIGHEST_INDEX = 2200
_IDLE = Packet(0x0C, b"").to_bytes()
_NAME = b"user   "
_BLANK = b"       "
_ANSWERS = {
    _STOP: _IDLE,
    _STOP_STORED: _IDLE,
    0xA0: Packet(0x06, b"\x00\x07").to_bytes(),
    0xA8: Packet(0x02, b"\x00" + _BLANK[1:]).to_bytes()
    + Packet(0x02, b"\xff" + _BLANK[1:]).to_bytes(),
    0xA9: Packet(0x03, _BLANK).to_bytes(),
    0xAA: Packet(0x04, _NAME).to_bytes(),
    0xAC: Packet(0x0E, b"\x00").to_bytes(),
    0xB0: Packet(0x11, b"\x01\x01\x00\x00\x00\x00\x00").to_bytes(),
    0xB3: Packet(0x13, _BLANK).to_bytes() + Packet(0x14, _BLANK[2:] + b"\x00\x00").to_bytes(),
}


def packet(moment: Moment) -> bytes:
    """Write the real-time packet of one moment."""
    signal = moment.signal
    index = round(100 * signal.perfusion_index_pct)
    has_index = signal.is_tracking and 0 < index <= _HIGHEST_INDEX
    return RealTimeFrame(
        min(signal.pulse_rate_per_min or 0, _HIGHEST_RATE),
        signal.spo2_pct or 0,
        index if has_index else NO_INDEX_CODE,
        int(moment.height * FULL_SCALE) if signal.has_finger else 64,
        min(8, 1 + int(2 * signal.perfusion_index_pct)) if signal.has_finger else 0,
        int(moment.height * 15) if signal.is_tracking else 0,
        is_beat=moment.is_beat,
        is_searching=signal.has_finger and not signal.is_tracking,
        is_finger_out=not signal.has_finger,
        has_no_index=not has_index,
    ).to_bytes()


class ContecOximeter:
    """Answer commands, and send while somebody keeps asking for it."""

    def __init__(self, recliner: SimulatedRecliner) -> None:
        self._stream = SampleStream(recliner, int(PACKETS_PER_SECOND), packet)
        self._unfinished = b""
        self._heard_s: float | None = None

    def plugged_in(self, now_s: float) -> None:
        """Be silent until started."""
        self._unfinished = b""
        self._heard_s = None

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Carry out each command that is whole; what is none is ignored."""
        sent = self.speak(now_s)
        heard = self._unfinished + chunk
        while (start := heard.find(COMMAND_TYPE)) >= 0 and len(heard) >= start + COMMAND_BYTES:
            words = heard[start : start + COMMAND_BYTES]
            is_whole = min(words[1:]) >= 0x80
            sent += self._obey(Packet.from_bytes(words).content[0], now_s) if is_whole else b""
            heard = heard[start + (COMMAND_BYTES if is_whole else 1) :]
        self._unfinished = heard[start:] if start >= 0 else b""
        return sent

    def speak(self, now_s: float) -> bytes:
        """Return the packets that are due while the stream runs."""
        if self._heard_s is None:
            return b""
        until_s = min(now_s, self._heard_s + STOPS_AFTER_S)
        sent = self._stream.speak(until_s)
        if until_s < now_s:
            self._heard_s = None
        return sent

    def _obey(self, code: int, now_s: float) -> bytes:
        if code == _START and self._heard_s is None:
            self._stream.plugged_in(now_s)
        if code == _START or (code == _KEEP_ALIVE and self._heard_s is not None):
            self._heard_s = now_s
        if code == _STOP:
            self._heard_s = None
        return _ANSWERS.get(code, b"")


def oximeter(recliner: SimulatedRecliner) -> ContecOximeter:
    """Make a newer Contec oximeter."""
    return ContecOximeter(recliner)
