"""One recliner as it stands: its session, its alarms, its newest values, its devices.

Here readings and port changes become what is true and told now: each call is handed ``now_ms``
and returns what happened, for the collector to put on record. Nothing here waits, asks the time,
or knows a port or a store; what staff order is in verbs.py, how a session comes and goes in
seating.py, whether a device belongs here in swapped.py, what a page sees in depiction.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitors.clinic import alarms, cadence_events, stimuli
from monitors.clinic.alarm_event import EventState, Transition
from monitors.clinic.alarms import AlarmState
from monitors.clinic.cadence_events import CadenceEvent
from monitors.clinic.checklist import Item
from monitors.clinic.conditions import Condition, Kind
from monitors.clinic.coverage import is_covered
from monitors.clinic.frozen import is_frozen, watch_field
from monitors.clinic.happenings import AlarmChanged, CuffOrder, EntryMade, Happening
from monitors.clinic.limits import Limits
from monitors.clinic.newest import NewestNibp, NewestVitals, Shown
from monitors.clinic.own_cuff import OwnCuff
from monitors.clinic.phases import Phase
from monitors.clinic.place import Arms, DeviceStanding, DeviceState, ReclinerSetup
from monitors.clinic.preset_file import presets as built_in_presets
from monitors.clinic.protocol_toml import built_in
from monitors.clinic.protocols import ClinicProtocol
from monitors.clinic.session import InfusionSession
from monitors.clinic.standing import StandingAlarm, standing
from monitors.clinic.visit import Visit
from monitors.readings import (
    CuffActivity,
    CuffState,
    DeviceIdentity,
    MovingField,
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    Reading,
    Vital,
    VitalReading,
    vitals_of,
)

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
    own_cuff: OwnCuff = field(default_factory=OwnCuff)

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
        if is_frozen(device, now_ms):
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
        if session is None or self.visit is None:
            return happened
        if session.has_taken(measured_ms):
            at_utc_ms = measured_ms + session.utc_offset_ms
            self.visit.keep_pressure(at_utc_ms, reading, session.phase)
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
        before = self.nibp.activity.state
        has_changed = reading.state is not before
        self.nibp.cycle.heard(before, reading.state, now_ms)
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
        is_stale = watch_field(device, reading.value, now_ms)
        if is_stale is None:
            return []
        device_id = device.setup.device_id
        return self.step(stimuli.Fault(Condition.FEED_STALE, is_stale, device_id, "frozen"), now_ms)

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
        taken_ms = now_ms
        if isinstance(reading, NibpDetermination):
            taken_ms = self.measured_ms(reading, now_ms)
            if reading.is_age_unknown or self.nibp.is_anothers(reading, taken_ms):
                return None
        return self.session.session_id if self.session.has_taken(taken_ms) else None

    def covers(self, device_id: str, reading: Reading) -> bool:
        """Say whether a reading is of what is taken from that device."""
        return is_covered(reading, self.devices[device_id].setup.measures)

    def has_heard(self, reading: Reading, now_ms: int) -> bool:
        """Say whether a reading is a cuff result told once more, which is no new fact."""
        if not isinstance(reading, NibpDetermination):
            return False
        return self.nibp.has_heard(reading, self.measured_ms(reading, now_ms))

    # ---- the cuff: when it is due, and what was asked of it

    def tell_cadence(self, event: CadenceEvent, now_ms: int) -> list[Happening]:
        """Tell the cuff's cadence; the alarm engine hears when the next reading is due."""
        visit = self.visit
        if visit is None:
            return []
        began_ms = visit.cadence.stat_ms
        is_due_moved = visit.tell_cadence(event, now_ms)
        happened: list[Happening] = []
        is_over = began_ms is not None and visit.cadence.stat_ms is None
        if is_over and not isinstance(event, cadence_events.StopStat):
            happened += self._series_over(visit, began_ms or 0, now_ms)
        if not is_due_moved:
            return happened
        promise = visit.promise
        due = stimuli.NibpDue(promise.due_ms, float(promise.interval_s or 0))
        return happened + self.step(due, now_ms)

    def _series_over(self, visit: Visit, began_ms: int, now_ms: int) -> list[Happening]:
        """Put on record that a STAT series ended by itself without a reading; else it is plain."""
        if visit.cadence.has_read_since(began_ms):
            return []
        return [self.entry("stop_stat", now_ms, "Chairside", {"readings": 0})]

    def cuff_due(self, now_ms: int) -> tuple[CuffOrder, ...]:
        """Return the cuff reading that a cadence or series wants started now, at most once."""
        order = self.own_cuff.order_due(self.setup, self.visit, self.arms, now_ms)
        if order is None:
            return ()
        self.nibp.cycle.asked(now_ms)
        return (order,)

    def cuff_answered(self, order: CuffOrder, error: str | None, now_ms: int) -> list[Happening]:
        """Take that a start or stop was sent to the cuff, or why not."""
        self.own_cuff.answered(order, error, now_ms)
        if order.is_start:
            self.nibp.cycle.answered(error, now_ms)
        word = "cuff_start" if order.is_start else "cuff_stop"
        payload = {"device_id": order.device_id, "error": error}
        happened: list[Happening] = [self.entry(word, now_ms, order.by, payload)]
        if order.is_start and error is None:
            happened += self.tell_cadence(cadence_events.CuffStarted(), now_ms)
        return happened

    def cuff_runs_on(self, device_id: str, stops: int, now_ms: int) -> list[Happening]:
        """Take that a cuff does not heed our stops: told as a fault of its device."""
        words = f"the cuff goes on measuring after {stops} stops"
        payload = {"device_id": device_id, "error": words}
        fault = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.DEVICE_FAULT)
        told = self.step(stimuli.CuffResult(fault, now_ms), now_ms)
        return [self.entry("cuff_stop", now_ms, "Chairside", payload), *told]

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

    # ---- the patient

    def tell_phase(self, now_ms: int) -> list[Happening]:
        """Tell the alarm engine the phase, and when the planned infusion will be over."""
        phase, running = self._phase(), self.session
        planned_end_ms = (
            running.projected_end_ms(now_ms) if running and running.is_running else None
        )
        return self.step(stimuli.PhaseIs(str(phase) if phase else None, planned_end_ms), now_ms)

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
        self.own_cuff.forget()
        for device in self.devices.values():
            device.is_suspect = False

    def entry(
        self, kind: str, now_ms: int, by: str, payload: dict[str, Any], corrects: str | None = None
    ) -> EntryMade:
        """Return an entry of this recliner's session."""
        session_id = self.session.session_id if self.session else None
        return EntryMade(session_id, kind, now_ms, by, payload, corrects)
