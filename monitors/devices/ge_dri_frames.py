"""Read and write Datex-Ohmeda records as GE monitors send them over a serial line.

A record is a header of 40 bytes with a list of sub-records behind it; here stand its framing, the
request for displayed values, the basic class of displayed values and the auxiliary sub-record, not
what they mean for a patient. Sources: GE/Datex-Ohmeda, "S/5 Computer Interface" M1017617 and
"Datex-Ohmeda Record Specification" 8005313; the heart rate source, the temperature labels and the
place of the class are from public drivers that follow them.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from monitors.errors import FrameError

FLAG = 0x7E
_ESCAPE = 0x7D
_ESCAPED = {0x5E: b"\x7e", 0x5D: b"\x7d"}
_LONE_ESCAPE = re.compile(rb"\x7d(?![\x5d\x5e])")
HEADER_BYTES = 40
LONGEST_RECORD = HEADER_BYTES + 1450
LONGEST_CONTENT = 2 * (LONGEST_RECORD + 1)
"""Bytes between two flags at most: a record and its sum, every byte escaped."""

PHYSIOLOGICAL = 0
DISPLAYED_BYTES = 278
AUXILIARY_BYTES = 114
HIGHEST_NOT_A_VALUE = -31000
"""At or below stand the marks for invalid, not updated, under, over, not calibrated."""

_END_OF_LIST = 0xFF
_DESCRIPTORS = 8
_NO_VALUE = -32767
_BASIC_CLASS = 0
_HEADER = struct.Struct("<HBBHIIh")
_REQUEST = struct.Struct("<BhIH")
_GROUP = struct.Struct("<IH")
_CLASS_AT, _TIME = 276, struct.Struct("<I")
_ECG_AT, _NIBP_AT, _SPO2_AT, _CO2_AT = 4, 76, 122, 136
_TEMPERATURES_AT = (90, 98, 106, 114)


class SubRecord(IntEnum):
    """Name a sub-record of a physiological record."""

    REQUEST = 0
    DISPLAYED = 1
    TREND_10_S = 2
    TREND_60_S = 3
    AUXILIARY = 4


class GroupStatus(IntFlag):
    """Name the status bits that all groups share."""

    PRESENT = 1
    ACTIVE = 2


class NibpLabel(IntFlag):
    """Name the bits of the NIBP group's label."""

    AUTO = 1 << 3
    STAT = 1 << 4
    MEASURING = 1 << 5
    STASIS = 1 << 6
    CALIBRATING = 1 << 7
    OLDER_THAN_60_S = 1 << 8


def checksum(record: bytes) -> int:
    """Return the eight-bit sum of an unescaped record."""
    return sum(record) & 0xFF


def framed(record: bytes) -> bytes:
    """Return a record with its sum, escaped and between flags."""
    body = record + bytes([checksum(record)])
    escaped = body.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e")
    return bytes([FLAG]) + escaped + bytes([FLAG])


def unframed(content: bytes) -> bytes:
    """Return the record in what stood between two flags.

    FrameError for a broken escape, a wrong sum or nothing at all.
    """
    if _ESCAPE in content:
        if _LONE_ESCAPE.search(content):
            raise FrameError("an escape 7D is followed by 5D or 5E only")
        content = content.replace(b"\x7d\x5e", b"\x7e").replace(b"\x7d\x5d", b"\x7d")
    record = content[:-1]
    if not record or checksum(record) != content[-1]:
        raise FrameError(f"expected a record with its sum, got {len(content)} bytes")
    return record


