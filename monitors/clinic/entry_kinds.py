"""The kinds of entry that staff make while a session runs, each with its bounds.

Here live the facts as plain values and their building from what a command carries; who entered
one when, and how it is corrected, is in ``entries``. Amounts of medicines are bounded against
slips of the keyboard, which is judgement and no advice; a rate change records what staff did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from monitors.clinic.doses import Dose, dose_of
from monitors.clinic.scores import MOAAS_WORDS, RATING_TOP, Aldrete, Padss, RatingScale
from monitors.errors import SessionError

LONGEST_NOTE = 1000

# One-tap medicines: unit and refused outside (low, high); judgement, against typing slips.
MEDICINES: dict[str, tuple[str, float, float]] = {
    "midazolam": ("mg", 0.25, 15),
    "ondansetron": ("mg", 1, 24),
    "labetalol": ("mg", 2.5, 300),
    "clonidine": ("mg", 0.025, 0.6),
}
MEDICINE_UNITS = ("mg", "mcg", "g", "mL", "L", "units", "tablets")
SEDATIVES = frozenset({"midazolam", "lorazepam", "diazepam"})
OPIOIDS = frozenset({"fentanyl", "morphine", "hydromorphone", "oxycodone", "remifentanil"})


class SideEffectName(StrEnum):
    """Name what has a button of its own; other effects go into a note."""

    NAUSEA = "nausea"
    VOMITING = "vomiting"
    DIZZINESS = "dizziness"
    DROWSINESS = "drowsiness"
    HEADACHE = "headache"
    ANXIETY = "anxiety"
    DISTRESS = "distress"
    DISSOCIATION = "dissociation"
    PALPITATIONS = "palpitations"
    CHEST_PAIN = "chest_pain"
    BLURRED_VISION = "blurred_vision"
    IV_SITE = "iv_site"


class TickName(StrEnum):
    """Name something that is simply ticked off."""

    COMFORT = "comfort"
    ESCORT_ARRIVED = "escort_arrived"
    ADVICE_GIVEN = "advice_given"
    IV_REMOVED = "iv_removed"


@dataclass(frozen=True, slots=True)
class RateChange:
    """Record a new rate at the pump, in mg/h or mg/kg/h."""

    rate: Dose


@dataclass(frozen=True, slots=True)
class Medicine:
    """Record a medicine given: amount and unit None where only the name is known."""

    name: str
    amount: float | None = None
    unit: str | None = None
    route: str | None = None


@dataclass(frozen=True, slots=True)
class SideEffect:
    """Record a side effect."""

    name: SideEffectName


@dataclass(frozen=True, slots=True)
class Orientation:
    """Record which of four the patient could tell."""

    person: bool
    place: bool
    time: bool
    situation: bool

    @property
    def score(self) -> int:
        """Return 0 to 4."""
        return self.person + self.place + self.time + self.situation


@dataclass(frozen=True, slots=True)
class Sedation:
    """Record MOAA/S, 5 (awake) to 0."""

    moaas: int


@dataclass(frozen=True, slots=True)
class Rating:
    """Record a rating; 0 is none, the top is the scale's own."""

    scale: RatingScale
    score: int


@dataclass(frozen=True, slots=True)
class Steadiness:
    """Record whether the patient sat, stood and walked steadily."""

    is_steady: bool


@dataclass(frozen=True, slots=True)
class AldreteEntry:
    """Record a modified Aldrete score."""

    score: Aldrete


@dataclass(frozen=True, slots=True)
class PadssEntry:
    """Record a PADSS."""

    score: Padss


@dataclass(frozen=True, slots=True)
class Tick:
    """Record that something was done."""

    name: TickName


