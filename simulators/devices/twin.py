"""What a simulated device is to its port: something that hears bytes and speaks bytes.

A twin is the far end of a conversation, without a port and without a clock, so that its file holds
the protocol alone. Bytes are made by the product's own frame classes; what a protocol may not say
is not said here either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from simulators.recliner import SimulatedRecliner


class Twin(Protocol):
    """Speak one protocol as the device would; all times are scenario seconds."""

    def plugged_in(self, now_s: float) -> None:
        """Learn that somebody listens from now on; what was said before is lost to him."""

    def hear(self, chunk: bytes, now_s: float) -> bytes:
        """Take bytes from the host in any size and return the answers."""

    def speak(self, now_s: float) -> bytes:
        """Return what the device sends unasked by now."""


@dataclass(frozen=True, slots=True)
class TwinKind:
    """Describe one simulated device.

    name: as in clinic.toml. role: the word after the slash of its device id ("oximeter",
    "monitor"). measures: what clinic.toml takes from it beside the recliner's other devices,
    None for everything. make: builds one for a recliner. can_start_cuff: the host may start it.
    """

    name: str
    role: str
    title: str
    make: Callable[[SimulatedRecliner], Twin]
    measures: tuple[str, ...] | None = None
    can_start_cuff: bool = False