@dataclass(frozen=True, slots=True)
class DriRecord:
    """Hold a record: its header and its sub-records as (type, bytes).

    time_s: the monitor's clock, seconds since 1970, 0 if not told. level: DRI level.
    """

    sub_records: tuple[tuple[int, bytes], ...] = ()
    main_type: int = PHYSIOLOGICAL
    level: int = 0
    number: int = 0
    time_s: int = 0

    @classmethod
    def from_record(cls, record: bytes) -> DriRecord:
        """Read an unescaped record; FrameError where its length or its list is not right."""
        if len(record) < HEADER_BYTES:
            raise FrameError(f"a record has {HEADER_BYTES} bytes at least, not {len(record)}")
        length, number, level, _, time_s, _, main_type = _HEADER.unpack_from(record)
        if length != len(record):
            raise FrameError(f"the header says {length} bytes, there are {len(record)}")
        return cls(tuple(_sub_records(record)), main_type, level, number, time_s)

    @classmethod
    def from_bytes(cls, raw: bytes) -> DriRecord:
        """Read a whole frame with its flags."""
        if len(raw) < 3 or raw[0] != FLAG or raw[-1] != FLAG:
            raise FrameError("a record stands between two flags 7E")
        return cls.from_record(unframed(raw[1:-1]))

    def to_bytes(self) -> bytes:
        """Write the frame; FrameError for more sub-records than the list holds."""
        if len(self.sub_records) >= _DESCRIPTORS:
            raise FrameError(f"a record lists at most seven sub-records: {len(self.sub_records)}")
        descriptors, content = b"", b""
        for kind, sub_record in self.sub_records:
            descriptors += struct.pack("<HB", len(content), kind)
            content += sub_record
        descriptors += struct.pack("<HB", 0, _END_OF_LIST)
        length = HEADER_BYTES + len(content)
        header = _HEADER.pack(
            length, self.number, self.level, 0, self.time_s, 0, self.main_type
        ) + descriptors.ljust(3 * _DESCRIPTORS, b"\0")
        return framed(header + content)


def _sub_records(record: bytes) -> list[tuple[int, bytes]]:
    """Cut the sub-records out; each ends where the next begins, the last with the record."""
    places = []
    for at in range(_HEADER.size, HEADER_BYTES, 3):
        offset, kind = struct.unpack_from("<HB", record, at)
        if kind == _END_OF_LIST:
            break
        places.append((HEADER_BYTES + offset, kind))
    starts = [*sorted(start for start, _ in places), len(record)]
    return [(kind, record[start : _next(starts, start)]) for start, kind in places]


def _next(starts: list[int], start: int) -> int:
    return next((other for other in starts if other > start), start)


@dataclass(frozen=True, slots=True)
class Request:
    """Hold a request for physiological records.

    kind: which values. interval_s: 5 or more, -1 for once, 0 for an end. classes: bit mask, 0 for
    the basic class, 2, 4 and 8 for extensions beside it, 1 without the basic class.
    """

    kind: int = SubRecord.DISPLAYED
    interval_s: int = 5
    classes: int = 0
    level: int = 0

    @classmethod
    def from_record(cls, record: DriRecord) -> Request:
        """Read it; FrameError where the record is none."""
        if record.main_type != PHYSIOLOGICAL or len(record.sub_records) != 1:
            raise FrameError("a request is the one sub-record of a physiological record")
        kind, content = record.sub_records[0]
        if kind != SubRecord.REQUEST or len(content) != _REQUEST.size:
            raise FrameError(f"a request has type 0 and nine bytes: {kind}, {len(content)}")
        wanted, interval_s, classes, _ = _REQUEST.unpack(content)
        return cls(wanted, interval_s, classes, record.level)

    def to_bytes(self) -> bytes:
        """Write the frame."""
        content = _REQUEST.pack(self.kind, self.interval_s, self.classes, 0)
        return DriRecord(((SubRecord.REQUEST, content),), level=self.level).to_bytes()


