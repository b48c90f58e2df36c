"""Measure what one reading costs the alarm engine, hour by hour of a four-hour session.

``python -m tests.benchmarks.alarm_engine`` prints one JSON object: microseconds a sample in each
hour, when nothing stands, when one high alarm stands, and when six stand. Nothing is asserted.
"""

from __future__ import annotations

import json
import time

from monitors.clinic import stimuli
from monitors.clinic.alarms import AlarmState, step
from monitors.clinic.preset_file import load_preset
from monitors.readings import Vital

BASELINE = {"spo2_pct": 94.0, "pulse_rate_per_min": 70.0}
CASES = {"calm": (97, 70), "one_high_alarm": (88, 70), "six_alarms": (79, 145)}


def hours(spo2: float, pulse: float) -> list[float]:
    """Return microseconds a sample in each of four hours at one SpO2 and one pulse a second."""
    limits, state = load_preset("pain"), AlarmState.new("R1")
    state, _ = step(state, limits, stimuli.PhaseIs("infusing"), 0)
    state, _ = step(state, limits, stimuli.Baseline(BASELINE), 0)
    measured = []
    for hour in range(4):
        began = time.perf_counter()
        for second in range(1, 3601):
            now_ms = (hour * 3600 + second) * 1000
            state, _ = step(state, limits, stimuli.Sample(Vital.SPO2, spo2), now_ms)
            state, _ = step(state, limits, stimuli.Sample(Vital.PULSE_RATE, pulse), now_ms)
        measured.append(round((time.perf_counter() - began) / 7200 * 1e6, 1))
    return measured


if __name__ == "__main__":
    print(json.dumps({name: hours(*values) for name, values in CASES.items()}))  # noqa: T201
