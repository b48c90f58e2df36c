"""What a device's protocol file offers to the rest of the wire room.

An adapter is the whole conversation with one device, without a port and without a clock: bytes
in, readings out, bytes to send when they are due. It never raises on what a cable delivers, and
holds bounded memory. Ports and threads live in link.py; which adapters exist, in catalogue.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from monitors.readings import Reading


@dataclass(slots=True)
class DecodeCounts:
    """Count what a decoder made of its bytes.

    Every byte fed is, in the end, part of a counted frame or a discarded byte. frames counts the
    protocol's smallest checked unit (for Nonin DF2 the five-byte frame, 75 a second).
    """

    frames: int = 0
    bad_checksums: int = 0
    discarded_bytes: int = 0


class Adapter(Protocol):
    """Hold the conversation with one device.

    ``now_s`` is seconds on any clock that never steps back; it is compared with itself only.
    """

    counts: DecodeCounts

    def begin(self, now_s: float) -> bytes:
        """Forget what was half received and return what to send when the port has opened.

        What a cuff does is told anew after it, even where it does what it did before.
        """

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        """Take bytes as they came, in any size, and return the readings they complete."""

    def due(self, now_s: float) -> bytes:
        """Return what must be sent by now (polls, keep-alives); empty for most calls."""

    def finish(self) -> Sequence[Reading]:
        """End the input: return readings held back, count what was left over as discarded."""


@runtime_checkable
class CuffAdapter(Adapter, Protocol):
    """Hold the conversation with a device whose cuff the host may start and stop."""

    def start_cuff(self, now_s: float) -> bytes:
        """Return the bytes that start one determination on an adult."""

    def cancel_cuff(self, now_s: float) -> bytes:
        """Return the bytes that end the running determination."""
