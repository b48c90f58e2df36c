"""What is asked before an infusion: one record, each field checked where it is typed.

Here lives the intake as a value and the reading of a form into it; what may stand in one field is
in ``intake_fields``, what an answer means for the start is the gate's matter. Every field may be
left open (None: not asked yet), so that a record can grow; a wrong one is refused with its field,
its range and its reason, and all at once.
The bounds of the usual weight are judgement; they catch slips and are no limits of medicine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from monitors.clinic.doses import Dose, DoubtLevel, doubt_about
from monitors.clinic.intake_fields import (
    READERS,
    SCALE_TOP,
    Arm,
    EscortKind,
    ScoreScale,
    SleepApnea,
)
from monitors.clinic.phases import SessionKind
from monitors.errors import SessionError

ADULT_AGE_YEARS = 18
UNUSUAL_WEIGHT_KG = (40.0, 200.0)


@dataclass(frozen=True, slots=True)
class Intake:
    """Hold the answers; None where nobody asked yet.

    Hours count back from the intake. benzodiazepine_hours, lamotrigine_hours: hours since the
    last one was taken, None also where none is taken. infusion_number of series_length: "3 of 6".
    prophylaxis: against nausea, in words. companion: who is with the patient. iv_site: in words.
    score: on ``score_scale``.
    """

    label: str | None = None
    age_years: int | None = None
    weight_kg: float | None = None
    dose: Dose | None = None
    infusion_number: int | None = None
    series_length: int | None = None
    anesthesiologist: str | None = None
    nurse: str | None = None
    food_hours: float | None = None
    drink_hours: float | None = None
    has_used_restroom: bool | None = None
    takes_lamotrigine: bool | None = None
    lamotrigine_hours: float | None = None
    takes_benzodiazepine: bool | None = None
    benzodiazepine_hours: float | None = None
    other_medicines: str | None = None
    has_nausea_history: bool | None = None
    has_motion_sickness: bool | None = None
    prophylaxis: str | None = None
    is_manic_today: bool | None = None
    sleep_apnea: SleepApnea | None = None
    has_cardiac_history: bool | None = None
    companion: str | None = None
    escort: EscortKind | None = None
    escort_name: str | None = None
    iv_site: str | None = None
    probe_arm: Arm | None = None
    cuff_arm: Arm | None = None
    iv_arm: Arm | None = None
    is_cuff_on_forearm: bool | None = None
    score_scale: ScoreScale | None = None
    score: int | None = None

    @property
    def is_minor(self) -> bool:
        """Say whether the age is known to be under 18: then no preset of limits loads by itself."""
        return self.age_years is not None and self.age_years < ADULT_AGE_YEARS

    @property
    def is_ecg_wanted(self) -> bool:
        """Say whether the cardiac history asks for ECG patches."""
        return bool(self.has_cardiac_history)

    def unanswered(self) -> tuple[str, ...]:
        """Return the fields an intake should not lack, in the order of the form."""
        return tuple(name for name in EXPECTED if getattr(self, name) is None)

    def to_record(self) -> dict[str, Any]:
        """Write the answers as JSON-able values, open ones left out."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        given = {name: value for name, value in values.items() if value is not None}
        if self.dose is not None:
            given["dose"] = str(self.dose)
        return {name: str(v) if isinstance(v, StrEnum) else v for name, v in given.items()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Intake:
        """Read back what :meth:`to_record` wrote, nothing doubted a second time."""
        values = {name: READERS[name](value) for name, value in record.items() if name in READERS}
        return cls(**values)


EXPECTED = (
    "label",
    "age_years",
    "weight_kg",
    "dose",
    "anesthesiologist",
    "nurse",
    "food_hours",
    "drink_hours",
    "has_used_restroom",
    "takes_lamotrigine",
    "takes_benzodiazepine",
    "has_nausea_history",
    "is_manic_today",
    "sleep_apnea",
    "has_cardiac_history",
    "escort",
    "probe_arm",
    "cuff_arm",
    "iv_arm",
    "score",
)


@dataclass(frozen=True, slots=True)
class FieldFault:
    """Hold what is wrong with one field.

    words: range and reason. token: what to send along to confirm an unusual entry; None where
    the entry is refused.
    """

    field: str
    words: str
    token: str | None = None


class IntakeRefused(SessionError):
    """Say which fields of a form cannot stand; ``faults`` holds them one by one."""

    def __init__(self, faults: tuple[FieldFault, ...]) -> None:
        super().__init__("\n".join(f"{fault.field}: {fault.words}" for fault in faults))
        self.faults = faults


def read_intake(
    form: Mapping[str, Any],
    *,
    planned_s: int | None,
    kind: SessionKind = SessionKind.INFUSION,
    confirmed: Collection[str] = (),
) -> Intake:
    """Read a form into an intake.

    form: answers by field name; None and empty text mean open. planned_s: planned infusion time
    in seconds, for what a dose makes an hour. confirmed: tokens of earlier faults, so that an
    unusual value counts once it was entered twice. Raises IntakeRefused with every fault.
    """
    values, faults = _values(form)
    intake = Intake(**values)
    if not faults:
        faults = [*_together(intake), *_doubts(intake, planned_s, kind)]
    standing = tuple(fault for fault in faults if fault.token not in confirmed or not fault.token)
    if standing:
        raise IntakeRefused(standing)
    return intake


def _values(form: Mapping[str, Any]) -> tuple[dict[str, Any], list[FieldFault]]:
    values: dict[str, Any] = {}
    faults = []
    for name, given in form.items():
        if given is None or (isinstance(given, str) and not given.strip()):
            continue
        if name not in READERS:
            faults.append(FieldFault(name, f"there is no such field; fields: {', '.join(READERS)}"))
            continue
        try:
            values[name] = READERS[name](given)
        except ValueError as error:
            faults.append(FieldFault(name, str(error)))
    return values, faults


def _together(intake: Intake) -> list[FieldFault]:
    """Find what each field allows but two together do not."""
    faults = []
    if intake.score is not None:
        if intake.score_scale is None:
            faults.append(FieldFault("score_scale", "say on which scale the score is"))
        elif intake.score > (top := SCALE_TOP[intake.score_scale]):
            words = f"{intake.score_scale} goes from 0 to {top}, not {intake.score}"
            faults.append(FieldFault("score", words))
    number, length = intake.infusion_number, intake.series_length
    if number is not None and length is not None and number > length:
        words = f"infusion {number} of {length}: the number cannot exceed the series"
        faults.append(FieldFault("infusion_number", words))
    if intake.dose is not None and intake.dose.unit.is_per_kg and intake.weight_kg is None:
        words = f"{intake.dose} needs a weight; 20 to 350 kg"
        faults.append(FieldFault("weight_kg", words))
    return faults


def _doubts(intake: Intake, planned_s: int | None, kind: SessionKind) -> list[FieldFault]:
    faults = []
    weight_kg, dose = intake.weight_kg, intake.dose
    low, high = UNUSUAL_WEIGHT_KG
    if weight_kg is not None and not low <= weight_kg <= high:
        words = (
            f"{weight_kg:g} kg is outside {low:g} to {high:g}: pounds for kilograms? "
            "Enter it again to confirm"
        )
        faults.append(FieldFault("weight_kg", words, f"weight_kg={weight_kg:g}"))
    if dose is not None and weight_kg is not None:
        doubt = doubt_about(dose, weight_kg, planned_s, kind)
        if doubt is not None:
            is_asked = doubt.level is DoubtLevel.ASK_TWICE
            token = f"dose={dose} in {weight_kg:g} kg" if is_asked else None
            faults.append(FieldFault("dose", doubt.words, token))
    return faults
