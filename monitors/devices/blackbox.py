"""The black box of a port: every raw chunk with its arrival time, bounded and compressed.

Here chunks gather in packed blocks in memory, from where they go to a file (capture_file.py has
its format); what the bytes mean is left to the decoders.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from monitors.clock import Clock
from monitors.devices.capture_file import (
    CaptureHeader,
    Chunk,
    Direction,
    OpenBlock,
    unpacked,
    write_block,
    write_blocks,
)

CAPACITY_BYTES = 4_000_000
BLOCK_BYTES = 32_768


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
        self._open = OpenBlock()

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

    def take(self) -> list[bytes]:
        """Hand over all that is held, in packed blocks, oldest first, and hold it no longer."""
        with self._lock:
            if not self._open.is_empty:
                self._shut()
            taken = list(self._blocks)
            self._blocks.clear()
            self._held_bytes = 0
            return taken

    def give_back(self, blocks: Iterable[bytes]) -> None:
        """Hold blocks again that were taken and could not be kept elsewhere."""
        with self._lock:
            for block in reversed([*blocks]):
                self._blocks.appendleft(block)
                self._held_bytes += len(block)
            self._make_way()

    def _shut(self) -> None:
        block = self._open.packed()
        self._open = OpenBlock()
        self._blocks.append(block)
        self._held_bytes += len(block)
        self._make_way()

    def _make_way(self) -> None:
        while self._held_bytes > self._capacity_bytes and len(self._blocks) > 1:
            self._held_bytes -= len(self._blocks.popleft())
            self._dropped_blocks += 1

    def chunks(self) -> Iterator[Chunk]:
        """Yield what is held now, oldest first."""
        for block in self.blocks():
            yield from unpacked(block)

    def capture_to_file(
        self, path: Path, header: CaptureHeader, before: Iterable[bytes] = ()
    ) -> None:
        """Write what is held now to a capture file, after the blocks that were taken before."""
        write_blocks(path, header, [*before, *self.blocks()])

    def blocks(self) -> list[bytes]:
        """Return what is held now in packed blocks, oldest first."""
        with self._lock:
            newest = [] if self._open.is_empty else [self._open.packed()]
            return [*self._blocks, *newest]


class CaptureWriter:
    """Write a capture file chunk by chunk; :meth:`record` has the shape of a link's tap.

    What was recorded is on disk after :meth:`close`, and block by block before it.
    """

    def __init__(self, path: Path, header: CaptureHeader, clock: Clock) -> None:
        self._clock = clock
        self._open = OpenBlock()
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
        write_block(self._file, self._open.packed())
        self._file.flush()
        self._open = OpenBlock()

    def close(self) -> None:
        """Write what is left and close the file."""
        if not self._open.is_empty:
            self._shut()
        self._file.close()

    def __enter__(self) -> CaptureWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
