"""Listen to oximeters that print a line of text at a time: find the lines, count every byte.

What a line says is told by a LineReader, one a protocol. Text has no checksum, so the one guard
against lost characters is the place of the others: a line whose columns or widths are those of the
maker's documents is believed at once, any other once two in a row have had the same. A carriage
return ends a line as a line feed does; nothing of a line that lacks a part is ever believed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from monitors.devices.adapter import DecodeCounts
from monitors.readings import Reading

Shape = tuple[int, ...]
LONGEST_LINE = 400
MOST_LEARNED = 16


@dataclass(frozen=True, slots=True)
class Told:
    """Hold what one line says.

    shape: places or widths of its numbers; None for a line without any (a heading).
    """

    readings: tuple[Reading, ...] = ()
    shape: Shape | None = None


class LineReader(Protocol):
    """Tell what the lines of one protocol look like and say.

    starts: finds where in noise a line or a heading may begin. shapes: the documented shapes.
    """

    starts: re.Pattern[bytes]
    shapes: frozenset[Shape]

    def read(self, text: bytes) -> Told | None:
        """Read one line without its end; None, and nothing remembered, if it is none."""

    def is_whole(self, text: bytes) -> bool:
        """Say whether a line of a documented shape has all that one can end with."""

    def forget(self) -> None:
        """Begin anew, as when the port was opened."""


@dataclass(frozen=True, slots=True)
class _Held:
    told: Told
    size: int


class LineAdapter:
    """Listen to a device that prints lines; nothing is sent to it."""

    __slots__ = ("_has_told", "_held", "_last", "_learned", "_reader", "_rest", "counts")

    def __init__(self, reader: LineReader) -> None:
        self.counts = DecodeCounts()
        self._reader = reader
        self._rest = b""
        self._held: _Held | None = None
        self._learned: set[Shape] = set()
        self._has_told = False
        self._last: Told | None = None

    def begin(self, now_s: float) -> bytes:
        """Give up what was half received; there is nothing to send."""
        self._forget()
        return b""

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return what the lines completed by these bytes say."""
        *ended, rest = (self._rest + chunk.replace(b"\r", b"\n")).split(b"\n")
        told: list[Reading] = []
        for line in ended:
            if line:
                told += self._end(line)
            elif self._held is None and self._last is not None:
                self._last = None
            else:
                self._end_empty()
        self._rest = self._shortened(rest)
        return told

    def due(self, now_s: float) -> bytes:
        """Return nothing: the device is only listened to."""
        return b""

    def finish(self) -> Sequence[Reading]:
        """Return a last line that lacks its end alone, and one of an unknown shape if it was all.

        What is left over is discarded.
        """
        told = [*self._take_unended()]
        if self._held is not None and not self._has_told:
            self.counts.frames += 1
            told += self._held.told.readings
            self._held = None
        self._forget()
        return told

    def _take_unended(self) -> Sequence[Reading]:
        """Read the rest if it is a line with every part that it can have."""
        found = self._find(self._rest)
        if found is None:
            return ()
        start, told = found
        is_known = told.shape in self._reader.shapes or told.shape in self._learned
        if not is_known or not self._reader.is_whole(self._rest[start:]):
            return ()
        self.counts.discarded_bytes += start
        size = len(self._rest) - start
        self._rest = b""
        return self._accept(told, size)

    def _forget(self) -> None:
        self._drop_held()
        self.counts.discarded_bytes += len(self._rest)
        self._rest = b""
        self._learned.clear()
        self._has_told = False
        self._last = None
        self._reader.forget()

    def _shortened(self, line: bytes) -> bytes:
        """Return the end of a line that grew too long to be one."""
        self.counts.discarded_bytes += max(0, len(line) - LONGEST_LINE)
        return line[-LONGEST_LINE:]

    def _end(self, line: bytes) -> Sequence[Reading]:
        """Read one line, whose end has come; noise in front is looked through."""
        if len(line) > LONGEST_LINE:
            line = self._shortened(line)
        reader, told = self._reader, self._reader.read(line)
        if told is None:
            return self._end_noisy(line)
        self._last = told
        if self._held is not None or told.shape not in reader.shapes:
            return self._accept(told, len(line) + 1)
        self.counts.frames += 1
        self._has_told = True
        return told.readings

    def _end_noisy(self, line: bytes) -> Sequence[Reading]:
        """Read one line behind noise, or discard all of it."""
        found = self._search(line)
        if found is None:
            self._last = None
            self.counts.discarded_bytes += len(line) + 1
            return ()
        start, self._last = found
        self.counts.discarded_bytes += start
        return self._accept(self._last, len(line) + 1 - start)

    def _end_empty(self) -> None:
        """Count an end without a line: the second half of the last one's, or else noise."""
        if self._last is None:
            self.counts.discarded_bytes += 1
        elif self._held is not None and self._held.told is self._last:
            self._held = _Held(self._last, self._held.size + 1)
        self._last = None

    def _find(self, line: bytes) -> tuple[int, Told] | None:
        """Return where in a line the first that can be read begins, and what it says."""
        told = self._reader.read(line)
        return (0, told) if told is not None else self._search(line)

    def _search(self, line: bytes) -> tuple[int, Told] | None:
        """Return where behind noise a line begins that can be read, and what it says."""
        for start in self._reader.starts.finditer(line):
            told = self._reader.read(line[start.start() :])
            if told is not None:
                return start.start(), told
        return None

    def _accept(self, told: Told, size: int) -> tuple[Reading, ...]:
        """Count a line and return what it says; one of an unknown shape waits for another."""
        shape = told.shape
        if shape is None:
            self.counts.frames += 1
            return told.readings
        if shape in self._reader.shapes or shape in self._learned:
            self._drop_held()
            self.counts.frames += 1
            self._has_told = True
            return told.readings
        return self._learn(told, shape, size)

    def _learn(self, told: Told, shape: Shape, size: int) -> tuple[Reading, ...]:
        """Hold a line of an unknown shape until the next one has it too."""
        held = self._held
        if held is None or held.told.shape != shape:
            self._drop_held()
            self._held = _Held(told, size)
            return ()
        self._held = None
        if len(self._learned) < MOST_LEARNED:
            self._learned.add(shape)
        self.counts.frames += 2
        self._has_told = True
        return held.told.readings + told.readings

    def _drop_held(self) -> None:
        if self._held is not None:
            self.counts.discarded_bytes += self._held.size
            self._held = None
