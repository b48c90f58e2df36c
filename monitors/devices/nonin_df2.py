"""Read and write Nonin serial data format 2: five bytes with a start byte, 75 frames a second.

Here stands what one frame of format 2 looks like; packets and resynchronising are in
nonin_stream, the meaning of bits and fields in nonin_common. Source: Nonin, "OEM Specification
and Technical Information" of the Onyx II 9560, and the Xpod LP specification.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitors.devices.nonin_common import FRAMES_PER_PACKET, FrameStatus, Packet
from monitors.devices.nonin_stream import FRAME_BYTES, PacketAdapter
from monitors.errors import FrameError

START = 0x01
_STARTS = bytes([START]) * FRAMES_PER_PACKET
_MARK_OR_SYNC = bytes(status & 0x81 for status in range(256))
_SYNC_FIRST = b"\x81" + b"\x80" * (FRAMES_PER_PACKET - 1)


@dataclass(frozen=True, slots=True)
class Df2Frame:
    """Hold one frame: status bits, one pleth sample 0 to 255, one FLOAT byte 0 to 255.

    status carries the mark bit 0x80 always. FLOAT is documented as 0 to 127, yet a 9560 was seen
    to send 148, so every byte is taken.
    """

    status: int
    pleth: int
    float_value: int

    @classmethod
    def from_bytes(cls, raw: bytes) -> Df2Frame:
        """Read five bytes; FrameError for a wrong length, start, checksum or missing mark bit."""
        if len(raw) != FRAME_BYTES or not Df2Layout.is_good(bytearray(raw), 0):
            raise FrameError(f"not a Nonin format 2 frame of five bytes: {raw.hex(' ')}")
        return cls(raw[1], raw[2], raw[3])

    def to_bytes(self) -> bytes:
        """Write start byte, status with its mark bit, pleth, FLOAT and checksum."""
        try:
            body = bytes((START, self.status | FrameStatus.MARK, self.pleth, self.float_value))
        except ValueError as error:
            raise FrameError(f"a field of {self} does not fit in a byte") from error
        return body + bytes([sum(body) & 0xFF])


class Df2Layout:
    """Tell the stream what a frame of format 2 looks like."""

    status_at = 1
    full_scale = 255

    @classmethod
    def seek(cls, buffer: bytearray, start: int) -> int:
        """Return the first place of a good frame, or of too few bytes to tell."""
        place = buffer.find(START, start)
        while 0 <= place <= len(buffer) - FRAME_BYTES and not cls.is_good(buffer, place):
            place = buffer.find(START, place + 1)
        return place if place >= 0 else len(buffer)

    @staticmethod
    def has_mark(buffer: bytearray, at: int) -> bool:
        """Say whether a start byte is followed by a status with its mark bit."""
        return buffer[at] == START and buffer[at + 1] >= 0x80

    @staticmethod
    def is_good(buffer: bytearray, at: int) -> bool:
        """Say whether five bytes have start, mark bit and the right sum."""
        if buffer[at] != START or buffer[at + 1] < 0x80:
            return False
        total = START + buffer[at + 1] + buffer[at + 2] + buffer[at + 3]
        return total & 0xFF == buffer[at + 4]

    @staticmethod
    def packet(block: bytes) -> Packet | None:
        """Return the packet of 125 bytes, None unless every frame is good and SYNC comes first."""
        statuses, samples, floats = block[1::5], block[2::5], block[3::5]
        if block[0::5] != _STARTS or statuses.translate(_MARK_OR_SYNC) != _SYNC_FIRST:
            return None
        for status, sample, value, check in zip(
            statuses, samples, floats, block[4::5], strict=True
        ):
            if (START + status + sample + value - check) & 0xFF:
                return None
        return Packet(statuses, tuple(samples), floats)


def packet_bytes(packet: Packet) -> bytes:
    """Write a packet as 25 frames."""
    parts = zip(packet.statuses, packet.samples, packet.floats, strict=True)
    return b"".join(Df2Frame(*part).to_bytes() for part in parts)


def adapter() -> PacketAdapter:
    """Make the listener of an oximeter set to format 2."""
    return PacketAdapter(Df2Layout())
