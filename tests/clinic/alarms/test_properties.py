"""What must hold for every sequence of events, searched for by Hypothesis.

The patient's truth is kept here by hand, without the engine: which valid values came, and since
when a bound has been broken.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.clinic import stimuli
from monitors.clinic.alarm_event import AlarmEvent, Transition
from monitors.clinic.alarms import AlarmState, StandingAlarm, standing, step
from monitors.clinic.conditions import Condition
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

LIMITS = load_preset("mood")
FRESH_MS = 3000
HIGH = {
    "spo2_very_low": (Vital.SPO2, lambda v: v < 85, lambda v: v >= 87, 5_000),
    "pulse_very_high": (Vital.PULSE_RATE, lambda v: v > 140, lambda v: v <= 137, 10_000),
    "pulse_very_low": (Vital.PULSE_RATE, lambda v: v < 40, lambda v: v >= 43, 10_000),
}
STANDING = st.sampled_from(
    [
        Condition.SPO2_LOW,
        Condition.SPO2_VERY_LOW,
        Condition.PULSE_VERY_HIGH,
        Condition.PULSE_VERY_LOW,
        Condition.NIBP_VERY_HIGH,
        Condition.PORT_SILENT,
        Condition.NO_VALID_SPO2,
    ]
)
VALIDITY = st.sampled_from([Validity.VALID] * 6 + [Validity.QUESTIONABLE, Validity.INVALID])


def _sample(vital: Vital, values: list[float]) -> st.SearchStrategy[Stimulus]:
    return st.builds(
        stimuli.Sample,
        st.just(vital),
        st.sampled_from(values),
        VALIDITY,
        st.sampled_from([(), (SignalCondition.FINGER_OUT,)]),
        st.just(FRESH_MS),
    )


def _cuff(systolic: int, is_failed: bool) -> Stimulus:
    if is_failed:
        reading = NibpDetermination(NibpOutcome.FAILED, reason=NibpFailure.MOTION)
    else:
        reading = NibpDetermination(NibpOutcome.COMPLETED, systolic, 80, 95)
    return stimuli.CuffResult(reading, 0)


EVENTS: st.SearchStrategy[Stimulus] = st.one_of(
    _sample(Vital.SPO2, [97, 92, 90, 89, 88, 86, 84, 79]),
    _sample(Vital.SPO2, [84, 83]),
    _sample(Vital.PULSE_RATE, [75, 38, 41, 49, 121, 139, 145, 150]),
    _sample(Vital.PULSE_RATE, [150]),
    st.builds(_cuff, st.sampled_from([70, 85, 120, 170, 185, 205]), st.booleans()),
    st.builds(stimuli.Acknowledge, STANDING, st.just("A. Nurse")),
    st.builds(stimuli.PauseAudio, st.just("B. Nurse")),
    st.builds(stimuli.ResumeAudio, st.just("B. Nurse")),
    st.builds(
        stimuli.CuffRunning, st.sampled_from(list(CuffState)), st.sampled_from([True, False, None])
    ),
    st.builds(
        stimuli.PortState,
        st.sampled_from(["R1/oximeter", "R1/cuff"]),
        st.sampled_from(list(PortCondition)),
    ),
    st.builds(stimuli.Baseline, st.just({"spo2_pct": 94.0, "pulse_rate_per_min": 70.0})),
    st.just(stimuli.Tick()),
)
PHASES = st.builds(
    stimuli.PhaseIs,
    st.sampled_from(["intake", "baseline", "infusing", "paused", "recovery", "discharged", None]),
    st.sampled_from([None, 60_000]),
)
STEPS_MS = st.sampled_from([0, 250, 1000, 1000, 1000, 2000, 3000, 7000, 20_000, 61_000])
STORIES = st.lists(st.tuples(STEPS_MS, EVENTS), min_size=5, max_size=60)
WITH_PHASES = st.lists(st.tuples(STEPS_MS, EVENTS | PHASES), min_size=5, max_size=60)


def dated(story: list[tuple[int, Stimulus]]) -> list[tuple[int, Stimulus]]:
    """Return a story with moments; a cuff result is measured when it comes."""
    now_ms, told = 0, []
    for wait_ms, stimulus in [(0, stimuli.PhaseIs("infusing")), *story]:
        now_ms += wait_ms
        if isinstance(stimulus, stimuli.CuffResult):
            stimulus = stimuli.CuffResult(stimulus.determination, now_ms)
        told.append((now_ms, stimulus))
    return told


@dataclass
class Truth:
    """Know by hand since when a bound has been broken without doubt."""

    since_ms: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(HIGH))
    last_ms: dict[str, int] = field(default_factory=dict)

    def take(self, sample: stimuli.Sample, now_ms: int) -> None:
        if sample.validity not in (Validity.VALID, Validity.QUESTIONABLE):
            return
        for name, (vital, is_broken, _, _) in HIGH.items():
            if sample.vital is not vital or sample.value is None:
                continue
            if is_broken(sample.value):
                if self.since_ms[name] is None:
                    self.since_ms[name] = now_ms
                self.last_ms[name] = now_ms
            elif sample.validity is Validity.VALID:
                self.since_ms[name] = None

    def true_now(self, now_ms: int) -> list[str]:
        """Return what has been true for its whole delay, by a value that still speaks."""
        return [
            name
            for name, since_ms in self.since_ms.items()
            if since_ms is not None
            and min(now_ms, self.last_ms[name] + FRESH_MS) - since_ms >= HIGH[name][3]
        ]


@settings(deadline=None, max_examples=150)
@given(STORIES)
def test_no_high_priority_truth_is_ever_unacknowledged_and_untold(
    story: list[tuple[int, Stimulus]],
) -> None:
    state, truth = AlarmState.new("R1"), Truth()
    acknowledged_ms: dict[str, int] = {}
    for now_ms, stimulus in dated(story):
        state, _ = step(state, LIMITS, stimulus, now_ms)
        if isinstance(stimulus, stimuli.Sample):
            truth.take(stimulus, now_ms)
        told = {str(alarm.condition): alarm for alarm in standing(state, LIMITS, now_ms)}
        if isinstance(stimulus, stimuli.Acknowledge):
            acknowledged_ms[str(stimulus.condition)] = now_ms
        for name in truth.true_now(now_ms):
            assert name in told, f"{name} is true at {now_ms} and nobody is told"
            _must_sound(state, told[name], acknowledged_ms.get(name), now_ms)


def _must_sound(
    state: AlarmState, alarm: StandingAlarm, acknowledged_ms: int | None, now_ms: int
) -> None:
    assert alarm.priority == "high"
    assert not alarm.is_held
    if alarm.acknowledged_by is not None:
        assert acknowledged_ms is not None
        return
    if not alarm.is_audible:
        assert state.pause is not None
        assert now_ms < state.pause.until_ms <= state.pause.since_ms + 120_000


@settings(deadline=None, max_examples=100)
@given(STORIES, STANDING)
def test_an_acknowledged_condition_never_silences_another(
    story: list[tuple[int, Stimulus]], condition: Condition
) -> None:
    """Acknowledge one condition once a second in one of two worlds: the others sound alike."""
    plain = [pair for pair in dated(story) if not isinstance(pair[1], stimuli.Acknowledge)]
    left = right = AlarmState.new("R1")
    for now_ms, stimulus in plain:
        left, _ = step(left, LIMITS, stimulus, now_ms)
        right, _ = step(right, LIMITS, stimulus, now_ms)
        if not isinstance(stimulus, stimuli.PauseAudio):
            right, _ = step(right, LIMITS, stimuli.Acknowledge(condition, "A. Nurse"), now_ms)
        assert _others(left, condition, now_ms) <= _others(right, condition, now_ms)


def _others(state: AlarmState, condition: Condition, now_ms: int) -> set[tuple[str, str | None]]:
    return {
        (str(alarm.condition), alarm.device_id)
        for alarm in standing(state, LIMITS, now_ms)
        if alarm.condition is not condition and alarm.is_audible
    }


@settings(deadline=None, max_examples=150)
@given(WITH_PHASES, st.data())
def test_a_collector_killed_anywhere_gives_the_same_events(
    story: list[tuple[int, Stimulus]], data: st.DataObject
) -> None:
    killed_after = data.draw(st.integers(0, len(story)))
    whole, again = AlarmState.new("R1"), AlarmState.new("R1")
    first: list[AlarmEvent] = []
    second: list[AlarmEvent] = []
    for place, (now_ms, stimulus) in enumerate(dated(story)):
        whole, events = step(whole, LIMITS, stimulus, now_ms)
        first += events
        again, events = step(again, LIMITS, stimulus, now_ms)
        second += events
        if place == killed_after:
            record = json.loads(json.dumps(again.to_record(utc_ms=now_ms)))
            again = AlarmState.from_record(record, True, now_ms)
    assert second == first
    assert again == whole


@settings(deadline=None, max_examples=100)
@given(WITH_PHASES)
def test_looking_more_often_changes_nothing(story: list[tuple[int, Stimulus]]) -> None:
    rare, often = AlarmState.new("R1"), AlarmState.new("R1")
    first: list[AlarmEvent] = []
    second: list[AlarmEvent] = []
    for now_ms, stimulus in dated(story):
        while often.now_ms + 700 < now_ms:
            often, events = step(often, LIMITS, stimuli.Tick(), often.now_ms + 700)
            second += events
        rare, events = step(rare, LIMITS, stimulus, now_ms)
        first += events
        often, events = step(often, LIMITS, stimulus, now_ms)
        second += events
    assert second == first


@settings(deadline=None, max_examples=100)
@given(WITH_PHASES)
def test_the_log_alone_tells_what_stands(story: list[tuple[int, Stimulus]]) -> None:
    state, known = AlarmState.new("R1"), set()
    for now_ms, stimulus in dated(story):
        state, events = step(state, LIMITS, stimulus, now_ms)
        for event in events:
            key = (event.condition, event.device_id)
            if event.transition is Transition.STARTED:
                known.add(key)
            elif event.condition and event.state in ("inactive", "off"):
                known.discard(key)
        stands = {(alarm.condition, alarm.device_id) for alarm in standing(state, LIMITS, now_ms)}
        assert stands == known


@settings(deadline=None, max_examples=100)
@given(STORIES)
def test_no_hold_is_longer_than_sixty_seconds(story: list[tuple[int, Stimulus]]) -> None:
    state = AlarmState.new("R1")
    for now_ms, stimulus in dated(story):
        state, events = step(state, LIMITS, stimulus, now_ms)
        for event in events:
            if event.transition is Transition.HOLD_ENDED:
                assert event.held_ms is not None
                assert event.held_ms <= 60_000
        if state.hold is not None:
            assert now_ms - state.hold.since_ms < 60_000


@settings(deadline=None, max_examples=60)
@given(WITH_PHASES)
def test_a_reboot_loses_nothing_that_was_told(story: list[tuple[int, Stimulus]]) -> None:
    state, now_ms = AlarmState.new("R1"), 0
    for now_ms, stimulus in dated(story):
        state, _ = step(state, LIMITS, stimulus, now_ms)
    before = standing(state, LIMITS, now_ms)
    record = json.loads(json.dumps(state.to_record(utc_ms=1_700_000_000_000)))
    after = AlarmState.from_record(record, False, 4_000, 1_700_000_030_000)
    told = {(one.condition, one.device_id, one.priority, one.state) for one in before}
    again = standing(after, LIMITS, 4_000)
    assert {(one.condition, one.device_id, one.priority, one.state) for one in again} == told
