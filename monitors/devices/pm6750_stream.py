"""Find the frames of a PM6750 in a stream of bytes, and pass its waves by quickly.

Here each byte is counted; a good frame that is not a wave is handed on, pleth samples are
gathered beside, ECG and respiration waves are counted only. After a broken frame the search goes on
one byte further, never past the length that the broken one claimed. Source of rates and layout:
BerryMed, PM6750 technical manual.
"""

from __future__ import annotations

from monitors.devices.adapter import DecodeCounts
from monitors.devices.pm6750_frames import (
    HEADER,
    LONGEST_LENGTH,
    PLETH_FULL_SCALE,
    SHORTEST_LENGTH,
    Kind,
    Pm6750Frame,
)

_FIRST, _SECOND = HEADER
_PLETH = int(Kind.PLETH)
_WAVE_LENGTHS = {int(Kind.ECG_WAVE): 10, int(Kind.RESPIRATION_WAVE): 4}
_PLETH_LENGTH = 4


class FrameFinder:
    """Cut bytes into checked frames; holds less than one frame between two calls.

    pleth: the samples of the trace since they were last taken, None for one above full scale.
    """

    __slots__ = ("_buffer", "_counts", "pleth")

    def __init__(self, counts: DecodeCounts) -> None:
        self._counts = counts
        self._buffer = b""
        self.pleth: list[int | None] = []

    def feed(self, chunk: bytes, is_last: bool = False) -> list[Pm6750Frame]:
        """Return the frames that these bytes complete, waves left out.

        is_last: no more will come, so what is unfinished is looked through for whole frames.
        """
        buffer = self._buffer + chunk if self._buffer else chunk
        frames: list[Pm6750Frame] = []
        at, end = 0, len(buffer)
        while at < end:
            size = self._take(buffer, at, end, frames)
            if size == 0 and not is_last:
                break
            if size <= 0:
                self._counts.discarded_bytes += 1
                at += 1
            else:
                at += size
        self._buffer = buffer[at:]
        return frames

    def forget(self) -> None:
        """Discard what was half received."""
        self._counts.discarded_bytes += len(self._buffer)
        self._buffer = b""
        self.pleth.clear()

    def _take(self, buffer: bytes, at: int, end: int, frames: list[Pm6750Frame]) -> int:
        """Take the frame that begins here; its size, 0 for not yet whole, -1 for none here."""
        if buffer[at] != _FIRST or (at + 1 < end and buffer[at + 1] != _SECOND):
            return -1
        if at + 2 >= end:
            return 0
        length = buffer[at + 2]
        if not SHORTEST_LENGTH <= length <= LONGEST_LENGTH:
            return -1
        past = at + length + 2
        if past > end:
            return 0
        if sum(buffer[at + 2 : past]) & 0xFF != 0xFF:
            self._counts.bad_checksums += 1
            return -1
        self._counts.frames += 1
        self._sort(buffer, at, past, frames)
        return length + 2

    def _sort(self, buffer: bytes, at: int, past: int, frames: list[Pm6750Frame]) -> None:
        kind, length = buffer[at + 3], past - at - 2
        if kind == _PLETH and length == _PLETH_LENGTH:
            sample = buffer[at + 4]
            self.pleth.append(sample if sample <= PLETH_FULL_SCALE else None)
        elif _WAVE_LENGTHS.get(kind) != length:
            frames.append(Pm6750Frame(kind, buffer[at + 4 : past - 1]))
