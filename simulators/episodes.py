"""Scripted events of a visit: what they do to the patient, and when.

Each kind is one row of sizes and times; an episode places a row on the scenario's timeline, at a
size, once or again and again. The sizes are plausible figures for a demonstration and tests, not
findings: docs/simulators.md says which of them have a published source (none of the drug rows).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LARGEST_SIZE = 3.0
"""Beyond three times its figures no event looks like one: saturation falls by 33 % at three."""


class EpisodeKind(StrEnum):
    """Name what can happen to a patient, or be given to one."""

    DESATURATION = "desaturation"
    VASOVAGAL = "vasovagal"
    PANIC = "panic"
    PRESSURE_SURGE = "pressure_surge"
    COLD_HANDS = "cold_hands"
    MIDAZOLAM = "midazolam"
    LABETALOL = "labetalol"
    HYDRALAZINE = "hydralazine"
    CLONIDINE = "clonidine"
    ONDANSETRON = "ondansetron"


@dataclass(frozen=True, slots=True)
class Effect:
    """Hold what an episode of full size adds, and how fast it comes and goes.

    SpO2 in per cent, rates per minute, pressures in mmHg; perfusion_ratio multiplies the
    perfusion index. rise_s, hold_s and fall_s are seconds.
    """

    spo2_pct: float = 0.0
    heart_rate_per_min: float = 0.0
    systolic_mmhg: float = 0.0
    diastolic_mmhg: float = 0.0
    respiration_per_min: float = 0.0
    perfusion_ratio: float = 1.0
    rise_s: float = 60.0
    hold_s: float = 120.0
    fall_s: float = 120.0


EFFECTS: dict[EpisodeKind, Effect] = {
    EpisodeKind.DESATURATION: Effect(-11, 6, 4, 2, -6, 0.9, rise_s=30, hold_s=50, fall_s=25),
    EpisodeKind.VASOVAGAL: Effect(-1, -28, -45, -22, 2, 0.4, rise_s=25, hold_s=90, fall_s=60),
    EpisodeKind.PANIC: Effect(0, 30, 25, 14, 12, 0.7, rise_s=75, hold_s=240, fall_s=300),
    EpisodeKind.PRESSURE_SURGE: Effect(0, 8, 38, 18, 1, 1.0, rise_s=240, hold_s=600, fall_s=420),
    EpisodeKind.COLD_HANDS: Effect(perfusion_ratio=0.2, rise_s=60, hold_s=300, fall_s=120),
    EpisodeKind.MIDAZOLAM: Effect(-1.5, -3, -6, -4, -2, 1.1, rise_s=240, hold_s=300, fall_s=1200),
    EpisodeKind.LABETALOL: Effect(0, -8, -20, -10, 0, 1.0, rise_s=480, hold_s=3600, fall_s=7200),
    EpisodeKind.HYDRALAZINE: Effect(0, 10, -18, -12, 0, 1.2, rise_s=1200, hold_s=5400, fall_s=7200),
    EpisodeKind.CLONIDINE: Effect(0, -6, -14, -8, 0, 1.0, rise_s=2700, hold_s=10800, fall_s=10800),
    EpisodeKind.ONDANSETRON: Effect(),
}


@dataclass(frozen=True, slots=True)
class Episode:
    """Place an event on the scenario's timeline.

    at_s: seconds after the scenario's start, negative for what is past. size multiplies the
    row's figures. every_s: repeats with that period from at_s on; None for once.
    """

    kind: EpisodeKind
    at_s: float
    size: float = 1.0
    every_s: float | None = None

    @property
    def effect(self) -> Effect:
        """Return the row of this kind."""
        return EFFECTS[self.kind]

    def strength(self, now_s: float) -> float:
        """Return how much of the episode is felt: 0 to ``size``."""
        since_s = now_s - self.at_s
        if since_s < 0.0:
            return 0.0
        if self.every_s is not None:
            since_s %= self.every_s
        return self.size * _swell(self.effect, since_s)


def _swell(effect: Effect, since_s: float) -> float:
    """Rise, stay and fall between 0 and 1, without corners."""
    if since_s < effect.rise_s:
        return _smooth(since_s / effect.rise_s)
    left_s = effect.rise_s + effect.hold_s + effect.fall_s - since_s
    if left_s <= 0.0:
        return 0.0
    return _smooth(min(1.0, left_s / effect.fall_s))


def _smooth(part: float) -> float:
    return part * part * (3.0 - 2.0 * part)
