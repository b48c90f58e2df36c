"""Frame what an IntelliVue monitor and its host say over the MIB/RS-232 port.

C0, a header with the length, the payload, a CRC-16 and C1, with an escape for those marks; here
bytes become payloads and back, and each byte is counted. Source: Philips, "IntelliVue Data Export
Interface Programming Guide", as three public drivers that agree cite it; CRC-16/X-25 by its
published check value.
"""

from __future__ import annotations

import binascii
import re
import struct

from monitors.devices.adapter import DecodeCounts
from monitors.errors import FrameError

FRAME_START = b"\xc0"
FRAME_END = b"\xc1"
_ESCAPE = 0x7D
_FLIP = 0x20
_HEADER = struct.Struct(">BBH")
_PROTOCOL, _MESSAGE = 0x11, 0x01
_FCS_BYTES = 2
LONGEST_PAYLOAD = 4096
LONGEST_CONTENT = 2 * (_HEADER.size + LONGEST_PAYLOAD + _FCS_BYTES)
_ESCAPED = re.compile(rb"\x7d(.?)", re.DOTALL)
_MARKS = re.compile(rb"[\x7d\xc0\xc1]")
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def frame_check(raw: bytes) -> bytes:
    """Return the CRC-16/X-25 of some bytes, low byte first.

    The library's CRC runs from the highest bit down; on bytes and result mirrored it is ours.
    """
    mirrored = binascii.crc_hqx(raw.translate(_REVERSED), 0xFFFF) ^ 0xFFFF
    return bytes((_REVERSED[mirrored >> 8], _REVERSED[mirrored & 0xFF]))


def framed(payload: bytes) -> bytes:
    """Return a payload as a frame; FrameError if it is too long."""
    if len(payload) > LONGEST_PAYLOAD:
        raise FrameError(f"a payload has at most {LONGEST_PAYLOAD} bytes, not {len(payload)}")
    body = _HEADER.pack(_PROTOCOL, _MESSAGE, len(payload)) + payload
    body += frame_check(body)
    return FRAME_START + _MARKS.sub(_escape, body) + FRAME_END


def unframed(content: bytes) -> bytes:
    """Return the payload of what stood between the marks.

    FrameError for a broken escape, a wrong CRC, header or length; the CRC is looked at first.
    """
    return payload_of(checked(content))


def checked(content: bytes) -> bytes:
    """Return header and payload of what stood between the marks; FrameError unless CRC fits."""
    body = _ESCAPED.sub(_unescape, content) if _ESCAPE in content else content
    if len(body) < _HEADER.size + _FCS_BYTES or frame_check(body[:-2]) != body[-2:]:
        raise FrameError(f"expected a frame with its CRC, got {len(content)} bytes")
    return body[:-2]


def payload_of(body: bytes) -> bytes:
    """Return the payload behind a header; FrameError for another protocol or length."""
    protocol, message, length = _HEADER.unpack_from(body)
    payload = body[_HEADER.size :]
    if (protocol, message, length) != (_PROTOCOL, _MESSAGE, len(payload)):
        raise FrameError(f"expected header 11 01 and {len(payload)} bytes: {body[:4].hex(' ')}")
    return payload


def _escape(found: re.Match[bytes]) -> bytes:
    return bytes((_ESCAPE, found[0][0] ^ _FLIP))


def _unescape(found: re.Match[bytes]) -> bytes:
    if not found[1]:
        raise FrameError("an escape stands at the end of a frame")
    return bytes((found[1][0] ^ _FLIP,))


class FrameFinder:
    """Cut bytes into payloads, holding at most one unfinished frame.

    Neither mark can stand inside a frame, so a start begins anew wherever it comes.
    """

    __slots__ = ("_buffer", "_counts", "_is_open")

    def __init__(self, counts: DecodeCounts) -> None:
        self._counts = counts
        self._buffer = bytearray()
        self._is_open = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the payloads of the frames that these bytes complete."""
        payloads = []
        *ended, rest = chunk.split(FRAME_END)
        for part in ended:
            self._hold(part)
            payload = self._end()
            if payload is not None:
                payloads.append(payload)
        self._hold(rest)
        return payloads

    def forget(self) -> None:
        """Discard an unfinished frame."""
        self._counts.discarded_bytes += len(self._buffer) + self._is_open
        self._buffer.clear()
        self._is_open = False

    def _hold(self, part: bytes) -> None:
        before, start, after = part.rpartition(FRAME_START)
        if start:
            self.forget()
            self._counts.discarded_bytes += len(before)
            self._is_open = True
        if not self._is_open:
            self._counts.discarded_bytes += len(after)
            return
        self._buffer += after
        if len(self._buffer) > LONGEST_CONTENT:
            self.forget()

    def _end(self) -> bytes | None:
        """Take an end mark; a frame with a right CRC is counted even if its header is not ours."""
        if not self._is_open:
            self._counts.discarded_bytes += 1
            return None
        content = bytes(self._buffer)
        try:
            body = checked(content)
        except FrameError:
            self._counts.bad_checksums += len(content) >= _HEADER.size + _FCS_BYTES
            self.forget()
            self._counts.discarded_bytes += 1
            return None
        self._buffer.clear()
        self._is_open = False
        self._counts.frames += 1
        try:
            return payload_of(body)
        except FrameError:
            return None
