"""Predicted concentrations of ketamine for given doses: a model, never a measurement.

Here live published compartment models and their exact solution as sums of exponentials; nothing
here knows a session, a page or a patient beyond a weight. A mammillary model answers a unit dose
with one exponential a compartment, so boluses and infusions simply add up and no step size exists.
Sources stand beside each parameter set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import pairwise
from math import exp, expm1, log

REFERENCE_WEIGHT_KG = 70.0
_NG_PER_ML_IN_MG_PER_L = 1000.0
_BISECTIONS = 200


class Scaling(StrEnum):
    """Say how a model's parameters follow body weight.

    LINEAR: volumes and clearances in proportion to weight. ALLOMETRIC: volumes in proportion,
    clearances with the power 0.75.
    """

    LINEAR = "linear"
    ALLOMETRIC = "allometric"


@dataclass(frozen=True, slots=True)
class PkModel:
    """Hold a mammillary model for an adult of 70 kg.

    volumes_l: litres, the central compartment first. clearances_l_per_min: litres a minute,
    elimination first, then the exchange with each further compartment. sampling: where the
    blood behind the parameters was drawn.
    """

    name: str
    title: str
    volumes_l: tuple[float, ...]
    clearances_l_per_min: tuple[float, ...]
    sampling: str
    source: str

    def scaled(self, weight_kg: float, scaling: Scaling = Scaling.LINEAR) -> PkModel:
        """Return the model of a person of that weight."""
        ratio = weight_kg / REFERENCE_WEIGHT_KG
        power = 1.0 if scaling is Scaling.LINEAR else 0.75
        return replace(
            self,
            volumes_l=tuple(volume * ratio for volume in self.volumes_l),
            clearances_l_per_min=tuple(flow * ratio**power for flow in self.clearances_l_per_min),
        )


def _from_rate_constants(
    v1_l_per_kg: float, k10: float, exchanges: Sequence[tuple[float, float]]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Turn V1 and rate constants a minute, (k1j, kj1) pairs, into volumes and clearances."""
    v1_l = v1_l_per_kg * REFERENCE_WEIGHT_KG
    volumes = (v1_l, *(v1_l * out / back for out, back in exchanges))
    return volumes, (v1_l * k10, *(v1_l * out for out, _ in exchanges))


def _per_hour(*clearances_l_per_h: float) -> tuple[float, ...]:
    return tuple(flow / 60 for flow in clearances_l_per_h)


KAMP_2020 = PkModel(
    "kamp2020",
    "Kamp 2020",
    (25.0, 56.0, 157.0),
    _per_hour(84.0, 161.0, 79.0),
    "arterial",
    "Kamp J et al., Anesthesiology 2020; 133:1192 (PMID 32997732), three compartments",
)
DOMINO = PkModel(
    "domino",
    "Domino",
    *_from_rate_constants(0.063, 0.4381, ((0.5921, 0.2470), (0.5900, 0.0146))),
    "arterial and venous",
    "Domino EF et al., Clin Pharmacol Ther 1984; 36:645, three compartments",
)
CLEMENTS_250 = PkModel(
    "clements250",
    "Clements 250",
    *_from_rate_constants(1.7522, 0.0109, ((0.0186, 0.0137),)),
    "venous",
    "Clements JA, Nimmo WS, Br J Anaesth 1981 (PMID 7459184), 250 mcg/kg, two compartments",
)
HIJAZI = PkModel(
    "hijazi",
    "Hijazi",
    *_from_rate_constants(1.08, 0.0333, ((0.0088, 0.0030),)),
    "intensive care patients; use with care",
    "Hijazi Y et al., 2003 (PMID 12538370), two compartments",
)
MODELS = {model.name: model for model in (KAMP_2020, DOMINO, CLEMENTS_250, HIJAZI)}

# Half-time of the delay between plasma and the effect on the circulation: 2.28 min,
# Kamp J et al., Br J Anaesth 2021; 127:23 (S-ketamine, cardiac output).
CIRCULATION_KE0_PER_MIN = log(2) / 2.28


@dataclass(frozen=True, slots=True)
class Bolus:
    """Hold an amount given at once: at_s seconds on the caller's time axis, amount in mg."""

    at_s: float
    amount_mg: float


@dataclass(frozen=True, slots=True)
class InfusionSegment:
    """Hold a stretch of constant rate; a pause is the lack of one, a rate change a new one.

    start_s, end_s: seconds on the caller's time axis; end_s None: still running.
    rate_mg_per_min: mg a minute.
    """

    start_s: float
    end_s: float | None
    rate_mg_per_min: float


Dose = Bolus | InfusionSegment


