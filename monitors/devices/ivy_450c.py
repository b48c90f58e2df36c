"""Listen to an Ivy 450C, which sends a message a second and takes no orders.

Here a message becomes readings; its layout is in ivy_450c_frames. The digit after "=" is not
documented, so numbers are believed only under the digit that a real monitor was seen to send with
them. Source: a capture of a real monitor and the OpenICE driver that reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitors.devices.adapter import DecodeCounts
from monitors.devices.cuff_numbers import completed
from monitors.devices.ivy_450c_frames import (
    END,
    HIGHEST_SAMPLE,
    LONGEST_MESSAGE,
    PLETH_PER_SECOND,
    SHORTEST_MESSAGE,
    START,
    TEXT_AT,
    IvyMessage,
)
from monitors.errors import FrameError
from monitors.readings import (
    NibpDetermination,
    OximetryReading,
    Reading,
    SignalCondition,
    Validity,
    Vital,
    VitalReading,
    Waveform,
    WaveformChunk,
)

SEEN_CODE = "1"
SEEN_NIBP_CODE = "4"
HIGHEST_RATE_PER_MIN = 350
COLDEST_C, WARMEST_C = 20.0, 46.0


class MessageFinder:
    """Cut bytes into messages, holding at most one unfinished one."""

    __slots__ = ("_buffer", "_counts", "_searched")

    def __init__(self, counts: DecodeCounts) -> None:
        self._counts = counts
        self._buffer = bytearray()
        self._searched = 0

    def feed(self, chunk: bytes) -> list[IvyMessage]:
        """Return the messages that these bytes complete."""
        self._buffer += chunk
        messages: list[IvyMessage] = []
        while self._step(messages):
            pass
        return messages

    def forget(self) -> None:
        """Discard what was half received."""
        self._discard(len(self._buffer))

    def _step(self, messages: list[IvyMessage]) -> bool:
        """Deal with the front of the buffer; False to wait for more."""
        start = self._buffer.find(START)
        if start != 0:
            return self._skip_to(start)
        end = self._buffer.find(END, max(TEXT_AT, self._searched))
        if end < 0 and len(self._buffer) <= LONGEST_MESSAGE:
            self._searched = len(self._buffer)
            return False
        message = self._read(end)
        if message is None:
            self._discard(1)
        else:
            messages.append(message)
        return True

    def _skip_to(self, start: int) -> bool:
        """Discard what no message can begin in."""
        if start < 0:
            kept = next(
                (n for n in range(len(START) - 1, 0, -1) if self._buffer.endswith(START[:n])), 0
            )
            self._discard(len(self._buffer) - kept)
            return False
        self._discard(start)
        return True

    def _read(self, end: int) -> IvyMessage | None:
        if not SHORTEST_MESSAGE <= end + 1 <= LONGEST_MESSAGE:
            return None
        try:
            message = IvyMessage.from_bytes(bytes(self._buffer[: end + 1]))
        except FrameError:
            return None
        del self._buffer[: end + 1]
        self._searched = 0
        self._counts.frames += 1
        return message

    def _discard(self, count: int) -> None:
        self._counts.discarded_bytes += count
        del self._buffer[:count]
        self._searched = 0


class IvyAdapter:
    """Tell what each message says, and a cuff result when it changes.

    The monitor repeats its last result for ever and gives no age: one that stands there when the
    port opens may be old, and a second one with the same numbers cannot be told from the first.
    Without a checksum, a change is believed when two messages in a row agree on it.
    """

    __slots__ = ("_finder", "_has_heard", "_held", "_told", "counts")

    def __init__(self) -> None:
        self.counts = DecodeCounts()
        self._finder = MessageFinder(self.counts)
        self._told: NibpDetermination | None = None
        self._held: NibpDetermination | None = None
        self._has_heard = False

    def begin(self, now_s: float) -> bytes:
        """Forget what was half received; a result that is other than before may be old."""
        self._finder.forget()
        self._held = None
        self._has_heard = False
        return b""

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return what the messages completed by these bytes tell."""
        told: list[Reading] = []
        for message in self._finder.feed(chunk):
            told += self._read(message)
        return told

    def due(self, now_s: float) -> bytes:
        """Return nothing: the monitor takes no orders."""
        return b""

    def finish(self) -> Sequence[Reading]:
        """Tell a result that waited for its second message, and count what is left over."""
        self._finder.forget()
        held, self._held = self._held, None
        return [] if held is None else [self._tell(held)]

    def _read(self, message: IvyMessage) -> list[Reading]:
        told: list[Reading] = [
            _oximetry_of(message),
            _rate_of(message, "HR", Vital.HEART_RATE),
            _rate_of(message, "RR", Vital.RESPIRATION_RATE),
            _temperature_of(message),
        ]
        pleth = message.pleth
        if any(sample is not None for sample in pleth):
            told.insert(0, WaveformChunk(Waveform.PLETH, PLETH_PER_SECOND, HIGHEST_SAMPLE, pleth))
        return told + self._cuff(message)

    def _cuff(self, message: IvyMessage) -> list[Reading]:
        found = _determination_of(message)
        is_empty = not any(message.fields("NIBP", 5)[1:])
        if found is None or found == self._told:
            self._held = None
            self._has_heard = self._has_heard or found is not None or is_empty
            return []
        if found != self._held:
            self._held = found
            return []
        return [self._tell(found)]

    def _tell(self, found: NibpDetermination) -> NibpDetermination:
        """Return the determination, of unknown age unless something else was seen before it."""
        is_first, self._has_heard = not self._has_heard, True
        self._told, self._held = found, None
        return replace(found, is_age_unknown=is_first)


