"""Doses as staff type them: an amount with its unit, turned into mg and mg/h, and doubted.

Here live units, conversions and bounds that catch a slip of the keyboard; none of them is a limit
of medicine, and nothing here reaches a pump. Sources of the bounds: rates above 2 mg/kg/h are
asked for twice and the 500 to 700 mg/h of the high-dose coma protocols are out of scope, both
after published clinic information; the other bounds are judgement, wide around 0.1 to 1 mg/kg/h.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any

from monitors.clinic.phases import SessionKind
from monitors.errors import SessionError


class DoseUnit(StrEnum):
    """Name the unit of a dose: two are totals, two are rates."""

    MG = "mg"
    MG_PER_KG = "mg/kg"
    MG_PER_H = "mg/h"
    MG_PER_KG_H = "mg/kg/h"

    @property
    def is_rate(self) -> bool:
        """Say whether the unit is an amount an hour."""
        return self in (DoseUnit.MG_PER_H, DoseUnit.MG_PER_KG_H)

    @property
    def is_per_kg(self) -> bool:
        """Say whether the unit needs a weight."""
        return self in (DoseUnit.MG_PER_KG, DoseUnit.MG_PER_KG_H)


@dataclass(frozen=True, slots=True)
class Dose:
    """Hold an amount above zero with its unit."""

    amount: float
    unit: DoseUnit

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}"

    def total_mg(self, weight_kg: float, planned_s: int | None) -> float:
        """Return the whole amount in mg; SessionError for a rate without a planned time."""
        amount = self.amount * (weight_kg if self.unit.is_per_kg else 1)
        if not self.unit.is_rate:
            return amount
        if planned_s is None:
            raise SessionError(f"{self} is a rate, and without a pump clock there is no total")
        return amount * planned_s / 3600

    def rate_mg_per_h(self, weight_kg: float, planned_s: int | None) -> float:
        """Return the rate in mg/h; SessionError for a total without a planned time."""
        amount = self.amount * (weight_kg if self.unit.is_per_kg else 1)
        if self.unit.is_rate:
            return amount
        if not planned_s:
            raise SessionError(f"{self} is a total, and without a planned time there is no rate")
        return amount * 3600 / planned_s

    def to_record(self) -> dict[str, Any]:
        """Write the dose as JSON-able values."""
        return {"amount": self.amount, "unit": str(self.unit)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Dose:
        """Read back what :meth:`to_record` wrote."""
        return cls(float(record["amount"]), DoseUnit(record["unit"]))


_WRITTEN = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(mg(?:/kg)?(?:/(?:h|hr|hour))?)\s*\Z", re.IGNORECASE)


def dose_of(text: str) -> Dose:
    """Read "0.5 mg/kg" and the like; ValueError names the four units."""
    match = _WRITTEN.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not a dose: a number and mg, mg/kg, mg/h or mg/kg/h")
    unit = re.sub(r"/(hr|hour)$", "/h", match[2].lower())
    amount = float(match[1].replace(",", "."))
    if amount <= 0 or not isfinite(amount):
        raise ValueError(f"a dose is above zero, not {text!r}")
    return Dose(amount, DoseUnit(unit))


class DoubtLevel(StrEnum):
    """Say what a doubtful entry needs: to be entered a second time, or to be another one."""

    ASK_TWICE = "ask_twice"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Hold why an entry is doubted, in words for the one who typed it."""

    level: DoubtLevel
    words: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """Hold what is refused outside ``refused`` and asked twice outside ``usual``; one unit."""

    unit: str
    refused: tuple[float, float]
    usual: tuple[float, float]


