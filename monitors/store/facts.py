"""The facts a collector puts on record, one frozen dataclass each.

Here live the shapes of what the journal takes; not how it is stored (rows.py, schema.py) and not
what it means (clinic). Stamps are UTC in epoch milliseconds; a fact written twice is kept once,
so a batch whose fate is unknown may be written again.
The five facets of an alarm row follow IHE Patient Care Device, Alert Communication Management
(PCD-04): event, source with value and limits, event phase, alarm state, inactivation state.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from monitors.readings import (
    NibpDetermination,
    SignalCondition,
    Validity,
    Vital,
    Waveform,
)


def _identity_of(fact: AlarmFact | EventFact) -> str:
    """Return 32 hexadecimal digits made from everything a fact says."""
    content = [getattr(fact, one.name) for one in fields(fact)]
    text = json.dumps(content, sort_keys=True, default=dict)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class ReadingFact:
    """Hold one value of one vital from one device; value None where the device gave none.

    One fact a device, vital and millisecond: of two with the same stamp the first is kept.
    """

    recliner: str
    session_id: str | None
    device_id: str
    vital: Vital
    at_utc_ms: int
    value: float | None
    validity: Validity = Validity.VALID
    conditions: tuple[SignalCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class DeterminationFact:
    """Hold one cuff determination. at_utc_ms: when it was measured, received_utc_ms: when told."""

    recliner: str
    session_id: str | None
    device_id: str
    at_utc_ms: int
    received_utc_ms: int
    determination: NibpDetermination


@dataclass(frozen=True, slots=True)
class WaveformFact:
    """Hold consecutive samples of a trace; a sample is None where the device marks it missing.

    start_utc_ms: moment of the first sample. sample_rate_hz: samples in a second of the room.
    """

    recliner: str
    session_id: str | None
    device_id: str
    waveform: Waveform
    start_utc_ms: int
    sample_rate_hz: float
    full_scale: int
    samples: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class SessionFact:
    """Hold how an infusion session began. planned_s: seconds, None where nothing is planned.

    details: whatever else was known at its beginning (preset, intake answers), JSON-able. What
    changes later is an EventFact; how it went on and ended are PhaseFacts.
    """

    session_id: str
    recliner: str
    label: str
    protocol: str
    kind: str
    planned_s: int | None
    begun_utc_ms: int
    by: str
    room: str = ""
    clock_rate: float = 1.0
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PhaseFact:
    """Hold that a session entered a phase; at_ms: the same moment on the room's timeline."""

    session_id: str
    recliner: str
    phase: str
    at_utc_ms: int
    at_ms: int
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AlarmFact:
    """Hold one transition of one alarm condition, with the five facets of IHE ACM.

    event: what the limit says (low, high or the name of a technical event). vital, value, worst,
    bound and direction: source, value and limit, each None where it has none. phase: start,
    continue, end, update, escalate, de-escalate, present. state: off, inactive, active, latched.
    inactivation: enabled, audio-paused, audio-off, alarm-paused, alarm-off, alert-acknowledged.
    transition: the engine's own word for what happened. since_utc_ms: when the condition began.
    """

    recliner: str
    session_id: str | None
    at_utc_ms: int
    condition: str
    kind: str
    priority: str
    transition: str
    event: str
    phase: str
    state: str
    inactivation: str
    vital: str | None = None
    value: float | None = None
    worst: float | None = None
    bound: float | None = None
    direction: str | None = None
    device_id: str | None = None
    by: str | None = None
    reason: str | None = None
    since_utc_ms: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def identity(self) -> str:
        """Return 32 hexadecimal digits that the same transition gives every time."""
        return _identity_of(self)


@dataclass(frozen=True, slots=True)
class CommandFact:
    """Hold a command of staff together with its outcome (done or refused, and why in words)."""

    command_id: str
    at_utc_ms: int
    by: str
    target: str
    verb: str
    arguments: Mapping[str, Any]
    status: str
    message: str
    done_at_utc_ms: int
    recliner: str | None = None
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceFact:
    """Hold what was seen of a device at its port: at start, on return, when it named itself.

    device: its catalogue name. identity: of the adapter (vendor, product, serial number), None
    where the port has none. what: opened, lost, silent, speaking, identified, cuff_started,
    cuff_cancelled, cuff_runs_on.
    """

    recliner: str
    device_id: str
    device: str
    at_utc_ms: int
    what: str
    port: str
    is_simulated: bool
    identity: str | None = None
    model: str | None = None
    serial_number: str | None = None
    firmware: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class EventFact:
    """Hold an entry of a session or recliner: a note, a limit changed, a medicine, a rate change.

    kind: a word (note, limit_changed, medicine, ...). payload: JSON-able. corrects: the entry_id
    of the entry this one replaces; nothing is ever overwritten. entry_id: leave it empty to have
    one made from the content.
    """

    recliner: str | None
    session_id: str | None
    kind: str
    at_utc_ms: int
    by: str
    payload: Mapping[str, Any]
    corrects: str | None = None
    command_id: str | None = None
    entry_id: str = ""

    def identity(self) -> str:
        """Return entry_id, or 32 hexadecimal digits that the same content gives every time."""
        if self.entry_id:
            return self.entry_id
        return _identity_of(self)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Hold what a collector needs to go on with a recliner: session and alarm engine, JSON-able.

    at_ms: on the timeline of boot_id; the newest checkpoint replaces the one before.
    """

    recliner: str
    record: Mapping[str, Any]
    boot_id: str
    at_ms: int
    at_utc_ms: int


Fact = (
    ReadingFact
    | DeterminationFact
    | WaveformFact
    | SessionFact
    | PhaseFact
    | AlarmFact
    | CommandFact
    | DeviceFact
    | EventFact
    | Checkpoint
)


@dataclass(frozen=True, slots=True)
class Place:
    """Say in which room a recliner stands, and the how-manieth it is on the wall (from 1)."""

    recliner: str
    room: str
    place: int


@dataclass(frozen=True, slots=True)
class Command:
    """Hold what a person asks of the collector.

    command_id: 32 hexadecimal digits, made once by the page. target: ``recliner:R1``,
    ``record:<session_id>`` or ``system``.
    """

    command_id: str
    at_utc_ms: int
    by: str
    target: str
    verb: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """Hold what became of a command: pending, done or refused, and the reason in words.

    is_on_record: whether the journal has it; a command may be carried out before it has.
    """

    command_id: str
    status: str
    message: str
    done_at_utc_ms: int | None
    is_on_record: bool = False
