"""Capture files: raw bytes of a port with their arrival times, in compressed blocks.

Each block is a zstd frame that can be read alone, so that the oldest can be dropped and a file cut
short by a crash can be read up to the cut. The format is ours and is described in
docs/hardware.md; what the bytes mean is left to the decoders.
"""

from __future__ import annotations

import json
import struct
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO

import zstandard

from monitors.devices.device_kind import LineSettings
from monitors.errors import FrameError

FORMAT = "chairside-capture"
VERSION = 1
LONGEST_BLOCK_BYTES = 1 << 24
LONGEST_HEADER_BYTES = 65_536
_BLOCK_HEAD = struct.Struct(">qq")
_LENGTH = struct.Struct(">I")


class Direction(IntEnum):
    """Say which way bytes went; OPENED marks that the port was opened (again)."""

    RECEIVED = 0
    SENT = 1
    OPENED = 2


@dataclass(frozen=True, slots=True)
class Chunk:
    """Hold one chunk: at_ms on the recording room's timeline, utc_ms for people."""

    at_ms: int
    utc_ms: int
    direction: Direction
    payload: bytes


@dataclass(frozen=True, slots=True)
class CaptureHeader:
    """Hold what a capture file says of itself.

    rate: seconds of the timeline in one second of the world. is_simulated: not a patient.
    """

    device: str
    port: str
    line: LineSettings
    began_at_utc_ms: int
    rate: float = 1.0
    is_simulated: bool = False

    def to_line(self) -> bytes:
        """Write the first line of a capture file."""
        record = {"format": FORMAT, "version": VERSION, **asdict(self)}
        return json.dumps(record).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> CaptureHeader:
        """Read the first line. Raises FrameError when it is not that of a capture file."""
        try:
            record = json.loads(line)
            if (record.pop("format"), record.pop("version")) != (FORMAT, VERSION):
                raise ValueError("another format or version")
            return cls(**record | {"line": LineSettings(**record["line"])})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FrameError(
                f"expected the header of a {FORMAT} file, version {VERSION}; {error}"
            ) from error


def write_blocks(path: Path, header: CaptureHeader, blocks: Iterable[bytes]) -> None:
    """Write a capture file of packed blocks."""
    with path.open("wb") as file:
        file.write(header.to_line())
        for block in blocks:
            write_block(file, block)


def is_capture(path: Path) -> bool:
    """Tell whether a file begins like a capture file."""
    with path.open("rb") as file:
        return file.read(64).startswith(b'{"format": "%s"' % FORMAT.encode())


def read_header(path: Path) -> CaptureHeader:
    """Read what a capture file says of itself. Raises FrameError when it is not one."""
    with path.open("rb") as file:
        return CaptureHeader.from_line(file.readline(LONGEST_HEADER_BYTES))


def read_chunks(path: Path) -> Iterator[Chunk]:
    """Yield the chunks of a capture file in order.

    A file cut short is read up to its last whole block. Raises FrameError for a damaged block.
    """
    for block in read_blocks(path):
        yield from unpacked(block)


def read_blocks(path: Path) -> Iterator[bytes]:
    """Yield the packed blocks of a capture file, up to its last whole one.

    Raises FrameError for another file and for a block of an impossible length.
    """
    with path.open("rb") as file:
        CaptureHeader.from_line(file.readline(LONGEST_HEADER_BYTES))
        yield from _read_blocks(file)


def sound_bytes(path: Path) -> int:
    """Return how long a capture file is up to its last whole and undamaged block.

    Raises FrameError for another file.
    """
    with path.open("rb") as file:
        header = file.readline(LONGEST_HEADER_BYTES)
        CaptureHeader.from_line(header)
        length = len(header)
        with suppress(FrameError):
            for block in _read_blocks(file):
                deque(unpacked(block), maxlen=0)
                length += _LENGTH.size + len(block)
    return length


class OpenBlock:
    """Gather records until they are packed."""

    def __init__(self) -> None:
        self._records = bytearray()
        self._before_ms = 0

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to pack."""
        return not self._records

    @property
    def length(self) -> int:
        """Return the bytes of the records so far, not yet compressed."""
        return len(self._records)

    def begin(self, at_ms: int, utc_ms: int) -> None:
        """Say when the first record is, on the timeline and in UTC."""
        self._records += _BLOCK_HEAD.pack(at_ms, utc_ms)
        self._before_ms = at_ms

    def add(self, at_ms: int, direction: Direction, payload: bytes) -> None:
        """Add one record; time never runs backwards within a block."""
        self._records += _varint(max(0, at_ms - self._before_ms))
        self._records.append(direction)
        self._records += _varint(len(payload))
        self._records += payload
        self._before_ms = max(at_ms, self._before_ms)

    def packed(self) -> bytes:
        """Return the block as a zstd frame with a checksum."""
        compressor = zstandard.ZstdCompressor(level=3, write_checksum=True)
        return compressor.compress(bytes(self._records))


def unpacked(block: bytes) -> Iterator[Chunk]:
    """Yield the chunks of a packed block. Raises FrameError when it is damaged."""
    try:
        records = zstandard.ZstdDecompressor().decompress(
            block, max_output_size=LONGEST_BLOCK_BYTES
        )
        at_ms, utc_ms = _BLOCK_HEAD.unpack_from(records)
        offset_ms, place = utc_ms - at_ms, _BLOCK_HEAD.size
        while place < len(records):
            delta_ms, place = _read_varint(records, place)
            direction = Direction(records[place])
            length, place = _read_varint(records, place + 1)
            at_ms += delta_ms
            payload = records[place : place + length]
            place += length
            yield Chunk(at_ms, at_ms + offset_ms, direction, payload)
    except (zstandard.ZstdError, struct.error, IndexError, ValueError) as error:
        raise FrameError(
            f"expected a whole block of a capture, got a damaged one: {error}"
        ) from error


def write_block(file: BinaryIO, block: bytes) -> None:
    """Append a packed block to an open capture file."""
    file.write(_LENGTH.pack(len(block)) + block)


def _read_blocks(file: BinaryIO) -> Iterator[bytes]:
    while len(head := file.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        if length > LONGEST_BLOCK_BYTES:
            raise FrameError(
                f"expected a block of at most {LONGEST_BLOCK_BYTES} bytes, not {length}"
            )
        block = file.read(length)
        if len(block) < length:
            return
        yield block


def _varint(number: int) -> bytes:
    """Write a number seven bits a byte, lowest first, bit 7 set on all but the last."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def _read_varint(records: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = records[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7
