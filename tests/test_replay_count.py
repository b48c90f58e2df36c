"""The replay of made-up files against a count, second by second, from the printed rules alone.

The count knows the numbers of docs/alarms.md and nothing of the engine: a value speaks until the
next one comes, or for three of the file's intervals; a step is true once it has been broken for
its delay and a value speaks, and until a value lies inside by the hysteresis.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.clinic.preset_file import load_preset
from monitors.formats.trend_csv import parse_trend
from monitors.replay import replay_trend

RANKS = {"low": 1, "medium": 2, "high": 3}
Told = tuple[int, str, str]


@dataclass
class Counted:
    """Count one step. sign: -1 for below, 1 for above; includes: the bound itself breaks it."""

    sign: int
    bound: float
    delay: int
    rank: int
    inside: int
    includes: bool = False
    grows: int | None = None
    since: int | None = field(default=None)
    spoken: int = 0
    is_true: bool = False
    has_grown: bool = False

    def take(self, at: int, value: float, fresh: int) -> None:
        past = self.sign * (value - self.bound)
        if past > 0 or (past == 0 and self.includes):
            self.since, self.spoken = at if self.since is None else self.since, at
        elif not self.is_true or (past <= -self.inside and past < 0):
            self.since, self.is_true, self.has_grown = None, False, False
        elif at <= self.spoken + fresh:
            self.spoken = at

    def pass_time(self, at: int, fresh: int) -> None:
        if self.since is None or at > self.spoken + fresh:
            return
        self.is_true = self.is_true or at - self.since >= self.delay
        grows = self.is_true and self.grows is not None and at - self.since >= self.grows
        self.has_grown = self.has_grown or grows


def steps_of(condition: str) -> list[Counted]:
    """Return the steps that docs/alarms.md prints, from least to most urgent."""
    below, above = -1, 1
    printed = {
        "spo2_low": [Counted(below, 93, 20, 2, 2), Counted(below, 90, 10, 3, 2)],
        "spo2_very_low": [Counted(below, 85, 5, 3, 2), Counted(below, 80, 0, 3, 2)],
        "pulse_low": [Counted(below, 50, 15, 2, 3)],
        "pulse_very_low": [Counted(below, 40, 10, 3, 3)],
        "pulse_high": [Counted(above, 120, 60, 2, 3, grows=300)],
        "pulse_very_high": [Counted(above, 140, 10, 3, 3)],
        "heart_rate_low": [Counted(below, 50, 15, 2, 3), Counted(below, 40, 10, 3, 3)],
        "heart_rate_high": [
            Counted(above, 120, 60, 2, 3, grows=300),
            Counted(above, 140, 10, 3, 3),
        ],
        "respiration_low": [Counted(below, 10, 30, 2, 2, True), Counted(below, 8, 20, 3, 2, True)],
        "respiration_high": [
            Counted(above, 25, 30, 2, 2, True),
            Counted(above, 30, 20, 3, 2, True),
        ],
    }
    return printed[condition]


COLUMNS = {
    "SpO2": ("spo2_low", "spo2_very_low"),
    "PULSE": ("pulse_low", "pulse_very_low", "pulse_high", "pulse_very_high"),
    "HR": ("heart_rate_low", "heart_rate_high"),
    "RESP": ("respiration_low", "respiration_high"),
}
EDGES = {
    "SpO2": [97, 95, 94.5, 94, 93, 92.5, 92, 90, 89.5, 89, 87, 86, 85, 84, 82, 80, 79.5, 79],
    "PULSE": [70, 53, 52.5, 50, 49.5, 43, 42, 40, 39.5, 117, 118, 120, 120.5, 137, 140, 141],
    "HR": [70, 53, 52.5, 50, 49.5, 43, 42, 40, 39.5, 117, 118, 120, 120.5, 137, 140, 141],
    "RESP": [15, 13, 12.5, 12, 11, 10, 9.5, 8.5, 8, 22, 23, 23.5, 24.5, 25, 27, 28, 29.5, 30],
}


def counted(values: dict[int, float | None], fresh: int, condition: str) -> list[Told]:
    """Return when a condition starts, changes its priority or gets deeper, and ends."""
    steps, told, stood = steps_of(condition), [], (0, 0)
    for at in range(max(values) + 1):
        value = values.get(at)
        for one in steps:
            if value is not None:
                one.take(at, value, fresh)
            one.pass_time(at, fresh)
        true = [(3 if s.has_grown else s.rank, i) for i, s in enumerate(steps) if s.is_true]
        now = max(true, default=(0, 0))
        if stood[0] == 0 and now[0] > 0:
            told.append((at, condition, "start"))
        elif now[0] == 0 and stood[0] > 0:
            told.append((at, condition, "end"))
        elif now > stood:
            told.append((at, condition, "escalate"))
        elif now[0] < stood[0]:
            told.append((at, condition, "de-escalate"))
        stood = now
    return told


def stretches(column: str) -> st.SearchStrategy[list[tuple[float | None, int]]]:
    """Return runs of a value, many of them as long as a delay or a second beside it."""
    lengths = st.sampled_from([1, 1, 2, 3, 4, 5, 6, 9, 10, 11, 15, 16, 20, 21, 30, 31, 60, 61, 300])
    return st.lists(st.tuples(st.sampled_from([*EDGES[column], None]), lengths), min_size=2)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(COLUMNS)), st.sampled_from([1, 60]), st.data())
def test_a_replay_tells_what_a_count_by_hand_finds(
    column: str, interval: int, data: st.DataObject
) -> None:
    runs = data.draw(stretches(column))
    longest = 400 if interval == 1 else 12
    row = [value for value, length in runs for _ in range(min(length, longest))]
    skipped = data.draw(st.sampled_from([0, 0, 2, 3, 4, 40])) if interval == 1 else 0
    from_row = data.draw(st.integers(1, len(row)))
    times = [(at + (skipped if at >= from_row else 0)) * interval for at in range(len(row))]
    lines = [f"{at},{'' if v is None else v}\n" for at, v in zip(times, row, strict=True)]
    trend = parse_trend(f"Time [s],{column}\n{''.join(lines)}".encode(), "made_up.csv")
    told = {
        (one["at"], one["condition"], one["transition"])
        for one in map(json.loads, replay_trend(trend, load_preset("default")))
        if one["condition"] != "no_valid_spo2"
    }
    fresh = max(3, 3 * trend.interval_ms // 1000)
    by_hand = dict(zip(times, row, strict=True))
    expected = [one for name in COLUMNS[column] for one in counted(by_hand, fresh, name)]
    assert told == set(expected)
