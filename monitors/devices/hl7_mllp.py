"""Take HL7 ORU^R01 messages over MLLP: what a monitor or its gateway measured, told and answered.

Here blocks are found, their observations become readings, and each message is acknowledged; the
layout is in hl7_mllp_frames, the codes in hl7_mllp_codes, the memory of the cuff in hl7_mllp_cuff.
Sources: HL7 version 2.6; MLLP release 1; IHE PCD technical framework (DEC profile).
"""

from __future__ import annotations

from collections.abc import Sequence

from monitors.devices.adapter import DecodeCounts
from monitors.devices.hl7_mllp_codes import Quantity
from monitors.devices.hl7_mllp_cuff import CuffWatch
from monitors.devices.hl7_mllp_frames import (
    BLOCK_ENDS,
    BLOCK_START,
    LONGEST_BLOCK,
    Header,
    Hl7Message,
    reply,
)
from monitors.devices.hl7_mllp_values import number_of
from monitors.errors import FrameError
from monitors.readings import OximetryReading, Reading, Validity, Vital, VitalReading

MOST_REPLIES = 64
"""Replies kept while nobody fetches them; older ones are dropped."""

_KIND = ("ORU", "R01")
_NEVER = "NE"
_VITALS = {
    Quantity.HEART_RATE: Vital.HEART_RATE,
    Quantity.RESPIRATION_RATE: Vital.RESPIRATION_RATE,
    Quantity.TEMPERATURE: Vital.TEMPERATURE,
}
_OXIMETRY = (Quantity.SPO2, Quantity.PULSE_RATE, Quantity.PERFUSION_INDEX)


class BlockFinder:
    """Cut bytes into messages, holding at most one unfinished block.

    A start mark inside a block begins anew: its end was lost.
    """

    __slots__ = ("_buffer", "_counts", "_searched")

    def __init__(self, counts: DecodeCounts) -> None:
        self._counts = counts
        self._buffer = bytearray()
        self._searched = 0

    def feed(self, chunk: bytes) -> list[Hl7Message]:
        """Return the messages that these bytes complete."""
        self._buffer += chunk
        messages: list[Hl7Message] = []
        while past := self._past_end():
            message = self._cut(past)
            if message is not None:
                messages.append(message)
        self._trim()
        return messages

    def forget(self) -> None:
        """Discard what was half received."""
        self._discard(len(self._buffer))

    def _past_end(self) -> int:
        """Return the place behind the first block's end, 0 without one."""
        found = BLOCK_ENDS.search(self._buffer, self._searched)
        return found.end() if found else 0

    def _cut(self, past: int) -> Hl7Message | None:
        """Take the block that ends here, and discard what was before it."""
        start = self._buffer.rfind(BLOCK_START, 0, past)
        self._discard(past if start < 0 else start)
        if start < 0:
            return None
        size = past - start
        try:
            message = Hl7Message.from_bytes(bytes(self._buffer[:size]))
        except FrameError:
            self._discard(size)
            return None
        del self._buffer[:size]
        self._counts.frames += 1
        return message

    def _trim(self) -> None:
        """Keep the newest unfinished block, and only as much of it as a message may have."""
        start = self._buffer.rfind(BLOCK_START)
        is_too_long = len(self._buffer) - max(start, 0) > LONGEST_BLOCK
        self._discard(len(self._buffer) if start < 0 or is_too_long else start)
        self._searched = max(len(self._buffer) - 1, 0)

    def _discard(self, count: int) -> None:
        self._counts.discarded_bytes += count
        del self._buffer[:count]
        self._searched = 0


class Hl7Adapter:
    """Tell what messages observed, and acknowledge them.

    The replies wait for the next call of ``due``, right after the readings were taken.
    """

    __slots__ = ("_cuff", "_finder", "_replies", "_reply_count", "counts")

    def __init__(self) -> None:
        self.counts = DecodeCounts()
        self._finder = BlockFinder(self.counts)
        self._cuff = CuffWatch()
        self._replies: list[bytes] = []
        self._reply_count = 0

    def begin(self, now_s: float) -> bytes:
        """Forget what was half received and what was not yet answered."""
        self._finder.forget()
        self._cuff.reopened()
        self._replies.clear()
        return b""

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return what the messages completed by these bytes tell."""
        told: list[Reading] = []
        for message in self._finder.feed(chunk):
            is_read = message.header.kind == _KIND
            self._acknowledge(message.header, is_read)
            if is_read:
                told += self._read(message)
        return told

    def due(self, now_s: float) -> bytes:
        """Return the acknowledgements of what was taken."""
        if not self._replies:
            return b""
        sent = b"".join(self._replies)
        self._replies.clear()
        return sent

    def finish(self) -> Sequence[Reading]:
        """End the input and count what is left over."""
        self._finder.forget()
        return []

    def _acknowledge(self, header: Header, is_read: bool) -> None:
        """Answer a message, unless it is an answer itself or asks for none."""
        asks_for_none = header.accept == header.application == _NEVER
        if header.kind[0] == "ACK" or asks_for_none:
            return
        self._reply_count += 1
        self._replies.append(reply(header, self._reply_count, "AA" if is_read else "AR"))
        del self._replies[:-MOST_REPLIES]

    def _read(self, message: Hl7Message) -> list[Reading]:
        """Return the readings of a message."""
        values = _values_of(message)
        told: list[Reading] = [*_oximetry_of(values)]
        for quantity, vital in _VITALS.items():
            if quantity in values:
                told.append(_vital_of(vital, values[quantity]))
        return told + list(self._cuff.take(message))


def _values_of(message: Hl7Message) -> dict[Quantity, float | None]:
    """Return each quantity's number: the last that can be believed, None if no row's can."""
    values: dict[Quantity, float | None] = {}
    for one in message.observations:
        number = number_of(one)
        if number is not None or one.quantity not in values:
            values[one.quantity] = number
    return values


def _oximetry_of(values: dict[Quantity, float | None]) -> list[Reading]:
    """Return the oximeter's reading, or its pulse rate alone where no SpO2 is in the message."""
    if not any(quantity in values for quantity in _OXIMETRY):
        return []
    spo2, pulse, index = (values.get(quantity) for quantity in _OXIMETRY)
    if Quantity.SPO2 not in values:
        return [_vital_of(Vital.PULSE_RATE, pulse)] if Quantity.PULSE_RATE in values else []
    if spo2 is None and pulse is None:
        return [OximetryReading(None, None, None, Validity.INVALID)]
    return [OximetryReading(_whole(spo2), _whole(pulse), index)]


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _vital_of(vital: Vital, value: float | None) -> VitalReading:
    return VitalReading(vital, value, Validity.INVALID if value is None else Validity.VALID)


def adapter() -> Hl7Adapter:
    """Make the receiver of a monitor's HL7 messages."""
    return Hl7Adapter()
