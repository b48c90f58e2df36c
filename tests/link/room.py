"""What the link's tests share: real cables, a tiny device, and a place where events gather.

A cable is a pseudo-terminal with a name that can vanish and come back; the device speaks in
lines, so that each test can say in plain text what went over the wire.
"""

from __future__ import annotations

import os
import queue
import select
import socket
import tty
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from monitors.clock import Clock, PushedClock
from monitors.devices.adapter import DecodeCounts
from monitors.devices.device_kind import DeviceKind, LineSettings, Measures
from monitors.devices.link import Link
from monitors.devices.link_events import LinkEvent
from monitors.devices.usb import PortDescription, UsbIdentity
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpOutcome,
    OximetryReading,
    Reading,
)

LONGEST_WAIT_S = 30.0
E = TypeVar("E")


class LineAdapter:
    """Speak a toy protocol: ``S97``, ``BUSY``, ``IDLE``, ``BP``, ``BP 40`` (aged), ``BOOM``."""

    def __init__(self, poll_s: float | None = None) -> None:
        self.counts = DecodeCounts()
        self._rest = b""
        self._poll_s = poll_s
        self._polled_at_s: float | None = None

    def begin(self, now_s: float) -> bytes:
        self.counts.discarded_bytes += len(self._rest)
        self._rest = b""
        return b"HELLO\n"

    def feed(self, chunk: bytes, now_s: float) -> Sequence[Reading]:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        readings: list[Reading] = []
        for line in lines:
            readings += self._read(line.decode("latin-1"))
        return readings

    def due(self, now_s: float) -> bytes:
        if self._poll_s is None:
            return b""
        if self._polled_at_s is not None and now_s - self._polled_at_s < self._poll_s:
            return b""
        self._polled_at_s = now_s
        return b"?\n"

    def finish(self) -> Sequence[Reading]:
        return ()

    def _read(self, line: str) -> list[Reading]:
        if line == "BOOM":
            raise RuntimeError("a bug in the adapter")
        known: dict[str, Reading] = {
            "BUSY": CuffActivity(CuffState.MEASURING),
            "IDLE": CuffActivity(CuffState.IDLE),
        }
        word, _, age = line.partition(" ")
        if word == "BP":
            known[line] = NibpDetermination(
                NibpOutcome.COMPLETED, 120, 80, 95, 70, age_s=float(age) if age else None
            )
        elif word.startswith("S") and word[1:].isdigit():
            known[line] = OximetryReading(int(word[1:]), 70)
        if line not in known:
            self.counts.discarded_bytes += len(line) + 1
            return []
        self.counts.frames += 1
        return [known[line]]


class CuffLineAdapter(LineAdapter):
    """Speak the toy protocol with a cuff that can be started and stopped."""

    def start_cuff(self, now_s: float) -> bytes:
        return b"START\n"

    def cancel_cuff(self, now_s: float) -> bytes:
        return b"STOP\n"


OXIMETER = DeviceKind(
    "toy-oximeter", "Toy", frozenset({Measures.OXIMETRY}), LineSettings(9600), 3.0, LineAdapter
)
CUFF = DeviceKind(
    "toy-cuff",
    "Toy cuff",
    frozenset({Measures.NIBP}),
    LineSettings(9600),
    60.0,
    CuffLineAdapter,
    can_start_cuff=True,
)


class Cable:
    """Be a serial cable: a pseudo-terminal behind a name in a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.device_end, self._host_end = os.openpty()
        tty.setraw(self._host_end)
        path.symlink_to(os.ttyname(self._host_end))

    def say(self, chunk: bytes) -> None:
        """Send bytes from the device."""
        os.write(self.device_end, chunk)

    def expect(self, wanted: bytes) -> bytes:
        """Wait until the host has sent these bytes and return all it sent until then."""
        heard = b""
        while wanted not in heard:
            ready, _, _ = select.select([self.device_end], [], [], LONGEST_WAIT_S)
            assert ready, f"expected {wanted!r}, heard {heard!r}"
            heard += os.read(self.device_end, 4096)
        return heard

    def heard_now(self) -> bytes:
        """Return what the host has sent and nobody has taken yet."""
        heard = b""
        while select.select([self.device_end], [], [], 0)[0]:
            heard += os.read(self.device_end, 4096)
        return heard

    def pull(self) -> None:
        """Pull the cable: the name is gone and the port is dead."""
        self.path.unlink(missing_ok=True)
        if self.device_end >= 0:
            os.close(self.device_end)
            os.close(self._host_end)
        self.device_end = self._host_end = -1


class Told:
    """Gather what a link tells."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
        self.all: list[LinkEvent] = []

    def put(self, event: LinkEvent) -> None:
        """Take an event; the sink of a link."""
        self._queue.put(event)

    def next(self, kind: type[E]) -> E:
        """Wait for the next event of a kind, keeping those before it."""
        while True:
            try:
                event = self._queue.get(timeout=LONGEST_WAIT_S)
            except queue.Empty:
                raise AssertionError(f"expected {kind.__name__}, got {self.all[-5:]}") from None
            self.all.append(event)
            if isinstance(event, kind):
                return event

    def rest(self) -> list[LinkEvent]:
        """Return all events so far, those still waiting included."""
        while not self._queue.empty():
            self.all.append(self._queue.get())
        return self.all

    def count(self, kind: type[object]) -> int:
        """Count the events of a kind so far."""
        return sum(isinstance(event, kind) for event in self.rest())


def link_to(
    port: str,
    told: Told,
    kind: DeviceKind = OXIMETER,
    clock: Clock | None = None,
    **more: object,
) -> Link:
    """Make a link with short pauses, under a clock that stands still unless another is given."""
    more.setdefault("pauses_s", (0.02,))
    more.setdefault("lister", list)
    return Link("R1/toy", kind, port, clock or PushedClock(1000), told.put, **more)  # type: ignore[arg-type]


def usb(device: Path, serial: str | None = "A50285BI", location: str = "1-1") -> PortDescription:
    """Describe a listed USB adapter."""
    return PortDescription(str(device), "USB serial", UsbIdentity(0x0403, 0x6001, serial, location))


def free_port() -> int:
    """Return a TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
