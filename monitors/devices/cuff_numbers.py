"""What the numbers of a cuff must fulfil before they are a determination, whatever the protocol.

Every cuff protocol may use this; it knows no bytes. Source of the bound: a cuff is not pumped above
300 mmHg in normal use (IEC 80601-2-30 as makers' manuals quote it), so no pressure read from one
can lie above; the order of the three pressures is that of any pulse.
"""

from __future__ import annotations

from monitors.readings import NibpDetermination, NibpFailure, NibpOutcome

HIGHEST_MMHG = 300
HIGHEST_PULSE_PER_MIN = 300


def completed(
    systolic_mmhg: int | None,
    diastolic_mmhg: int | None,
    mean_mmhg: int | None = None,
    pulse_rate_per_min: int | None = None,
    *,
    age_s: float | None = None,
    is_age_unknown: bool = False,
) -> NibpDetermination | None:
    """Make a determination of numbers that a cuff can have measured; None if it cannot.

    Systolic and diastolic pressure are needed, 1 to 300 mmHg and in their order. A mean that is
    missing or outside the two, and a pulse rate outside 1 to 300 per minute, are None alone.
    """
    systolic, diastolic = systolic_mmhg or 0, diastolic_mmhg or 0
    if not 0 < diastolic < systolic <= HIGHEST_MMHG:
        return None
    mean = mean_mmhg if mean_mmhg and diastolic <= mean_mmhg <= systolic else None
    pulse = pulse_rate_per_min or 0
    return NibpDetermination(
        NibpOutcome.COMPLETED,
        systolic,
        diastolic,
        mean,
        pulse if 0 < pulse <= HIGHEST_PULSE_PER_MIN else None,
        age_s=age_s,
        is_age_unknown=is_age_unknown,
    )


def failed(
    reason: NibpFailure, *, age_s: float | None = None, is_age_unknown: bool = False
) -> NibpDetermination:
    """Make a determination that gave no pressure."""
    return NibpDetermination(
        NibpOutcome.FAILED, reason=reason, age_s=age_s, is_age_unknown=is_age_unknown
    )
