"""Read and write the lines of the STX/ETX family of OEM cuff modules, and find them in a stream.

A line is 02, printable text, 03; a module adds 0D, and a host's X and 0D abort. Here stand the
command, the cuff pressure and the status line, not when to ask or what an answer means. Sources:
three independent code bases for PAR/Medlab NIBP2010, NIBP2020 UP, NIBScan, Abaton UN300C and Sinnor
N6 modules, and the manual excerpt in one public thread; its printed status line does not fit the
checksum rule of the commands, so a status line's checksum is counted and not relied on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitors.devices.adapter import DecodeCounts
from monitors.errors import FrameError

STX, ETX, CR = 0x02, 0x03, 0x0D
LONGEST_LINE = 64
END_OF_MEASUREMENT = 999
_TEXT = re.compile(rb"[\x20-\x7e]*")
_COMMAND = re.compile(rb"(\d\d);;([0-9A-Fa-f]{2})")
_PRESSURE = re.compile(rb"(\d{3})C(\d)S(\d)")
_STATUS = re.compile(
    rb"S(\d);A(\d);C(\d\d);M(\d\d);P(\d{3})(\d{3})(\d{3});R(\d{3});T(\d{4});;([0-9A-Fa-f]{2})"
)


def checksum(text: bytes) -> bytes:
    """Return the two hexadecimal digits of the sum of a text in eight bits."""
    return b"%02X" % (sum(text) & 0xFF)


@dataclass(frozen=True, slots=True)
class Command:
    """Hold a host's command. number: 1 start, 3 back to manual, 18 send the status, ..."""

    number: int

    @classmethod
    def from_bytes(cls, raw: bytes) -> Command:
        """Read a line; FrameError where it is not a command with a right checksum."""
        text = _inner(raw)
        found = _COMMAND.fullmatch(text)
        if found is None or checksum(text[:4]) != found[2].upper():
            raise FrameError(f"not an STX/ETX command with a right checksum: {raw!r}")
        return cls(int(found[1]))

    def to_bytes(self) -> bytes:
        """Write the line; FrameError for anything but two digits."""
        text = _digits(self.number, 2) + b";;"
        return _framed(text + checksum(text))


START = Command(1)
SEND_STATUS = Command(18)


@dataclass(frozen=True, slots=True)
class Abort:
    """Stand for a host's order to end a running measurement; it has no frame around it."""

    def to_bytes(self) -> bytes:
        """Write the order."""
        return b"X\r"


ABORT = Abort().to_bytes()


@dataclass(frozen=True, slots=True)
class CuffPressure:
    """Hold one line of the stream that runs while the cuff does.

    pressure_mmhg: 0 to 998; 999 marks the end of a measurement. cuff_error: 0 ok, 1 neonatal cuff
    in adult mode, 2 adult cuff in neonatal mode. activity: 3 measuring, 4 manometer, 5 watchdog
    test, 7 pneumatic test.
    """

    pressure_mmhg: int
    cuff_error: int = 0
    activity: int = 3

    @classmethod
    def from_bytes(cls, raw: bytes) -> CuffPressure:
        """Read a line; FrameError where it is not this one."""
        found = _PRESSURE.fullmatch(_inner(raw))
        if found is None:
            raise FrameError(f"not an STX/ETX cuff pressure: {raw!r}")
        return cls(int(found[1]), int(found[2]), int(found[3]))

    def to_bytes(self) -> bytes:
        """Write the line with its 0D; FrameError where a number does not fit."""
        parts = (_digits(self.pressure_mmhg, 3), _digits(self.cuff_error, 1))
        return _framed(b"%bC%bS" % parts + _digits(self.activity, 1)) + bytes((CR,))

    @property
    def is_end(self) -> bool:
        """Say whether this marks the end of a measurement in place of a pressure."""
        return self.pressure_mmhg == END_OF_MEASUREMENT