@dataclass(frozen=True, slots=True)
class Note:
    """Record words."""

    text: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Take an earlier entry back, with a reason; only ever a correction."""

    reason: str


Fact = (
    RateChange
    | Medicine
    | SideEffect
    | Orientation
    | Sedation
    | Rating
    | Steadiness
    | AldreteEntry
    | PadssEntry
    | Tick
    | Note
    | Withdrawn
)

KINDS: dict[str, type[Any]] = {
    "rate_change": RateChange,
    "medicine": Medicine,
    "side_effect": SideEffect,
    "orientation": Orientation,
    "sedation": Sedation,
    "rating": Rating,
    "steadiness": Steadiness,
    "aldrete": AldreteEntry,
    "padss": PadssEntry,
    "tick": Tick,
    "note": Note,
    "withdrawn": Withdrawn,
}
_NAMES = {kind: name for name, kind in KINDS.items()}


def kind_of(fact: Fact) -> str:
    """Name the kind of a fact."""
    return _NAMES[type(fact)]


def fact_record(fact: Fact) -> dict[str, Any]:
    """Write the fields of a fact as JSON-able values."""
    if isinstance(fact, RateChange):
        return {"rate": str(fact.rate)}
    return {name: str(v) if isinstance(v, StrEnum) else v for name, v in _plain(fact).items()}


def _plain(fact: Fact) -> dict[str, Any]:
    values = asdict(fact)
    inner = values.get("score")
    return inner if isinstance(inner, dict) else values


def fact_of(kind: str, values: Mapping[str, Any]) -> Fact:
    """Build a fact from its kind and plain values, as a command carries them.

    Raises SessionError naming the field, what it may be and what came.
    """
    made = KINDS.get(kind)
    if made is None:
        raise SessionError(f"an entry is one of {', '.join(KINDS)}, not {kind!r}")
    try:
        fact = _built(made, dict(values))
    except (TypeError, ValueError) as error:
        raise SessionError(f"{kind}: {error}") from error
    check_fact(fact)
    return fact


def _built(made: type[Any], values: dict[str, Any]) -> Fact:
    if made is RateChange:
        return RateChange(dose_of(str(values["rate"])))
    if made is AldreteEntry:
        return AldreteEntry(Aldrete(**values))
    if made is PadssEntry:
        return PadssEntry(Padss(**values))
    for field in fields(made):
        names = _ENUMS.get((made, field.name))
        if names is not None and field.name in values:
            values[field.name] = names(values[field.name])
    fact: Fact = made(**values)
    return fact


_ENUMS: dict[tuple[type[Any], str], type[StrEnum]] = {
    (SideEffect, "name"): SideEffectName,
    (Rating, "scale"): RatingScale,
    (Tick, "name"): TickName,
}


def check_fact(fact: Fact) -> None:
    """Raise SessionError where a fact is out of its bounds."""
    match fact:
        case RateChange(rate):
            if not rate.unit.is_rate:
                raise SessionError(f"a rate is in mg/h or mg/kg/h, not {rate}")
        case Medicine():
            _check_medicine(fact)
        case Sedation(moaas):
            _check_whole("MOAA/S", moaas, max(MOAAS_WORDS))
        case Rating(scale, score):
            _check_whole(scale, score, RATING_TOP[scale])
        case Note(text) | Withdrawn(text):
            if not text.strip() or len(text) > LONGEST_NOTE:
                raise SessionError(f"write 1 to {LONGEST_NOTE} characters, not {len(text.strip())}")
        case Orientation() | Steadiness():
            for field in fields(fact):
                if not isinstance(getattr(fact, field.name), bool):
                    raise SessionError(f"{field.name} is yes or no")
        case _:
            pass


def _check_whole(name: str, value: object, top: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= top:
        raise SessionError(f"{name} is a whole number from 0 to {top}, not {value!r}")


def _check_medicine(given: Medicine) -> None:
    name = given.name.strip()
    if not 1 <= len(name) <= 60:
        raise SessionError(f"a medicine's name has 1 to 60 characters, not {len(name)}")
    if given.amount is None:
        return
    if given.unit not in MEDICINE_UNITS:
        units = ", ".join(MEDICINE_UNITS)
        raise SessionError(f"the amount of {name} needs a unit ({units}), not {given.unit!r}")
    unit, low, high = MEDICINES.get(name.lower(), (given.unit, 0.000_001, 100_000))
    amount = given.amount / 1000 if (given.unit, unit) == ("mcg", "mg") else given.amount
    if given.unit != unit and amount == given.amount:
        raise SessionError(f"{name} is entered in {unit}, not {given.unit}")
    if not low <= amount <= high:
        raise SessionError(
            f"{given.amount:g} {given.unit} of {name} is outside {low:g} to {high:g} {unit}, "
            "which guards against slips; if it was really given, write it as a note"
        )
