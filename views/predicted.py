"""The drug model's line for a stored session: what the recorded doses would make in the plasma.

Here entries and intake of the record become doses, and doses the curve of a published model; it is
a prediction from what staff wrote, never a measurement, and every place that shows it says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitors.clinic.given import given_doses
from monitors.clinic.pharmacology import MODELS, plasma_curve
from monitors.errors import SessionError
from monitors.store.answers import EntryRow, SessionRow
from views.session_chart import ModelCurve
from views.visits import entries_of, intake_of, session_of

POINTS = 240


def model_curve(
    row: SessionRow, entries: Sequence[EntryRow], span: tuple[int, int], model: str
) -> ModelCurve | None:
    """Return the predicted concentration over a span; None where weight or dose are not known."""
    session, intake = session_of(row, entries), intake_of(entries)
    if session is None or intake is None or intake.weight_kg is None or model not in MODELS:
        return None
    try:
        doses = given_doses(session, intake.dose, intake.weight_kg, entries_of(entries))
    except SessionError:
        return None
    if not doses:
        return None
    chosen, step = MODELS[model], max(1, (span[1] - span[0]) // POINTS)
    moments = range(span[0], span[1] + 1, step)
    values = plasma_curve(doses, [at / 1000 for at in moments], intake.weight_kg, chosen)
    return ModelCurve(chosen.title, tuple(zip(moments, values, strict=True)))
