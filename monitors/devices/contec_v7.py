"""Hold the conversation with Contec's newer oximeters (CMS50D+ from 4.6, later CMS50E/F/I, CMS60).

The device is silent until it is told to start, and falls silent again unless it hears from the
host: here it is started, kept awake, and started again when its packets stop. What packets look
like is in contec_packets. Sources: Contec, "Communication protocol of pulse oximeter" V7.0
(2010-07-08); captures of CMS50D+ 4.6 units, which send 0/0 where the document says 255/127; and
public drivers for the keep-alive (one unit stopped after exactly 30 s without it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitors.devices.adapter import DecodeCounts
from monitors.devices.contec_packets import (
    REAL_TIME,
    REAL_TIME_BYTES,
    Packet,
    PacketFinder,
    command,
)
from monitors.devices.oximetry import TraceBatch, oximetry_of
from monitors.errors import FrameError
from monitors.readings import (
    DeviceIdentity,
    OximetryReading,
    Reading,
    SignalCondition,
    Validity,
)

PACKETS_PER_SECOND = 60.0
FULL_SCALE = 127
START = command(0xA1)
KEEP_ALIVE = command(0xAF)
ASK_ID = command(0xAA)
KEEP_ALIVE_EVERY_S = 5.0
START_AGAIN_AFTER_S = 1.0
NO_INDEX_CODE = 0xFFFF
HIGHEST_INDEX_CODE = 2200
NO_RATE_CODES = frozenset({0, 255})
NO_SPO2_CODES = frozenset({0, 127})
_DEVICE_ID = 0x04
_FINGER_OUT = 0x80
_BEAT, _LOW_SPO2, _SEARCHING_TOO_LONG = 0x40, 0x20, 0x10
_SEARCHING = 0x80
_NO_INDEX = 0x10
_STATUS_FLAGS = bytes(byte & (_LOW_SPO2 | _SEARCHING_TOO_LONG) for byte in range(256))
_BAR_FLAGS = bytes(byte & _NO_INDEX for byte in range(256))
_WAVES = bytes(byte & 0x7F for byte in range(256))
_HIGH_OF_FINGER_OUT = 0x01


@dataclass(frozen=True, slots=True)
class RealTimeFrame:
    """Hold one real-time packet, 60 a second.

    pulse_rate_code: 0 to 255, of which 0 and 255 mean missing. spo2_code: 0 to 255, of which 0
    and 127 mean missing. index_code: perfusion index in hundredths of a per cent, 16 bits, 65535
    for none. wave: 0 to 127. strength: 0 to 8 by the document, 4 bits. bar: 0 to 15.
    """

    pulse_rate_code: int
    spo2_code: int
    index_code: int = NO_INDEX_CODE
    wave: int = 0
    strength: int = 0
    bar: int = 0
    is_beat: bool = False
    is_low_spo2: bool = False
    is_searching_too_long: bool = False
    is_searching: bool = False
    is_finger_out: bool = False
    has_no_index: bool = False

    @classmethod
    def from_bytes(cls, raw: bytes) -> RealTimeFrame:
        """Read nine bytes; FrameError for another type or length, or bit 7 out of place."""
        packet = Packet.from_bytes(raw)
        if packet.kind != REAL_TIME:
            raise FrameError(f"not a Contec real-time packet: {raw.hex(' ')}")
        status, wave, bar, rate, spo2, index_low, index_high = packet.content
        return cls(
            rate,
            spo2,
            index_high << 8 | index_low,
            wave & 0x7F,
            status & 0x0F,
            bar & 0x0F,
            bool(status & _BEAT),
            bool(status & _LOW_SPO2),
            bool(status & _SEARCHING_TOO_LONG),
            bool(wave & _SEARCHING),
            bool(status & _FINGER_OUT),
            bool(bar & _NO_INDEX),
        )

    def to_bytes(self) -> bytes:
        """Write nine bytes; FrameError where a field does not fit in its bits."""
        status = (
            self.is_finger_out * _FINGER_OUT
            | self.is_beat * _BEAT
            | self.is_low_spo2 * _LOW_SPO2
            | self.is_searching_too_long * _SEARCHING_TOO_LONG
        )
        content = (
            status | self.strength,
            self.is_searching * _SEARCHING | self.wave,
            self.has_no_index * _NO_INDEX | self.bar,
            self.pulse_rate_code,
            self.spo2_code,
            self.index_code & 0xFF,
            self.index_code >> 8,
        )
        is_bytes = not any(byte & ~0xFF for byte in content)
        raw = Packet(REAL_TIME, bytes(content)).to_bytes() if is_bytes else b""
        if not raw or RealTimeFrame.from_bytes(raw) != self:
            raise FrameError(f"a field of {self} does not fit in its bits")
        return raw

    @property
    def perfusion_index_pct(self) -> float | None:
        """Return the perfusion index, 0.01 to 22 per cent; None where the device has none."""
        is_told = not self.has_no_index and 0 < self.index_code <= HIGHEST_INDEX_CODE
        return self.index_code / 100 if is_told else None

    @property
    def reading(self) -> OximetryReading:
        """Judge the packet: no number while it searches or no finger is in the probe."""
        is_searching = self.is_searching or self.is_searching_too_long
        flags = (
            (self.is_finger_out, SignalCondition.FINGER_OUT),
            (is_searching, SignalCondition.SEARCHING),
            (self.is_low_spo2, SignalCondition.DEVICE_ALARM),
        )
        conditions = tuple(condition for is_set, condition in flags if is_set)
        is_lost = self.is_finger_out or is_searching
        validity = Validity.INVALID if is_lost else Validity.VALID
        spo2 = None if self.spo2_code in NO_SPO2_CODES else self.spo2_code
        rate = None if self.pulse_rate_code in NO_RATE_CODES else self.pulse_rate_code
        return oximetry_of(spo2, rate, self.perfusion_index_pct, validity, conditions)


class ContecV7Adapter:
    """Start a newer Contec oximeter, keep it sending, and tell each of its packets."""

    __slots__ = ("_batch", "_finder", "_frame_s", "_kept_s", "_started_s", "counts")

    def __init__(self) -> None:
        self.counts = DecodeCounts()
        self._finder = PacketFinder(self.counts)
        self._batch = TraceBatch(PACKETS_PER_SECOND, FULL_SCALE)
        self._started_s: float | None = None
        self._frame_s = 0.0
        self._kept_s = 0.0

    def begin(self, now_s: float) -> bytes:
        """Give up what was half received and return the command that starts the stream."""
        self._finder.forget()
        self._batch.forget()
        return self._start(now_s)

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return one reading for each real-time packet that these bytes show to be whole."""
        return self._read(self._finder.feed(chunk), now_s) if chunk else []

    def due(self, now_s: float) -> bytes:
        """Return the keep-alive each 5 s, and the start again when packets stop for over 1 s."""
        if self._started_s is None:
            return self._start(now_s)
        if now_s - max(self._frame_s, self._started_s) > START_AGAIN_AFTER_S:
            return self._start(now_s)
        if now_s - self._kept_s >= KEEP_ALIVE_EVERY_S:
            self._kept_s = now_s
            return KEEP_ALIVE
        return b""

    def finish(self) -> Sequence[Reading]:
        """Return the packet that waited for its end and count what is left over."""
        told = self._read(self._finder.feed(b"", is_last=True), self._frame_s)
        told += self._batch.flush()
        self._finder.forget()
        return told

    def _start(self, now_s: float) -> bytes:
        self._started_s = self._kept_s = now_s
        return START

    def _read(self, pieces: Sequence[bytes], now_s: float) -> list[Reading]:
        told: list[Reading] = []
        for piece in pieces:
            if not piece:
                told += self._batch.flush()
            elif piece[0] == REAL_TIME:
                self._frame_s = now_s
                told += self._read_run(piece)
            else:
                told += _identity_of(piece)
        return told

    def _read_run(self, block: bytes) -> list[Reading]:
        """Read a stretch of real-time packets, each field of all of them in one go."""
        _, high, status, wave, bar, *numbers = (block[at::REAL_TIME_BYTES] for at in range(9))
        told: list[Reading] = [
            *map(_judge, high, status.translate(_STATUS_FLAGS), bar.translate(_BAR_FLAGS), *numbers)
        ]
        waves: Sequence[int | None] = wave.translate(_WAVES)
        if any(byte & _HIGH_OF_FINGER_OUT for byte in set(high)):
            pairs = zip(waves, high, strict=True)
            waves = [None if byte & _HIGH_OF_FINGER_OUT else sample for sample, byte in pairs]
        return told + self._batch.add(waves)


@lru_cache(maxsize=256)
def _judge(
    high: int, status: int, bar: int, rate: int, spo2: int, index_low: int, index_high: int
) -> OximetryReading:
    """Return the reading of the bytes that matter, as they are on the wire."""
    parts = (high, status | 0x80, 0x80, bar | 0x80, rate, spo2, index_low, index_high)
    return RealTimeFrame.from_bytes(bytes((REAL_TIME, *parts))).reading


def _identity_of(raw: bytes) -> list[Reading]:
    """Return the id that a device gives itself, which its owner may have set."""
    packet = Packet.from_bytes(raw)
    if packet.kind != _DEVICE_ID:
        return []
    text = packet.content.decode("ascii", "replace").strip(" \0")
    return [DeviceIdentity(serial_number=text or None)]


def adapter() -> ContecV7Adapter:
    """Make the conversation with a newer Contec oximeter."""
    return ContecV7Adapter()
