"""Find the lines of DINAMAP ASCII host communications in a stream of bytes.

Here a line ends, is looked through for a frame, and each byte is counted; what a frame looks like
is in dinamap_frames. Source: GE, "Host Communications Reference Manual" 2010566 Rev E; letters and
lengths are those of the commands and replies known from it.
"""

from __future__ import annotations

import re

from monitors.devices.adapter import DecodeCounts
from monitors.devices.dinamap_frames import CR, REPLY_BYTES, DinamapFrame
from monitors.errors import FrameError

LONGEST_LINE = 80
_ENDS = re.compile(rb"[\r\n]")
_COMMAND_BYTES = {"NA": 5, "OA": 5, "RA": 5, "RC": 5, "TC": 5, "NC": 6, "ND": 5}
_KNOWN = frozenset(letters.encode() for letters in _COMMAND_BYTES)


class FrameFinder:
    """Cut bytes into checked lines, holding at most LONGEST_LINE of an unfinished one.

    A frame is looked for at each place of a line, so noise before it does not hide it. A line ends
    with CR, or with the line feed that a saved text may have in its place; a line feed right after
    a frame belongs to it, every other byte outside a frame is discarded.
    """

    __slots__ = ("_buffer", "_counts", "_is_after_frame")

    def __init__(self, counts: DecodeCounts) -> None:
        self._counts = counts
        self._buffer = bytearray()
        self._is_after_frame = False

    def feed(self, chunk: bytes) -> list[DinamapFrame]:
        """Return the frames that these bytes complete."""
        heard, at = bytes(self._buffer + chunk), 0
        self._buffer.clear()
        frames = []
        for end in _ENDS.finditer(heard):
            line, at = heard[at : end.start()], end.end()
            if not line and self._is_after_frame and end[0] != CR:
                self._is_after_frame = False
            elif frame := self._end(line):
                frames.append(frame)
        self._hold(heard[at:])
        return frames

    def finish(self) -> list[DinamapFrame]:
        """End the input: a last line that is whole by its checksum counts without its end."""
        frame = self._search(bytes(self._buffer))
        if frame is not None:
            self._buffer.clear()
        self.forget()
        return [] if frame is None else [frame]

    def forget(self) -> None:
        """Discard an unfinished line."""
        self._counts.discarded_bytes += len(self._buffer)
        self._buffer.clear()
        self._is_after_frame = False

    def _end(self, line: bytes) -> DinamapFrame | None:
        self._counts.discarded_bytes += max(0, len(line) - LONGEST_LINE)
        line = line[-LONGEST_LINE:]
        frame = self._search(line)
        self._is_after_frame = frame is not None
        if frame is None:
            self._counts.bad_checksums += any(_has_length(line[place:]) for place in _places(line))
            self._counts.discarded_bytes += len(line) + len(CR)
        return frame

    def _search(self, line: bytes) -> DinamapFrame | None:
        """Return the frame that a line ends with, and count it and what stands before it."""
        for place in _places(line):
            frame = _frame_or_none(line[place:])
            if frame is not None:
                self._counts.frames += 1
                self._counts.discarded_bytes += place
                return frame
        return None

    def _hold(self, rest: bytes) -> None:
        self._counts.discarded_bytes += max(0, len(rest) - LONGEST_LINE)
        self._buffer += rest[-LONGEST_LINE:]


def _places(line: bytes) -> list[int]:
    """List where in a line known letters follow a character."""
    return [at for at in range(len(line) - 4) if line[at + 1 : at + 3] in _KNOWN]


def _has_length(line: bytes) -> bool:
    """Say whether what begins with known letters is long enough for a command or a reply."""
    letters = line[1:3].decode("ascii")
    is_command = len(line) == _COMMAND_BYTES[letters]
    return is_command or len(line) >= REPLY_BYTES.get(letters, LONGEST_LINE)


def _frame_or_none(line: bytes) -> DinamapFrame | None:
    try:
        return DinamapFrame.from_bytes(line)
    except FrameError:
        return None
