"""Read and write the frames of a BerryMed PM6750 parameter board, both ways.

A frame is 55 AA, a length, a type, its content and a check byte; here stand the reports and the
commands, not when to send one or what a report means for the patient. Source: BerryMed, PM6750
technical manual, as three independent programs quote it; the lengths of short ECG reports and the
two beat marks, which the manual lacks, are from captures of a real board.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from monitors.errors import FrameError

HEADER = b"\x55\xaa"
SHORTEST_LENGTH = 3
LONGEST_LENGTH = 32
"""Longest length byte taken for a frame's; the longest report known has 10."""

PLETH_PER_SECOND = 50
PLETH_FULL_SCALE = 100
DEFAULT_TARGET_MMHG = 150
LOWEST_TARGET_MMHG = 40
HIGHEST_TARGET_MMHG = 300
_NO_SPO2 = 127
_NO_PULSE = 255


class Kind(IntEnum):
    """Name a report by its type byte."""

    ECG_WAVE = 0x01
    ECG = 0x02
    NIBP = 0x03
    OXIMETRY = 0x04
    TEMPERATURE = 0x05
    HEART_BEAT = 0x30
    PULSE_BEAT = 0x31
    PLETH = 0xFE
    RESPIRATION_WAVE = 0xFF


class CuffTest(IntEnum):
    """Name the state of the cuff, bits 5 to 2 of an NIBP report's status."""

    FINISHED = 0
    MEASURING = 1
    STOPPED = 2
    OVERPRESSURE = 3
    CUFF_LOOSE = 4
    TIMED_OUT = 5
    ERROR = 6
    DISTURBED = 7
    NO_RESULT = 8
    INITIALISING = 9
    INITIALISED = 10


class ProbeStatus(IntEnum):
    """Name the status of an SpO2 report."""

    NORMAL = 0
    SENSOR_OFF = 1
    NO_FINGER = 2
    SEARCHING = 3
    SEARCHED_TOO_LONG = 4


def check_byte(body: bytes) -> int:
    """Return the check byte of everything from the length to the last byte of the content."""
    return ~sum(body) & 0xFF


@dataclass(frozen=True, slots=True)
class Pm6750Frame:
    """Hold one frame of either side: its type (a command's number) and what follows it."""

    kind: int
    content: bytes = b""

    @classmethod
    def from_bytes(cls, raw: bytes) -> Pm6750Frame:
        """Read a whole frame; FrameError for a wrong header, length or check byte."""
        if len(raw) < SHORTEST_LENGTH + 2 or raw[:2] != HEADER or len(raw) != raw[2] + 2:
            raise FrameError(f"expected 55 AA, a length and as many bytes: {raw.hex(' ')}")
        if check_byte(raw[2:-1]) != raw[-1]:
            raise FrameError(f"expected check byte {check_byte(raw[2:-1]):02X}: {raw.hex(' ')}")
        return cls(raw[3], bytes(raw[4:-1]))

    def to_bytes(self) -> bytes:
        """Write the frame; FrameError where type or length do not fit."""
        length = len(self.content) + SHORTEST_LENGTH
        if not 0 <= self.kind <= 0xFF or length > LONGEST_LENGTH:
            raise FrameError(f"a PM6750 frame has one type byte and at most 29 more: {self}")
        body = bytes((length, self.kind)) + self.content
        return HEADER + body + bytes([check_byte(body)])


def _bytes(*values: int) -> bytes:
    try:
        return bytes(values)
    except ValueError as error:
        raise FrameError(f"a value of {values} does not fit in a byte") from error


def command(number: int, value: int) -> Pm6750Frame:
    """Return a command with its one value."""
    return Pm6750Frame(number, _bytes(value))


ECG_ON = command(0x01, 1)
OXIMETRY_ON = command(0x03, 1)
TEMPERATURE_ON = command(0x04, 1)
PLETH_ON = command(0xFE, 1)
RESPIRATION_WAVE_OFF = command(0xFF, 0)
ASK_SOFTWARE_VERSION = command(0xFC, 0)
CUFF_FOR_ADULT = command(0x09, 1)
START_CUFF = command(0x02, 1)
STOP_CUFF = command(0x02, 0)