def _determination_of(message: IvyMessage) -> NibpDetermination | None:
    """Read systolic, diastolic, mean and pulse, in this order; None for no result of a cuff."""
    code, *texts = message.fields("NIBP", 5)
    return completed(*map(_number, texts)) if code == SEEN_NIBP_CODE else None


def _oximetry_of(message: IvyMessage) -> OximetryReading:
    """Judge the oximeter's line: where a text stands in the pulse's place, it has no number."""
    code, text, label, alarm = message.fields("SPO2", 4)
    conditions = _alarm_of(alarm)
    is_explained = code == SEEN_CODE and label.startswith("PR=")
    spo2 = _number(text, 100) if is_explained else None
    pulse = _number(label.removeprefix("PR=")) if is_explained else None
    if spo2 is None and pulse is None:
        return OximetryReading(None, None, None, Validity.INVALID, conditions)
    return OximetryReading(spo2, pulse, conditions=conditions)


def _rate_of(message: IvyMessage, name: str, vital: Vital) -> VitalReading:
    code, text, _, alarm = message.fields(name, 4)
    rate = _number(text) if code == SEEN_CODE else None
    validity = Validity.INVALID if rate is None else Validity.VALID
    return VitalReading(vital, rate, validity, _alarm_of(alarm))


def _alarm_of(text: str) -> tuple[SignalCondition, ...]:
    """Return the monitor's own alarm; what its words say is not documented."""
    return (SignalCondition.DEVICE_ALARM,) if text else ()


def _temperature_of(message: IvyMessage) -> VitalReading:
    """Return the first temperature that can be one of a body in degrees Celsius."""
    for name in ("T1", "T2"):
        code, text = message.fields(name, 2)
        value = _decimal(text) if code == SEEN_CODE else None
        if value is not None:
            return VitalReading(Vital.TEMPERATURE, value)
    return VitalReading(Vital.TEMPERATURE, None, Validity.INVALID)


def _number(text: str, highest: int = HIGHEST_RATE_PER_MIN) -> int | None:
    text = text.strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= 3
    return int(text) if is_number and 0 < int(text) <= highest else None


def _decimal(text: str) -> float | None:
    whole, _, part = text.partition(".")
    if not (text.isascii() and whole.isdigit() and (not part or part.isdigit()) and len(text) < 6):
        return None
    value = float(text)
    return value if COLDEST_C <= value <= WARMEST_C else None


def adapter() -> IvyAdapter:
    """Make the listener of an Ivy 450C."""
    return IvyAdapter()
