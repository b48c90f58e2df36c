"""Read and write the values of an IntelliVue's attributes: FLOAT, times, numerics.

Here stands what one attribute of a numeric object looks like; messages around it are in
intellivue_messages. Sources: Philips, "IntelliVue Data Export Interface Programming Guide", as
public drivers cite it; ISO/IEEE 11073-10101 for the codes, 11073-20601 for FLOAT.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum, IntFlag

from monitors.errors import FrameError


class Physio(IntEnum):
    """Name a numeric by its code in the vital-signs partition."""

    ECG_HEART_RATE = 0x4182
    PULSE_RATE = 0x480A
    PLETH_PULSE_RATE = 0x4822
    NIBP = 0x4A04
    NIBP_SYSTOLIC = 0x4A05
    NIBP_DIASTOLIC = 0x4A06
    NIBP_MEAN = 0x4A07
    TEMPERATURE = 0x4B48
    TEMPERATURE_CORE = 0x4B60
    TEMPERATURE_ESOPHAGUS = 0x4B64
    TEMPERATURE_NASOPHARYNX = 0x4B6C
    TEMPERATURE_EAR = 0x4B78
    PERFUSION = 0x4BB0
    SPO2 = 0x4BB8
    RESPIRATION_RATE = 0x500A
    AIRWAY_RESPIRATION_RATE = 0x5012
    NIBP_PULSE_RATE = 0xF0E5


class State(IntFlag):
    """Name the bits of a numeric's measurement state."""

    INVALID = 0x8000
    QUESTIONABLE = 0x4000
    UNAVAILABLE = 0x2000
    CALIBRATING = 0x1000
    TEST = 0x0800
    DEMO = 0x0400
    EARLY = 0x0040
    ONGOING = 0x0020


class Unit(IntEnum):
    """Name the units that are believed."""

    PERCENT = 0x0220
    BEATS_PER_MIN = 0x0AA0
    BREATHS_PER_MIN = 0x0AE0
    MMHG = 0x0F20
    CELSIUS = 0x17A0


NO_BELIEF = State.INVALID | State.UNAVAILABLE | State.CALIBRATING | State.TEST | State.DEMO
NUMERIC = 0x0950
COMPOUND = 0x094B
TIME_STAMP = 0x0990
ABSOLUTE_TIME = 0x0987
RELATIVE_TIME = 0x098F
OBSERVED = frozenset({NUMERIC, COMPOUND, TIME_STAMP})
TIMES = frozenset({ABSOLUTE_TIME, RELATIVE_TIME})
TICKS_PER_SECOND = 8000
_NUMERIC = struct.Struct(">HHHI")
_COUNT_LENGTH = struct.Struct(">HH")
_ATTRIBUTE = struct.Struct(">HH")
_KNOWN = frozenset(int(physio) for physio in Physio)
_SPECIAL = frozenset({0x7FFFFF, 0x800000, 0x7FFFFE, 0x800002, 0x800001})
_NAN = 0x007FFFFF
_POWERS = tuple(float(10**power) for power in range(10))
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def float_of(raw: int) -> float | None:
    """Return the number in a FLOAT word; None for not a number, no resolution, infinities."""
    mantissa, exponent = raw & 0xFFFFFF, raw >> 24
    if mantissa in _SPECIAL:
        return None
    mantissa -= (mantissa & 0x800000) << 1
    exponent -= (exponent & 0x80) << 1
    if exponent >= 0:
        return mantissa * _POWERS[exponent] if exponent < len(_POWERS) else None
    return mantissa / _POWERS[-exponent] if -exponent < len(_POWERS) else None


def float_word(value: float | None, decimals: int = 0) -> int:
    """Return the FLOAT word of a number with so many decimals; FrameError if it does not fit."""
    if value is None or math.isnan(value):
        return _NAN
    mantissa = round(value * 10.0**decimals)
    if not -0x7FFFFD <= mantissa <= 0x7FFFFD or not 0 <= decimals <= 9:
        raise FrameError(f"{value} with {decimals} decimals is no FLOAT")
    return (-decimals & 0xFF) << 24 | mantissa & 0xFFFFFF