# mg/kg/h; 7 is about 500 mg/h in 70 kg, where the coma protocols begin.
RATE_BOUNDS = Bounds("mg/kg/h", (0.02, 7.0), (0.1, 2.0))
# mg/kg in one infusion: 6 h at 2 mg/kg/h make 12; 4 h at 1 mg/kg/h make 4.
TOTAL_BOUNDS = Bounds("mg/kg", (0.03, 12.0), (0.1, 4.0))
# mg/kg in one injection; Del Sant 2020 went to 1 mg/kg subcutaneously.
INJECTION_BOUNDS = Bounds("mg/kg", (0.03, 4.0), (0.1, 1.0))
COMA_MG_PER_H = 500.0
# An amount from here on is more likely mg than mg/kg.
LEAST_MG = 10.0


def doubt_about(
    dose: Dose, weight_kg: float, planned_s: int | None, kind: SessionKind
) -> Doubt | None:
    """Return why a dose is doubted, the gravest doubt first; None if it may stand.

    weight_kg: kg. planned_s: planned infusion time in seconds, None for an injection.
    """
    if kind is SessionKind.INJECTION:
        if dose.unit.is_rate:
            words = f"{dose} is a rate; an injection is an amount in mg or mg/kg"
            return Doubt(DoubtLevel.REFUSED, words)
        return _doubt(dose, dose.total_mg(weight_kg, None) / weight_kg, INJECTION_BOUNDS)
    doubts = [rate_doubt(dose, weight_kg, planned_s)]
    if planned_s is not None:
        doubts.append(_doubt(dose, dose.total_mg(weight_kg, planned_s) / weight_kg, TOTAL_BOUNDS))
    found = [doubt for doubt in doubts if doubt is not None]
    return min(found, key=lambda doubt: doubt.level is not DoubtLevel.REFUSED, default=None)


def rate_doubt(dose: Dose, weight_kg: float, planned_s: int | None = None) -> Doubt | None:
    """Return why a rate, or the rate that a total makes over its time, is doubted."""
    if not dose.unit.is_rate and not planned_s:
        return Doubt(DoubtLevel.REFUSED, f"{dose} is a total; a rate is in mg/h or mg/kg/h")
    rate_mg_per_h = dose.rate_mg_per_h(weight_kg, planned_s)
    if rate_mg_per_h >= COMA_MG_PER_H:
        return Doubt(
            DoubtLevel.REFUSED,
            f"{dose} makes {rate_mg_per_h:.0f} mg/h; from {COMA_MG_PER_H:.0f} mg/h on these are "
            f"coma doses, which are out of scope{_confusion(dose)}",
        )
    return _doubt(dose, rate_mg_per_h / weight_kg, RATE_BOUNDS)


def _doubt(dose: Dose, value: float, bounds: Bounds) -> Doubt | None:
    low, high = bounds.refused
    if not low <= value < high:
        level, (low, high) = DoubtLevel.REFUSED, bounds.refused
    elif not bounds.usual[0] <= round(value, 6) <= bounds.usual[1]:
        level, (low, high) = DoubtLevel.ASK_TWICE, bounds.usual
    else:
        return None
    ending = _confusion(dose) if level is DoubtLevel.REFUSED else "; enter it again to confirm"
    made = "" if str(dose.unit) == bounds.unit else f" makes {value:.3g} {bounds.unit}"
    words = f"{dose}{made}{',' if made else ' is'} outside {low:g} to {high:g}{ending}"
    return Doubt(level, words)


def _confusion(dose: Dose) -> str:
    """Name the unit that was likely meant, where the amount suits the other one better."""
    twins = {
        DoseUnit.MG: DoseUnit.MG_PER_KG,
        DoseUnit.MG_PER_KG: DoseUnit.MG,
        DoseUnit.MG_PER_H: DoseUnit.MG_PER_KG_H,
        DoseUnit.MG_PER_KG_H: DoseUnit.MG_PER_H,
    }
    suits_other = dose.amount >= LEAST_MG if dose.unit.is_per_kg else dose.amount < LEAST_MG
    return f"; was {dose.amount:g} {twins[dose.unit]} meant?" if suits_other else ""
