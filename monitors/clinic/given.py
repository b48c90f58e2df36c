"""What was given, as doses for the drug model: planned rate, rate changes, pauses, boluses.

Here the session's marks and entries become boluses and infusion segments on the timeline, in
seconds; the model itself is in ``pharmacology``. What comes out is only as true as what staff
recorded, for the pump itself is not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from monitors.clinic.doses import Dose
from monitors.clinic.entries import Entry, standing
from monitors.clinic.entry_kinds import Medicine, RateChange
from monitors.clinic.pharmacology import Bolus, InfusionSegment
from monitors.clinic.pharmacology import Dose as ModelDose
from monitors.clinic.phases import Phase
from monitors.clinic.session import InfusionSession

KETAMINE = "ketamine"


def given_doses(
    session: InfusionSession, dose: Dose | None, weight_kg: float, entries: Sequence[Entry]
) -> tuple[ModelDose, ...]:
    """Return all doses of a session on its timeline, in seconds since the timeline's zero.

    dose: of the intake; None where none was entered, then only rate changes and boluses count.
    A total is infused at the rate it has over the time planned when the infusion began.
    """
    noted = standing(entries)
    boluses = [*_injection(session, dose, weight_kg), *_boluses(session, noted)]
    rates = _rates(session, dose, weight_kg, noted)
    return (*boluses, *_segments(session, rates))


def rate_before(
    session: InfusionSession, dose: Dose | None, weight_kg: float | None, entries: Sequence[Entry]
) -> float | None:
    """Return the rate that stands, in mg/h; None where none is known."""
    if weight_kg is None and (dose is None or dose.unit.is_per_kg):
        return None
    rates = _rates(session, dose, weight_kg or 0.0, standing(entries))
    return rates[-1][1] * 60 if rates else None


def _injection(
    session: InfusionSession, dose: Dose | None, weight_kg: float
) -> tuple[ModelDose, ...]:
    """Return an injection as if it were absorbed at once, which overstates its early peak."""
    if session.injected_ms is None or dose is None:
        return ()
    return (Bolus(session.injected_ms / 1000, dose.total_mg(weight_kg, None)),)


def _boluses(session: InfusionSession, noted: Sequence[Entry]) -> list[ModelDose]:
    found: list[ModelDose] = []
    for entry in noted:
        fact = entry.fact
        is_ketamine = isinstance(fact, Medicine) and fact.name.strip().lower() == KETAMINE
        if is_ketamine and isinstance(fact, Medicine) and fact.amount and fact.unit == "mg":
            at_ms = entry.at_utc_ms - session.utc_offset_ms
            found.append(Bolus(at_ms / 1000, fact.amount))
    return found


def _rates(
    session: InfusionSession, dose: Dose | None, weight_kg: float, noted: Sequence[Entry]
) -> list[tuple[int, float]]:
    """Return (from ms, mg a minute) in order of time."""
    rates = []
    if session.infusion_began_ms is not None and dose is not None:
        rate_mg_per_h = dose.rate_mg_per_h(weight_kg, session.first_planned_s)
        rates.append((session.infusion_began_ms, rate_mg_per_h / 60))
    for entry in noted:
        if isinstance(entry.fact, RateChange):
            rate_mg_per_h = entry.fact.rate.rate_mg_per_h(weight_kg, None)
            rates.append((entry.at_utc_ms - session.utc_offset_ms, rate_mg_per_h / 60))
    return sorted(rates)


def _segments(
    session: InfusionSession, rates: Sequence[tuple[int, float]]
) -> list[InfusionSegment]:
    """Cut each stretch of infusing where the rate changes."""
    segments = []
    for start_ms, end_ms in _stretches(session):
        ends = [at_ms for at_ms, _ in rates[1:]] + [end_ms]
        for (from_ms, rate), until_ms in zip(rates, ends, strict=False):
            begin_ms = max(start_ms, from_ms)
            stop_ms = until_ms if end_ms is None else min(until_ms or end_ms, end_ms)
            if stop_ms is None or stop_ms > begin_ms:
                end_s = None if stop_ms is None else stop_ms / 1000
                segments.append(InfusionSegment(begin_ms / 1000, end_s, rate))
    return segments


def _stretches(session: InfusionSession) -> list[tuple[int, int | None]]:
    """Return begin and end of each stretch of infusing; the running one has no end."""
    closed: list[tuple[int, int | None]] = [
        (mark.at_ms, later.at_ms)
        for mark, later in pairwise(session.marks)
        if mark.phase is Phase.INFUSING
    ]
    running: list[tuple[int, int | None]] = (
        [(session.marks[-1].at_ms, None)] if session.is_running else []
    )
    return closed + running
