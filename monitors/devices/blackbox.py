"""The black box of a port: every raw chunk with its arrival time, bounded and compressed.

Bytes gather in blocks, each a zstd frame that can be read alone, so that the oldest can be
dropped and a file cut short by a crash can be read up to the cut. The file format is ours and is
described in docs/hardware.md; what the bytes mean is left to the decoders.
"""

from __future__ import annotations

import json
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO

import zstandard

from monitors.clock import Clock
from monitors.devices.adapter import Adapter
from monitors.devices.device_kind import LineSettings
from monitors.errors import FrameError
from monitors.readings import Reading

FORMAT = "chairside-capture"
VERSION = 1
CAPACITY_BYTES = 4_000_000
BLOCK_BYTES = 32_768
LONGEST_BLOCK_BYTES = 1 << 24
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


class BlackBox:
    """Keep the newest bytes of one port, at most ``capacity_bytes`` compressed.

    :meth:`record` has the shape of a link's tap; it and the reading methods may be called from
    different threads.
    """

    def __init__(self, clock: Clock, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._clock = clock
        self._capacity_bytes = capacity_bytes
        self._lock = threading.Lock()
        self._blocks: deque[bytes] = deque()
        self._held_bytes = 0
        self._dropped_blocks = 0
        self._open = _Block()

    @property
    def held_bytes(self) -> int:
        """Return the compressed bytes held, the block being filled not counted."""
        return self._held_bytes

    @property
    def dropped_blocks(self) -> int:
        """Return how many of the oldest blocks made way for newer ones."""
        return self._dropped_blocks

    def record(self, at_ms: int, direction: Direction, payload: bytes) -> None:
        """Keep one chunk that came or went at a moment of the timeline."""
        with self._lock:
            if self._open.is_empty:
                self._open.begin(at_ms, self._clock.utc_ms(at_ms))
            self._open.add(at_ms, direction, payload)
            if self._open.length >= BLOCK_BYTES:
                self._shut()

    def _shut(self) -> None:
        block = self._open.packed()
        self._open = _Block()
        self._blocks.append(block)
        self._held_bytes += len(block)
        while self._held_bytes > self._capacity_bytes and len(self._blocks) > 1:
            self._held_bytes -= len(self._blocks.popleft())
            self._dropped_blocks += 1

    def chunks(self) -> Iterator[Chunk]:
        """Yield what is held now, oldest first."""
        for block in self._snapshot():
            yield from _unpacked(block)

    def capture_to_file(self, path: Path, header: CaptureHeader) -> None:
        """Write what is held now to a capture file."""
        write_blocks(path, header, self._snapshot())

    def _snapshot(self) -> list[bytes]:
        with self._lock:
            newest = [] if self._open.is_empty else [self._open.packed()]
            return [*self._blocks, *newest]


class CaptureWriter:
    """Write a capture file chunk by chunk; :meth:`record` has the shape of a link's tap.

    What was recorded is on disk after :meth:`close`, and block by block before it.
    """

    def __init__(self, path: Path, header: CaptureHeader, clock: Clock) -> None:
        self._clock = clock
        self._open = _Block()
        self._file = path.open("wb")
        self._file.write(header.to_line())

    def record(self, at_ms: int, direction: Direction, payload: bytes) -> None:
        """Keep one chunk that came or went at a moment of the timeline."""
        if self._open.is_empty:
            self._open.begin(at_ms, self._clock.utc_ms(at_ms))
        self._open.add(at_ms, direction, payload)
        if self._open.length >= BLOCK_BYTES:
            self._shut()

    def _shut(self) -> None:
        _write_block(self._file, self._open.packed())
        self._file.flush()
        self._open = _Block()

    def close(self) -> None:
        """Write what is left and close the file."""
        if not self._open.is_empty:
            self._shut()
        self._file.close()

    def __enter__(self) -> CaptureWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def write_blocks(path: Path, header: CaptureHeader, blocks: Iterable[bytes]) -> None:
    """Write a capture file of packed blocks."""
    with path.open("wb") as file:
        file.write(header.to_line())
        for block in blocks:
            _write_block(file, block)


def is_capture(path: Path) -> bool:
    """Tell whether a file begins like a capture file."""
    with path.open("rb") as file:
        return file.read(64).startswith(b'{"format": "%s"' % FORMAT.encode())


def read_header(path: Path) -> CaptureHeader:
    """Read what a capture file says of itself. Raises FrameError when it is not one."""
    with path.open("rb") as file:
        return CaptureHeader.from_line(file.readline(65_536))


def read_chunks(path: Path) -> Iterator[Chunk]:
    """Yield the chunks of a capture file in order.

    A file cut short is read up to its last whole block. Raises FrameError for a damaged block.
    """
    with path.open("rb") as file:
        CaptureHeader.from_line(file.readline(65_536))
        for block in _read_blocks(file):
            yield from _unpacked(block)


def paced(
    chunks: Iterable[Chunk], wait: Callable[[float], None], speed: float = 1.0
) -> Iterator[Chunk]:
    """Yield chunks at the pace they were recorded at, times ``speed``.

    wait is handed seconds; a clock's ``wait`` fits.
    """
    before_ms: int | None = None
    for chunk in chunks:
        if before_ms is not None and chunk.at_ms > before_ms:
            wait((chunk.at_ms - before_ms) / 1000 / speed)
        before_ms = chunk.at_ms
        yield chunk


def decoded(chunks: Iterable[Chunk], adapter: Adapter) -> Iterator[tuple[Chunk, Reading]]:
    """Decode recorded chunks as the link did: the same readings, each with its chunk.

    What the adapter wants to send is thrown away; the device's answers are in the recording.
    """
    for chunk in chunks:
        now_s = chunk.at_ms / 1000
        if chunk.direction is Direction.OPENED:
            adapter.begin(now_s)
        elif chunk.direction is Direction.RECEIVED:
            for reading in adapter.feed(chunk.payload, now_s):
                yield chunk, reading
            adapter.due(now_s)


class _Block:
    """Gather records until they are packed."""

    def __init__(self) -> None:
        self._records = bytearray()
        self._before_ms = 0

    @property
    def is_empty(self) -> bool:
        return not self._records

    @property
    def length(self) -> int:
        return len(self._records)

    def begin(self, at_ms: int, utc_ms: int) -> None:
        self._records += _BLOCK_HEAD.pack(at_ms, utc_ms)
        self._before_ms = at_ms

    def add(self, at_ms: int, direction: Direction, payload: bytes) -> None:
        self._records += _varint(max(0, at_ms - self._before_ms))
        self._records.append(direction)
        self._records += _varint(len(payload))
        self._records += payload
        self._before_ms = max(at_ms, self._before_ms)

    def packed(self) -> bytes:
        compressor = zstandard.ZstdCompressor(level=3, write_checksum=True)
        return compressor.compress(bytes(self._records))


def _unpacked(block: bytes) -> Iterator[Chunk]:
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


def _write_block(file: BinaryIO, block: bytes) -> None:
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
