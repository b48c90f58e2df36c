"""Read the lines that an Omron HBP-9030 prints, output format 5: one a finished measurement.

Here stand the line, the search for it and its meaning; the monitor is only listened to. Sources: a
public parser that cites Omron's manual 2873643-0F p. 20, a hospital's client and a gateway that
agree on the fields. The subject's ID in field 6 may name a patient: it is never logged, told or
shown in an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitors.devices.adapter import DecodeCounts
from monitors.devices.cuff_numbers import completed, failed
from monitors.errors import FrameError
from monitors.readings import NibpDetermination, NibpFailure

LINE_BYTES = 53
END = b"\r\n"
LONGEST_LINE = 160
_ID_WIDTH = 20
_LINE = re.compile(
    rb"(\d{4}),(\d\d),(\d\d),(\d\d),(\d\d),([\x20-\x2b\x2d-\x7e]{20}),"
    rb"(\d),(\d{3}|   ),(\d{3}|   ),(\d{3}|   ),(\d)"
)


@dataclass(frozen=True, slots=True)
class HbpLine:
    """Hold one line of format 5.

    taken: the monitor's own year, month, day, hour and minute. error: 0 for none. Pressures in mmHg
    and pulse rate per minute, None where the line has spaces. movements: 0 to 9.
    """

    taken: tuple[int, int, int, int, int]
    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    pulse_rate_per_min: int | None = None
    error: int = 0
    movements: int = 0
    subject_id: str = field(default="", repr=False)

    @classmethod
    def from_bytes(cls, raw: bytes) -> HbpLine:
        """Read a line with or without its end; FrameError where it is not exactly format 5."""
        found = _LINE.fullmatch(raw.removesuffix(END))
        if found is None:
            raise FrameError(f"not a line of {LINE_BYTES} bytes in HBP-9030 format 5")
        year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
        return cls(
            (year, month, day, hour, minute),
            _number(found[8]),
            _number(found[9]),
            _number(found[10]),
            int(found[7]),
            int(found[11]),
            found[6].decode("ascii").rstrip(),
        )

    def to_bytes(self) -> bytes:
        """Write the line with its end; FrameError where something does not fit."""
        numbers = (self.systolic_mmhg, self.diastolic_mmhg, self.pulse_rate_per_min)
        vitals = ["   " if number is None else f"{number:03d}" for number in numbers]
        year, *rest = self.taken
        stamp = [f"{year:04d}", *(f"{part:02d}" for part in rest)]
        subject = self.subject_id.ljust(_ID_WIDTH)
        parts = [*stamp, subject, str(self.error), *vitals, str(self.movements)]
        line = ",".join(parts).encode("utf-8")
        if not _LINE.fullmatch(line):
            raise FrameError(f"a part does not fit into a line of HBP-9030 format 5: {self!r}")
        return line + END

    @property
    def determination(self) -> NibpDetermination:
        """Return what the line tells; it carries no mean pressure, and none is made up."""
        told = completed(
            self.systolic_mmhg, self.diastolic_mmhg, pulse_rate_per_min=self.pulse_rate_per_min
        )
        return failed(NibpFailure.UNKNOWN) if self.error or told is None else told


class HbpAdapter:
    """Listen to an HBP-9030; nothing is ever sent to it.

    A line counts only with its CR LF, and only if its last 53 bytes are format 5 to the byte, so
    that noise before a line does not hide it. At most LONGEST_LINE bytes of one are held.
    """

    __slots__ = ("_buffer", "_is_overlong", "counts")

    def __init__(self) -> None:
        self.counts = DecodeCounts()
        self._buffer = bytearray()
        self._is_overlong = False

    def begin(self, now_s: float) -> bytes:
        """Give up what was half received; there is nothing to send."""
        self._forget()
        return b""

    def feed(self, chunk: bytes, now_s: float) -> Sequence[NibpDetermination]:
        """Return one determination for each line that these bytes complete."""
        buffer = self._buffer
        buffer += chunk
        told, at = [], 0
        while (end := buffer.find(END, at)) >= 0:
            line = self._end(bytes(buffer[at : end + len(END)]))
            if line is not None:
                told.append(line.determination)
            at = end + len(END)
        del buffer[:at]
        self._hold()
        return told

    def due(self, now_s: float) -> bytes:
        """Return nothing: the monitor is only listened to."""
        return b""

    def finish(self) -> Sequence[NibpDetermination]:
        """Count what is left over; a line without its end is no line."""
        self._forget()
        return []

    def _end(self, raw: bytes) -> HbpLine | None:
        was_overlong, self._is_overlong = self._is_overlong, False
        noise = len(raw) - LINE_BYTES - len(END)
        line = None if was_overlong or noise < 0 or len(raw) > LONGEST_LINE else _read(raw[noise:])
        self.counts.discarded_bytes += len(raw) if line is None else noise
        self.counts.frames += line is not None
        return line

    def _hold(self) -> None:
        """Discard an unfinished line that grew too long, but for a CR that may begin its end."""
        if len(self._buffer) <= LONGEST_LINE and not self._is_overlong:
            return
        kept = 1 if self._buffer[-1:] == END[:1] else 0
        self.counts.discarded_bytes += len(self._buffer) - kept
        del self._buffer[: len(self._buffer) - kept]
        self._is_overlong = True

    def _forget(self) -> None:
        self.counts.discarded_bytes += len(self._buffer)
        self._buffer.clear()
        self._is_overlong = False


def _read(raw: bytes) -> HbpLine | None:
    try:
        return HbpLine.from_bytes(raw)
    except FrameError:
        return None


def _number(text: bytes) -> int | None:
    return int(text) if text.strip() else None


def adapter() -> HbpAdapter:
    """Make the conversation with an HBP-9030 that prints format 5."""
    return HbpAdapter()
