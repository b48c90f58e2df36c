"""Find the short frames of Nonin formats 1 and 8 in a stream: one a second, without checksum.

The only mark is bit 7, set in a frame's first byte and clear in the others, so three frames must
follow one another without a gap before the first of them is believed; once locked, each is told
as it comes. What a frame says is in nonin_df1 and nonin_df8. Source: Nonin, OEM specification of
the 9560 and the Xpod LP specification, formats 1 and 8.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import IntFlag

from monitors.devices.adapter import DecodeCounts
from monitors.devices.nonin_common import MISSING_PULSE_RATE, oximetry_of
from monitors.errors import FrameError
from monitors.readings import OximetryReading, SignalCondition, Validity

LOCK_FRAMES = 3


class ShortStatus(IntFlag):
    """Name the bits of the first byte; its two lowest are bits 8 and 7 of the pulse rate."""

    MARK = 0x80
    SENSOR_DISCONNECTED = 0x40
    OUT_OF_TRACK = 0x20
    LOW_PERFUSION = 0x10
    MARGINAL_PERFUSION = 0x08
    ARTIFACT = 0x04


_WEAK = int(ShortStatus.LOW_PERFUSION | ShortStatus.MARGINAL_PERFUSION)
_DOUBT = _WEAK | int(ShortStatus.ARTIFACT)
_NO_NUMBER = int(ShortStatus.SENSOR_DISCONNECTED | ShortStatus.OUT_OF_TRACK)


class ShortAdapter:
    """Listen to an oximeter that sends one short frame a second; nothing is sent to it.

    length: bytes in a frame. read: turns a frame into its reading, raising FrameError where the
    layout is broken.
    """

    __slots__ = ("_buffer", "_is_locked", "_length", "_read", "_shape", "counts")

    def __init__(self, length: int, read: Callable[[bytes], OximetryReading]) -> None:
        self.counts = DecodeCounts()
        self._length = length
        self._shape = re.compile(rb"[\x80-\xff][\x00-\x7f]{%d}" % (length - 1))
        self._read = read
        self._buffer = bytearray()
        self._is_locked = False

    def begin(self, now_s: float) -> bytes:
        """Give up what was half received; there is nothing to send."""
        self._forget()
        return b""

    def feed(self, chunk: bytes, now_s: float) -> Sequence[OximetryReading]:
        """Return one reading for each frame that these bytes complete."""
        self._buffer += chunk
        return self._take_all(is_last=False)

    def due(self, now_s: float) -> bytes:
        """Return nothing: the device is only listened to."""
        return b""

    def finish(self) -> Sequence[OximetryReading]:
        """Return frames still waiting for their neighbours and count what is left over."""
        told = self._take_all(is_last=True)
        self._forget()
        return told

    def _take_all(self, is_last: bool) -> list[OximetryReading]:
        told: list[OximetryReading] = []
        at = 0
        while (reading := self._frame(at)) or self._skip(at):
            if reading is None:
                self._is_locked = False
                at += self._discard(self._skip(at))
                continue
            is_backed = self._is_locked or self._is_backed(at + self._length, is_last)
            if is_backed is None:
                break
            if not is_backed:
                at += self._discard(1)
                continue
            self._is_locked = True
            self.counts.frames += 1
            told.append(reading)
            at += self._length
        del self._buffer[:at]
        return told

    def _skip(self, at: int) -> int:
        """Return how many bytes from a place that is no frame cannot begin one either."""
        found = self._shape.search(self._buffer, at + 1)
        end = found.start() if found else len(self._buffer) - self._length + 1
        return max(0, end - at)

    def _discard(self, count: int) -> int:
        self.counts.discarded_bytes += count
        return count

    def _is_backed(self, at: int, is_last: bool) -> bool | None:
        """Say whether the frames that must follow a first one are there; None if too early."""
        for _ in range(LOCK_FRAMES - 1):
            left = len(self._buffer) - at
            if left and self._buffer[at] < 0x80:
                return False
            if left < self._length:
                return True if is_last else None
            if self._frame(at) is None:
                return False
            at += self._length
        return True

    def _frame(self, at: int) -> OximetryReading | None:
        if self._shape.match(self._buffer, at) is None:
            return None
        try:
            return self._read(bytes(self._buffer[at : at + self._length]))
        except FrameError:
            return None

    def _forget(self) -> None:
        self.counts.discarded_bytes += len(self._buffer)
        self._buffer.clear()
        self._is_locked = False


def check_layout(raw: bytes, length: int, title: str) -> None:
    """Raise FrameError unless bit 7 and the saturation are as a short frame has them.

    A saturation of 101 to 126 cannot be sent, so such bytes are no frame.
    """
    is_marked = len(raw) == length and raw[0] >= 0x80 and max(raw[1:]) < 0x80
    if not is_marked or 100 < raw[2] < 127:
        raise FrameError(f"not a Nonin {title} frame of {length} bytes: {raw.hex(' ')}")


def pulse_rate_in(raw: bytes) -> int | None:
    """Return the pulse rate per minute, two bits in byte 1 and seven in byte 2; None for 511."""
    rate = (raw[0] & 0x03) << 7 | raw[1]
    return None if rate == MISSING_PULSE_RATE else rate


def short_reading(
    status: int,
    rate: int | None,
    spo2: int | None,
    is_sensor_alarm: bool = False,
    is_battery_low: bool = False,
) -> OximetryReading:
    """Judge one frame: no number without a track and a sensor, doubt with weak perfusion."""
    flags = (
        (status & ShortStatus.SENSOR_DISCONNECTED, SignalCondition.PROBE_UNPLUGGED),
        (is_sensor_alarm, SignalCondition.FINGER_OUT),
        (status & _WEAK, SignalCondition.LOW_PERFUSION),
        (status & ShortStatus.ARTIFACT, SignalCondition.ARTIFACT),
        (status & ShortStatus.OUT_OF_TRACK, SignalCondition.OUT_OF_TRACK),
        (is_battery_low, SignalCondition.LOW_BATTERY),
    )
    conditions = tuple(condition for is_set, condition in flags if is_set)
    validity = Validity.VALID
    if status & _NO_NUMBER or is_sensor_alarm:
        validity = Validity.INVALID
    elif status & _DOUBT:
        validity = Validity.QUESTIONABLE
    return oximetry_of(rate, spo2, validity, conditions)
