"""Tell new cuff determinations and failures from a monitor that shows its last result on and on.

The result's own time stamp says when it was measured, state bits say that the cuff is at work or
that a value is early; here lies the memory between two polls. Source: Philips, "IntelliVue Data
Export Interface Programming Guide", as OpenICE's comments on the measurement state quote it.
"""

from __future__ import annotations

import math

from monitors.devices.cuff_numbers import completed, failed
from monitors.devices.intellivue_values import (
    Numeric,
    Observation,
    Physio,
    State,
    Unit,
    clock_s,
)
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    Reading,
)

OLDEST_AGE_S = 86_400
"""An age beyond a day is taken for a clock that was set (our choice)."""
KILOPASCAL = 0x0F03
MMHG_IN_KILOPASCAL = 0.133322

_AT_WORK = State.ONGOING | State.EARLY
_Numbers = tuple[int | None, int | None, int | None]


class CuffWatch:
    """Follow the cuff through the polls."""

    __slots__ = ("_has_run", "_last", "_stamp", "_state")

    def __init__(self) -> None:
        self._last: _Numbers | None = None
        self._stamp: bytes | None = None
        self._state: CuffState | None = None
        self._has_run = False

    def reopened(self) -> None:
        """Tell with the next poll what the cuff does; a cycle that ran may have ended unseen."""
        self._state = None
        self._has_run = False

    def take(
        self, seen: Observation, pulse: Observation | None, now_clock_s: float | None
    ) -> list[Reading]:
        """Return what a poll tells that is new.

        pulse: the cuff's pulse rate, if the monitor has it. now_clock_s: the monitor's own clock.
        """
        is_at_work = any(numeric.state & _AT_WORK for numeric in seen.numerics)
        told = self._activity(CuffState.MEASURING if is_at_work else CuffState.IDLE)
        if is_at_work:
            self._has_run = True
            return told
        outcome = self._outcome(seen, pulse, now_clock_s)
        self._has_run = False
        return [*told, outcome] if outcome else told

    def _activity(self, state: CuffState) -> list[Reading]:
        if state is self._state:
            return []
        self._state = state
        return [CuffActivity(state)]

    def _outcome(
        self, seen: Observation, pulse: Observation | None, now_clock_s: float | None
    ) -> NibpDetermination | None:
        numbers = _numbers_of(seen)
        age_s = _age_s(seen.stamp, now_clock_s)
        is_first = self._last is None and not self._has_run
        told = completed(
            *numbers,
            _pulse_of(pulse, seen.stamp),
            age_s=age_s,
            is_age_unknown=age_s is None and is_first,
        )
        if told is None or not self._is_new(numbers, seen.stamp):
            return failed(NibpFailure.UNKNOWN) if self._has_run else None
        self._last, self._stamp = numbers, seen.stamp
        return told

    def _is_new(self, numbers: _Numbers, stamp: bytes | None) -> bool:
        if stamp is not None and self._stamp is not None:
            return stamp != self._stamp
        return numbers != self._last or self._has_run


def _numbers_of(seen: Observation) -> _Numbers:
    """Return systolic, diastolic and mean, found by their codes; None each where missing."""
    values = {numeric.physio: mmhg_of(numeric) for numeric in seen.numerics}
    return (
        values.get(Physio.NIBP_SYSTOLIC),
        values.get(Physio.NIBP_DIASTOLIC),
        values.get(Physio.NIBP_MEAN),
    )


def mmhg_of(numeric: Numeric) -> int | None:
    """Return a pressure in whole mmHg, a half rounded up; None where there is none to believe."""
    value = numeric.value
    if not numeric.is_believed or value is None or numeric.unit not in (Unit.MMHG, KILOPASCAL):
        return None
    if numeric.unit == KILOPASCAL:
        value /= MMHG_IN_KILOPASCAL
    return math.floor(value + 0.5)


def _pulse_of(pulse: Observation | None, stamp: bytes | None) -> int | None:
    """Return the cuff's pulse rate if it was measured with these pressures, a half rounded up."""
    if pulse is None or (pulse.stamp is not None and pulse.stamp != stamp):
        return None
    numeric = next(one for one in pulse.numerics if one.physio == Physio.NIBP_PULSE_RATE)
    value = numeric.value if numeric.unit == Unit.BEATS_PER_MIN else None
    return math.floor(value + 0.5) if numeric.is_believed and value is not None else None


def _age_s(stamp: bytes | None, now_clock_s: float | None) -> float | None:
    measured_s = clock_s(stamp) if stamp else None
    if measured_s is None or now_clock_s is None:
        return None
    age_s = now_clock_s - measured_s
    return age_s if 0 <= age_s <= OLDEST_AGE_S else None
