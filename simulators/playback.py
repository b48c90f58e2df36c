"""Recorded bytes, said again at a port at the pace they once came.

Here a capture file becomes one more thing at the far end of a port: what a real device said is
played from its beginning each time somebody connects. What the host says is heard and ignored, for
the answers are in the recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from monitors.devices.capture_file import (
    CaptureHeader,
    Chunk,
    Direction,
    read_chunks,
    read_header,
)


class Playback:
    """Speak the received bytes of a capture; times are scenario seconds."""

    def __init__(self, path: Path) -> None:
        """Read a capture. Raises FrameError when the file is none, OSError when it is not there."""
        self.header: CaptureHeader = read_header(path)
        self._said = list(_in_time(read_chunks(path)))
        self._next = 0
        self._began_s = 0.0

    @property
    def seconds(self) -> float:
        """Return how long the recording is."""
        return self._said[-1][0] if self._said else 0.0

    def plugged_in(self, now_s: float) -> None:
        """Begin anew for a new listener."""
        self._next, self._began_s = 0, now_s

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Ignore what the host says."""
        del chunk, now_s
        return b""

    def speak(self, now_s: float) -> bytes:
        """Return what was said by now, since the listener came; silent after the end."""
        due = bytearray()
        while self._next < len(self._said) and self._said[self._next][0] <= now_s - self._began_s:
            due += self._said[self._next][1]
            self._next += 1
        return bytes(due)


def _in_time(chunks: Iterable[Chunk]) -> Iterator[tuple[float, bytes]]:
    """Yield what was received, each with its seconds since the first.

    The timeline begins anew when the machine that recorded does; no time passes there.
    """
    passed_ms, before_ms = 0, None
    for chunk in chunks:
        if chunk.direction is Direction.RECEIVED:
            passed_ms += max(0, chunk.at_ms - (chunk.at_ms if before_ms is None else before_ms))
            before_ms = chunk.at_ms
            yield passed_ms / 1000, chunk.payload
