"""Ketamine at the effect site of a simulated patient.

The drug model itself is the product's (monitors/clinic/pharmacology.py); this file only gives it
the patient's weight and doses, with volumes in proportion to weight and clearances with its power
0.75, and remembers the curve at whole steps so that asking 75 times a second costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitors.clinic.pharmacology import (
    KAMP_2020,
    Dose,
    PkModel,
    Response,
    Scaling,
    effect_response,
)
from simulators.patient import EffectSite, no_drug

STEP_S = 5.0


class EffectSiteCurve:
    """Answer for the effect site, ng/mL, straight between steps of five seconds."""

    __slots__ = ("_doses", "_known", "_response")

    def __init__(self, response: Response, doses: Sequence[Dose]) -> None:
        self._response = response
        self._doses = tuple(doses)
        self._known: dict[int, float] = {}

    def __call__(self, at_s: float) -> float:
        step, rest = divmod(at_s, STEP_S)
        before, after = self._at(int(step)), self._at(int(step) + 1)
        return before + (after - before) * rest / STEP_S

    def _at(self, step: int) -> float:
        value = self._known.get(step)
        if value is None:
            value = self._response.at(self._doses, step * STEP_S)
            self._known[step] = value
        return value


def effect_site(doses: Sequence[Dose], weight_kg: float, model: PkModel = KAMP_2020) -> EffectSite:
    """Return the effect-site concentration of these doses as a function of their time axis."""
    if not doses:
        return no_drug
    return EffectSiteCurve(effect_response(model.scaled(weight_kg, Scaling.ALLOMETRIC)), doses)
