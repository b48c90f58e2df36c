"""The answers of an intake form: put together, judged, compared; without any page.

Here typed values become the form that the collector reads, and its faults come back by field. A
confirmation is for exactly one value; what stands on record was confirmed when it was recorded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitors.clinic.doses import DoseUnit
from monitors.clinic.intake import FieldFault, IntakeRefused, read_intake
from monitors.clinic.phases import SessionKind
from views.words import visit_en as words

UNITS = (DoseUnit.MG_PER_KG, DoseUnit.MG, DoseUnit.MG_PER_KG_H, DoseUnit.MG_PER_H)


@dataclass(frozen=True, slots=True)
class Judged:
    """Hold what a form comes to: the record it would leave, or the faults that keep it back."""

    record: Mapping[str, Any]
    faults: tuple[FieldFault, ...] = ()


def judged(
    form: Mapping[str, Any], session: Mapping[str, Any], confirmed: Collection[str] = ()
) -> Judged:
    """Read a form as the collector will. session: of the picture, for kind and planned time."""
    early = tuple(_dose_faults(str(form.get("dose") or "")))
    if early:
        return Judged({}, early)
    try:
        intake = read_intake(
            form,
            planned_s=session.get("planned_s"),
            kind=SessionKind(session["kind"]),
            confirmed=confirmed,
        )
    except IntakeRefused as refusal:
        return Judged({}, refusal.faults)
    return Judged(intake.to_record())


def _dose_faults(dose: str) -> Sequence[FieldFault]:
    """Tell apart what the two fields of a dose lack."""
    amount, _, unit = dose.partition(" ")
    if amount and not unit:
        return (FieldFault("dose", words.DOSE_UNIT_WANTED),)
    if unit and not amount:
        return (FieldFault("dose", words.DOSE_AMOUNT_WANTED),)
    return ()


def dose_text(amount: float | None, unit: str | None) -> str:
    """Write amount and unit as one dose; empty where neither was given."""
    if amount is None and not unit:
        return ""
    return f"{'' if amount is None else f'{amount:g}'} {unit or ''}".rstrip()


def split_dose(dose: str | None) -> tuple[float | None, str | None]:
    """Take a recorded dose apart."""
    if not dose:
        return None, None
    amount, _, unit = dose.partition(" ")
    return float(amount), unit


def standing_tokens(record: Mapping[str, Any], session: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the confirmations that a record on file already carries."""
    return tuple(fault.token for fault in judged(record, session).faults if fault.token)


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the fields in which two records differ."""
    names = [name for name in words.FIELDS if before.get(name) != now.get(name)]
    return tuple(words.SHORT_FIELDS[name] for name in names)


def faults_told(message: str) -> tuple[FieldFault, ...]:
    """Read back, by field, what a collector's refusal of an intake says; empty if another one."""
    found = []
    for line in message.splitlines():
        name, colon, told = line.partition(": ")
        if not colon or name not in words.FIELDS:
            return ()
        found.append(FieldFault(name, told))
    return tuple(found)
