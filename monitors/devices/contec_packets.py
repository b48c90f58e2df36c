"""Find and pack the typed packets of Contec's newer oximeters; what they say is in contec_v7.

A packet is a type byte without bit 7 and then bytes that all have it; the first of those carries
the true bit 7 of the ones after it. There is no checksum, so a packet is one whose length is the
known one of its type, and a byte without bit 7 always begins another. Sources: Contec,
"Communication protocol of pulse oximeter" V7.0 (2010-07-08), and three captures of CMS50D+ units
for the types that it does not list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitors.devices.adapter import DecodeCounts
from monitors.errors import FrameError

LENGTHS = {
    0x01: 9,  # real time
    0x02: 9,  # model (not in the document)
    0x03: 9,  # vendor (not in the document)
    0x04: 9,  # device id
    0x05: 9,  # user
    0x06: 4,  # meaning unknown (not in the document)
    0x07: 8,  # date of a stored segment
    0x08: 8,  # length of a stored segment
    0x09: 6,  # stored SpO2, pulse rate and perfusion index
    0x0A: 4,  # number of stored segments
    0x0B: 4,  # what became of a command
    0x0C: 2,  # idle
    0x0D: 3,  # notice of disconnection
    0x0E: 3,  # whether there is a perfusion index
    0x0F: 8,  # three stored pairs of SpO2 and pulse rate
    0x10: 3,  # number of users
    0x11: 9,  # notice
    0x12: 8,  # time of a stored segment
    0x13: 9,  # meaning unknown (not in the document)
    0x14: 9,  # meaning unknown (not in the document)
    0x15: 9,  # ids of stored segments
}
"""How long a packet of each type is, type byte included."""

LONGEST = max(LENGTHS.values())
COMMAND_TYPE = 0x7D
COMMAND_BYTES = 9
REAL_TIME = 0x01
REAL_TIME_BYTES = LENGTHS[REAL_TIME]
_RUN = re.compile(rb"(?:\x01[\x80-\xff]{8})+(?=[\x00-\x7f])")
_LAST_RUN = re.compile(rb"(?:\x01[\x80-\xff]{8})+(?![\x80-\xff])")
_TOKEN = re.compile(rb"[\x00-\x7f][\x80-\xff]*|[\x80-\xff]+")


@dataclass(frozen=True, slots=True)
class Packet:
    """Hold one packet with its bits in place: a type 0 to 127 and up to 7 bytes 0 to 255."""

    kind: int
    content: bytes

    @classmethod
    def from_bytes(cls, raw: bytes) -> Packet:
        """Read a packet; FrameError unless bit 7 is where it belongs and the length is its type's.

        A type that is not known, and a command of the host, may have any length up to nine.
        """
        is_shaped = 2 <= len(raw) <= LONGEST and raw[0] < 0x80 and min(raw[1:]) >= 0x80
        if not is_shaped or LENGTHS.get(raw[0], len(raw)) != len(raw):
            raise FrameError(f"not a Contec packet: {raw.hex(' ')}")
        high = raw[1]
        content = (byte & 0x7F | (high >> at & 1) << 7 for at, byte in enumerate(raw[2:]))
        return cls(raw[0], bytes(content))

    def to_bytes(self) -> bytes:
        """Write the packet; FrameError for a type or a length that cannot be."""
        high = 0x80 | sum((byte >> 7) << at for at, byte in enumerate(self.content))
        length = 2 + len(self.content)
        is_right = LENGTHS.get(self.kind, length) == length <= LONGEST and 0 <= self.kind < 0x80
        if not is_right:
            raise FrameError(f"a Contec packet of type {self.kind} cannot be {length} bytes long")
        return bytes((self.kind, high, *(byte | 0x80 for byte in self.content)))


def command(code: int) -> bytes:
    """Return the nine bytes of a command without arguments, such as 0xA1."""
    return Packet(COMMAND_TYPE, bytes((code, 0, 0, 0, 0, 0, 0))).to_bytes()


class PacketFinder:
    """Cut bytes into packets, counting each byte as part of one or as discarded.

    A stretch of real-time packets is handed on in one piece. A packet is known to be whole when
    the next byte without bit 7 has come; packets of an unknown type are discarded.
    """

    __slots__ = ("_counts", "_rest")

    def __init__(self, counts: DecodeCounts) -> None:
        self._counts = counts
        self._rest = b""

    def feed(self, chunk: bytes, is_last: bool = False) -> Sequence[bytes]:
        """Return the packets and stretches completed; an empty one stands for a loss between."""
        buffer, at = self._rest + chunk, 0
        run_of = (_LAST_RUN if is_last else _RUN).match
        found: list[bytes] = []
        while at < len(buffer):
            run = run_of(buffer, at)
            end = run.end() if run else self._end_of_token(buffer, at, is_last)
            if end == at:
                break
            piece = buffer[at:end]
            found.append(piece if self._count(piece, run is not None) else b"")
            at = end
        self._rest = buffer[at:]
        return found

    def forget(self) -> None:
        """Discard what was half received."""
        self._counts.discarded_bytes += len(self._rest)
        self._rest = b""

    @staticmethod
    def _end_of_token(buffer: bytes, at: int, is_last: bool) -> int:
        """Return where the next packet may begin; ``at`` itself if it is too early to tell."""
        token = _TOKEN.match(buffer, at)
        assert token is not None
        end = token.end()
        is_open = end == len(buffer) and end - at <= LONGEST and buffer[at] < 0x80
        return at if is_open and not is_last else end

    def _count(self, piece: bytes, is_run: bool) -> bool:
        if is_run:
            self._counts.frames += len(piece) // REAL_TIME_BYTES
        elif LENGTHS.get(piece[0]) == len(piece):
            self._counts.frames += 1
        else:
            self._counts.discarded_bytes += len(piece)
            return False
        return True
