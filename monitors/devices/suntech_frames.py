"""Read and write the packets of SunTech OEM cuff modules, both ways, and find them in a stream.

A module's packet is 3E, its own length, content and a checksum that makes the sum of all bytes
zero; a host's is 3A, a command, its content and the same checksum, without a length. Source: two
independent public drivers of the Medical Advantage, Mini and A+ modules and the byte vectors of
one's tests; there is no type byte, so a reply is known by its length alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitors.devices.adapter import DecodeCounts
from monitors.errors import FrameError

MODULE_MARK = 0x3E
HOST_MARK = 0x3A
SHORTEST, LONGEST = 4, 0x43
ACK_BYTES, PRESSURE_BYTES, RESULT_BYTES = 4, 5, 0x18
_COMMAND_BYTES = {
    0x04: 4,
    0x0C: 6,
    0x17: 5,
    0x20: 3,
    0x28: 3,
    0x79: 5,
    0x81: 7,
    0x86: 6,
    0x87: 3,
    0x8A: 3,
}
"""Whole length of a host's packet by its command; 04 calibrates, 81 sets sleep, 86 holds stasis."""
_MARKS = re.compile(rb"[\x3a\x3e]")


def checksum(body: bytes) -> int:
    """Return the byte that makes the sum of a packet zero in eight bits."""
    return -sum(body) & 0xFF


def command(*content: int) -> bytes:
    """Write a host's packet: 3A, the given bytes, the checksum."""
    body = bytes((HOST_MARK, *content))
    return body + bytes((checksum(body),))


