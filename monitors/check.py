"""Listening at ports on request: check a clinic.toml, probe a port, capture its bytes.

Here links and probes are run for a few seconds for a person at a terminal, and what was learned
is printed in words. Nothing is stored and no cuff is started.
"""

from __future__ import annotations

import queue
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from monitors.clinic.coverage import is_covered
from monitors.clock import SystemClock, world_utc_ms
from monitors.config import is_loopback
from monitors.devices.blackbox import CaptureWriter
from monitors.devices.capture_file import CaptureHeader
from monitors.devices.catalogue import kind_of
from monitors.devices.link import Link
from monitors.devices.link_events import LineCounts, LinkEvent, Lost, Opened, Received, Speaking
from monitors.devices.probe_report import words_of
from monitors.devices.probing import probe
from monitors.devices.transport import list_ports
from monitors.errors import ConfigurationError, TransportError
from monitors.readings import (
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    OximetryReading,
    Reading,
    as_record,
)
from monitors.settings import Clinic


@dataclass(slots=True)
class _Heard:
    """Gather what one device let be heard. measures: what is taken from it, and told."""

    port: str
    measures: frozenset[str]
    is_open: bool = False
    has_spoken: bool = False
    lost: str | None = None
    readings: Counter[str] = field(default_factory=Counter)
    last: Reading | None = None
    counts: LineCounts | None = None

    def take(self, event: LinkEvent) -> None:
        if isinstance(event, Opened):
            self.is_open, self.lost = True, None
        elif isinstance(event, Lost):
            self.is_open, self.lost = False, event.reason
        elif isinstance(event, Speaking):
            self.has_spoken = True
        elif isinstance(event, LineCounts):
            self.counts = event
        elif isinstance(event, Received) and is_covered(event.reading, self.measures):
            self._count(event.reading)

    def _count(self, reading: Reading) -> None:
        record = as_record(reading)
        if record is not None:
            self.readings[record["kind"]] += 1
            self.last = reading

    def words(self) -> str:
        """Say in one line how the device stands."""
        if self.has_spoken:
            kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(self.readings.items()))
            none = f"no reading of {', '.join(sorted(self.measures))} yet"
            return f"answers ({kinds or none}{self._newest()}{self._noise()})"
        if self.lost is not None:
            return f"NO PORT: {self.lost}"
        if self.counts is not None and self.counts.last_byte_ms is not None:
            return f"SENDS SOMETHING ELSE: {self.counts.discarded_bytes} bytes made no sense"
        return "SILENT: the port is open and nothing came" if self.is_open else "NOT OPENED"

    def _newest(self) -> str:
        if isinstance(self.last, NibpDetermination):
            return f", newest {_pressure(self.last)}"
        if not isinstance(self.last, OximetryReading):
            return ""
        return f", newest SpO2 {self.last.spo2_pct or '--'} %, {self.last.validity}"

    def _noise(self) -> str:
        bad = self.counts.discarded_bytes if self.counts else 0
        return f", {bad} bytes discarded" if bad else ""


def _pressure(reading: NibpDetermination) -> str:
    if reading.outcome is NibpOutcome.FAILED:
        return f"cycle failed: {reading.reason or NibpFailure.UNKNOWN}"
    return f"{reading.systolic_mmhg or '--'}/{reading.diastolic_mmhg or '--'} mmHg"


def check_ports(clinic: Clinic, seconds: float, out: TextIO) -> int:
    """Listen at every port for some seconds; print a line a device; 1 if any does not answer."""
    events: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    clock = clinic.make_clock()
    heard = {
        device_id: _Heard(device.port, frozenset(device.covers))
        for _, device_id, device in clinic.all_devices()
    }
    links = [
        Link(device_id, d.kind, d.port, clock, events.put, d.line, may_start_cuff=False)
        for _, device_id, d in clinic.all_devices()
    ]
    _run(links, events, heard, seconds)
    for _, device_id, device in clinic.all_devices():
        one = heard[device_id]
        print(f"{device_id:<16} {device.device:<14} {device.port:<28} {one.words()}", file=out)
    return 0 if all(one.has_spoken for one in heard.values()) else 1


def _run(
    links: list[Link],
    events: queue.SimpleQueue[LinkEvent],
    heard: dict[str, _Heard],
    seconds: float,
) -> None:
    for link in links:
        link.start()
    end = time.monotonic() + seconds
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

    Raises ConfigurationError if the file exists already or the device is unknown.
    """
    kind = kind_of(device)
    if path.exists():
        raise ConfigurationError(f"{path} exists already; a capture never overwrites")
    clock = SystemClock()
    heard = {device: _Heard(port, frozenset(kind.measures))}
    events: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    header = CaptureHeader(device, port, kind.line, world_utc_ms())
    with CaptureWriter(path, header, clock) as writer:
        link = Link(device, kind, port, clock, events.put, tap=writer.record, may_start_cuff=False)
        _run([link], events, heard, seconds)
    print(f"{path}: {seconds:g} s of {port}; {device} {heard[device].words()}", file=err)
    return 0 if heard[device].has_spoken else 1


def probe_ports(port: str | None, seconds: float, out: TextIO) -> int:
    """List the serial ports, then find out what is on one, or on each; 0 if a device was named."""
    listed = list_ports()
    if port is None and not listed:
        print("no serial port on this machine; name one, such as socket://host:port", file=out)
        return 1
    for found in listed if port is None else ():
        usb = f", USB {found.identity}" if found.identity else ""
        print(f"{found.device}: {found.description or 'serial port'}{usb}", file=out)
    asked = [port] if port is not None else [found.device for found in listed]
    named = [_probe_one(name, seconds, out) for name in asked]
    return 0 if all(named) else 1


def _probe_one(port: str, seconds: float, out: TextIO) -> bool:
    print(f"\nlistening at {port} …", file=out, flush=True)
    try:
        report = probe(port, SystemClock(), listen_s=seconds)
    except TransportError as error:
        print(error, file=out)
        return False
    if report.match is not None:
        line = report.match.line
        print(f"it is a {report.match.kind.title}, {words_of(line)}", file=out)
    for remark in report.remarks:
        print(remark, file=out)
    if report.match is None:
        return False
    print("\nfor clinic.toml, under the recliner's [[recliners]] table:\n", file=out)
    print(report.toml(True if is_loopback(port) else None), file=out)
    return True