@dataclass(frozen=True, slots=True)
class Numeric:
    """Hold one observed value: what, its state bits, its unit, and the number if there is one."""

    physio: int
    value: float | None
    unit: int = Unit.BEATS_PER_MIN
    state: int = 0

    @classmethod
    def read(cls, raw: bytes, at: int = 0) -> Numeric:
        """Read ten bytes; FrameError for fewer."""
        if len(raw) < at + _NUMERIC.size:
            raise FrameError(f"a numeric has ten bytes, not {len(raw) - at}")
        physio, state, unit, word = _NUMERIC.unpack_from(raw, at)
        return cls(physio, float_of(word), unit, state)

    def to_bytes(self, decimals: int = 0) -> bytes:
        """Write ten bytes."""
        word = float_word(self.value, decimals)
        return _NUMERIC.pack(self.physio, self.state, self.unit, word)

    @property
    def is_believed(self) -> bool:
        """Say whether the state allows the number to be read."""
        return not self.state & NO_BELIEF and self.value is not None


@dataclass(frozen=True, slots=True)
class Observation:
    """Hold the values of one numeric object, and the eight bytes of their time if it has one."""

    numerics: tuple[Numeric, ...]
    stamp: bytes | None = None


def observation_of(attributes: Iterable[tuple[int, bytes]]) -> Observation | None:
    """Return what an object's attributes observe; None where they hold nothing known here."""
    numerics: tuple[Numeric, ...] = ()
    stamp = None
    for number, raw in attributes:
        if number == NUMERIC:
            numerics += (Numeric.read(raw),) if _physio_of(raw) in _KNOWN else ()
        elif number == COMPOUND:
            numerics += _compound(raw)
        elif number == TIME_STAMP:
            stamp = raw[:8]
    if not numerics:
        return None
    return Observation(numerics, stamp if stamp and clock_s(stamp) is not None else None)


def _physio_of(raw: bytes) -> int:
    return int.from_bytes(raw[:2], "big")


def _compound(raw: bytes) -> tuple[Numeric, ...]:
    if len(raw) < _COUNT_LENGTH.size:
        raise FrameError("a compound value begins with count and length")
    count = _COUNT_LENGTH.unpack_from(raw)[0]
    places = range(_COUNT_LENGTH.size, _COUNT_LENGTH.size + count * _NUMERIC.size, _NUMERIC.size)
    return tuple(Numeric.read(raw, at) for at in places)


def attribute_list(
    raw: bytes, at: int, count: int, end: int, wanted: Container[int]
) -> list[tuple[int, bytes]]:
    """Return the wanted attributes of a list as (number, bytes).

    FrameError where the list is cut short.
    """
    found = []
    for _ in range(count):
        if at + _ATTRIBUTE.size > end:
            raise FrameError("a list of attributes is cut short")
        number, length = _ATTRIBUTE.unpack_from(raw, at)
        at += _ATTRIBUTE.size
        if at + length > end:
            raise FrameError("an attribute is longer than its list")
        if number in wanted:
            found.append((number, raw[at : at + length]))
        at += length
    return found


def attribute(number: int, raw: bytes) -> bytes:
    """Write one attribute."""
    return _ATTRIBUTE.pack(number, len(raw)) + raw


def compound(numerics: Iterable[Numeric]) -> bytes:
    """Write a compound value."""
    raw = [numeric.to_bytes() for numeric in numerics]
    return _COUNT_LENGTH.pack(len(raw), sum(map(len, raw))) + b"".join(raw)


def clock_s(raw: bytes) -> float | None:
    """Return seconds of a wall clock that eight BCD bytes tell; None where they tell none.

    Century, year, month, day, hour, minute, second, fraction; FF stands for "not known". The
    clock names no zone: a difference of two is all that it is good for.
    """
    digits = raw[:7].hex()
    if len(digits) < 14 or not digits.isdigit():
        return None
    try:
        year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
        hour, minute, second = int(digits[8:10]), int(digits[10:12]), int(digits[12:14])
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return (moment - _EPOCH).total_seconds()


def clock_bytes(seconds: float) -> bytes:
    """Write the eight BCD bytes of a wall clock; see :func:`clock_s`."""
    moment = _EPOCH + timedelta(seconds=int(seconds))
    return bytes.fromhex(moment.strftime("%Y%m%d%H%M%S") + "00")