def cuff_target(pressure_mmhg: int) -> Pm6750Frame:
    """Return the command that sets how far the next inflation goes.

    pressure_mmhg: 40 to 300, sent in steps of 2. FrameError outside.
    """
    if not LOWEST_TARGET_MMHG <= pressure_mmhg <= HIGHEST_TARGET_MMHG:
        raise FrameError(f"an adult's target is 40 to 300 mmHg, not {pressure_mmhg}")
    return command(0x0A, pressure_mmhg // 2)


@dataclass(frozen=True, slots=True)
class EcgReport:
    """Hold report 02: what the ECG leads tell.

    Rates per minute, 0 where there is none. st_hundredths_mv: -100 to 100. gain and filter are the
    board's own settings.
    """

    heart_rate_per_min: int
    respiration_rate_per_min: int
    is_signal_weak: bool = False
    is_lead_off: bool = False
    gain: int = 2
    filter: int = 1
    st_hundredths_mv: int = 0
    arrhythmia: int = 1

    @classmethod
    def from_frame(cls, frame: Pm6750Frame) -> EcgReport:
        """Read a checked frame; FrameError where it is too short. The end may be left out."""
        content = _content(frame, Kind.ECG, shortest=3)
        status, heart, breath = content[:3]
        st = content[3] if len(content) > 3 else 0
        return cls(
            heart,
            breath,
            bool(status & 1),
            bool(status & 2),
            status >> 2 & 3,
            status >> 4 & 3,
            st - 256 if st > 127 else st,
            content[4] if len(content) > 4 else 0,
        )

    def to_frame(self) -> Pm6750Frame:
        """Write the report; FrameError where a value does not fit its byte."""
        status = self.is_signal_weak | self.is_lead_off << 1 | self.gain << 2 | self.filter << 4
        rates = (self.heart_rate_per_min, self.respiration_rate_per_min)
        return Pm6750Frame(
            Kind.ECG, _bytes(status, *rates, self.st_hundredths_mv & 0xFF, self.arrhythmia)
        )


@dataclass(frozen=True, slots=True)
class NibpReport:
    """Hold report 03: what the cuff does and what it found.

    test: the state, a number that :class:`CuffTest` may not know. cuff_mmhg: even numbers 0 to
    510. Pressures in mmHg, 0 to 255, with the mean between systolic and diastolic on the wire; they
    mean something in state FINISHED alone. patient: 0 adult, 1 child, 2 neonate.
    """

    test: int
    cuff_mmhg: int = 0
    systolic_mmhg: int = 0
    mean_mmhg: int = 0
    diastolic_mmhg: int = 0
    patient: int = 0

    @classmethod
    def from_frame(cls, frame: Pm6750Frame) -> NibpReport:
        """Read a checked frame; FrameError where its length is another."""
        status, cuff, systolic, mean, diastolic = _content(frame, Kind.NIBP, 5, 5)
        return cls(status >> 2 & 0x0F, cuff * 2, systolic, mean, diastolic, status & 3)

    def to_frame(self) -> Pm6750Frame:
        """Write the report; FrameError where a value does not fit its byte."""
        pressures = (self.systolic_mmhg, self.mean_mmhg, self.diastolic_mmhg)
        status = self.test << 2 | self.patient
        return Pm6750Frame(Kind.NIBP, _bytes(status, self.cuff_mmhg // 2, *pressures))


@dataclass(frozen=True, slots=True)
class OximetryReport:
    """Hold report 04. status: see :class:`ProbeStatus`.

    spo2_pct: per cent, None for the board's 127; pulse_rate_per_min: None for its 255.
    """

    status: int
    spo2_pct: int | None = None
    pulse_rate_per_min: int | None = None

    @classmethod
    def from_frame(cls, frame: Pm6750Frame) -> OximetryReport:
        """Read a checked frame; FrameError where its length is another."""
        status, spo2, pulse = _content(frame, Kind.OXIMETRY, 3, 3)
        return cls(status, _number(spo2, 100), _number(pulse, 250))

    def to_frame(self) -> Pm6750Frame:
        """Write the report; FrameError where a value does not fit its byte."""
        spo2 = _NO_SPO2 if self.spo2_pct is None else self.spo2_pct
        pulse = _NO_PULSE if self.pulse_rate_per_min is None else self.pulse_rate_per_min
        return Pm6750Frame(Kind.OXIMETRY, _bytes(self.status, spo2, pulse))


@dataclass(frozen=True, slots=True)
class TemperatureReport:
    """Hold report 05: two probes, degrees Celsius to a tenth, None where the probe is off."""

    first_c: float | None = None
    second_c: float | None = None

    @classmethod
    def from_frame(cls, frame: Pm6750Frame) -> TemperatureReport:
        """Read a checked frame; FrameError for a wrong length or status. T2 may be left out."""
        content = _content(frame, Kind.TEMPERATURE, shortest=3)
        if content[0] > 3:
            raise FrameError(f"expected temperature status 0 to 3, got {content[0]}")
        first = None if content[0] & 1 else _celsius(content[1:3])
        second = None if content[0] & 2 else _celsius(content[3:5])
        return cls(first, second)

    def to_frame(self) -> Pm6750Frame:
        """Write both probes; FrameError where a value does not fit its bytes."""
        status = (self.first_c is None) | (self.second_c is None) << 1
        tenths = [round((value or 0) * 10) for value in (self.first_c, self.second_c)]
        parts = [part for value in tenths for part in divmod(value, 10)]
        return Pm6750Frame(Kind.TEMPERATURE, _bytes(status, *parts))


def _number(value: int, highest: int) -> int | None:
    return value if 0 < value <= highest else None


def _celsius(parts: bytes) -> float | None:
    if len(parts) < 2 or parts[1] > 9 or parts == b"\0\0":
        return None
    return (parts[0] * 10 + parts[1]) / 10


def _content(frame: Pm6750Frame, kind: Kind, shortest: int, longest: int = 29) -> bytes:
    if frame.kind != kind or not shortest <= len(frame.content) <= longest:
        raise FrameError(f"expected a report {kind:02X} of {shortest} bytes or more, got {frame}")
    return frame.content
