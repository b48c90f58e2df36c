"""Read and write the lines that Nonin's bench and hand-held oximeters print once a second.

Here a line becomes numbers; how lines are found is in text_lines. Source: the operator's manuals
of the 2500, 7500FO, 8500/8600V, 9847, Avant 9600 and Avant 4000/4100, which show the same line
with small additions; no capture of a real device was at hand. The line has no status: an absent
finger and a search for the pulse are the same dashes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from monitors.devices.oximetry import oximetry_of
from monitors.devices.text_lines import LineAdapter, Shape, Told
from monitors.errors import FrameError
from monitors.readings import OximetryReading, Validity

_LINE = re.compile(
    rb"(?:([0-9]{2}:[0-9]{2}:[0-9]{2}) +)?SPO2=([0-9]{1,3}|-+) +HR=([0-9]{1,3}|-+)((?: *[FB*])*) *",
    re.IGNORECASE,
)
_MARKS = "FB*"


@dataclass(frozen=True, slots=True)
class NoninLine:
    """Hold one line.

    spo2_pct, pulse_rate_per_min: as printed, 0 to 999, None for dashes. time: HH:MM:SS of the
    device, None where it prints none. is_fast: fast averaging. is_breath, is_event: marks that
    some models set.
    """

    spo2_pct: int | None
    pulse_rate_per_min: int | None
    time: str | None = None
    is_fast: bool = False
    is_breath: bool = False
    is_event: bool = False

    @classmethod
    def from_bytes(cls, raw: bytes) -> NoninLine:
        """Read a line, with or without its end; FrameError unless all of it has the form."""
        found = _LINE.fullmatch(raw.removesuffix(b"\n").removesuffix(b"\r"))
        if found is None:
            raise FrameError(f"not a line of a Nonin oximeter: {raw[:200]!r}")
        time, spo2, rate, marks = found.groups()
        is_set = (mark.encode() in marks.upper() for mark in _MARKS)
        return cls(_number(spo2), _number(rate), time.decode("ascii") if time else None, *is_set)

    def to_bytes(self) -> bytes:
        """Write the line with CR LF; FrameError where a field cannot be printed."""
        time = f"{self.time} " if self.time else ""
        text = f"{time}SPO2={_printed(self.spo2_pct)} HR={_printed(self.pulse_rate_per_min)}"
        text += " F" * self.is_fast + " B" * self.is_breath + "*" * self.is_event
        raw = text.encode("ascii", "replace") + b"\r\n"
        if NoninLine.from_bytes(raw) != self:
            raise FrameError(f"{self} cannot be printed")
        return raw

    @property
    def reading(self) -> OximetryReading:
        """Return the numbers; dashes in either place leave none."""
        return oximetry_of(self.spo2_pct, self.pulse_rate_per_min, None, Validity.VALID, ())


def _number(text: bytes) -> int | None:
    return None if text.startswith(b"-") else int(text)


def _printed(number: int | None) -> str:
    return "---" if number is None else f"{number:03}"


@lru_cache(maxsize=256)
def _told(spo2: bytes, rate: bytes) -> Told:
    """Return what two numbers say, remembering the newest ones."""
    reading = NoninLine(_number(spo2), _number(rate)).reading
    return Told((reading,), (len(spo2), len(rate)))


class NoninReader:
    """Tell what a line says."""

    starts = re.compile(rb"(?:[0-9]{2}:[0-9]{2}:[0-9]{2} +)?SPO2=", re.IGNORECASE)
    shapes: frozenset[Shape] = frozenset({(3, 3)})

    def read(self, text: bytes) -> Told | None:
        """Read one line without its end; None if it is none."""
        found = _LINE.fullmatch(text)
        return _told(found[2], found[3]) if found else None

    def is_whole(self, text: bytes) -> bool:
        """Say yes: the marks behind the numbers change nothing."""
        return True

    def forget(self) -> None:
        """Remember nothing from line to line."""


def adapter() -> LineAdapter:
    """Make the listener of a Nonin oximeter that prints lines."""
    return LineAdapter(NoninReader())
