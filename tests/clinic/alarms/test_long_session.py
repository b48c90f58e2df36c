"""What a reading costs must not grow with the session: the state stays as small as it was."""

from __future__ import annotations

import json

from monitors.clinic import stimuli
from monitors.clinic.alarms import AlarmState, step
from monitors.clinic.preset_file import load_preset
from monitors.readings import NibpDetermination, NibpOutcome, Vital


def four_hours() -> list[int]:
    """Run four hours with an alarm each five minutes; return the state's size each half hour."""
    limits, state = load_preset("pain"), AlarmState.new("R1")
    state, _ = step(state, limits, stimuli.PhaseIs("infusing"), 0)
    sizes = []
    for second in range(1, 4 * 3600 + 1):
        spo2 = 88 if second % 300 < 20 else 97
        now_ms = second * 1000
        state, _ = step(state, limits, stimuli.Sample(Vital.SPO2, spo2), now_ms)
        state, _ = step(state, limits, stimuli.Sample(Vital.PULSE_RATE, 75), now_ms)
        if second % 900 == 0:
            reading = NibpDetermination(NibpOutcome.COMPLETED, 128, 79, 95)
            state, _ = step(state, limits, stimuli.CuffResult(reading, now_ms), now_ms)
        if second % 1800 == 0:
            sizes.append(len(json.dumps(state.to_record())))
    return sizes


def test_the_state_does_not_grow_over_four_hours() -> None:
    sizes = four_hours()
    assert max(sizes) - min(sizes) < 40
