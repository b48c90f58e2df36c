"""One patient's visit as planned by a scenario: arrival, phases, doses, cuff times.

Everything is on the scenario's timeline, whose second 0 is the moment the simulators start, so a
visit that began earlier has negative seconds and its past can be told by the same functions. The
cuff interval is the one the simulated monitor was set to: three readings two minutes apart for a
baseline, every five minutes while the drug rises, then the protocol's own interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from monitors.clinic.pharmacology import Bolus, Dose, InfusionSegment

BASELINE_CUFFS_S = (30.0, 150.0, 270.0)
RISE_S = 900.0
RISE_CUFF_EVERY_S = 300.0
RECOVERY_CUFF_EVERY_S = 600.0
END_CUFF_AFTER_S = 60.0


@dataclass(frozen=True, slots=True)
class GivenBolus:
    """Hold an amount of ketamine given at once: scenario seconds, mg for each kg."""

    at_s: float
    mg_per_kg: float


@dataclass(frozen=True, slots=True)
class Visit:
    """Hold one visit.

    label: what staff wrote for the patient. protocol: the preset's name. planned_s: how long
    the infusion is planned. Moments in scenario seconds; infusion_s None: none is given.
    mg_per_kg: given evenly over the planned time. pauses: (from, to) stretches without drug,
    which the infusion makes up for at its end. cuff_every_s: the interval after the rise.
    """

    label: str
    protocol: str
    arrived_s: float
    baseline_s: float
    infusion_s: float | None = None
    planned_s: float = 2400.0
    mg_per_kg: float = 0.5
    pauses: tuple[tuple[float, float], ...] = ()
    boluses: tuple[GivenBolus, ...] = ()
    cuff_every_s: float = 600.0

    @property
    def infusion_end_s(self) -> float | None:
        """Return when the pump has given everything; None if nothing is infused."""
        if self.infusion_s is None:
            return None
        return self.infusion_s + self.planned_s + sum(to - at for at, to in self.pauses)

    def doses(self, weight_kg: float) -> tuple[Dose, ...]:
        """Return what is given, in mg, for the drug model."""
        given: list[Dose] = [Bolus(b.at_s, b.mg_per_kg * weight_kg) for b in self.boluses]
        end_s = self.infusion_end_s
        if self.infusion_s is None or end_s is None:
            return tuple(given)
        rate = self.mg_per_kg * weight_kg / (self.planned_s / 60.0)
        edges = [self.infusion_s, *(edge for pause in self.pauses for edge in pause), end_s]
        given += [
            InfusionSegment(start, end, rate)
            for start, end in zip(edges[::2], edges[1::2], strict=True)
        ]
        return tuple(given)

    def next_cuff_s(self, after_s: float) -> float | None:
        """Return when the monitor's interval wants the next determination after a moment."""
        return next(due_s for due_s in self._cuff_times() if due_s > after_s)

    def _cuff_times(self) -> Iterator[float]:
        """Tell every moment at which the interval fires, without end."""
        last_s = self.baseline_s
        horizon_s = math.inf if self.infusion_s is None else self.infusion_s
        for after_s in BASELINE_CUFFS_S:
            if self.baseline_s + after_s < horizon_s:
                last_s = self.baseline_s + after_s
                yield last_s
        if self.infusion_s is not None and self.infusion_end_s is not None:
            yield from self._infusion_cuffs(self.infusion_s, self.infusion_end_s)
            last_s = self.infusion_end_s + END_CUFF_AFTER_S
            yield last_s
        while True:
            last_s += RECOVERY_CUFF_EVERY_S
            yield last_s

    def _infusion_cuffs(self, start_s: float, end_s: float) -> Iterator[float]:
        due_s = start_s
        while True:
            is_rising = due_s - start_s < RISE_S
            due_s += RISE_CUFF_EVERY_S if is_rising else self.cuff_every_s
            if due_s > end_s - 120.0:
                return
            yield due_s
