"""Seeded wandering: smooth noise that is a pure function of time.

A wander is a sum of sine waves whose frequencies and phases come from a seed, so that any moment
can be asked for in any order and always answers the same. Spikes, bursts and one-off draws do not
belong here; they are drawn from :func:`draw_for`. The rhythms of the heart that the patient makes
of it (0.10 Hz and 0.25 Hz) follow ECGSYN as coded in NeuroKit2 0.2.13.
"""

from __future__ import annotations

import math
from random import Random


def draw_for(seed: int, *names: object) -> Random:
    """Return a source of draws that depends on the seed and the names alone."""
    return Random("/".join(str(part) for part in (seed, *names)))


class Wander:
    """Add up waves of one standard deviation about a centre frequency.

    sd is in the unit of whatever wanders; centre_hz and spread_hz shape the spectrum (mean and
    standard deviation of the waves' frequencies).
    """

    __slots__ = ("_amplitude", "_waves")

    def __init__(
        self, draw: Random, sd: float, centre_hz: float, spread_hz: float, waves: int = 5
    ) -> None:
        self._amplitude = sd * math.sqrt(2.0 / waves)
        self._waves = tuple(
            (math.tau * max(draw.gauss(centre_hz, spread_hz), 1e-4), draw.uniform(0.0, math.tau))
            for _ in range(waves)
        )

    def at(self, at_s: float) -> float:
        """Return the deviation at a moment; its long mean is zero."""
        total = 0.0
        for speed, phase in self._waves:
            total += math.sin(speed * at_s + phase)
        return self._amplitude * total