START_ADULT = command(0x20)
STARTS = (START_ADULT, command(0x28), command(0x87))
"""Starts for an adult, a neonate and a child; only the first is ever sent."""
ABORT = command(0x79, 0x01, 0x00)
GET_RESULT = command(0x79, 0x03, 0x00)
GET_PRESSURE = command(0x79, 0x05, 0x00)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Hold a one-letter answer.

    letter: O received, K measurement finished, A aborted, B busy, E error, N not understood,
    D unrecognisable, S asleep, T timeout.
    """

    letter: str

    @classmethod
    def from_bytes(cls, raw: bytes) -> Acknowledgement:
        """Read a packet; FrameError where it is not this one."""
        return cls(chr(_checked(raw, ACK_BYTES)[2]))

    def to_bytes(self) -> bytes:
        """Write the packet; FrameError for anything but one character."""
        if len(self.letter) != 1 or ord(self.letter) > 0xFF:
            raise FrameError(f"a SunTech acknowledgement is one character, not {self.letter!r}")
        return _packet(self.letter.encode("latin-1"))


@dataclass(frozen=True, slots=True)
class CuffPressure:
    """Hold the pressure in the cuff now, mmHg, 0 to 65535 on the wire."""

    pressure_mmhg: int

    @classmethod
    def from_bytes(cls, raw: bytes) -> CuffPressure:
        """Read a packet; FrameError where it is not this one."""
        return cls(_word(_checked(raw, PRESSURE_BYTES), 2))

    def to_bytes(self) -> bytes:
        """Write the packet; FrameError where the number does not fit."""
        return _packet(_words(self.pressure_mmhg))


@dataclass(frozen=True, slots=True)
class BpResult:
    """Hold the last blood pressure measurement.

    Pressures in mmHg and pulse rate per minute, 0 where there is none. beats: heart beats counted.
    status: bits of unknown meaning, 1 in a good packet. error: 0 for none; see suntech_cuff.
    test_codes: eight diagnostic bytes. spares: offsets 17, 21 and 22; the first is the pulse
    rate's upper byte to one driver.
    """

    systolic_mmhg: int = 0
    diastolic_mmhg: int = 0
    mean_mmhg: int = 0
    pulse_rate_per_min: int = 0
    beats: int = 0
    status: int = 0
    error: int = 0
    test_codes: bytes = bytes(8)
    spares: bytes = bytes(3)

    @classmethod
    def from_bytes(cls, raw: bytes) -> BpResult:
        """Read a packet; FrameError where it is not this one."""
        raw = _checked(raw, RESULT_BYTES)
        spares = bytes((raw[17], raw[21], raw[22]))
        return cls(
            _word(raw, 2),
            _word(raw, 4),
            _word(raw, 18),
            raw[16],
            raw[6],
            raw[7],
            raw[20],
            bytes(raw[8:16]),
            spares,
        )

    @property
    def is_rate_doubtful(self) -> bool:
        """Say whether drivers would read different pulse rates."""
        return bool(self.spares[:1].strip(b"\0"))

    def to_bytes(self) -> bytes:
        """Write the packet; FrameError where a number does not fit."""
        if len(self.test_codes) != 8 or len(self.spares) != 3:
            raise FrameError("a SunTech result has eight test codes and three spare bytes")
        rate = _octets(self.pulse_rate_per_min) + self.spares[:1]
        return _packet(
            _words(self.systolic_mmhg, self.diastolic_mmhg)
            + _octets(self.beats, self.status)
            + self.test_codes
            + rate
            + _words(self.mean_mmhg)
            + _octets(self.error)
            + self.spares[1:]
        )


class FrameFinder:
    """Cut bytes into checked packets of either side, holding at most one unfinished one.

    Where a mark is not the start of a packet with a right checksum, one byte is dropped.
    """

    __slots__ = ("_buffer", "_counts")

    def __init__(self, counts: DecodeCounts) -> None:
        self._counts = counts
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the packets that these bytes complete."""
        self._buffer += chunk
        return self._scan(0)

    def give_up(self) -> list[bytes]:
        """Take what waits for its end as a false start and look behind it."""
        if not self._buffer:
            return []
        self._counts.discarded_bytes += 1
        return self._scan(1)

    def finish(self) -> list[bytes]:
        """Return packets behind false starts and count what is left over as discarded."""
        found = []
        while self._buffer:
            found += self.give_up()
        return found

    def forget(self) -> None:
        """Discard an unfinished packet."""
        self._counts.discarded_bytes += len(self._buffer)
        self._buffer.clear()

    def _scan(self, at: int) -> list[bytes]:
        buffer, counts, found = self._buffer, self._counts, []
        while (mark := _MARKS.search(buffer, at)) is not None:
            counts.discarded_bytes += mark.start() - at
            at = mark.start()
            length = _length_at(buffer, at)
            if length is None or at + length > len(buffer):
                break
            packet = bytes(buffer[at : at + length])
            if length and not sum(packet) & 0xFF:
                counts.frames += 1
                found.append(packet)
                at += length
                continue
            counts.bad_checksums += length > 0
            counts.discarded_bytes += 1
            at += 1
        else:
            counts.discarded_bytes += len(buffer) - at
            at = len(buffer)
        del buffer[:at]
        return found


def _length_at(buffer: bytearray, at: int) -> int | None:
    """Return how long a packet that begins here is; 0 if none can, None if it is too early."""
    if at + 1 >= len(buffer):
        return None
    if buffer[at] == HOST_MARK:
        return _COMMAND_BYTES.get(buffer[at + 1], 0)
    return buffer[at + 1] if SHORTEST <= buffer[at + 1] <= LONGEST else 0


def _checked(raw: bytes, length: int) -> bytes:
    is_whole = len(raw) == length and raw[0] == MODULE_MARK and raw[1] == length
    if not is_whole or sum(raw) & 0xFF:
        raise FrameError(f"not a SunTech packet of {length} bytes: {raw.hex(' ')}")
    return raw


def _packet(content: bytes) -> bytes:
    body = bytes((MODULE_MARK, len(content) + 3)) + content
    return body + bytes((checksum(body),))


def _word(raw: bytes, at: int) -> int:
    return raw[at] | raw[at + 1] << 8


def _words(*values: int) -> bytes:
    return b"".join(_fitting(value, 2) for value in values)


def _octets(*values: int) -> bytes:
    return b"".join(_fitting(value, 1) for value in values)


def _fitting(value: int, size: int) -> bytes:
    if not 0 <= value < 256**size:
        raise FrameError(f"{value} does not fit in {size} byte(s) of a SunTech packet")
    return value.to_bytes(size, "little")
