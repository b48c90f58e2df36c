"""What the journal's readers get: one frozen dataclass for each kind of row.

Here are plain values and how a row of the database becomes one; no question is asked here.
Stamps are UTC, epoch milliseconds; None means that the record says nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitors.readings import (
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    SignalCondition,
    Validity,
)

LAST_PHASES = ("discharged", "abandoned")


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """Hold that a session entered a phase; at_ms: on the timeline of the room at that time."""

    session_id: str
    phase: str
    at_utc_ms: int
    at_ms: int
    by: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """Hold one session: how it began, and the phases it has been through.

    planned_s: seconds. clock_rate: of the room's clock, 1 unless simulated. details: JSON-able.
    """

    session_id: str
    recliner: str
    room: str
    label: str
    protocol: str
    kind: str
    planned_s: int | None
    begun_utc_ms: int
    by: str
    is_simulated: bool
    clock_rate: float
    details: Mapping[str, Any]
    phases: tuple[PhaseRow, ...]

    @property
    def phase(self) -> str | None:
        """Return the phase entered last, or None where none is on record."""
        return self.phases[-1].phase if self.phases else None

    @property
    def ended_utc_ms(self) -> int | None:
        """Return when the session was discharged or abandoned, or None while it runs."""
        ends = (entered.at_utc_ms for entered in self.phases if entered.phase in LAST_PHASES)
        return next(ends, None)


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """Hold one reading of a vital, in the unit the vital's name carries."""

    at_utc_ms: int
    value: float | None
    validity: Validity
    conditions: tuple[SignalCondition, ...]
    device_id: str


@dataclass(frozen=True, slots=True)
class DeterminationRow:
    """Hold one cuff determination. at_utc_ms: when measured; received_utc_ms: when told."""

    at_utc_ms: int
    received_utc_ms: int
    determination: NibpDetermination
    device_id: str


@dataclass(frozen=True, slots=True)
class WaveformRow:
    """Hold one chunk of a trace; start_utc_ms: moment of its first sample."""

    start_utc_ms: int
    sample_rate_hz: float
    full_scale: int
    samples: tuple[int | None, ...]
    device_id: str


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """Hold one transition of an alarm condition; the fields are those of AlarmFact."""

    recliner: str
    session_id: str | None
    at_utc_ms: int
    since_utc_ms: int | None
    condition: str
    kind: str
    priority: str
    transition: str
    event: str
    vital: str | None
    value: float | None
    worst: float | None
    bound: float | None
    direction: str | None
    phase: str
    state: str
    inactivation: str
    device_id: str | None
    by: str | None
    reason: str | None
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """Hold one entry; corrects: the entry_id of the one it replaces."""

    entry_id: str
    recliner: str | None
    session_id: str | None
    kind: str
    at_utc_ms: int
    by: str
    payload: Mapping[str, Any]
    corrects: str | None
    command_id: str | None


@dataclass(frozen=True, slots=True)
class CommandRow:
    """Hold one command of staff with its outcome, done or refused."""

    command_id: str
    at_utc_ms: int
    by: str
    target: str
    verb: str
    arguments: Mapping[str, Any]
    status: str
    message: str
    done_at_utc_ms: int
    recliner: str | None
    session_id: str | None


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """Hold one sighting of a device at its port; the fields are those of DeviceFact."""

    recliner: str
    device_id: str
    device: str
    at_utc_ms: int
    what: str
    port: str
    is_simulated: bool
    identity: str | None
    model: str | None
    serial_number: str | None
    firmware: str | None
    reason: str | None


def phase_row(row: Any) -> PhaseRow:
    """Return the phase change of a row."""
    return PhaseRow(row.session_id, row.phase, row.at_utc_ms, row.at_ms, row.by_person, row.reason)


def session_row(row: Any, phases: Sequence[PhaseRow]) -> SessionRow:
    """Return the session of a row, with its phases in order of time."""
    return SessionRow(
        row.session_id,
        row.recliner,
        row.room,
        row.label,
        row.protocol,
        row.kind,
        row.planned_s,
        row.begun_utc_ms,
        row.by_person,
        row.is_simulated,
        row.clock_rate,
        json.loads(row.details),
        tuple(phases),
    )


def conditions_of(words: str) -> tuple[SignalCondition, ...]:
    """Return the conditions that a column names, separated by commas."""
    return tuple(SignalCondition(word) for word in words.split(",") if word)


def determination_row(row: Any, device_id: str) -> DeterminationRow:
    """Return the determination of a row; its age is spent, it is in at_utc_ms."""
    determination = NibpDetermination(
        NibpOutcome(row.outcome),
        row.systolic_mmhg,
        row.diastolic_mmhg,
        row.mean_mmhg,
        row.pulse_rate_per_min,
        NibpFailure(row.reason) if row.reason else None,
        conditions_of(row.conditions),
        is_age_unknown=row.is_age_unknown,
    )
    return DeterminationRow(row.at_utc_ms, row.received_utc_ms, determination, device_id)


def alarm_row(row: Any) -> AlarmRow:
    """Return the transition of a row."""
    return AlarmRow(
        row.recliner,
        row.session_id,
        row.at_utc_ms,
        row.since_utc_ms,
        row.condition,
        row.kind,
        row.priority,
        row.transition,
        row.event,
        row.vital,
        row.value,
        row.worst,
        row.bound,
        row.direction,
        row.phase,
        row.state,
        row.inactivation,
        row.device,
        row.by_person,
        row.reason,
        json.loads(row.details),
    )


def entry_row(row: Any) -> EntryRow:
    """Return the entry of a row."""
    return EntryRow(
        row.entry_id,
        row.recliner,
        row.session_id,
        row.kind,
        row.at_utc_ms,
        row.by_person,
        json.loads(row.payload),
        row.corrects,
        row.command_id,
    )


def command_row(row: Any) -> CommandRow:
    """Return the command of a row."""
    return CommandRow(
        row.command_id,
        row.at_utc_ms,
        row.by_person,
        row.target,
        row.verb,
        json.loads(row.arguments),
        row.status,
        row.message,
        row.done_at_utc_ms,
        row.recliner,
        row.session_id,
    )


def device_row(row: Any) -> DeviceRow:
    """Return the sighting of a row."""
    return DeviceRow(
        row.recliner,
        row.name,
        row.device,
        row.at_utc_ms,
        row.what,
        row.port,
        row.is_simulated,
        row.identity,
        row.model,
        row.serial_number,
        row.firmware,
        row.reason,
    )
