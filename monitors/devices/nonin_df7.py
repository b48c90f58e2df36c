"""Read and write Nonin serial data format 7: format 2 without a start byte, pleth in 16 bits.

Here stands what one frame of format 7 looks like; packets and resynchronising are in
nonin_stream, the meaning of bits and fields in nonin_common. Source: Nonin, "OEM Specification
and Technical Information" of the Onyx II 9560, and the Xpod LP specification.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from monitors.devices.nonin_common import FRAMES_PER_PACKET, FrameStatus, Packet
from monitors.devices.nonin_stream import FRAME_BYTES, PacketAdapter
from monitors.errors import FrameError

_MARK_OR_SYNC = bytes(status & 0x81 for status in range(256))
_SYNC_FIRST = b"\x81" + b"\x80" * (FRAMES_PER_PACKET - 1)


@dataclass(frozen=True, slots=True)
class Df7Frame:
    """Hold one frame: status bits, one pleth sample 0 to 65535, one FLOAT byte 0 to 255.

    status carries the mark bit 0x80 always.
    """

    status: int
    pleth: int
    float_value: int

    @classmethod
    def from_bytes(cls, raw: bytes) -> Df7Frame:
        """Read five bytes; FrameError for a wrong length or checksum, or a missing mark bit."""
        if len(raw) != FRAME_BYTES or not Df7Layout.is_good(bytearray(raw), 0):
            raise FrameError(f"not a Nonin format 7 frame of five bytes: {raw.hex(' ')}")
        return cls(raw[0], raw[1] << 8 | raw[2], raw[3])

    def to_bytes(self) -> bytes:
        """Write status with its mark bit, pleth (high byte first), FLOAT and checksum."""
        try:
            body = struct.pack(">BHB", self.status | FrameStatus.MARK, self.pleth, self.float_value)
        except struct.error as error:
            raise FrameError(f"a field of {self} does not fit in its bytes") from error
        return body + bytes([sum(body) & 0xFF])


class Df7Layout:
    """Tell the stream what a frame of format 7 looks like."""

    status_at = 0
    full_scale = 65535

    @classmethod
    def seek(cls, buffer: bytearray, start: int) -> int:
        """Return the first place of a good frame, or of too few bytes to tell."""
        place = start
        while place <= len(buffer) - FRAME_BYTES and not cls.is_good(buffer, place):
            place += 1
        return place

    @staticmethod
    def has_mark(buffer: bytearray, at: int) -> bool:
        """Say whether the first byte has the mark bit."""
        return buffer[at] >= 0x80

    @staticmethod
    def is_good(buffer: bytearray, at: int) -> bool:
        """Say whether five bytes have the mark bit and the right sum."""
        if buffer[at] < 0x80:
            return False
        total = buffer[at] + buffer[at + 1] + buffer[at + 2] + buffer[at + 3]
        return total & 0xFF == buffer[at + 4]

    @staticmethod
    def packet(block: bytes) -> Packet | None:
        """Return the packet of 125 bytes, None unless every frame is good and SYNC comes first."""
        statuses, highs, lows, floats = block[0::5], block[1::5], block[2::5], block[3::5]
        if statuses.translate(_MARK_OR_SYNC) != _SYNC_FIRST:
            return None
        for status, high, low, value, check in zip(
            statuses, highs, lows, floats, block[4::5], strict=True
        ):
            if (status + high + low + value - check) & 0xFF:
                return None
        samples = bytearray(2 * FRAMES_PER_PACKET)
        samples[0::2], samples[1::2] = highs, lows
        return Packet(statuses, struct.unpack(">25H", samples), floats)


def packet_bytes(packet: Packet) -> bytes:
    """Write a packet as 25 frames."""
    parts = zip(packet.statuses, packet.samples, packet.floats, strict=True)
    return b"".join(Df7Frame(*part).to_bytes() for part in parts)


def adapter() -> PacketAdapter:
    """Make the listener of an oximeter set to format 7."""
    return PacketAdapter(Df7Layout())
