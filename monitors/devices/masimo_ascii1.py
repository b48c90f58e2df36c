"""Read and write the lines of Masimo's ASCII 1 output: Rad-8, Radical-7 (two forms) and Rad-5.

Here a line becomes named fields and its exception and alarm bits become conditions; how lines are
found is in text_lines. Sources: Masimo Rad-8 operator's manual (pages 4-20, 4-24, 7-3) and Rad-87
manual (page 7-4) for the fields and EXC; the low ALARM bits were found by experiment by users and
agree with an independent header. Which fields there are and how wide they are differs by model,
so they are taken by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntFlag
from functools import lru_cache

from monitors.devices.oximetry import oximetry_of
from monitors.devices.text_lines import LineAdapter, Shape, Told
from monitors.errors import FrameError
from monitors.readings import OximetryReading, SignalCondition, Validity


class Exc(IntFlag):
    """Name the bits of EXC. SET_ACTIVE is normal; a bit without a name is left alone."""

    NO_SENSOR = 0x1
    DEFECTIVE_SENSOR = 0x2
    LOW_PERFUSION = 0x4
    PULSE_SEARCH = 0x8
    INTERFERENCE = 0x10
    SENSOR_OFF = 0x20
    AMBIENT_LIGHT = 0x40
    UNRECOGNISED_SENSOR = 0x80
    INCOMPATIBLE_SENSOR = 0x100
    LOW_SIGNAL_IQ = 0x400
    SET_ACTIVE = 0x800
    NO_CABLE = 0x1000
    CABLE_EXPIRED = 0x2000
    INCOMPATIBLE_CABLE = 0x4000
    UNRECOGNISED_CABLE = 0x8000
    DEFECTIVE_CABLE = 0x10000
    CALIBRATING = 0x20000
    SENSOR_EXPIRED = 0x40000
    EMITTER_TEMPERATURE = 0x80000
    SENSOR_CURRENT = 0x100000
    SPCO_LOW_CONFIDENCE = 0x200000
    SPMET_LOW_CONFIDENCE = 0x400000


class Alarm(IntFlag):
    """Name the bits of ALARM."""

    SPO2_HIGH = 0x1
    SPO2_LOW = 0x2
    PULSE_RATE_HIGH = 0x4
    PULSE_RATE_LOW = 0x8
    ACTIVE = 0x10
    SILENCED = 0x20
    LOW_BATTERY = 0x40
    SPCO_HIGH = 0x100
    SPCO_LOW = 0x200
    SPMET_HIGH = 0x400
    SPMET_LOW = 0x800
    DESATURATION_INDEX = 0x1000
    PERFUSION_CHANGE = 0x2000


_UNPLUGGED = (
    Exc.NO_SENSOR
    | Exc.DEFECTIVE_SENSOR
    | Exc.UNRECOGNISED_SENSOR
    | Exc.INCOMPATIBLE_SENSOR
    | Exc.NO_CABLE
    | Exc.INCOMPATIBLE_CABLE
    | Exc.UNRECOGNISED_CABLE
    | Exc.DEFECTIVE_CABLE
    | Exc.EMITTER_TEMPERATURE
    | Exc.SENSOR_CURRENT
)
_SEARCHING = Exc.PULSE_SEARCH | Exc.CALIBRATING
_DISTURBED = Exc.INTERFERENCE | Exc.AMBIENT_LIGHT
_NO_NUMBER = _UNPLUGGED | _SEARCHING | Exc.SENSOR_OFF
_DOUBT = _DISTURBED | Exc.LOW_PERFUSION | Exc.LOW_SIGNAL_IQ
_QUIET = Alarm.SILENCED | Alarm.LOW_BATTERY
_SOUNDING = ~int(_QUIET) & sum(Alarm)
_CONDITIONS = (
    (_UNPLUGGED, SignalCondition.PROBE_UNPLUGGED),
    (Exc.SENSOR_OFF, SignalCondition.FINGER_OUT),
    (_SEARCHING, SignalCondition.SEARCHING),
    (Exc.LOW_PERFUSION, SignalCondition.LOW_PERFUSION),
    (Exc.LOW_SIGNAL_IQ, SignalCondition.LOW_SIGNAL),
    (_DISTURBED, SignalCondition.INTERFERENCE),
)
_ALARM_CONDITIONS = (
    (Alarm.LOW_BATTERY, SignalCondition.LOW_BATTERY),
    (_SOUNDING, SignalCondition.DEVICE_ALARM),
    (Alarm.SILENCED, SignalCondition.DEVICE_ALARM_SILENCED),
)

_LINE = re.compile(
    r"([0-9]{2}/[0-9]{2}/[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"((?: +[A-Z][A-Z0-9]*=[^ =\x00-\x1f\x7f-\xff]+)+) *",
    re.IGNORECASE | re.ASCII,
)
_VALUE = rb"[^ =\x00-\x1f\x7f-\xff]+"
_BETWEEN = (b"SPCO", b"SPMET", b"DESAT", b"PIDELTA", b"SPHB", b"SPOC", b"RESVD", b"PVI")
_USUAL = re.compile(
    rb"\d\d/\d\d/\d\d \d\d:\d\d:\d\d(?: SN=%(v)s)?"
    rb" SPO2=(%(v)s) BPM=(%(v)s) PI=(%(v)s)%(between)s ALARM=(%(v)s) EXC=(%(v)s)(?: EXC1=%(v)s)?"
    % {
        b"v": _VALUE,
        b"between": b"".join(b"(?: %s=%s)?" % (name, _VALUE) for name in _BETWEEN),
    }
)
_WHOLE = re.compile(r"([0-9]{1,3}|-+)%?")
_DECIMAL = re.compile(r"([0-9]{1,2}\.[0-9]{1,2}|-+\.-+|-+)%?")
_HEX = re.compile(r"[0-9A-Fa-f]{1,8}")
_READ = ("SPO2", "BPM", "PI", "ALARM", "EXC")


@dataclass(frozen=True, slots=True)
class MasimoLine:
    """Hold one line: the device's date (MM/DD/YY) and time, and every field as it is printed.

    fields: by name in capitals, in their order, the unknown ones too. SPO2, BPM and EXC are always
    there.
    """

    date: str
    time: str
    fields: Mapping[str, str]

    @classmethod
    def from_bytes(cls, raw: bytes) -> MasimoLine:
        """Read a line, with or without its end; FrameError unless all of it has the form."""
        text = raw.decode("latin-1").removesuffix("\n").removesuffix("\r")
        found = _LINE.fullmatch(text)
        if found is None:
            raise FrameError(f"not a line of Masimo ASCII 1: {text[:200]!r}")
        date, time, rest = found.groups()
        tokens = (token.partition("=") for token in rest.split())
        pairs = [(name.upper(), value) for name, _, value in tokens]
        fields = dict(pairs)
        if len(fields) != len(pairs):
            raise FrameError(f"a field of a Masimo line comes twice: {text[:200]!r}")
        _check(fields)
        return cls(date, time, fields)

    def to_bytes(self) -> bytes:
        """Write the line with CR LF; FrameError where a field cannot be printed."""
        tokens = (f"{name}={value}" for name, value in self.fields.items())
        raw = f"{self.date} {self.time} {' '.join(tokens)}\r\n".encode("latin-1", "replace")
        if MasimoLine.from_bytes(raw) != self:
            raise FrameError(f"{self} cannot be printed")
        return raw

    @property
    def spo2_pct(self) -> int | None:
        """Return the saturation in per cent as printed, 0 to 999; None for dashes."""
        return _whole(self.fields["SPO2"])

    @property
    def pulse_rate_per_min(self) -> int | None:
        """Return the pulse rate per minute as printed, 0 to 999; None for dashes."""
        return _whole(self.fields["BPM"])

    @property
    def perfusion_index_pct(self) -> float | None:
        """Return the perfusion index in per cent; None for dashes or without the field."""
        return _decimal(self.fields.get("PI", "-"))

    @property
    def exceptions(self) -> int:
        """Return the bits of EXC."""
        return int(self.fields["EXC"], 16)

    @property
    def alarms(self) -> int:
        """Return the bits of ALARM; none without the field."""
        return int(self.fields.get("ALARM", "0"), 16)

    @property
    def reading(self) -> OximetryReading:
        """Judge the line: EXC decides whether a printed number may be believed."""
        exceptions, alarms = self.exceptions, self.alarms
        flags = (
            *((exceptions & bits, condition) for bits, condition in _CONDITIONS),
            *((alarms & bits, condition) for bits, condition in _ALARM_CONDITIONS),
        )
        conditions = tuple(condition for is_set, condition in flags if is_set)
        validity = Validity.QUESTIONABLE if exceptions & _DOUBT else Validity.VALID
        if exceptions & _NO_NUMBER:
            validity = Validity.INVALID
        return oximetry_of(
            self.spo2_pct, self.pulse_rate_per_min, self.perfusion_index_pct, validity, conditions
        )

    @property
    def shape(self) -> Shape:
        """Return how wide SPO2, BPM, PI, ALARM and EXC are printed."""
        return tuple([len(self.fields.get(name, "")) for name in _READ])


def _check(fields: Mapping[str, str]) -> None:
    """Raise FrameError unless the fields that are read are there and have their form."""
    is_right = (
        _WHOLE.fullmatch(fields.get("SPO2", ""))
        and _WHOLE.fullmatch(fields.get("BPM", ""))
        and _DECIMAL.fullmatch(fields.get("PI", "-"))
        and _HEX.fullmatch(fields.get("ALARM", "0"))
        and _HEX.fullmatch(fields.get("EXC", ""))
    )
    if not is_right:
        raise FrameError("a Masimo line needs SPO2, BPM and EXC in their forms")


def _whole(text: str) -> int | None:
    digits = text.removesuffix("%")
    return int(digits) if digits.isdigit() else None


def _decimal(text: str) -> float | None:
    digits = text.removesuffix("%")
    return float(digits) if digits[0].isdigit() else None


@lru_cache(maxsize=256)
def _told(*values: bytes) -> Told | None:
    """Return what the fields that are read say, remembering the newest; None if one is broken."""
    fields = {name: value.decode("ascii") for name, value in zip(_READ, values, strict=True)}
    try:
        _check(fields)
    except FrameError:
        return None
    line = MasimoLine("", "", fields)
    return Told((line.reading,), line.shape)


class MasimoReader:
    """Tell what a line says."""

    starts = re.compile(rb"\d\d/\d\d/\d\d \d")
    shapes: frozenset[Shape] = frozenset(
        {
            (4, 3, 6, 4, 6),  # Rad-8; Radical-7, blue
            (4, 3, 5, 6, 7),  # Radical-7, colour
            (4, 3, 6, 2, 3),  # Rad-5, Radical-5
        }
    )

    def read(self, text: bytes) -> Told | None:
        """Read one line without its end; None if it is none."""
        usual = _USUAL.fullmatch(text)
        told = _told(*usual.groups()) if usual else None
        return told or self.read_any(text)

    @staticmethod
    def read_any(text: bytes) -> Told | None:
        """Read a line whose fields stand in any order; None if it is none."""
        try:
            line = MasimoLine.from_bytes(text)
        except FrameError:
            return None
        return Told((line.reading,), line.shape)

    def is_whole(self, text: bytes) -> bool:
        """Say yes: the widths tell whether ALARM and EXC are all there."""
        return True

    def forget(self) -> None:
        """Remember nothing from line to line."""


def adapter() -> LineAdapter:
    """Make the listener of a Masimo oximeter whose output is set to ASCII 1."""
    return LineAdapter(MasimoReader())
