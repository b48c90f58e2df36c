"""Find the frames of a PM6750 in a stream of bytes, and pass its waves by quickly.

Here each byte is counted; a good frame that is not a wave is handed on, pleth samples are
gathered beside, ECG and respiration waves are counted only. After a broken frame the search goes on
one byte further, never past the length that the broken one claimed. A board says the same few
things over and over: a frame that was checked once is known again by its bytes. Source of rates and
layout: BerryMed, PM6750 technical manual.
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

MOST_KNOWN = 512
"""Frames remembered as checked, each of 34 bytes at most; the memory begins anew when full."""
_FIRST = HEADER[0]
_WHOLE_SUM = sum(HEADER) + 0xFF & 0xFF
"""What a frame's bytes sum up to, header and check byte taken along."""
_WAVE_LENGTHS = {int(Kind.ECG_WAVE): 10, int(Kind.RESPIRATION_WAVE): 4}
_PLETH: dict[bytes, int | None] = {
    Pm6750Frame(Kind.PLETH, bytes([sample])).to_bytes(): (
        sample if sample <= PLETH_FULL_SCALE else None
    )
    for sample in range(256)
}


class FrameFinder:
    """Cut bytes into checked frames; holds less than one frame between two calls.

    pleth: the samples of the trace since they were last taken, None for one above full scale.
    """

    __slots__ = ("_buffer", "_counts", "_known", "pleth")

    def __init__(self, counts: DecodeCounts) -> None:
        self._counts = counts
        self._buffer = b""
        self._known: set[bytes] = set()
        self.pleth: list[int | None] = []

    def feed(self, chunk: bytes, is_last: bool = False) -> list[Pm6750Frame]:
        """Return the frames that these bytes complete, waves left out; see :meth:`cut`."""
        return [Pm6750Frame(raw[3], raw[4:-1]) for raw in self.cut(chunk, is_last)]

    def cut(self, chunk: bytes, is_last: bool = False) -> list[bytes]:
        """Return the frames that these bytes complete as they came, waves left out.

        is_last: no more will come, so what is unfinished is looked through for whole frames.
        """
        buffer, known = self._buffer + chunk, self._known
        frames: list[bytes] = []
        at, end, count = 0, len(buffer), 0
        while at < end:
            raw = buffer[at : at + 2 + buffer[at + 2]] if at + 2 < end else b""
            if raw in known:
                frames.append(raw)
            elif raw in _PLETH:
                self.pleth.append(_PLETH[raw])
            elif _is_frame(raw):
                if _WAVE_LENGTHS.get(raw[3]) != raw[2]:
                    self._remember(raw)
                    frames.append(raw)
            elif not is_last and _is_begun(buffer, at, end):
                break
            else:
                self._counts.bad_checksums += _has_shape(raw)
                at = self._pass_over(buffer, at, end)
                continue
            at += len(raw)
            count += 1
        self._counts.frames += count
        self._buffer = buffer[at:]
        return frames

    def forget(self) -> None:
        """Discard what was half received."""
        self._counts.discarded_bytes += len(self._buffer)
        self._buffer = b""
        self.pleth.clear()

    def _remember(self, raw: bytes) -> None:
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known.add(raw)

    def _pass_over(self, buffer: bytes, at: int, end: int) -> int:
        """Discard what begins here and return where the next frame could."""
        following = buffer.find(_FIRST, at + 1)
        past = end if following < 0 else following
        self._counts.discarded_bytes += past - at
        return past


def _has_shape(raw: bytes) -> bool:
    """Say whether these bytes have the header of a frame and the length it claims."""
    return (
        SHORTEST_LENGTH <= len(raw) - 2 <= LONGEST_LENGTH
        and raw.startswith(HEADER)
        and len(raw) == raw[2] + 2
    )


def _is_frame(raw: bytes) -> bool:
    """Say whether these bytes are a frame with a right check byte."""
    return sum(raw) & 0xFF == _WHOLE_SUM and _has_shape(raw)


def _is_begun(buffer: bytes, at: int, end: int) -> bool:
    """Say whether what begins here may be a frame once more bytes have come."""
    if at + 2 >= end:
        return HEADER.startswith(buffer[at:])
    length = buffer[at + 2]
    is_header = buffer.startswith(HEADER, at)
    return is_header and SHORTEST_LENGTH <= length <= LONGEST_LENGTH and at + length + 2 > end
