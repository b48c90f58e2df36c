"""Read and write the lines of a Datascope Accutorr 3 or 4 at its PC interface.

Here stand the patient line, the other things the monitor prints and the search for them; not when
to ask or what a line means. Source: Datascope, Accutorr 3 service manual (1990), pp. 1-37 and 1-52
to 1-54: fields of three characters, commas between, CR LF at the end, two dashes for none. There is
no checksum, so the widths are the only guard against a lost character; that status bytes are
printed in decimal is assumed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntFlag, StrEnum

from monitors.devices.adapter import DecodeCounts
from monitors.errors import FrameError

ASK_PATIENT = b"P"
ASK_PROMPT = b"\x03"
PROMPT = b">"
READY = b"ACCUTORR PC Interface is ready\r\n"
LONGEST_LINE = 80
_FIELD = rb"(\d{3}| \d\d|  \d|\d\d |\d  |-- | --|---)"
_PATIENT = re.compile(rb"P: ?" + b",".join([_FIELD] * 9) + rb"\Z")
_LIMITS = re.compile(rb"L: ?" + b",".join([_FIELD] * 10) + rb"\Z")
_READY = re.compile(re.escape(READY.rstrip()) + rb"\Z")


class Probe(IntFlag):
    """Name the bits of status byte 0."""

    NO_SENSOR = 0x01
    SENSOR_OFF = 0x02
    INTERFERENCE = 0x04
    PULSE_SEARCH = 0x08
    PULSE_WEAK = 0x10
    NO_PULSE = 0x20
    CHECK_SITE = 0x40
    RATE_BELOW_30 = 0x80


class Unit(IntFlag):
    """Name the bits of status byte 1."""

    RATE_ABOVE_250 = 0x01
    UNCALIBRATED = 0x02
    ALARM_OVERLAP = 0x04
    RAM_FAIL = 0x08
    ROM_FAIL = 0x10
    OFFSET_MISMATCH = 0x20
    FILTER_MISMATCH = 0x40
    SYSTEM_TEST = 0x80


class CuffFlag(IntFlag):
    """Name the bits of status byte 2."""

    OVERPRESSURE = 0x01
    MOTION = 0x02


class Printed(StrEnum):
    """Name what the monitor prints beside patient lines."""

    PROMPT = "prompt"
    READY = "ready"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True)
class PatientLine:
    """Hold the answer to P; each number None where the line has dashes.

    The mean stands before the diastolic. minutes: since the last cuff measurement, whole. probe,
    unit and cuff: status bytes 0, 1 and 2.
    """

    spo2_pct: int | None = None
    pulse_rate_per_min: int | None = None
    systolic_mmhg: int | None = None
    mean_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    probe: int = 0
    unit: int = 0
    cuff: int = 0
    minutes: int | None = None

    @classmethod
    def from_bytes(cls, raw: bytes) -> PatientLine:
        """Read a line with or without its end; FrameError where its fields are not as printed."""
        found = _PATIENT.match(raw.rstrip(b"\r\n"))
        if found is None:
            raise FrameError(f"not an Accutorr patient line: {raw!r}")
        spo2, rate, systolic, mean, diastolic, probe, unit, cuff, minutes = (
            _number(part) for part in found.groups()
        )
        status = probe or 0, unit or 0, cuff or 0
        if max(status) > 0xFF:
            raise FrameError(f"a status byte of an Accutorr is 0 to 255: {raw!r}")
        return cls(spo2, rate, systolic, mean, diastolic, *status, minutes)

    def to_bytes(self) -> bytes:
        """Write the line with its end; FrameError where a number does not fit."""
        measured = (
            self.spo2_pct,
            self.pulse_rate_per_min,
            self.systolic_mmhg,
            self.mean_mmhg,
            self.diastolic_mmhg,
        )
        fields = [_field(number) for number in measured]
        fields += [f"{status:03d}" for status in (self.probe, self.unit, self.cuff)]
        line = ("P:" + ",".join([*fields, _field(self.minutes)])).encode("ascii")
        self.from_bytes(line)
        return line + b"\r\n"


Item = PatientLine | Printed


class LineFinder:
    """Cut bytes into what the monitor prints, holding at most LONGEST_LINE of a line.

    A prompt is one only where a line may begin. What is known is looked for at the end of a line,
    so noise before it does not hide it; every other byte is discarded.
    """

    __slots__ = ("_buffer", "_counts", "_is_line_start")

    def __init__(self, counts: DecodeCounts) -> None:
        self._counts = counts
        self._buffer = bytearray()
        self._is_line_start = True

    def feed(self, chunk: bytes) -> list[Item]:
        """Return what these bytes complete."""
        buffer = self._buffer
        buffer += chunk
        found: list[Item] = []
        at = 0
        while at < len(buffer):
            if self._is_line_start and buffer[at] == PROMPT[0]:
                self._counts.frames += 1
                found.append(Printed.PROMPT)
                at += 1
                continue
            end = buffer.find(b"\n", at)
            if end < 0:
                break
            found += self._end(bytes(buffer[at : end + 1]))
            at = end + 1
        del buffer[:at]
        self._bound()
        return found

    def finish(self) -> list[Item]:
        """End the input: a last line with all its fields counts without its end."""
        item, start = _item_in(bytes(self._buffer))
        if item is not None:
            self._counts.frames += 1
            self._counts.discarded_bytes += start
            self._buffer.clear()
        self.forget()
        return [] if item is None else [item]

    def forget(self) -> None:
        """Discard an unfinished line; the next byte may begin one."""
        self._counts.discarded_bytes += len(self._buffer)
        self._buffer.clear()
        self._is_line_start = True

    def _end(self, raw: bytes) -> list[Item]:
        self._is_line_start = True
        extra = max(0, len(raw) - LONGEST_LINE)
        text = raw[extra:].rstrip(b"\r\n")
        item, start = _item_in(text)
        if item is None:
            self._counts.discarded_bytes += len(raw)
            return []
        self._counts.frames += 1
        self._counts.discarded_bytes += extra + start
        return [item]

    def _bound(self) -> None:
        extra = len(self._buffer) - LONGEST_LINE
        self._is_line_start = self._is_line_start and not self._buffer
        if extra > 0:
            self._counts.discarded_bytes += extra
            del self._buffer[:extra]


def _item_in(text: bytes) -> tuple[Item | None, int]:
    """Return what a line ends with and where it begins; None for nothing known."""
    if found := _PATIENT.search(text):
        try:
            return PatientLine.from_bytes(found[0]), found.start()
        except FrameError:
            return None, 0
    for pattern, item in ((_LIMITS, Printed.LIMITS), (_READY, Printed.READY)):
        if found := pattern.search(text):
            return item, found.start()
    return None, 0


def _number(text: bytes) -> int | None:
    digits = text.strip()
    return int(digits) if digits.isdigit() else None


def _field(number: int | None) -> str:
    return " --" if number is None else f"{number:3d}"
