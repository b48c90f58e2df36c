"""Helpers that every protocol file may use: counting and bounded buffering of bytes.

Nothing here knows a protocol. The rule for resynchronising is one for all: look at the front of
the buffer, take a whole frame if there is one, otherwise drop one byte and look again.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitors.devices.adapter import DecodeCounts


class LineSplitter:
    """Cut a stream into lines, keeping at most ``longest`` bytes of an unfinished one.

    Bytes of a line that grew too long are discarded and counted, up to its end.
    """

    __slots__ = ("_buffer", "_counts", "_ends", "_is_overlong", "_longest")

    def __init__(self, counts: DecodeCounts, longest: int, ends: bytes = b"\r\n") -> None:
        self._buffer = bytearray()
        self._counts = counts
        self._longest = longest
        self._ends = ends
        self._is_overlong = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield each finished line without its end; empty lines are passed over."""
        if len(self._ends) == 2:
            chunk = chunk.replace(self._ends[:1], self._ends[1:])
        head, *rest = chunk.split(self._ends[-1:])
        self._hold(head)
        for part in rest:
            if self._is_overlong:
                self._is_overlong = False
            elif self._buffer:
                yield bytes(self._buffer)
            self._buffer.clear()
            self._hold(part)

    def finish(self) -> None:
        """Count an unfinished line as discarded."""
        self._counts.discarded_bytes += len(self._buffer)
        self._buffer.clear()
        self._is_overlong = False

    def _hold(self, part: bytes) -> None:
        if self._is_overlong:
            self._counts.discarded_bytes += len(part)
            return
        self._buffer += part
        if len(self._buffer) > self._longest:
            self._counts.discarded_bytes += len(self._buffer)
            self._buffer.clear()
            self._is_overlong = True