@dataclass(frozen=True, slots=True)
class Status:
    """Hold the status line with the last result.

    Pressures in mmHg and pulse rate per minute, 0 where there is none. message: 0 for none; other
    codes are not known. activity, patient (0 adult, 1 neonate), cycle mode and time: as sent.
    is_checked: whether the checksum fits the rule of the commands.
    """

    systolic_mmhg: int = 0
    diastolic_mmhg: int = 0
    mean_mmhg: int = 0
    pulse_rate_per_min: int = 0
    message: int = 0
    activity: int = 3
    patient: int = 0
    cycle: int = 0
    time: int = 0
    is_checked: bool = True

    @classmethod
    def from_bytes(cls, raw: bytes) -> Status:
        """Read a line, whatever its checksum; FrameError where it is not this one."""
        text = _inner(raw)
        found = _STATUS.fullmatch(text)
        if found is None:
            raise FrameError(f"not an STX/ETX status: {raw!r}")
        is_checked = checksum(text[:-2]) == found[10].upper()
        activity, patient, cycle, message, systolic, diastolic, mean, rate, time = (
            int(part) for part in found.groups()[:-1]
        )
        return cls(
            systolic, diastolic, mean, rate, message, activity, patient, cycle, time, is_checked
        )

    def to_bytes(self) -> bytes:
        """Write the line with its 0D; FrameError where a number does not fit."""
        head = (_digits(self.activity, 1), _digits(self.patient, 1), _digits(self.cycle, 2))
        pressures = (self.systolic_mmhg, self.diastolic_mmhg, self.mean_mmhg)
        text = b"S%b;A%b;C%b;M" % head + _digits(self.message, 2) + b";P"
        text += b"".join(_digits(pressure, 3) for pressure in pressures)
        text += b";R%b;T%b;;" % (_digits(self.pulse_rate_per_min, 3), _digits(self.time, 4))
        sent = checksum(text) if self.is_checked else b"%02X" % (~sum(text) & 0xFF)
        return _framed(text + sent) + bytes((CR,))


Line = Command | CuffPressure | Status | Abort
_LINE_ENDS = b"\r\n"


class LineFinder:
    """Cut bytes into known lines, holding at most LONGEST_LINE of an unfinished one.

    A 0D right after a line belongs to it, and so does the 0A of a saved text; an abort is one only
    between lines; every other byte outside a line is discarded. A status line whose checksum does
    not fit is told all the same and counted as a bad checksum.
    """

    __slots__ = ("_buffer", "_counts", "_ends", "_is_between")

    def __init__(self, counts: DecodeCounts) -> None:
        self._counts = counts
        self._buffer = bytearray()
        self._ends = b""
        self._is_between = True

    def feed(self, chunk: bytes) -> list[Line]:
        """Return the lines that these bytes complete."""
        self._buffer += chunk
        buffer, at = self._buffer, 0
        found: list[Line] = []
        while at < len(buffer):
            if self._is_between and ABORT.startswith(bytes(buffer[at : at + len(ABORT)])):
                if at + len(ABORT) > len(buffer):
                    break
                self._accept(Abort(), b"")
                found.append(Abort())
                at += len(ABORT)
                continue
            if buffer[at] != STX:
                at = self._pass_over(at)
                continue
            self._ends = b""
            text = _TEXT.match(buffer, at + 1)
            end = text.end() if text else at + 1
            if end == len(buffer) and end - at <= LONGEST_LINE:
                break
            line = _line_or_none(bytes(buffer[at : end + 1])) if end < len(buffer) else None
            if line is None:
                at += self._refuse(buffer, at, end)
                continue
            self._accept(line, _LINE_ENDS)
            found.append(line)
            at = end + 1
        del buffer[:at]
        return found

    def forget(self) -> None:
        """Discard an unfinished line."""
        self._counts.discarded_bytes += len(self._buffer)
        self._buffer.clear()
        self._ends, self._is_between = b"", True

    def _pass_over(self, at: int) -> int:
        """Discard up to the next start, but for the end marks of the line before."""
        mark = self._buffer[at : at + 1]
        if mark in self._ends:
            self._ends = self._ends.partition(mark)[2]
            return at + 1
        self._ends, self._is_between = b"", False
        start = self._buffer.find(STX, at)
        start = len(self._buffer) if start < 0 else start
        self._counts.discarded_bytes += start - at
        return start

    def _accept(self, line: Line, ends: bytes) -> None:
        self._counts.frames += 1
        self._ends, self._is_between = ends, True
        if isinstance(line, Status) and not line.is_checked:
            self._counts.bad_checksums += 1

    def _refuse(self, buffer: bytearray, at: int, end: int) -> int:
        """Discard what began like a line; one that is a command but for its sum is counted."""
        if _COMMAND.fullmatch(buffer, at + 1, end):
            self._counts.bad_checksums += 1
        self._counts.discarded_bytes += end - at
        self._is_between = False
        return end - at


def _line_or_none(raw: bytes) -> Line | None:
    readers: tuple[type[CuffPressure] | type[Status] | type[Command], ...]
    readers = (CuffPressure, Status, Command)
    for reader in readers:
        try:
            return reader.from_bytes(raw)
        except FrameError:
            continue
    return None


def _inner(raw: bytes) -> bytes:
    line = raw.removesuffix(b"\r")
    if len(line) < 2 or line[0] != STX or line[-1] != ETX:
        raise FrameError(f"an STX/ETX line begins with 02 and ends with 03: {raw!r}")
    return line[1:-1]


def _framed(text: bytes) -> bytes:
    return bytes((STX,)) + text + bytes((ETX,))


def _digits(value: int, width: int) -> bytes:
    text = b"%0*d" % (width, value)
    if value < 0 or len(text) != width:
        raise FrameError(f"{value} does not fit in {width} digits of an STX/ETX line")
    return text