@dataclass(frozen=True, slots=True)
class Group:
    """Hold one group of values as they stand on the wire, its marks for "no value" as None.

    status: see :class:`GroupStatus`. label: what it means depends on the group.
    """

    values: tuple[int | None, ...]
    status: int = GroupStatus.PRESENT | GroupStatus.ACTIVE
    label: int = 0

    @classmethod
    def read(cls, sub_record: bytes, at: int, count: int) -> Group:
        """Read a group of so many values from its place."""
        status, label = _GROUP.unpack_from(sub_record, at)
        numbers = struct.unpack_from(f"<{count}h", sub_record, at + _GROUP.size)
        return cls(tuple(map(_value, numbers)), status, label)

    def to_bytes(self) -> bytes:
        """Write the group; FrameError where a value does not fit 16 bits."""
        numbers = [_NO_VALUE if value is None else value for value in self.values]
        try:
            return _GROUP.pack(self.status, self.label) + struct.pack(f"<{len(numbers)}h", *numbers)
        except struct.error as error:
            raise FrameError(f"a value of {self} does not fit") from error

    @property
    def is_present(self) -> bool:
        """Say whether the module is there."""
        return bool(self.status & GroupStatus.PRESENT)

    @property
    def is_active(self) -> bool:
        """Say whether the module is there and measures."""
        both = GroupStatus.PRESENT | GroupStatus.ACTIVE
        return self.status & both == both


def _value(number: int) -> int | None:
    return None if number <= HIGHEST_NOT_A_VALUE else number


_OFF = Group((None,), 0)


@dataclass(frozen=True, slots=True)
class Displayed:
    """Hold the groups of displayed values, basic class, that Chairside reads.

    time_s: the monitor's clock, seconds since 1970. ecg: heart rate, three ST levels, respiration
    by impedance, rates per minute. nibp: systolic, diastolic, mean in 1/100 mmHg, pulse rate.
    temperatures: four, 1/100 degree Celsius. spo2: 1/100 per cent, pulse rate. co2: end-tidal,
    inspired, respiration rate.
    """

    time_s: int = 0
    ecg: Group = field(default=Group((None,) * 5, 0))
    nibp: Group = field(default=Group((None,) * 4, 0))
    temperatures: tuple[Group, ...] = (_OFF,) * 4
    spo2: Group = field(default=Group((None,) * 2, 0))
    co2: Group = field(default=Group((None,) * 3, 0))

    @classmethod
    def from_sub_record(cls, raw: bytes) -> Displayed:
        """Read it; FrameError where it is too short or of another class than the basic one."""
        if len(raw) < DISPLAYED_BYTES:
            raise FrameError(f"displayed values have {DISPLAYED_BYTES} bytes, not {len(raw)}")
        if raw[_CLASS_AT + 1] & 0x0F != _BASIC_CLASS:
            raise FrameError(f"expected the basic class, got {raw[_CLASS_AT + 1] & 0x0F}")
        return cls(
            _TIME.unpack_from(raw)[0],
            Group.read(raw, _ECG_AT, 5),
            Group.read(raw, _NIBP_AT, 4),
            tuple(Group.read(raw, at, 1) for at in _TEMPERATURES_AT),
            Group.read(raw, _SPO2_AT, 2),
            Group.read(raw, _CO2_AT, 3),
        )

    def to_sub_record(self) -> bytes:
        """Write it, with zeros where groups are that Chairside does not read."""
        raw = bytearray(DISPLAYED_BYTES)
        _TIME.pack_into(raw, 0, self.time_s)
        places = (_ECG_AT, _NIBP_AT, *_TEMPERATURES_AT, _SPO2_AT, _CO2_AT)
        groups = (self.ecg, self.nibp, *self.temperatures, self.spo2, self.co2)
        for at, group in zip(places, groups, strict=True):
            written = group.to_bytes()
            raw[at : at + len(written)] = written
        return bytes(raw)


@dataclass(frozen=True, slots=True)
class Auxiliary:
    """Hold the auxiliary sub-record: when the last cuff measurement was.

    nibp_time_s: the monitor's clock, seconds since 1970, None if not known.
    """

    nibp_time_s: int | None

    @classmethod
    def from_sub_record(cls, raw: bytes) -> Auxiliary:
        """Read it; FrameError where it is too short."""
        if len(raw) < AUXILIARY_BYTES:
            raise FrameError(f"the auxiliary part has {AUXILIARY_BYTES} bytes, not {len(raw)}")
        return cls(_TIME.unpack_from(raw)[0] or None)

    def to_sub_record(self) -> bytes:
        """Write it, the rest zeros."""
        return _TIME.pack(self.nibp_time_s or 0).ljust(AUXILIARY_BYTES, b"\0")
