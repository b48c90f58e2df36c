"""Listening at ports on request: check a clinic.toml, probe a port, capture its bytes.

Here links and probes are run for a few seconds for a person at a terminal, and what was learned
is printed in words. Nothing is stored and no cuff is started.
"""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from monitors.clock import Clock, SystemClock, world_utc_ms
from monitors.config import is_loopback
from monitors.devices.blackbox import CaptureWriter
from monitors.devices.capture_file import CaptureHeader, Direction
from monitors.devices.catalogue import kind_of
from monitors.devices.link import Link
from monitors.devices.link_events import LinkEvent
from monitors.devices.probe_report import with_article, words_of
from monitors.devices.probing import probe
from monitors.devices.transport import list_ports
from monitors.errors import ConfigurationError, TransportError
from monitors.heard import Heard
from monitors.output import say
from monitors.settings import Clinic
from monitors.store.lease import Tenant


def check_ports(
    clinic: Clinic, seconds: float, out: TextIO, tenants: Mapping[str, Tenant] | None = None
) -> int:
    """Listen at every port for some seconds; print a line a device; 1 if any does not answer.

    tenants: which recliners a collector holds; their ports are in use, so they are not opened and
    not counted.
    """
    held = tenants or {}
    for words in dict.fromkeys(_who(tenant) for tenant in held.values()):
        say(out, f"{words}: ports in use are not opened")
    events: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    clock = clinic.make_clock()
    free = {
        device_id: device
        for recliner, device_id, device in clinic.all_devices()
        if recliner.name not in held
    }
    heard = {name: Heard(device.kind, frozenset(device.covers)) for name, device in free.items()}
    links = [
        Link(device_id, d.kind, d.port, clock, events.put, d.line, may_start_cuff=False)
        for device_id, d in free.items()
    ]
    _run(links, events, heard, seconds)
    for _, device_id, device in clinic.all_devices():
        words = heard[device_id].words() if device_id in heard else "in use by the collector"
        say(out, f"{device_id:<16} {device.device:<14} {device.port:<28} {words}")
    return 0 if all(one.is_as_it_should_be for one in heard.values()) else 1


def _who(tenant: Tenant) -> str:
    """Say which collector holds a recliner."""
    since = datetime.fromtimestamp(tenant.since_utc_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    where = "" if tenant.is_here else f" on {tenant.host}"
    return f"a collector is running (process {tenant.process_id}{where}, since {since} UTC)"


def _run(
    links: list[Link],
    events: queue.SimpleQueue[LinkEvent],
    heard: dict[str, Heard],
    seconds: float,
) -> None:
    """Let links run for some seconds, or, without any, not at all."""
    for link in links:
        link.start()
    end = time.monotonic() + (seconds if links else 0.0)
    try:
        while (left := end - time.monotonic()) > 0:
            try:
                event = events.get(timeout=left)
            except queue.Empty:
                break
            heard[event.device_id].take(event)
    finally:
        for link in links:
            link.close()


def capture_port(port: str, device: str, path: Path, seconds: float, err: TextIO) -> int:
    """Write a port's raw bytes, both ways, to a capture file for some seconds.

    The file is made when the port is open, so that a port that is not there leaves none. Raises
    ConfigurationError if the file exists already, cannot be written, or the device is unknown.
    """
    kind = kind_of(device)
    if os.path.lexists(path):
        raise ConfigurationError(f"{path} exists already; a capture never overwrites")
    if not os.path.isdir(path.parent):
        raise ConfigurationError(f"{path}: there is no folder {path.parent}")
    clock = SystemClock()
    heard = {device: Heard(kind, frozenset(kind.measures))}
    events: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    is_simulated = is_loopback(port)
    header = CaptureHeader(device, port, kind.line, world_utc_ms(), is_simulated=is_simulated)
    with _LateWriter(path, header, clock) as writer:
        link = Link(device, kind, port, clock, events.put, tap=writer.record, may_start_cuff=False)
        _run([link], events, heard, seconds)
    if writer.problem is not None:
        words = writer.problem.strerror or str(writer.problem)
        raise ConfigurationError(f"{path}: cannot be written: {words}")
    told = f"{seconds:g} s of {port}" if writer.has_begun else "not written"
    print(f"{path}: {told}; {device} {heard[device].words()}", file=err)
    return 0 if heard[device].has_spoken else 1


class _LateWriter:
    """Write a capture file that begins with the first thing recorded, which is the opening.

    problem: why the file could not be written; None while it can. A failure is kept, not raised,
    because the link that records would take it for a fault of the device.
    """

    def __init__(self, path: Path, header: CaptureHeader, clock: Clock) -> None:
        self._path = path
        self._header = header
        self._clock = clock
        self._writer: CaptureWriter | None = None
        self.problem: OSError | None = None

    @property
    def has_begun(self) -> bool:
        return self._writer is not None

    def record(self, at_ms: int, direction: Direction, payload: bytes) -> None:
        """Keep one chunk that came or went at a moment of the timeline."""
        if self.problem is not None:
            return
        try:
            if self._writer is None:
                self._writer = CaptureWriter(self._path, self._header, self._clock)
            self._writer.record(at_ms, direction, payload)
        except OSError as error:
            self.problem = error

    def __enter__(self) -> _LateWriter:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._writer is not None:
                self._writer.close()
        except OSError as error:
            self.problem = self.problem or error


def probe_ports(port: str | None, seconds: float, out: TextIO) -> int:
    """List the serial ports, then find out what is on one, or on each; 0 if a device was named."""
    listed = list_ports()
    if port is None and not listed:
        say(out, "no serial port on this machine; name one, such as socket://host:port")
        return 1
    for found in listed if port is None else ():
        usb = f", USB {found.identity}" if found.identity else ""
        say(out, f"{found.device}: {found.description or 'serial port'}{usb}")
    asked = [port] if port is not None else [found.device for found in listed]
    named = [_probe_one(name, seconds, out) for name in asked]
    return 0 if all(named) else 1


def _probe_one(port: str, seconds: float, out: TextIO) -> bool:
    say(out, f"\nlistening at {port} …")
    try:
        report = probe(port, SystemClock(), listen_s=seconds)
    except TransportError as error:
        say(out, error)
        return False
    if report.match is not None:
        line = report.match.line
        say(out, f"it is {with_article(report.match.kind.title)}, {words_of(line)}")
    for remark in report.remarks:
        say(out, remark)
    if report.match is None:
        return False
    say(out, "\nfor clinic.toml, under the recliner's [[recliners]] table:\n")
    say(out, report.toml(True if is_loopback(port) else None))
    return True
