"""Facts as rows: which table each fact goes to, and what stands in its columns.

Here is the one place that knows both the facts and the schema; it writes nothing itself. A fact
whose content cannot stand in a row raises ValueError or TypeError before anything is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table

from monitors.store import facts as f
from monitors.store import schema as s
from monitors.store.keys import Keys
from monitors.store.samples import pack

Row = dict[str, Any]
IN_ORDER: tuple[Table, ...] = (
    s.sessions,
    s.phase_changes,
    s.device_sightings,
    s.readings,
    s.determinations,
    s.waveform_chunks,
    s.alarm_events,
    s.commands,
    s.entries,
    s.checkpoints,
)


class RowMaker:
    """Turn facts into rows within one transaction of one journal."""

    def __init__(self, keys: Keys, connection: Connection, *, is_simulated: bool) -> None:
        self._keys = keys
        self._connection = connection
        self._is_simulated = is_simulated
        self._makers: Mapping[type, tuple[Table, Callable[[Any], Row]]] = {
            f.ReadingFact: (s.readings, self._reading),
            f.WaveformFact: (s.waveform_chunks, self._waveform),
            f.DeterminationFact: (s.determinations, self._determination),
            f.SessionFact: (s.sessions, self._session),
            f.PhaseFact: (s.phase_changes, self._phase),
            f.AlarmFact: (s.alarm_events, self._alarm),
            f.CommandFact: (s.commands, self._command),
            f.DeviceFact: (s.device_sightings, self._device),
            f.EventFact: (s.entries, self._entry),
            f.Checkpoint: (s.checkpoints, self._checkpoint),
        }

    def rows(self, facts: Iterable[f.Fact]) -> dict[Table, list[Row]]:
        """Return the rows of the facts, by table, in the order in which they may be written.

        Raises ValueError or TypeError for a fact that no row can hold.
        """
        made: dict[Table, list[Row]] = {table: [] for table in IN_ORDER}
        for fact in facts:
            table, maker = self._makers[type(fact)]
            made[table].append(maker(fact))
        return {table: rows for table, rows in made.items() if rows}

    def _stream(self, fact: f.ReadingFact | f.WaveformFact | f.DeterminationFact) -> int:
        return self._keys.stream(self._connection, fact.recliner, fact.session_id, fact.device_id)

    def _word(self, kind: str, word: str) -> int:
        return self._keys.word(self._connection, kind, word)

    def _recliner(self, name: str | None) -> int | None:
        return None if name is None else self._keys.recliner(self._connection, name)

    def _reading(self, fact: f.ReadingFact) -> Row:
        conditions = ",".join(fact.conditions)
        return {
            "stream_key": self._stream(fact),
            "at_utc_ms": fact.at_utc_ms,
            "vital_key": self._word("vital", fact.vital),
            "value": fact.value,
            "validity_key": self._word("validity", fact.validity),
            "conditions_key": self._word("conditions", conditions) if conditions else None,
        }

    def _waveform(self, fact: f.WaveformFact) -> Row:
        return {
            "start_utc_ms": fact.start_utc_ms,
            "stream_key": self._stream(fact),
            "waveform_key": self._word("waveform", fact.waveform),
            "sample_rate_hz": fact.sample_rate_hz,
            "full_scale": fact.full_scale,
            "samples": pack(fact.samples),
        }

    def _determination(self, fact: f.DeterminationFact) -> Row:
        found = fact.determination
        return {
            "stream_key": self._stream(fact),
            "at_utc_ms": fact.at_utc_ms,
            "received_utc_ms": fact.received_utc_ms,
            "outcome": str(found.outcome),
            "systolic_mmhg": found.systolic_mmhg,
            "diastolic_mmhg": found.diastolic_mmhg,
            "mean_mmhg": found.mean_mmhg,
            "pulse_rate_per_min": found.pulse_rate_per_min,
            "reason": str(found.reason) if found.reason else None,
            "conditions": ",".join(found.conditions),
            "is_age_unknown": found.is_age_unknown,
        }

    def _session(self, fact: f.SessionFact) -> Row:
        return {
            "session_id": fact.session_id,
            "recliner_key": self._recliner(fact.recliner),
            "room": fact.room,
            "label": fact.label,
            "protocol": fact.protocol,
            "kind": fact.kind,
            "planned_s": fact.planned_s,
            "begun_utc_ms": fact.begun_utc_ms,
            "by_person": fact.by,
            "is_simulated": self._is_simulated,
            "clock_rate": fact.clock_rate,
            "details": _json(fact.details),
        }

    def _phase(self, fact: f.PhaseFact) -> Row:
        return {
            "session_id": fact.session_id,
            "at_utc_ms": fact.at_utc_ms,
            "phase": str(fact.phase),
            "at_ms": fact.at_ms,
            "by_person": fact.by,
            "reason": fact.reason,
        }

    def _alarm(self, fact: f.AlarmFact) -> Row:
        return {
            "identity": fact.identity(),
            "recliner_key": self._recliner(fact.recliner),
            "session_id": fact.session_id,
            "at_utc_ms": fact.at_utc_ms,
            "since_utc_ms": fact.since_utc_ms,
            "condition": str(fact.condition),
            "kind": str(fact.kind),
            "priority": str(fact.priority),
            "transition": str(fact.transition),
            "event": str(fact.event),
            "vital": str(fact.vital) if fact.vital else None,
            "value": fact.value,
            "worst": fact.worst,
            "bound": fact.bound,
            "direction": str(fact.direction) if fact.direction else None,
            "phase": str(fact.phase),
            "state": str(fact.state),
            "inactivation": str(fact.inactivation),
            "device": fact.device_id,
            "by_person": fact.by,
            "reason": fact.reason,
            "details": _json(fact.details),
        }

    def _command(self, fact: f.CommandFact) -> Row:
        return {
            "command_id": fact.command_id,
            "at_utc_ms": fact.at_utc_ms,
            "by_person": fact.by,
            "target": fact.target,
            "verb": fact.verb,
            "arguments": _json(fact.arguments),
            "status": fact.status,
            "message": fact.message,
            "done_at_utc_ms": fact.done_at_utc_ms,
            "recliner_key": self._recliner(fact.recliner),
            "session_id": fact.session_id,
        }

    def _device(self, fact: f.DeviceFact) -> Row:
        return {
            "device_key": self._keys.device(self._connection, fact.device_id),
            "recliner_key": self._recliner(fact.recliner),
            "at_utc_ms": fact.at_utc_ms,
            "what": fact.what,
            "device": fact.device,
            "port": fact.port,
            "is_simulated": fact.is_simulated,
            "identity": fact.identity,
            "model": fact.model,
            "serial_number": fact.serial_number,
            "firmware": fact.firmware,
            "reason": fact.reason,
        }

    def _entry(self, fact: f.EventFact) -> Row:
        return {
            "entry_id": fact.identity(),
            "recliner_key": self._recliner(fact.recliner),
            "session_id": fact.session_id,
            "kind": fact.kind,
            "at_utc_ms": fact.at_utc_ms,
            "by_person": fact.by,
            "payload": _json(fact.payload),
            "corrects": fact.corrects,
            "command_id": fact.command_id,
        }

    def _checkpoint(self, fact: f.Checkpoint) -> Row:
        return {
            "recliner_key": self._recliner(fact.recliner),
            "record": _json(fact.record),
            "boot_id": fact.boot_id,
            "at_ms": fact.at_ms,
            "at_utc_ms": fact.at_utc_ms,
        }


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(dict(content), ensure_ascii=False, separators=(",", ":"))
