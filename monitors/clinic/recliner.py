"""One recliner as it stands: its session, its alarms, its newest values, its devices.

Here readings and port changes become what is true and told now: each call is handed ``now_ms``
and returns what happened, for the collector to put on record. Nothing here waits, asks the time,
or knows a port or a store; what staff order is in verbs.py, what a page sees in depiction.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import Any

from monitors.clinic import alarms, stimuli
from monitors.clinic.alarms import AlarmState, StandingAlarm
from monitors.clinic.conditions import Component, Condition
from monitors.clinic.happenings import (
    AlarmChanged,
    CuffOrder,
    EntryMade,
    Happening,
    PhaseEntered,
    SessionBegan,
)
from monitors.clinic.limits import Limits
from monitors.clinic.newest import NewestNibp, NewestVitals
from monitors.clinic.place import DeviceSetup, DeviceStanding, DeviceState, ReclinerSetup
from monitors.clinic.preset_file import load_preset
from monitors.clinic.protocols import ClinicProtocol
from monitors.clinic.session import InfusionSession, Phase
from monitors.readings import (
    CuffActivity,
    CuffState,
    DeviceIdentity,
    MovingField,
    NibpDetermination,
    NibpOutcome,
    Reading,
    Vital,
    VitalReading,
    vitals_of,
)

MEASURE_OF: dict[Vital, str] = {
    Vital.SPO2: "oximetry",
    Vital.PULSE_RATE: "oximetry",
    Vital.PERFUSION_INDEX: "oximetry",
    Vital.HEART_RATE: "ecg_rate",
    Vital.RESPIRATION_RATE: "respiration",
    Vital.TEMPERATURE: "temperature",
}
"""Which part of a device's coverage each continuous vital belongs to."""

FROZEN_AFTER_AT_LEAST_MS = 5_000
_BASELINE_WINDOW_MS = 120_000
_PORT = {
    DeviceState.SPEAKING: stimuli.PortCondition.SPEAKING,
    DeviceState.SILENT: stimuli.PortCondition.SILENT,
    DeviceState.NEVER: stimuli.PortCondition.NEVER,
    DeviceState.CLOSED: stimuli.PortCondition.CLOSED,
}


