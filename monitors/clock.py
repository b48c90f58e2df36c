"""The only file of the product that asks what time it is.

Behind the cable everything is handed ``now``: whole milliseconds on the *room's timeline*, which
never steps back, goes on at the clock's rate, and is the same for every process of one boot.
Stamps that people read are UTC; :meth:`Clock.utc_ms` turns one into the other.
Source of the boot id: random(4), /proc/sys/kernel/random/boot_id; elsewhere the boot time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import psutil


class Clock(Protocol):
    """Tell the time of the room."""

    @property
    def rate(self) -> float:
        """Room seconds that pass in one second of the world; 1 unless everything is simulated."""

    @property
    def boot_id(self) -> str:
        """Name the boot within which timeline milliseconds can be compared."""

    def now_ms(self) -> int:
        """Return milliseconds on the room's timeline."""

    def utc_ms(self, at_ms: int) -> int:
        """Return the UTC stamp, in epoch milliseconds, of a moment on the timeline."""

    def timeline_ms(self, utc_ms: int) -> int:
        """Return the moment on the timeline of a UTC stamp, as the clocks stand now."""

    def wait(self, seconds: float) -> None:
        """Let that many seconds of the world pass."""


@cache
def boot_id() -> str:
    """Return a name that changes with each start of this machine."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return f"boot-{int(psutil.boot_time())}"


def _since_boot_ns() -> int:
    """Return nanoseconds that go on through suspend where the system offers such a clock."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    return time.monotonic_ns()


@dataclass(frozen=True, slots=True)
class SystemClock:
    """Tell the machine's time, at a rate.

    At rate 1 the timeline is milliseconds since boot, so that a restarted process goes on with
    delays in progress. At another rate it starts from ``epoch_ns`` (since boot) of the demo.
    """

    rate: float = 1.0
    epoch_ns: int = 0

    @classmethod
    def of_rate(cls, rate: float, began_utc_ms: int | None = None) -> SystemClock:
        """Return a clock of a rate; one that is not 1 counts from a UTC moment, or from now.

        Processes that are given the same moment share a timeline, whenever they start.
        """
        if rate == 1.0:
            return cls()
        began_ms = world_utc_ms() if began_utc_ms is None else began_utc_ms
        return cls(rate, _since_boot_ns() - (world_utc_ms() - began_ms) * 1_000_000)

    @property
    def boot_id(self) -> str:
        return boot_id()

    def now_ms(self) -> int:
        elapsed_ns = _since_boot_ns() - self.epoch_ns
        return int(elapsed_ns * self.rate) // 1_000_000

    def utc_ms(self, at_ms: int) -> int:
        return at_ms + self._offset_ms()

    def timeline_ms(self, utc_ms: int) -> int:
        return utc_ms - self._offset_ms()

    def _offset_ms(self) -> int:
        """Return what to add to the timeline for UTC; a stepped wall clock shows here only."""
        if self.rate != 1.0:
            return (time.time_ns() - (_since_boot_ns() - self.epoch_ns)) // 1_000_000
        return (time.time_ns() - _since_boot_ns()) // 1_000_000

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass(slots=True)
class PushedClock:
    """Stand still until pushed: the clock of tests and replays."""

    at_ms: int = 0
    utc_offset_ms: int = 1_700_000_000_000
    boot_id: str = "pushed-boot"
    rate: float = 1.0

    def now_ms(self) -> int:
        return self.at_ms

    def utc_ms(self, at_ms: int) -> int:
        return at_ms + self.utc_offset_ms

    def timeline_ms(self, utc_ms: int) -> int:
        return utc_ms - self.utc_offset_ms

    def push(self, seconds: float) -> int:
        """Move on by seconds and return the new moment."""
        self.at_ms += round(seconds * 1000)
        return self.at_ms

    def wait(self, seconds: float) -> None:
        self.push(seconds)


def world_utc_ms() -> int:
    """Return this machine's UTC in epoch milliseconds, whatever rate the room's clock has."""
    return time.time_ns() // 1_000_000