@dataclass(frozen=True, slots=True)
class Response:
    """Hold the answer to 1 mg given at once: a sum of coefficient * exp(-rate * minutes).

    terms: (coefficient in mg/L for each mg, rate a minute).
    """

    terms: tuple[tuple[float, float], ...]

    def at(self, doses: Iterable[Dose], at_s: float) -> float:
        """Return the concentration in ng/mL at a moment; doses given later count nothing."""
        return _NG_PER_ML_IN_MG_PER_L * sum(self._of(dose, at_s) for dose in doses)

    def _of(self, dose: Dose, at_s: float) -> float:
        if isinstance(dose, Bolus):
            return self._of_bolus(dose, at_s)
        return self._of_segment(dose, at_s)

    def _of_bolus(self, bolus: Bolus, at_s: float) -> float:
        minutes = (at_s - bolus.at_s) / 60
        if minutes < 0:
            return 0.0
        return bolus.amount_mg * sum(a * exp(-rate * minutes) for a, rate in self.terms)

    def _of_segment(self, segment: InfusionSegment, at_s: float) -> float:
        end_s = at_s if segment.end_s is None else min(segment.end_s, at_s)
        length = (end_s - segment.start_s) / 60
        if length <= 0:
            return 0.0
        since_end = (at_s - end_s) / 60
        return segment.rate_mg_per_min * sum(
            -a / rate * expm1(-rate * length) * exp(-rate * since_end) for a, rate in self.terms
        )


def plasma_response(model: PkModel) -> Response:
    """Return the plasma's answer to 1 mg, exactly, for a model already scaled to a weight."""
    return _plasma_response(model.volumes_l, model.clearances_l_per_min)


def effect_response(model: PkModel, ke0_per_min: float = CIRCULATION_KE0_PER_MIN) -> Response:
    """Return the answer of an effect site that follows plasma with a first-order delay.

    ke0_per_min: the delay's rate a minute, natural logarithm of 2 over its half-time; it must
    differ from every rate of the plasma's own answer.
    """
    delayed = [
        (a * ke0_per_min / (ke0_per_min - rate), rate) for a, rate in plasma_response(model).terms
    ]
    return Response((*delayed, (-sum(a for a, _ in delayed), ke0_per_min)))


@cache
def _plasma_response(volumes: tuple[float, ...], clearances: tuple[float, ...]) -> Response:
    outward = [flow / volumes[0] for flow in clearances]
    back = [flow / volume for flow, volume in zip(clearances[1:], volumes[1:], strict=True)]
    rates = _disposition_rates(outward[0], list(zip(outward[1:], back, strict=True)))
    terms = []
    for index, rate in enumerate(rates):
        coefficient = 1 / volumes[0]
        for returning in back:
            coefficient *= returning - rate
        for other in rates[:index] + rates[index + 1 :]:
            coefficient /= other - rate
        terms.append((coefficient, rate))
    return Response(tuple(terms))


def _disposition_rates(k10: float, exchanges: list[tuple[float, float]]) -> list[float]:
    """Find the model's rates, a minute: one in each gap that the return rates leave.

    The eigenvalues of a mammillary model interlace with its return rates, so bisecting each gap
    finds them all to the last bit.
    """
    returns = sorted(back for _, back in exchanges)
    top = k10 + sum(out for out, _ in exchanges) + sum(returns)
    edges = [0.0, *returns, top]
    return [_root_between(low, high, k10, exchanges) for low, high in pairwise(edges)]


def _root_between(
    low: float, high: float, k10: float, exchanges: list[tuple[float, float]]
) -> float:
    """Bisect the characteristic function, which falls through zero once between its poles."""
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        value = k10 - middle - sum(out * middle / (back - middle) for out, back in exchanges)
        low, high = (middle, high) if value > 0 else (low, middle)
    return (low + high) / 2


def plasma_ng_per_ml(
    doses: Iterable[Dose],
    at_s: float,
    weight_kg: float,
    model: PkModel = KAMP_2020,
    scaling: Scaling = Scaling.LINEAR,
) -> float:
    """Return the predicted plasma concentration in ng/mL at a moment of the doses' time axis."""
    return plasma_response(model.scaled(weight_kg, scaling)).at(doses, at_s)


def plasma_curve(
    doses: Sequence[Dose],
    times_s: Iterable[float],
    weight_kg: float,
    model: PkModel = KAMP_2020,
    scaling: Scaling = Scaling.LINEAR,
) -> list[float]:
    """Return the predicted plasma concentrations in ng/mL at each of the given moments."""
    response = plasma_response(model.scaled(weight_kg, scaling))
    return [response.at(doses, at_s) for at_s in times_s]


def effect_site_ng_per_ml(
    doses: Iterable[Dose],
    at_s: float,
    weight_kg: float,
    model: PkModel = KAMP_2020,
    scaling: Scaling = Scaling.LINEAR,
    ke0_per_min: float = CIRCULATION_KE0_PER_MIN,
) -> float:
    """Return the predicted effect-site concentration in ng/mL at a moment."""
    return effect_response(model.scaled(weight_kg, scaling), ke0_per_min).at(doses, at_s)
