"""Read and write the "ANSAR-B" message of an Ivy 450C: waves of one second and lines of text.

A message is FF, its name, 400 wave bytes, lines that each end with CR, and FE; here stands its
layout, not what a line means for a patient. Source: a capture of a real monitor and the OpenICE
driver that reads it; there is no checksum, so every mark of a whole message is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitors.errors import FrameError

START = b"\xffANSAR-B "
END = 0xFE
WAVE_BYTES = 400
WAVE_ABSENT = 0xFB
HIGHEST_SAMPLE = 250
LONGEST_MESSAGE = 700
TEXT_AT = len(START) + WAVE_BYTES
SHORTEST_MESSAGE = TEXT_AT + len(b"HR=;\r") + 1
PLETH_PER_SECOND = 50
_PLETH_AT = len(START) + 250
_TEXT = re.compile(rb"HR=[\x20-\x7e]*;\r(?:[A-Z][A-Z0-9]*=[\x20-\x7e]*;\r)*")
_MARK_IN_WAVE = re.compile(rb"[\xfe\xff]")


@dataclass(frozen=True, slots=True)
class IvyMessage:
    """Hold one message: the fields of each line by its name, and the waves.

    lines: name and fields, the first of them a code digit. waves: 200 samples of ECG, 50 each of
    respiration, pleth and two pressures; 251 where a channel is absent.
    """

    lines: tuple[tuple[str, tuple[str, ...]], ...]
    waves: bytes = bytes([WAVE_ABSENT]) * WAVE_BYTES

    @classmethod
    def from_bytes(cls, raw: bytes) -> IvyMessage:
        """Read a whole message; FrameError where a mark of it is missing or broken."""
        is_framed = raw.startswith(START) and raw[-1] == END and len(raw) <= LONGEST_MESSAGE
        waves, text = raw[len(START) : TEXT_AT], raw[TEXT_AT:-1]
        if not is_framed or _MARK_IN_WAVE.search(waves) or not _TEXT.fullmatch(text):
            raise FrameError(f"not an ANSAR-B message with 400 wave bytes and lines: {len(raw)}")
        return cls(tuple(map(_line, text.decode("ascii").rstrip("\r").split("\r"))), waves)

    def to_bytes(self) -> bytes:
        """Write the message; FrameError for another length of waves or text that does not fit."""
        lines = "".join(
            f"{name}={''.join(f'{f};' for f in fields)}\r" for name, fields in self.lines
        )
        raw = START + self.waves + lines.encode("ascii", "replace") + bytes([END])
        IvyMessage.from_bytes(raw)
        return raw

    def fields(self, name: str, count: int) -> tuple[str, ...]:
        """Return a line's fields, stripped, the missing ones empty; all empty without the line."""
        found = next((fields for line, fields in self.lines if line == name), ())
        return (*(part.strip() for part in found), *("",) * count)[:count]

    @property
    def pleth(self) -> tuple[int | None, ...]:
        """Return the second's 50 samples, 0 to 250, None for 251 (channel absent) and above."""
        samples = self.waves[_PLETH_AT - len(START) :][:PLETH_PER_SECOND]
        return tuple(None if sample >= WAVE_ABSENT else sample for sample in samples)


def _line(text: str) -> tuple[str, tuple[str, ...]]:
    name, _, rest = text.partition("=")
    return name, tuple(rest.removesuffix(";").split(";"))
