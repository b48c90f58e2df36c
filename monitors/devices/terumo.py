"""Read the frames that Terumo kiosk monitors (BP-500, BR-500) push, one a measurement.

Here stand the frame, the search for it and its meaning; the monitor is only listened to. Sources:
the tests of a public profile-driven reader and a real frame in a second program, whose numbers
prove the order (the mean stands before the diastolic). The ID may name a patient: it is never
logged, told or shown in an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitors.devices.adapter import DecodeCounts
from monitors.devices.cuff_numbers import completed, failed
from monitors.errors import FrameError
from monitors.readings import NibpDetermination, NibpFailure

STX, ETX = 0x02, 0x03
LONGEST_TEXT = 120
_ID_WIDTH = 9
_TAIL = "0000,0000,00000,000"
_TEXT = re.compile(rb"[\x20-\x7e]*")
_VITAL = rb"(\d{3}|[ -]{3})"
_RESULT = re.compile(
    rb"R1,([\x20-\x2b\x2d-\x7e]{9}),(\d{6}),(\d{6}),"
    + b",".join([_VITAL] * 4)
    + rb",(\d{4},\d{4},\d{5},\d{3})"
)


def block_check(body: bytes) -> int:
    """Return the check byte: the sum from 02 to 03, both included, in eight bits."""
    return sum(body) & 0xFF


@dataclass(frozen=True, slots=True)
class KioskResult:
    """Hold one measurement.

    date: yymmdd, time: hhmmss, both of the monitor's clock. Pressures in mmHg and pulse rate per
    minute, None where the frame has no digits. tail: four more fields of digits, not understood.
    """

    systolic_mmhg: int | None = None
    mean_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    pulse_rate_per_min: int | None = None
    date: str = "000000"
    time: str = "000000"
    subject_id: str = field(default="000000000", repr=False)
    tail: str = _TAIL

    @classmethod
    def from_bytes(cls, raw: bytes) -> KioskResult:
        """Read a frame; FrameError where the check byte or the layout is not this one's."""
        found = _RESULT.fullmatch(_checked(raw))
        if found is None:
            raise FrameError("not a Terumo R1 result")
        return cls(
            _number(found[4]),
            _number(found[5]),
            _number(found[6]),
            _number(found[7]),
            found[2].decode("ascii"),
            found[3].decode("ascii"),
            found[1].decode("ascii").rstrip(),
            found[8].decode("ascii"),
        )

    def to_bytes(self) -> bytes:
        """Write the frame with its check byte; FrameError where something does not fit."""
        pressures = (self.systolic_mmhg, self.mean_mmhg, self.diastolic_mmhg)
        vitals = ["   " if v is None else f"{v:03d}" for v in (*pressures, self.pulse_rate_per_min)]
        parts = ["R1", self.subject_id.ljust(_ID_WIDTH), self.date, self.time, *vitals, self.tail]
        text = ",".join(parts).encode("utf-8")
        if not _RESULT.fullmatch(text):
            raise FrameError(f"a part does not fit into a Terumo R1 result: {self!r}")
        return framed(text)

    @property
    def determination(self) -> NibpDetermination:
        """Return what the frame tells; without numbers a cuff can measure it has failed."""
        told = completed(
            self.systolic_mmhg, self.diastolic_mmhg, self.mean_mmhg, self.pulse_rate_per_min
        )
        return told or failed(NibpFailure.UNKNOWN)


class KioskAdapter:
    """Listen to a Terumo monitor; nothing is ever sent to it.

    There is no line end: a frame is complete with the byte behind its 03, whatever that byte is.
    A frame with a right check byte that is not a result counts and tells nothing.
    """

    __slots__ = ("_buffer", "counts")

    def __init__(self) -> None:
        self.counts = DecodeCounts()
        self._buffer = bytearray()

    def begin(self, now_s: float) -> bytes:
        """Give up what was half received; there is nothing to send."""
        self._forget()
        return b""

    def feed(self, chunk: bytes, now_s: float) -> Sequence[NibpDetermination]:
        """Return one determination for each result that these bytes complete."""
        self._buffer += chunk
        return self._scan()

    def due(self, now_s: float) -> bytes:
        """Return nothing: the monitor is only listened to."""
        return b""

    def finish(self) -> Sequence[NibpDetermination]:
        """Return results that stood behind a false start and count what is left over."""
        told: list[NibpDetermination] = []
        while self._buffer:
            self.counts.discarded_bytes += 1
            del self._buffer[0]
            told += self._scan()
        return told

    def _scan(self) -> list[NibpDetermination]:
        buffer, counts = self._buffer, self.counts
        told, at = [], 0
        while at < len(buffer):
            start = buffer.find(STX, at)
            start = len(buffer) if start < 0 else start
            counts.discarded_bytes += start - at
            at = start
            length = _length_at(buffer, at)
            if length is None:
                break
            frame = bytes(buffer[at : at + length])
            if not length or not _is_checked(frame):
                counts.bad_checksums += length > 0
                counts.discarded_bytes += 1
                at += 1
                continue
            counts.frames += 1
            at += length
            result = _read(frame)
            if result is not None:
                told.append(result.determination)
        del buffer[:at]
        return told

    def _forget(self) -> None:
        self.counts.discarded_bytes += len(self._buffer)
        self._buffer.clear()


def framed(text: bytes) -> bytes:
    """Put a text between 02 and 03 and add the check byte."""
    body = bytes((STX,)) + text + bytes((ETX,))
    return body + bytes((block_check(body),))


def _length_at(buffer: bytearray, at: int) -> int | None:
    """Return how long the frame that begins here is; 0 if none does, None if it is too early."""
    text = _TEXT.match(buffer, at + 1, at + 2 + LONGEST_TEXT)
    end = text.end() if text else at + 1
    if end - at - 1 > LONGEST_TEXT:
        return 0
    if end >= len(buffer):
        return None
    if buffer[end] != ETX:
        return 0
    return None if end + 1 >= len(buffer) else end + 2 - at


def _is_checked(frame: bytes) -> bool:
    return block_check(frame[:-1]) == frame[-1]


def _checked(raw: bytes) -> bytes:
    is_framed = len(raw) > 2 and raw[0] == STX and raw[-2] == ETX
    if not is_framed or not _is_checked(raw):
        raise FrameError("not a Terumo frame with a right check byte")
    return raw[1:-2]


def _read(frame: bytes) -> KioskResult | None:
    try:
        return KioskResult.from_bytes(frame)
    except FrameError:
        return None


def _number(text: bytes) -> int | None:
    return int(text) if text.isdigit() else None


def adapter() -> KioskAdapter:
    """Make the conversation with a Terumo kiosk monitor."""
    return KioskAdapter()
