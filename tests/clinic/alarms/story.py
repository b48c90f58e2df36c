"""A story of one recliner, told in clock times and readings, so that a nurse can check it.

``story.at("00:10").spo2(88)`` gives one value; ``story.until("00:30", spo2=88)`` gives one each
second. What is told now is ``story.told()``; when alarms began is ``story.starts("spo2_low")``.
"""

from __future__ import annotations

import json
from typing import Any, Self

from monitors.clinic import stimuli
from monitors.clinic.alarm_event import AlarmEvent, Transition
from monitors.clinic.alarms import AlarmState, StandingAlarm, deadline_ms, standing, step
from monitors.clinic.conditions import Condition
from monitors.clinic.limits import change_limit
from monitors.clinic.preset_file import load_preset
from monitors.clinic.stimuli import PortCondition, Stimulus
from monitors.readings import (
    CuffState,
    NibpDetermination,
    NibpFailure,
    NibpOutcome,
    SignalCondition,
    Validity,
    Vital,
)

ARTIFACT = SignalCondition.ARTIFACT
FINGER_OUT = SignalCondition.FINGER_OUT
_VITALS = {
    "spo2": Vital.SPO2,
    "pulse": Vital.PULSE_RATE,
    "respiration": Vital.RESPIRATION_RATE,
    "heart_rate": Vital.HEART_RATE,
}


def ms(clock: str) -> int:
    """Return "mm:ss" or "h:mm:ss" as milliseconds."""
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds * 1000


def clock_of(at_ms: int) -> str:
    """Return milliseconds as "mm:ss", with a fraction where there is one."""
    minutes, rest = divmod(at_ms, 60_000)
    text = f"{minutes:02d}:{rest // 1000:02d}"
    return text if rest % 1000 == 0 else f"{text}.{rest % 1000:03d}"


