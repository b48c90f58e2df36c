"""Read and write HL7 version 2 messages between the marks of MLLP.

Here a block becomes a header and its observations, and a reply is written. python-hl7 reads the
header with its separators and every coded element; rows other than OBR and OBX are passed over, so
the patient's identity is never read. Sources: HL7 version 2.6, chapters 2 and 7; MLLP release 1;
IHE PCD technical framework (DEC profile).
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

import hl7  # type: ignore[import-untyped]

from monitors.devices.hl7_mllp_codes import MDC, Quantity, quantity_of
from monitors.errors import FrameError

BLOCK_START = b"\x0b"
BLOCK_END = b"\x1c\r"
BLOCK_ENDS = re.compile(rb"\x1c[\r\n]")
"""What ends a block: the mark and CR, or LF where a gateway or a capture changed the line ends."""
LONGEST_BLOCK = 65536
_REMEMBERED = 1024
_SEGMENT_END = "\r"
_OBX_FIELDS = 15
_MSH_FIELDS, _SENT_AT, _CONTROL_AT = 17, 7, 10
for _module in (hl7.containers, hl7.util):
    # The library would log what it cannot unescape, which is a piece of a patient's message.
    logging.getLogger(_module.__file__).disabled = True
_TYPE_AT, _CODE_AT, _GROUP_AT, _VALUE_AT, _UNIT_AT, _STATUS_AT, _TIME_AT = 2, 3, 4, 5, 6, 11, 14


@dataclass(frozen=True, slots=True)
class Header:
    """Hold what a reply needs of a message's first segment, each as it was sent.

    kind: message code and trigger ("ORU", "R01"). accept and application: what acknowledgement
    is asked for, empty where nothing is said. sent_at: text of MSH-7.
    """

    kind: tuple[str, str]
    control_id: str
    sent_at: str = ""
    version: str = ""
    sender: tuple[str, str] = ("", "")
    receiver: tuple[str, str] = ("", "")
    accept: str = ""
    application: str = ""
    separators: str = "|^~\\&"


@dataclass(frozen=True, slots=True)
class Observation:
    """Hold one OBX row of a known quantity, its texts as sent.

    group: number of the OBR before it, from 1, 0 without one. time: OBX-14, empty if missing.
    """

    quantity: Quantity
    value: str
    unit: str = ""
    status: str = "R"
    time: str = ""
    group: int = 1


@dataclass(frozen=True, slots=True)
class Hl7Message:
    """Hold a message: its header and the observations that Chairside knows."""

    header: Header
    observations: tuple[Observation, ...] = ()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Hl7Message:
        """Read a whole MLLP block; FrameError where it is none or has no right header."""
        if not (raw.startswith(BLOCK_START) and BLOCK_ENDS.fullmatch(raw[-2:])):
            raise FrameError("an MLLP block stands between 0B and 1C 0D")
        return cls.from_text(raw[1:-2].decode("latin-1"))

    @classmethod
    def from_text(cls, text: str) -> Hl7Message:
        """Read a message; FrameError where its first segment is no header."""
        first, *rows = text.replace("\n", _SEGMENT_END).split(_SEGMENT_END)
        header = _header(first)
        return cls(header, tuple(_observations(rows, header.separators)))

    def to_bytes(self) -> bytes:
        """Write the block, coded with MDC alone, in UTC or whatever the texts say."""
        rows = [_header_text(self.header)]
        group = None
        for number, observation in enumerate(self.observations, start=1):
            if observation.group != group:
                group = observation.group
                rows.append(f"OBR|{group}|||182777000^monitoring of patient^SCT")
            rows.append(_observation_text(number, observation))
        return framed(_SEGMENT_END.join(rows) + _SEGMENT_END)


def framed(text: str) -> bytes:
    """Return a message as an MLLP block."""
    return BLOCK_START + text.encode("latin-1", "replace") + BLOCK_END


def reply(header: Header, number: int, code: str) -> bytes:
    """Return the acknowledgement of a message.

    number: our own count of replies. code: AA for taken, AR for a kind that is not read here. The
    time is the sender's, since a decoder has no clock.
    """
    answer = Header(
        ("ACK", header.kind[1]),
        f"CHAIRSIDE{number}",
        header.sent_at,
        header.version or "2.6",
        header.receiver,
        header.sender,
    )
    text = f"{_header_text(answer)}{_SEGMENT_END}MSA|{code}|{header.control_id}{_SEGMENT_END}"
    return framed(text)


@lru_cache(_REMEMBERED)
def moment(text: str) -> datetime | None:
    """Return the date and time that an HL7 time stamp tells; None for none to the minute."""
    try:
        found: datetime | None = hl7.parse_datetime(text) if len(text) >= 12 else None
    except ValueError:
        return None
    return found


def seconds_between(earlier: str, later: str) -> float | None:
    """Return the seconds from one stamp of a sender's clock to another; None if not told.

    Where only one of them names its zone, both are taken for the same wall clock.
    """
    start, end = moment(earlier), moment(later)
    if start is None or end is None:
        return None
    if (start.tzinfo is None) != (end.tzinfo is None):
        start, end = start.replace(tzinfo=None), end.replace(tzinfo=None)
    return (end - start).total_seconds()


def _header(text: str) -> Header:
    """Read MSH; FrameError for what is none.

    All but the time and the control id is the same in each message of a sender and is remembered.
    """
    if not text.startswith("MSH") or len(text) < 8 or text.count(text[3]) < _CONTROL_AT - 1:
        raise FrameError(f"expected a message that begins with MSH: {text[:12]!r}")
    fields = text.split(text[3])[:_MSH_FIELDS]
    sent_at, control_id = fields[_SENT_AT - 1], _at(fields, _CONTROL_AT - 1)
    for place in (_SENT_AT - 1, _CONTROL_AT - 1):
        fields[place : place + 1] = [""]
    return replace(_read_header(text[3].join(fields)), sent_at=sent_at, control_id=control_id)


@lru_cache(_REMEMBERED)
def _read_header(text: str) -> Header:
    """Read MSH with the library; FrameError for what it cannot read."""
    try:
        segment = hl7.parse(text + _SEGMENT_END).segment("MSH")
    except Exception as error:
        raise FrameError(f"the header cannot be read: {error}") from error
    texts = [str(field) for field in segment] + [""] * _MSH_FIELDS
    code, _, trigger = texts[9].partition(texts[2][:1] or "^")
    return Header(
        (code, trigger.partition(texts[2][:1] or "^")[0]),
        "",
        "",
        texts[12],
        (texts[3], texts[4]),
        (texts[5], texts[6]),
        texts[15],
        texts[16],
        text[3] + (texts[2] or "^~\\&"),
    )


def _at(fields: list[str], place: int) -> str:
    return fields[place] if place < len(fields) else ""


def _header_text(header: Header) -> str:
    kind = "^".join(part for part in header.kind if part)
    names = "|".join((*header.sender, *header.receiver))
    text = f"MSH|^~\\&|{names}|{header.sent_at}||{kind}|{header.control_id}|P|{header.version}"
    asked = f"|||{header.accept}|{header.application}" if header.accept else ""
    return text + asked


def _observations(rows: list[str], separators: str) -> list[Observation]:
    found, group = [], 0
    for row in rows:
        if row.startswith("OBR"):
            group += 1
        elif row.startswith("OBX"):
            observation = _observation(row.split(separators[0]), separators, group)
            if observation is not None:
                found.append(observation)
    return found


def _observation(fields: list[str], separators: str, group: int) -> Observation | None:
    fields = fields[:_OBX_FIELDS] + [""] * (_OBX_FIELDS - len(fields))
    quantity = quantity_of(coded(fields[_CODE_AT], separators)) if fields[_CODE_AT] else None
    if quantity is None:
        return None
    return Observation(
        quantity,
        fields[_VALUE_AT].strip(),
        fields[_UNIT_AT].strip(),
        fields[_STATUS_AT].strip(),
        fields[_TIME_AT].strip(),
        group,
    )


@lru_cache(_REMEMBERED)
def coded(text: str, separators: str) -> tuple[str, ...]:
    """Return the components of a coded element, its escapes undone, as the library reads them.

    One with an escape that the library cannot read is returned with its escapes.

    separators: field, component, repetition, escape and sub-component marks, as in MSH-1 and 2.
    """
    field = separators[0]
    try:
        message = hl7.parse(f"MSH{separators}{field}{_SEGMENT_END}ZCE{field}{text}{_SEGMENT_END}")
        element = message.segment("ZCE")(1)(1)
        return tuple(message.unescape(str(part)) for part in element)
    except Exception:
        return tuple(text.split(separators[1:2] or "^"))


def _observation_text(number: int, observation: Observation) -> str:
    code, name = MDC[observation.quantity]
    fields = [""] * _OBX_FIELDS
    fields[0], fields[1], fields[_TYPE_AT] = "OBX", str(number), "NM"
    fields[_CODE_AT], fields[_GROUP_AT] = f"{code}^{name}^MDC", f"1.{observation.group}.1.{number}"
    fields[_VALUE_AT], fields[_UNIT_AT] = observation.value, observation.unit
    fields[_STATUS_AT], fields[_TIME_AT] = observation.status, observation.time
    return "|".join(fields)
