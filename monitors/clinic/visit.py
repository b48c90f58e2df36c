"""What one patient's visit has gathered beside its phases: intake, entries, cuff promise, baseline.

Here lives everything that must not outlast the patient, in one object that is thrown away at
discharge, so that nothing of one is ever seen on the next. What the parts mean is in their own
files; this one holds them together and writes them down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from monitors.clinic import cadence_promise, cadence_steps
from monitors.clinic.cadence import Cadence, cadence_from_record
from monitors.clinic.cadence_events import CadenceEvent, CuffPromise
from monitors.clinic.checklist import Item, Leaving, checklist
from monitors.clinic.checks import Slot, observation_slots
from monitors.clinic.conditions import Component
from monitors.clinic.entries import Entry
from monitors.clinic.gate import Gate, baseline_of, gate
from monitors.clinic.intake import Intake
from monitors.clinic.phases import Phase
from monitors.clinic.session import InfusionSession
from monitors.readings import (
    NibpDetermination,
    NibpOutcome,
    Vital,
    VitalReading,
    as_record,
    from_record,
)

BASELINE_WINDOW_MS = 120_000
BASELINE_EVERY_MS = 300
KEPT_PRESSURES = 60


@dataclass(slots=True)
class Visit:
    """Hold what a visit has gathered.

    pressures: (measured UTC ms, determination), oldest first, the newest KEPT_PRESSURES.
    baseline: frozen when the drug is given, by Vital or Component name. intake_by: who recorded
    the intake last; version counts orders that changed the visit.
    """

    cadence: Cadence
    promise: CuffPromise = field(default_factory=CuffPromise)
    intake: Intake = field(default_factory=Intake)
    intake_by: str | None = None
    entries: tuple[Entry, ...] = ()
    baseline: dict[str, float] = field(default_factory=dict)
    baseline_readings: list[NibpDetermination] = field(default_factory=list)
    pressures: list[tuple[int, NibpDetermination]] = field(default_factory=list)
    version: int = 0
    _quiet: list[tuple[int, VitalReading]] = field(default_factory=list)

    # ---- the cuff's promise

    def tell_cadence(self, event: CadenceEvent, now_ms: int) -> bool:
        """Tell the cadence of an event; say whether what is due has changed. May raise."""
        due_before = (self.promise.due_ms, self.promise.interval_s)
        self.cadence, self.promise = cadence_steps.step(self.cadence, event, now_ms)
        return (self.promise.due_ms, self.promise.interval_s) != due_before

    # ---- the patient's own values

    def keep_quiet_value(self, reading: VitalReading, now_ms: int) -> None:
        """Keep a continuous value of the baseline phase, for the last two minutes of it."""
        if reading.value is None or (
            self._quiet
            and self._quiet[-1][0] > now_ms - BASELINE_EVERY_MS
            and self._quiet[-1][1].vital is reading.vital
        ):
            return
        self._quiet.append((now_ms, reading))
        while self._quiet[0][0] < now_ms - BASELINE_WINDOW_MS:
            del self._quiet[0]

    def keep_pressure(self, at_utc_ms: int, reading: NibpDetermination, phase: Phase) -> None:
        """Keep a cuff result of this visit."""
        self.pressures = [*self.pressures, (at_utc_ms, reading)][-KEPT_PRESSURES:]
        if reading.outcome is NibpOutcome.COMPLETED and phase is Phase.BASELINE:
            self.baseline_readings.append(reading)

    def measured_baseline(self) -> dict[str, float]:
        """Return the patient's own values before the drug; what was not measured is absent.

        Pressures: median of the last two completed cuff readings of the baseline phase. Continuous
        vitals: median of the last two minutes of it.
        """
        found: dict[str, float] = {}
        for component in Component:
            values = [getattr(reading, component) for reading in self.baseline_readings[-2:]]
            known = [value for value in values if value is not None]
            if known:
                found[str(component)] = float(median(known))
        by_vital: dict[str, list[float]] = {}
        for _, reading in self._quiet:
            by_vital.setdefault(str(reading.vital), []).append(float(reading.value or 0))
        return found | {vital: float(median(values)) for vital, values in by_vital.items()}

    # ---- what stands

    def gate(self) -> Gate:
        """Return what baseline and intake say against starting."""
        return gate(baseline_of(self.baseline_readings), self.intake)

    def slots(self, session: InfusionSession, now_utc_ms: int) -> tuple[Slot, ...]:
        """Return the observations of the protocol's schedule; none without a protocol."""
        if session.plan is None:
            return ()
        return observation_slots(session, session.plan, self.entries, now_utc_ms)

    def checklist(
        self,
        session: InfusionSession,
        now_ms: int,
        now_utc_ms: int,
        newest: Mapping[Vital, float | None],
    ) -> tuple[Item, ...]:
        """Return the discharge checklist. newest: valid values of SpO2 and pulse now."""
        spo2, pulse = newest.get(Vital.SPO2), newest.get(Vital.PULSE_RATE)
        own_spo2 = self.baseline.get(str(Vital.SPO2))
        return checklist(
            Leaving(
                session,
                session.plan.minimum_recovery_min if session.plan else 0,
                now_ms,
                now_utc_ms,
                baseline_of(self.baseline_readings),
                self.pressures,
                round(pulse) if pulse is not None else None,
                round(spo2) if spo2 is not None else None,
                round(own_spo2) if own_spo2 is not None else None,
                self.entries,
                self.intake,
            )
        )

    # ---- written down

    def to_record(self) -> dict[str, Any]:
        """Write the visit as JSON-able values."""
        return {
            "cadence": self.cadence.to_record(),
            "intake": self.intake.to_record(),
            "intake_by": self.intake_by,
            "entries": [entry.to_record() for entry in self.entries],
            "baseline": dict(self.baseline),
            "baseline_readings": [as_record(reading) for reading in self.baseline_readings],
            "pressures": [[at_utc_ms, as_record(reading)] for at_utc_ms, reading in self.pressures],
            "version": self.version,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any], shift_ms: int | None, now_ms: int) -> Visit:
        """Read back what :meth:`to_record` wrote; shift_ms: see cadence_from_record."""
        cadence = cadence_from_record(record["cadence"], shift_ms)
        return cls(
            cadence,
            cadence_promise.promise(cadence, now_ms),
            Intake.from_record(record["intake"]),
            record["intake_by"],
            tuple(Entry.from_record(entry) for entry in record["entries"]),
            dict(record["baseline"]),
            [result_from(one) for one in record["baseline_readings"]],
            [(at_utc_ms, result_from(one)) for at_utc_ms, one in record["pressures"]],
            record["version"],
        )


def result_from(record: dict[str, Any]) -> NibpDetermination:
    """Read a cuff result back from its record."""
    reading = from_record(record)
    assert isinstance(reading, NibpDetermination)
    return reading