class Story:
    """Tell the engine what happens, in order; how says what is done to it between the lines.

    how: "plain"; "killed": written down and read back after each line; "watched": looked at four
    times a second.
    """

    def __init__(
        self,
        preset: str = "mood",
        phase: str | None = "infusing",
        how: str = "plain",
        has_oximeter: bool = True,
    ):
        self.how = how
        self.limits = load_preset(preset)
        self.state = AlarmState.new("R1", has_oximeter=has_oximeter)
        self.now_ms = 0
        self.log: list[AlarmEvent] = []
        if phase:
            self.phase(phase)

    def happens(self, stimulus: Stimulus) -> Self:
        if self.how == "watched":
            while self.state.now_ms + 250 < self.now_ms:
                self._step(stimuli.Tick(), self.state.now_ms + 250)
        self._step(stimulus, self.now_ms)
        if self.how == "killed":
            self.kill()
        return self

    def _step(self, stimulus: Stimulus, now_ms: int) -> None:
        self.state, events = step(self.state, self.limits, stimulus, now_ms)
        due_ms = deadline_ms(self.state)
        assert due_ms is None or due_ms > self.state.now_ms, "something due was left undone"
        self.log += events

    def kill(self) -> Self:
        """Write the state down as a killed collector finds it, and read it back."""
        record = json.loads(json.dumps(self.state.to_record()))
        again = AlarmState.from_record(record, same_boot=True, now_ms=self.now_ms)
        assert again == self.state
        self.state = again
        return self

    def reboot(self, away: str = "00:00", timeline_ms: int = 5_000) -> Self:
        """Read the state back on a machine that was started again."""
        record = json.loads(json.dumps(self.state.to_record(utc_ms=1_000_000_000)))
        utc_ms = 1_000_000_000 + ms(away)
        self.now_ms = timeline_ms
        self.state = AlarmState.from_record(record, False, timeline_ms, utc_ms)
        return self

    def sinces(self, condition: str) -> list[tuple[str, str]]:
        """Return what happened to a condition, each with since when the log says it is true."""
        return [
            (str(event.transition), clock_of(event.since_ms))
            for event in self.log
            if event.condition == condition and event.since_ms is not None
        ]

    # ---- when

    def at(self, clock: str) -> Self:
        self.now_ms = ms(clock)
        return self

    def until(self, clock: str, every_s: float = 1, **values: float) -> Self:
        """Give the same values each second up to and with a moment."""
        end_ms = ms(clock)
        while self.now_ms + every_s * 1000 <= end_ms:
            self.now_ms += round(every_s * 1000)
            for name, value in values.items():
                self.sample(_VITALS[name], value)
        self.now_ms = end_ms
        return self

    def nothing_until(self, clock: str) -> Self:
        self.now_ms = ms(clock)
        return self.happens(stimuli.Tick())

    # ---- what

    def sample(self, vital: Vital, value: float | None, **more: Any) -> Self:
        return self.happens(stimuli.Sample(vital, value, **more))

    def spo2(self, value: float) -> Self:
        return self.sample(Vital.SPO2, value)

    def doubtful_spo2(self, value: float) -> Self:
        return self.sample(
            Vital.SPO2, value, validity=Validity.QUESTIONABLE, conditions=(ARTIFACT,)
        )

    def invalid_spo2(self, value: float | None = None) -> Self:
        return self.sample(Vital.SPO2, value, validity=Validity.INVALID)

    def no_finger(self) -> Self:
        return self.sample(Vital.SPO2, None, validity=Validity.INVALID, conditions=(FINGER_OUT,))

    def no_finger_until(self, clock: str) -> Self:
        while self.now_ms + 1000 <= ms(clock):
            self.now_ms += 1000
            self.no_finger()
        return self

    def pulse(self, value: float) -> Self:
        return self.sample(Vital.PULSE_RATE, value)

    def cuff(self, pressures: str, mean: int | None = None, measured: str | None = None) -> Self:
        """Give a completed cuff reading, "128/79"."""
        systolic, diastolic = (int(part) for part in pressures.split("/"))
        measured_ms = self.now_ms if measured is None else ms(measured)
        reading = NibpDetermination(NibpOutcome.COMPLETED, systolic, diastolic, mean)
        return self.happens(stimuli.CuffResult(reading, measured_ms))

    def cuff_failed(self, reason: str = "leak") -> Self:
        reading = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure(reason))
        return self.happens(stimuli.CuffResult(reading, self.now_ms))

    def cuff_starts(self, same_arm: bool | None = True) -> Self:
        return self.happens(stimuli.CuffRunning(CuffState.MEASURING, same_arm))

    def cuff_stops(self, same_arm: bool | None = True) -> Self:
        return self.happens(stimuli.CuffRunning(CuffState.IDLE, same_arm))

    def port(self, state: str, device_id: str = "R1/oximeter") -> Self:
        return self.happens(stimuli.PortState(device_id, PortCondition(state)))

    def phase(self, phase: str | None, planned_end: str | None = None) -> Self:
        end_ms = None if planned_end is None else ms(planned_end)
        return self.happens(stimuli.PhaseIs(phase, end_ms))

    def baseline(self, **values: float) -> Self:
        return self.happens(stimuli.Baseline(values))

    def cuff_due(self, clock: str | None, every_s: float = 600) -> Self:
        return self.happens(stimuli.NibpDue(None if clock is None else ms(clock), every_s))

    def fault(self, condition: str, is_present: bool = True) -> Self:
        return self.happens(stimuli.Fault(Condition(condition), is_present))

    # ---- who

    def acknowledged(self, condition: str, by: str = "A. Nurse") -> Self:
        return self.happens(stimuli.Acknowledge(Condition(condition), by))

    def audio_paused(self, by: str = "A. Nurse", until: str | None = None) -> Self:
        return self.happens(stimuli.PauseAudio(by, None if until is None else ms(until)))

    def audio_resumed(self, by: str = "A. Nurse") -> Self:
        return self.happens(stimuli.ResumeAudio(by))

    def limit_changed(
        self, condition: str, bound: float | None, by: str = "Dr. B", reason: str = "treated"
    ) -> Self:
        self.limits = change_limit(self.limits, condition, bound, by, reason)
        return self.happens(stimuli.LimitsAre(self.limits, by, reason, Condition(condition)))

    # ---- what is told

    def standing(self) -> tuple[StandingAlarm, ...]:
        return standing(self.state, self.limits, self.now_ms)

    def told(self) -> list[str]:
        """Return what stands, most urgent first, as "condition priority"."""
        return [f"{alarm.condition} {alarm.priority}" for alarm in self.standing()]

    def alarm(self, condition: str) -> StandingAlarm:
        return next(alarm for alarm in self.standing() if alarm.condition == condition)

    def sounds(self) -> list[str]:
        """Return the conditions that sound now."""
        return [str(alarm.condition) for alarm in self.standing() if alarm.is_audible]

    def times(self, condition: str | None, transition: Transition) -> list[str]:
        return [
            clock_of(event.at_ms)
            for event in self.log
            if event.transition is transition and event.condition == condition
        ]

    def starts(self, condition: str) -> list[str]:
        return self.times(condition, Transition.STARTED)

    def ends(self, condition: str) -> list[str]:
        return self.times(condition, Transition.ENDED)

    def last(self, transition: Transition) -> AlarmEvent:
        return next(event for event in reversed(self.log) if event.transition is transition)