@dataclass(slots=True)
class Recliner:
    """Keep one recliner; every change is a method that returns what happened."""

    setup: ReclinerSetup
    limits: Limits = field(init=False)
    alarms: AlarmState = field(init=False)
    session: InfusionSession | None = None
    protocol: ClinicProtocol | None = None
    baseline: dict[str, float] = field(default_factory=dict)
    newest: NewestVitals = field(default_factory=NewestVitals)
    nibp: NewestNibp = field(default_factory=NewestNibp)
    devices: dict[str, DeviceStanding] = field(init=False)
    cuff_readings: list[NibpDetermination] = field(default_factory=list)
    _quiet_values: list[tuple[int, VitalReading]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.limits = load_preset(self.setup.default_preset)
        has_oximeter = self.setup.device_for("oximetry") is not None
        self.alarms = AlarmState.new(self.setup.name, has_oximeter=has_oximeter)
        self.devices = {d.device_id: DeviceStanding(d) for d in self.setup.devices}

    # ---- what devices say

    def take(self, device_id: str, reading: Reading, now_ms: int) -> list[Happening]:
        """Take one reading of one of this recliner's devices."""
        device = self.devices[device_id]
        if isinstance(reading, NibpDetermination):
            return self._take_cuff_result(device.setup, reading, now_ms)
        if isinstance(reading, CuffActivity):
            return self._take_activity(device.setup, reading, now_ms)
        if isinstance(reading, MovingField):
            return self._take_moving_field(device, reading, now_ms)
        if isinstance(reading, DeviceIdentity):
            return []
        happened: list[Happening] = []
        for vital_reading in vitals_of(reading):
            happened += self._take_vital(device, vital_reading, now_ms)
        return happened

    def _take_vital(
        self, device: DeviceStanding, reading: VitalReading, now_ms: int
    ) -> list[Happening]:
        setup = device.setup
        if MEASURE_OF[reading.vital] not in setup.measures or self._is_frozen(device, now_ms):
            return []
        self.newest.take(reading, now_ms, setup.longest_silence_ms)
        self._keep_for_baseline(reading, now_ms)
        return self.step(
            stimuli.Sample(
                reading.vital,
                reading.value,
                reading.validity,
                reading.conditions,
                setup.longest_silence_ms,
            ),
            now_ms,
        )

    def _take_cuff_result(
        self, setup: DeviceSetup, reading: NibpDetermination, now_ms: int
    ) -> list[Happening]:
        if "nibp" not in setup.measures:
            return []
        measured_ms = self.measured_ms(reading, now_ms)
        if not self.nibp.take(reading, measured_ms):
            return []
        if reading.outcome is NibpOutcome.COMPLETED and self._phase() is Phase.BASELINE:
            self.cuff_readings.append(reading)
        return self.step(stimuli.CuffResult(reading, measured_ms), now_ms)

    @staticmethod
    def measured_ms(reading: NibpDetermination, now_ms: int) -> int:
        """Return when a cuff result was measured, by the age its device tells."""
        return now_ms - round((reading.age_s or 0.0) * 1000)

    def _take_activity(
        self, setup: DeviceSetup, reading: CuffActivity, now_ms: int
    ) -> list[Happening]:
        if "nibp" not in setup.measures:
            return []
        has_changed = reading.state is not self.nibp.activity.state
        self.nibp.activity = reading
        if not has_changed:
            return []
        same_arm = self.setup.arms.has_cuff_on_probe
        return self.step(stimuli.CuffRunning(reading.state, same_arm), now_ms)

    def _take_moving_field(
        self, device: DeviceStanding, reading: MovingField, now_ms: int
    ) -> list[Happening]:
        """Notice a field that must move and does not: the same bytes again are not fresh."""
        if device.moving is not None and device.moving == reading.value:
            if not self._is_frozen(device, now_ms):
                return []
            return self._fault(Condition.FEED_STALE, device, is_present=True, now_ms=now_ms)
        was_frozen = self._is_frozen(device, now_ms)
        has_moved = device.moving is not None
        device.moving = reading.value
        device.moved_ms = now_ms if has_moved else None
        if not was_frozen:
            return []
        return self._fault(Condition.FEED_STALE, device, is_present=False, now_ms=now_ms)

    def _is_frozen(self, device: DeviceStanding, now_ms: int) -> bool:
        """Say whether a device's moving field once moved and has stood still too long since."""
        if device.setup.moving_field is None or device.moved_ms is None:
            return False
        longest = max(device.setup.longest_silence_ms, FROZEN_AFTER_AT_LEAST_MS)
        return now_ms - device.moved_ms > longest

    def _fault(
        self, condition: Condition, device: DeviceStanding, *, is_present: bool, now_ms: int
    ) -> list[Happening]:
        return self.step(
            stimuli.Fault(condition, is_present, device.setup.device_id, "frozen"), now_ms
        )

    def port_is(
        self, device_id: str, state: DeviceState, now_ms: int, reason: str | None = None
    ) -> list[Happening]:
        """Take that a device speaks, fell silent, never spoke, or lost its port."""
        device = self.devices[device_id]
        if state is DeviceState.CLOSED and device.last_byte_ms is None:
            state = DeviceState.NEVER
        if state is not DeviceState.SPEAKING:
            device.moving = device.moved_ms = None
        device.move_to(state, now_ms, reason)
        happened = self.step(
            stimuli.PortState(device_id, _PORT[state], device.setup.measures), now_ms
        )
        is_cuff = "nibp" in device.setup.measures
        if is_cuff and state is not DeviceState.SPEAKING:
            happened += self._take_activity(device.setup, CuffActivity(CuffState.UNKNOWN), now_ms)
        return happened

    def session_of(self, reading: Reading, now_ms: int) -> str | None:
        """Return the session a reading belongs to: the one it was taken in, None if in none."""
        if self.session is None:
            return None
        taken_ms: int | None = now_ms
        if isinstance(reading, NibpDetermination):
            known_ms = self.measured_ms(reading, now_ms)
            taken_ms = None if reading.is_age_unknown else known_ms
        return self.session.session_id if self.session.has_taken(taken_ms) else None

    def has_heard(self, reading: Reading, now_ms: int) -> bool:
        """Say whether a reading is a cuff result told once more, which is no new fact."""
        if not isinstance(reading, NibpDetermination):
            return False
        return self.nibp.has_heard(reading, self.measured_ms(reading, now_ms))

    # ---- the cuff as ordered from here

    def cuff_due(self, now_ms: int) -> tuple[CuffOrder, ...]:
        """Return the cuff readings that an armed cadence wants started now."""
        return ()

    def cuff_answered(self, order: CuffOrder, error: str | None, now_ms: int) -> list[Happening]:
        """Take that a start or stop was sent to the cuff, or why not."""
        word = "cuff_start" if order.is_start else "cuff_stop"
        payload = {"device_id": order.device_id, "error": error}
        return [self.entry(word, now_ms, order.by, payload)]

    # ---- time and alarms

    def step(self, stimulus: stimuli.Stimulus, now_ms: int) -> list[Happening]:
        """Hand one stimulus to the alarm engine and return its transitions."""
        self.alarms, events = alarms.step(self.alarms, self.limits, stimulus, now_ms)
        session_id = self.session.session_id if self.session else None
        return [AlarmChanged(session_id, event) for event in events]

    def advance(self, now_ms: int) -> list[Happening]:
        """Let time pass up to a moment."""
        return self.step(stimuli.Tick(), now_ms)

    def standing(self, now_ms: int) -> tuple[StandingAlarm, ...]:
        """Return what staff are told now, most urgent first."""
        return alarms.standing(self.alarms, self.limits, now_ms)

    def deadline_ms(self) -> int | None:
        """Return when time alone will change something; None if it will not."""
        return alarms.deadline_ms(self.alarms)

    # ---- the patient's own baseline

    def tell_phase(self, now_ms: int) -> list[Happening]:
        """Tell the alarm engine the phase, and when the planned infusion will be over."""
        phase, running = self._phase(), self.session
        planned_end_ms = (
            running.projected_end_ms(now_ms) if running and running.is_running else None
        )
        return self.step(stimuli.PhaseIs(str(phase) if phase else None, planned_end_ms), now_ms)

    def seat(
        self, began: InfusionSession, protocol: ClinicProtocol, now_ms: int
    ) -> list[Happening]:
        """Take a new session: nothing of the last patient stays, limits are the preset's."""
        self.start_over(now_ms)
        self.session, self.protocol = began, protocol
        self.limits = load_preset(protocol.alarm_preset)
        details = {"protocol": protocol.to_record(), "preset": protocol.alarm_preset}
        happened: list[Happening] = [
            SessionBegan(began, details),
            PhaseEntered(began.session_id, began.marks[-1]),
        ]
        happened += self.step(stimuli.LimitsAre(self.limits), now_ms)
        return happened + self.tell_phase(now_ms)

    def end_session(self, now_ms: int) -> list[Happening]:
        """Reset limits, alarms and values: the next patient starts from presets."""
        self.session = self.protocol = None
        self.start_over(now_ms)
        self.limits = load_preset(self.setup.default_preset)
        happened = self.step(stimuli.LimitsAre(self.limits), now_ms)
        return happened + self.tell_phase(now_ms)

    def freeze_baseline(self, now_ms: int, by: str) -> list[Happening]:
        """Freeze the patient's own values as the drug is given; relative limits start to count."""
        self.baseline = self.measured_baseline()
        happened = self.step(stimuli.Baseline(dict(self.baseline)), now_ms)
        return [*happened, self.entry("baseline", now_ms, by, dict(self.baseline))]

    def _phase(self) -> Phase | None:
        return self.session.phase if self.session else None

    def _keep_for_baseline(self, reading: VitalReading, now_ms: int) -> None:
        if self._phase() is not Phase.BASELINE or reading.value is None:
            return
        if self._quiet_values and self._quiet_values[-1][0] > now_ms - 300:
            return
        self._quiet_values.append((now_ms, reading))
        if self._quiet_values[0][0] < now_ms - _BASELINE_WINDOW_MS:
            del self._quiet_values[0]

    def measured_baseline(self) -> dict[str, float]:
        """Return the patient's own values before the drug.

        Pressures: median of the last two completed cuff readings of the baseline phase. Continuous
        vitals: median of the last two minutes of it. What was not measured is absent.
        """
        found: dict[str, float] = {}
        last_two = self.cuff_readings[-2:]
        for component in Component:
            values = [getattr(reading, component) for reading in last_two]
            known = [value for value in values if value is not None]
            if known:
                found[str(component)] = float(median(known))
        return found | self._quiet_medians()

    def _quiet_medians(self) -> dict[str, float]:
        by_vital: dict[str, list[float]] = {}
        for _, reading in self._quiet_values:
            if reading.value is not None:
                by_vital.setdefault(str(reading.vital), []).append(float(reading.value))
        return {vital: float(median(values)) for vital, values in by_vital.items()}

    def start_over(self, now_ms: int) -> None:
        """Forget the patient: nothing of one is ever seen on the next."""
        self.newest.forget()
        self.nibp.start_over(now_ms)
        self.cuff_readings.clear()
        self._quiet_values.clear()
        self.baseline = {}

    def entry(
        self, kind: str, now_ms: int, by: str, payload: dict[str, Any], corrects: str | None = None
    ) -> EntryMade:
        """Return an entry of this recliner's session."""
        session_id = self.session.session_id if self.session else None
        return EntryMade(session_id, kind, now_ms, by, payload, corrects)
