"""What one device let be heard in a few seconds, and the words for it.

Here events of a link become one line for a person at a terminal; nothing is opened, and what a
value means for a patient is not judged.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from monitors.clinic.coverage import is_covered
from monitors.devices.device_kind import DeviceKind
from monitors.devices.link_events import LineCounts, LinkEvent, Lost, Opened, Received, Speaking
from monitors.readings import (
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    OximetryReading,
    Reading,
    Vital,
    VitalReading,
    as_record,
)

_NAMES = {
    Vital.SPO2: ("SpO2", "%"),
    Vital.PULSE_RATE: ("pulse", "/min"),
    Vital.PERFUSION_INDEX: ("perfusion", "%"),
    Vital.HEART_RATE: ("heart rate", "/min"),
    Vital.RESPIRATION_RATE: ("respiration", "/min"),
    Vital.TEMPERATURE: ("temperature", "°C"),
}


@dataclass(slots=True)
class Heard:
    """Gather what one device let be heard. measures: what is taken from it, and told."""

    kind: DeviceKind
    measures: frozenset[str]
    is_open: bool = False
    has_spoken: bool = False
    lost: str | None = None
    losses: int = 0
    readings: Counter[str] = field(default_factory=Counter)
    newest: dict[str, Reading] = field(default_factory=dict)
    counts: LineCounts | None = None

    def take(self, event: LinkEvent) -> None:
        """Take what a link tells."""
        if isinstance(event, Opened):
            self.is_open, self.lost = True, None
        elif isinstance(event, Lost):
            self.is_open, self.lost = False, event.reason
            self.losses += 1
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
            self.newest[record.get("vital", record["kind"])] = reading

    @property
    def is_as_it_should_be(self) -> bool:
        """Say whether the device spoke, or may rest in silence at a port that is open."""
        return self.has_spoken or (
            self.kind.is_quiet_at_rest and self.is_open and not self._has_sent
        )

    @property
    def _has_sent(self) -> bool:
        return self.counts is not None and self.counts.last_byte_ms is not None

    def words(self) -> str:
        """Say in one line how the device stands."""
        if self.has_spoken:
            kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(self.readings.items()))
            none = f"no reading of {', '.join(sorted(self.measures))} yet"
            return f"answers ({kinds or none}{self._newest()}){self._line()}"
        if self.lost is not None:
            return f"NO PORT: {self.lost}"
        if self.counts is not None and self._has_sent:
            return f"SENDS SOMETHING ELSE: {self.counts.discarded_bytes} bytes made no sense"
        if not self.is_open:
            return "NOT OPENED"
        if self.kind.is_quiet_at_rest:
            return "port open; it speaks only after a measurement: take one"
        return "SILENT: the port is open and nothing came"

    def _newest(self) -> str:
        """Return the newest of each kind that has a value, as people write it."""
        order = ["oximetry", *_NAMES, "nibp"]
        told = [
            words
            for kind in sorted(self.newest, key=order.index)
            if (words := _value(self.newest[kind]))
        ]
        return f", newest {'; '.join(told)}" if told else ""

    def _line(self) -> str:
        """Say how clean the line is."""
        if self.counts is None:
            return ""
        counts = self.counts
        words = (
            f"; {counts.frames} frames, {counts.bad_checksums} bad checksums, "
            f"{counts.discarded_bytes} bytes discarded"
        )
        return f"{words}; lost {self.losses} times: {self.lost}" if self.lost else words


def _value(reading: Reading) -> str:
    if isinstance(reading, NibpDetermination):
        return _pressure(reading)
    if isinstance(reading, OximetryReading):
        return f"SpO2 {reading.spo2_pct or '--'} %, {reading.validity}"
    if isinstance(reading, VitalReading):
        name, unit = _NAMES.get(reading.vital, (str(reading.vital), ""))
        value = "--" if reading.value is None else f"{reading.value:g}"
        return f"{name} {value} {unit}".rstrip()
    return ""


def _pressure(reading: NibpDetermination) -> str:
    if reading.outcome is NibpOutcome.FAILED:
        return f"cycle failed: {reading.reason or NibpFailure.UNKNOWN}"
    return f"{reading.systolic_mmhg or '--'}/{reading.diastolic_mmhg or '--'} mmHg"
