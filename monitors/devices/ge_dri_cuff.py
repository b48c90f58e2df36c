"""Tell new cuff determinations and failures from a GE monitor that repeats its last result.

The auxiliary sub-record dates the last measurement by the monitor's own clock; without it the
numbers, the "measuring" bit and the "older than 60 s" bit of the label must do, and here lies that
memory. Source: GE/Datex-Ohmeda, "Datex-Ohmeda Record Specification" 8005313, NIBP group.
"""

from __future__ import annotations

from monitors.devices.cuff_numbers import completed, failed
from monitors.devices.ge_dri_frames import Group, NibpLabel
from monitors.readings import (
    CuffActivity,
    CuffState,
    NibpDetermination,
    NibpFailure,
    Reading,
)

OLDEST_AGE_S = 86_400
"""An age by the monitor's clock beyond a day is taken for a clock that was set (our choice)."""

_BUSY_OTHERWISE = NibpLabel.STASIS | NibpLabel.CALIBRATING
_Numbers = tuple[int | None, ...]


class CuffWatch:
    """Follow the cuff through the displayed values."""

    __slots__ = ("_measured_at", "_numbers", "_state", "_told_state", "_was_old")

    def __init__(self) -> None:
        self._numbers: _Numbers | None = None
        self._measured_at: int | None = None
        self._was_old = False
        self._state: CuffState | None = None
        self._told_state: CuffState | None = None

    def reopened(self) -> None:
        """Tell with the next record what the cuff does; a cycle that ran may have ended unseen."""
        self._told_state = self._state = None

    def take(self, group: Group, clock_s: int, measured_at: int | None) -> list[Reading]:
        """Return what a record tells that is new.

        clock_s: the monitor's clock when it wrote the record. measured_at: when its last
        measurement was by the same clock, None if the record does not say.
        """
        before, self._state = self._state, _state_of(group)
        told = self._activity()
        if self._state is not CuffState.IDLE:
            return told
        has_run = before is CuffState.MEASURING
        outcome = self._outcome(group, clock_s, measured_at, has_run)
        self._remember(group, measured_at)
        return [*told, outcome] if outcome else told

    def _activity(self) -> list[Reading]:
        if self._state is self._told_state or self._state is None:
            return []
        self._told_state = self._state
        return [CuffActivity(self._state)]

    def _outcome(
        self, group: Group, clock_s: int, measured_at: int | None, has_run: bool
    ) -> NibpDetermination | None:
        age_s = _age_s(clock_s, measured_at)
        is_unwitnessed = _is_old(group) or (self._numbers is None and not has_run)
        told = _determination(group.values, age_s, age_s is None and is_unwitnessed)
        if told is not None and self._is_new(group, measured_at, has_run):
            return told
        return failed(NibpFailure.UNKNOWN) if has_run else None

    def _is_new(self, group: Group, measured_at: int | None, has_run: bool) -> bool:
        """Say whether the numbers were measured since the last ones seen.

        The monitor's own date decides where both records have one. Otherwise they are new if
        they differ, if the "older than 60 s" bit fell, or if a cycle has just run and they are
        young.
        """
        if self._numbers is None:
            return not has_run or not _is_old(group)
        if measured_at is not None and self._measured_at is not None:
            return measured_at != self._measured_at
        if group.values != self._numbers:
            return True
        return not _is_old(group) and (has_run or self._was_old)

    def _remember(self, group: Group, measured_at: int | None) -> None:
        if _determination(group.values) is None:
            return
        self._numbers, self._was_old = group.values, _is_old(group)
        self._measured_at = measured_at or self._measured_at


def _state_of(group: Group) -> CuffState:
    if not group.is_present or group.label & _BUSY_OTHERWISE:
        return CuffState.UNKNOWN
    return CuffState.MEASURING if group.label & NibpLabel.MEASURING else CuffState.IDLE


def _is_old(group: Group) -> bool:
    return bool(group.label & NibpLabel.OLDER_THAN_60_S)


def _age_s(clock_s: int, measured_at: int | None) -> float | None:
    if measured_at is None or not 0 <= clock_s - measured_at <= OLDEST_AGE_S:
        return None
    return float(clock_s - measured_at)


def _determination(
    numbers: _Numbers, age_s: float | None = None, is_age_unknown: bool = False
) -> NibpDetermination | None:
    """Judge systolic, diastolic and mean in 1/100 mmHg and pulse; None for no result of a cuff."""
    systolic, diastolic, mean, pulse = numbers
    return completed(
        _mmhg(systolic),
        _mmhg(diastolic),
        _mmhg(mean),
        pulse,
        age_s=age_s,
        is_age_unknown=is_age_unknown,
    )


def _mmhg(hundredths: int | None) -> int | None:
    """Round hundredths of a mmHg as a person would, a half up; None for no pressure."""
    return (hundredths + 50) // 100 if hundredths is not None and hundredths > 0 else None
