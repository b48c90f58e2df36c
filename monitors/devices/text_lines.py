"""Listen to oximeters that print a line of text at a time: find the lines, count every byte.

What a line says is told by a LineReader, one a protocol. Text has no checksum, so the one guard
against lost characters is the place of the others: a line whose columns or widths are those of the
maker's documents is believed at once, any other once two in a row have had the same. Nothing of an
unfinished line is ever believed.
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

    starts: finds where in noise a line may begin. shapes: the documented shapes.
    """

    starts: re.Pattern[bytes]
    shapes: frozenset[Shape]

    def read(self, text: bytes) -> Told | None:
        """Read one line without its end; None, and nothing remembered, if it is none."""

    def forget(self) -> None:
        """Begin anew, as when the port was opened."""


@dataclass(frozen=True, slots=True)
class _Held:
    told: Told
    size: int


class LineAdapter:
    """Listen to a device that prints lines; nothing is sent to it."""

    __slots__ = ("_has_told", "_held", "_learned", "_reader", "_rest", "counts")

    def __init__(self, reader: LineReader) -> None:
        self.counts = DecodeCounts()
        self._reader = reader
        self._rest = b""
        self._held: _Held | None = None
        self._learned: set[Shape] = set()
        self._has_told = False

    def begin(self, now_s: float) -> bytes:
        """Give up what was half received; there is nothing to send."""
        self._forget()
        return b""

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Return what the lines completed by these bytes say."""
        *ended, rest = (self._rest + chunk).split(b"\n")
        told = [reading for line in ended for reading in self._end(line)]
        self._rest = self._shortened(rest)
        return told

    def due(self, now_s: float) -> bytes:
        """Return nothing: the device is only listened to."""
        return b""

    def finish(self) -> Sequence[Reading]:
        """Return a line of an unknown shape if it was the only one; discard what is left over."""
        told: Sequence[Reading] = ()
        if self._held is not None and not self._has_told:
            self.counts.frames += 1
            told = self._held.told.readings
            self._held = None
        self._forget()
        return told

    def _forget(self) -> None:
        self._drop_held()
        self.counts.discarded_bytes += len(self._rest)
        self._rest = b""
        self._learned.clear()
        self._has_told = False
        self._reader.forget()

    def _shortened(self, line: bytes) -> bytes:
        """Return the end of a line that grew too long to be one."""
        self.counts.discarded_bytes += max(0, len(line) - LONGEST_LINE)
        return line[-LONGEST_LINE:]

    def _end(self, line: bytes) -> Sequence[Reading]:
        """Read one line, whose line feed has come; noise in front is looked through."""
        if len(line) > LONGEST_LINE:
            line = self._shortened(line)
        told = self._reader.read(line.removesuffix(b"\r"))
        return self._search(line) if told is None else self._accept(told, len(line) + 1)

    def _search(self, line: bytes) -> list[Reading]:
        """Look for lines among noise and carriage returns."""
        readings: list[Reading] = []
        is_after_line = False
        for piece in line.split(b"\r"):
            size = len(piece) + 1
            for start in self._reader.starts.finditer(piece):
                told = self._reader.read(piece[start.start() :])
                if told is not None:
                    self.counts.discarded_bytes += start.start()
                    readings += self._accept(told, size - start.start())
                    is_after_line = True
                    break
            else:
                is_end = is_after_line and not piece
                self.counts.discarded_bytes += 0 if is_end else size
        return readings

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
