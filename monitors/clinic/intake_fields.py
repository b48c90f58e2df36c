"""What may stand in each field of an intake: the closed lists, the ranges, the longest words.

Here lives one table from field to reader: a reader takes what was typed and returns its value, or
raises ValueError with range and reason. What fields together may not be is in ``intake``.
Bounds are judgement; they catch slips and are no limits of medicine.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from math import isfinite
from typing import Any

from monitors.clinic.doses import Dose, dose_of
from monitors.clinic.labels import label_fault


class Arm(StrEnum):
    """Name a side."""

    LEFT = "left"
    RIGHT = "right"


class SleepApnea(StrEnum):
    """Say what is known of sleep apnoea."""

    NONE = "none"
    AT_RISK = "at_risk"
    KNOWN = "known"


class EscortKind(StrEnum):
    """Say how the patient gets home."""

    NONE = "none"
    COLLECTED_INSIDE = "collected_inside"
    DRIVER = "driver"
    RIDE_SHARE = "ride_share_walked_to_car"


class ScoreScale(StrEnum):
    """Name a mood or pain scale."""

    MOOD = "mood_0_10"
    PAIN = "pain_0_10"
    PHQ9 = "phq9"
    MADRS = "madrs"


SCALE_TOP = {ScoreScale.MOOD: 10, ScoreScale.PAIN: 10, ScoreScale.PHQ9: 27, ScoreScale.MADRS: 60}

Reader = Callable[[Any], Any]


def _number(low: float, high: float, unit: str, reason: str) -> Reader:
    def read(given: Any) -> float:
        try:
            value = float(str(given).strip().replace(",", ".")) if not _is_flag(given) else None
        except ValueError:
            value = None
        if value is None or not isfinite(value) or not low <= value <= high:
            raise ValueError(f"{low:g} to {high:g} {unit} ({reason}), not {given!r}")
        return value

    return read


def _is_flag(given: Any) -> bool:
    return isinstance(given, bool)


def _whole(low: int, high: int, unit: str, reason: str) -> Reader:
    number = _number(low, high, unit, reason)

    def read(given: Any) -> int:
        value: float = number(given)
        if value != int(value):
            raise ValueError(f"a whole number, {low} to {high} {unit} ({reason}), not {given!r}")
        return int(value)

    return read


def _one_of(names: type[StrEnum]) -> Reader:
    def read(given: Any) -> StrEnum:
        try:
            return names(str(given).strip().lower())
        except ValueError:
            raise ValueError(f"one of {', '.join(names)}, not {given!r}") from None

    return read


def _yes_or_no(given: Any) -> bool:
    if not isinstance(given, bool):
        raise ValueError(f"yes or no, not {given!r}")
    return given


def _text(longest: int) -> Reader:
    def read(given: Any) -> str:
        text = str(given).strip()
        if len(text) > longest:
            raise ValueError(f"at most {longest} characters, not {len(text)}")
        return text

    return read


def _label(given: Any) -> str:
    text = str(given).strip()
    if fault := label_fault(text):
        raise ValueError(fault)
    return text


def _dose(given: Any) -> Dose:
    return given if isinstance(given, Dose) else dose_of(str(given))


_HOURS = _number(0, 168, "hours", "how long ago, at most a week")
_NAME = _text(60)
READERS: dict[str, Reader] = {
    "label": _label,
    "age_years": _whole(1, 120, "years", "limits are for adults; under 18 loads none by itself"),
    "weight_kg": _number(20, 350, "kg", "kilograms, as doses are counted by them"),
    "dose": _dose,
    "infusion_number": _whole(1, 200, "infusions", "its place in the series, from 1"),
    "series_length": _whole(1, 200, "infusions", "how many are planned"),
    "anesthesiologist": _NAME,
    "nurse": _NAME,
    "food_hours": _HOURS,
    "drink_hours": _HOURS,
    "has_used_restroom": _yes_or_no,
    "takes_lamotrigine": _yes_or_no,
    "lamotrigine_hours": _HOURS,
    "takes_benzodiazepine": _yes_or_no,
    "benzodiazepine_hours": _HOURS,
    "other_medicines": _text(400),
    "has_nausea_history": _yes_or_no,
    "has_motion_sickness": _yes_or_no,
    "prophylaxis": _text(80),
    "is_manic_today": _yes_or_no,
    "sleep_apnea": _one_of(SleepApnea),
    "has_cardiac_history": _yes_or_no,
    "companion": _NAME,
    "escort": _one_of(EscortKind),
    "escort_name": _NAME,
    "iv_site": _NAME,
    "probe_arm": _one_of(Arm),
    "cuff_arm": _one_of(Arm),
    "iv_arm": _one_of(Arm),
    "is_cuff_on_forearm": _yes_or_no,
    "score_scale": _one_of(ScoreScale),
    "score": _whole(0, 60, "points", "on the named scale"),
}
