"""One recliner as it stands: its session, its alarms, its newest values, its devices.

Here readings and port changes become what is true and told now: each call is handed ``now_ms``
and returns what happened, for the collector to put on record. Nothing here waits, asks the time,
or knows a port or a store; what staff order is in verbs.py, what a page sees in depiction.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitors.clinic import alarms, cadence_events, stimuli
from monitors.clinic.alarm_event import EventState, Transition
from monitors.clinic.alarms import AlarmState
from monitors.clinic.cadence import Cadence
from monitors.clinic.cadence_events import CadenceEvent, DueFor
from monitors.clinic.checklist import Item
from monitors.clinic.conditions import Condition, Kind
from monitors.clinic.happenings import (
    AlarmChanged,
    CuffOrder,
    EntryMade,
    Happening,
    PhaseEntered,
    SessionBegan,
)
from monitors.clinic.limits import Limits
from monitors.clinic.newest import NewestNibp, NewestVitals, Shown
from monitors.clinic.place import Arms, DeviceSetup, DeviceStanding, DeviceState, ReclinerSetup
from monitors.clinic.preset_file import limits_from_record
from monitors.clinic.preset_file import presets as built_in_presets
from monitors.clinic.protocols import ClinicProtocol, built_in
from monitors.clinic.session import InfusionSession, Phase, PhaseMark
from monitors.clinic.standing import StandingAlarm, standing
from monitors.clinic.visit import Visit
from monitors.errors import SessionError
from monitors.readings import (
    CuffActivity,
    CuffState,
    DeviceIdentity,
    MovingField,
    NibpDetermination,
    OximetryReading,
    Reading,
    Vital,
    VitalReading,
    WaveformChunk,
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
CUFF_RETRY_MS = 15_000
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
    presets: Mapping[str, Limits] = field(default_factory=built_in_presets)
    protocols: Mapping[str, ClinicProtocol] = field(default_factory=built_in)
    session: InfusionSession | None = None
    visit: Visit | None = None
    newest: NewestVitals = field(default_factory=NewestVitals)
    nibp: NewestNibp = field(default_factory=NewestNibp)
    devices: dict[str, DeviceStanding] = field(init=False)
    arms: Arms = field(init=False)
    _is_cuff_ordered: bool = False
    _cuff_retry_ms: int | None = None

    def __post_init__(self) -> None:
        self.limits = self.presets[self.setup.default_preset]
        self.arms = self.setup.arms
        has_oximeter = self.setup.device_for("oximetry") is not None
        self.alarms = AlarmState.new(self.setup.name, has_oximeter=has_oximeter)
        self.devices = {d.device_id: DeviceStanding(d) for d in self.setup.devices}

    # ---- what devices say

    def take(self, device_id: str, reading: Reading, now_ms: int) -> list[Happening]:
        """Take one reading of one of this recliner's devices."""
        device = self.devices[device_id]
        if device.is_suspect or not self.covers(device_id, reading):
            return []
        if isinstance(reading, NibpDetermination):
            return self._take_cuff_result(reading, now_ms)
        if isinstance(reading, CuffActivity):
            return self._take_activity(reading, now_ms)
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
        if self._is_frozen(device, now_ms):
            return []
        self.newest.take(reading, now_ms, setup.longest_silence_ms)
        if self.visit is not None and self._phase() is Phase.BASELINE:
            self.visit.keep_quiet_value(reading, now_ms)
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

    def _take_cuff_result(self, reading: NibpDetermination, now_ms: int) -> list[Happening]:
        measured_ms = self.measured_ms(reading, now_ms)
        if not self.nibp.take(reading, measured_ms):
            return []
        happened = self.step(stimuli.CuffResult(reading, measured_ms), now_ms)
        session = self.session
        if session is None or self.visit is None or not session.has_taken(measured_ms):
            return happened
        self.visit.keep_pressure(measured_ms + session.utc_offset_ms, reading, session.phase)
        result = cadence_events.CuffResult(reading, measured_ms, not self._is_pressure_told())
        return happened + self.tell_cadence(result, now_ms)

    def _is_pressure_told(self) -> bool:
        """Say whether an alarm about pressure is true now."""
        return any(
            alarm.vital is Vital.NIBP
            and alarm.kind is Kind.PHYSIOLOGICAL
            and alarm.state is EventState.ACTIVE
            for alarm in self.standing(self.alarms.now_ms)
        )

    @staticmethod
    def measured_ms(reading: NibpDetermination, now_ms: int) -> int:
        """Return when a cuff result was measured, by the age its device tells."""
        return now_ms - round((reading.age_s or 0.0) * 1000)

    def _take_activity(self, reading: CuffActivity, now_ms: int) -> list[Happening]:
        has_changed = reading.state is not self.nibp.activity.state
        self.nibp.activity = reading
        if not has_changed:
            return []
        same_arm = self.arms.has_cuff_on_probe
        happened = self.step(stimuli.CuffRunning(reading.state, same_arm), now_ms)
        if reading.state is CuffState.MEASURING:
            happened += self.tell_cadence(cadence_events.CuffStarted(), now_ms)
        return happened

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
            happened += self._take_activity(CuffActivity(CuffState.UNKNOWN), now_ms)
        return happened

    def session_of(self, device_id: str, reading: Reading, now_ms: int) -> str | None:
        """Return the session a reading belongs to: the one it was taken in, None if in none."""
        if self.session is None or self.devices[device_id].is_suspect:
            return None
        taken_ms: int | None = now_ms
        if isinstance(reading, NibpDetermination):
            known_ms = self.measured_ms(reading, now_ms)
            taken_ms = None if reading.is_age_unknown else known_ms
        return self.session.session_id if self.session.has_taken(taken_ms) else None

    def covers(self, device_id: str, reading: Reading) -> bool:
        """Say whether a reading is of what is taken from that device."""
        measures = self.setup_of(device_id).measures
        if isinstance(reading, NibpDetermination | CuffActivity):
            return "nibp" in measures
        if isinstance(reading, OximetryReading | WaveformChunk):
            return "oximetry" in measures
        return not isinstance(reading, VitalReading) or MEASURE_OF[reading.vital] in measures

    def setup_of(self, device_id: str) -> DeviceSetup:
        """Return how a device of this recliner is set up."""
        return self.devices[device_id].setup

    def has_heard(self, reading: Reading, now_ms: int) -> bool:
        """Say whether a reading is a cuff result told once more, which is no new fact."""
        if not isinstance(reading, NibpDetermination):
            return False
        return self.nibp.has_heard(reading, self.measured_ms(reading, now_ms))

    # ---- the cuff as ordered from here

    def tell_cadence(self, event: CadenceEvent, now_ms: int) -> list[Happening]:
        """Tell the cuff's cadence; the alarm engine hears when the next reading is due."""
        if self.visit is None or not self.visit.tell_cadence(event, now_ms):
            return []
        promise = self.visit.promise
        due = stimuli.NibpDue(promise.due_ms, float(promise.interval_s or 0))
        return self.step(due, now_ms)

    def cuff_due(self, now_ms: int) -> tuple[CuffOrder, ...]:
        """Return the cuff reading that an armed cadence wants started now, at most once."""
        device = self.setup.cuff_device()
        if device is None or self.visit is None or not self.visit.promise.wants_start:
            return ()
        is_waiting = self._cuff_retry_ms is not None and now_ms < self._cuff_retry_ms
        if self._is_cuff_ordered or is_waiting or self.arms.has_cuff_on_iv:
            return ()
        self._is_cuff_ordered = True
        by = f"cadence armed by {self.visit.cadence.armed_by}"
        is_stat = self.visit.promise.due_for is DueFor.STAT
        return (CuffOrder(device.device_id, True, by, is_stat),)

    def cuff_answered(self, order: CuffOrder, error: str | None, now_ms: int) -> list[Happening]:
        """Take that a start or stop was sent to the cuff, or why not."""
        self._is_cuff_ordered = False
        self._cuff_retry_ms = None if error is None else now_ms + CUFF_RETRY_MS
        word = "cuff_start" if order.is_start else "cuff_stop"
        payload = {"device_id": order.device_id, "error": error}
        happened: list[Happening] = [self.entry(word, now_ms, order.by, payload)]
        if order.is_start and error is None:
            happened += self.tell_cadence(cadence_events.CuffStarted(), now_ms)
        return happened

    # ---- is it still the same device

    def identified(self, device_id: str, name: str | None, now_ms: int) -> list[Happening]:
        """Take by what serial number a device or its adapter names itself; None tells nothing.

        A device that is another one in mid-session counts for nothing until a person says so.
        """
        device = self.devices[device_id]
        if name is None or name == device.identity:
            return []
        known, device.identity = device.identity, name
        if known is None or self.session is None:
            return []
        return self.suspect(device_id, f"{known} became {name}", now_ms)

    def suspect(self, device_id: str, why: str, now_ms: int) -> list[Happening]:
        """Let a device's numbers no longer count, and tell staff why."""
        self.devices[device_id].is_suspect = True
        return self.step(stimuli.Fault(Condition.DEVICE_SWAPPED, True, device_id, why), now_ms)

    def accept_device(self, device_id: str, by: str, now_ms: int) -> list[Happening]:
        """Let a device count again on a person's word; SessionError if it was not suspected."""
        device = self.devices.get(device_id)
        if device is None or not device.is_suspect:
            raise SessionError(f"{device_id} is not waiting for a person's word")
        device.is_suspect = False
        happened = self.step(
            stimuli.Fault(Condition.DEVICE_SWAPPED, False, device_id, None), now_ms
        )
        payload = {"device_id": device_id, "identity": device.identity}
        return [*happened, self.entry("device_accepted", now_ms, by, payload)]

    # ---- time and alarms

    def step(self, stimulus: stimuli.Stimulus, now_ms: int) -> list[Happening]:
        """Hand one stimulus to the alarm engine and return its transitions."""
        self.alarms, events = alarms.step(self.alarms, self.limits, stimulus, now_ms)
        session_id = self.session.session_id if self.session else None
        happened: list[Happening] = [AlarmChanged(session_id, event) for event in events]
        is_asked = any(
            event.transition is Transition.REPEAT_ASKED and event.repeat_in_s == 0
            for event in events
        )
        if is_asked and self.session is not None and self.session.phase.is_watched:
            happened += self.tell_cadence(cadence_events.AskNow("alarm"), now_ms)
        return happened

    def advance(self, now_ms: int) -> list[Happening]:
        """Let time pass up to a moment."""
        happened = self.step(stimuli.Tick(), now_ms)
        return happened + self.tell_cadence(cadence_events.Tick(), now_ms)

    def standing(self, now_ms: int) -> tuple[StandingAlarm, ...]:
        """Return what staff are told now, most urgent first."""
        return standing(self.alarms, self.limits, now_ms)

    def deadline_ms(self) -> int | None:
        """Return when time alone will change something; None if it will not."""
        alarm_ms = alarms.deadline_ms(self.alarms)
        cuff_ms = self.visit.promise.next_ms if self.visit else None
        return min((at for at in (alarm_ms, cuff_ms) if at is not None), default=None)

    # ---- the patient's own baseline

    def tell_phase(self, now_ms: int) -> list[Happening]:
        """Tell the alarm engine the phase, and when the planned infusion will be over."""
        phase, running = self._phase(), self.session
        planned_end_ms = (
            running.projected_end_ms(now_ms) if running and running.is_running else None
        )
        return self.step(stimuli.PhaseIs(str(phase) if phase else None, planned_end_ms), now_ms)

    def seat(self, began: InfusionSession, now_ms: int) -> list[Happening]:
        """Take a new session: nothing of the last patient stays, limits are the preset's."""
        self.start_over(now_ms)
        self.session, plan = began, began.plan
        assert plan is not None
        self.visit = Visit(Cadence(plan.cuff))
        name = plan.preset_of(began.phase)
        self.limits = self.presets[name]
        details = {"protocol": plan.to_record(), "preset": name}
        happened: list[Happening] = [
            SessionBegan(began, details),
            PhaseEntered(began.session_id, began.marks[-1]),
        ]
        happened += self.step(stimuli.LimitsAre(self.limits), now_ms)
        return happened + self.tell_phase(now_ms)

    def enter(self, moved: InfusionSession, now_ms: int) -> list[Happening]:
        """Put a session that entered a phase in place of the one before."""
        mark: PhaseMark = moved.marks[-1]
        happened: list[Happening] = [PhaseEntered(moved.session_id, mark)]
        if moved.is_drug_begun_now:
            happened += self.freeze_baseline(now_ms, mark.by)
        before, self.session = self.session, moved
        happened += self.tell_phase(now_ms)
        happened += self.tell_cadence(cadence_events.PhaseIs(moved.phase), now_ms)
        if before is not None and moved.is_open:
            happened += self._follow_phase(before.phase, now_ms)
        if not moved.is_open:
            happened += self.end_session(now_ms)
        return happened

    def _follow_phase(self, before: Phase, now_ms: int) -> list[Happening]:
        """Load the protocol's preset of the phase, where it is another than that of the last one.

        What a person changed is changed again on the new numbers; limits that a person loaded,
        and the absence of limits under 18, stay.
        """
        plan, phase = self.session.plan if self.session else None, self._phase()
        if plan is None or phase is None or plan.preset_of(before) != self.limits.preset:
            return []
        name = plan.preset_of(phase)
        if name == self.limits.preset:
            return []
        record = self.limits.to_record() | {"preset": name}
        self.limits = limits_from_record(record, self.presets)
        happened = self.step(stimuli.LimitsAre(self.limits), now_ms)
        payload = {"preset": name, "phase": str(phase)}
        return [*happened, self.entry("limits_loaded", now_ms, "protocol", payload)]

    def end_session(self, now_ms: int) -> list[Happening]:
        """Reset limits, alarms and values: the next patient starts from presets."""
        self.session = None
        self.start_over(now_ms)
        self.limits = self.presets[self.setup.default_preset]
        happened = self.step(stimuli.LimitsAre(self.limits), now_ms)
        return happened + self.tell_phase(now_ms)

    def freeze_baseline(self, now_ms: int, by: str) -> list[Happening]:
        """Freeze the patient's own values as the drug is given; relative limits start to count."""
        assert self.visit is not None
        own = self.visit.baseline = self.visit.measured_baseline()
        happened = self.step(stimuli.Baseline(dict(own)), now_ms)
        return [*happened, self.entry("baseline", now_ms, by, dict(own))]

    def checklist(self, now_ms: int, now_utc_ms: int) -> tuple[Item, ...]:
        """Return the discharge checklist of the patient; empty where nobody sits."""
        if self.visit is None or self.session is None:
            return ()
        newest: dict[Vital, float | None] = {}
        for vital in (Vital.SPO2, Vital.PULSE_RATE):
            shown = self.newest.shown(vital, now_ms)
            newest[vital] = shown.value if shown and shown.state is Shown.VALID else None
        return self.visit.checklist(self.session, now_ms, now_utc_ms, newest)

    @property
    def baseline(self) -> dict[str, float]:
        """Return the frozen values of this patient; empty before the drug was given."""
        return self.visit.baseline if self.visit else {}

    def _phase(self) -> Phase | None:
        return self.session.phase if self.session else None

    def start_over(self, now_ms: int) -> None:
        """Forget the patient: nothing of one is ever seen on the next."""
        self.newest.forget()
        self.nibp.start_over(now_ms)
        self.visit = None
        self.arms = self.setup.arms
        self._is_cuff_ordered, self._cuff_retry_ms = False, None
        for device in self.devices.values():
            device.is_suspect = False

    def entry(
        self, kind: str, now_ms: int, by: str, payload: dict[str, Any], corrects: str | None = None
    ) -> EntryMade:
        """Return an entry of this recliner's session."""
        session_id = self.session.session_id if self.session else None
        return EntryMade(session_id, kind, now_ms, by, payload, corrects)
